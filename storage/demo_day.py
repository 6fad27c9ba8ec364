"""Demo days: what is due, who shows something, whose turn it is, who was asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, or_, select, update

from storage.database import NotInWorkspace, Session, insert_once
from storage.rows import row_of
from storage.schema import DemoAsk, DemoDay, DemoEvent, DemoFeed, DemoHost, Schedule, Showing

KEEP_ASKS = timedelta(days=40)  # a little longer than the month in which nobody is asked twice


def add_demo_day(session: Session, workspace: str, schedule_id: int, **columns: Any) -> DemoDay:
    """Store what a schedule of demo days is about. Raises NotInWorkspace."""
    if row_of(session, workspace, Schedule, schedule_id) is None:
        raise NotInWorkspace
    added = DemoDay(workspace=workspace, schedule_id=schedule_id, **columns)
    session.add(added)
    session.flush()  # its id goes into what hangs on it
    return added


def demo_day(session: Session, workspace: str, demo_day_id: int) -> DemoDay | None:
    """The demo day with this id."""
    return session.scalar(select(DemoDay).where(DemoDay.workspace == workspace, DemoDay.id == demo_day_id))


def demo_day_of(session: Session, workspace: str, schedule_id: int) -> DemoDay | None:
    """The demo day that a schedule is about."""
    return session.scalar(
        select(DemoDay).where(DemoDay.workspace == workspace, DemoDay.schedule_id == schedule_id)
    )


def days_to_open(session: Session, now: datetime, limit: int) -> Sequence[tuple[str, int, str]]:
    """(workspace, id, channel) of demo days whose next sign-up opens, or whose schedule was changed."""
    due = (
        select(DemoDay.workspace, DemoDay.id, Schedule.channel)
        .join(Schedule, Schedule.id == DemoDay.schedule_id)
        .where(or_(DemoDay.look_at <= now, DemoDay.seen_version != Schedule.version))
        .order_by(DemoDay.id)
        .limit(limit)
    )
    return [(workspace, number, channel) for workspace, number, channel in session.execute(due)]


def events_to_tend(session: Session, now: datetime, limit: int) -> Sequence[tuple[str, int, str]]:
    """(workspace, id, channel) of events whose next step is due, or whose schedule was changed."""
    due = (
        select(DemoEvent.workspace, DemoEvent.id, DemoEvent.channel)
        .join(DemoDay, DemoDay.id == DemoEvent.demo_day_id)
        .join(Schedule, Schedule.id == DemoDay.schedule_id)
        .where(
            DemoEvent.look_at.is_not(None),
            or_(DemoEvent.look_at <= now, DemoEvent.seen_version != Schedule.version),
        )
        .order_by(DemoEvent.look_at)
        .limit(limit)
    )
    return [(workspace, number, channel) for workspace, number, channel in session.execute(due)]


def lock_demo_day(session: Session, workspace: str, demo_day_id: int) -> DemoDay | None:
    """The demo day, held until the transaction ends: two processes open its next event once."""
    own = (DemoDay.workspace == workspace, DemoDay.id == demo_day_id)
    return session.scalar(select(DemoDay).where(*own).with_for_update())


def add_event(session: Session, workspace: str, demo_day_id: int, **columns: Any) -> DemoEvent:
    """Store an event that came up. Raises NotInWorkspace."""
    if demo_day(session, workspace, demo_day_id) is None:
        raise NotInWorkspace
    added = DemoEvent(workspace=workspace, demo_day_id=demo_day_id, **columns)
    session.add(added)
    session.flush()  # its id goes into the keys of what it owes
    return added


def event(session: Session, workspace: str, event_id: int) -> DemoEvent | None:
    """The event with this id."""
    return session.scalar(select(DemoEvent).where(DemoEvent.workspace == workspace, DemoEvent.id == event_id))


def lock_event(session: Session, workspace: str, event_id: int) -> DemoEvent | None:
    """The event, held until the transaction ends: of two who take the last slot one is first."""
    own = (DemoEvent.workspace == workspace, DemoEvent.id == event_id)
    return session.scalar(
        select(DemoEvent).where(*own).with_for_update().execution_options(populate_existing=True)
    )


def events_of(session: Session, workspace: str, demo_day_id: int) -> Sequence[DemoEvent]:
    """Every event of a demo day, by when it takes place."""
    return session.scalars(
        select(DemoEvent)
        .where(DemoEvent.workspace == workspace, DemoEvent.demo_day_id == demo_day_id)
        .order_by(DemoEvent.at)
    ).all()


def events_in(session: Session, workspace: str, channels: Collection[str], now: datetime) -> Sequence[DemoEvent]:
    """The events of these channels that are still to come, soonest first."""
    return session.scalars(
        select(DemoEvent)
        .where(
            DemoEvent.workspace == workspace,
            DemoEvent.channel.in_(channels),
            DemoEvent.cancelled_at.is_(None),
            DemoEvent.at > now,
        )
        .order_by(DemoEvent.at)
    ).all()


def past_events(session: Session, workspace: str, channel: str, limit: int) -> Sequence[DemoEvent]:
    """The events that took place in a channel, newest first."""
    return session.scalars(
        select(DemoEvent)
        .where(DemoEvent.workspace == workspace, DemoEvent.channel == channel, DemoEvent.held_at.is_not(None))
        .order_by(DemoEvent.at.desc())
        .limit(limit)
    ).all()


# --- who shows something ----------------------------------------------------------------------------------


def showings(session: Session, workspace: str, event_id: int) -> Sequence[Showing]:
    """Who shows something at an event, in the order of the agenda; who waits comes after."""
    return session.scalars(
        select(Showing)
        .where(Showing.workspace == workspace, Showing.event_id == event_id)
        .order_by(Showing.waits, Showing.place, Showing.id)
    ).all()


def showing_by(session: Session, workspace: str, event_id: int, person: str) -> Showing | None:
    """What somebody shows at an event, or waits to."""
    mine = (Showing.event_id == event_id, Showing.person == person)
    return session.scalar(select(Showing).where(Showing.workspace == workspace, *mine))


def add_showing(session: Session, workspace: str, event_id: int, **columns: Any) -> Showing:
    """Store what somebody shows, at the end. Raises NotInWorkspace."""
    if event(session, workspace, event_id) is None:
        raise NotInWorkspace
    last = select(func.max(Showing.place)).where(Showing.workspace == workspace, Showing.event_id == event_id)
    place = (session.scalar(last) or 0) + 1
    added = Showing(workspace=workspace, event_id=event_id, place=place, told=0, **columns)
    session.add(added)
    session.flush()  # it is counted in the same transaction
    return added


def drop_showing(session: Session, workspace: str, showing_id: int) -> None:
    """Take a showing off."""
    session.execute(delete(Showing).where(Showing.workspace == workspace, Showing.id == showing_id))


def has_shown(session: Session, workspace: str, person: str) -> bool:
    """Whether somebody has shown anything before, anywhere."""
    held = select(Showing.id).join(DemoEvent, DemoEvent.id == Showing.event_id)
    theirs = or_(Showing.person == person, Showing.partner == person)
    mine = (theirs, Showing.waits.is_(False), DemoEvent.held_at.is_not(None))
    return session.scalar(held.where(Showing.workspace == workspace, *mine).limit(1)) is not None


def showing_with(session: Session, workspace: str, event_id: int, person: str) -> Showing | None:
    """What somebody shows at an event together with who signed up for it."""
    theirs = (Showing.event_id == event_id, Showing.partner == person)
    return session.scalar(select(Showing).where(Showing.workspace == workspace, *theirs).limit(1))


def shown_here(session: Session, workspace: str, demo_day_id: int) -> Sequence[tuple[str, bool]]:
    """(person, whether they would show something with a first-timer) of all that was shown, oldest first."""
    shown = (
        select(Showing.person, Showing.pairs)
        .join(DemoEvent, DemoEvent.id == Showing.event_id)
        .where(
            Showing.workspace == workspace,
            DemoEvent.demo_day_id == demo_day_id,
            DemoEvent.held_at.is_not(None),
            Showing.waits.is_(False),
        )
        .order_by(DemoEvent.at, Showing.place, Showing.id)
    )
    return [(person, pairs) for person, pairs in session.execute(shown)]


def look_again(session: Session, workspace: str, channel: str, person: str, now: datetime) -> None:
    """Let the ring look at what somebody hosts or shows in this channel and is still to come."""
    shows = exists().where(
        Showing.event_id == DemoEvent.id, or_(Showing.person == person, Showing.partner == person)
    )
    session.execute(
        update(DemoEvent)
        .where(
            DemoEvent.workspace == workspace,
            DemoEvent.channel == channel,
            or_(DemoEvent.host == person, shows),
            DemoEvent.held_at.is_(None),
            DemoEvent.look_at.is_not(None),
        )
        .values(look_at=now)
    )


# --- whose turn it is -------------------------------------------------------------------------------------


def hosts(session: Session, workspace: str, demo_day_id: int) -> Sequence[DemoHost]:
    """Who takes turns at hosting."""
    return session.scalars(
        select(DemoHost)
        .where(DemoHost.workspace == workspace, DemoHost.demo_day_id == demo_day_id)
        .order_by(DemoHost.person)
    ).all()


def put_host(session: Session, workspace: str, demo_day_id: int, person: str, turns: int, since: datetime) -> None:
    """Store how often somebody had the turn, and since when they wait. Raises NotInWorkspace."""
    if demo_day(session, workspace, demo_day_id) is None:
        raise NotInWorkspace
    session.merge(DemoHost(workspace=workspace, demo_day_id=demo_day_id, person=person, turns=turns, since=since))
    session.flush()  # the next host is chosen among them in the same transaction


def drop_host(session: Session, workspace: str, demo_day_id: int, person: str) -> None:
    """Somebody takes no more turns."""
    theirs = (DemoHost.demo_day_id == demo_day_id, DemoHost.person == person)
    session.execute(delete(DemoHost).where(DemoHost.workspace == workspace, *theirs))


# --- who was asked ----------------------------------------------------------------------------------------


def note_ask(session: Session, workspace: str, event_id: int, person: str, now: datetime, **said: Any) -> None:
    """Remember that somebody was asked (`asked_at`), has nothing to show or is away. Raises NotInWorkspace."""
    if event(session, workspace, event_id) is None:
        raise NotInWorkspace
    fresh = {"workspace": workspace, "event_id": event_id, "person": person, "at": now}
    insert_once(session, DemoAsk, fresh | {"asked_at": None, "has_nothing": False, "is_away": False})
    theirs = (DemoAsk.event_id == event_id, DemoAsk.person == person)
    session.execute(update(DemoAsk).where(DemoAsk.workspace == workspace, *theirs).values(**said))


def ask_of(session: Session, workspace: str, event_id: int, person: str) -> DemoAsk | None:
    """Whether somebody was asked for this event, and what they said."""
    theirs = (DemoAsk.event_id == event_id, DemoAsk.person == person)
    return session.scalar(select(DemoAsk).where(DemoAsk.workspace == workspace, *theirs))


def asked_at(session: Session, workspace: str, people: Collection[str]) -> dict[str, datetime]:
    """When each of these people was last asked to show something, of those who were."""
    last = (
        select(DemoAsk.person, func.max(DemoAsk.asked_at))
        .where(DemoAsk.workspace == workspace, DemoAsk.person.in_(people), DemoAsk.asked_at.is_not(None))
        .group_by(DemoAsk.person)
    )
    return {person: at for person, at in session.execute(last) if at is not None}


def have_nothing(session: Session, workspace: str, event_id: int) -> set[str]:
    """Who said "nothing this time", so that they are not asked."""
    said = (DemoAsk.event_id == event_id, DemoAsk.has_nothing.is_(True))
    return set(session.scalars(select(DemoAsk.person).where(DemoAsk.workspace == workspace, *said)))


def away_from(session: Session, workspace: str, event_id: int) -> set[str]:
    """Who can't host this one, and keeps their turn."""
    said = (DemoAsk.event_id == event_id, DemoAsk.is_away.is_(True))
    return set(session.scalars(select(DemoAsk.person).where(DemoAsk.workspace == workspace, *said)))


