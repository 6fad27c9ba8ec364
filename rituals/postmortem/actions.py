"""Actions: an owner who was asked, a day, a sign of done; reminded until done, moved or dropped with a reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import storage.postmortem as rows
from rituals import nudges
from rituals.calendar.recurrence import resolve
from rituals.errors import InvalidField
from rituals.postmortem.hours import before_the_weekend, off_the_weekend
from rituals.postmortem.kit import Kit
from rituals.postmortem.refusals import AlreadyOwned, NoSuchReview, NotYourAction
from rituals.postmortem.reviews import clean, find
from rituals.who_may import Asker
from storage import Session
from storage.outbox import owe
from storage.people import person as known_person
from storage.schema import Review, ReviewAction

BEFORE = timedelta(days=2)
EVERY = timedelta(days=7)
LEFT_WAITS = timedelta(days=4)  # for a day with room, until who looks after it hears that its owner left
CHECKS = (30, 90)  # days after it was done
HOUR = time(9)
FURTHEST = timedelta(days=366 * 2)
HELPED = {"helped": "It helped", "not_yet": "Can't tell yet", "not": "It made no difference"}


def is_vague(words: str, sign: str, kit: Kit) -> bool:
    """Whether a reader could not tell when it is done: a vague verb, or a word or two, and no sign."""
    return not sign.strip() and (bool(kit.vague.search(words)) or len(words.split()) < 3)


def add(
    session: Session,
    workspace: str,
    review_id: int,
    *,
    words: str,
    sign: str = "",
    worse: str = "",
    finding_id: int | None = None,
    owner: str | None = None,
    due: date | None = None,
    reason: str = "",
    now: datetime,
) -> ReviewAction:
    """Add an idea, something that somebody is asked to do, or what we choose not to do, with the reason."""
    review = find(session, workspace, review_id)
    day = None if due is None else _at_hour(session, review, owner, due)
    if day is not None and not now - timedelta(days=1) < day < now + FURTHEST:
        raise InvalidField("due", "Choose a day from today on, within two years.")
    if owner is not None and day is None:
        day = review.actions_due
    state = "dropped" if reason.strip() else "asked" if owner else "idea"
    added = rows.add_part(
        session,
        workspace,
        ReviewAction,
        review_id,
        finding_id=finding_id,
        words=clean(words, "words", needed=True, most=600),
        sign=clean(sign, "sign", most=600),
        worse=clean(worse, "worse", most=600),
        owner=owner if state == "asked" else None,
        due=day if state == "asked" else None,
        state=state,
        reason=clean(reason, "reason", most=600),
        ticket="",
        done_at=None,
        reminded=0,
        remind_at=None,
        helped={},
    )
    assert added is not None  # nothing of an action is unique
    if state == "asked":
        _ask(session, review, added, now)
    return added


def _at_hour(session: Session, review: Review, owner: str | None, day: date) -> datetime:
    return resolve(datetime.combine(day, HOUR), _zone(session, review, owner))


def _zone(session: Session, review: Review, owner: str | None) -> str:
    known = known_person(session, review.workspace, owner) if owner else None
    return (known.zone if known else None) or review.zone


def _ask(session: Session, review: Review, action: ReviewAction, now: datetime) -> None:
    assert action.owner is not None
    nudges.want(
        session,
        review.workspace,
        action.owner,
        key=f"postmortem:action:{action.id}:asked",
        kind="postmortem.asked",
        facts={"action": action.id},
        now=now,
    )
    if review.stage == "published":
        begin(session, review, action, now)


def begin_all(session: Session, review: Review, now: datetime) -> None:
    """From the publishing on, owners are reminded."""
    for action in rows.parts_of(session, review.workspace, ReviewAction, review.id):
        if action.state in ("asked", "accepted"):
            begin(session, review, action, now)


def begin(session: Session, review: Review, action: ReviewAction, now: datetime) -> None:
    """Set the first reminder: two days before, on the day when that is over, else in a week."""
    assert action.due is not None
    action.remind_at = next_reminder(action.due, now, _zone(session, review, action.owner))


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


def action(session: Session, workspace: str, action_id: int) -> ReviewAction:
    """The action with this id. Raises NoSuchReview."""
    found = rows.part(session, workspace, ReviewAction, action_id)
    if found is None:
        raise NoSuchReview
    return found


def theirs(session: Session, workspace: str, action_id: int, asker: Asker) -> ReviewAction:
    """An action, for its owner, who looks after the review, or an admin to change. Raises NotYourAction."""
    found = action(session, workspace, action_id)
    review = find(session, workspace, found.review_id)
    if asker.person not in (found.owner, *keepers(review)) and not asker.is_admin:
        raise NotYourAction
    return found


def keepers(review: Review) -> tuple[str, ...]:
    """Who looks after a review: who facilitates it first, then who started it."""
    return tuple(dict.fromkeys((review.facilitator, review.started_by)))


def accept(session: Session, workspace: str, action_id: int, asker: Asker) -> ReviewAction:
    """Its owner takes it on: from now on its deadline is their own."""
    found = theirs(session, workspace, action_id, asker)
    if found.state == "asked" and asker.person == found.owner:
        found.state = "accepted"
    return found


def decline(session: Session, workspace: str, action_id: int, asker: Asker) -> ReviewAction:
    """Its owner says no: it is an idea again, and nobody's."""
    found = theirs(session, workspace, action_id, asker)
    if found.state in ("asked", "accepted"):
        found.state, found.owner, found.remind_at = "idea", None, None
    return found


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


