"""`/pulse` and its words."""

from __future__ import annotations

from slack_bolt import Ack

import storage.pulse as rows
from bot.blocks.common import Json, context, escape, section
from bot.blocks.pulse import forms, messages
from bot.calendar import VERBS, take_words
from bot.clock import now
from bot.pulse import answering, recurring, starting
from bot.pulse.house_rules import Rules
from bot.visit import Visit
from rituals.errors import NotFound, Refusal
from rituals.pulse.consent import NoOperator
from rituals.pulse.taking import asked
from rituals.who_may import may_change, may_read
from storage.schema import Pulse

SHOWN = 6
LOOKED_AT = 50
CLOSED = ("closed", "few", "ended", "lost")


def take_command(ack: Ack, command: Json, visit: Visit, pulse_rules: Rules) -> None:
    """`/pulse WORD`."""
    ack()
    channel, said = command["channel_id"], command.get("text", "").strip()
    verb, _, rest = said.partition(" ")
    match verb.lower():
        case "start" | "new":
            return starting.open_start(channel, visit, pulse_rules)
        case "respond":
            return respond(channel, visit)
        case "privacy":
            return privacy(channel, visit, pulse_rules)
        case "status":
            may_read(visit.channel(channel))
            return visit.reply(messages.status(_of(visit, channel, ("waiting", "open"))))
        case "history":
            may_read(visit.channel(channel))
            return history(channel, visit)
        case "end":
            return offer_end(channel, visit)
        case "list":
            return recurring.tell_list(channel, visit)
        case "edit":
            return recurring.edit_by_words(channel, rest, visit, pulse_rules)
        case word if word in VERBS:
            return visit.reply([section(take_words(visit, channel, word, rest))])
    begin = "" if verb.lower() in ("", "help") else f"I don't know `{escape(verb[:20].replace('`', ''))}`. "
    return visit.reply([section(begin + messages.HELP)])


def _of(visit: Visit, channel: str, states: tuple[str, ...]) -> list[Pulse]:
    with visit.sessions.reading() as session:
        here = rows.pulses_in(session, visit.workspace, channel, LOOKED_AT)
    return [one for one in here if one.state in states]


def history(channel: str, visit: Visit) -> None:
    """The results of this channel, with what is to be called a change."""
    found = _of(visit, channel, CLOSED)[:SHOWN]
    visit.reply(messages.history([(one, one.moved) for one in found]))


def show_comments(ack: Ack, action: Json, visit: Visit) -> None:
    """*Read the comments*, in the history."""
    ack()
    with visit.sessions.reading() as session:
        pulse = rows.pulse(session, visit.workspace, int(action["value"]))
    if pulse is None or pulse.state != "closed":
        raise NotFound
    may_read(visit.channel(pulse.channel))
    visit.open(messages.all_comments(pulse))


def respond(channel: str, visit: Visit) -> None:
    """Open the questions of this channel's pulse, for somebody who was invited."""
    refused: Refusal | None = None
    for one in _of(visit, channel, ("open",)):
        try:
            with visit.sessions.reading() as session:
                asked(session, visit.workspace, one.id, visit.person, now())
        except Refusal as why:
            refused = why
        else:
            return answering.show(one.id, visit)
    if refused is not None:
        raise refused
    return visit.reply(messages.status([]))


def privacy(channel: str, visit: Visit, rules: Rules) -> None:
    """What would be promised today; each pulse keeps what was promised when it began."""
    if not rules.operator.strip():
        raise NoOperator
    visit.reply(
        [
            section("*What a pulse promises, as things are set today*\n" + forms.told(rules.today(channel))),
            context(
                "Invitation and reminder are the same for everybody. Whoever asked me for quiet gets them when "
                "that ends, and finds the questions on my Home tab meanwhile; they wait for nothing else, least "
                "of all for an answer."
            ),
        ]
    )


def offer_end(channel: str, visit: Visit) -> None:
    """The button that destroys an open pulse, for who looks after it."""
    asker, found = visit.asker(), _of(visit, channel, ("waiting", "open"))
    with visit.sessions.reading() as session:
        for one in found:
            may_change(asker, rows.keepers_of(session, visit.workspace, one.id))
    visit.reply(messages.end_offer(found))
