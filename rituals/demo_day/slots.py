"""Slots: who shows something, who waits, and who moves up."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import storage.demo_day as rows
import storage.nudges
from rituals.calendar.schedules import find
from rituals.demo_day import telling
from rituals.demo_day.drawing import draw
from rituals.errors import InvalidField, NotFound, Refusal
from storage import Session
from storage.schema import DemoDay, DemoEvent, Showing

LONGEST_TITLE = LONGEST_AUDIENCE = 150
LONGEST_LINK = 500
JUST_CAME = timedelta(hours=1)  # what we know of who is in a channel may be minutes old
MOST_TOLD = 2  # private messages to a presenter about one event
TO_PRESENTERS = ("demo.up", "demo.yours", "demo.with", "demo.eve")


class Over(Refusal):
    """That demo day is over, so nothing can be changed there. `/demoday next` shows the next one."""


class Cancelled(Refusal):
    """That demo day doesn't take place. `/demoday next` shows the next one."""


class NotSignedUp(Refusal):
    """You haven't signed up for this one. `/demoday sign-up` does it."""


class TheyShowNothing(Refusal):
    """<@{person}> has no slot there to swap with. `/demoday line-up` shows who has one."""

    marked = frozenset({"person"})


class TheyHaveASlot(Refusal):
    """<@{person}> is on the list already. You can swap places instead."""

    marked = frozenset({"person"})


@dataclass(frozen=True)
class Entry:
    """What somebody wants to show: a title, for whom it is in one line, how many minutes, perhaps a link.

    Perhaps together with a `partner`; `pairs`: another time they would be the partner of a first-timer.
    """

    title: str
    audience: str
    minutes: int
    link: str | None = None
    partner: str | None = None
    pairs: bool = False


def check(entry: Entry, most_minutes: int) -> Entry:
    """Return the entry, trimmed. Raises InvalidField under the box that must be mended."""
    title, audience = one_line(entry.title), one_line(entry.audience)
    if not title:
        raise InvalidField("title", "Give it a title, so that people know what they will see.")
    if len(title) > LONGEST_TITLE:
        said = f"This has {len(title):,} characters. Please keep the title within {LONGEST_TITLE}."
        raise InvalidField("title", said)
    if len(audience) > LONGEST_AUDIENCE:
        said = f"This has {len(audience):,} characters. Please keep it within {LONGEST_AUDIENCE}."
        raise InvalidField("audience", said)
    if not 1 <= entry.minutes <= most_minutes:
        raise InvalidField("minutes", f"A slot has {most_minutes} minutes. Choose that or less.")
    return replace(entry, title=title, audience=audience, link=_check_link(entry.link))


def one_line(words: str) -> str:
    """On one line; nothing at all when no letter of it can be seen."""
    line = " ".join("".join(one if unicodedata.category(one) != "Cc" else " " for one in words).split())
    return line if any(unicodedata.category(one)[0] in "LNPS" for one in line) else ""


def _check_link(link: str | None) -> str | None:
    link = (link or "").strip()
    if not link:
        return None
    if len(link) > LONGEST_LINK:
        said = f"This has {len(link):,} characters. Please keep the link within {LONGEST_LINK}."
        raise InvalidField("link", said)
    if not _is_web(link) or any(one in '<>|"' or not one.isprintable() or one.isspace() for one in link):
        raise InvalidField("link", "This isn't a link that I can show. It begins with https:// and has no spaces.")
    return link


def _is_web(link: str) -> bool:
    try:
        parts = urlsplit(link)
        _ = parts.port  # raises for one that is no number
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and any(one.isalnum() for one in parts.hostname or "")


def open_event(session: Session, workspace: str, event_id: int, now: datetime) -> DemoEvent:
    """The event, held for this transaction, while people can sign up. Raises NotFound, Cancelled, Over."""
    event = rows.lock_event(session, workspace, event_id)
    if event is None:
        raise NotFound
    stopped = find(session, workspace, _day(session, event).schedule_id).ended_at is not None
    if stopped or event.cancelled_at is not None:
        raise Cancelled
    if event.at <= now:
        raise Over
    return event


def sign_up(session: Session, workspace: str, event_id: int, person: str, entry: Entry, now: datetime) -> Showing:
    """Take a slot, or wait for one when all are taken; a second time changes what will be shown."""
    event = open_event(session, workspace, event_id, now)
    day = _day(session, event)
    entry = check(entry, day.minutes)
    if entry.partner == person:
        raise InvalidField("partner", "That's you. Choose somebody else, or nobody.")
    mine = rows.showing_by(session, workspace, event_id, person)
    before = mine.partner if mine is not None else None
    if mine is not None:
        for name, value in asdict(entry).items():
            setattr(mine, name, value)
    else:
        mine = rows.add_showing(
            session,
            workspace,
            event_id,
            person=person,
            waits=taken(session, event) >= day.slots,
            signed_at=now,
            **asdict(entry),
        )
    if entry.partner not in (None, before):
        _tell_partner(session, event, mine, "with", now)
    draw(session, event, now)
    return mine


def step_back(session: Session, workspace: str, event_id: int, person: str, now: datetime) -> None:
    """*Not me*: who was named as a partner isn't any more; the slot stays with who took it."""
    event = open_event(session, workspace, event_id, now)
    named = rows.showing_with(session, workspace, event_id, person)
    if named is not None:
        named.partner = None
        draw(session, event, now)


