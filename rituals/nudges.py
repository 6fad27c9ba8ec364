"""Nudges: private reminders, one message a day and three a week at most, at each person's own hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import storage.nudges as rows
from rituals.calendar.spans import read_span
from storage import Session
from storage.outbox import look_again, owe
from storage.people import person as known_person
from storage.people import remember
from storage.schema import Json, Person

USUAL_HOUR = 10  # local; nobody has told us another one
DAY_BEGINS = 8  # what somebody took on may come a little earlier
LAST_HOUR = 17  # later than this, tomorrow is better
A_DAY = 1
IN_ONE_MESSAGE = 10  # what waits beyond that waits for another day
A_WEEK = 3
WORTH_SAYING = timedelta(days=5)  # a nudge that found no room until then is dropped
NO_END = timedelta(days=365 * 100)


def want(
    session: Session,
    workspace: str,
    person: str,
    *,
    key: str,
    kind: str,
    facts: Json,
    now: datetime,
    until: datetime | None = None,
    accepted: bool = False,
) -> None:
    """Want to tell somebody something, once per key, when their day has room for it.

    After `until` it is pointless. What somebody took on themselves (`accepted`: a slot, an action) keeps to
    their hours but not to the budget; it still counts in it, so that others wait.
    """
    rows.want(
        session,
        workspace,
        key=f"{key}:{person}",
        person=person,
        kind=kind,
        facts=facts,
        wanted_at=now,
        expires_at=until or now + WORTH_SAYING,
        accepted=accepted,
    )


def bundle(session: Session, workspace: str, person: str, now: datetime) -> bool:
    """Owe one message with all that waits for a person, if this is their hour and their week has room."""
    known = known_person(session, workspace, person)
    waiting = list(rows.waiting_for(session, workspace, person, now))
    if not (is_their_hour(known, now) and has_room(session, workspace, person, known, now)):
        at_work = is_their_hour(known, now, earliest=DAY_BEGINS)
        waiting = [nudge for nudge in waiting if nudge.accepted] if at_work else []
    waiting = waiting[:IN_ONE_MESSAGE]
    if not waiting:
        return False
    rows.tell(session, workspace, waiting, now)
    owe(
        session,
        workspace,
        key=f"nudges:{person}:{now:%Y%m%dT%H%M%S}",
        kind="nudge.bundle",
        to=person,
        facts={"nudges": [nudge.id for nudge in waiting]},
        due=now,
        now=now,
        expires_at=min([now + timedelta(hours=6), *(nudge.expires_at for nudge in waiting)]),
    )
    return True


def is_their_hour(known: Person | None, now: datetime, earliest: int | None = None) -> bool:
    """Whether a person may be spoken to now: a working day, after their hour (or `earliest`), and not quiet."""
    if _quiet(known, now) is not None:
        return False
    local = now.astimezone(ZoneInfo(known.zone) if known and known.zone else UTC)
    hour = known.nudge_hour if known and known.nudge_hour is not None else USUAL_HOUR
    first = hour if earliest is None else min(hour, earliest)
    return local.weekday() < 5 and first <= local.hour <= max(LAST_HOUR, hour)


def _quiet(known: Person | None, now: datetime) -> datetime | None:
    until = known.quiet_until if known is not None else None
    return until if until is not None and until > now else None


def quiet_until(session: Session, workspace: str, person: str, now: datetime) -> datetime | None:
    """Until when somebody wants to be left alone; None when they may be spoken to."""
    return _quiet(known_person(session, workspace, person), now)


def has_room(session: Session, workspace: str, person: str, known: Person | None, now: datetime) -> bool:
    """Whether the budget allows one more: one on a local day, three in seven days (fewer when asked for)."""
    local = now.astimezone(ZoneInfo(known.zone) if known and known.zone else UTC)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    a_week = known.nudges_a_week if known and known.nudges_a_week is not None else A_WEEK
    return (
        rows.times_told(session, workspace, person, midnight) < A_DAY
        and rows.times_told(session, workspace, person, now - timedelta(days=7)) < a_week
    )


def be_quiet(session: Session, workspace: str, person: str, words: str, now: datetime) -> datetime | None:
    """Leave a person alone for "2 weeks" or "10 days"; "off" ends it and returns None. Raises HowLong."""
    until = None if words.strip().lower() in ("off", "end") else now + read_span(words)
    remember(session, workspace, person, quiet_until=until)
    look_again(session, workspace, person, now)
    return until


def were_ignored(session: Session, workspace: str, person: str) -> bool:
    """Whether the last two messages before this one were left without a click."""
    return rows.last_two_ignored(session, workspace, person)


def slow_down(session: Session, workspace: str, person: str, wish: str, now: datetime) -> None:
    """Follow what somebody answered to "too often? wrong time? stop?"."""
    if wish == "once_a_week":
        remember(session, workspace, person, nudges_a_week=1)
    elif wish == "afternoon":
        remember(session, workspace, person, nudge_hour=14)
    else:
        remember(session, workspace, person, quiet_until=now + NO_END)
