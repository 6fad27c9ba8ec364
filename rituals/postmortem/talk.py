"""The conversation: 45 minutes as a proposal for the facilitator's calendar, or a thread of the channel."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from rituals.calendar import ics
from rituals.calendar.ics import Matter
from rituals.calendar.recurrence import resolve
from rituals.postmortem.hours import days_later
from rituals.postmortem.kit import Kit
from rituals.postmortem.refusals import WrongStage
from rituals.postmortem.reviews import hold, may_move, owe_of
from rituals.postmortem.stages import NAMES
from rituals.who_may import Asker
from storage import Session
from storage.schema import Review

MINUTES = 45
AT = time(10)
PURPOSE = "We learn how it looked to those who were there. Nobody is blamed."


def proposed(zone: str, now: datetime, country: str | None = None) -> datetime:
    """When to talk: at ten on the next working day, on the clocks of `zone`."""
    day = days_later(now, 1, zone, working=True, country=country)
    return resolve(datetime.combine(day.astimezone(ZoneInfo(zone)).date(), AT), zone)


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
    at = proposed(review.zone, now, review.country)
    return ics.calendar(f"Review {review.id}", [ics.one(matter, at, review.zone, now)])


def in_thread(session: Session, workspace: str, review_id: int, asker: Asker, now: datetime) -> Review:
    """Owe the questions to open with, once, as a thread under the review's message.

    Raises OnlyTheFacilitator, WrongStage (the accounts are sealed, or it went on).
    """
    review = hold(session, workspace, review_id)
    may_move(session, review, asker)
    if review.stage != "conversation":
        raise WrongStage(stage=NAMES[review.stage], number=review.id)
    owe_of(session, review, "thread", to=review.channel, now=now, again=True)
    return review
