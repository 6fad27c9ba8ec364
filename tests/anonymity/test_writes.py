"""A submission writes one row of one table, and not a byte more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from rituals import sealed
from rituals.errors import Refusal
from storage import Database
from storage.keys import Custody, FileKeys, WrappedKeys
from tests.anonymity.stores import fresh_secret
from tests.test_sealed import PULSE, TEAM, answer, launch
from tests.test_workspaces import kept

LOOKING = ("SELECT", "BEGIN", "PRAGMA", "SET LOCAL")


@pytest.fixture(params=["file", "wrapped"])
def custody(request: pytest.FixtureRequest, tmp_path: Path) -> Custody:
    return FileKeys(tmp_path / "keys") if request.param == "file" else WrappedKeys([fresh_secret()])


@contextmanager
def written(database: Database) -> Iterator[list[str]]:
    """The statements that write, as the driver hears them."""
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(LOOKING):
            heard.append(statement)

    event.listen(database.engine, "before_cursor_execute", hear)
    yield heard
    event.remove(database.engine, "before_cursor_execute", hear)


def test_a_submission_writes_exactly_one_row_of_one_table(database: Database, custody: Custody) -> None:
    launch(database, custody)
    for person in TEAM:
        before = kept(database)
        with written(database) as heard:
            answer(database, custody, person, words="words")
        after = kept(database)
        assert [statement.split()[:2] for statement in heard] == [["UPDATE", "sealed_box"]]
        assert {table for table in before if before[table] != after[table]} == {"sealed_box"}
        assert len(before["sealed_box"]) == len(after["sealed_box"]) == 1


def test_what_is_refused_writes_nothing(database: Database, custody: Custody) -> None:
    launch(database, custody)
    answer(database, custody, TEAM[0])
    before = kept(database)
    with written(database) as heard:
        for person in (TEAM[0], "UEVE"):
            with pytest.raises(Refusal):
                answer(database, custody, person)
        with pytest.raises(sealed.TooLong):
            answer(database, custody, TEAM[1], words="x" * 501)
    assert heard == []
    assert kept(database) == before


def test_a_submission_writes_one_file_and_says_nothing_in_a_log(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = FileKeys(tmp_path / "keys")
    launch(database, files)
    with caplog.at_level("DEBUG"):
        answer(database, files, TEAM[0], words="SECRET words")
    assert [one.name for one in files.directory.iterdir() if not one.name.startswith(".")] == ["T1.pulse-1.0.box"]
    assert "SECRET" not in caplog.text
    assert TEAM[0] not in caplog.text


def test_neither_name_nor_word_stands_in_the_clear_in_any_file(tmp_path: Path, database: Database) -> None:
    """The database, its log, the keys: searched byte by byte, once while the box is open."""
    files = FileKeys(tmp_path / "keys")
    launch(database, files)
    for person in TEAM:
        answer(database, files, person, words="SECRET words")
    everything = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert any(file.name.endswith(".box") for file in everything)
    for file in everything:
        assert b"SECRET" not in file.read_bytes(), file.name
    with database.reading() as session:
        assert sealed.boxes_of(session, "T1", PULSE) == [0]
