"""May we ask you to show something? Asked in turn, privately, once a month at most."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import storage.demo_day as rows
from rituals.demo_day import telling
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
    showings = rows.showings(session, event.workspace, event.id)
    signed = {one.person for one in showings} | {one.partner for one in showings if one.partner}
    leave_out = signed | rows.have_nothing(session, event.workspace, event.id) | {event.host or ""}
    last = rows.asked_at(session, event.workspace, members)
    asked = whom_to_ask(members, last, leave_out, free, now)
    for person in asked:
        rows.note_ask(session, event.workspace, event.id, person, now, asked_at=now)
        telling.tell(
            session,
            event,
            person,
            "ask",
            now,
            key="ask",
            until=event.at - timedelta(hours=4),
            facts={"first": not rows.has_shown(session, event.workspace, person)},
        )
    return asked


def partner_for(session: Session, event: DemoEvent, person: str) -> str | None:
    """Who would show something together with a first-timer: of those who said so when they last showed
    something here, and are still here, the one who showed something longest ago.
    """
    there = {one.person for one in rows.hosts(session, event.workspace, event.demo_day_id)} - {person}
    last: dict[str, bool] = {}
    for shown_by, pairs in rows.shown_here(session, event.workspace, event.demo_day_id):
        last.pop(shown_by, None)  # so that the order is by the last time
        last[shown_by] = pairs
    return next((one for one, pairs in last.items() if pairs and one in there), None)
