"""Nudges that wait for their person's hour, and how many somebody had lately."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, or_, select, update

from storage.database import Session, insert_once
from storage.schema import Delivery, Json, Nudge

KEEP_TOLD = timedelta(days=14)


def want(
    session: Session,
    workspace: str,
    *,
    key: str,
    person: str,
    kind: str,
    facts: Json,
    wanted_at: datetime,
    expires_at: datetime,
    accepted: bool = False,
    not_on: Sequence[str] = (),
    asks: bool = True,
) -> bool:
    """Want to tell somebody something privately; False when `key` was wanted before.

    What `asks` nothing counts as answered: nobody can ignore it.
    """
    row = {
        "workspace": workspace,
        "key": key,
        "person": person,
        "kind": kind,
        "facts": facts,
        "wanted_at": wanted_at,
        "expires_at": expires_at,
        "accepted": accepted,
        "not_on": list(not_on),
        "minded_at": None if asks else wanted_at,
    }
    return insert_once(session, Nudge, row)


def people_waiting(session: Session, now: datetime) -> Sequence[tuple[str, str]]:
    """(workspace, person) for everybody for whom a nudge waits, of every workspace."""
    waiting = select(Nudge.workspace, Nudge.person).where(
        Nudge.told_at.is_(None), Nudge.wanted_at <= now, Nudge.expires_at > now
    )
    return [(workspace, person) for workspace, person in session.execute(waiting.distinct())]


def waiting_for(session: Session, workspace: str, person: str, now: datetime) -> Sequence[Nudge]:
    """What waits for one person, oldest first, locked: two processes bundle it once."""
    return session.scalars(
        select(Nudge)
        .where(
            Nudge.workspace == workspace,
            Nudge.person == person,
            Nudge.told_at.is_(None),
            Nudge.wanted_at <= now,
            Nudge.expires_at > now,
        )
        .order_by(Nudge.wanted_at, Nudge.id)
        .with_for_update(skip_locked=True)
    ).all()


def tell(session: Session, workspace: str, nudges: Sequence[Nudge], now: datetime) -> None:
    """Mark these as told now."""
    session.execute(
        update(Nudge)
        .where(Nudge.workspace == workspace, Nudge.id.in_([nudge.id for nudge in nudges]))
        .values(told_at=now)
    )


def last_two_ignored(session: Session, workspace: str, person: str) -> bool:
    """Whether the last two messages that somebody got, before what is told now, were left without a click."""
    told = session.execute(
        select(Nudge.told_at, func.max(Nudge.minded_at))
        .where(Nudge.workspace == workspace, Nudge.person == person, Nudge.told_at.is_not(None))
        .group_by(Nudge.told_at)
        .order_by(Nudge.told_at.desc())
        .limit(3)
    ).all()
    return len(told) == 3 and not any(minded for _, minded in told[1:])


def mind(session: Session, workspace: str, person: str, now: datetime) -> None:
    """Somebody pressed a button of what they were last told."""
    last = select(func.max(Nudge.told_at)).where(Nudge.workspace == workspace, Nudge.person == person)
    session.execute(
        update(Nudge)
        .where(Nudge.workspace == workspace, Nudge.person == person, Nudge.told_at == last.scalar_subquery())
        .values(minded_at=now)
    )


def times_wanted(session: Session, workspace: str, person: str, kinds: Collection[str], key_prefix: str) -> int:
    """How often somebody was, or is to be, told one of these kinds under this key or below it."""
    wanted = select(func.count(Nudge.id)).where(
        Nudge.workspace == workspace,
        Nudge.person == person,
        Nudge.kind.in_(kinds),
        Nudge.key.startswith(key_prefix, autoescape=True),
    )
    return session.scalar(wanted) or 0


def nudge(session: Session, workspace: str, nudge_id: int) -> Nudge | None:
    """The nudge with this id."""
    return session.scalar(select(Nudge).where(Nudge.workspace == workspace, Nudge.id == nudge_id))


def forget(session: Session, workspace: str, key_prefix: str) -> None:
    """Drop what waits under this key or below it: the matter is closed."""
    session.execute(
        delete(Nudge).where(
            Nudge.workspace == workspace,
            Nudge.key.startswith(key_prefix, autoescape=True),
            Nudge.told_at.is_(None),
        )
    )


def drop(session: Session, workspace: str, nudge_ids: Sequence[int]) -> None:
    """Forget these: there was nothing left to say."""
    session.execute(delete(Nudge).where(Nudge.workspace == workspace, Nudge.id.in_(nudge_ids)))


def sweep(session: Session, now: datetime) -> None:
    """Delete what was told or expired 14 days ago or earlier."""
    old = now - KEEP_TOLD
    session.execute(delete(Nudge).where(or_(Nudge.told_at < old, Nudge.expires_at < old)))


def said_to(
    session: Session,
    workspace: str,
    people: Collection[str],
    since: datetime,
    *,
    besides_accepted: bool = False,
) -> Sequence[tuple[str, datetime]]:
    """(person, when) of each message that one of these was sent since then, or is to be sent.

    What yields is left out as long as it is owed; `besides_accepted`: so is what they accepted, said or not.
    """
    rooms = ("takes", "yields") if besides_accepted else ("takes", "yields", "none")
    when = func.coalesce(Delivery.settled_at, Delivery.due)
    was_said = and_(Delivery.state == "done", Delivery.ts.is_not(None))
    said = select(Delivery.to, when).where(
        Delivery.workspace == workspace,
        Delivery.to.in_(people),
        Delivery.room.in_(rooms),
        or_(and_(Delivery.state == "owed", Delivery.room != "yields"), was_said),
        when >= since,
    )
    return [(person, at) for person, at in session.execute(said)]
