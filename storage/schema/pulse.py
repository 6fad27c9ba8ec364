"""Pulses: what is asked of whom and until when, what was published, what was answered, what comes again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, Id, Json


class Pulse(Base):
    """One survey of a channel: its words as frozen at launch, and what was published of it. Never an answer.

    State: waiting (its people are still to be looked up), open, closed, few, ended (destroyed early), lost,
    unable (it never opened).
    """

    __tablename__ = "pulse"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    instrument: Mapped[str] = mapped_column(String(40))
    asked: Mapped[Json]  # the instrument, word for word, so that no file changes what was asked
    terms: Mapped[Json]  # what everybody was told first
    audience: Mapped[str] = mapped_column(String(10))  # channel, picked, review (the people of one)
    comments: Mapped[bool]
    k: Mapped[int]
    invited: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10))
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    result: Mapped[str | None] = mapped_column(Text)  # what may be published, and was
    heard: Mapped[str | None] = mapped_column(Text)
    will: Mapped[str | None] = mapped_column(Text)
    wont: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
    moved: Mapped[Json | None]  # how each item moved since the last result, in words; None: a new baseline
    origin: Mapped[str] = mapped_column(String(64))  # the form or date it came from: twice is once
    occurrence: Mapped[datetime | None]  # the date of the calendar that it came from; None: begun by hand

    __table_args__ = (
        UniqueConstraint("workspace", "origin"),
        Index("ix_pulse_channel", "workspace", "channel"),
        Index("ix_pulse_closed_at", "closed_at"),
        Index(
            "ix_pulse_alive",
            "closes_at",
            sqlite_where=text("state IN ('waiting', 'open')"),
            postgresql_where=text("state IN ('waiting', 'open')"),
        ),
    )


class PulseKeeper(Base):
    """Who looks after a pulse."""

    __tablename__ = "pulse_keeper"

    pulse_id: Mapped[int] = mapped_column(ForeignKey("pulse.id", ondelete="CASCADE"), primary_key=True)
    person: Mapped[str] = mapped_column(String(20), primary_key=True)


class PulsePicked(Base):
    """Whom somebody picked by hand for a pulse."""

    __tablename__ = "pulse_picked"

    pulse_id: Mapped[int] = mapped_column(ForeignKey("pulse.id", ondelete="CASCADE"), primary_key=True)
    person: Mapped[str] = mapped_column(String(20), primary_key=True)


class PulsePlan(Base):
    """What a schedule asks of its channel each time it rings. Kept until it is stopped, and a year longer."""

    __tablename__ = "pulse_plan"

    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedule.id", ondelete="CASCADE"), primary_key=True)
    instrument: Mapped[str] = mapped_column(String(40))
    own: Mapped[str] = mapped_column(Text)  # the channel's own statement, where the instrument asks for one
    days: Mapped[int]  # open for so many
    comments: Mapped[bool]
