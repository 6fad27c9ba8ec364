"""The pace: how fast a workspace and each channel in it may be posted to, kept over all processes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, delete, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.database import Session, insert_once
from storage.schema import Delivery, Pace

WHOLE_WORKSPACE = ""  # the lane that every delivery of a workspace passes
WHOLE = literal(WHOLE_WORKSPACE, literal_execute=True)  # written out, for the partial index
NEVER_SO_FAR = timedelta(minutes=2)  # no pace reaches so far ahead: then the clock was wrong, and went back
MANY = 10_000  # turns of a lane without a pace


@dataclass(frozen=True)
class Speed:
    """How fast a lane goes: one turn in `every`, and at most `burst` ahead of that (a GCRA)."""

    every: timedelta
    burst: timedelta

    def turns(self, free_at: datetime, now: datetime) -> int:
        """How many turns may be taken at once by now."""
        ahead = self.begin(free_at, now) - now
        if ahead > self.burst:
            return 0
        return (self.burst - ahead) // self.every + 1 if self.every else MANY

    def begin(self, free_at: datetime, now: datetime) -> datetime:
        """From when the next turn counts: a lane that is free beyond all reason is free now."""
        return now if free_at > now + self.burst + NEVER_SO_FAR else max(free_at, now)


@dataclass(frozen=True)
class Pacing:
    """The speed of a whole workspace, and of each channel in it."""

    workspace: Speed
    channel: Speed

    def is_free(self, lane: Pace | None, now: datetime) -> bool:
        """Whether a channel may be posted to; None when nobody ever was there."""
        if lane is None:
            return True
        blocked = lane.blocked_until is not None and now < lane.blocked_until <= now + NEVER_SO_FAR
        return not blocked and self.channel.turns(lane.free_at, now) > 0


def waiting_workspaces(session: Session, pacing: Pacing, now: datetime) -> list[str]:
    """The workspaces that have to wait, because they were fast enough or because Slack asked for it."""
    too_fast = _too_far(now + pacing.workspace.burst)
    waiting = or_(too_fast, Pace.blocked_until > now)  # a wait that Slack asks for may be long
    return list(session.scalars(select(Pace.workspace).where(Pace.lane == WHOLE, waiting)))


def channel_waits(pacing: Pacing, now: datetime) -> ColumnElement[bool]:
    """What is true of a channel's lane that has to wait."""
    blocked = and_(Pace.blocked_until > now, Pace.blocked_until <= now + NEVER_SO_FAR)
    return or_(_too_far(now + pacing.channel.burst), blocked)


def _too_far(now: datetime) -> ColumnElement[bool]:
    return and_(Pace.free_at > now, Pace.free_at <= now + NEVER_SO_FAR)


def lock(session: Session, workspace: str, first: datetime) -> Pace:
    """The workspace's own lane, its row locked; a new one is free at `first`, whoever makes it."""
    locked = (
        select(Pace)
        .where(Pace.workspace == workspace, Pace.lane == WHOLE_WORKSPACE)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    whole = session.scalar(locked)
    if whole is None:
        insert_once(session, Pace, {"workspace": workspace, "lane": WHOLE_WORKSPACE, "free_at": first})
        whole = session.scalars(locked).one()
    return whole


def channels(session: Session, workspace: str, names: Collection[str]) -> dict[str, Pace]:
    """The lanes of these channels, as far as anybody was there."""
    lanes = session.scalars(select(Pace).where(Pace.workspace == workspace, Pace.lane.in_(names)))
    return {lane.lane: lane for lane in lanes}


def take(
    session: Session,
    workspace: str,
    names: Sequence[str],
    known: Mapping[str, Pace],
    pacing: Pacing,
    now: datetime,
    until: datetime,
) -> None:
    """Take a turn of each of these channels, and block it until `until`; under the workspace's lock."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    put, speed = insert(Pace.__table__), pacing.channel  # type: ignore[arg-type]
    taken = {"free_at": put.excluded.free_at, "blocked_until": put.excluded.blocked_until}
    rows = []
    for name in names:
        begin = speed.begin(known[name].free_at, now) if name in known else now
        rows.append({"workspace": workspace, "lane": name, "free_at": begin + speed.every, "blocked_until": until})
    session.execute(put.on_conflict_do_update(index_elements=["workspace", "lane"], set_=taken), rows)


def unblock(session: Session, workspace: str, ended: Sequence[Delivery]) -> None:
    """Let others post where these leased deliveries went: they are in nobody's hands any more."""
    mine = Pace.__table__.c
    session.execute(
        update(Pace.__table__)  # type: ignore[arg-type]
        .where(mine.workspace == workspace, mine.lane == bindparam("to"), mine.blocked_until == bindparam("until"))
        .values(blocked_until=None),
        [{"to": one.to, "until": one.due} for one in ended],
    )


def hold(session: Session, workspace: str, until: datetime, burst: timedelta = timedelta(0)) -> None:
    """Let the whole workspace wait until `until`, for every process: Slack said Retry-After.

    Its pace begins anew then, without a burst.
    """
    whole = lock(session, workspace, until)
    whole.free_at = max(whole.free_at, until + burst)
    whole.blocked_until = max(whole.blocked_until or until, until)


def sweep(session: Session, now: datetime) -> None:
    """Delete lanes that nobody used for a day."""
    session.execute(delete(Pace).where(Pace.free_at < now - timedelta(days=1)))
