"""A row by its id, read once in a transaction."""

from __future__ import annotations

from typing import TypeVar

from storage.database import Session
from storage.schema import Base

Row = TypeVar("Row", bound=Base)


def row_of(session: Session, workspace: str, table: type[Row], row_id: int) -> Row | None:
    """A workspace's row by its id, read once in a transaction however often it is asked for.

    A fan-out asks for the same few rows for every one of its deliveries. The session itself forgets a row as
    soon as nobody holds it; here it is held to the end.
    """
    found = session.get(table, row_id)
    if found is None or found.workspace != workspace:
        return None
    session.info.setdefault("rows", set()).add(found)
    return found
