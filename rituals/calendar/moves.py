"""One date of a schedule, whichever it is: moved to another time, or left out."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

import storage.calendar as rows
from rituals.calendar.recurrence import Plan, follow, resolve, upcoming
from rituals.calendar.schedules import is_paused, plan_of
from rituals.errors import ChangedMeanwhile, InvalidField
from rituals.who_may import Asker
from storage import Session
from storage.people import note_act
from storage.schema import Schedule

LOOK_BACK = timedelta(days=2)
LOOK_AT = 20  # dates after it; more than that don't fall into two days


def place_of(plan: Plan, local: datetime) -> datetime | None:
    """When the date takes place to which the rule gives this wall time; None when it doesn't."""
    if local in plan.moves:
        to = plan.moves[local]
        return resolve(to, plan.zone) if to is not None else None
    near = islice(follow(plan, resolve(local, plan.zone) - LOOK_BACK), LOOK_AT)
    return next((one.at for one in near if one.local == local and not one.skipped), None)


def move(
    session: Session, schedule: Schedule, local: datetime, to: datetime | None, asker: Asker, now: datetime
) -> None:
    """Move one date to a naive local time, or leave it out (None).

    Raises InvalidField under `day` for a time that is over, ChangedMeanwhile.
    """
    if to is not None and resolve(to, schedule.zone) <= now:
        raise InvalidField("day", "That time has passed. Choose one that is still to come.")
    shown = to.isoformat() if to else None
    rows.set_override(session, schedule.workspace, schedule.id, local.isoformat(), shown, asker.person, now)
    following = upcoming(plan_of(session, schedule), now, 1)
    stands = is_paused(schedule, now) or (schedule.next_due is not None and schedule.next_due <= now)
    next_due = schedule.next_due if stands else following[0].at if following else None
    if not rows.change(session, schedule.workspace, schedule.id, schedule.version, next_due=next_due):
        raise ChangedMeanwhile
    verb = "moved" if to else "skipped"
    note_act(session, schedule.workspace, asker.person, verb, f"{schedule.ritual} {schedule.id}", now)
