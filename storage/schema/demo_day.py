"""Demo days: what was set up, each event, who shows, hosts and was asked, who has its calendar."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, Id


class DemoDay(Base):
    """A channel's demo day: how many slots, how long each, where. Kept until it is stopped, and a year longer.

    `look_at` is when the next event's sign-up opens; `seen_version` the schedule as it was when that was computed.
    """

    __tablename__ = "demo_day"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedule.id", ondelete="CASCADE"), unique=True)
    slots: Mapped[int]
    minutes: Mapped[int]  # of each slot
    place: Mapped[str] = mapped_column(Text)  # a room or a link
    look_at: Mapped[datetime | None]
    seen_version: Mapped[int] = mapped_column(default=0)

    __table_args__ = (Index("ix_demo_day_look_at", "look_at"),)


class DemoEvent(Base):
    """One demo day that came up: its host, its one message in the channel, how it went. Kept as its demo day is.

    `local` is the wall time that the rule gives it, `at` when it takes place. `look_at` is when the next step
    is due; None once nothing is left to do.
    """

    __tablename__ = "demo_event"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    demo_day_id: Mapped[int] = mapped_column(ForeignKey("demo_day.id", ondelete="CASCADE"))
    local: Mapped[str] = mapped_column(String(19))
    at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(20))
    host: Mapped[str | None] = mapped_column(String(20))  # None: nobody is left to host
    turn_of: Mapped[str | None] = mapped_column(
        String(20)
    )  # for whom it counts as a turn; a favour isn't the host's
    mode: Mapped[str] = mapped_column(String(10), default="live")  # live, async, open
    opened_at: Mapped[datetime]
    steps: Mapped[list[str]] = mapped_column(default=list)  # what was done already
    look_at: Mapped[datetime | None]
    seen_version: Mapped[int]
    drawn: Mapped[int] = mapped_column(default=0)  # how often its message was changed
    ts: Mapped[str | None] = mapped_column(String(20))  # its message; None until Slack has taken it
    reply_ts: Mapped[str | None] = mapped_column(String(20))  # the one reply in its thread
    held_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    recap: Mapped[str | None] = mapped_column(Text)  # what the host added to the recap
    recapped_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("demo_day_id", "local"),
        Index(
            "ix_demo_event_look_at",
            "look_at",
            sqlite_where=text("look_at IS NOT NULL"),
            postgresql_where=text("look_at IS NOT NULL"),
        ),
    )


class Showing(Base):
    """What somebody shows at an event, or waits to show. Kept as its demo day is."""

    __tablename__ = "showing"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("demo_event.id", ondelete="CASCADE"))
    person: Mapped[str] = mapped_column(String(20))
    place: Mapped[int]  # the order of the agenda
    waits: Mapped[bool]
    told: Mapped[int] = mapped_column(default=0)  # private messages about it: two at most
    title: Mapped[str] = mapped_column(Text)
    audience: Mapped[str] = mapped_column(Text)  # "for whom", one line
    minutes: Mapped[int]
    link: Mapped[str | None] = mapped_column(Text)
    partner: Mapped[str | None] = mapped_column(String(20))  # who shows it together with them
    pairs: Mapped[bool] = mapped_column(default=False)  # they would show something together with a first-timer
    signed_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("event_id", "person"),
        Index("ix_showing_person", "workspace", "person"),
    )


class DemoHost(Base):
    """Somebody who takes turns at hosting. Kept while they are in the channel."""

    __tablename__ = "demo_host"

    demo_day_id: Mapped[int] = mapped_column(ForeignKey("demo_day.id", ondelete="CASCADE"), primary_key=True)
    person: Mapped[str] = mapped_column(String(20), primary_key=True)
    turns: Mapped[int]
    since: Mapped[datetime]  # the last turn, or when they came: who waited longest goes first


class DemoAsk(Base):
    """That somebody was asked to show something, has nothing this time, or can't host. Kept for 40 days."""

    __tablename__ = "demo_ask"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("demo_event.id", ondelete="CASCADE"))
    person: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime | None]  # None: they said so without being asked
    has_nothing: Mapped[bool] = mapped_column(default=False)
    is_away: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("event_id", "person"),
        Index("ix_demo_ask_person", "workspace", "person"),
    )


class DemoFeed(Base):
    """A person's secret address of a demo day's calendar. Kept until they revoke it or the demo day is deleted."""

    __tablename__ = "demo_feed"

    demo_day_id: Mapped[int] = mapped_column(ForeignKey("demo_day.id", ondelete="CASCADE"), primary_key=True)
    person: Mapped[str] = mapped_column(String(20), primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)  # only its SHA-256: a copy of us opens no calendar
    made_at: Mapped[datetime]
