"""The stages of a review: accounts, conversation, soak, published; who moves it on, and what happens by itself.

Accounts open by themselves. A conversation that nobody ends, and a soak that nobody publishes, are told to the
facilitator once, and from then on anybody who was asked may move them on.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import storage.postmortem as rows
from rituals.postmortem import quotes, reminding
from rituals.postmortem.accounts import has_all
from rituals.postmortem.hours import days_later
from rituals.postmortem.kit import Kit
from rituals.postmortem.refusals import AlreadyPublished, QuotesOpen, WrongStage
from rituals.postmortem.reviews import by_day, deadline, hold, may_move, owe_of, owe_with_room, redraw
from rituals.who_may import Asker
from storage import Session
from storage.schema import Quotation, Review

SOAK_DAYS = 2  # working days in which quotes are looked at
OVERDUE_WAITS = timedelta(days=4)  # for a day with room
BEFORE = {"conversation": "accounts", "soak": "conversation"}
NAMES = {
    "accounts": "collecting accounts",
    "conversation": "in conversation",
    "soak": "having its quotes checked",
    "published": "published",
}


def turn(
    session: Session, workspace: str, review_id: int, kit: Kit, now: datetime, lead: str | None = None
) -> None:
    """What happens by itself when the time of a stage is over. `lead` hears of it (None: who facilitates)."""
    review = hold(session, workspace, review_id)
    if review.due > now or review.overdue_at is not None:
        return  # somebody moved it meanwhile
    if review.stage == "accounts":
        by = deadline(review, kit)
        if now < by and not has_all(session, review):
            review.due = by  # somebody took theirs back in the quarter of an hour before the reveal
            return
        _reveal(session, review, kit, now, lead)
    elif review.stage != "published":
        if review.stage == "soak":
            quotes.keep_silent(session, review)
        review.overdue_at = now
        who, later = lead or review.facilitator, now + OVERDUE_WAITS
        first = by_day(session, review, who, now, off_weekends_until=later)
        owe_with_room(session, review, "overdue", who, now=now, due=first, until=later, once=review.stage)


def move_on(
    session: Session, workspace: str, review_id: int, seen: str, asker: Asker, kit: Kit, now: datetime
) -> Review:
    """Move a review from the stage that somebody saw to the next one.

    Raises OnlyTheFacilitator, WrongStage (somebody moved it meanwhile), AlreadyPublished, QuotesOpen.
    """
    review = hold(session, workspace, review_id)
    may_move(session, review, asker)
    _still(review, seen)
    if review.stage == "accounts":
        _reveal(session, review, kit, now)
    elif review.stage == "conversation":
        until = days_later(now, SOAK_DAYS, review.zone, working=True, country=review.country)
        quotes.gather(session, review, now, until)
        _to(session, review, "soak", until, now)
    else:
        _publish(session, review, now)
    return review


def move_back(
    session: Session, workspace: str, review_id: int, seen: str, asker: Asker, kit: Kit, now: datetime
) -> Review:
    """Undo the last move. What was read can't be unread, but accounts can be added and changed again."""
    review = hold(session, workspace, review_id)
    may_move(session, review, asker)
    _still(review, seen)
    if review.stage not in BEFORE:
        raise WrongStage(stage=NAMES[review.stage], number=review.id)
    _to(session, review, BEFORE[review.stage], _deadline(review, kit, now), now)
    return review


def _still(review: Review, seen: str) -> None:
    if review.stage == "published":
        raise AlreadyPublished
    if review.stage != seen:
        raise WrongStage(stage=NAMES[review.stage], number=review.id)


def _reveal(session: Session, review: Review, kit: Kit, now: datetime, lead: str | None = None) -> None:
    _to(session, review, "conversation", _deadline(review, kit, now), now)
    who = lead or review.facilitator
    first = by_day(session, review, who, now)
    owe_with_room(session, review, "brief", who, now=now, due=first, until=review.due, again=True)


def _deadline(review: Review, kit: Kit, now: datetime) -> datetime:
    """By when the conversation should be over: as its severity says, and never sooner than tomorrow."""
    size = kit.severities[review.severity]
    due, tomorrow = (
        days_later(at, days, review.zone, working=size.working, country=review.country)
        for at, days in ((review.started_at, size.review_days), (now, 1))
    )
    return max(due, tomorrow)


def _publish(session: Session, review: Review, now: datetime) -> None:
    waiting = [
        one for one in rows.parts_of(session, review.workspace, Quotation, review.id) if one.state == "asked"
    ]
    if waiting and review.due > now:
        until = review.due.astimezone(ZoneInfo(review.zone))
        raise QuotesOpen(count=len(waiting), until=f"{until:%a} {until.day} {until:%b, %H:%M} ({review.zone})")
    quotes.keep_silent(session, review)
    review.published_at = now
    _to(session, review, "published", now, now)
    for what in ("summary", "report", "canvas"):
        owe_of(session, review, what, to=review.channel, now=now)
    reminding.begin_all(session, review, now)


def _to(session: Session, review: Review, stage: str, due: datetime, now: datetime) -> None:
    review.stage, review.since, review.due, review.overdue_at = stage, now, due, None
    review.moved += 1
    redraw(session, review, now)
