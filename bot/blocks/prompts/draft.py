"""A prompt on its way through the forms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import uuid4

from bot.blocks.common import Json, carried
from rituals.calendar.cadence import DAYS, Cadence, once_a_day, read_cadence, start_on
from rituals.calendar.schedules import Timing
from rituals.prompts.asking import Asked
from storage.schema import Prompt, Schedule


@dataclass(frozen=True)
class Draft:
    """A prompt on its way through the forms; it travels in their private metadata.

    `origin` names this filling-in, so that a double click finds it done; `schedule` and `version` say which
    prompt is edited, and as it was when the form was opened. `at` is "HH:MM", `first` a date, both local to
    `zone`.
    """

    origin: str
    channel: str
    zone: str
    first: str
    schedule: int | None = None
    version: int = 0
    question: str | None = None
    pack: str | None = None
    answers: str = "thread"
    beside: str | None = None
    at: str = "10:00"
    country: str | None = None
    kind: str = "weekly"
    days: tuple[str, ...] = ()
    every: int = 2
    day: int = 1
    short: str = "last"
    nth: int = 1
    month: int = 1
    rule: str = ""

    @property
    def asked(self) -> Asked:
        return Asked(self.question, self.pack, self.answers, self.beside)

    def asking(self, asked: Asked) -> Draft:
        """The same draft, asking this."""
        return replace(self, question=asked.question, pack=asked.pack, answers=asked.answers, beside=asked.beside)

    @property
    def cadence(self) -> Cadence:
        every = self.every if self.kind == "weeks" else 1
        return Cadence(self.kind, self.days, every, self.day, self.short, self.nth, self.month, self.rule)

    def timing(self) -> Timing:
        """When it shall happen. Raises InvalidField or BadRule under the box that must be mended."""
        rule = once_a_day(self.cadence.as_rule())
        return Timing(rule, start_on(date.fromisoformat(self.first), self.at), self.zone, self.country)


def new_draft(channel: str, zone: str | None, today: date) -> Draft:
    """An empty draft, with today's weekday and the zone of who asks."""
    day = min(today.weekday(), 4)
    return Draft(
        uuid4().hex, channel, zone or "UTC", today.isoformat(), days=(DAYS[day],), day=today.day, month=today.month
    )


def draft_of(schedule: Schedule, prompt: Prompt) -> Draft:
    """A stored prompt as a draft, to be edited."""
    cadence = read_cadence(schedule.rule)
    return Draft(
        origin=uuid4().hex,
        channel=schedule.channel,
        zone=schedule.zone,
        first=schedule.start[:10],
        schedule=schedule.id,
        version=schedule.version,
        question=prompt.question,
        pack=prompt.pack,
        answers=prompt.answers,
        beside=prompt.beside,
        at=schedule.start[11:16],
        country=schedule.country,
        kind=cadence.kind,
        days=cadence.days,
        every=max(cadence.every, 2),
        day=cadence.day,
        short=cadence.short,
        nth=cadence.nth,
        month=cadence.month,
        rule=schedule.rule,
    )


def draft_in(view: Json) -> Draft:
    """The draft that a form carries."""
    told = carried(view)
    return Draft(**told | {"days": tuple(told["days"])})
