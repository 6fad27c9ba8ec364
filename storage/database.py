"""Opens SQLite or Postgres, so that the rest of the house need not know which."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from threading import Lock
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Executable,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

__all__ = [
    "BadUrl",
    "Database",
    "Instant",
    "NaiveInstant",
    "NoAnswer",
    "NotInWorkspace",
    "Session",
    "answering",
    "check_url",
    "insert_once",
    "open_database",
    "why_no_answer",
]

BUSY_MS = 1_800  # a writer waits this long for SQLite's lock; Slack waits 3 s for the ack
LASTING = "candor_durable"  # the execution option of a transaction that must outlive a crash of the machine
MIGRATION_LOCK = 0x43414E44  # "CAND": the advisory lock under which Postgres migrates


class NaiveInstant(ValueError):
    """An instant without a zone was about to be stored; every instant is aware and in UTC."""


class BadUrl(ValueError):
    """A database URL that can't be used; its text says what to write instead."""


class NotInWorkspace(LookupError):
    """A row was to be added to something of another workspace: a bug in who called."""


class NoAnswer(Exception):
    """The database doesn't answer, or refuses; `why` is the driver's class name, never its message."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC: timestamptz on Postgres, sortable text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise NaiveInstant
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """One engine and its two kinds of transaction: `begin()` writes, `reading()` only reads.

    On SQLite a writer starts with BEGIN IMMEDIATE: it waits for the lock at its first statement rather
    than failing at its last one. A reader takes no lock and sees the moment at which it began.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writers = sessionmaker(engine, expire_on_commit=False)
        self._turn = Lock() if engine.dialect.name == "sqlite" else None
        self._readers = sessionmaker(engine.execution_options(candor_reads=True), expire_on_commit=False)
        self._lasting = sessionmaker(engine.execution_options(**{LASTING: True}), expire_on_commit=False)

    @contextmanager
    def begin(self, *, durable: bool = False) -> Iterator[Session]:
        """A transaction that commits when the block ends, and leaves nothing behind when it raises.

        What is `durable` outlives a crash of the machine, whatever the settings say: before a key is thrown away,
        the row that no longer needs it must be on disk.
        """
        with self._my_turn(), (self._lasting if durable else self._writers).begin() as session:
            if durable and self.engine.dialect.name == "postgresql":
                session.execute(text("SET LOCAL synchronous_commit = on"))
            yield session

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        """SQLite takes one writer at a time, and wakes waiters by chance: some would starve until "locked".

        So the writers of this process queue up here, and only other processes meet at SQLite's own lock.
        After its usual patience a waiter goes on anyway, and SQLite has the last word.
        """
        taken = self._turn is not None and self._turn.acquire(timeout=BUSY_MS / 1_000)
        try:
            yield
        finally:
            if taken and self._turn is not None:
                self._turn.release()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction for looking only; it is rolled back at the end."""
        with self._readers() as session:
            yield session

    def migrate(self) -> None:
        """Bring the tables to the newest shape; two processes that start at once take turns. Raises NoAnswer."""
        from storage.migrations import upgrade

        with answering(), self.engine.connect() as connection:
            self._be_patient(connection, 60_000)
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
                upgrade(connection)
            self._be_patient(connection, BUSY_MS)

    def _be_patient(self, connection: Connection, milliseconds: int) -> None:
        """Let SQLite wait that long for its lock; asked of the driver, outside of any transaction."""
        if connection.dialect.name == "sqlite":
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.execute(f"PRAGMA busy_timeout = {milliseconds}")

    def empty_log(self) -> bool:
        """Move SQLite's write-ahead log into the file and empty it; False while a reader still needs it.

        Postgres has no such log of ours to empty: True.
        """
        if self.engine.dialect.name != "sqlite":
            return True
        with self._my_turn(), self.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            self._be_patient(connection, 0)  # whoever waits here, keeps every writer waiting
            emptied = tuple(driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()) == (0, 0, 0)
            self._be_patient(connection, BUSY_MS)
            return emptied

    def is_current(self) -> bool:
        """Whether the tables have the newest shape. Raises NoAnswer."""
        from storage.migrations import is_current

        with answering(), self.engine.connect() as connection:
            return is_current(connection)

    def is_empty(self) -> bool:
        """Whether there is no table yet. Raises NoAnswer."""
        with answering(), self.engine.connect() as connection:
            return not inspect(connection).get_table_names()

    def ping(self) -> None:
        """Ask the database for a sign of life. Raises NoAnswer."""
        with answering(), self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def logs_values(self) -> bool:
        """Whether Postgres writes statements with their values into a log of its own: it would tell who answered
        something sealed, and when. Raises NoAnswer.
        """
        if self.engine.dialect.name != "postgresql":
            return False
        with answering(), self.engine.connect() as connection:
            found = connection.execute(text("SELECT name, setting FROM pg_settings WHERE name LIKE 'log%'"))
            setting: dict[str, str] = dict(found.all())
        is_logged = setting["log_statement"] in ("mod", "all") or any(
            int(setting[f"log_min_duration_{which}"]) >= 0 for which in ("statement", "sample")
        )
        return is_logged and setting.get("log_parameter_max_length") != "0"

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def answering() -> Iterator[None]:
    """Turn the drivers' errors into NoAnswer: their messages may hold addresses, users and values."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as fault:
        raise NoAnswer(_named(fault)) from None


