"""Sealed answers: what is asked, who has a seat in which box, and the boxes."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base


class SealedOccasion(Base):
    """One sealed asking: `occasion` is its name over all rituals ("pulse-7"). Kept while its seats are.

    `keeper` names who keeps its keys: the id of a key directory, or "wrapped". `tag` is in hexadecimal what
    stands in every piece of its boxes, so that a search for what is left of them tells the truth.
    """

    __tablename__ = "sealed_occasion"

    workspace: Mapped[str] = mapped_column(String(40), primary_key=True)
    occasion: Mapped[str] = mapped_column(String(40), primary_key=True)
    keeper: Mapped[str] = mapped_column(String(32))
    tag: Mapped[str] = mapped_column(String(32))
    k: Mapped[int]
    bucket: Mapped[int]  # bytes that a box holds, fixed at launch
    answer_bytes: Mapped[int]  # the longest answer in JSON
    comments: Mapped[int]  # how many comments a person may add
    state: Mapped[str] = mapped_column(String(8))  # open, ended (rows gone), purged (keys and bytes gone too)


class SealedSeat(Base):
    """Who was asked, and which box takes their answer: drawn at launch, never written again."""

    __tablename__ = "sealed_seat"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace", "occasion"],
            ["sealed_occasion.workspace", "sealed_occasion.occasion"],
            ondelete="CASCADE",
        ),
        Index("ix_sealed_seat_person", "workspace", "person"),
    )

    workspace: Mapped[str] = mapped_column(String(40), primary_key=True)
    occasion: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(String(20), primary_key=True)
    box: Mapped[int]


class SealedBox(Base):
    """The answers of up to fifty people, and who of them has answered, sealed: the only row a submission writes.

    Always the same length. No time, no version, nothing that counts. Deleted when the occasion ends.
    """

    __tablename__ = "sealed_box"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace", "occasion"],
            ["sealed_occasion.workspace", "sealed_occasion.occasion"],
            ondelete="CASCADE",
        ),
    )

    workspace: Mapped[str] = mapped_column(String(40), primary_key=True)
    occasion: Mapped[str] = mapped_column(String(40), primary_key=True)
    box: Mapped[int] = mapped_column(primary_key=True)
    nonce: Mapped[bytes]
    ciphertext: Mapped[bytes]
    wrapped_key: Mapped[bytes | None]  # None: the key is in a file
