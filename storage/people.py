"""People: their zone, when they want to be left alone, and the acts of administration they did."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from storage.database import Session
from storage.schema import Act, Person, Registry, Schedule

KEEP_ACTS = timedelta(days=365)


def person(session: Session, workspace: str, person_id: str) -> Person | None:
    """What is known of somebody; None when they never met us."""
    return session.get(Person, (workspace, person_id))


def people(session: Session, workspace: str, ids: Collection[str]) -> dict[str, Person]:
    """What is known of each of these, of those who met us."""
    known = select(Person).where(Person.workspace == workspace, Person.id.in_(ids))
    return {one.id: one for one in session.scalars(known)}


def remember(session: Session, workspace: str, person_id: str, **columns: Any) -> Person:
    """Store what somebody told us, or Slack of them, and leave the rest as it was."""
    known = session.merge(Person(workspace=workspace, id=person_id, **columns))
    session.flush()  # rules read it back in the same transaction
    return known


def note_act(session: Session, workspace: str, person_id: str, verb: str, subject: str, now: datetime) -> None:
    """Leave a line for the audit: who did what, to which ritual. Ids and verbs, never words of people."""
    session.add(Act(workspace=workspace, person=person_id, verb=verb, subject=subject, at=now))


def acts(session: Session, workspace: str, limit: int) -> Sequence[Act]:
    """The latest acts of administration, newest first."""
    return session.scalars(
        select(Act).where(Act.workspace == workspace).order_by(Act.id.desc()).limit(limit)
    ).all()


def sweep(session: Session, now: datetime) -> None:
    """Delete the acts of a year ago and earlier."""
    session.execute(delete(Act).where(Act.at < now - KEEP_ACTS))


def workspaces_known(session: Session) -> Sequence[str]:
    """The workspaces of which we keep anything that somebody set up or told us."""
    tables = (Person, Schedule, Registry)
    return sorted(
        {workspace for table in tables for workspace in session.scalars(select(table.workspace).distinct())}
    )