# --- who has its calendar ---------------------------------------------------------------------------------


def put_feed(session: Session, workspace: str, demo_day_id: int, person: str, token: str, now: datetime) -> None:
    """Store the hash of somebody's address; the one before leads nowhere from now on. Raises NotInWorkspace."""
    if demo_day(session, workspace, demo_day_id) is None:
        raise NotInWorkspace
    session.merge(DemoFeed(workspace=workspace, demo_day_id=demo_day_id, person=person, token=token, made_at=now))


def drop_feed(session: Session, workspace: str, demo_day_id: int, person: str) -> bool:
    """Forget somebody's address; False when they had none."""
    theirs = (DemoFeed.demo_day_id == demo_day_id, DemoFeed.person == person)
    gone = delete(DemoFeed).where(DemoFeed.workspace == workspace, *theirs).returning(DemoFeed.person)
    return session.execute(gone).first() is not None


def feed_at(session: Session, token: str) -> tuple[DemoFeed, Schedule] | None:
    """Whose address has this hash, and of which schedule."""
    found = session.execute(
        select(DemoFeed, Schedule)
        .join(DemoDay, DemoDay.id == DemoFeed.demo_day_id)
        .join(Schedule, Schedule.id == DemoDay.schedule_id)
        .where(DemoFeed.token == token)
    ).one_or_none()
    return (found[0], found[1]) if found else None


def sweep(session: Session, now: datetime) -> None:
    """Delete who was asked 40 days ago or earlier."""
    session.execute(delete(DemoAsk).where(DemoAsk.at < now - KEEP_ASKS))
