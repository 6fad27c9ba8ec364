"""Alembic's entry: it uses the connection that `storage.migrations` hands over."""

from typing import Any, Literal

from alembic import context

from storage.database import Instant
from storage.schema import Base


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own type into a new migration by its short name; everything else as Alembic would."""
    return "Instant()" if kind == "type" and isinstance(item, Instant) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
)
context.run_migrations()
