"""The listeners of prompts: `/prompt`, its forms, its buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from slack_bolt import App

import storage.prompts as rows
from bot.blocks.common import Json, actions, button, clip_escaped, instant, section
from bot.blocks.prompts import messages
from bot.prompts import answering, forms, listing
from bot.prompts.postings import postings
from bot.prompts.tending import sweep, tend
from bot.rooms import RitualRoom
from rituals import sealed
from rituals.calendar.due import Claim
from rituals.prompts import rounds, sealing
from rituals.prompts.asking import RITUAL
from rituals.prompts.packs import Pack
from storage import Session
from storage.calendar import schedule
from storage.schema import Nudge


def register(app: App, named: Callable[[str], str]) -> None:
    """`named` turns "prompt" into the command as this workspace calls it."""
    app.command(named("prompt"))(listing.take_command)

    app.action("prompt_first")(forms.open_first)
    app.view("prompt_first")(forms.start_first)
    app.action("prompt_new")(forms.open_new)
    app.action("prompt_edit")(forms.open_edit)
    app.view("prompt_what")(forms.take_what)
    app.view("prompt_when")(forms.take_when)
    app.view("prompt_check")(forms.save)

    app.action("prompt_answer")(answering.open_answer)
    app.view("prompt_answer")(answering.take_answer)
    app.view("prompt_sealed")(answering.take_sealed)
    app.action("prompt_answers")(answering.show_answers)


def room(packs: Mapping[str, Pack]) -> RitualRoom:
    """Prompts, as the house meets them."""

    def say_silent(session: Session, nudge: Nudge) -> list[Json] | None:
        kept = schedule(session, nudge.workspace, nudge.facts["schedule"])
        if kept is None or kept.ended_at is not None or kept.paused_because is not None:
            return None
        return messages.silent(kept, listing.asks(session, kept, packs))

    def say_paused(session: Session, nudge: Nudge) -> list[Json] | None:
        kept = schedule(session, nudge.workspace, nudge.facts["schedule"])
        if kept is None or kept.paused_because is None:
            return None
        return messages.paused_note(kept, listing.asks(session, kept, packs))

    def begin(session: Session, claim: Claim, now: datetime) -> object:
        return rounds.begin(session, claim, packs, now)

    return RitualRoom(
        name=RITUAL,
        register=register,
        postings=postings(packs),
        nudge_parts={"prompt.silent": say_silent, "prompts.paused": say_paused},
        begin=begin,
        tend=tend,
        asks=lambda session, schedule: listing.asks(session, schedule, packs),
        due_for=due_for,
        first_button=button("Ask this team one question every week", "prompt_first", primary=True),
        edit_action="prompt_edit",
        lends={"packs": packs},
        sweep=sweep,
    )


def due_for(session: Session, workspace: str, channels: Sequence[str], person: str) -> list[Json]:
    """Open questions by form in somebody's channels that wait for them."""
    built: list[Json] = []
    seats = sealed.open_for(session, workspace, person)
    for asked in rows.open_rounds_in(session, workspace, channels, 20):
        # a sealed one stands there until it closes, for all alike: whether somebody answered, nobody knows
        is_theirs = sealing.occasion(asked.id) in seats
        if is_theirs if asked.sealed else rows.answer_by(session, workspace, asked.id, person) is None:
            until = instant(asked.closes_at, "UTC")
            built.append(section(f"{clip_escaped(asked.question, 300)}\nin <#{asked.channel}>, until {until}"))
            built.append(
                actions(f"due-{asked.id}", button("Answer", "prompt_answer", str(asked.id), primary=True))
            )
    return built[:10]
