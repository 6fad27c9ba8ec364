"""Schedules in rows: set up, changed, paused, claimed when due, by the plan that `recurrence` follows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import storage.calendar as rows
from rituals import nudges
from rituals.calendar import cadence
from rituals.calendar.recurrence import Occurrence, Plan, check, follow, upcoming
from rituals.errors import AlreadyEnded, ChangedMeanwhile, NotFound, Refusal
from rituals.who_may import Asker, may_change
from storage import Session
from storage.people import note_act
from storage.schema import Schedule

YEARS_OF_DAYS_OFF = 2  # beyond the current year; the ring adds years as they come
JUST_BEFORE = timedelta(microseconds=1)


class NothingLeft(Refusal):
    """With these settings there is no date left after today. Choose a later end, or another day."""

    field = "first"


class NothingToSkip(Refusal):
    """There is no next date to skip: this one is paused or over."""


class PauseIsOver(Refusal):
    """That day has passed already. Pause until a day that is still to come."""


@dataclass(frozen=True)
class Timing:
    """When something shall happen, as a form asks it. `start` is naive and local to `zone`."""

    rule: str
    start: datetime
    zone: str
    country: str | None = None


def plan_of(session: Session, schedule: Schedule) -> Plan:
    """The plan that a row keeps, with what was skipped and moved."""
    overrides = rows.overrides_of(session, schedule.workspace, schedule.id)
    return Plan(
        schedule.rule,
        datetime.fromisoformat(schedule.start),
        schedule.zone,
        {date.fromisoformat(day): name for day, name in schedule.days_off.items()},
        {
            datetime.fromisoformat(override.local): (
                datetime.fromisoformat(override.moved_to) if override.moved_to else None
            )
            for override in overrides
        },
    )


def plan_for(timing: Timing, now: datetime) -> Plan:
    """The plan that a form asks for. Raises what `recurrence.check` raises, and NothingLeft."""
    year = now.astimezone(ZoneInfo(timing.zone)).year
    frozen = cadence.days_off(timing.country, year, year + YEARS_OF_DAYS_OFF)
    plan = check(
        Plan(
            timing.rule,
            timing.start,
            timing.zone,
            {date.fromisoformat(day): name for day, name in frozen.items()},
        )
    )
    if not upcoming(plan, now, 1):
        raise NothingLeft
    return plan


def _columns(timing: Timing, plan: Plan, now: datetime) -> dict[str, object]:
    return {
        "rule": timing.rule,
        "start": timing.start.isoformat(),
        "zone": timing.zone,
        "country": timing.country,
        "days_off": {day.isoformat(): name for day, name in plan.days_off.items()},
        "days_off_through": now.astimezone(ZoneInfo(timing.zone)).year + YEARS_OF_DAYS_OFF,
    }


def set_up(
    session: Session,
    workspace: str,
    *,
    ritual: str,
    channel: str,
    timing: Timing,
    keepers: Collection[str],
    origin: str,
    now: datetime,
) -> tuple[Schedule, bool]:
    """Store a schedule; (schedule, True), or the one stored before from the same form and False."""
    plan = plan_for(timing, now)
    added = rows.add_schedule(
        session,
        workspace,
        keepers,
        ritual=ritual,
        channel=channel,
        origin=origin,
        created_at=now,
        next_due=upcoming(plan, now, 1)[0].at,
        **_columns(timing, plan, now),
    )
    if added is not None:
        return added, True
    earlier = rows.schedule_of_origin(session, workspace, origin)
    if earlier is None:
        raise NotFound
    return earlier, False


def find(session: Session, workspace: str, schedule_id: int) -> Schedule:
    """The schedule with this id. Raises NotFound."""
    schedule = rows.schedule(session, workspace, schedule_id)
    if schedule is None:
        raise NotFound
    return schedule


def to_change(session: Session, workspace: str, schedule_id: int, asker: Asker) -> Schedule:
    """The schedule, when this person may change it and it still lives.

    Raises NotFound, NotYours, AlreadyEnded.
    """
    schedule = find(session, workspace, schedule_id)
    may_change(asker, rows.keepers_of(session, workspace, schedule_id))
    if schedule.ended_at is not None:
        raise AlreadyEnded
    return schedule


def _save(session: Session, schedule: Schedule, asker: Asker, verb: str, now: datetime, **columns: object) -> None:
    if not rows.change(session, schedule.workspace, schedule.id, schedule.version, **columns):
        raise ChangedMeanwhile
    note_act(session, schedule.workspace, asker.person, verb, f"{schedule.ritual} {schedule.id}", now)


def retime(
    session: Session,
    schedule: Schedule,
    timing: Timing,
    seen_version: int,
    origin: str,
    asker: Asker,
    now: datetime,
) -> None:
    """Save an edit of the timing, which form `origin` asked for.

    Raises ChangedMeanwhile when it was made on an older version, NothingLeft when no date would follow.
    """
    if schedule.version != seen_version:
        raise ChangedMeanwhile
    plan = plan_for(timing, now)
    if (timing.rule, timing.start.isoformat(), timing.zone) != (schedule.rule, schedule.start, schedule.zone):
        rows.drop_overrides(session, schedule.workspace, schedule.id)
    else:
        plan = replace(plan, moves=plan_of(session, schedule).moves)
    next_due = _next_after_edit(schedule, plan, now)
    _save(
        session, schedule, asker, "changed", now, origin=origin, next_due=next_due, **_columns(timing, plan, now)
    )


def _next_after_edit(schedule: Schedule, plan: Plan, now: datetime) -> datetime | None:
    """The next date by the new plan. One that is due this very moment, by the old plan and the new, stays."""
    paused = is_paused(schedule, now)
    if paused and schedule.paused_until is None:
        return None
    due = schedule.next_due
    if not paused and due is not None and due <= now:
        same = upcoming(plan, due - JUST_BEFORE, 1)
        if same and same[0].at == due:
            return due
    first = upcoming(plan, (schedule.paused_until if paused else None) or now, 1)
    if not first:
        raise NothingLeft
    return first[0].at


def is_paused(schedule: Schedule, now: datetime) -> bool:
    """Whether a pause is in force: one without an end, or one that ends later."""
    if schedule.paused_because is None:
        return False
    return schedule.paused_until is None or schedule.paused_until > now


def share(session: Session, schedule: Schedule, people: Collection[str], asker: Asker, now: datetime) -> None:
    """Let others look after it too."""
    keepers = rows.keepers_of(session, schedule.workspace, schedule.id)
    if set(people) <= set(keepers):
        return
    rows.set_keepers(session, schedule.workspace, schedule.id, [*keepers, *people])
    _save(session, schedule, asker, "shared", now)


def pause(
    session: Session, schedule: Schedule, until: datetime | None, because: str, asker: Asker, now: datetime
) -> None:
    """Pause until an instant, or until somebody resumes it (None). Raises PauseIsOver."""
    if until is not None and until <= now:
        raise PauseIsOver
    if (schedule.paused_until, schedule.paused_because) == (until, because):
        return
    first = upcoming(plan_of(session, schedule), until, 1) if until else []
    next_due = first[0].at if first else None
    _save(session, schedule, asker, "paused", now, paused_until=until, paused_because=because, next_due=next_due)


def resume(session: Session, schedule: Schedule, asker: Asker, now: datetime) -> None:
    """Go on from the next date after now. Raises NothingLeft."""
    first = upcoming(plan_of(session, schedule), now, 1)
    if not first:
        raise NothingLeft
    _save(session, schedule, asker, "resumed", now, paused_until=None, paused_because=None, next_due=first[0].at)


def skip_next(session: Session, schedule: Schedule, asker: Asker, now: datetime) -> Occurrence:
    """Leave out the next date and return it. Raises NothingToSkip."""
    if schedule.next_due is None:
        raise NothingToSkip
    skipped = next(iter(upcoming(plan_of(session, schedule), schedule.next_due - JUST_BEFORE, 1)), None)
    if skipped is None:
        raise NothingToSkip
    rows.set_override(session, schedule.workspace, schedule.id, skipped.local.isoformat(), None, asker.person, now)
    following = upcoming(plan_of(session, schedule), skipped.at, 1)
    _save(session, schedule, asker, "skipped", now, next_due=following[0].at if following else None)
    return skipped


def end(session: Session, schedule: Schedule, asker: Asker, now: datetime) -> None:
    """Stop for good."""
    _save(session, schedule, asker, "stopped", now, next_due=None, ended_at=now)


def pause_channel(session: Session, workspace: str, channel: str, because: str, now: datetime) -> list[Schedule]:
    """Pause all that happens in a channel that can't be reached, and tell who looks after it.

    What was paused before keeps its reason.
    """
    affected = [
        schedule
        for schedule in rows.schedules_of_channel(session, workspace, channel)
        if not is_paused(schedule, now)
    ]
    for schedule in affected:
        for keeper in rows.keepers_of(session, workspace, schedule.id):
            nudges.want(
                session,
                workspace,
                keeper,
                key=f"schedule:{schedule.id}:paused:{schedule.version}",
                kind=f"{schedule.ritual}.paused",
                facts={"schedule": schedule.id},
                now=now,
                days_off=plan_of(session, schedule).days_off,
            )
        rows.change(
            session,
            workspace,
            schedule.id,
            schedule.version,
            paused_because=because,
            paused_until=None,
            next_due=None,
        )
    return affected


def resume_channel(session: Session, workspace: str, channel: str, because: str, now: datetime) -> list[Schedule]:
    """Go on with what was paused for this reason."""
    affected = [
        schedule
        for schedule in rows.schedules_of_channel(session, workspace, channel)
        if schedule.paused_because == because
    ]
    for schedule in affected:
        first = upcoming(plan_of(session, schedule), now, 1)
        rows.change(
            session,
            workspace,
            schedule.id,
            schedule.version,
            paused_because=None,
            next_due=first[0].at if first else None,
        )
    return affected


def next_dates(session: Session, schedule: Schedule, now: datetime, count: int = 3) -> list[Occurrence]:
    """The next dates that will take place; none while it is paused without an end, or over."""
    if schedule.next_due is None:
        return []
    return upcoming(plan_of(session, schedule), max(now, schedule.next_due - JUST_BEFORE), count)


def story(session: Session, schedule: Schedule, now: datetime, count: int = 5) -> list[Occurrence]:
    """The next `count` dates with the reason for any move, and what is skipped in between.

    None of either once it is over, or while it is paused without an end.
    """
    told: list[Occurrence] = []
    if schedule.ended_at is not None or (is_paused(schedule, now) and schedule.paused_until is None):
        return told
    after = max(now, schedule.paused_until or now)
    for occurrence in islice(follow(plan_of(session, schedule), after), 60):
        told.append(occurrence)
        if sum(not date.skipped for date in told) == count:
            break
    return told


def difference(
    before: Plan, after: Plan, now: datetime, count: int = 5
) -> tuple[list[Occurrence], list[Occurrence]]:
    """The dates that an edit takes away and the ones it adds, among the next `count` of both plans."""
    old, new = upcoming(before, now, count), upcoming(after, now, count)
    horizon = min((dates[-1].at for dates in (old, new) if dates), default=now)
    gone = [date for date in old if date.at <= horizon and date not in new]
    come = [date for date in new if date.at <= horizon and date not in old]
    return gone, come
