"""The registry of who decides what."""

from __future__ import annotations

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, Id


class Registry(Base):
    """That a workspace has a registry of decision rights, and how often it changed: a lookup rebuilds on it."""

    __tablename__ = "registry"

    workspace: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(default=1)


class RegistryKeeper(Base):
    """Somebody who looks after the registry: those named at the first import, or who started with ten."""

    __tablename__ = "registry_keeper"

    workspace: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(String(20), primary_key=True)


class Right(Base):
    """Who decides in one area, how, and within what. One row fits RACI, DACI, RAPID and the advice process.

    People stand here as roles; `Role` says who that is. Kept until it is taken out of the registry.
    """

    __tablename__ = "decision_right"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ref: Mapped[str] = mapped_column(String(40))  # the id in somebody's file, or one of ours
    area: Mapped[str] = mapped_column(String(120))
    aliases: Mapped[list[str]]
    category: Mapped[str] = mapped_column(String(60))
    framework: Mapped[str] = mapped_column(String(30))
    decide: Mapped[str] = mapped_column(String(80))
    drive: Mapped[str] = mapped_column(String(80))
    agree_or_veto: Mapped[list[str]]
    consult: Mapped[list[str]]
    inform: Mapped[list[str]]
    deputy: Mapped[str] = mapped_column(String(80))
    delegation_level: Mapped[int | None]  # 1 to 7, Management 3.0; None when nobody said
    door: Mapped[str] = mapped_column(String(10))  # two-way, costly, one-way, or empty
    guardrail: Mapped[str] = mapped_column(Text)
    escalation: Mapped[str] = mapped_column(String(80))
    escalate_after: Mapped[str] = mapped_column(String(60))
    review_by: Mapped[str | None] = mapped_column(String(10))  # a date; None when there is no review
    confirmed_on: Mapped[str | None] = mapped_column(String(10))

    __table_args__ = (UniqueConstraint("workspace", "ref"),)


class Role(Base):
    """Who a role of the registry is in this workspace: a person or a user group; neither while nobody is named."""

    __tablename__ = "role"

    workspace: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    person: Mapped[str | None] = mapped_column(String(20))
    group: Mapped[str | None] = mapped_column(String(20))


class Miss(Base):
    """A question that found no owner: its words and its day, and nobody's name. Kept for 90 days."""

    __tablename__ = "miss"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    words: Mapped[str] = mapped_column(String(300))
    day: Mapped[str] = mapped_column(String(10))

    __table_args__ = (Index("ix_miss_day", "workspace", "day"),)
