"""Schedules: when something happens, what was skipped or moved, who looks after it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, Id, Json


class Schedule(Base):
    """When a ritual of a channel happens: a rule, a local start, a zone. Kept while the ritual lives.

    `next_due` is only a cache of the next occurrence, so that a ring finds the due ones by an index;
    None while the schedule is paused or ended.
    """

    __tablename__ = "schedule"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ritual: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(20))
    rule: Mapped[str] = mapped_column(Text)
    start: Mapped[str] = mapped_column(String(19))  # naive local ISO: "2026-03-01T10:00:00"
    zone: Mapped[str] = mapped_column(String(60))
    country: Mapped[str | None] = mapped_column(String(10))  # whose public holidays are days off
    days_off: Mapped[Json] = mapped_column(default=dict)  # {"2026-12-25": "Christmas Day"}, frozen when saved
    days_off_through: Mapped[int] = mapped_column(default=0)  # the last year that days_off knows
    next_due: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]  # with paused_because: until then; without an end when None
    paused_because: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)  # counts saved edits, so that two editors notice each other
    origin: Mapped[str] = mapped_column(String(64))  # the form it came from: a double click finds it taken
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("workspace", "origin"),
        Index("ix_schedule_channel", "workspace", "channel"),
        Index(
            "ix_schedule_next_due",
            "next_due",
            "id",
            sqlite_where=text("next_due IS NOT NULL"),
            postgresql_where=text("next_due IS NOT NULL"),
        ),
    )


class Override(Base):
    """One occurrence that is skipped or moved. `local` is the wall time that the rule gives it."""

    __tablename__ = "override"

    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedule.id", ondelete="CASCADE"), primary_key=True)
    local: Mapped[str] = mapped_column(String(19), primary_key=True)
    moved_to: Mapped[str | None] = mapped_column(String(19))  # None: skipped
    person: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]


class Keeper(Base):
    """Somebody who looks after a schedule; several people can share it."""

    __tablename__ = "keeper"

    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedule.id", ondelete="CASCADE"), primary_key=True)
    person: Mapped[str] = mapped_column(String(20), primary_key=True)

    __table_args__ = (Index("ix_keeper_person", "workspace", "person"),)
