"""Reading what people write: a recurrence rule, a local start, a time zone."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from functools import cache
from zoneinfo import available_timezones

from rituals.errors import Refusal

LONGEST_RULE = 500  # characters; a rule that names every day of a year in full would have more


class BadRule(Refusal):
    """I can't use this rule: {why}. A rule looks like FREQ=WEEKLY;BYDAY=TU or FREQ=MONTHLY;BYDAY=-1FR."""

    field = "rule"


class TooOften(Refusal):
    """FREQ={freq} is too often: the shortest rhythm is once a day. Use FREQ=DAILY, WEEKLY, MONTHLY or YEARLY."""

    field = "rule"


class UnknownZone(Refusal):
    """I don't know the time zone "{zone}". {hint}"""

    field = "zone"


class BadStart(Refusal):
    """The start "{start}" isn't a local date and time. Write it like 2026-03-01T10:00, without an offset."""

    field = "first"


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
DATES_BY = ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO")


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
    if "BYSETPOS" in parts and not any(part in parts for part in (*DATES_BY, "BYMONTH", "BYHOUR", "BYMINUTE")):
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
