"""When an action is spoken of: before it is due, on its day and weekly; and later, whether it helped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import storage.postmortem as rows
from rituals import nudges
from rituals.postmortem.hours import before_the_weekend, off_the_weekend
from rituals.postmortem.reviews import find
from storage import Session
from storage.outbox import owe
from storage.people import person as known_person
from storage.schema import Review, ReviewAction

BEFORE = timedelta(days=2)
EVERY = timedelta(days=7)
LEFT_WAITS = timedelta(days=4)  # for a day with room, until who looks after it hears that its owner left
CHECKS = (30, 90)  # days after it was done


def zone_of(session: Session, review: Review, owner: str | None) -> str:
    known = known_person(session, review.workspace, owner) if owner else None
    return (known.zone if known else None) or review.zone


def begin_all(session: Session, review: Review, now: datetime) -> None:
    """From the publishing on, owners are reminded."""
    for action in rows.parts_of(session, review.workspace, ReviewAction, review.id):
        if action.state in ("asked", "accepted"):
            begin(session, review, action, now)


def begin(session: Session, review: Review, action: ReviewAction, now: datetime) -> None:
    """Set the first reminder: two days before, on the day when that is over, else in a week."""
    assert action.due is not None
    action.remind_at = next_reminder(action.due, now, zone_of(session, review, action.owner))


def next_reminder(due: datetime, now: datetime, zone: str) -> datetime:
    """The first moment after `now`: two days before it is due, on the day that was chosen, then every week.

    On the clocks of `zone` none but that day is on a weekend: what is before comes on the Friday, what is after
    on the Monday.
    """
    for at in (before_the_weekend(due - BEFORE, zone), due):
        if at > now:
            return at
    again = due + EVERY * ((now - due) // EVERY + 1)
    return off_the_weekend(again, zone, again + EVERY)


def release(session: Session, action: ReviewAction, keeper: str | None, now: datetime) -> None:
    """Its owner left the workspace: nobody reminds them any more, and `keeper` hears once that it needs somebody.

    What is done stays theirs; whether it helped is asked of `keeper`, who is None when all who look after the
    review left too.
    """
    if action.state == "done" and keeper is not None:
        remind(session, action, now, to=keeper)
        return
    action.remind_at = None
    if action.state not in ("asked", "accepted"):
        return
    action.state, action.owner, action.reminded = "idea", None, action.reminded + 1
    if keeper is not None:
        until = now + LEFT_WAITS
        for at in nudges.places(session, action.workspace, [keeper], now=now, due=now, until=until, needed=True):
            owe(
                session,
                action.workspace,
                key=f"postmortem:action:{action.id}:left:{action.reminded}",
                kind="postmortem.owner_left",
                to=keeper,
                facts={"action": action.id},
                due=at,
                now=now,
            )


def check_at(done_at: datetime, now: datetime) -> int:
    """Which check it is time for: after 30 days, or after 90."""
    return CHECKS[(now - done_at).days >= CHECKS[1]]


def checks_of(session: Session, workspace: str, owner: str, now: datetime) -> list[tuple[ReviewAction, str]]:
    """What somebody is asked about an action that they finished: whether it helped, after 30 and 90 days."""
    found = []
    for one in _finished(session, workspace, owner, now):
        assert one.done_at is not None
        days = str(check_at(one.done_at, now))
        if days not in one.helped:
            found.append((one, days))
    return found


def outcomes_of(session: Session, workspace: str, owner: str, now: datetime) -> list[str]:
    """What somebody finished so long ago that they can tell what came of it, good or bad."""
    return [one.words for one in _finished(session, workspace, owner, now)]


def _finished(session: Session, workspace: str, owner: str, now: datetime) -> Sequence[ReviewAction]:
    """What somebody finished between 30 and 180 days ago."""
    return rows.actions_done_by(
        session, workspace, owner, now - timedelta(days=2 * CHECKS[1]), now - timedelta(days=CHECKS[0])
    )


def remind(session: Session, action: ReviewAction, now: datetime, to: str | None = None) -> None:
    """Remind its owner, or ask whether it helped (`to` instead of them), and set when that comes again.

    A deadline that somebody accepted is theirs, so it comes on its day; any other waits for room in their week.
    """
    if action.owner is None or action.state not in ("asked", "accepted", "done"):
        action.remind_at = None
        return
    kind, key = "postmortem.due", f"postmortem:action:{action.id}:due:{action.reminded}"
    if action.state == "done":
        assert action.done_at is not None
        kind, key = "postmortem.check", f"postmortem:action:{action.id}:check:{check_at(action.done_at, now)}"
        later = action.done_at + timedelta(days=CHECKS[1])
        action.remind_at = later if now < later else None
    else:
        assert action.due is not None
        review = find(session, action.workspace, action.review_id)
        action.remind_at = next_reminder(action.due, now, zone_of(session, review, action.owner))
        action.reminded += 1
    facts, to = {"action": action.id}, to or action.owner
    if kind == "postmortem.due" and action.state == "accepted":
        owe(
            session,
            action.workspace,
            key=key,
            kind=kind,
            to=to,
            facts=facts,
            due=now,
            now=now,
            expires_at=now + timedelta(days=1),
            room="none",
        )
    else:
        nudges.want(session, action.workspace, to, key=key, kind=kind, facts=facts, now=now)
