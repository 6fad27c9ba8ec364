"""The registry of decision rights: its rows, its roles, its version, the questions that found no owner."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, func, select, update

from storage.database import Session, insert_once
from storage.schema import Miss, Registry, RegistryKeeper, Right, Role


def version(session: Session, workspace: str) -> int:
    """How often the registry was changed; 0 when there is none."""
    return session.scalar(select(Registry.version).where(Registry.workspace == workspace)) or 0


def touch(session: Session, workspace: str) -> None:
    """Count a change, so that every process rebuilds its search."""
    if not insert_once(session, Registry, {"workspace": workspace, "version": 1}):
        session.execute(
            update(Registry).where(Registry.workspace == workspace).values(version=Registry.version + 1)
        )


def rights(session: Session, workspace: str) -> Sequence[Right]:
    """The whole registry, by reference."""
    return session.scalars(select(Right).where(Right.workspace == workspace).order_by(Right.ref)).all()


def right(session: Session, workspace: str, right_id: int) -> Right | None:
    """The area with this id."""
    return session.scalar(select(Right).where(Right.workspace == workspace, Right.id == right_id))


def put_right(session: Session, workspace: str, ref: str, **columns: Any) -> None:
    """Store an area, or change the one with this reference."""
    if not insert_once(session, Right, {"workspace": workspace, "ref": ref, **columns}):
        session.execute(update(Right).where(Right.workspace == workspace, Right.ref == ref).values(**columns))
    session.flush()  # what follows in the transaction reads the registry


def drop_rights(session: Session, workspace: str, refs: Collection[str]) -> None:
    """Take these areas out of the registry."""
    session.execute(delete(Right).where(Right.workspace == workspace, Right.ref.in_(refs)))


def keepers(session: Session, workspace: str) -> Sequence[str]:
    """Who looks after the registry."""
    mine = select(RegistryKeeper.person).where(RegistryKeeper.workspace == workspace)
    return session.scalars(mine.order_by(RegistryKeeper.person)).all()


def add_keepers(session: Session, workspace: str, people: Collection[str]) -> None:
    """Let these people look after the registry too."""
    for person in people:
        insert_once(session, RegistryKeeper, {"workspace": workspace, "person": person})


def roles(session: Session, workspace: str) -> Sequence[Role]:
    """Every role somebody was named for, by name."""
    return session.scalars(select(Role).where(Role.workspace == workspace).order_by(Role.name)).all()


def name_role(session: Session, workspace: str, name: str, person: str | None, group: str | None) -> None:
    """Say who a role is: a person, a user group, or nobody any more."""
    named = {"person": person, "group": group}
    if not insert_once(session, Role, {"workspace": workspace, "name": name, **named}):
        session.execute(update(Role).where(Role.workspace == workspace, Role.name == name).values(**named))


def add_miss(session: Session, workspace: str, words: str, day: str) -> None:
    """Keep a question that found no owner, without who asked."""
    session.add(Miss(workspace=workspace, words=words, day=day))


def misses_since(session: Session, workspace: str, day: str) -> Sequence[str]:
    """The words of the questions that found no owner since that day."""
    kept = select(Miss.words).where(Miss.workspace == workspace, Miss.day >= day)
    return session.scalars(kept.order_by(Miss.id)).all()


def forget_miss(session: Session, workspace: str, words: str) -> None:
    """This question has an owner now."""
    session.execute(delete(Miss).where(Miss.workspace == workspace, func.lower(Miss.words) == words.lower()))


def workspaces_with_misses(session: Session, since: str) -> Sequence[str]:
    """Every workspace in which a question found no owner since that day."""
    return session.scalars(select(Miss.workspace).where(Miss.day >= since).distinct()).all()


def sweep(session: Session, before: str) -> None:
    """Delete the questions of days before that one."""
    session.execute(delete(Miss).where(Miss.day < before))