def why_no_answer(fault: BaseException) -> str | None:
    """Why the database can't be used at the moment (gone, locked, full), where that is what `fault` means.

    None for every other fault: those are bugs. The answer is a code of the driver's, never its message.
    """
    away = isinstance(fault, (OperationalError, InterfaceError, PoolTimeout)) or (
        isinstance(fault, DBAPIError) and fault.connection_invalidated
    )
    return _named(fault) if away else None


def _named(fault: BaseException) -> str:
    cause = getattr(fault, "orig", None) or fault
    return str(getattr(cause, "sqlite_errorname", None) or type(cause).__name__)


def check_url(url: str) -> URL:
    """Read a database URL and see that it can be used. Raises BadUrl."""
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        backend = parsed.get_backend_name()
        if backend not in ("sqlite", "postgresql"):
            raise BadUrl("only sqlite:/// and postgresql:// are known")
        parsed.get_dialect().import_dbapi()
    except (ArgumentError, ImportError):
        raise BadUrl("write it like sqlite:///candor.db or postgresql://user:password@host/name") from None
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise BadUrl("name a file, like sqlite:///candor.db; memory forgets everything at the end")
    return parsed


def open_database(url: str, *, synchronous: str = "NORMAL", pool_size: int = 20) -> Database:
    """Open the database behind a SQLAlchemy URL (`sqlite:///candor.db`, `postgresql+psycopg://...`).

    `synchronous` is SQLite's own word: NORMAL survives a crash of the process, FULL of the machine as well.
    Raises BadUrl when the URL can't be used.
    """
    parsed = check_url(url)
    # hide_parameters: an error of the database must never carry anybody's words into a log.
    if parsed.get_backend_name() != "sqlite":
        return Database(
            create_engine(
                parsed, hide_parameters=True, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True
            )
        )
    engine = create_engine(
        parsed, hide_parameters=True, pool_size=pool_size, max_overflow=pool_size, pool_timeout=10
    )

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in (
            f"busy_timeout = {BUSY_MS}",
            "journal_mode = WAL",
            "foreign_keys = ON",
            "secure_delete = ON",
            f"synchronous = {synchronous}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def say_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        reads, wanted = options.get("candor_reads"), "FULL" if options.get(LASTING) else synchronous
        if connection.info.get("synchronous", synchronous) != wanted:
            connection.exec_driver_sql(f"PRAGMA synchronous = {wanted}")
            connection.info["synchronous"] = wanted
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return Database(engine)


def insert_once(session: Session, table: type[DeclarativeBase], values: dict[str, Any]) -> bool:
    """Insert a row unless a unique key of it is taken; False when it was there already."""
    session.flush()  # rows that this one refers to, when they were only added so far
    return session.execute(_insert_once(session.get_bind().dialect.name, table), values).first() is not None


@cache
def _insert_once(dialect: str, table: type[DeclarativeBase]) -> Executable:
    """The statement, put together once: that takes as long as to run it."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table.__table__).on_conflict_do_nothing().returning(*table.__table__.primary_key)  # type: ignore[arg-type]


def insert_new(session: Session, table: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> None:
    """Insert many rows at once, without those of which a unique key is taken."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    if rows:
        session.execute(insert(table.__table__).on_conflict_do_nothing(), list(rows))  # type: ignore[arg-type]
