"""`/prompt` and its list: what this channel is asked, and the buttons beside each."""

from __future__ import annotations

from collections.abc import Mapping

from slack_bolt import Ack

from bot.blocks.common import Json, escape, section
from bot.blocks.prompts import messages
from bot.calendar import VERBS, find_meant, list_rows, take_words
from bot.clock import now
from bot.prompts import forms
from bot.visit import Visit
from rituals.prompts import asking
from rituals.prompts.packs import Pack
from rituals.who_may import may_read
from storage import Session
from storage.schema import Schedule

HELP = (
    "*What `/prompt` can do*\n"
    "• `/prompt` asks this channel a question again and again\n"
    "• `/prompt list` shows what is asked here, with the next dates and buttons\n"
    "• `/prompt edit 3` changes number 3; you see which dates move before it is saved\n"
    "• `/prompt pause 3`, or `pause 3 for 2 weeks`, or `pause 3 until 2026-12-24`\n"
    "• `/prompt resume 3` · `/prompt skip 3` leaves out the next date · `/prompt stop 3` ends it\n"
    "• `/prompt share 3 @somebody` lets somebody else look after it too"
)


def asks(session: Session, schedule: Schedule, packs: Mapping[str, Pack]) -> str:
    """What a prompt asks, in a few words."""
    prompt = asking.prompt_of(session, schedule)
    if prompt.pack is None:
        return prompt.question or ""
    pack = packs.get(prompt.pack)
    return f"Pack: {pack.title}" if pack else f"Pack {prompt.pack}, which is no longer there: edit or stop it"


def take_command(ack: Ack, body: Json, command: Json, visit: Visit, packs: Mapping[str, Pack]) -> None:
    """`/prompt WORDS`."""
    verb, _, rest = command.get("text", "").strip().partition(" ")
    verb = verb.lower()
    if verb in ("", "new"):
        return forms.open_new(ack, body, None, visit, packs)
    ack()
    channel = command["channel_id"]
    if verb == "list":
        may_read(visit.channel(channel))
        with visit.sessions.reading() as session:
            rows = list_rows(session, visit.workspace, channel, visit.rooms, now(), only=asking.RITUAL)
        return visit.reply(messages.listing(rows, channel))
    if verb == "edit":
        with visit.sessions.reading() as session:
            schedule, _ = find_meant(session, visit.workspace, channel, verb, rest)
        return forms.edit(schedule.id, visit, packs)
    if verb in VERBS:
        return visit.reply([section(take_words(visit, channel, verb, rest))])
    begin = "" if verb == "help" else f"I don't know `{escape(verb[:20].replace('`', ''))}`. "
    return visit.reply([section(begin + HELP)])
