"""Pulses that come again: set up and changed like any schedule, and begun when the calendar rings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import storage.pulse as rows
from rituals.calendar import cadence, schedules
from rituals.calendar.cadence import Cadence
from rituals.calendar.due import Claim
from rituals.calendar.recurrence import upcoming
from rituals.calendar.schedules import Timing
from rituals.errors import InvalidField, NotFound, Refusal
from rituals.pulse.asking import RITUAL, Plan, ask, closing
from rituals.pulse.audience import check_pause
from rituals.pulse.consent import NoOperator, Terms
from rituals.pulse.instruments import Instrument
from rituals.who_may import Asker
from storage import Session
from storage.calendar import keepers_of
from storage.outbox import owe
from storage.schema import Pulse, PulsePlan, Schedule

ORIGIN = "schedule"
GRACE = timedelta(hours=24)  # it comes a few times a year: worth a day's delay, and no more
ONCE = "once"
WEEKS = {"six-weeks": 6, "quarterly": 13}  # four weeks is the least: the same may not be asked sooner
OFTEN = {
    ONCE: "Once, now",
    "monthly": "Every month, on a weekday",
    "six-weeks": "Every six weeks",
    "quarterly": "Every three months (13 weeks)",
}

TermsFor = Callable[[str, int, datetime, str, Collection[str]], Terms]
"""The terms of a pulse: of which channel, with which k, when it closes, in which zone, who looks after it."""


class ComesAgainAlready(Refusal):
    """These questions come again in this channel already: that is number {number} in `/pulse list`. Change it."""


class QuestionsGone(Refusal):
    """The questions of this pulse aren't there any more. Edit it, and choose others."""


class NotRunning(Refusal):
    """I was not running when it was due."""


@dataclass(frozen=True)
class Asked:
    """What comes again. It asks whoever is in the channel then: a list that somebody picked grows old."""

    instrument: str
    own: str
    days: int
    comments: bool


def cadence_of(often: str, first: date) -> Cadence:
    """How often, from a day on: on its weekday, and monthly on its place in the month (the fifth is the last).

    Raises InvalidField.
    """
    day = cadence.DAYS[first.weekday()]
    if often in WEEKS:
        return Cadence("weeks", (day,), every=WEEKS[often])
    if often != "monthly":
        raise InvalidField("often", "Choose how often.")
    nth = (first.day - 1) // 7 + 1
    return Cadence("month_weekday", (day,), nth=nth if nth < 5 else -1)


def often_of(rule: str) -> str:
    """The choice of the form behind a stored rule."""
    read = cadence.read_cadence(rule)
    return next((often for often, weeks in WEEKS.items() if read.every == weeks), "monthly")


def check(
    session: Session, workspace: str, channel: str, instrument: str, timing: Timing, origin: str, now: datetime
) -> None:
    """See that these questions don't come here twice, nor so soon that the first date would be left out.

    Raises ComesAgainAlready, TooSoon, NothingLeft.
    """
    _check_alone(session, workspace, channel, instrument, origin)
    first = upcoming(schedules.plan_for(timing, now), now, 1)[0].at
    earlier = rows.asked_before(session, workspace, channel, instrument)
    check_pause(earlier.opened_at if earlier else None, first, by_calendar=True)


def set_up(
    session: Session,
    workspace: str,
    *,
    channel: str,
    asked: Asked,
    timing: Timing,
    keepers: Collection[str],
    origin: str,
    now: datetime,
) -> Schedule:
    """Let a pulse come again; the same form a second time changes nothing. Raises what `check` raises."""
    check(session, workspace, channel, asked.instrument, timing, origin, now)
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
        rows.add_plan(
            session,
            workspace,
            schedule.id,
            instrument=asked.instrument,
            own=asked.own,
            days=asked.days,
            comments=asked.comments,
        )
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
    now: datetime,
) -> Schedule:
    """Save an edit; what is open already goes on as it began.

    Raises ChangedMeanwhile, ComesAgainAlready, and what `to_change` raises.
    """
    schedule = schedules.to_change(session, workspace, schedule_id, asker)
    if schedule.origin == origin:
        return schedule  # a double click: this very form was saved a moment ago
    plan = plan_of(session, schedule)
    _check_alone(session, workspace, schedule.channel, asked.instrument, schedule.origin)
    schedules.retime(session, schedule, timing, seen_version, origin, asker, now)
    plan.instrument, plan.own = asked.instrument, asked.own
    plan.days, plan.comments = asked.days, asked.comments
    return schedule


def _check_alone(session: Session, workspace: str, channel: str, instrument: str, origin: str) -> None:
    for other in rows.coming_again(session, workspace, channel, instrument):
        if other.origin != origin:
            raise ComesAgainAlready(number=other.id)


def plan_of(session: Session, schedule: Schedule) -> PulsePlan:
    """What a schedule asks. Raises NotFound."""
    plan = rows.plan_of(session, schedule.workspace, schedule.id)
    if plan is None:
        raise NotFound
    return plan


def begin(
    session: Session, claim: Claim, instruments: Mapping[str, Instrument], terms_for: TermsFor, now: datetime
) -> object:
    """Store the pulse of a date that was claimed; the same ring looks up its people and launches it.

    None when it is left out: then the channel is told why, once, and the calendar goes on.
    """
    schedule, occurrence = claim.schedule, claim.occurrence
    if occurrence is None:
        return None
    plan = plan_of(session, schedule)
    try:
        if now - occurrence.at > GRACE:
            raise NotRunning
        return _ask(session, schedule, plan, instruments, terms_for, occurrence.at, now)
    except Refusal as why:
        owe(
            session,
            schedule.workspace,
            key=f"pulse:schedule:{schedule.id}:{occurrence.at:%Y%m%dT%H%M}:skipped",
            kind="pulse.skipped",
            to=schedule.channel,
            facts={"schedule": schedule.id, "why": {type(why).__name__: why.facts}},
            due=now,
            now=now,
        )
        return None


def _ask(
    session: Session,
    schedule: Schedule,
    plan: PulsePlan,
    instruments: Mapping[str, Instrument],
    terms_for: TermsFor,
    occurrence: datetime,
    now: datetime,
) -> object:
    if plan.instrument not in instruments:
        raise QuestionsGone
    instrument = _asking(instruments[plan.instrument], plan.own)
    keepers = keepers_of(session, schedule.workspace, schedule.id)
    closes_at = closing(plan.days, now)
    terms = terms_for(schedule.channel, instrument.k, closes_at, schedule.zone, keepers)
    if not terms.operator.strip():
        raise NoOperator
    return ask(
        session,
        schedule.workspace,
        Plan(schedule.channel, plan.instrument, plan.own, closes_at, plan.comments),
        instrument,
        terms,
        keepers=keepers,
        origin=f"{ORIGIN} {schedule.id} {occurrence:%Y%m%dT%H%M}",
        now=now,
        occurrence=occurrence,
    )


def _asking(instrument: Instrument, own: str) -> Instrument:
    """The instrument as its file has it today. Raises QuestionsGone where it asks for words that nobody gave."""
    try:
        return instrument.asking(own)
    except InvalidField:
        raise QuestionsGone from None


def schedule_number(pulse: Pulse) -> int | None:
    """The schedule that a pulse came from; None when it was begun by hand."""
    where, number, *_ = [*pulse.origin.split(), ""]
    return int(number) if where == ORIGIN and number.isdigit() else None
