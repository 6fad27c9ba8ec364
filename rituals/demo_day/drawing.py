"""The one message of an event is drawn again after every change of what it shows."""

from __future__ import annotations

from datetime import datetime

from storage import Session
from storage.outbox import owe
from storage.schema import DemoEvent


def draw(session: Session, event: DemoEvent, now: datetime) -> None:
    """Owe the channel's message in its present form; an edit, which pings nobody."""
    event.drawn += 1
    owe(
        session,
        event.workspace,
        key=f"demo:{event.id}:drawn:{event.drawn}",
        kind="demo.drawn",
        to=event.channel,
        facts={"event": event.id},
        due=now,
        now=now,
    )
