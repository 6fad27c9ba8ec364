"""What is due: found by the ring, and won by one process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import storage.calendar as rows
from rituals.calendar import cadence
from rituals.calendar.recurrence import Occurrence, Plan, follow
from rituals.calendar.schedules import JUST_BEFORE, YEARS_OF_DAYS_OFF, plan_of
from storage import Session
from storage.schema import Schedule


@dataclass(frozen=True)
class Claim:
    """A schedule whose due occurrence is ours to start.

    `occurrence` is the latest one that was missed (None when it was skipped); `missed` counts those before
    it that nobody started, because nothing was running then.
    """

    schedule: Schedule
    occurrence: Occurrence | None
    missed: int


def find_due(session: Session, now: datetime, beyond: tuple[datetime, int] | None) -> Schedule | None:
    """The next due schedule after `beyond` (its next_due and id), whoever may win it."""
    return rows.find_due(session, now, beyond)


def claim(session: Session, schedule: Schedule, now: datetime) -> Claim | None:
    """Claim a due schedule in the caller's transaction; None when another process was faster.

    What was missed while nothing ran is caught up at most once: the latest occurrence is handed out, and
    the ritual decides by its grace whether that is still worth saying.
    """
    seen = schedule.next_due
    if seen is None:
        return None
    frozen = _thaw_days_off(schedule, now)
    latest, missed, following = None, 0, None
    for occurrence in _taking_place(plan_of(session, schedule), seen - JUST_BEFORE):
        if occurrence.at > now:
            following = occurrence.at
            break
        latest, missed = occurrence, missed + 1
    over = {} if following else {"ended_at": now}
    won = rows.claim_due(
        session, schedule.id, seen, following, paused_until=None, paused_because=None, **over, **frozen
    )
    return Claim(schedule, latest, max(missed - 1, 0)) if won else None


def _taking_place(plan: Plan, after: datetime) -> Iterator[Occurrence]:
    return (occurrence for occurrence in follow(plan, after) if not occurrence.skipped)


def _thaw_days_off(schedule: Schedule, now: datetime) -> dict[str, object]:
    """Days off of the years that came near, added to the frozen ones; what was frozen stays as it was."""
    wanted = now.astimezone(ZoneInfo(schedule.zone)).year + YEARS_OF_DAYS_OFF
    if schedule.country is None or schedule.days_off_through >= wanted:
        return {}
    newer = cadence.days_off(schedule.country, schedule.days_off_through + 1, wanted)
    schedule.days_off = {**schedule.days_off, **newer}
    return {"days_off": schedule.days_off, "days_off_through": wanted}
