"""What is attacked: our store with both custodies, and two that leak on purpose."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sqlalchemy import select, text

import storage.sealed as rows
from rituals import sealed
from rituals.sealed.content import Content, padded, read
from storage import Database, Session
from storage.keys import Custody, FileKeys, Sealed, WrappedKeys
from storage.keys.custody import lock_up, new_key, place
from storage.keys.files import PLACE_BYTES
from storage.schema import SealedBox

TEAM = "T1"
OCCASION = "pulse-1"
SCRATCH = ("attack_done", "attack_answer", "attack_comment")


@dataclass(frozen=True)
class Copy:
    """A copy of the database: its bytes as they lie on the disk, and the boxes in it."""

    raw: bytes
    boxes: list[Sealed]


@dataclass
class View:
    """All that could be seen of one survey. Each attacker is handed a part of it."""

    came: list[str]  # who submitted, in order: seen on the network, say
    truth: Mapping[
        str, tuple[str, str]
    ]  # person: (answer, comment), to count the right guesses; no attacker looks
    copies: list[Copy] = field(default_factory=list)  # after every submission
    key_files: list[bytes] = field(default_factory=list)  # after every submission
    between: list[bytes] = field(default_factory=list)  # at every submission, before the old key is overwritten
    secrets: list[str] = field(default_factory=list)
    final: Copy = field(default_factory=lambda: Copy(b"", []))
    answers: list[str] = field(default_factory=list)  # in the order in which the database keeps them
    comments: list[str] = field(default_factory=list)
    same_transaction: dict[str, str] = field(default_factory=dict)  # Postgres: person and answer with one xmin


class Store(Protocol):
    """Takes a survey."""

    def launch(self, database: Database, people: list[str]) -> None: ...
    def submit(self, database: Database, person: str, answer: list[int], comment: str) -> None: ...
    def close(self, database: Database) -> None: ...
    def live_keys(self) -> bytes: ...

    between: bytes


class OurStore:
    """The sealed box, as listeners and rings use it. Every answer is published whole, which no pulse does."""

    between = b""

    def __init__(self, custody: Custody) -> None:
        self.custody = custody

    def launch(self, database: Database, people: list[str]) -> None:
        with database.begin() as session:
            sealed.prepare(session, self.custody, TEAM, OCCASION, people, k=5, answer_bytes=60, comments=1)

    def submit(self, database: Database, person: str, answer: list[int], comment: str) -> None:
        with database.reading() as session:
            box = sealed.box_of(session, TEAM, OCCASION, person)
        with sealed.hold(self.custody, TEAM, OCCASION, box) as held:
            with database.begin(durable=True) as session:
                sealed.take(session, held, TEAM, OCCASION, person, answer, [comment])
            self.between = self.live_keys()

    def close(self, database: Database) -> None:
        with database.reading() as session:
            boxes = sealed.boxes_of(session, TEAM, OCCASION)
        with (
            sealed.hold_all(self.custody, TEAM, OCCASION, boxes) as held,
            database.begin(durable=True) as session,
        ):
            opened = sealed.open_all(session, held, TEAM, OCCASION)
            assert opened is not None
            publish(session, "attack_answer", [json.dumps(one) for one in opened.answers])
            publish(session, "attack_comment", opened.comments)
            sealed.end(session, TEAM, OCCASION)
        sealed.purge(database, self.custody, TEAM, OCCASION)

    def live_keys(self) -> bytes:
        if isinstance(self.custody, WrappedKeys):
            return b""
        assert isinstance(self.custody, FileKeys)
        file = self.custody.directory / f"{TEAM}.{OCCASION}.0.box"
        return file.read_bytes() if file.exists() else b""


class RowEach:
    """Leaks: who took part and what was said, a row each, in one transaction. So every survey tool we read."""

    between = b""

    def launch(self, database: Database, people: list[str]) -> None:
        pass

    def submit(self, database: Database, person: str, answer: list[int], comment: str) -> None:
        with database.begin() as session:
            publish(session, "attack_done", [person])
            publish(session, "attack_answer", [json.dumps(answer)])
            publish(session, "attack_comment", [comment])

    def close(self, database: Database) -> None:
        pass

    def live_keys(self) -> bytes:
        return b""


class OneKey(OurStore):
    """Leaks: the same box, under the same key from the first answer to the last, kept beside the database."""

    def __init__(self, custody: FileKeys) -> None:
        super().__init__(custody)
        self._key = new_key()
        self._bound = place("box", TEAM, OCCASION, "0")

    def launch(self, database: Database, people: list[str]) -> None:
        super().launch(database, people)
        self._keep(database, Content([], [], []), None)

    def submit(self, database: Database, person: str, answer: list[int], comment: str) -> None:
        with database.reading() as session:
            seen = rows.lock_box(session, TEAM, OCCASION, 0)
        content = open_with([self._key], seen)
        assert content is not None
        content.done.append(person)
        content.answers.append(answer)
        content.comments.append(comment)
        self._keep(database, content, seen)

    def _keep(self, database: Database, content: Content, seen: Sealed | None) -> None:
        with database.begin(durable=True) as session:
            seen = seen or rows.lock_box(session, TEAM, OCCASION, 0)
            launched = rows.occasion_of(session, TEAM, OCCASION)
            assert seen is not None
            assert launched is not None
            again = lock_up(self._key, seen.keeper, padded(content, launched.bucket), self._bound)
            rows.replace_box(session, TEAM, OCCASION, 0, seen, launched.tag, again)

    def close(self, database: Database) -> None:
        with database.begin() as session:
            content = open_with([self._key], rows.lock_box(session, TEAM, OCCASION, 0))
            assert content is not None
            publish(session, "attack_answer", [json.dumps(one) for one in content.answers])
            publish(session, "attack_comment", content.comments)
            sealed.end(session, TEAM, OCCASION)

    def live_keys(self) -> bytes:
        return self._key


def publish(session: Session, table: str, words: list[str]) -> None:
    for one in words:
        session.execute(text(f"INSERT INTO {table} (words) VALUES (:words)"), {"words": one})


def open_with(keys: list[bytes], box: Sealed | None) -> Content | None:
    """What a box holds, if one of the keys opens it."""
    from storage.keys.custody import unlock

    for key in keys:
        opened = unlock(key, box, place("box", TEAM, OCCASION, "0")) if box else None
        if opened is not None:
            return read(opened)
    return None


def keys_in(file: bytes) -> list[bytes]:
    """The keys that a key file holds, or might."""
    found = (file[at : at + 32] for at in (0, PLACE_BYTES))
    return [key for key in found if key.strip(b"\0") and len(key) == 32]


# --- copies ---------------------------------------------------------------------------------------------


def prepare_scratch(database: Database) -> None:
    """Tables for what is published, and for what a leaking store writes."""
    number = "INTEGER PRIMARY KEY" if database.engine.dialect.name == "sqlite" else "SERIAL PRIMARY KEY"
    with database.begin() as session:
        for table in SCRATCH:
            session.execute(text(f"CREATE TABLE IF NOT EXISTS {table} (id {number}, words TEXT)"))


def copy_of(database: Database, folder: Path) -> Copy:
    """What a backup, a replica or a stolen disk has of the database at this moment."""
    with database.reading() as session:
        boxes = [
            Sealed("", one.nonce, rows._without_tags(one.ciphertext), one.wrapped_key)
            for one in session.scalars(select(SealedBox))
        ]
    if database.engine.dialect.name == "sqlite":
        file = Path(str(database.engine.url.database))
        shutil.copy(file, folder / "copy")  # a copy is read: closing the file itself would drop SQLite's locks
        raw = (folder / "copy").read_bytes()
        log = file.with_name(f"{file.name}-wal")
        return Copy(raw + (log.read_bytes() if log.exists() else b""), boxes)
    return Copy(relations(database), boxes)


def relations(database: Database) -> bytes:
    """Postgres: the files of the tables with their dead rows, and of what it keeps beside them."""
    found = []
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        for table in ("sealed_box", "sealed_seat", *SCRATCH):
            files = text(
                "SELECT pg_relation_filepath(oid) FROM pg_class WHERE relname = :name UNION ALL "
                "SELECT pg_relation_filepath(reltoastrelid) FROM pg_class "
                "WHERE relname = :name AND reltoastrelid > 0"
            )
            for path in connection.scalars(files, {"name": table}).all():
                found.append(bytes(connection.scalar(text("SELECT pg_read_binary_file(:path)"), {"path": path})))
    return b"".join(found)


def system_columns(database: Database) -> dict[str, str]:
    """Postgres: which person's row and which answer's row were written by one transaction."""
    written: dict[str, dict[str, list[str]]] = {}
    asked = {
        "person": "SELECT xmin::text, words FROM attack_done UNION ALL SELECT xmin::text, person FROM sealed_seat",
        "answer": "SELECT xmin::text, words FROM attack_answer",
    }
    with database.reading() as session:
        for what, query in asked.items():
            for xmin, words in session.execute(text(query)):
                written.setdefault(xmin, {"person": [], "answer": []})[what].append(words)
    return {
        one["person"][0]: one["answer"][0]
        for one in written.values()
        if len(one["person"]) == len(one["answer"]) == 1
    }


def physical_order(database: Database, table: str) -> list[str]:
    """The words of a table in the order in which they lie on the disk."""
    where = "rowid" if database.engine.dialect.name == "sqlite" else "ctid"
    with database.reading() as session:
        return list(session.scalars(text(f"SELECT words FROM {table} ORDER BY {where}")))


def fresh_secret() -> str:
    from base64 import urlsafe_b64encode

    return urlsafe_b64encode(os.urandom(32)).decode()
