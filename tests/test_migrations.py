"""The tables: made once however often and by however many, the same on both databases as the models say."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from storage import Database, open_database
from storage.database import NaiveInstant
from storage.migrations import HERE, check, newest
from storage.people import note_act, person, remember
from storage.schema import Base
from tests.conftest import NOON

ROOT = Path(__file__).parent.parent
TOGETHER = 3  # processes that start at once

Open = Callable[..., Database]


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a single table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    postgres = request.getfixturevalue("postgres")
    name = f"empty_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    postgres.drop_database(name)
    postgres.create_database(name)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens databases, and closes them after the test."""
    known: list[Database] = []

    def open_it(url: str, synchronous: str = "NORMAL") -> Database:
        known.append(open_database(url, synchronous=synchronous))
        return known[-1]

    yield open_it
    for database in known:
        database.close()


@pytest.fixture
def sqlite(tmp_path: Path, opened: Open) -> Database:
    database = opened(f"sqlite:///{tmp_path}/candor.db")
    database.migrate()
    return database


def tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def test_migrating_twice_is_migrating_once(empty_url: str, opened: Open) -> None:
    database = opened(empty_url)
    assert tables(database) == set()
    database.migrate()
    with database.begin() as session:
        remember(session, "T1", "U1", zone="Europe/Berlin")
    database.migrate()
    assert tables(database) == set(Base.metadata.tables)
    with database.reading() as session:
        assert person(session, "T1", "U1") is not None


def test_the_models_say_no_more_than_the_migrations(database: Database) -> None:
    with database.engine.connect() as connection, connection.begin():
        check(connection)  # raises what is missing


def test_processes_that_migrate_at_once_take_turns(empty_url: str, opened: Open) -> None:
    """Over a second: three real processes, because threads would share the lock that is tested."""
    given = {**os.environ, "CANDOR_DATABASE_URL": empty_url}
    command = [sys.executable, "-m", "bot", "migrate"]
    started = [
        subprocess.Popen(command, cwd=ROOT, env=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(TOGETHER)
    ]
    said = [process.communicate(timeout=30)[0] for process in started]
    assert said == ["The tables are up to date.\n"] * TOGETHER
    assert [process.returncode for process in started] == [0] * TOGETHER
    assert tables(opened(empty_url)) == set(Base.metadata.tables)


def test_every_row_belongs_to_a_workspace() -> None:
    without = [
        name
        for name, table in Base.metadata.tables.items()
        if "workspace" not in table.c or table.c.workspace.nullable
    ]
    assert without == []


# --- instants -------------------------------------------------------------------------------------------


def test_a_naive_instant_raises_and_nothing_is_stored(database: Database) -> None:
    with pytest.raises(StatementError) as refused, database.begin() as session:
        note_act(session, "T1", "U1", "paused", "prompts 1", NOON.replace(tzinfo=None))
    assert isinstance(refused.value.orig, NaiveInstant)
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM act")).scalar() == 0


def test_an_instant_of_any_zone_comes_back_in_utc(database: Database) -> None:
    in_kathmandu = NOON.astimezone(timezone(timedelta(hours=5, minutes=45)))
    with database.begin() as session:
        remember(session, "T1", "U1", quiet_until=in_kathmandu)
    with database.reading() as session:
        known = person(session, "T1", "U1")
    assert known is not None
    assert known.quiet_until == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert known.quiet_until.tzinfo is UTC


# --- SQLite ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("synchronous", "number"), [("NORMAL", 1), ("FULL", 2)])
def test_the_pragmas_are_in_force_on_every_connection(
    synchronous: str, number: int, tmp_path: Path, opened: Open
) -> None:
    database = opened(f"sqlite:///{tmp_path}/candor.db", synchronous=synchronous)
    database.migrate()  # it waits longer for the lock while it works, and must not leave that behind
    wanted = {"journal_mode": "wal", "foreign_keys": 1, "secure_delete": 1, "synchronous": number}
    with database.engine.connect() as one, database.engine.execution_options(candor_reads=True).connect() as two:
        for connection in (one, two):
            with connection.begin():
                assert {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in wanted} == wanted
                assert 0 < connection.execute(text("PRAGMA busy_timeout")).scalar_one() < 2_000


def test_a_row_whose_parent_is_missing_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.begin() as session:
        session.execute(text("INSERT INTO keeper (schedule_id, person, workspace) VALUES (99, 'U1', 'T1')"))


def test_a_reader_does_not_block_a_writer_and_sees_the_moment_it_began(database: Database) -> None:
    with database.reading() as looking:
        if database.engine.dialect.name == "postgresql":
            looking.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        assert person(looking, "T1", "U1") is None
        with database.begin() as session:
            remember(session, "T1", "U1")
        assert person(looking, "T1", "U1") is None


def test_a_writer_does_not_block_a_reader(database: Database) -> None:
    with database.begin() as session:
        remember(session, "T1", "U1")
        with database.reading() as looking:
            assert person(looking, "T1", "U1") is None


def test_a_writer_waits_at_its_first_statement_not_at_its_last(
    sqlite: Database, tmp_path: Path, opened: Open
) -> None:
    """Just under two seconds: that is how long it waits, and Slack waits three."""
    with sqlite.begin() as session:
        remember(session, "T1", "U1")
        with (
            pytest.raises(OperationalError, match="locked"),
            opened(f"sqlite:///{tmp_path}/candor.db").begin() as two,
        ):
            person(two, "T1", "U1")  # only looks, and meets the lock already


def test_what_raises_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.begin() as session:
        remember(session, "T1", "U1")
        raise ZeroDivisionError
    with database.reading() as session:
        assert person(session, "T1", "U1") is None


def test_the_newest_revision_is_the_one_that_the_name_of_the_last_file_says() -> None:
    from alembic.script import ScriptDirectory

    assert ScriptDirectory(str(HERE)).get_heads() == [newest()]
