"""Prompts: a question, its rounds, the answers given by form."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, Id


class Prompt(Base):
    """A question that a channel is asked again and again. Kept until it is stopped, and a year longer."""

    __tablename__ = "prompt"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedule.id", ondelete="CASCADE"), unique=True)
    question: Mapped[str | None] = mapped_column(Text)  # the channel's own words; None when a pack asks
    pack: Mapped[str | None] = mapped_column(String(40))
    answers: Mapped[str] = mapped_column(String(10))  # thread, form or sealed
    beside: Mapped[str | None] = mapped_column(Text)  # a text of the team, shown beside the answers
    asked: Mapped[list[str]] = mapped_column(default=list)  # questions of the pack used in this turn of it
    silent_rounds: Mapped[int] = mapped_column(default=0)


class Round(Base):
    """One asking of a prompt: the question as it was asked, and where it stands in Slack."""

    __tablename__ = "round"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompt.id", ondelete="CASCADE"))
    occurrence: Mapped[datetime]
    late: Mapped[bool] = mapped_column(default=False)
    question: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    channel: Mapped[str] = mapped_column(String(20))
    ts: Mapped[str | None] = mapped_column(String(20))  # None until Slack has taken the question
    answer_count: Mapped[int | None]  # None until the round is closed, or when nobody could count
    sealed: Mapped[bool] = mapped_column(default=False, server_default=false())
    invited: Mapped[int | None]  # sealed: how many have a seat; None until Slack was asked who they are
    unsealed: Mapped[list[str] | None]  # sealed: the answers, once opened; empty when fewer than five came

    __table_args__ = (
        UniqueConstraint("prompt_id", "occurrence"),
        Index(
            "ix_round_open",
            "closes_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )


class Answer(Base):
    """An answer given by form, with its author's name, as the form says. Kept as long as its prompt."""

    __tablename__ = "answer"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    person: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("round_id", "person"),
        Index("ix_answer_person", "workspace", "person"),
    )
