"""The questions of a pulse as one form, its reader, and the last look at a comment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks.common import (
    Json,
    carried,
    context,
    divider,
    escape,
    field,
    modal,
    notice,
    option,
    quote,
    read_form,
    section,
    select,
    text_box,
)
from bot.blocks.pulse.forms import told
from rituals.pulse.asking import asked_in
from rituals.pulse.consent import read_terms
from rituals.pulse.instruments import POINTS, Instrument
from rituals.pulse.publishing import Vector
from rituals.sealed import LONGEST_COMMENT
from storage.schema import Pulse

SKIP = "skip"  # prefer not to say


@dataclass(frozen=True)
class Filled:
    """A filled form. `seen` is the comment as it was shown before, None before the first look."""

    pulse: int
    answers: Vector
    comment: str
    seen: str | None


def answer_form(pulse: Pulse, filled: Filled | None = None, hints: Sequence[str] = ()) -> Json:
    """The statements, each from 1 to 7 or left out; with `filled`, the same form showing how its comment reads."""
    instrument = asked_in(pulse)
    blocks = [
        section(f"For <#{pulse.channel}>. What you send can't be changed, because nobody can find it again."),
        *(_last_look(filled.comment, hints) if filled else []),
    ]
    for place, item in enumerate(instrument.items):
        given = filled.answers[place] if filled else 0
        chosen = None if given == 0 else SKIP if given is None else str(given)
        blocks.append(field(f"item_{place}", item.text, select(_choices(instrument), chosen)))
    if pulse.comments:
        box = text_box(initial=filled.comment if filled else None, lines=True) | {"max_length": LONGEST_COMMENT}
        hint = "Shown with all others, shuffled, when it closes. You see first how it will read."
        blocks.append(field("comment", "Anything else? (Nobody must.)", box, hint=hint, optional=True))
    blocks += [divider(), section("*What you are promised*\n" + told(read_terms(pulse.terms)))]
    return modal(
        "pulse_answer",
        "Pulse",
        blocks,
        submit="Send it like this" if filled else "Send",
        carries={"pulse": pulse.id, "seen": filled.comment if filled else None},
    )


def _choices(instrument: Instrument) -> list[Json]:
    low, high = instrument.scale
    ends = {1: f"1: {low.lower()}", 4: "4: in between", POINTS: f"{POINTS}: {high.lower()}"}
    numbers = [option(str(number), ends.get(number, str(number))) for number in range(1, POINTS + 1)]
    return [*numbers, option(SKIP, "Prefer not to say")]


def _last_look(comment: str, hints: Sequence[str]) -> list[Json]:
    look = [section(f"*This is how your comment will read*\n{quote(comment, 2_800)}")]
    look += [context(f"{escape(hint)}") for hint in hints]
    return [*look, context("Change it below, or send it like this. Nothing has been stored yet."), divider()]


def read_answer(view: Json) -> Filled:
    """What was filled in; None for what somebody prefers not to say."""
    given, kept = read_form(view), carried(view)
    chosen = [value for box, value in given.items() if box.startswith("item_")]
    answers = [None if value in (SKIP, None) else int(value) for value in chosen]
    return Filled(kept["pulse"], answers, given.get("comment") or "", kept["seen"])


def taken() -> Json:
    """It is in. Nothing more can be said about it, to anybody."""
    return notice(
        "Thank you",
        "Your answer is in the box, sealed. Nothing that is kept ties it to you.",
    )