def withdraw(session: Session, workspace: str, event_id: int, person: str, now: datetime) -> None:
    """Give a slot back; who waited longest moves up and is told. Raises NotSignedUp."""
    event = open_event(session, workspace, event_id, now)
    mine = rows.showing_by(session, workspace, event_id, person)
    if mine is None:
        raise NotSignedUp
    rows.drop_showing(session, workspace, mine.id)
    move_up(session, event, now)
    draw(session, event, now)


def let_go(session: Session, event: DemoEvent, here: Collection[str], now: datetime) -> None:
    """Whoever isn't `here` any more shows nothing, and is nobody's partner; who waited moves up and is told."""
    gone = False
    for one in rows.showings(session, event.workspace, event.id):
        if one.signed_at > now - JUST_CAME:
            continue
        if one.person not in here:
            rows.drop_showing(session, event.workspace, one.id)
            gone = True
        elif one.partner is not None and one.partner not in here:
            one.partner, gone = None, True
    if gone:
        move_up(session, event, now)
        draw(session, event, now)


def move_up(session: Session, event: DemoEvent, now: datetime) -> list[Showing]:
    """Let those who wait longest take the slots that are free, and tell them."""
    free = _day(session, event).slots - taken(session, event)
    waiting = [one for one in rows.showings(session, event.workspace, event.id) if one.waits]
    moved = waiting[: max(free, 0)]
    for one in moved:
        one.waits = False
        tell(session, event, one, "up", now)
    session.flush()  # whoever counts the taken slots next must see it
    return moved


def tell(session: Session, event: DemoEvent, showing: Showing, what: str, now: datetime) -> None:
    """Tell a presenter something about their slot; the day before, their partner too."""
    if what == "eve" and showing.partner:
        _tell_partner(session, event, showing, "eve", now)
    if _has_room(session, event, showing.person, what):
        showing.told += 1
        key = f"{what}:{showing.told}"
        telling.tell(session, event, showing.person, what, now, key=key, until=event.at, accepted=True)


def _tell_partner(session: Session, event: DemoEvent, showing: Showing, what: str, now: datetime) -> None:
    """Once that they were named, once the day before. They didn't sign up themselves, so it waits for room."""
    assert showing.partner is not None
    own = rows.showing_by(session, event.workspace, event.id, showing.partner)
    is_told_anyway = what == "eve" and own is not None and not own.waits
    if not is_told_anyway and _has_room(session, event, showing.partner, what):
        key = f"{what}:with:{showing.id}"
        telling.tell(session, event, showing.partner, what, now, key=key, until=event.at)


def _has_room(session: Session, event: DemoEvent, person: str, what: str) -> bool:
    """Two messages to a presenter about one event, and the last is kept for the day before."""
    most = MOST_TOLD if what == "eve" else MOST_TOLD - 1
    prefix = telling.key_of(event)
    return storage.nudges.times_wanted(session, event.workspace, person, TO_PRESENTERS, prefix) < most


def hand_over(session: Session, workspace: str, event_id: int, person: str, to: str, now: datetime) -> None:
    """Give a slot, with what was to be shown, to somebody else. Raises NotSignedUp, TheyHaveASlot."""
    event = open_event(session, workspace, event_id, now)
    mine = rows.showing_by(session, workspace, event_id, person)
    if mine is None:
        raise NotSignedUp
    if rows.showing_by(session, workspace, event_id, to) is not None:
        raise TheyHaveASlot(person=to)
    mine.person, mine.told = to, 0
    if mine.partner == to:
        mine.partner = None
    session.flush()  # told below, under the new name
    tell(session, event, mine, "yours", now)
    draw(session, event, now)


def swap(session: Session, workspace: str, event_id: int, person: str, other: str, now: datetime) -> None:
    """Exchange two places of the agenda. Raises NotSignedUp, TheyShowNothing."""
    event = open_event(session, workspace, event_id, now)
    mine = rows.showing_by(session, workspace, event_id, person)
    theirs = rows.showing_by(session, workspace, event_id, other)
    if mine is None or mine.waits:
        raise NotSignedUp
    if theirs is None or theirs.waits:
        raise TheyShowNothing(person=other)
    mine.place, theirs.place = theirs.place, mine.place
    draw(session, event, now)


def say_nothing(session: Session, workspace: str, event_id: int, person: str, now: datetime) -> None:
    """*Nothing this time*: a full answer, which nobody sees; nobody asks them about this event again."""
    open_event(session, workspace, event_id, now)
    rows.note_ask(session, workspace, event_id, person, now, has_nothing=True)


def taken(session: Session, event: DemoEvent) -> int:
    """How many slots are taken."""
    return sum(not one.waits for one in rows.showings(session, event.workspace, event.id))


def missing(showing: Showing) -> list[str]:
    """What a presenter might still add."""
    return [
        word
        for word, there in (("a line on whom it is for", showing.audience), ("a link", showing.link))
        if not there
    ]


def _day(session: Session, event: DemoEvent) -> DemoDay:
    day = rows.demo_day(session, event.workspace, event.demo_day_id)
    assert day is not None
    return day
