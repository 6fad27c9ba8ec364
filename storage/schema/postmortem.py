"""Reviews: what happened, who was asked, their sealed accounts, and what came of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, Id, Json


class Review(Base):
    """One review: what happened and when, its people, its stage and its deadlines. Kept until it is deleted.

    `stage` is accounts, conversation, soak or published. `due` is the deadline of the stage it is in.
    """

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("workspace", "origin"),
        Index("ix_review_channel", "workspace", "channel"),
        Index("ix_review_due", "stage", "due"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    origin: Mapped[str] = mapped_column(String(60))  # the form it came from: a double click adds nothing
    channel: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(150))
    severity: Mapped[str] = mapped_column(String(4))
    began: Mapped[datetime]
    ended: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(60))
    country: Mapped[str | None] = mapped_column(String(10))  # whose public holidays are no working days
    facilitator: Mapped[str] = mapped_column(String(20))
    started_by: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime]
    stage: Mapped[str] = mapped_column(String(12))
    since: Mapped[datetime]  # when this stage began
    due: Mapped[datetime]
    overdue_at: Mapped[datetime | None]  # when it was noticed that nobody moved it on
    actions_due: Mapped[datetime]
    moved: Mapped[int]  # how often the stage changed; goes into the keys of what it owes
    summary: Mapped[str] = mapped_column(Text)  # empty until somebody writes it
    impact: Mapped[str] = mapped_column(Text)
    ts: Mapped[str | None] = mapped_column(String(20))  # of its message in the channel; None: not posted yet
    published_at: Mapped[datetime | None]
    raw_gone_at: Mapped[datetime | None]  # when the accounts were deleted


class ReviewPerson(Base):
    """Somebody who was asked for an account, their role, and whether one is there."""

    __tablename__ = "review_person"

    workspace: Mapped[str] = mapped_column(String(40), primary_key=True)
    review_id: Mapped[int] = mapped_column(Id, ForeignKey("review.id", ondelete="CASCADE"), primary_key=True)
    person: Mapped[str] = mapped_column(String(20), primary_key=True)
    role: Mapped[str] = mapped_column(String(40))


class Account(Base):
    """One person's account, sealed under a key of its own; deleting it destroys the key.

    Nobody reads it before the reveal. Deleted 30 days after publishing, or earlier by its author.
    """

    __tablename__ = "account"

    workspace: Mapped[str] = mapped_column(String(40), primary_key=True)
    review_id: Mapped[int] = mapped_column(Id, ForeignKey("review.id", ondelete="CASCADE"), primary_key=True)
    person: Mapped[str] = mapped_column(String(20), primary_key=True)
    share: Mapped[str] = mapped_column(String(10))  # name, role, responder
    keeper: Mapped[str] = mapped_column(String(32))
    nonce: Mapped[bytes]
    ciphertext: Mapped[bytes]
    wrapped_key: Mapped[bytes | None]  # None: the key is in a file


class Moment(Base):
    """One line of a review's timeline. Corrections stand beside the first words; kept with the review."""

    __tablename__ = "moment"
    __table_args__ = (
        UniqueConstraint("workspace", "review_id", "source"),
        Index("ix_moment_review", "workspace", "review_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    review_id: Mapped[int] = mapped_column(Id, ForeignKey("review.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(
        String(80)
    )  # "C1/1764.01" of a message, else the form or line it came from
    at: Mapped[datetime]
    words: Mapped[str] = mapped_column(Text)
    person: Mapped[str | None] = mapped_column(String(20))  # who said it; None: nobody is named
    who: Mapped[str] = mapped_column(String(80))  # as an imported line names them; else empty
    permalink: Mapped[str] = mapped_column(String(300))  # empty where there is none
    knew: Mapped[str] = mapped_column(Text)
    expected: Mapped[str] = mapped_column(Text)
    sure: Mapped[str] = mapped_column(String(10))  # very, somewhat, guessing; empty: not said
    was: Mapped[Json]  # {"said": [[instant, words], ...]}: what stood there before each correction
    is_gone: Mapped[bool]  # its source was deleted
    added_by: Mapped[str] = mapped_column(String(20))


class Finding(Base):
    """A condition, a piece of luck, a surprise and the like, as a review found it. Kept with the review."""

    __tablename__ = "finding"
    __table_args__ = (Index("ix_finding_review", "workspace", "review_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    review_id: Mapped[int] = mapped_column(Id, ForeignKey("review.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    words: Mapped[str] = mapped_column(Text)
    added_by: Mapped[str] = mapped_column(String(20))


class Quotation(Base):
    """How somebody is quoted in the report, and what they said to that. Kept with the review.

    `moment_id` is the line of the timeline it is about; None: it is from their account.
    """

    __tablename__ = "quotation"
    __table_args__ = (
        UniqueConstraint("workspace", "review_id", "person", "source"),
        Index("ix_quotation_person", "workspace", "person"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    review_id: Mapped[int] = mapped_column(Id, ForeignKey("review.id", ondelete="CASCADE"))
    person: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(60))  # the question of the account, or "moment 3"
    moment_id: Mapped[int | None] = mapped_column(Id, ForeignKey("moment.id", ondelete="CASCADE"))
    words: Mapped[str] = mapped_column(Text)
    share: Mapped[str] = mapped_column(String(10))  # as its author chose
    state: Mapped[str] = mapped_column(String(10))  # asked, fine, changed, withdrawn, silent, let_go


class ReviewAction(Base):
    """What a review decided to do, or not to; its owner, date and sign of done. Kept with the review."""

    __tablename__ = "review_action"
    __table_args__ = (
        Index("ix_review_action_review", "workspace", "review_id"),
        Index("ix_review_action_owner", "workspace", "owner"),
        Index("ix_review_action_remind", "remind_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    review_id: Mapped[int] = mapped_column(Id, ForeignKey("review.id", ondelete="CASCADE"))
    finding_id: Mapped[int | None] = mapped_column(Id, ForeignKey("finding.id", ondelete="SET NULL"))
    words: Mapped[str] = mapped_column(Text)
    sign: Mapped[str] = mapped_column(Text)  # how we'll see that it is done
    worse: Mapped[str] = mapped_column(Text)  # what it could make worse
    owner: Mapped[str | None] = mapped_column(String(20))  # None: an idea that nobody was asked about yet
    due: Mapped[datetime | None]
    day: Mapped[str | None] = mapped_column(String(10))  # the same as a date, on its owner's clocks
    state: Mapped[str] = mapped_column(String(10))  # idea, asked, accepted, done, dropped
    reason: Mapped[str] = mapped_column(Text)  # why it was moved, dropped, or never begun
    ticket: Mapped[str] = mapped_column(String(300))
    done_at: Mapped[datetime | None]
    reminded: Mapped[int]  # how often its owner was reminded
    remind_at: Mapped[datetime | None]  # the next reminder or check; None: there is none
    helped: Mapped[Json]  # {"30": "helped, in place", "90": ...}


class ReviewChannel(Base):
    """Which hints on language a channel wants while its people write: sure, soft or none. Kept as it was set."""

    __tablename__ = "review_channel"

    workspace: Mapped[str] = mapped_column(String(40), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    hints: Mapped[str] = mapped_column(String(10))
