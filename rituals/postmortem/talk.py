"""The 45 minutes of conversation, as a proposal for the facilitator's calendar."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from rituals.calendar import ics
from rituals.calendar.ics import Matter
from rituals.calendar.recurrence import resolve
from rituals.postmortem.kit import Kit
from storage.schema import Review

MINUTES = 45
AT = time(10)
PURPOSE = "We learn how it looked to those who were there. Nobody is blamed."


def proposed(zone: str, now: datetime) -> datetime:
    """When to talk: at ten on the next working day, on the clocks of `zone`."""
    day = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return resolve(datetime.combine(day, AT), zone)


def calendar_file(review: Review, kit: Kit, now: datetime) -> bytes:
    """The proposal with the five questions to open with.

    Calendars are often open to a whole company, and a review to its channel: nothing anybody wrote is in it, not
    even the title.
    """
    questions = "\n".join(f"{number}. {one}" for number, one in enumerate(kit.conversation[:5], 1))
    matter = Matter(
        uid=ics.uid("review", review.workspace, review.id, review.started_at),
        sequence=(now - review.started_at) // timedelta(minutes=1),  # asked for again, it may be another day
        title=f"Review {review.id}: the conversation",
        minutes=MINUTES,
        words=f"{PURPOSE}\n\n{questions}",
    )
    return ics.calendar(f"Review {review.id}", [ics.one(matter, proposed(review.zone, now), review.zone, now)])
