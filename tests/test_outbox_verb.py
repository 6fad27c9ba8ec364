"""`python -m bot outbox`: what is owed, what is stuck, and mending it by hand."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.courier import LEASE
from storage import Database, open_database
from storage.outbox import claim, delivery, find_due, owe
from tests.conftest import NOON, Clock
from tests.test_courier import UNHURRIED


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, travel: Clock) -> Database:
    url = f"sqlite:///{tmp_path}/candor.db"
    monkeypatch.setenv("CANDOR_DATABASE_URL", url)
    database = open_database(url)
    database.migrate()
    with database.begin() as session:
        for key, ago in (("fresh", 0), ("late", 60)):
            owe(
                session, "T1", key=key, kind="note", to="C1", facts={}, due=NOON - timedelta(minutes=ago), now=NOON
            )
    return database


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(["outbox", *words])
    told = capsys.readouterr()
    return code, told.out or told.err


def state(database: Database, key: str) -> str | None:
    with database.reading() as session:
        found = delivery(session, "T1", key)
    return found.state if found else None


def test_what_is_owed_is_listed_and_what_is_late_is_stuck(
    kept: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = said(capsys)
    assert (code, told.count("note"), told.splitlines()[-1]) == (0, 2, "2 owed.")
    code, told = said(capsys, "--stuck")
    assert (code, told.count("note"), told.splitlines()[-1]) == (1, 1, "1 stuck.")


def test_one_is_dropped_and_can_be_tried_again(kept: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "--drop", "2") == (0, "Delivery 2 is given up.\n")
    assert state(kept, "late") == "dropped"
    assert "dropped_by_hand" in said(capsys, "--stuck")[1]
    assert said(capsys, "--retry", "2") == (0, "Delivery 2 is tried again now.\n")
    assert state(kept, "late") == "owed"
    assert said(capsys, "--stuck") == (0, "Nothing is stuck.\n")


def test_one_that_is_not_there_is_refused(kept: Database, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = said(capsys, "--drop", "99")
    assert (code, told.startswith("There is no delivery 99")) == (2, True)


def test_one_that_is_just_on_its_way_is_left_alone(
    kept: Database, capsys: pytest.CaptureFixture[str], travel: Clock
) -> None:
    """Two at once could say it twice."""
    with kept.begin() as session:
        found = find_due(session, NOON, UNHURRIED, speaks_for=None)
        [leased] = claim(session, "T1", found, UNHURRIED, NOON, NOON + LEASE)
    assert said(capsys, "--retry", str(leased.id))[0] == 2
    assert said(capsys, "--drop", str(leased.id))[0] == 2
    travel.move(seconds=LEASE.total_seconds())
    assert said(capsys, "--retry", str(leased.id))[0] == 0
