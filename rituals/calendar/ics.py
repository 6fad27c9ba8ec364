"""Calendar files (RFC 5545): a whole schedule, or one event of it, as any calendar program reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vRecur

from rituals.calendar.recurrence import LARGEST_GAP, Plan, follow, resolve, wall_times
from rituals.calendar.rules import read_rule

MAKER = "-//Candor//Candor//EN"
YEARS_OF_ZONE = 15  # how far the clock changes are spelt out, for programs that don't know the zone by its name
LOOK_BACK = timedelta(days=3)


@dataclass(frozen=True)
class Matter:
    """What a calendar shows of an event beside its time.

    `uid` stays the same for ever, `sequence` grows with each change: by these a calendar knows what it has.
    """

    uid: str
    sequence: int
    title: str
    minutes: int
    place: str = ""
    words: str = ""


@dataclass(frozen=True)
class Silence:
    """A pause: from an instant to an instant, or without an end (None)."""

    begins: datetime
    ends: datetime | None

    def covers(self, at: datetime) -> bool:
        return self.begins < at and (self.ends is None or at < self.ends)


def uid(what: str, workspace: str, number: int, since: datetime) -> str:
    """A name in the whole world for something of ours, by its number and by when it was begun."""
    return f"{what}-{number}-{since:%Y%m%dT%H%M%SZ}.{workspace.replace('/', '-')}@candor"


def one(
    matter: Matter,
    at: datetime,
    zone: str,
    now: datetime,
    *,
    stands_for: datetime | None = None,
    is_cancelled: bool = False,
) -> Event:
    """A single event that begins at the instant `at`, shown in `zone`.

    `stands_for`: the naive local time that its series, of the same `uid`, gives to it. A calendar that has the
    series shows the event in that place, not beside it.
    """
    event = _event(matter, at.astimezone(ZoneInfo(zone)), now)
    if stands_for is not None:
        event.add("recurrence-id", stands_for.replace(tzinfo=ZoneInfo(zone)))
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    return event


def series(matter: Matter, plan: Plan, now: datetime, silence: Silence | None = None) -> list[Event]:
    """A schedule: one event with its rule and what is left out, and one for each date that was moved.

    After a pause without an end nothing follows, as long as it lasts; then the calendar asks again, or is sent
    anew. Empty when no date is left.
    """
    plan = _ending(plan, silence)
    first = next(wall_times(plan, plan.start), None)
    if first is None:
        return []
    known = _last_exception(plan, silence)
    told = _taking_place(plan, first, known, silence)
    event = _event(matter, first.replace(tzinfo=ZoneInfo(plan.zone)), now)
    event.add("rrule", vRecur.from_ical(_rule(plan)))
    moved = []
    for wall in takewhile(lambda wall: wall <= known, wall_times(plan, plan.start)):
        there, to = wall.replace(tzinfo=ZoneInfo(plan.zone)), plan.moves.get(wall)
        if wall not in told:
            event.add("exdate", there)
        elif to is not None:
            instead = _event(matter, to.replace(tzinfo=ZoneInfo(plan.zone)), now)
            instead.add("recurrence-id", there)
            moved.append(instead)
    return [event, *moved]


def instead(told: Sequence[Event], event: Event) -> list[Event]:
    """The series with this event in the place it stands for; unchanged where the series leaves that place out."""
    place = event.decoded("recurrence-id")
    if not told or place in told[0].exdates:
        return list(told)
    return [*(one for one in told if "recurrence-id" not in one or one.decoded("recurrence-id") != place), event]


def calendar(name: str, events: Sequence[Event]) -> bytes:
    """The file, with the zones that its times stand in."""
    made = Calendar()
    made.add("prodid", MAKER)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _clean(name))
    for event in events:
        made.add_component(event)
    if events:
        days = [event.decoded("dtstart").date() for event in events]
        made.add_missing_timezones(
            first_date=min(days).replace(month=1, day=1),
            last_date=max(days).replace(month=12, day=31) + timedelta(days=366 * YEARS_OF_ZONE),
        )
    return bytes(made.to_ical())


def _event(matter: Matter, begins: datetime, now: datetime) -> Event:
    event = Event()
    event.add("uid", matter.uid)
    event.add("sequence", matter.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", begins)
    event.add("duration", timedelta(minutes=matter.minutes))
    event.add("summary", _clean(matter.title))
    if matter.place:
        event.add("location", _clean(matter.place))
    if matter.words:
        event.add("description", _clean(matter.words))
    return event


def _clean(words: str) -> str:
    """Without control characters, which the format forbids."""
    return "".join(letter for letter in words if letter == "\n" or letter.isprintable())


def _ending(plan: Plan, silence: Silence | None) -> Plan:
    """The plan, which ends where a pause without an end begins."""
    if silence is None or silence.ends is not None:
        return plan
    rule = read_rule(plan.rule)
    until = silence.begins.astimezone(ZoneInfo(plan.zone)).replace(tzinfo=None, microsecond=0)
    last = min(until, rule.until) if rule.until else until
    if rule.count is not None:
        counted = list(wall_times(plan, plan.start))
        last = min(last, counted[-1]) if counted else last
    parts = ";".join(f"{name}={value}" for name, value in rule.parts.items())
    return Plan(f"{parts};UNTIL={last:%Y%m%dT%H%M%S}", plan.start, plan.zone, plan.days_off, plan.moves)


def _rule(plan: Plan) -> str:
    """The rule as RFC 5545 wants it: UNTIL in UTC where the start has a zone."""
    rule = read_rule(plan.rule)
    text = ";".join(f"{name}={value}" for name, value in rule.parts.items())
    if rule.count is not None:
        return f"{text};COUNT={rule.count}"
    if rule.until is not None:
        return f"{text};UNTIL={resolve(rule.until, plan.zone):%Y%m%dT%H%M%SZ}"
    return text


def _last_exception(plan: Plan, silence: Silence | None) -> datetime:
    """The last wall time on which anything else than the rule decides."""
    there = ZoneInfo(plan.zone)
    days = [datetime.combine(day, time.max) for day in plan.days_off]
    paused = [silence.ends.astimezone(there).replace(tzinfo=None)] if silence and silence.ends else []
    return max([plan.start, *days, *plan.moves, *paused])


def _taking_place(plan: Plan, first: datetime, known: datetime, silence: Silence | None) -> set[datetime]:
    """The wall times up to `known` that take place, there or where they were moved to."""
    moved = [to for to in plan.moves.values() if to is not None]
    begins = resolve(min([first, *moved]), plan.zone) - LOOK_BACK
    ends = resolve(max([known, *moved]), plan.zone) + LARGEST_GAP
    return {
        date.local
        for date in takewhile(lambda date: date.at <= ends, follow(plan, begins))
        if not date.skipped and not (silence and silence.covers(date.at))
    }
