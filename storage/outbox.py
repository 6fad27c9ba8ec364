"""The outbox: what is owed to Slack, written in the same transaction as the reason for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, func, literal, or_, select, update

from storage import pace
from storage.database import Session, insert_new, insert_once
from storage.pace import Pacing
from storage.schema import Delivery, Json, Pace

OWED = literal("owed", literal_execute=True)
A_MOMENT = timedelta(minutes=1)  # as long as a lease
KEEP_SETTLED = timedelta(days=14)
Room = Literal["takes", "yields", "none"]  # of its reader's week
QUIET = "quiet"  # the reason of what waits because its person wants to be left alone


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
    room: Room = "takes",
) -> bool:
    """Owe Slack one delivery; False when `key` is owed or settled already, and nothing is added.

    `facts` hold ids only: bot/blocks turns them into words at the moment of posting. After `expires_at`
    the delivery is pointless and is dropped. `room` is what it takes of its reader's week (rituals/nudges.py).
    """
    row = {
        "workspace": workspace,
        "key": key,
        "kind": kind,
        "to": to,
        "facts": facts,
        "room": room,
        "job": uuid4().hex,
        "state": "owed",
        "due": due,
        "created_at": now,
        "expires_at": expires_at,
    }
    return insert_once(session, Delivery, row)


def owe_again(
    session: Session, workspace: str, key: str, *, due: datetime, now: datetime, expires_at: datetime | None = None
) -> bool:
    """Owe once more what was settled without a word having been said; False when it was said, or is owed still."""
    unsaid = (Delivery.state != "owed", Delivery.ts.is_(None), Delivery.ambiguous.is_(False))
    anew = {"state": "owed", "due": due, "created_at": now, "expires_at": expires_at, "attempts": 0}
    found = (
        update(Delivery)
        .where(Delivery.workspace == workspace, Delivery.key == key, *unsaid)
        .values(**anew, reason=None, settled_at=None)
        .returning(Delivery.id)
    )
    return session.scalar(found) is not None


def owe_each(
    session: Session,
    workspace: str,
    people: Sequence[str],
    *,
    key: str,
    kind: str,
    facts: Json,
    due: datetime,
    now: datetime,
    expires_at: datetime | None = None,
    room: Room = "takes",
) -> None:
    """Owe many people the same; `key` stands before each one's id. What is owed already is not owed again."""
    same = {"workspace": workspace, "kind": kind, "facts": facts, "room": room, "state": "owed", "due": due}
    same |= {"created_at": now, "expires_at": expires_at}
    rows = [{**same, "key": f"{key}:{person}", "to": person, "job": uuid4().hex} for person in people]
    insert_new(session, Delivery, rows)


def find_due(
    session: Session,
    now: datetime,
    pacing: Pacing,
    *,
    speaks_for: Collection[str] | None,
    steps_over: Collection[str] = (),
    most: int = 1,
) -> list[Delivery]:
    """What is due and whose lanes are free, in the order in which it is to be posted; `claim` takes it.

    Workspaces that wait (Retry-After, or simply fast enough already) are stepped over, so that one in
    trouble does not hold up another; so are those in `steps_over`, and those that the caller can't speak for
    (None: it can for all).
    """
    steps_over = {*steps_over, *pace.waiting_workspaces(session, pacing, now)}
    if speaks_for is not None and steps_over.issuperset(speaks_for):
        return []
    channel_waits = exists().where(
        Pace.workspace == Delivery.workspace, Pace.lane == Delivery.to, pace.channel_waits(pacing, now)
    )
    # Both words are for SQLite's planner: a written-out state lets it use the partial index on what is due,
    # and coalesce keeps it from reading and sorting a whole workspace by another index instead.
    due = select(Delivery).where(Delivery.state == OWED, Delivery.due <= now, ~channel_waits)
    whose = func.coalesce(Delivery.workspace, "")
    if speaks_for is not None:
        due = due.where(whose.in_(speaks_for))
    if steps_over:
        due = due.where(whose.not_in(steps_over))
    _by_index(session)
    return list(session.scalars(due.order_by(Delivery.due, Delivery.id).limit(most)))


