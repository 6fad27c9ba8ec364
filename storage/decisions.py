"""The registry of decision rights: its rows, its roles, its version, the questions that found no owner."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from storage.database import Session, insert_once
from storage.schema import Miss, Registry, RegistryKeeper, Right, Role

Columns = dict[str, Any]
MOST_AT_ONCE = 10_000  # ids in one statement


def version(session: Session, workspace: str) -> int:
    """How often the registry was changed; 0 when there is none."""
    return session.scalar(select(Registry.version).where(Registry.workspace == workspace)) or 0


def lock(session: Session, workspace: str) -> None:
    """Take turns with whoever else changes this registry, until the transaction ends; SQLite does it by itself.

    The first version is a random one: a search that was built before a workspace left, and was set up anew, must
    not pass for the new one's.
    """
    if not insert_once(session, Registry, {"workspace": workspace, "version": 1 + secrets.randbelow(2**30)}):
        session.execute(select(Registry.version).where(Registry.workspace == workspace).with_for_update())


def touch(session: Session, workspace: str) -> None:
    """Count a change, so that every process rebuilds its search."""
    session.execute(update(Registry).where(Registry.workspace == workspace).values(version=Registry.version + 1))


def rights(session: Session, workspace: str) -> Sequence[Right]:
    """The whole registry, by reference."""
    return session.scalars(select(Right).where(Right.workspace == workspace).order_by(Right.ref)).all()


def right(session: Session, workspace: str, right_id: int) -> Right | None:
    """The area with this id."""
    return session.scalar(select(Right).where(Right.workspace == workspace, Right.id == right_id))


def add_rights(session: Session, workspace: str, areas: Sequence[Columns]) -> None:
    """Add these areas, each with all of its columns; 50,000 take a few seconds."""
    if areas:
        session.execute(insert(Right), [{"workspace": workspace, **columns} for columns in areas])


def change_rights(session: Session, workspace: str, areas: Sequence[Columns]) -> None:
    """Change the areas of these references."""
    if areas:
        of = (Right.workspace == workspace) & (Right.ref == bindparam("of"))
        session.connection().execute(update(Right).where(of), [{"of": one["ref"], **one} for one in areas])
        session.expire_all()  # what was read before is read anew


def drop_rights(session: Session, workspace: str, refs: Collection[str]) -> None:
    """Take these areas out of the registry."""
    if refs:
        of = (Right.workspace == workspace) & (Right.ref == bindparam("of"))
        session.connection().execute(delete(Right).where(of), [{"of": ref} for ref in refs])


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


def forget_misses(session: Session, workspace: str, words: Collection[str]) -> None:
    """These questions have an owner now, in whatever case: SQLite's lower() knows no umlauts, Python's does."""
    answered = {one.lower() for one in words}
    asked = session.execute(select(Miss.id, Miss.words).where(Miss.workspace == workspace)).all()
    gone = [miss_id for miss_id, said in asked if said.lower() in answered]
    session.execute(delete(Miss).where(Miss.workspace == workspace, Miss.id.in_(gone[:MOST_AT_ONCE])))


def workspaces_with_misses(session: Session, since: str, before: str = "9999-12-31") -> Sequence[str]:
    """Every workspace in which a question found no owner since that day, and before that other one."""
    when = (Miss.day >= since, Miss.day < before)
    return session.scalars(select(Miss.workspace).where(*when).distinct()).all()


def sweep(session: Session, before: str) -> None:
    """Delete the questions of days before that one."""
    session.execute(delete(Miss).where(Miss.day < before))