def hand_on(
    session: Session, workspace: str, action_id: int, asker: Asker, owner: str, day: date, now: datetime
) -> ReviewAction:
    """Ask somebody to own what is nobody's. Raises NotYourAction, AlreadyOwned, InvalidField."""
    found = theirs(session, workspace, action_id, asker)
    if found.state != "idea":
        raise AlreadyOwned
    review = find(session, workspace, found.review_id)
    due = _at_hour(session, review, owner, day)
    if not now - timedelta(days=1) < due < now + FURTHEST:
        raise InvalidField("due", "Choose a day from today on, within two years.")
    found.owner, found.due, found.state = owner, due, "asked"
    _ask(session, review, found, now)
    return found


def finish(session: Session, workspace: str, action_id: int, asker: Asker, now: datetime) -> ReviewAction:
    """It is done; in 30 and 90 days its owner is asked whether it helped."""
    found = theirs(session, workspace, action_id, asker)
    if found.state in ("asked", "accepted"):
        found.state, found.done_at = "done", now
        found.remind_at = now + timedelta(days=CHECKS[0])
    return found


def move(
    session: Session, workspace: str, action_id: int, asker: Asker, day: date, reason: str, now: datetime
) -> ReviewAction:
    """Another day, with a reason. Raises InvalidField."""
    found = theirs(session, workspace, action_id, asker)
    review = find(session, workspace, found.review_id)
    due = _at_hour(session, review, found.owner, day)
    if not now < due < now + FURTHEST:
        raise InvalidField("due", "Choose a day from tomorrow on, within two years.")
    if found.state in ("asked", "accepted"):
        found.due, found.reason = due, clean(reason, "reason", needed=True, most=600)
        if found.remind_at is not None:
            begin(session, review, found, now)
    return found


def drop(session: Session, workspace: str, action_id: int, asker: Asker, reason: str) -> ReviewAction:
    """Not to be done after all, and why."""
    found = theirs(session, workspace, action_id, asker)
    if found.state != "done":
        found.state, found.reason, found.remind_at = (
            "dropped",
            clean(reason, "reason", needed=True, most=600),
            None,
        )
    return found


def link(session: Session, workspace: str, action_id: int, asker: Asker, address: str) -> ReviewAction:
    """Keep the address of its ticket. Raises InvalidField."""
    found = theirs(session, workspace, action_id, asker)
    address = address.strip()
    if address and not re.fullmatch(r"https://[^\s<>|\"]{4,290}", address):
        raise InvalidField("ticket", "Paste the ticket's address, beginning with https://.")
    found.ticket = address
    return found


def note_check(
    session: Session, workspace: str, action_id: int, asker: Asker, days: str, helped: str, in_place: str
) -> ReviewAction:
    """Whether it helped, and whether it is still in place, 30 or 90 days after it was done."""
    found = theirs(session, workspace, action_id, asker)
    if days in map(str, CHECKS) and helped in HELPED:
        found.helped = {**found.helped, days: f"{helped}, {'in place' if in_place == 'yes' else 'gone'}"}
    return found


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
        action.remind_at = next_reminder(action.due, now, _zone(session, review, action.owner))
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
