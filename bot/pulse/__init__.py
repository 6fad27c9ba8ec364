"""The listeners of the pulse: `/pulse`, its forms, its buttons, and what a ring does for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from slack_bolt import App

import storage.pulse as rows
from bot.blocks.common import Json, button
from bot.blocks.pulse import messages
from bot.pulse import answering, command, looping, starting
from bot.pulse.house_rules import Rules
from bot.pulse.postings import postings
from bot.pulse.tending import tend
from bot.rooms import RitualRoom
from rituals import sealed
from rituals.pulse.asking import RITUAL, number
from storage import Session


def register(app: App, named: Callable[[str], str]) -> None:
    """`named` turns "pulse" into the command as this workspace calls it."""
    app.command(named("pulse"))(command.take_command)

    app.action("pulse_first")(starting.choose_channel)
    app.view("pulse_start")(starting.take_start)
    app.view("pulse_check")(starting.start)

    app.action("pulse_answer")(answering.open_answer)
    app.view("pulse_answer")(answering.take_answer)

    app.action("pulse_comments")(command.show_comments)
    app.action("pulse_heard")(looping.open_heard)
    app.view("pulse_heard")(looping.take_heard)
    app.action("pulse_end")(looping.end_early)


def room(rules: Rules) -> RitualRoom:
    """The pulse, as the house meets it: set up by a form, launched and closed by the ring."""
    return RitualRoom(
        name=RITUAL,
        register=register,
        postings=postings(),
        nudge_parts={},
        begin=lambda *_: None,
        tend=tend,
        asks=lambda *_: "",
        due_for=due_for,
        first_button=button("How safe is it to speak here?", "pulse_first"),
        edit_action="pulse_first",
        lends={"pulse_rules": rules},
    )


def due_for(session: Session, workspace: str, _channels: Sequence[str], person: str) -> list[Json]:
    """The open pulses that somebody was invited to: the same row, whether they have answered or not."""
    numbers = [one for occasion in sealed.open_for(session, workspace, person) if (one := number(occasion))]
    pulses = [pulse for one in numbers if (pulse := rows.pulse(session, workspace, one))]
    return messages.due_rows([pulse for pulse in pulses if pulse.state == "open"])