def _by_index(session: Session) -> None:
    """Let Postgres follow the indexes for the rest of the transaction.

    Fresh from a bulk insert, without statistics, its planner takes ten thousand rows for a few, and reads and
    sorts all of them for every look at what is due.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(*[func.set_config(f"enable_{way}", "off", True) for way in ("sort", "seqscan")]))


def claim(
    session: Session,
    workspace: str,
    found: Sequence[Delivery],
    pacing: Pacing,
    now: datetime,
    until: datetime,
    *,
    most: int = 1,
) -> list[Delivery]:
    """Take of `found` what may be posted at once, and keep everybody else away from it until `until`.

    The lock on the workspace's own lane puts all claims of it in order, over all processes; what others took
    since `find_due` looked is left to them. A channel is posted to by one at a time: its lane is blocked until
    `unblock`, or until the lease ends.

    Each row counts an attempt and turns ambiguous here, and stays so unless this attempt is settled: whoever
    finds it after a crash knows that Slack may have taken it. So take no more than can be posted this moment.
    """
    whole = pace.lock(session, workspace, now)
    if whole.blocked_until is not None and whole.blocked_until > now:
        return []
    lanes = pace.channels(session, workspace, {one.to for one in found})
    turns, first = min(pacing.workspace.turns(whole.free_at, now), most), dict[str, Delivery]()
    for one in found:
        if len(first) < turns and one.to not in first and pacing.is_free(lanes.get(one.to), now):
            first[one.to] = one
    leased = _lease(session, workspace, list(first.values()), now, until)
    if leased:
        pace.take(session, workspace, [one.to for one in leased], lanes, pacing, now, until)
        whole.free_at = pacing.workspace.begin(whole.free_at, now) + len(leased) * pacing.workspace.every
        whole.blocked_until = None  # a wait that is over must not come back with a clock that is put back
    return leased


def _lease(
    session: Session, workspace: str, chosen: Sequence[Delivery], now: datetime, until: datetime
) -> list[Delivery]:
    """The chosen rows that nobody else took, leased; their `ambiguous` tells how the last attempt left them."""
    taken = update(Delivery.__table__).where(  # type: ignore[arg-type]
        Delivery.workspace == workspace,
        Delivery.id.in_([one.id for one in chosen]),
        Delivery.state == "owed",
        Delivery.due <= now,
    )
    lease = taken.values(due=until, attempts=Delivery.attempts + 1, attempted_at=now, ambiguous=True)
    attempts = dict(session.execute(lease.returning(Delivery.id, Delivery.attempts)).all())
    leased = [one for one in chosen if one.id in attempts]
    for one in leased:
        if attempts[one.id] != one.attempts + 1:  # somebody tried between our look and our lease
            one.ambiguous = one.ambiguous or attempts[one.id] > 1
        one.due, one.attempts, one.attempted_at = until, attempts[one.id], now
    return leased


@dataclass(frozen=True)
class Posted:
    """What Slack took of attempt `attempt` of a delivery; `ts` is None when nothing was left to say."""

    id: int
    attempt: int
    channel: str | None
    ts: str | None


def settle_posted(session: Session, workspace: str, posted: Sequence[Posted], now: datetime) -> set[int]:
    """End as done what was posted, many at once; the ids of those whose lease was still theirs."""
    kept = select(Delivery.id, Delivery.attempts).where(
        Delivery.workspace == workspace, Delivery.id.in_([one.id for one in posted]), Delivery.state == "owed"
    )
    attempts = dict(session.execute(kept.with_for_update()).all())
    ours = [one for one in posted if attempts.get(one.id) == one.attempt]
    if ours:
        row = Delivery.__table__
        session.execute(
            update(row)  # type: ignore[arg-type]
            .where(row.c.id == bindparam("row"))
            .values(
                state="done",
                settled_at=now,
                ambiguous=False,
                reason=None,
                channel=bindparam("went_to"),
                ts=bindparam("said_at"),
            ),
            [{"row": one.id, "went_to": one.channel, "said_at": one.ts} for one in ours],
        )
    return {one.id for one in ours}


def drop(session: Session, workspace: str, delivery_id: int, attempt: int, *, reason: str, now: datetime) -> bool:
    """Give a delivery up for a reason; False when the lease of `attempt` was lost: whoever holds it settles."""
    dropped = session.scalar(
        update(Delivery)
        .where(
            Delivery.workspace == workspace,
            Delivery.id == delivery_id,
            Delivery.attempts == attempt,
            Delivery.state == "owed",
        )
        .values(state="dropped", settled_at=now, ambiguous=False, reason=reason)
        .returning(Delivery.id)
    )
    return dropped is not None


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


def look_again(session: Session, workspace: str, person: str, now: datetime) -> None:
    """Let what waits for the end of somebody's quiet be due now: they changed their mind about how long."""
    session.execute(
        update(Delivery)
        .where(
            Delivery.workspace == workspace,
            Delivery.to == person,
            Delivery.state == "owed",
            Delivery.reason == QUIET,
            Delivery.due > now,
        )
        .values(due=now)
        .execution_options(synchronize_session=False)
    )


def delivery(session: Session, workspace: str, key: str) -> Delivery | None:
    """The delivery with this key, while it is kept."""
    return session.scalar(select(Delivery).where(Delivery.workspace == workspace, Delivery.key == key))


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Since when the oldest delivery that is due has been due, in any workspace; None when none is."""
    return session.scalar(select(func.min(Delivery.due)).where(Delivery.state == OWED, Delivery.due <= now))


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
    pace.sweep(session, now)


def listed(session: Session, now: datetime, late_by: timedelta | None, limit: int = 200) -> list[Delivery]:
    """What is owed, of every workspace; with `late_by` only what is later than that, and what was dropped."""
    if late_by is None:
        kept = select(Delivery).where(Delivery.state == "owed")
    else:
        kept = select(Delivery).where(or_(_is_late(now - late_by), Delivery.state == "dropped"))
    return list(session.scalars(kept.order_by(Delivery.due, Delivery.id).limit(limit)))


def mend(session: Session, delivery_id: int, drop_because: str | None, now: datetime) -> bool:
    """Try a delivery again from the beginning, or drop it for a reason; False when there is none such.

    One that was dropped can be tried again; one that Slack has can't, nor one that is just on its way there.
    """
    on_its_way = and_(Delivery.ambiguous, Delivery.attempted_at > now - A_MOMENT, Delivery.due > now)
    states = ("owed",) if drop_because else ("owed", "dropped")
    again = {"state": "owed", "due": now, "attempts": 0, "reason": None, "settled_at": None, "expires_at": None}
    values = {"state": "dropped", "settled_at": now, "reason": drop_because} if drop_because else again
    mended = session.scalar(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state.in_(states), ~func.coalesce(on_its_way, False))
        .values(**values)
        .returning(Delivery.id)
    )
    return mended is not None
