"""Nudges: private reminders, one message a day and three a week at most, at each person's own hour.

Every direct message counts, whoever owes it. What a ritual owes a person by itself (an invitation, a request)
looks for a day with room first (`places`) and stands in the outbox from then on. Reminders wait for what is left,
and leave one message of the week to what can't wait.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import storage.nudges as rows
import storage.people
from rituals.calendar.recurrence import resolve
from rituals.calendar.spans import read_span
from storage import Session
from storage.outbox import look_again, owe
from storage.people import person as known_person
from storage.people import remember
from storage.schema import Json, Person

USUAL_HOUR = 10  # local; nobody has told us another one
DAY_BEGINS = 8  # what somebody took on may come a little earlier
LAST_HOUR = 17  # later than this, tomorrow is better
EVENING = 20  # what Slack didn't take until then isn't said at night
SATURDAY = 5
A_DAY = timedelta(days=1)
SEVEN_DAYS = timedelta(days=7)
IN_ONE_MESSAGE = 10  # what waits beyond that waits for another day
A_WEEK = 3
KEPT = 1  # of those, for what can't wait: who is asked for an account mustn't find the week full of reminders
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
    days_off: Collection[date] = (),
    asks: bool = True,
) -> None:
    """Want to tell somebody something, once per key, when their day has room for it.

    After `until` it is pointless. What somebody took on themselves (`accepted`: a slot, an action) keeps to
    their hours but not to the budget; it still counts in it, so that others wait. On `days_off`, by the
    person's own date, it isn't said. What `asks` nothing (you host, you show something next) can't be ignored.
    """
    ends = until or now + WORTH_SAYING
    first, last = (now - A_DAY).date(), (ends + A_DAY).date()
    rows.want(
        session,
        workspace,
        key=f"{key}:{person}",
        person=person,
        kind=kind,
        facts=facts,
        wanted_at=now,
        expires_at=ends,
        accepted=accepted,
        not_on=sorted(day.isoformat() for day in days_off if first <= day <= last),
        asks=asks,
    )


def bundle(session: Session, workspace: str, person: str, now: datetime) -> bool:
    """Owe one message with all that waits for a person, if this is their hour and their week has room."""
    known = known_person(session, workspace, person)
    local = now.astimezone(_zone_of(known))
    today = local.date().isoformat()
    waiting = [one for one in rows.waiting_for(session, workspace, person, now) if today not in one.not_on]
    if not (is_their_hour(known, now) and has_room(session, workspace, person, known, now)):
        at_work = is_their_hour(known, now, earliest=DAY_BEGINS)
        waiting = [nudge for nudge in waiting if nudge.accepted] if at_work else []
    waiting = waiting[:IN_ONE_MESSAGE]
    if not waiting:
        return False
    rows.tell(session, workspace, waiting, now)
    evening = now.replace(second=0, microsecond=0) + timedelta(hours=EVENING - local.hour, minutes=-local.minute)
    owe(
        session,
        workspace,
        key=f"nudges:{person}:{now:%Y%m%dT%H%M%S}",
        kind="nudge.bundle",
        to=person,
        facts={"nudges": [nudge.id for nudge in waiting]},
        due=now,
        now=now,
        expires_at=min([now + timedelta(hours=6), evening, *(nudge.expires_at for nudge in waiting)]),
    )
    return True


def is_their_hour(known: Person | None, now: datetime, earliest: int | None = None) -> bool:
    """Whether a person may be spoken to now: a working day, after their hour (or `earliest`), and not quiet."""
    if _quiet(known, now) is not None:
        return False
    local = now.astimezone(_zone_of(known))
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
    """Whether the budget allows one more reminder: one on a local day, and two in seven days (fewer when asked
    for), so that the third is left for what can't wait.
    """
    said = rows.said_to(session, workspace, [person], now - SEVEN_DAYS)
    return _fits([at for _, at in said], now, _zone_of(known), max(_a_week(known) - KEPT, 1))


def places(
    session: Session,
    workspace: str,
    people: Collection[str],
    *,
    now: datetime,
    due: datetime,
    until: datetime,
    needed: bool,
) -> dict[datetime, list[str]]:
    """When each of these people is sent something that a ritual owes them by itself: at `due`, or later.

    The first working day with room, at the same hour of their clocks, up to `until`. Where none has room, what is
    `needed` comes at `due` all the same (nobody is left out of what everybody is asked), and the rest doesn't.
    Who answered what is unknown here, so it changes nothing.
    """
    said: dict[str, list[datetime]] = defaultdict(list)
    since = min(now, due) - SEVEN_DAYS
    for person, at in rows.said_to(session, workspace, people, since, besides_accepted=True):
        said[person].append(at)
    known = storage.people.people(session, workspace, said)
    found: dict[datetime, list[str]] = defaultdict(list)
    for person in people:
        place: datetime | None = due
        if person in said:
            theirs = known.get(person)
            place = _first_room(said[person], due, until, _zone_of(theirs), _a_week(theirs))
        if place is not None or needed:
            found[place or due].append(person)
    return found


def still_has_place(session: Session, workspace: str, person: str, now: datetime) -> bool:
    """Whether something that gives way may be posted now; asked when it is, since much can come in between."""
    since = now - SEVEN_DAYS
    said = rows.said_to(session, workspace, [person], since, besides_accepted=True)
    known = known_person(session, workspace, person)
    return _fits([at for _, at in said], now, _zone_of(known), _a_week(known))


def _first_room(
    said: Sequence[datetime], due: datetime, until: datetime, zone: tzinfo, a_week: int
) -> datetime | None:
    at, local = due, due.astimezone(zone).replace(tzinfo=None)
    while not _fits(said, at, zone, a_week):
        local += A_DAY
        while local.weekday() >= SATURDAY:
            local += A_DAY
        at = resolve(local, str(zone))
        if at > until:
            return None
    return at


def _fits(said: Sequence[datetime], at: datetime, zone: tzinfo, a_week: int) -> bool:
    """Whether one more message at `at` leaves one a day, and `a_week` in any seven days, past and to come."""
    if any(one.astimezone(zone).date() == at.astimezone(zone).date() for one in said):
        return False
    weeks = [one for one in (*said, at) if one <= at < one + SEVEN_DAYS]
    return all(sum(one <= other < one + SEVEN_DAYS for other in (*said, at)) <= a_week for one in weeks)


def _zone_of(known: Person | None) -> tzinfo:
    return ZoneInfo(known.zone if known and known.zone else "UTC")


def _a_week(known: Person | None) -> int:
    return known.nudges_a_week if known and known.nudges_a_week is not None else A_WEEK


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
