"""Reviews: started, found, and who may do what with them."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import storage.postmortem as rows
from rituals import nudges
from rituals.errors import InvalidField
from rituals.postmortem.hours import days_later, in_daytime, off_the_weekend
from rituals.postmortem.kit import Kit, Severity
from rituals.postmortem.refusals import (
    NoSuchReview,
    NotPublishedYet,
    NotYourReview,
    OnlyTheFacilitator,
    OnlyWhoFacilitated,
)
from rituals.who_may import Asker
from storage import Session
from storage.outbox import Room, owe, owe_again
from storage.people import person as known_person
from storage.schema import Review

MOST_PEOPLE = 20
LONGEST = 3_000  # characters of a box
LONGEST_TITLE = 150
TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # overrides and embeddings, unclosed perhaps


@dataclass(frozen=True)
class Incident:
    """What a review is about, as somebody filled it in. `people` are those asked, with their roles.

    `country`: whose public holidays are no working days; None: nobody's.
    """

    title: str
    severity: str
    began: datetime
    ended: datetime
    zone: str
    channel: str
    people: Mapping[str, str]
    facilitator: str
    country: str | None = None


def clean(words: str, box: str, *, needed: bool = False, most: int = LONGEST) -> str:
    """Somebody's words without control characters, nor marks that turn the direction of what follows.

    Raises InvalidField for too long, or where words are needed for none that can be seen.
    """
    kept = "".join(
        one for one in words if one == "\n" or (unicodedata.category(one) not in ("Cc", "Cs") and one not in TURNS)
    ).strip()
    if needed and not any(unicodedata.category(one)[0] in "LNPS" for one in kept):
        raise InvalidField(box, "Please write something here.")
    if len(kept) > most:
        raise InvalidField(box, f"This has {len(kept):,} characters. Please keep it within {most:,}.")
    return kept


def check_span(began: datetime, ended: datetime) -> None:
    """Raises InvalidField when the end comes before the beginning."""
    if ended < began:
        raise InvalidField("ended", "It ended before it began. Please look at both.")


def check_people(people: Collection[str], facilitator: str | None = None) -> None:
    """Raises InvalidField for nobody, too many, and a facilitator who would be the only voice."""
    if not people:
        raise InvalidField("people", "Choose who was there. Two people see more than one.")
    if len(people) > MOST_PEOPLE:
        raise InvalidField("people", f"Choose at most {MOST_PEOPLE}: those who saw most of it.")
    if facilitator is not None and set(people) == {facilitator}:
        raise InvalidField(
            "facilitator",
            "Somebody who is asked alone can't facilitate too. Choose somebody who was not involved.",
        )


def suggest(session: Session, workspace: str, people: Collection[str], others: Sequence[str]) -> str | None:
    """Who might facilitate: not involved, and longest not asked to; None when everybody was involved."""
    last = rows.facilitations(session, workspace)
    free = [one for one in others if one not in people]
    return min(free, key=lambda one: (last[one].timestamp() if one in last else 0.0, one), default=None)


def start(
    session: Session,
    workspace: str,
    incident: Incident,
    *,
    kit: Kit,
    by: str,
    origin: str,
    now: datetime,
) -> Review:
    """Open a review and owe its message and everybody's request; the same form a second time adds nothing."""
    title = clean(" ".join(incident.title.split()), "title", needed=True, most=LONGEST_TITLE)
    check_span(incident.began, incident.ended)
    check_people(incident.people, incident.facilitator)
    size = kit.severities[incident.severity]
    due = _deadline(size, now, incident.zone, incident.country)
    review, is_new = rows.add_review(
        session,
        workspace,
        incident.people,
        origin=origin,
        channel=incident.channel,
        title=title,
        severity=incident.severity,
        began=incident.began,
        ended=incident.ended,
        zone=incident.zone,
        country=incident.country,
        facilitator=incident.facilitator,
        started_by=by,
        started_at=now,
        stage="accounts",
        since=now,
        due=due,
        actions_due=days_later(now, size.actions_days, incident.zone, working=False),
    )
    if is_new:
        owe_of(session, review, "start", to=review.channel, now=now)
        for person in incident.people:
            first = by_day(session, review, person, now)
            halfway = first + (review.due - first) / 2
            owe_with_room(
                session, review, "account", person, now=now, due=first, until=halfway, expires_at=review.due
            )
    return review


def deadline(review: Review, kit: Kit) -> datetime:
    """By when accounts were asked for when the review began."""
    return _deadline(kit.severities[review.severity], review.started_at, review.zone, review.country)


