"""What the courier says for a demo day: the one message of an event, and the one reply in its thread."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import storage.demo_day as rows
from bot.blocks.common import Message
from bot.blocks.demo_day import messages
from bot.rooms import Posting
from rituals.calendar.schedules import next_dates
from rituals.demo_day.events import is_on_hold
from storage import Session
from storage.calendar import schedule
from storage.schema import Delivery, DemoDay, DemoEvent, Schedule


def postings() -> dict[str, Posting]:
    """The kinds of delivery that demo days owe."""
    return {
        "demo.message": Posting(say_message, settled=note_message),
        "demo.drawn": Posting(say_drawn),
        "demo.link": Posting(say_link, repeat="at_most_once", settled=note_reply),
        "demo.cancelled": Posting(say_cancelled, repeat="at_most_once", settled=note_reply),
    }


def say_message(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
    """The sign-up as it is posted; nothing when it was called off before."""
    event, day, kept = of_event(session, delivery.workspace, delivery.facts["event"])
    if event.cancelled_at is not None or event.ts is not None:
        return None
    shown = rows.showings(session, event.workspace, event.id)
    drawn = messages.event_message(event, day, kept.zone, shown, now, is_on_hold(kept, event, now))
    return Message(drawn.text, drawn.blocks)


def note_message(session: Session, delivery: Delivery, ts: str, _seen: Any, _now: datetime) -> None:
    event = rows.lock_event(session, delivery.workspace, delivery.facts["event"])
    if event is not None and ts:
        event.ts = ts


def say_drawn(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
    """The same message, edited. Where it isn't posted yet, it will be posted as things are then."""
    event, day, kept = of_event(session, delivery.workspace, delivery.facts["event"])
    if event.ts is None:
        return None
    shown = rows.showings(session, event.workspace, event.id)
    return messages.event_message(event, day, kept.zone, shown, now, is_on_hold(kept, event, now))


def say_link(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
    """The start link, for those who show something."""
    event, day, kept = of_event(session, delivery.workspace, delivery.facts["event"])
    shown = [one for one in rows.showings(session, event.workspace, event.id) if not one.waits]
    if event.ts is None or not shown or event.cancelled_at is not None or is_on_hold(kept, event, now):
        return None
    return messages.start_link(event, day, kept.zone, shown)


def say_cancelled(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
    """The one message of a day that doesn't take place."""
    event, _, kept = of_event(session, delivery.workspace, delivery.facts["event"])
    signed = messages.presenters(rows.showings(session, event.workspace, event.id))
    told = list(dict.fromkeys([*signed, *([event.host] if event.host else [])]))
    return messages.cancelled(event, kept.zone, next_dates(session, kept, now, 1), told)


def note_reply(session: Session, delivery: Delivery, ts: str, _seen: Any, _now: datetime) -> None:
    event = rows.lock_event(session, delivery.workspace, delivery.facts["event"])
    if event is not None and ts:
        event.reply_ts = ts


def of_event(session: Session, workspace: str, event_id: int) -> tuple[DemoEvent, DemoDay, Schedule]:
    """The rows that a delivery's facts point to; its event is never deleted before it."""
    event = rows.event(session, workspace, event_id)
    day = rows.demo_day(session, workspace, event.demo_day_id) if event else None
    kept = schedule(session, workspace, day.schedule_id) if day else None
    assert event is not None
    assert day is not None
    assert kept is not None
    return event, day, kept
