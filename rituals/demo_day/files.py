"""A demo day in somebody's own calendar: files of its dates, and a secret address that stays up to date."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from icalendar import Event

import storage.demo_day as rows
from rituals.calendar import ics
from rituals.calendar.ics import Matter, Silence
from rituals.calendar.schedules import find, is_paused, plan_of
from rituals.demo_day.events import is_on_hold
from rituals.demo_day.hosting import day_of
from rituals.demo_day.setting import demo_day_of
from storage import Session
from storage.schema import DemoDay, DemoEvent, DemoFeed, Schedule

NAME = "Demo day"


def series_file(session: Session, schedule: Schedule, now: datetime) -> bytes:
    """Every date of a demo day that takes place, as a calendar file; what people signed up for has its agenda."""
    day = demo_day_of(session, schedule)
    matter = Matter(
        uid=_name_of(schedule),
        sequence=schedule.version,
        title=NAME,
        minutes=day.slots * day.minutes,
        place=day.place,
    )
    told = ics.series(matter, plan_of(session, schedule), now, _silence(schedule, now))
    for event in rows.events_in(session, schedule.workspace, [schedule.channel], now):
        if event.demo_day_id == day.id and not is_on_hold(schedule, event, now):
            told = ics.instead(told, _with_agenda(session, event, day, schedule, now))
    return ics.calendar(NAME, told)


def event_file(session: Session, event: DemoEvent, now: datetime) -> bytes:
    """One event with its agenda, as a calendar file; one that was called off says so."""
    day = day_of(session, event)
    schedule = find(session, event.workspace, day.schedule_id)
    return ics.calendar(NAME, [_with_agenda(session, event, day, schedule, now)])


def _with_agenda(session: Session, event: DemoEvent, day: DemoDay, schedule: Schedule, now: datetime) -> Event:
    return ics.one(
        _matter_of(session, event, day, schedule),
        event.at,
        schedule.zone,
        now,
        stands_for=datetime.fromisoformat(event.local),
        is_cancelled=event.cancelled_at is not None,
    )


def _matter_of(session: Session, event: DemoEvent, day: DemoDay, schedule: Schedule) -> Matter:
    shown = [one for one in rows.showings(session, event.workspace, event.id) if not one.waits]
    return Matter(
        uid=_name_of(schedule),
        sequence=schedule.version + event.drawn,
        title=NAME,
        minutes=day.slots * day.minutes,
        place=day.place,
        words="\n".join(f"{one.title} ({one.minutes} minutes)" for one in shown),
    )


def _name_of(schedule: Schedule) -> str:
    """The same for ever, and another than in a database that is begun anew and counts from 1 again."""
    return ics.uid("demo-day", schedule.workspace, schedule.id, schedule.created_at)


def _silence(schedule: Schedule, now: datetime) -> Silence | None:
    if schedule.ended_at is not None:
        return Silence(schedule.ended_at, None)
    return Silence(now, schedule.paused_until) if is_paused(schedule, now) else None


# --- an address of one's own ------------------------------------------------------------------------------


def new_address(session: Session, schedule: Schedule, person: str, now: datetime) -> str:
    """The secret part of a new address. An earlier one of this person leads nowhere from now on."""
    secret = secrets.token_urlsafe(32)
    rows.put_feed(session, schedule.workspace, demo_day_of(session, schedule).id, person, hash_of(secret), now)
    return secret


def revoke_address(session: Session, schedule: Schedule, person: str) -> bool:
    """Let somebody's address lead nowhere; False when they had none."""
    return rows.drop_feed(session, schedule.workspace, demo_day_of(session, schedule).id, person)


def at_address(session: Session, secret: str) -> tuple[DemoFeed, Schedule] | None:
    """Whose address this is, and of which schedule; None when nobody has it."""
    return rows.feed_at(session, hash_of(secret))


def hash_of(secret: str) -> str:
    """What is stored of an address. It is 256 random bits, so a plain hash can't be guessed back."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
