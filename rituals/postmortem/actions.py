"""Actions: an owner who was asked, a day, a sign of done; reminded until done, moved or dropped with a reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import storage.postmortem as rows
from rituals import nudges
from rituals.calendar.recurrence import resolve
from rituals.errors import InvalidField
from rituals.postmortem.kit import Kit
from rituals.postmortem.refusals import AlreadyOwned, NoSuchReview, NotGoingOn, NotYourAction
from rituals.postmortem.reminding import CHECKS, begin, zone_of
from rituals.postmortem.reviews import clean, find, hold
from rituals.who_may import Asker
from storage import Session
from storage.schema import Review, ReviewAction

HOUR = time(9)
FURTHEST = timedelta(days=366 * 2)
HELPED = {"helped": "It helped", "not_yet": "Can't tell yet", "not": "It made no difference"}


def is_vague(words: str, sign: str, kit: Kit) -> bool:
    """Whether a reader could not tell when it is done: a vague verb, or a word or two, and no sign."""
    return not sign.strip() and (bool(kit.vague.search(words)) or len(words.split()) < 3)


@dataclass(frozen=True)
class Wanted:
    """What somebody filled in: an idea; with an owner, what they are asked; with a reason, what we won't do."""

    words: str
    sign: str = ""
    worse: str = ""
    finding_id: int | None = None
    owner: str | None = None
    due: date | None = None
    reason: str = ""


def add(session: Session, workspace: str, review_id: int, wanted: Wanted, now: datetime) -> ReviewAction:
    """Add an action to a review. Raises NoSuchReview, InvalidField."""
    review = find(session, workspace, review_id)
    columns = _columns(session, review, wanted, now)
    fresh: dict[str, Any] = {"ticket": "", "done_at": None, "reminded": 0, "remind_at": None, "helped": {}}
    added = rows.add_part(session, workspace, ReviewAction, review_id, **columns, **fresh)
    assert added is not None  # nothing of an action is unique
    if added.state == "asked":
        _ask(session, review, added, now)
    return added


def shape(session: Session, workspace: str, idea_id: int, wanted: Wanted, now: datetime) -> ReviewAction:
    """Make a parked idea something to do, or not; its ticket stays.

    Raises NoSuchReview, InvalidField, AlreadyOwned when it isn't an idea any more.
    """
    idea = action(session, workspace, idea_id)
    review = hold(session, workspace, idea.review_id)  # of two who shape it at once one is first
    session.refresh(idea)  # read before it was ours alone
    if idea.state != "idea":
        raise AlreadyOwned
    for name, value in _columns(session, review, wanted, now).items():
        setattr(idea, name, value)
    if idea.state == "asked":
        _ask(session, review, idea, now)
    return idea


def _columns(session: Session, review: Review, wanted: Wanted, now: datetime) -> dict[str, Any]:
    """What is stored of it. Raises InvalidField."""
    day = _day(session, review, wanted.owner, wanted.due, now)
    state = "dropped" if wanted.reason.strip() else "asked" if wanted.owner else "idea"
    asked = {"owner": wanted.owner, "due": day, "day": _chosen(session, review, wanted.owner, day)}
    return {
        "finding_id": wanted.finding_id,
        "words": clean(wanted.words, "words", needed=True, most=600),
        "sign": clean(wanted.sign, "sign", most=600),
        "worse": clean(wanted.worse, "worse", most=600),
        "state": state,
        "reason": clean(wanted.reason, "reason", most=600),
        **(asked if state == "asked" else dict.fromkeys(asked)),
    }


def _day(
    session: Session, review: Review, owner: str | None, chosen: date | None, now: datetime
) -> datetime | None:
    """When it is due: as chosen, else as the review says where somebody is asked. Raises InvalidField."""
    day = None if chosen is None else _at_hour(session, review, owner, chosen)
    if day is not None and not now - timedelta(days=1) < day < now + FURTHEST:
        raise InvalidField("due", "Choose a day from today on, within two years.")
    return review.actions_due if owner is not None and day is None else day


def _chosen(session: Session, review: Review, owner: str | None, due: datetime | None) -> str | None:
    """The day as its owner's clocks have it: in another zone it may be the one before."""
    return None if due is None else due.astimezone(ZoneInfo(zone_of(session, review, owner))).date().isoformat()


def _at_hour(session: Session, review: Review, owner: str | None, day: date) -> datetime:
    return resolve(datetime.combine(day, HOUR), zone_of(session, review, owner))


def _ask(session: Session, review: Review, action: ReviewAction, now: datetime) -> None:
    assert action.owner is not None
    nudges.want(
        session,
        review.workspace,
        action.owner,
        key=f"postmortem:action:{action.id}:asked:{action.reminded}",
        kind="postmortem.asked",
        facts={"action": action.id},
        now=now,
    )
    if review.stage == "published":
        begin(session, review, action, now)


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
        found.reminded += 1  # whoever is asked next is asked anew
    return found


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
    found.owner, found.due, found.day, found.state = owner, due, day.isoformat(), "asked"
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
    if found.state not in ("asked", "accepted"):
        raise NotGoingOn
    found.due, found.day, found.reason = due, day.isoformat(), clean(reason, "reason", needed=True, most=600)
    if found.remind_at is not None:
        begin(session, review, found, now)
    return found


def drop(session: Session, workspace: str, action_id: int, asker: Asker, reason: str) -> ReviewAction:
    """Not to be done after all, and why."""
    found = theirs(session, workspace, action_id, asker)
    if found.state in ("done", "dropped"):
        raise NotGoingOn
    found.state, found.remind_at = "dropped", None
    found.reason = clean(reason, "reason", needed=True, most=600)
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
