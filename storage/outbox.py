"""The outbox: what is owed to Slack, written in the same transaction as the reason for it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, delete, exists, func, literal, or_, select, update

from storage.database import Session, insert_once
from storage.schema import Delivery, Json, Pace

OWED = literal("owed", literal_execute=True)
WHOLE_WORKSPACE = ""  # the lane that every delivery of a workspace passes
HELD = "held"  # beside the lanes, because a wait that Slack asked for may be long
NEVER_SO_FAR = timedelta(minutes=2)  # no pace reaches so far ahead: then the clock was wrong, and went back
KEEP_SETTLED = timedelta(days=14)


def owe(
    session: Session,
    workspace: str,
    *,
    key: str,
    kind: str,
    to: str,
    facts: Json,
    due: datetime,
    now: datetime,
    expires_at: datetime | None = None,
) -> bool:
    """Owe Slack one delivery; False when `key` is owed or settled already, and nothing is added.

    `facts` hold ids only: bot/blocks turns them into words at the moment of posting. After `expires_at`
    the delivery is pointless and is dropped.
    """
    row = {
        "workspace": workspace,
        "key": key,
        "kind": kind,
        "to": to,
        "facts": facts,
        "job": uuid4().hex,
        "state": "owed",
        "due": due,
        "created_at": now,
        "expires_at": expires_at,
    }
    return insert_once(session, Delivery, row)


def find_due(
    session: Session, now: datetime, burst: timedelta, speaks_for: Collection[str] | None
) -> Delivery | None:
    """The oldest delivery that is due and whose lanes are free, locked for this transaction.

    Workspaces that wait (Retry-After, or simply fast enough already) are stepped over, so that one in
    trouble does not hold up another; so are those that the caller can't speak for (None: it can for all).
    `burst` is how far ahead of its pace a lane may run.
    """
    waits = exists().where(
        and_(
            Pace.workspace == Delivery.workspace,
            or_(
                and_(
                    or_(Pace.lane == WHOLE_WORKSPACE, Pace.lane == Delivery.to),
                    Pace.free_at > now + burst,
                    Pace.free_at <= now + burst + NEVER_SO_FAR,
                ),
                and_(Pace.lane == HELD, Pace.free_at > now),
            ),
        )
    )
    # Both words are for SQLite's planner: a written-out state lets it use the partial index on what is due,
    # and coalesce keeps it from reading and sorting a whole workspace by another index instead.
    due = select(Delivery).where(Delivery.state == OWED, Delivery.due <= now, ~waits)
    if speaks_for is not None:
        due = due.where(func.coalesce(Delivery.workspace, "").in_(speaks_for))
    return session.scalar(
        due.order_by(Delivery.due, Delivery.id).limit(1).with_for_update(skip_locked=True, of=Delivery)
    )


def take_lease(session: Session, delivery: Delivery, now: datetime, until: datetime) -> bool:
    """Count one more attempt and keep everybody else away until `until`; False when another was faster.

    The row turns ambiguous here and stays so unless this attempt is settled: whoever finds it after a
    crash knows that Slack may have taken it.
    """
    taken = session.scalar(
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.state == "owed", Delivery.attempts == delivery.attempts)
        .values(due=until, attempts=Delivery.attempts + 1, attempted_at=now, ambiguous=True)
        .returning(Delivery.id)
    )
    return taken is not None


def take_pace(
    session: Session, workspace: str, lane: str, every: timedelta, burst: timedelta, now: datetime
) -> bool:
    """Take one turn of a lane that allows one in `every`, `burst` ahead at most; False when it must wait.

    The lane's row is the token: two processes that ask at once are put in order by its lock.
    """
    free_at = _lock_lane(session, workspace, lane, now)
    if free_at > now + burst + NEVER_SO_FAR:
        free_at = now
    if free_at > now + burst:
        return False
    _free_lane_at(session, workspace, lane, max(free_at, now) + every)
    if lane == WHOLE_WORKSPACE:  # a wait that is over must not come back with a clock that is put back
        session.execute(delete(Pace).where(Pace.workspace == workspace, Pace.lane == HELD, Pace.free_at <= now))
    return True


def hold(session: Session, workspace: str, until: datetime, burst: timedelta = timedelta(0)) -> None:
    """Let the whole workspace wait until `until`, for every process: Slack said Retry-After.

    Its pace begins anew then, without a burst.
    """
    for lane, free_at in ((WHOLE_WORKSPACE, until + burst), (HELD, until)):
        if _lock_lane(session, workspace, lane, free_at) < free_at:
            _free_lane_at(session, workspace, lane, free_at)


def _lock_lane(session: Session, workspace: str, lane: str, first: datetime) -> datetime:
    """When a lane is free, its row locked; a new one is free at `first`, whoever makes it."""
    insert_once(session, Pace, {"workspace": workspace, "lane": lane, "free_at": first})
    locked = select(Pace.free_at).where(Pace.workspace == workspace, Pace.lane == lane).with_for_update()
    return session.scalars(locked).one()


def _free_lane_at(session: Session, workspace: str, lane: str, free_at: datetime) -> None:
    session.execute(update(Pace).where(Pace.workspace == workspace, Pace.lane == lane).values(free_at=free_at))


def settle(
    session: Session,
    workspace: str,
    delivery_id: int,
    attempt: int,
    *,
    now: datetime,
    channel: str | None = None,
    ts: str | None = None,
    reason: str | None = None,
) -> bool:
    """End a delivery: done when Slack took it (`ts`) or nothing was left to say, dropped with a `reason`.

    False when the lease of `attempt` was lost meanwhile: then whoever holds it settles.
    """
    settled = session.scalar(
        update(Delivery)
        .where(
            Delivery.workspace == workspace,
            Delivery.id == delivery_id,
            Delivery.attempts == attempt,
            Delivery.state == "owed",
        )
        .values(
            state="dropped" if reason else "done",
            settled_at=now,
            ambiguous=False,
            channel=channel,
            ts=ts,
            reason=reason,
        )
        .returning(Delivery.id)
    )
    return settled is not None


def postpone(
    session: Session,
    workspace: str,
    delivery_id: int,
    attempt: int,
    *,
    due: datetime,
    reason: str,
    ambiguous: bool,
    counts: bool = True,
) -> bool:
    """Try again at `due`. A refusal that is about our pace, not about the message, need not count."""
    postponed = session.scalar(
        update(Delivery)
        .where(
            Delivery.workspace == workspace,
            Delivery.id == delivery_id,
            Delivery.attempts == attempt,
            Delivery.state == "owed",
        )
        .values(
            due=due,
            reason=reason,
            ambiguous=ambiguous,
            attempts=Delivery.attempts if counts else Delivery.attempts - 1,
        )
        .returning(Delivery.id)
    )
    return postponed is not None


def delivery(session: Session, workspace: str, key: str) -> Delivery | None:
    """The delivery with this key, while it is kept."""
    return session.scalar(select(Delivery).where(Delivery.workspace == workspace, Delivery.key == key))


def stuck(session: Session, now: datetime, older_than: timedelta) -> list[Delivery]:
    """What should have been posted more than `older_than` ago, of every workspace, oldest first (100)."""
    return list(
        session.scalars(select(Delivery).where(_is_late(now - older_than)).order_by(Delivery.due).limit(100))
    )


def _is_late(then: datetime) -> ColumnElement[bool]:
    """Owed and due before that, or tried again and again since: each refusal moves `due` ahead."""
    again_and_again = and_(Delivery.attempts >= 2, Delivery.created_at < then)
    return and_(Delivery.state == "owed", or_(Delivery.due < then, again_and_again))


def sweep(session: Session, now: datetime) -> None:
    """Delete what was settled 14 days ago or earlier, and lanes that nobody used for a day."""
    session.execute(delete(Delivery).where(Delivery.settled_at < now - KEEP_SETTLED))
    session.execute(delete(Pace).where(Pace.free_at < now - timedelta(days=1)))


def listed(session: Session, now: datetime, late_by: timedelta | None, limit: int = 200) -> list[Delivery]:
    """What is owed, of every workspace; with `late_by` only what is later than that, and what was dropped."""
    if late_by is None:
        kept = select(Delivery).where(Delivery.state == "owed")
    else:
        kept = select(Delivery).where(or_(_is_late(now - late_by), Delivery.state == "dropped"))
    return list(session.scalars(kept.order_by(Delivery.due, Delivery.id).limit(limit)))


def mend(session: Session, delivery_id: int, drop_because: str | None, now: datetime) -> bool:
    """Try a delivery again from the beginning, or drop it for a reason; False when there is none such.

    One that was dropped can be tried again; one that Slack has can't.
    """
    states = ("owed",) if drop_because else ("owed", "dropped")
    again = {"state": "owed", "due": now, "attempts": 0, "reason": None, "settled_at": None, "expires_at": None}
    values = {"state": "dropped", "settled_at": now, "reason": drop_because} if drop_because else again
    mended = session.scalar(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state.in_(states))
        .values(**values)
        .returning(Delivery.id)
    )
    return mended is not None
