"""On which instants a recurrence rule falls, through gaps, overlaps, days off, skips and moves.

A schedule is RRULE text (RFC 5545), a naive local start and an IANA zone. The rule is followed on local
calendar days, and each wall time is then resolved in the zone:
- a wall time in a gap (the clocks go forward) moves forward by the gap: 02:30 becomes 03:30;
- a wall time in an overlap (the clocks go back) counts once, the first time;
- two wall times that fall on one instant are one occurrence.
"""

from __future__ import annotations

import difflib
import heapq
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

from dateutil.rrule import rrulestr

from rituals.errors import Refusal

# 29 February on a Monday comes every 28 years, and every 40 around 2100; what hasn't come in a century won't.
HORIZON = timedelta(days=366 * 100)

# The largest gap so far is Samoa's: it left out the whole of 30 December 2011.
LARGEST_GAP = timedelta(hours=25)


class BadRule(Refusal):
    """I can't use this rule: {why}. A rule looks like FREQ=WEEKLY;BYDAY=TU or FREQ=MONTHLY;BYDAY=-1FR."""

    field = "rule"


class TooOften(Refusal):
    """FREQ={freq} is too often: the shortest rhythm is once a day. Use FREQ=DAILY, WEEKLY, MONTHLY or YEARLY."""

    field = "rule"


class NeverFires(Refusal):
    """This rule never falls on any date. Check its days and months."""

    field = "rule"


class EndsBeforeStart(Refusal):
    """This ends ({until}) before it starts ({start}). Choose a later end or an earlier start."""

    field = "rule"


class UnknownZone(Refusal):
    """I don't know the time zone "{zone}". {hint}"""

    field = "zone"


class BadStart(Refusal):
    """The start "{start}" isn't a local date and time. Write it like 2026-03-01T10:00, without an offset."""

    field = "first"


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


# --- reading a rule -------------------------------------------------------------------------------------

_WEEKDAY = r"(?:MO|TU|WE|TH|FR|SA|SU)"
_FREQS = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
_RANGES = {  # lowest, highest, whether counting from the end is allowed: RFC 5545, section 3.3.10
    "BYMONTH": (1, 12, False),
    "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True),
    "BYWEEKNO": (1, 53, True),
    "BYSETPOS": (1, 366, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSECOND": (0, 59, False),
}
_ONLY_YEARLY = ("BYWEEKNO", "BYYEARDAY")
_DATES_BY = ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO")


@dataclass(frozen=True)
class Rule:
    """A rule that was read and found sound. `until` is naive and local; a date alone means its whole day."""

    parts: Mapping[str, str]
    until: datetime | None
    count: int | None

    @property
    def freq(self) -> str:
        return self.parts["FREQ"]

    @property
    def interval(self) -> int:
        return int(self.parts.get("INTERVAL", "1"))


@cache
def read_rule(text: str) -> Rule:
    """Read RRULE text, with or without "RRULE:" in front.

    Raises BadRule with the reason, or TooOften for a FREQ below DAILY.
    """
    if len(text) > LONGEST_RULE:
        raise BadRule(why=f"it has {len(text):,} characters, and {LONGEST_RULE} are plenty")
    parts: dict[str, str] = {}
    for item in text.strip().upper().removeprefix("RRULE:").strip().strip(";").split(";"):
        name, equals, value = (piece.strip() for piece in item.partition("="))
        if not equals or not value:
            raise BadRule(why=f'"{_short(item)}" is not of the form NAME=VALUE')
        if name in parts:
            raise BadRule(why=f"{_short(name)} stands there twice")
        parts[name] = value
    freq = parts.get("FREQ")
    if freq is None:
        raise BadRule(why="FREQ is missing")
    if freq in ("HOURLY", "MINUTELY", "SECONDLY"):
        raise TooOften(freq=freq)
    if freq not in _FREQS:
        raise BadRule(why=f"FREQ={_short(freq)} is unknown")
    until = count = None
    for name, value in parts.items():
        if name == "UNTIL":
            until = _read_until(value)
        elif name == "COUNT":
            count = _positive(name, value)
        elif name == "INTERVAL":
            _positive(name, value)
        elif name == "WKST":
            if not re.fullmatch(_WEEKDAY, value):
                raise BadRule(why=f"WKST={_short(value)} is not a weekday such as MO")
        elif name == "BYDAY":
            _check_weekdays(value, freq)
        elif name in _RANGES:
            _check_numbers(name, value, freq)
        elif name != "FREQ":
            raise BadRule(why=f"{_short(name)} is unknown")
    if until is not None and count is not None:
        raise BadRule(why="UNTIL and COUNT can't stand together")
    if "BYSETPOS" in parts and not any(part in parts for part in (*_DATES_BY, "BYMONTH", "BYHOUR", "BYMINUTE")):
        raise BadRule(why="BYSETPOS needs another BY part to choose from")
    return Rule({k: v for k, v in parts.items() if k not in ("UNTIL", "COUNT")}, until, count)


def _short(text: str) -> str:
    return text if len(text) <= 30 else text[:29] + "…"


def _positive(name: str, value: str) -> int:
    if not re.fullmatch(r"\d{1,5}", value) or int(value) < 1:
        raise BadRule(why=f"{name}={_short(value)} must be a whole number from 1 up")
    return int(value)


def _read_until(value: str) -> datetime:
    found = re.fullmatch(r"(\d{8})(?:T(\d{6})Z?)?", value)
    try:
        if found is None:
            raise ValueError
        day = datetime.strptime(found[1], "%Y%m%d")
        return datetime.strptime(value.rstrip("Z"), "%Y%m%dT%H%M%S") if found[2] else _end_of(day)
    except ValueError:
        raise BadRule(why=f"UNTIL={_short(value)} is not a date such as 20261231 or 20261231T180000") from None


def _end_of(day: datetime) -> datetime:
    return datetime.combine(day, time(23, 59, 59))


def _check_weekdays(value: str, freq: str) -> None:
    for item in value.split(","):
        found = re.fullmatch(rf"([+-]?\d{{1,2}})?({_WEEKDAY})", item.strip())
        if found is None:
            raise BadRule(why=f"BYDAY={_short(item)} is not a weekday such as MO or 2TU")
        if found[1] is not None:
            if freq not in ("MONTHLY", "YEARLY"):
                raise BadRule(why=f"BYDAY={item} counts weekdays, which needs FREQ=MONTHLY or YEARLY")
            if not 1 <= abs(int(found[1])) <= (5 if freq == "MONTHLY" else 53):
                raise BadRule(why=f"BYDAY={item} counts further than there are weekdays")


def _check_numbers(name: str, value: str, freq: str) -> None:
    lowest, highest, from_end = _RANGES[name]
    if name in _ONLY_YEARLY and freq != "YEARLY":
        raise BadRule(why=f"{name} needs FREQ=YEARLY")
    if name == "BYMONTHDAY" and freq == "WEEKLY":
        raise BadRule(why="BYMONTHDAY can't stand with FREQ=WEEKLY")
    for item in value.split(","):
        if not re.fullmatch(r"[+-]?\d{1,3}", item.strip()):
            raise BadRule(why=f"{name}={_short(item)} is not a number")
        number = int(item)
        if not lowest <= (abs(number) if from_end else number) <= highest:
            raise BadRule(why=f"{name}={item} is outside {lowest} to {highest}")


def read_start(text: str) -> datetime:
    """Read a naive local start such as 2026-03-01T10:00. Raises BadStart."""
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        raise BadStart(start=_short(text)) from None
    if start.tzinfo is not None or "T" not in text.upper().replace(" ", "T"):
        raise BadStart(start=_short(text))
    return start.replace(microsecond=0)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "posixrules", "Factory"})


