"""What one person is told privately about an event: in their own hours, and never on a holiday of its series."""

from __future__ import annotations

from datetime import datetime

import storage.demo_day as rows
from rituals import nudges
from rituals.calendar.schedules import find, plan_of
from storage import Session
from storage.schema import DemoEvent, Json

ASKING = ("ask", "empty", "recap")  # the others say what is, and wait for nothing


def key_of(event: DemoEvent) -> str:
    """How the keys of all that is told about an event begin."""
    return f"demo:{event.id}:"


def tell(
    session: Session,
    event: DemoEvent,
    person: str,
    what: str,
    now: datetime,
    *,
    key: str,
    until: datetime | None,
    accepted: bool = False,
    facts: Json | None = None,
) -> None:
    """Want to tell somebody something about an event, once per key.

    Days off are those of the series' country, by the person's own date. `accepted`: they took it on.
    """
    day = rows.demo_day(session, event.workspace, event.demo_day_id)
    assert day is not None  # an event is deleted with its demo day
    plan = plan_of(session, find(session, event.workspace, day.schedule_id))
    nudges.want(
        session,
        event.workspace,
        person,
        key=key_of(event) + key,
        kind=f"demo.{what}",
        facts={"event": event.id} | (facts or {}),
        now=now,
        until=until,
        accepted=accepted,
        days_off=plan.days_off,
        asks=what in ASKING,
    )
