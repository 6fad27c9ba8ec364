"""People: how they want to be spoken to, what waits for them, what they administered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, Id, Json


class Person(Base):
    """What somebody told us about being spoken to, and the zone that Slack gave for them."""

    __tablename__ = "person"

    workspace: Mapped[str] = mapped_column(String(40), primary_key=True)
    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    zone: Mapped[str | None] = mapped_column(String(60))  # None: Slack knows none; UTC is used
    quiet_until: Mapped[datetime | None]
    nudge_hour: Mapped[int | None]  # local hour of private reminders; None: the usual one
    nudges_a_week: Mapped[int | None]  # None: as many as the house allows


class Nudge(Base):
    """A private reminder that waits for its person's hour. Deleted 14 days after it was told or dropped."""

    __tablename__ = "nudge"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(120))
    person: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(40))
    facts: Mapped[Json]
    wanted_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    minded_at: Mapped[datetime | None]  # somebody pressed one of its buttons
    accepted: Mapped[bool] = mapped_column(default=False)  # they took it on: the budget doesn't hold it back
    not_on: Mapped[list[str]] = mapped_column(default=list)  # holidays of what it is about, by their own date

    __table_args__ = (
        UniqueConstraint("workspace", "key"),
        Index(
            "ix_nudge_waiting",
            "wanted_at",
            sqlite_where=text("told_at IS NULL"),
            postgresql_where=text("told_at IS NULL"),
        ),
        Index("ix_nudge_told", "workspace", "person", "told_at"),
    )


class Act(Base):
    """An act of administration, for the audit: who did what to which ritual. Kept for a year."""

    __tablename__ = "act"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    person: Mapped[str] = mapped_column(String(20))
    verb: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60))

    __table_args__ = (Index("ix_act_at", "workspace", "at"),)