def _deadline(size: Severity, begins: datetime, zone: str, country: str | None) -> datetime:
    if not size.working:
        return begins + timedelta(hours=size.accounts_hours)
    return days_later(begins, -(-size.accounts_hours // 24), zone, working=True, country=country)


def by_day(
    session: Session, review: Review, person: str, at: datetime, *, off_weekends_until: datetime | None = None
) -> datetime:
    """The first moment from `at` on between 8 and 20 where somebody lives; `at` while we don't know where.

    What can wait for Monday does, where that is before `off_weekends_until`.
    """
    known = known_person(session, review.workspace, person)
    if known is None or known.zone is None:
        return at
    first = in_daytime(at, known.zone)
    return first if off_weekends_until is None else off_the_weekend(first, known.zone, off_weekends_until)


def owe_with_room(
    session: Session,
    review: Review,
    what: str,
    person: str,
    *,
    now: datetime,
    due: datetime,
    until: datetime,
    expires_at: datetime | None = None,
    needed: bool = True,
    once: str = "",
    again: bool = False,
) -> None:
    """Owe somebody a message on the first day from `due` on that has room for it.

    Where none up to `until` has, what is `needed` comes at `due`, and the rest doesn't; it yields to that, too.
    """
    room: Room = "takes" if needed else "yields"
    found = nudges.places(session, review.workspace, [person], now=now, due=due, until=until, needed=needed)
    for at in found:
        owe_of(
            session, review, what, to=person, now=now, due=at, until=expires_at, once=once, room=room, again=again
        )


def owe_of(
    session: Session,
    review: Review,
    what: str,
    *,
    to: str,
    now: datetime,
    due: datetime | None = None,
    until: datetime | None = None,
    once: str = "",
    room: Room = "takes",
    again: bool = False,
) -> bool:
    """Owe one message of a review, once per receiver (and per `once`, where it may come again).

    `again`: also one that had nothing to say when it came up, because the review went a step back meanwhile.
    """
    key = f"postmortem:{review.id}:{what}:{to}{f':{once}' if once else ''}"
    is_new = owe(
        session,
        review.workspace,
        key=key,
        kind=f"postmortem.{what}",
        to=to,
        facts={"review": review.id},
        due=due or now,
        now=now,
        expires_at=until,
        room=room,
    )
    if is_new or not again:
        return is_new
    return owe_again(session, review.workspace, key, due=due or now, now=now, expires_at=until)


def redraw(session: Session, review: Review, now: datetime, because: str = "") -> None:
    """Owe another look of its message in the channel: at each move, and once for each other reason."""
    once = f"{review.moved}:{because}" if because else str(review.moved)
    owe_of(session, review, "stage", to=review.channel, now=now, once=once)


def find(session: Session, workspace: str, review_id: int) -> Review:
    """The review with this id. Raises NoSuchReview."""
    found = rows.review(session, workspace, review_id)
    if found is None:
        raise NoSuchReview
    return found


def hold(session: Session, workspace: str, review_id: int) -> Review:
    """The review with this id, for a change of its stage. Raises NoSuchReview."""
    found = rows.lock_review(session, workspace, review_id)
    if found is None:
        raise NoSuchReview
    return found


def takes_part(session: Session, review: Review, person: str) -> bool:
    """Whether somebody was asked, or facilitates."""
    return person == review.facilitator or person in rows.people_of(session, review.workspace, review.id)


def may_see(session: Session, review: Review, person: str, *, in_channel: bool) -> None:
    """Its people and today's members of its channel read a review. Raises NotYourReview."""
    if not in_channel and not takes_part(session, review, person):
        raise NotYourReview


def leads(session: Session, review: Review, asker: Asker) -> bool:
    """Whether somebody may move a review on."""
    if asker.person in (review.facilitator, review.started_by) or asker.is_admin:
        return True
    return review.overdue_at is not None and takes_part(session, review, asker.person)


def may_move(session: Session, review: Review, asker: Asker) -> None:
    """Facilitator and starter move a stage on, and admins; once it is overdue, anybody who was asked.

    Raises OnlyTheFacilitator.
    """
    if leads(session, review, asker):
        return
    keepers = (review.facilitator, review.started_by)
    raise OnlyTheFacilitator(keepers=" and ".join(f"<@{one}>" for one in dict.fromkeys(keepers) if one))


def to_ask(session: Session, workspace: str, review_id: int, asker: Asker) -> tuple[Review, list[str]]:
    """A published review and its people, for who may have another ritual ask them something.

    Raises NoSuchReview, OnlyWhoFacilitated, NotPublishedYet.
    """
    review = find(session, workspace, review_id)
    if asker.person != review.facilitator and not asker.is_admin:
        raise OnlyWhoFacilitated(facilitator=f"<@{review.facilitator}>")
    if review.stage != "published":
        raise NotPublishedYet
    return review, list(rows.people_of(session, workspace, review.id))
