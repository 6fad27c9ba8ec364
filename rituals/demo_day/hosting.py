"""Who hosts an event: chosen by the rotation, told, and given to another when they can't."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import storage.demo_day as rows
from rituals.demo_day import rotation, telling
from rituals.demo_day.drawing import draw
from rituals.demo_day.rotation import Host
from rituals.errors import NotFound, Refusal
from storage import Session
from storage.schema import DemoDay, DemoEvent

SHORT_NOTICE = timedelta(days=1)


class NotTheHost(Refusal):
    """Only the host can do that: {host}. `/demoday line-up` shows who hosts."""

    marked = frozenset({"host"})


class NobodyElse(Refusal):
    """There is nobody else who could host this one. You can move it, or cancel it."""


def sync(session: Session, day: DemoDay, members: Collection[str], now: datetime) -> None:
    """Let the people of the channel take turns, and nobody who has left it."""
    before = _hosts(session, day)
    after = before
    for person in {host.person for host in before} - set(members):
        after = rotation.leave(after, person)
        rows.drop_host(session, day.workspace, day.id, person)
    for person in sorted(members):
        after = rotation.join(after, person, now)
    _store(session, day, before, after)


def choose(session: Session, day: DemoDay, event: DemoEvent, now: datetime) -> None:
    """Give an event its host, and tell them."""
    coming = [
        one.turn_of
        for one in rows.events_of(session, day.workspace, day.id)
        if one.id != event.id and one.held_at is None and one.cancelled_at is None and one.turn_of
    ]
    away = rows.away_from(session, day.workspace, event.id)
    event.host = event.turn_of = rotation.next_host(_hosts(session, day), away, coming)
    tell(session, event, "turn", now)


def tell(session: Session, event: DemoEvent, what: str, now: datetime, *, to: str | None = None) -> None:
    """Tell the host, or who stands in for one who left: your turn, an empty day, the recap; each once.

    It waits for room in their week, unless they would host without knowing: a turn that came to somebody on
    short notice, because another is away or left.
    """
    person = to or event.host
    if person is None:
        return
    until = event.at if what != "recap" else None
    is_urgent = what == "turn" and event.at - now <= SHORT_NOTICE
    telling.tell(session, event, person, what, now, key=what, until=until, accepted=is_urgent)


def replace_who_left(
    session: Session, day: DemoDay, event: DemoEvent, members: Collection[str], now: datetime
) -> None:
    """Let the next one host an event that is to come, when its host has left the channel or the company.

    `members` empty says that we couldn't look, not that nobody is there.
    """
    if not members or event.host in members or event.held_at is not None:
        return
    sync(session, day, members, now)
    choose(session, day, event, now)
    draw(session, event, now)


def be_away(session: Session, event: DemoEvent, person: str, now: datetime) -> str:
    """*I'm away*: the next person hosts, and who is away keeps the turn. Raises NotTheHost, NobodyElse."""
    _is_host(event, person)
    day = day_of(session, event)
    rows.note_ask(session, event.workspace, event.id, person, now, is_away=True)
    choose(session, day, event, now)
    if event.host is None:
        raise NobodyElse
    draw(session, event, now)
    return event.host


def substitute(session: Session, event: DemoEvent, person: str, by: str, now: datetime) -> None:
    """Somebody else hosts instead. Raises NotTheHost."""
    _is_host(event, person)
    day = day_of(session, event)
    event.host, event.turn_of = by, rotation.credited(_hosts(session, day), person, by)
    tell(session, event, "turn", now)
    draw(session, event, now)


def count(session: Session, event: DemoEvent, now: datetime) -> None:
    """It took place: the turn is had."""
    day = day_of(session, event)
    before = _hosts(session, day)
    away = rows.away_from(session, day.workspace, event.id)
    _store(session, day, before, rotation.held(before, event.turn_of, away, now))


def day_of(session: Session, event: DemoEvent) -> DemoDay:
    """The demo day of an event. Raises NotFound."""
    day = rows.demo_day(session, event.workspace, event.demo_day_id)
    if day is None:
        raise NotFound
    return day


def _is_host(event: DemoEvent, person: str) -> None:
    if event.host != person:
        raise NotTheHost(host=f"<@{event.host}>" if event.host else "nobody yet")


def _hosts(session: Session, day: DemoDay) -> list[Host]:
    return [Host(one.person, one.turns, one.since) for one in rows.hosts(session, day.workspace, day.id)]


def _store(session: Session, day: DemoDay, before: Collection[Host], after: Collection[Host]) -> None:
    for host in after:
        if host not in before:
            rows.put_host(session, day.workspace, day.id, host.person, host.turns, host.since)
