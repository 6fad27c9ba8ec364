"""Sealed answers: launched, found, locked, replaced, ended; and whether a database still holds a trace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from secrets import token_hex

from sqlalchemy import delete, insert, select, update

from storage.database import LASTING, Database, NotInWorkspace, Session
from storage.keys import Sealed
from storage.schema import SealedBox, SealedOccasion, SealedSeat

PIECE = 1_000  # bytes of ciphertext behind each tag: every page of a database that holds some, holds a tag
TAG_BYTES = 16


class NotDurable(RuntimeError):
    """A box was to be written in a transaction that a power cut may undo: its old key is gone by then. A bug."""


def launch(
    session: Session,
    workspace: str,
    occasion: str,
    seats: Mapping[str, int],
    boxes: Mapping[int, Sealed],
    *,
    k: int,
    bucket: int,
    answer_bytes: int,
    comments: int,
) -> None:
    """Store an occasion with its empty boxes, and who has a seat in which."""
    tag = token_hex(TAG_BYTES)
    session.add(
        SealedOccasion(
            workspace=workspace, occasion=occasion, keeper=boxes[0].keeper, tag=tag, k=k,
            bucket=bucket, answer_bytes=answer_bytes, comments=comments, state="open",
        )
    )  # fmt: skip
    session.flush()  # the rows below hang on it
    session.execute(
        insert(SealedBox),
        [
            {"workspace": workspace, "occasion": occasion, "box": box, **_columns(sealed, tag)}
            for box, sealed in boxes.items()
        ],
    )
    session.execute(
        insert(SealedSeat),
        [
            {"workspace": workspace, "occasion": occasion, "person": person, "box": box}
            for person, box in seats.items()
        ],
    )


def occasion_of(session: Session, workspace: str, occasion: str) -> SealedOccasion | None:
    """What was launched under this name."""
    return session.get(SealedOccasion, (workspace, occasion))


def seat_of(session: Session, workspace: str, occasion: str, person: str) -> int | None:
    """The box in which somebody has a seat."""
    return session.scalar(
        select(SealedSeat.box).where(
            SealedSeat.workspace == workspace, SealedSeat.occasion == occasion, SealedSeat.person == person
        )
    )


def people_of(session: Session, workspace: str, occasion: str) -> list[str]:
    """Everybody who has a seat."""
    return list(
        session.scalars(
            select(SealedSeat.person)
            .where(SealedSeat.workspace == workspace, SealedSeat.occasion == occasion)
            .order_by(SealedSeat.person)
        )
    )


def occasions_of(session: Session, workspace: str, person: str) -> list[str]:
    """The open occasions in which somebody has a seat."""
    return list(
        session.scalars(
            select(SealedSeat.occasion)
            .join(
                SealedOccasion,
                (SealedOccasion.workspace == SealedSeat.workspace)
                & (SealedOccasion.occasion == SealedSeat.occasion),
            )
            .where(SealedSeat.workspace == workspace, SealedSeat.person == person, SealedOccasion.state == "open")
            .order_by(SealedSeat.occasion)
        )
    )


def boxes_of(session: Session, workspace: str, occasion: str) -> list[int]:
    """The numbers of the boxes that are there."""
    return list(
        session.scalars(
            select(SealedBox.box)
            .where(SealedBox.workspace == workspace, SealedBox.occasion == occasion)
            .order_by(SealedBox.box)
        )
    )


def lock_box(session: Session, workspace: str, occasion: str, box: int) -> Sealed | None:
    """A box, held until the transaction ends.

    It waits for whoever has it, even for a commit that a process sent off before it died.
    """
    found = session.execute(
        select(SealedBox.nonce, SealedBox.ciphertext, SealedBox.wrapped_key, SealedOccasion.keeper)
        .join(
            SealedOccasion,
            (SealedOccasion.workspace == SealedBox.workspace) & (SealedOccasion.occasion == SealedBox.occasion),
        )
        .where(SealedBox.workspace == workspace, SealedBox.occasion == occasion, SealedBox.box == box)
        .with_for_update(of=SealedBox)
    ).first()
    if found is None:
        return None
    return Sealed(found.keeper, found.nonce, _without_tags(found.ciphertext), found.wrapped_key)


def replace_box(
    session: Session, workspace: str, occasion: str, box: int, seen: Sealed, tag: str, sealed: Sealed
) -> None:
    """Put a box's new content in place of what was seen. Raises NotDurable; NotInWorkspace when it isn't there."""
    replaced = session.scalar(
        update(SealedBox)
        .where(
            SealedBox.workspace == workspace,
            SealedBox.occasion == occasion,
            SealedBox.box == box,
            SealedBox.nonce == seen.nonce,
        )
        .values(**_columns(sealed, tag))
        .returning(SealedBox.box)
        .execution_options(synchronize_session=False)
    )
    if replaced is None:
        raise NotInWorkspace
    if not session.connection().get_execution_options().get(LASTING):
        raise NotDurable


def end(session: Session, workspace: str, occasion: str) -> bool:
    """Delete the boxes of an occasion; False when they were deleted before."""
    ended = session.scalar(
        update(SealedOccasion)
        .where(
            SealedOccasion.workspace == workspace,
            SealedOccasion.occasion == occasion,
            SealedOccasion.state == "open",
        )
        .values(state="ended")
        .returning(SealedOccasion.occasion)
        .execution_options(synchronize_session=False)
    )
    boxes = delete(SealedBox).where(SealedBox.workspace == workspace, SealedBox.occasion == occasion)
    session.execute(boxes.execution_options(synchronize_session=False))
    return ended is not None


def mark_purged(session: Session, workspace: str, occasion: str) -> None:
    """Note that the keys of what ended are destroyed, and the log emptied."""
    session.execute(
        update(SealedOccasion)
        .where(
            SealedOccasion.workspace == workspace,
            SealedOccasion.occasion == occasion,
            SealedOccasion.state == "ended",
        )
        .values(state="purged")
        .execution_options(synchronize_session=False)
    )


def to_purge(session: Session) -> Sequence[tuple[str, str, str]]:
    """(workspace, occasion, keeper) of all that ended and isn't purged yet, of every workspace."""
    ended = select(SealedOccasion.workspace, SealedOccasion.occasion, SealedOccasion.keeper)
    return [(row[0], row[1], row[2]) for row in session.execute(ended.where(SealedOccasion.state == "ended"))]


