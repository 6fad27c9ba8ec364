"""App Home: published when it is opened, and again after whatever changes it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime
from threading import Event, Lock

from slack_bolt import Ack, App

from bot import clock
from bot.blocks import home as blocks
from bot.blocks.calendar import row
from bot.blocks.common import Json, escape, there
from bot.courier import keep_going
from bot.visit import Visit
from rituals.calendar.schedules import next_dates
from rituals.errors import Refusal
from storage.calendar import keepers_of, schedules_kept_by
from storage.people import acts
from storage.people import person as known_person

MOST_KEPT = 20
AUDIT_LINES = 25
MOST_WAITING = 200  # Homes to be drawn again
PATIENCE_SECONDS, NAP_SECONDS = 5.0, 0.05  # then one is drawn though somebody waits


class AdminsOnly(Refusal):
    """Only admins of the workspace see what was administered."""


def register(app: App) -> None:
    app.event("app_home_opened")(open_home)
    app.action("audit")(open_audit)


def open_home(event: Json, visit: Visit) -> None:
    """Somebody opened the tab."""
    if event.get("tab", "home") == "home":
        publish(visit)


class Redraws:
    """Draws App Homes again beside the work, a few at a time, and each person's once for many changes.

    A drawing costs three calls to Slack and more time than the form it follows: so it waits until nobody waits
    for an answer. In a crowd the last ones to act are drawn; the others' Homes are when they look.
    """

    def __init__(
        self, executor: Executor, is_calm: Callable[[], bool] = lambda: True, most: int = MOST_WAITING
    ) -> None:
        self._executor, self._is_calm, self._most = executor, is_calm, most
        self._waiting: OrderedDict[tuple[str, str], Visit] = OrderedDict()
        self._lock, self._stopping = Lock(), Event()

    def soon(self, visit: Visit) -> None:
        """Draw a visitor's App Home again soon."""
        whose = (visit.workspace, visit.person)
        with self._lock:
            is_new = whose not in self._waiting
            self._waiting[whose] = visit
            if len(self._waiting) > self._most:
                self._waiting.popitem(last=False)
                is_new = False  # the turn of the one that was left out is free
        if is_new:
            self._executor.submit(self._draw_next)

    def _draw_next(self) -> None:
        end = clock.ticks() + PATIENCE_SECONDS
        while not self._is_calm() and clock.ticks() < end:
            if self._stopping.wait(NAP_SECONDS):
                return
        with self._lock:
            _, visit = self._waiting.popitem(last=False)
        with keep_going("drawing an App Home again"):
            publish(visit)

    def stop(self) -> None:
        """Finish what is being drawn; what waits is drawn when its person looks."""
        self._stopping.set()
        self._executor.shutdown(wait=True, cancel_futures=True)


def publish(visit: Visit) -> None:
    """Draw a visitor's App Home as things are now."""
    workspace, person, rooms = visit.workspace, visit.person, visit.rooms
    asker = visit.asker()
    channels = [channel for channel, _ in visit.shared_channels()]
    now = clock.now()
    with visit.sessions.reading() as session:
        due = [block for room in rooms.values() for block in room.due_for(session, workspace, channels, person)]
        kept = [
            row(
                schedule,
                rooms[schedule.ritual].asks(session, schedule),
                keepers_of(session, workspace, schedule.id),
                next_dates(session, schedule, now),
                now,
                edit=rooms[schedule.ritual].edit_action,
                with_channel=True,
            )
            for schedule in schedules_kept_by(session, workspace, person, MOST_KEPT)
            if schedule.ritual in rooms
        ]
        known = known_person(session, workspace, person)
    zone = asker.zone or "UTC"
    quiet = known.quiet_until if known and known.quiet_until and known.quiet_until > now else None
    view = blocks.home(
        [room.first_button for room in rooms.values() if room.first_button],
        due,
        kept,
        quiet=there(quiet, zone) if quiet else None,
        shifted=_shifted(now, zone),
        is_admin=asker.is_admin,
    )
    visit.client.views_publish(user_id=person, view=view)


def open_audit(ack: Ack, visit: Visit) -> None:
    """*What was administered*, for admins."""
    ack()
    asker = visit.asker()
    if not asker.is_admin:
        raise AdminsOnly
    with visit.sessions.reading() as session:
        lines = [
            f"• {there(act.at, asker.zone or 'UTC')}: {_who(act.person)} {act.verb} {escape(act.subject)}"
            for act in acts(session, visit.workspace, AUDIT_LINES)
        ]
    visit.open(blocks.audit(lines))


def _who(person: str) -> str:
    """A mention; the shell and a person who was forgotten have none."""
    return f"<@{person}>" if person.startswith(("U", "W")) else person or "somebody"


def _shifted(now: datetime, zone: str) -> str | None:
    """What the moved clock shows, when it is moved by more than a minute."""
    return there(now, zone) if abs((now - clock.unmoved()).total_seconds()) > 60 else None
