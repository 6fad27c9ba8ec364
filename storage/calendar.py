"""Schedules: who claims a due one, who looks after it, what was skipped or moved."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, tuple_, update

from storage.database import NotInWorkspace, Session, insert_once
from storage.rows import row_of
from storage.schema import Keeper, Override, Schedule

KEEP_ENDED = timedelta(days=365)


def add_schedule(session: Session, workspace: str, keepers: Collection[str], **columns: Any) -> Schedule | None:
    """Store a schedule and who looks after it; None when its `origin` was stored before (a double click)."""
    columns = {"days_off": {}, "days_off_through": 0, "version": 1, **columns, "workspace": workspace}
    if not insert_once(session, Schedule, columns):
        return None
    added = schedule_of_origin(session, workspace, columns["origin"])
    assert added is not None
    for person in keepers:
        session.add(Keeper(workspace=workspace, schedule_id=added.id, person=person))
    session.flush()  # readers in the same transaction must see who looks after it
    return added


def schedule(session: Session, workspace: str, schedule_id: int) -> Schedule | None:
    """The schedule with this id, ended ones too."""
    return row_of(session, workspace, Schedule, schedule_id)


def schedule_of_origin(session: Session, workspace: str, origin: str) -> Schedule | None:
    """The schedule that was stored from this form."""
    return session.scalar(select(Schedule).where(Schedule.workspace == workspace, Schedule.origin == origin))


def schedules_of_channel(session: Session, workspace: str, channel: str) -> Sequence[Schedule]:
    """What happens in a channel, oldest first, without what has ended."""
    return session.scalars(
        select(Schedule)
        .where(Schedule.workspace == workspace, Schedule.channel == channel, Schedule.ended_at.is_(None))
        .order_by(Schedule.id)
    ).all()


def schedules_kept_by(session: Session, workspace: str, person: str, limit: int) -> Sequence[Schedule]:
    """What somebody looks after, newest first, without what has ended."""
    return session.scalars(
        select(Schedule)
        .join(Keeper, Keeper.schedule_id == Schedule.id)
        .where(Keeper.workspace == workspace, Keeper.person == person, Schedule.ended_at.is_(None))
        .order_by(Schedule.id.desc())
        .limit(limit)
    ).all()


def keepers_of(session: Session, workspace: str, schedule_id: int) -> Sequence[str]:
    """Who looks after a schedule."""
    return session.scalars(
        select(Keeper.person)
        .where(Keeper.workspace == workspace, Keeper.schedule_id == schedule_id)
        .order_by(Keeper.person)
    ).all()


def set_keepers(session: Session, workspace: str, schedule_id: int, keepers: Collection[str]) -> None:
    """Hand a schedule to these people, and to nobody else. Raises NotInWorkspace."""
    _own(session, workspace, schedule_id)
    session.execute(delete(Keeper).where(Keeper.workspace == workspace, Keeper.schedule_id == schedule_id))
    for person in dict.fromkeys(keepers):
        session.add(Keeper(workspace=workspace, schedule_id=schedule_id, person=person))


def overrides_of(session: Session, workspace: str, schedule_id: int) -> Sequence[Override]:
    """Which occurrences are skipped or moved."""
    return session.scalars(
        select(Override)
        .where(Override.workspace == workspace, Override.schedule_id == schedule_id)
        .order_by(Override.local)
    ).all()


def set_override(
    session: Session,
    workspace: str,
    schedule_id: int,
    local: str,
    moved_to: str | None,
    person: str,
    now: datetime,
) -> None:
    """Skip (`moved_to` None) or move the occurrence whose wall time by the rule is `local`.

    Raises NotInWorkspace.
    """
    _own(session, workspace, schedule_id)
    session.merge(
        Override(
            workspace=workspace,
            schedule_id=schedule_id,
            local=local,
            moved_to=moved_to,
            person=person,
            at=now,
        )
    )
    session.flush()  # the next date is computed from it in the same transaction


def drop_overrides(session: Session, workspace: str, schedule_id: int) -> None:
    """Forget what was skipped and moved: the rule that it was about is another one now."""
    session.execute(delete(Override).where(Override.workspace == workspace, Override.schedule_id == schedule_id))


def _own(session: Session, workspace: str, schedule_id: int) -> None:
    if schedule(session, workspace, schedule_id) is None:
        raise NotInWorkspace


def change(session: Session, workspace: str, schedule_id: int, seen_version: int, **columns: Any) -> bool:
    """Save an edit made on `seen_version`; False when somebody else saved in between."""
    changed = session.scalar(
        update(Schedule)
        .where(
            Schedule.workspace == workspace,
            Schedule.id == schedule_id,
            Schedule.version == seen_version,
            Schedule.ended_at.is_(None),
        )
        .values(**columns, version=Schedule.version + 1)
        .returning(Schedule.id)
        .execution_options(synchronize_session="fetch")
    )
    return changed is not None


def sweep(session: Session, now: datetime) -> None:
    """Delete what ended a year ago or earlier, with all that hangs on it."""
    session.execute(delete(Schedule).where(Schedule.ended_at < now - KEEP_ENDED))


def find_due(session: Session, now: datetime, beyond: tuple[datetime, int] | None) -> Schedule | None:
    """The next due schedule after `beyond` (its next_due and id), locked for this transaction.

    On Postgres a row that another process holds is stepped over; on SQLite there is one writer at a time.
    """
    due = select(Schedule).where(Schedule.next_due <= now)
    if beyond is not None:
        due = due.where(tuple_(Schedule.next_due, Schedule.id) > tuple_(*beyond))
    return session.scalar(due.order_by(Schedule.next_due, Schedule.id).limit(1).with_for_update(skip_locked=True))


def claim_due(
    session: Session, schedule_id: int, seen: datetime, next_due: datetime | None, **columns: Any
) -> bool:
    """Win the occurrence `seen` for this transaction; False when another process has it.

    The condition on `next_due` is the claim itself: whoever moves it ahead has won, the lock above only
    saves the others the trouble.
    """
    won = session.scalar(
        update(Schedule)
        .where(Schedule.id == schedule_id, Schedule.next_due == seen)
        .values(next_due=next_due, **columns)
        .returning(Schedule.id)
        .execution_options(synchronize_session="fetch")
    )
    return won is not None
