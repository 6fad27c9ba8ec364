"""App Home: published when it is opened, and again after whatever changes it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from datetime import datetime
from threading import Lock

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import clock
from bot.blocks import home as blocks
from bot.blocks.calendar import row
from bot.blocks.common import Json, escape, there
from bot.courier import keep_going
from bot.people import People
from bot.rooms import RitualRoom
from rituals.calendar.schedules import next_dates
from rituals.errors import Refusal
from storage import Database
from storage.calendar import keepers_of, schedules_kept_by
from storage.people import acts
from storage.people import person as known_person

MOST_KEPT = 20
AUDIT_LINES = 25


class AdminsOnly(Refusal):
    """Only admins of the workspace see what was administered."""


def register(app: App) -> None:
    app.event("app_home_opened")(open_home)
    app.action("audit")(open_audit)


def open_home(
    event: Json,
    client: WebClient,
    sessions: Database,
    people: People,
    workspace: str,
    rooms: Mapping[str, RitualRoom],
) -> None:
    """Somebody opened the tab."""
    if event.get("tab", "home") == "home":
        publish(client, sessions, people, workspace, event["user"], rooms)


class Redraws:
    """Draws App Homes again beside the work, a few at a time, and each person's once for many changes.

    Three calls to Slack after every form would fill the pool in which clicks are answered.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._waiting: set[tuple[str, str]] = set()
        self._lock = Lock()

    def soon(
        self,
        client: WebClient,
        sessions: Database,
        people: People,
        workspace: str,
        person: str,
        rooms: Mapping[str, RitualRoom],
    ) -> None:
        """Draw somebody's App Home again soon."""
        whose = (workspace, person)
        with self._lock:
            if whose in self._waiting:
                return
            self._waiting.add(whose)

        def draw() -> None:
            with self._lock:
                self._waiting.discard(whose)
            with keep_going("drawing an App Home again"):
                publish(client, sessions, people, workspace, person, rooms)

        self._executor.submit(draw)

    def stop(self) -> None:
        """Finish what is being drawn; what waits is drawn when its person looks."""
        self._executor.shutdown(wait=True, cancel_futures=True)


def publish(
    client: WebClient,
    sessions: Database,
    people: People,
    workspace: str,
    person: str,
    rooms: Mapping[str, RitualRoom],
) -> None:
    """Draw somebody's App Home as things are now."""
    asker = people.asker(client, workspace, person)
    channels = [channel for channel, _ in people.shared_channels(client, workspace, person)]
    now = clock.now()
    with sessions.reading() as session:
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
        [room.first_button for room in rooms.values()],
        due,
        kept,
        quiet=there(quiet, zone) if quiet else None,
        shifted=_shifted(now, zone),
        is_admin=asker.is_admin,
    )
    client.views_publish(user_id=person, view=view)


def open_audit(
    ack: Ack, body: Json, client: WebClient, sessions: Database, people: People, workspace: str
) -> None:
    """*What was administered*, for admins."""
    ack()
    asker = people.asker(client, workspace, body["user"]["id"])
    if not asker.is_admin:
        raise AdminsOnly
    with sessions.reading() as session:
        lines = [
            f"• {there(act.at, asker.zone or 'UTC')}: {_who(act.person)} {act.verb} {escape(act.subject)}"
            for act in acts(session, workspace, AUDIT_LINES)
        ]
    client.views_open(trigger_id=body["trigger_id"], view=blocks.audit(lines))


def _who(person: str) -> str:
    """A mention; the shell and a person who was forgotten have none."""
    return f"<@{person}>" if person.startswith(("U", "W")) else person or "somebody"


def _shifted(now: datetime, zone: str) -> str | None:
    """What the moved clock shows, when it is moved by more than a minute."""
    return there(now, zone) if abs((now - clock.unmoved()).total_seconds()) > 60 else None
