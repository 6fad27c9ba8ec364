"""The listeners of the pulse: `/pulse`, its forms, its buttons, and what a ring does for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from slack_bolt import App

import storage.pulse as rows
from bot.blocks.common import Json, button
from bot.blocks.pulse import messages
from bot.pulse import answering, command, looping, recurring, starting
from bot.pulse.house_rules import Rules
from bot.pulse.postings import postings
from bot.pulse.tending import sweep, tend
from bot.rooms import RitualRoom
from rituals import sealed
from rituals.pulse.asking import RITUAL, number
from storage import Session


def register(app: App, named: Callable[[str], str]) -> None:
    """`named` turns "pulse" into the command as this workspace calls it."""
    app.command(named("pulse"))(command.take_command)

    app.action("pulse_first")(starting.choose_channel)
    app.action("pulse_review")(starting.open_for_review)
    app.view("pulse_start")(starting.take_start)
    app.view("pulse_when")(recurring.take_when)
    app.view("pulse_check")(starting.start)
    app.action("pulse_edit")(recurring.open_edit)

    app.action("pulse_answer")(answering.open_answer)
    app.view("pulse_answer")(answering.take_answer)

    app.action("pulse_comments")(command.show_comments)
    app.action("pulse_heard")(looping.open_heard)
    app.view("pulse_heard")(looping.take_heard)
    app.action("pulse_end")(looping.end_early)
    app.action("pulse_post")(looping.post_again)


def room(rules: Rules, seats_days: int) -> RitualRoom:
    """The pulse, as the house meets it: set up by a form, launched and closed by the ring."""
    return RitualRoom(
        name=RITUAL,
        register=register,
        postings=postings(rules),
        nudge_parts={"pulse.paused": recurring.say_paused(rules)},
        begin=recurring.begin(rules),
        tend=tend,
        asks=recurring.asks(rules),
        due_for=due_for,
        first_button=button("How safe is it to speak here?", "pulse_first"),
        edit_action="pulse_edit",
        sweep=lambda bell: sweep(bell, seats_days),
        lends={"pulse_rules": rules},
    )


def due_for(session: Session, workspace: str, _channels: Sequence[str], person: str) -> list[Json]:
    """The open pulses that somebody was invited to: the same row, whether they have answered or not."""
    numbers = [one for occasion in sealed.open_for(session, workspace, person) if (one := number(occasion))]
    pulses = [pulse for one in numbers if (pulse := rows.pulse(session, workspace, one))]
    return messages.due_rows([pulse for pulse in pulses if pulse.state == "open"])
