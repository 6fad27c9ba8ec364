"""When things happened, as people type it, and when people may be spoken to."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rituals.calendar.cadence import days_off
from rituals.calendar.recurrence import resolve
from rituals.errors import InvalidField

FIRST_HOUR, LAST_HOUR = 8, 20  # a message about an incident comes between these, in its reader's zone
EARLIEST_YEAR = 2000
SATURDAY = 5
TYPED = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{1,2}:\d{2}(?::\d{2})?)\s*(Z|UTC|[+-]\d{2}:?\d{2})?", re.IGNORECASE)


def read_moment(words: str, zone: str, box: str, now: datetime) -> datetime:
    """An instant from "2026-11-23 14:05" on the clocks of `zone`, or with an offset of its own ("+01:00", "Z").

    An hour that comes twice, when clocks go back, is the first of the two unless an offset says otherwise.
    Raises InvalidField under `box`, also for what has not happened yet.
    """
    found = TYPED.fullmatch(words.strip())
    try:
        if found is None:
            raise ValueError
        local = datetime.fromisoformat(f"{found[1]}T{found[2].zfill(5 if len(found[2]) < 6 else 8)}")
        offset = (found[3] or "").upper().replace("UTC", "Z")
        at = datetime.fromisoformat(local.isoformat() + offset).astimezone(UTC) if offset else resolve(local, zone)
    except (ValueError, OverflowError):
        raise InvalidField(
            box, "Write it like 2026-11-23 14:05, with +01:00 behind it if the zone differs."
        ) from None
    if at > now:
        raise InvalidField(box, "This has not happened yet. Please look at the date and the hour.")
    if at.year < EARLIEST_YEAR:
        raise InvalidField(box, "That is too long ago. Please look at the year.")
    return at


def in_daytime(at: datetime, zone: str | None) -> datetime:
    """The first moment from `at` on between 8 and 20 in somebody's zone (UTC when Slack knows none)."""
    local = at.astimezone(ZoneInfo(zone or "UTC"))
    if FIRST_HOUR <= local.hour < LAST_HOUR:
        return at
    day = local.date() if local.hour < FIRST_HOUR else local.date() + timedelta(days=1)
    return resolve(datetime.combine(day, time(FIRST_HOUR)), zone or "UTC")


def off_the_weekend(at: datetime, zone: str | None, until: datetime) -> datetime:
    """The same hour on Monday where `at` is on a weekend in somebody's zone, if that is before `until`."""
    local = at.astimezone(ZoneInfo(zone or "UTC")).replace(tzinfo=None)
    if local.weekday() < SATURDAY:
        return at
    monday = resolve(local + timedelta(days=7 - local.weekday()), zone or "UTC")
    return monday if monday < until else at


def before_the_weekend(at: datetime, zone: str) -> datetime:
    """The same hour on Friday where `at` is on a weekend on the clocks of `zone`."""
    local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return resolve(local - timedelta(days=max(local.weekday() - SATURDAY + 1, 0)), zone)


def days_later(at: datetime, days: int, zone: str, *, working: bool, country: str | None = None) -> datetime:
    """The same hour some days later on the clocks of `zone`.

    Working days leave out weekends, and the public holidays of `country` (like DE or DE-BY; None: of none).
    """
    local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    off = days_off(country, local.year, local.year + 1) if working else {}
    while days > 0:
        local += timedelta(days=1)
        days -= not working or (local.weekday() < SATURDAY and local.date().isoformat() not in off)
    return resolve(local, zone)
