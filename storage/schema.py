"""Every table, with what it holds and how long."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
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


class Delivery(Base):
    """Something owed to Slack. `due` is the next attempt and the end of a lease at once.

    `facts` hold ids, never anybody's words. Settled rows are deleted after 14 days.
    """

    __tablename__ = "delivery"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(40))
    to: Mapped[str] = mapped_column(String(20))  # a channel or a person
    facts: Mapped[Json]
    job: Mapped[str] = mapped_column(String(32))  # opaque; the only thing that a message's metadata carries
    state: Mapped[str] = mapped_column(String(10))  # owed, done, dropped
    due: Mapped[datetime]
    expires_at: Mapped[datetime | None]  # pointless afterwards
    attempts: Mapped[int] = mapped_column(default=0)
    attempted_at: Mapped[datetime | None]
    ambiguous: Mapped[bool] = mapped_column(default=False)  # Slack may have taken it without our knowing
    channel: Mapped[str | None] = mapped_column(String(20))  # where it went: for a person, the DM's id
    ts: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(80))  # why it was dropped or is late; a code, no words
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("workspace", "key"),
        Index(
            "ix_delivery_due",
            "due",
            "id",
            sqlite_where=text("state = 'owed'"),
            postgresql_where=text("state = 'owed'"),
        ),
        Index("ix_delivery_settled_at", "settled_at"),
    )


class Pace(Base):
    """How fast we may speak: the theoretical arrival time (GCRA) of a lane. Lane "" is the whole workspace."""

    __tablename__ = "pace"

    workspace: Mapped[str] = mapped_column(String(40), primary_key=True)
    lane: Mapped[str] = mapped_column(String(20), primary_key=True)
    free_at: Mapped[datetime]


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


class Prompt(Base):
    """A question that a channel is asked again and again. Kept until it is stopped, and a year longer."""

    __tablename__ = "prompt"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedule.id", ondelete="CASCADE"), unique=True)
    question: Mapped[str | None] = mapped_column(Text)  # the channel's own words; None when a pack asks
    pack: Mapped[str | None] = mapped_column(String(40))
    answers: Mapped[str] = mapped_column(String(10))  # thread or form
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


class Installation(Base):
    """A workspace that installed us, or an organisation ("E1/"). Deleted, with all its rows, when it leaves.

    `version` changes with every install, so that each process notices a new token within seconds.
    """

    __tablename__ = "installation"

    workspace: Mapped[str] = mapped_column(String(40), primary_key=True)
    team: Mapped[str] = mapped_column(String(20))  # empty: an organisation
    enterprise: Mapped[str | None] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    bot_user: Mapped[str] = mapped_column(String(20))
    bot_id: Mapped[str] = mapped_column(String(20))
    scopes: Mapped[str] = mapped_column(Text)
    sealed_token: Mapped[str] = mapped_column(Text)  # encrypted; the keys stand in CANDOR_TOKEN_KEYS
    version: Mapped[str] = mapped_column(String(32))
    installed_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]  # uninstalled or revoked: nothing is posted; the rows are being deleted


class OAuthState(Base):
    """An install that somebody began and hasn't finished. Deleted when it comes back, or after ten minutes."""

    __tablename__ = "oauth_state"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    workspace: Mapped[str] = mapped_column(String(40))  # empty: Slack says at the end which one it is
    expires_at: Mapped[datetime]
