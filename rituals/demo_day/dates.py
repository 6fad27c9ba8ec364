"""Working days before a demo day, in its own zone and by its own holidays."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rituals.calendar.recurrence import Plan, resolve


def morning_before(plan: Plan, at: datetime, days: int, hour: int) -> datetime:
    """That hour of the morning, in the plan's zone, so many working days before `at`; an instant in UTC."""
    there = working_days_before(plan, at, days).astimezone(ZoneInfo(plan.zone))
    return resolve(there.replace(hour=hour, minute=0, second=0, tzinfo=None), plan.zone)


def working_days_before(plan: Plan, at: datetime, days: int) -> datetime:
    """The same wall time so many working days before `at`, as an instant in UTC."""
    local = at.astimezone(ZoneInfo(plan.zone)).replace(tzinfo=None)
    while days:
        local -= timedelta(days=1)
        if local.weekday() < 5 and local.date() not in plan.days_off:
            days -= 1
    return resolve(local, plan.zone)