def read_zone(name: str) -> str:
    """Check an IANA zone. Raises UnknownZone, with the nearest names there are."""
    if name in _zones():
        return name
    by_lower = {zone.lower(): zone for zone in _zones()}
    if name.lower() in by_lower:
        return by_lower[name.lower()]
    cities = {zone.lower().rpartition("/")[2]: zone for zone in sorted(_zones())}
    wanted = name.lower().replace(" ", "_")
    near = [by_lower[match] for match in difflib.get_close_matches(wanted, by_lower, 2, 0.75)]
    near += [cities[match] for match in difflib.get_close_matches(wanted.rpartition("/")[2], cities, 1, 0.8)]
    names = " or ".join(dict.fromkeys(near))
    raise UnknownZone(
        zone=_short(name), hint=f"Did you mean {names}?" if near else "Zones look like Europe/Berlin."
    )


def check(plan: Plan) -> Plan:
    """Return the plan when it can be kept. Raises BadRule, TooOften, UnknownZone, EndsBeforeStart, NeverFires."""
    rule = read_rule(plan.rule)
    read_zone(plan.zone)
    if rule.until is not None and rule.until < plan.start:
        raise EndsBeforeStart(until=f"{rule.until:%Y-%m-%d %H:%M}", start=f"{plan.start:%Y-%m-%d %H:%M}")
    if next(_wall_times(plan, plan.start), None) is None:
        raise NeverFires
    return plan


# --- following a rule -----------------------------------------------------------------------------------


def resolve(local: datetime, zone: str) -> datetime:
    """The instant (UTC) of a wall time: forward by the gap in a gap, the first of two in an overlap.

    Both come from fold=0, by which zoneinfo takes the offset in force before the change.
    """
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def _wall_times(plan: Plan, near: datetime) -> Iterator[datetime]:
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
    named = any(part in parts for part in _DATES_BY)
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
    for wall in _wall_times(plan, near):
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
