"""Setting a prompt up, and changing what it asks."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import storage.prompts as rows
from rituals.calendar import schedules
from rituals.calendar.cadence import once_a_day
from rituals.calendar.schedules import Timing
from rituals.errors import InvalidField, NotFound
from rituals.prompts import rounds
from rituals.prompts.packs import ANSWERS, Pack
from rituals.who_may import Asker
from storage import Session
from storage.schema import Prompt, Schedule

RITUAL = "prompts"
LONGEST_QUESTION = 500
LONGEST_BESIDE = 500


@dataclass(frozen=True)
class Asked:
    """What shall be asked: a question of one's own, or a pack; how it is answered (thread, form, sealed).

    `beside` is the team's own text for packs that show one next to the answers.
    """

    question: str | None
    pack: str | None
    answers: str
    beside: str | None = None


def check(asked: Asked, packs: Mapping[str, Pack]) -> Asked:
    """Return what shall be asked, trimmed. Raises InvalidField under the box that must be mended."""
    question = " ".join(_printable(asked.question or "").split())
    beside = _printable(asked.beside or "").strip()
    if asked.pack is None and not question:
        raise InvalidField("question", "Write the question that you want to ask, or choose a pack.")
    if len(question) > LONGEST_QUESTION:
        raise InvalidField(
            "question",
            f"This has {len(question):,} characters. Please keep the question within {LONGEST_QUESTION}.",
        )
    if asked.pack is not None and asked.pack not in packs:
        raise InvalidField("pack", "This pack isn't there any more. Please choose another one.")
    if len(beside) > LONGEST_BESIDE:
        raise InvalidField(
            "beside", f"This has {len(beside):,} characters. Please keep it within {LONGEST_BESIDE}."
        )
    if asked.answers not in ANSWERS:
        raise InvalidField("answers", "Choose how people answer.")
    if asked.pack is not None:
        answers = "sealed" if packs[asked.pack].answers == "sealed" else asked.answers
        return Asked(None, asked.pack, answers, beside or None)
    return Asked(question, None, asked.answers)


def _printable(words: str) -> str:
    """Without control characters, which nobody types and which no form can carry; line ends stay."""
    return "".join(letter for letter in words if letter == "\n" or unicodedata.category(letter) != "Cc")


def set_up(
    session: Session,
    workspace: str,
    *,
    channel: str,
    asked: Asked,
    timing: Timing,
    keepers: Collection[str],
    origin: str,
    packs: Mapping[str, Pack],
    now: datetime,
    ask_now: bool = False,
) -> Schedule:
    """Start a prompt, with its first round at once if wished; the same form a second time changes nothing."""
    asked = check(asked, packs)
    once_a_day(timing.rule)
    schedule, is_new = schedules.set_up(
        session,
        workspace,
        ritual=RITUAL,
        channel=channel,
        timing=timing,
        keepers=keepers,
        origin=origin,
        now=now,
    )
    if is_new:
        prompt = rows.add_prompt(
            session,
            workspace,
            schedule.id,
            question=asked.question,
            pack=asked.pack,
            answers=asked.answers,
            beside=asked.beside,
        )
        if ask_now:
            rounds.open_round(session, schedule, prompt, now, packs, now)
    return schedule


def change(
    session: Session,
    workspace: str,
    schedule_id: int,
    *,
    asked: Asked,
    timing: Timing,
    seen_version: int,
    origin: str,
    asker: Asker,
    packs: Mapping[str, Pack],
    now: datetime,
) -> Schedule:
    """Save an edit of what is asked and when.

    Raises ChangedMeanwhile when somebody saved since the form was opened, and what `to_change` raises.
    """
    schedule = schedules.to_change(session, workspace, schedule_id, asker)
    if schedule.origin == origin:
        return schedule  # a double click: this very form was saved a moment ago
    asked = check(asked, packs)
    once_a_day(timing.rule)
    schedules.retime(session, schedule, timing, seen_version, origin, asker, now)
    prompt = prompt_of(session, schedule)
    if prompt.pack != asked.pack:
        prompt.asked = []
    prompt.question, prompt.pack = asked.question, asked.pack
    prompt.answers, prompt.beside = asked.answers, asked.beside
    prompt.silent_rounds = 0
    return schedule


def prompt_of(session: Session, schedule: Schedule) -> Prompt:
    """The prompt of a schedule. Raises NotFound."""
    prompt = rows.prompt_of(session, schedule.workspace, schedule.id)
    if prompt is None:
        raise NotFound
    return prompt
