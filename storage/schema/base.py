"""What every table has: the workspace that a row belongs to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.database import Instant

Json = dict[str, Any]

# SQLite counts only in INTEGER PRIMARY KEY; Postgres gets room for more.
Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """Every row belongs to a workspace: a team id, or `enterprise/team` on Enterprise Grid."""

    type_annotation_map = {datetime: Instant, Json: JSON, list[str]: JSON}
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )

    workspace: Mapped[str] = mapped_column(String(40))
