"""On which instants a recurrence rule falls, through gaps, overlaps, days off, skips and moves.

A schedule is RRULE text (RFC 5545), a naive local start and an IANA zone. The rule is followed on local
calendar days, and each wall time is then resolved in the zone:
- a wall time in a gap (the clocks go forward) moves forward by the gap: 02:30 becomes 03:30;
- a wall time in an overlap (the clocks go back) counts once, the first time;
- two wall times that fall on one instant are one occurrence.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from rituals.calendar.rules import DATES_BY, Rule, read_rule, read_zone
from rituals.errors import Refusal

# 29 February on a Monday comes every 28 years, and every 40 around 2100; what hasn't come in a century won't.
HORIZON = timedelta(days=366 * 100)

# The largest gap so far is Samoa's: it left out the whole of 30 December 2011.
LARGEST_GAP = timedelta(hours=25)


class NeverFires(Refusal):
    """This date never comes: choose another day or month."""

    field = "rule"


class EndsBeforeStart(Refusal):
    """This ends ({until}) before it starts ({start}). Choose a later end or an earlier start."""

    field = "rule"


@dataclass(frozen=True)
class Plan:
    """When something happens. `start` is naive and local to `zone`; `until` and `count` are in the rule.

    `days_off` are local dates on which it doesn't happen, with the reason. `moves` tells, for the wall time
    that the rule gives, where that occurrence went instead: another wall time, or None when it is skipped.
    """

    rule: str
    start: datetime
    zone: str
    days_off: Mapping[date, str] = field(default_factory=dict)
    moves: Mapping[datetime, datetime | None] = field(default_factory=dict)


@dataclass(frozen=True, order=True)
class Occurrence:
    """One date of a plan: `at` is the instant in UTC, `local` the wall time that the rule gives it.

    `note` says why it isn't where the rule put it, or why it doesn't take place (`skipped`).
    """

    at: datetime
    local: datetime = field(compare=False)
    zone: str = field(compare=False)
    note: str | None = field(default=None, compare=False)
    skipped: bool = False

    @property
    def there(self) -> datetime:
        """The instant as the clocks of its zone show it.

        For showing only: Python compares two times of one zone by their wall clocks, which lie in an overlap.
        """
        return self.at.astimezone(ZoneInfo(self.zone))


def check(plan: Plan) -> Plan:
    """Return the plan when it can be kept. Raises BadRule, TooOften, UnknownZone, EndsBeforeStart, NeverFires."""
    rule = read_rule(plan.rule)
    read_zone(plan.zone)
    if rule.until is not None and rule.until < plan.start:
        raise EndsBeforeStart(until=f"{rule.until:%Y-%m-%d %H:%M}", start=f"{plan.start:%Y-%m-%d %H:%M}")
    if next(wall_times(plan, plan.start), None) is None:
        raise NeverFires
    return plan


def resolve(local: datetime, zone: str) -> datetime:
    """The instant (UTC) of a wall time: forward by the gap in a gap, the first of two in an overlap.

    Both come from fold=0, by which zoneinfo takes the offset in force before the change.
    """
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def wall_times(plan: Plan, near: datetime) -> Iterator[datetime]:
    """The rule's wall times in order, from about two periods before `near` (naive, local) or from the start.

    A rule without COUNT is followed from a date close to `near`: it costs the same in its tenth year.
    """
    rule = read_rule(plan.rule)
    last = min(max(plan.start, near), datetime.max - HORIZON) + HORIZON
    if rule.until is not None:
        last = min(last, rule.until)
    parts, begin = dict(rule.parts), plan.start
    if rule.count is None:
        parts, begin = _rebased(rule, plan.start, near)
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    counted = 0
    for wall in rrulestr(f"{text};UNTIL={last:%Y%m%dT%H%M%S}", dtstart=begin):
        if wall < plan.start:
            continue
        counted += 1
        if rule.count is not None and counted > rule.count:
            return
        yield wall


def _rebased(rule: Rule, start: datetime, near: datetime) -> tuple[dict[str, str], datetime]:
    """The same rule from a later beginning in the same phase, with what it took from its start spelt out."""
    parts, every = dict(rule.parts), rule.interval
    named = any(part in parts for part in DATES_BY)
    if rule.freq in ("DAILY", "WEEKLY"):
        if rule.freq == "WEEKLY" and not named:
            parts["BYDAY"] = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[start.weekday()]
        period = timedelta(days=every * (7 if rule.freq == "WEEKLY" else 1))
        turns = (near - start) // period - 2
        return parts, start + max(turns, 0) * period
    if not named:
        parts["BYMONTHDAY"] = str(start.day)
        if rule.freq == "YEARLY" and "BYMONTH" not in parts:
            parts["BYMONTH"] = str(start.month)
    if rule.freq == "YEARLY":
        turns = (near.year - start.year) // every - 2
        return parts, start if turns <= 0 else start.replace(year=start.year + turns * every, month=1, day=1)
    turns = ((near.year - start.year) * 12 + near.month - start.month) // every - 2
    if turns <= 0:
        return parts, start
    months = start.year * 12 + start.month - 1 + turns * every
    return parts, start.replace(year=months // 12, month=months % 12 + 1, day=1)


def follow(plan: Plan, after: datetime) -> Iterator[Occurrence]:
    """Every date strictly after the instant `after` in order, those that are skipped among them.

    Wall times don't always keep their order as instants (02:30 pushed out of a gap comes after 03:00), so
    what was resolved waits in a heap until nothing earlier can follow.
    """
    near = after.astimezone(ZoneInfo(plan.zone)).replace(tzinfo=None)
    waiting = [
        Occurrence(resolve(to, plan.zone), local, plan.zone, _moved(local))
        for local, to in plan.moves.items()
        if to is not None
    ]
    heapq.heapify(waiting)
    last = after
    for wall in wall_times(plan, near):
        occurrence = _judge(plan, wall)
        while waiting and waiting[0].at < occurrence.at - LARGEST_GAP:
            first = heapq.heappop(waiting)
            if first.at > last:
                yield first
                last = first.at
        if plan.moves.get(wall) is None:
            heapq.heappush(waiting, occurrence)
    while waiting:
        first = heapq.heappop(waiting)
        if first.at > last:
            yield first
            last = first.at


def _judge(plan: Plan, wall: datetime) -> Occurrence:
    there = ZoneInfo(plan.zone)
    occurrence = Occurrence(resolve(wall, plan.zone), wall, plan.zone)
    shown = occurrence.there.replace(tzinfo=None)
    if wall in plan.moves and plan.moves[wall] is None:
        return replace(occurrence, note="skipped", skipped=True)
    if wall.date() in plan.days_off:
        return replace(occurrence, note=f"day off: {plan.days_off[wall.date()]}", skipped=True)
    if shown != wall:
        return replace(occurrence, note=f"the clocks go forward, so {wall:%H:%M} becomes {shown:%H:%M}")
    if wall.replace(tzinfo=there, fold=1).utcoffset() != wall.replace(tzinfo=there).utcoffset():
        return replace(occurrence, note=f"the clocks go back, so this is the first of two {wall:%H:%M}")
    return occurrence


def _moved(local: datetime) -> str:
    return f"moved from {local:%a} {local.day} {local:%b}, {local:%H:%M}"


def upcoming(plan: Plan, after: datetime, count: int) -> list[Occurrence]:
    """The next `count` dates that take place, strictly after the instant `after`; fewer when it ends."""
    taking_place = (occurrence for occurrence in follow(plan, after) if not occurrence.skipped)
    return list(islice(taking_place, count))
