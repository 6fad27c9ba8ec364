"""What is owed to Slack, and how fast we may speak."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, Id, Json


class Delivery(Base):
    """Something owed to Slack. `due` is the next attempt and the end of a lease at once.

    `facts` hold ids, never anybody's words. Settled rows are deleted after 14 days. What `yields` takes room in
    its reader's week only once it was posted; what they accepted (`none`) leaves the room to what can't wait.
    """

    __tablename__ = "delivery"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(40))
    to: Mapped[str] = mapped_column(String(20))  # a channel or a person
    facts: Mapped[Json]
    room: Mapped[str] = mapped_column(String(10), default="takes")  # of its reader's week: takes, yields, none
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
        Index("ix_delivery_to", "workspace", "to"),
    )


class Pace(Base):
    """How fast we may speak: the theoretical arrival time (GCRA) of a lane. Lane "" is the whole workspace.

    `blocked_until`, nobody posts there: to a workspace, because Slack said Retry-After; to a channel, because
    a courier is just about it.
    """

    __tablename__ = "pace"

    workspace: Mapped[str] = mapped_column(String(40), primary_key=True)
    lane: Mapped[str] = mapped_column(String(20), primary_key=True)
    free_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_pace_whole", "workspace", sqlite_where=text("lane = ''"), postgresql_where=text("lane = ''")),
    )
