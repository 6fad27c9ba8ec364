"""App Home: published when it is opened, and again after whatever changes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from slack_bolt import App
from slack_sdk import WebClient

from bot import clock
from bot.blocks import home as blocks
from bot.blocks.calendar import row
from bot.blocks.common import Json, there
from bot.people import People
from bot.rooms import RitualRoom
from rituals.calendar.schedules import next_dates
from storage import Database
from storage.calendar import keepers_of, schedules_kept_by
from storage.people import person as known_person

MOST_KEPT = 20


def register(app: App) -> None:
    app.event("app_home_opened")(open_home)


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
    )
    client.views_publish(user_id=person, view=view)


def _shifted(now: datetime, zone: str) -> str | None:
    """What the moved clock shows, when it is moved by more than a minute."""
    return there(now, zone) if abs((now - clock.unmoved()).total_seconds()) > 60 else None
