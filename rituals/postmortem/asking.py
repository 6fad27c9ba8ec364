"""Who is asked for an account: by day on their own clock, once and once again, and nobody who can't be asked.

A review begins without asking Slack about each of its people, as that may take longer than a form can wait. Who
they are and what time it is where they live is found out when their request is about to be posted.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import storage.people
import storage.postmortem as rows
from rituals.postmortem.accounts import hasten
from rituals.postmortem.hours import in_daytime
from rituals.postmortem.reviews import by_day, find, hold, owe_with_room, redraw
from rituals.who_may import Asker
from storage import Session
from storage.schema import Review

TIME_TO_WRITE = timedelta(hours=1)  # a reminder later than this before the reveal reminds nobody


def is_for_now(session: Session, workspace: str, review_id: int, met: Asker, now: datetime) -> bool:
    """Whether a request can be posted to somebody this moment: they are asked, haven't answered, and it is day."""
    waiting = (one.id for one in rows.unanswered_by(session, workspace, met.person))
    return review_id in waiting and not met.is_guest and in_daytime(now, met.zone) == now


def note_asked(
    session: Session, workspace: str, review_id: int, person: str, met: Asker | None, now: datetime
) -> None:
    """They have the request: owe the one reminder, when half of their time is over.

    `met` is None when Slack had the request already and nobody needed to look who they are.
    """
    review = find(session, workspace, review_id)
    if met is not None:
        storage.people.remember(session, workspace, person, zone=met.zone)
    last, halfway = review.due - TIME_TO_WRITE, now + (review.due - now) / 2
    second = by_day(session, review, person, halfway, off_weekends_until=last)
    if second < review.due:
        owe_with_room(
            session, review, "remind", person, now=now, due=second, until=last, expires_at=review.due, needed=False
        )


def put_off(session: Session, workspace: str, review_id: int, what: str, met: Asker, now: datetime) -> None:
    """A request (`what`: account, remind) wasn't posted: it comes by day, and never to whom nobody may ask."""
    review = hold(session, workspace, review_id)
    if met.is_guest:
        _leave_out(session, review, met.person, now)
        return
    storage.people.remember(session, workspace, met.person, zone=met.zone)
    by_day = in_daytime(now, met.zone)
    if by_day > now:
        once = f"{by_day:%Y%m%d}"
        halfway = by_day + (review.due - by_day) / 2
        owe_with_room(
            session,
            review,
            what,
            met.person,
            now=now,
            due=by_day,
            until=halfway,
            expires_at=review.due,
            needed=what == "account",
            once=once,
        )


def _leave_out(session: Session, review: Review, person: str, now: datetime) -> None:
    """A guest, a bot, or somebody who left: nobody waits for them any more."""
    if rows.account_of(session, review.workspace, review.id, person) is None:
        rows.drop_person(session, review.workspace, review.id, person)
        redraw(session, review, now, because=f"without:{person}")
        if review.stage == "accounts":
            hasten(session, review, now)
