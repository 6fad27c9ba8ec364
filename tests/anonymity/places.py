"""Every place where a word of a submission could stay behind, to be searched byte by byte."""

from __future__ import annotations

import logging
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from slack_sdk import WebClient
from sqlalchemy import select, text

from bot.metrics import DELIVERIES, page
from storage import Database
from storage.people import note_act
from storage.schema import Base
from tests.conftest import NOON
from tests.postgres import PostgresServer
from tests.slack import Slack

EVERYWHERE = {
    "tables",
    "database files",
    "write-ahead log",
    "key directory",
    "log",
    "error reports",
    "output",
    "metrics",
    "slack",
}


@dataclass
class Places:
    """What there is to look at. Open it before anything is submitted; `look` reads all of it once."""

    database: Database
    folder: Path  # SQLite's files, and the key directory `keys`
    slack: Slack
    logged: pytest.LogCaptureFixture
    printed: pytest.CaptureFixture[str]
    server: PostgresServer | None  # None on SQLite
    held: dict[str, list[bytes]] = field(default_factory=dict)
    _since: str = ""  # the first file of Postgres's log that may hold something of this test

    def __post_init__(self) -> None:
        if self.server is not None:
            self._since = self._ask("SELECT pg_walfile_name(pg_current_wal_lsn())")

    def look(self) -> Places:
        """Read everything, logs before files: a checkpoint moves what was only in the log into the files."""
        logs = _read(self._log_files())
        self._checkpoint()
        records = self.logged.get_records("call")
        as_text = logging.Formatter()
        told = self.printed.readouterr()
        self.held = {
            "tables": [repr(row).encode() for row in self._rows()],
            "database files": _read(self._database_files()),
            "write-ahead log": logs,
            "key directory": _read(file for file in (self.folder / "keys").rglob("*") if file.is_file()),
            "log": [f"{one.getMessage()} {one.args!r} {one.msg!r}".encode() for one in records],
            "error reports": [as_text.formatException(one.exc_info).encode() for one in records if one.exc_info],
            "output": [told.out.encode(), told.err.encode(), *_read(self._server_log())],
            "metrics": [page(self.database)({}).body.encode()],
            "slack": [self._said_and_asked().encode()],
        }
        return self

    def with_any(self, needles: Iterable[bytes]) -> set[str]:
        """The places that hold one of these."""
        wanted = list(needles)
        return {name for name, parts in self.held.items() if any(one in part for part in parts for one in wanted)}

    # --- where it lies ----------------------------------------------------------------------------------

    def _rows(self) -> Sequence[object]:
        with self.database.reading() as session:
            return [tuple(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table))]

    def _log_files(self) -> list[Path]:
        if self.server is None:
            return [file for end in ("-wal", "-journal") for file in self.folder.glob(f"*.db{end}")]
        files = (self.server.folder / "data" / "pg_wal").iterdir()
        return sorted(file for file in files if file.is_file() and file.name >= self._since)

    def _database_files(self) -> list[Path]:
        if self.server is None:
            return [*self.folder.glob("*.db"), *self.folder.glob("*.db-shm")]
        oid = self._ask("SELECT oid FROM pg_database WHERE datname = current_database()")
        data = self.server.folder / "data"
        return [file for part in (f"base/{oid}", "global", "pg_xact") for file in (data / part).iterdir()]

    def _server_log(self) -> list[Path]:
        return [] if self.server is None else [self.server.folder / "log"]

    def _said_and_asked(self) -> str:
        """All messages, whispers and App Homes, and all that we ever asked of Slack; not a person's own screen."""
        messages = [channel.messages for channel in self.slack.channels.values()]
        calls = [one.args for one in self.slack.calls]
        return repr([messages, self.slack.ephemerals, self.slack.homes, self.slack.files, calls])

    def _checkpoint(self) -> None:
        if self.server is not None:
            self._ask("CHECKPOINT")
            return
        with self.database.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _ask(self, statement: str) -> str:
        with self.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            told = connection.execute(text(statement))
            return str(told.scalar()) if told.returns_rows else ""


def _read(files: Iterable[Path]) -> list[bytes]:
    """Their bytes; Postgres may take a file away while we look."""
    found = []
    for file in files:
        try:
            found.append(file.read_bytes())
        except (FileNotFoundError, IsADirectoryError):
            continue
    return found


def leak(word: str, database: Database, folder: Path, client: WebClient, channel: str) -> None:
    """Leave a word in every place, each by its own way: the control."""
    with database.begin() as session:
        note_act(session, "T1", "UADA", "leaked", word, NOON)
    (folder / "keys" / "stray").write_text(word)
    logging.getLogger("candor").debug("a careless line: %s", word)
    try:
        raise ValueError(word)
    except ValueError:
        logging.getLogger("candor").exception("a careless report")
    sys.stderr.write(f"{word}\n")
    DELIVERIES.labels(word, "done").inc()
    client.chat_postMessage(channel=channel, text=word)


def mop_up(word: str) -> None:
    """What outlasts a test."""
    DELIVERIES.remove(word, "done")
