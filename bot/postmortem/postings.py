"""What the courier says for a review, and the parts of private reminders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import storage.postmortem as rows
from bot.blocks.common import Json, Message, message, section
from bot.blocks.postmortem import messages, talking
from bot.postmortem import asking, handing_over, owning
from bot.rooms import NudgePart, Posting
from rituals.postmortem import accounts, actions, brief, reminding
from rituals.postmortem.kit import Kit
from storage import Session
from storage.keys import Custody
from storage.schema import Delivery, Finding, Nudge, Quotation, Review, ReviewAction


def postings(kit: Kit, custody: Custody) -> dict[str, Posting]:
    """The kinds of delivery that reviews owe."""

    def say_start(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
        review = _of(session, delivery)
        return messages.start(review, kit, _asked(session, review))

    def note_start(session: Session, delivery: Delivery, ts: str, _seen: Any, now: datetime) -> None:
        if ts:
            _of(session, delivery).ts = ts

    def say_stage(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
        review = _of(session, delivery)
        return messages.stage(review, kit, _asked(session, review), review.ts) if review.ts else None

    def say_brief(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
        review = _of(session, delivery)
        if review.stage == "accounts":
            return None  # opened, and taken back before we came to say so
        opened = accounts.open_all(session, custody, delivery.workspace, review.id)
        return talking.brief(review, brief.brief_of(opened, kit), len(opened), _asked(session, review))

    def say_thread(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
        review = _of(session, delivery)
        if review.stage == "accounts" or review.ts is None:
            return None  # taken back, or its message never came
        opened = accounts.open_all(session, custody, delivery.workspace, review.id)
        made = brief.brief_of(opened, kit)
        return talking.thread(review, made, len(opened), _asked(session, review), review.ts)

    def say_overdue(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
        review = _of(session, delivery)
        return messages.overdue(review) if review.overdue_at is not None else None

    def say_quoted(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
        review = _of(session, delivery)
        waits = any(one.review_id == review.id for one in _quotes(session, delivery))
        return messages.quoted(review) if waits and review.stage == "soak" else None

    def say_interim(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
        review = _of(session, delivery)
        found = rows.parts_of(session, delivery.workspace, Finding, review.id)
        return next((messages.interim(review, one) for one in found if one.kind == "interim"), None)

    def say_summary(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
        review = _of(session, delivery)
        found = rows.parts_of(session, delivery.workspace, Finding, review.id)
        return messages.summary(review, found, rows.parts_of(session, delivery.workspace, ReviewAction, review.id))

    def say_due(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
        blocks = _due(session, delivery.workspace, delivery.facts["action"], delivery.to)
        return message(blocks) if blocks else None

    return (
        asking.postings()
        | handing_over.postings(kit)
        | owning.postings()
        | {
            "postmortem.start": Posting(say_start, settled=note_start),
            "postmortem.stage": Posting(say_stage),
            "postmortem.brief": Posting(say_brief),
            "postmortem.thread": Posting(say_thread),
            "postmortem.overdue": Posting(say_overdue, repeat="at_most_once"),
            "postmortem.quotes": Posting(say_quoted),
            "postmortem.interim": Posting(say_interim),
            "postmortem.summary": Posting(say_summary),
            "postmortem.due": Posting(say_due, repeat="at_most_once"),
        }
    )


def _of(session: Session, delivery: Delivery) -> Review:
    review = rows.review(session, delivery.workspace, delivery.facts["review"])
    assert review is not None  # a review is never deleted before what it owes
    return review


def _asked(session: Session, review: Review) -> int:
    return len(rows.people_of(session, review.workspace, review.id))


def _quotes(session: Session, delivery: Delivery) -> list[Quotation]:
    return list(rows.quotations_asked(session, delivery.workspace, delivery.to))


def _due(session: Session, workspace: str, action_id: int, person: str) -> list[Json] | None:
    """A reminder of an action that is still somebody's; None when it is done, dropped or another's."""
    one = rows.part(session, workspace, ReviewAction, action_id)
    if one is None or one.owner != person or one.state not in ("asked", "accepted"):
        return None
    review = rows.review(session, workspace, one.review_id)
    assert review is not None  # an action goes with its review
    return [section(f"From review {review.id}, a reminder:"), *messages.action_row(one, review)]


def nudge_parts() -> Mapping[str, NudgePart]:
    """What reviews add to the bundle of a day."""

    def say_due(session: Session, nudge: Nudge) -> list[Json] | None:
        return _due(session, nudge.workspace, nudge.facts["action"], nudge.person)

    def say_asked(session: Session, nudge: Nudge) -> list[Json] | None:
        one = rows.part(session, nudge.workspace, ReviewAction, nudge.facts["action"])
        if one is None or one.state != "asked" or one.owner != nudge.person:
            return None
        review = rows.review(session, nudge.workspace, one.review_id)
        assert review is not None  # an action goes with its review
        return [section(f"Review {review.id} asks whether you would own this:"), *messages.action_row(one, review)]

    def say_check(session: Session, nudge: Nudge) -> list[Json] | None:
        one = rows.part(session, nudge.workspace, ReviewAction, nudge.facts["action"])
        if one is None or one.state != "done" or one.done_at is None:
            return None
        review = rows.review(session, nudge.workspace, one.review_id)
        assert review is not None  # an action goes with its review
        if nudge.person not in (one.owner, *actions.keepers(review)):
            return None
        days = str(reminding.check_at(one.done_at, nudge.wanted_at))
        return None if days in one.helped else messages.check_row(one, review, days)

    return {"postmortem.due": say_due, "postmortem.asked": say_asked, "postmortem.check": say_check}
