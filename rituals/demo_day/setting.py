"""Setting a demo day up, and changing it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import storage.demo_day as rows
from rituals.calendar import schedules
from rituals.calendar.schedules import Timing
from rituals.errors import InvalidField, NotFound
from rituals.who_may import Asker
from storage import Session
from storage.schema import DemoDay, Schedule

RITUAL = "demo_day"
MOST_SLOTS, MOST_MINUTES, LONGEST_DAY = 12, 60, 240
LONGEST_PLACE = 300


@dataclass(frozen=True)
class Setting:
    """How many slots, how many minutes each, and where: a room or a link."""

    slots: int
    minutes: int
    place: str


def check(setting: Setting) -> Setting:
    """Return the setting, trimmed. Raises InvalidField under the box that must be mended."""
    place = " ".join(setting.place.split())
    if not 1 <= setting.slots <= MOST_SLOTS:
        raise InvalidField("slots", f"Choose between 1 and {MOST_SLOTS} slots.")
    if not 1 <= setting.minutes <= MOST_MINUTES:
        raise InvalidField("minutes", f"Choose between 1 and {MOST_MINUTES} minutes a slot.")
    if setting.slots * setting.minutes > LONGEST_DAY:
        raise InvalidField("slots", f"That is longer than {LONGEST_DAY // 60} hours. Take fewer slots.")
    if not place:
        raise InvalidField("place", "Say where: a room, or a link to the call.")
    if len(place) > LONGEST_PLACE:
        raise InvalidField("place", f"Please keep the place within {LONGEST_PLACE} characters.")
    return Setting(setting.slots, setting.minutes, place)


def set_up(
    session: Session,
    workspace: str,
    *,
    channel: str,
    setting: Setting,
    timing: Timing,
    keepers: Collection[str],
    origin: str,
    now: datetime,
) -> Schedule:
    """Start a demo day; the same form a second time changes nothing. Who sets it up hosts the first one."""
    setting = check(setting)
    schedule, is_new = schedules.set_up(
        session,
        workspace,
        ritual=RITUAL,
        channel=channel,
        timing=timing,
        keepers=keepers,
        origin=origin,
        now=now,
    )
    if is_new:
        day = rows.add_demo_day(
            session,
            workspace,
            schedule.id,
            slots=setting.slots,
            minutes=setting.minutes,
            place=setting.place,
            look_at=now,
        )
        for keeper in keepers:
            rows.put_host(session, workspace, day.id, keeper, 0, now)
    return schedule


def change(
    session: Session,
    workspace: str,
    schedule_id: int,
    *,
    setting: Setting,
    timing: Timing,
    seen_version: int,
    origin: str,
    asker: Asker,
    now: datetime,
) -> Schedule:
    """Save an edit. Raises ChangedMeanwhile when somebody saved since, and what `to_change` raises."""
    schedule = schedules.to_change(session, workspace, schedule_id, asker)
    if schedule.origin == origin:
        return schedule  # a double click: this very form was saved a moment ago
    setting = check(setting)
    schedules.retime(session, schedule, timing, seen_version, origin, asker, now)
    day = demo_day_of(session, schedule)
    day.slots, day.minutes, day.place = setting.slots, setting.minutes, setting.place
    return schedule


def demo_day_of(session: Session, schedule: Schedule) -> DemoDay:
    """The demo day of a schedule. Raises NotFound."""
    day = rows.demo_day_of(session, schedule.workspace, schedule.id)
    if day is None:
        raise NotFound
    return day
