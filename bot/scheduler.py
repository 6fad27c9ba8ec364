"""The ring: every few seconds it asks the calendar what is due, and the courier to post.

APScheduler only rings; it keeps no business schedule. What is due stands in the database, so a restart
forgets nothing, and any number of processes may ring: each occurrence is claimed by one.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Event

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

import storage.calendar
import storage.demo_day
import storage.installations
import storage.nudges
import storage.outbox
import storage.people
from bot import clock
from bot.courier import keep_going
from bot.house import House
from bot.metrics import LATENESS
from bot.rooms import Bell, RitualRoom
from rituals import nudges, sealed
from rituals.calendar import due
from storage import Database, Session
from storage.schema import Schedule

log = logging.getLogger("candor.ring")

COURIER_SECONDS = 1.0
SWEEP = timedelta(hours=6)


def ring_calendar(database: Database, rooms: Mapping[str, RitualRoom], now: datetime) -> int:
    """Start everything that is due, one transaction each; returns how many were claimed.

    Crash before a commit: nothing happened, the next ring finds it. A ritual that raises keeps its place and
    is tried again, after all others had their turn.
    """
    beyond: tuple[datetime, int] | None = None
    claimed = 0
    while True:
        found = None
        with keep_going("starting what is due"), database.begin() as session:
            found = due.find_due(session, now, beyond)
            if found is not None and found.next_due is not None:
                beyond = (found.next_due, found.id)
                claimed += _start(session, found, rooms, now)
        if found is None:
            return claimed


def _start(session: Session, found: Schedule, rooms: Mapping[str, RitualRoom], now: datetime) -> bool:
    found_due = found.next_due
    claim = due.claim(session, found, now)
    if claim is None:
        return False
    if found_due is not None:
        LATENESS.observe((now - found_due).total_seconds())
    if claim.missed:
        log.warning("schedule %s: %s dates were missed", found.id, claim.missed)
    room = rooms.get(found.ritual)
    if room is not None and room.begin(session, claim, now) is None:
        log.warning("schedule %s: a date was left out, too late", found.id)
    return True


def ring_nudges(database: Database, now: datetime) -> None:
    """Bundle what waits for people whose hour has come."""
    with database.reading() as session:
        waiting = storage.nudges.people_waiting(session, now)
    for workspace, person in waiting:
        with keep_going("bundling nudges"), database.begin() as session:
            nudges.bundle(session, workspace, person, now)


def ring(bell: Bell, rooms: Mapping[str, RitualRoom]) -> None:
    """One ring: what a crash left of the sealed boxes, the calendar, what the rituals tend, the nudges."""
    with keep_going("tending the sealed boxes"):
        sealed.tend(bell.database, bell.custody)
    with keep_going("ringing the calendar"):
        ring_calendar(bell.database, rooms, bell.now)
    for room in rooms.values():
        with keep_going(f"tending {room.name}"):
            room.tend(bell)
    with keep_going("ringing the nudges"):
        ring_nudges(bell.database, bell.now)


def sweep(bell: Bell, rooms: Mapping[str, RitualRoom]) -> None:
    """Delete what was kept long enough."""
    database, now = bell.database, bell.now
    for room in rooms.values():
        with keep_going(f"sweeping {room.name}"):
            room.sweep(bell)
    with keep_going("sweeping"), database.begin() as session:
        storage.outbox.sweep(session, now)
        storage.nudges.sweep(session, now)
        storage.calendar.sweep(session, now)
        storage.demo_day.sweep(session, now)
        storage.people.sweep(session, now)
    with keep_going("sweeping what left"):
        with database.reading() as session:
            gone = storage.installations.gone(session)
        for workspace in gone:
            bell.custody.destroy(workspace)
        with database.begin() as session:
            storage.installations.sweep(session, now)


class Rings:
    """APScheduler with a memory store, and when each bell last rang."""

    def __init__(self, house: House, ring_seconds: float) -> None:
        self._house = house
        self.last_rang: datetime | None = None  # by the machine's own clock
        self._stopping = Event()
        # one at a time, and one instead of many after a pause: the work stands in the database anyway
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
            timezone="UTC",
        )
        # that a ring is left out because the last one still works is no news
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
        self._scheduler.add_job(self._ring, "interval", seconds=ring_seconds, next_run_time=clock.unmoved())
        courier_seconds = min(COURIER_SECONDS, ring_seconds)
        self._scheduler.add_job(self._post, "interval", seconds=courier_seconds, next_run_time=clock.unmoved())
        self._scheduler.add_job(self._sweep, "interval", seconds=SWEEP.total_seconds())

    def _ring(self) -> None:
        ring(self._house.bell(clock.now()), self._house.rooms)
        self.last_rang = clock.unmoved()

    def _post(self) -> None:
        with keep_going("posting what is owed"):
            self._house.courier.keep_posting(self._stopping)

    def _sweep(self) -> None:
        sweep(self._house.bell(clock.now()), self._house.rooms)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Finish the ring in hand and what the courier's hands are about, and ring no more."""
        self._stopping.set()
        self._scheduler.shutdown(wait=True)
        self._house.courier.finish()