def forget(session: Session, workspace: str, occasion: str) -> None:
    """Delete an occasion with its seats and boxes; its keys are the caller's."""
    for table in (SealedBox, SealedSeat, SealedOccasion):
        session.execute(delete(table).where(table.workspace == workspace, table.occasion == occasion))


def open_boxes(session: Session) -> list[tuple[str, str, int]]:
    """(workspace, occasion, box) of everything that is open, in every workspace."""
    boxes = select(SealedBox.workspace, SealedBox.occasion, SealedBox.box).order_by(SealedBox.occasion)
    return [(row[0], row[1], row[2]) for row in session.execute(boxes)]


# --- traces -----------------------------------------------------------------------------------------------


def leaves_traces(database: Database, tag: str) -> bool:
    """Whether SQLite's file or log still holds a piece of a box with this tag.

    Postgres keeps old rows until VACUUM, and its own log; there only the destroyed key makes them unreadable.
    """
    if database.engine.dialect.name != "sqlite":
        return False
    file = Path(str(database.engine.url.database))
    marks = bytes.fromhex(tag)
    return any(
        marks in chunk
        for one in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-journal"))
        if one.exists()
        for chunk in _chunks(one, len(marks))
    )


def _chunks(file: Path, overlap: int, size: int = 2**20) -> Iterator[bytes]:
    """A file piece by piece, each beginning with the end of the one before."""
    with file.open("rb") as content:
        before = b""
        while chunk := content.read(size):
            yield before + chunk
            before = chunk[-overlap:]


def _columns(sealed: Sealed, tag: str) -> dict[str, object]:
    marks = bytes.fromhex(tag)
    pieces = (sealed.ciphertext[at : at + PIECE] for at in range(0, len(sealed.ciphertext), PIECE))
    tagged = b"".join(marks + piece for piece in pieces)
    return {"nonce": sealed.nonce, "ciphertext": tagged, "wrapped_key": sealed.wrapped_key}


def _without_tags(tagged: bytes) -> bytes:
    step = TAG_BYTES + PIECE
    return b"".join(tagged[at + TAG_BYTES : at + step] for at in range(0, len(tagged), step))
