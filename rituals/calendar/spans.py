"""How long, and until when, as people type it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from rituals.calendar.recurrence import resolve
from rituals.errors import Refusal

FURTHEST_YEARS = 50  # beyond that it is a slip of the hand


class HowLong(Refusal):
    """I don't know how long "{words}" is. Say it like `2 weeks`, `10 days`, `1 month` or `until 2026-12-01`."""


def read_span(words: str) -> timedelta:
    """Read "2 weeks", "10 days", "a month" (30 days), with or without "for". Raises HowLong."""
    found = re.fullmatch(r"(?:for\s+)?(?:(\d{1,3})|an?)\s*(day|week|month)s?", words.strip().lower())
    if found is None or (found[1] and int(found[1]) == 0):
        raise HowLong(words=words.strip()[:40])
    return timedelta(days=int(found[1] or 1) * {"day": 1, "week": 7, "month": 30}[found[2]])


def read_until(words: str, zone: str, now: datetime) -> datetime | None:
    """Read "until 2026-12-01" (that day's first moment in `zone`) or a span from now; empty is None.

    Raises HowLong.
    """
    words = words.strip()
    if not words:
        return None
    found = re.fullmatch(r"(?:until\s+)?(\d{4}-\d{2}-\d{2})", words, re.IGNORECASE)
    if found is None:
        return now + read_span(words)
    try:
        day = date.fromisoformat(found[1])
    except ValueError:
        raise HowLong(words=words) from None
    if abs(day.year - now.year) > FURTHEST_YEARS:
        raise HowLong(words=words)
    return resolve(datetime.combine(day, datetime.min.time()), zone)
