"""May we ask you to show something? Asked in turn, privately, once a month at most."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import storage.demo_day as rows
from rituals import nudges
from storage import Session
from storage.schema import DemoEvent

NOT_AGAIN_FOR = timedelta(days=30)


def whom_to_ask(
    members: Collection[str],
    last_asked: Mapping[str, datetime],
    leave_out: Collection[str],
    count: int,
    now: datetime,
) -> list[str]:
    """`count` people at most: those never asked first, then who was asked longest ago, none within a month."""
    could = [
        person
        for person in members
        if person not in leave_out and (person not in last_asked or last_asked[person] <= now - NOT_AGAIN_FOR)
    ]
    never = datetime.min.replace(tzinfo=now.tzinfo)
    return sorted(could, key=lambda person: (last_asked.get(person, never), person))[: max(count, 0)]


def ask(session: Session, event: DemoEvent, members: Collection[str], free: int, now: datetime) -> list[str]:
    """Ask as many people as slots are free; nobody who signed up, has nothing this time, or hosts."""
    signed = {one.person for one in rows.showings(session, event.workspace, event.id)}
    leave_out = signed | rows.have_nothing(session, event.workspace, event.id) | {event.host or ""}
    last = rows.asked_at(session, event.workspace, members)
    asked = whom_to_ask(members, last, leave_out, free, now)
    for person in asked:
        rows.note_ask(session, event.workspace, event.id, person, now, asked_at=now)
        nudges.want(
            session,
            event.workspace,
            person,
            key=f"demo:{event.id}:ask",
            kind="demo.ask",
            facts={"event": event.id, "first": not rows.has_shown(session, event.workspace, person)},
            now=now,
            until=event.at - timedelta(hours=4),
        )
    return asked
