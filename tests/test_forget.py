"""Forgetting a person or a workspace: over every table there is, and every one there will be."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import String, cast, select

import storage.people
from bot.__main__ import main
from rituals import nudges
from storage import Database, open_database
from storage.calendar import set_override
from storage.forgetting import (
    NOBODY,
    PEOPLE,
    forget_person,
    forget_workspace,
    still_named,
    tables,
    unsorted,
    workspaces_of,
)
from storage.installations import TokenKeys, put_installation
from storage.people import note_act, remember
from storage.prompts import put_answer
from storage.schema import Base, Round
from tests.conftest import NOON, Candor
from tests.test_ring import ONE, set_up_prompt
from tests.test_workspaces import kept


def test_of_every_column_that_may_hold_a_person_it_is_said_whether_it_does() -> None:
    """A new column of a Slack id's length belongs into PEOPLE or NOBODY of storage/forgetting.py."""
    assert unsorted() == []
    known = {f"{table.name}.{column.name}" for table in tables() for column in table.columns}
    assert (PEOPLE.keys() | NOBODY.keys()) - known == set(), "these columns are gone"
    assert PEOPLE.keys() & NOBODY.keys() == set()


def test_every_table_has_a_workspace_to_be_forgotten_by() -> None:
    assert [table.name for table in tables() if "workspace" not in table.c] == []


def lives(database: Database, workspace: str, person: str, channel: str = "C1") -> None:
    """Somebody with a row of everything that prompts keep."""
    set_up_prompt(database, workspace=workspace, channel=channel, keeper=person, answers="form")
    with database.begin() as session:
        remember(session, workspace, person, zone="Europe/Berlin")
        note_act(session, workspace, person, "paused", "prompts 1", NOON)
        nudges.want(
            session, workspace, person, key=f"k{person}", kind="prompt.silent", facts={"schedule": 1}, now=NOON
        )


def named(database: Database, person: str) -> set[str]:
    with database.reading() as session:
        return {
            f"{table.name}.{column.name}"
            for table in Base.metadata.sorted_tables
            for column in table.columns
            if session.execute(select(1).select_from(table).where(cast(column, String).contains(person))).first()
        }


def test_a_person_is_erased_everywhere_and_the_others_stay(candor: Candor) -> None:
    lives(candor.database, "T1", "UADA")
    candor.ring_at(ONE)
    with candor.database.begin() as session:
        number = session.scalars(select(Round.id)).one()
        put_answer(session, "T1", number, "UADA", "my words", ONE)
        put_answer(session, "T1", number, "UBEN", "hers", ONE)
        set_override(session, "T1", 1, "2026-12-09T13:00:00", None, "UADA", ONE)
        remember(session, "T1", "UBEN", zone="Europe/Berlin")
    assert len(named(candor.database, "UADA")) >= 6
    with candor.database.begin() as session:
        assert workspaces_of(session, "UADA") == ["T1"]
        assert forget_person(session, "T1", "UADA") >= 6
    assert named(candor.database, "UADA") == set()
    rows = kept(candor.database)
    assert len(rows["answer"]) == len(rows["person"]) == len(rows["act"]) == len(rows["override"]) == 1
    with candor.database.reading() as session:
        assert [act.person for act in storage.people.acts(session, "T1", 9)] == [""]
        assert still_named(session, "T1", "UADA") == []
        assert workspaces_of(session, "UADA") == []


def test_a_person_is_erased_from_one_workspace_alone(database: Database) -> None:
    for workspace in ("T1", "T2"):
        with database.begin() as session:
            remember(session, workspace, "UADA")
    with database.begin() as session:
        forget_person(session, "T1", "UADA")
    with database.reading() as session:
        assert workspaces_of(session, "UADA") == ["T2"]


def test_what_stands_in_somebodys_words_is_told_rather_than_guessed(database: Database) -> None:
    set_up_prompt(database, workspace="T1", channel="C1", keeper="UBEN", question="What does <@UADA> need?")
    with database.reading() as session:
        assert still_named(session, "T1", "UADA") == ["prompt.question"]
        assert still_named(session, "T2", "UADA") == []


def test_an_organisation_is_forgotten_with_its_workspaces_and_no_other(database: Database) -> None:
    for workspace in ("E1/T1", "E1/T2", "E11/T1", "E1", "T1"):
        with database.begin() as session:
            remember(session, workspace, "UADA")
    with database.begin() as session:
        assert forget_workspace(session, "E1/") == 2
    with database.reading() as session:
        assert workspaces_of(session, "UADA") == ["E1", "E11/T1", "T1"]


# --- from a shell ---------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a database in which two people live in two workspaces."""
    url = f"sqlite:///{tmp_path}/candor.db"
    monkeypatch.setenv("CANDOR_DATABASE_URL", url)
    database = open_database(url)
    database.migrate()
    for workspace in ("T1", "T2"):
        with database.begin() as session:
            remember(session, workspace, "UADA")
            remember(session, workspace, "UBEN")
    database.close()
    return url


def test_the_shell_forgets_a_person_and_says_where(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forget-person", "UADA", "--workspace", "T2"]) == 0
    assert capsys.readouterr().out.startswith("T2: 1 rows deleted")
    assert main(["forget-person", "UADA"]) == 0
    assert capsys.readouterr().out.startswith("T1: 1 rows deleted")
    assert main(["forget-person", "UADA"]) == 0
    assert capsys.readouterr().out == "Nothing is kept of UADA.\n"


def test_the_shell_forgets_a_workspace_at_once(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forget-workspace", "T1"]) == 0
    assert capsys.readouterr().out == "2 rows of T1 are deleted.\n"
    assert main(["forget-workspace", "T1"]) == 0
    assert capsys.readouterr().out == "Nothing is kept of T1.\n"


@pytest.mark.parametrize("given", ["bob", "uada", "T1", "U", "U1 ", "<@UADA>", "@bob", "U" * 21, ""])
def test_a_mistyped_person_is_refused_for_nothing_is_kept_of_it(
    given: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["forget-person", given]) == 2
    out, said = capsys.readouterr()
    assert (out, said.count("\n")) == ("", 1)
    assert said.startswith(f"{given} is no member id of Slack's")


@pytest.mark.parametrize("given", ["acme", "t1", "E1/", "C1", ""])
def test_a_person_is_forgotten_in_no_mistyped_workspace(
    given: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["forget-person", "UADA", "--workspace", given]) == 2
    assert capsys.readouterr().err.startswith(f"{given} is no id of a workspace")


@pytest.mark.parametrize("given", ["acme", "t1", "T1/", "E1/U2", "E1//", "/", "E1%", "T" * 41, ""])
def test_a_mistyped_workspace_is_refused_for_nothing_is_kept_of_it(
    given: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["forget-workspace", given]) == 2
    out, said = capsys.readouterr()
    assert (out, said.count("\n")) == ("", 1)
    assert said.startswith(f"{given} is no id of a workspace")


@pytest.mark.parametrize("given", ["E1", "E1/"])
def test_the_shell_forgets_an_organisation_with_or_without_its_slash(
    given: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    database = open_database(file)
    with database.begin() as session:
        for workspace in ("E1/T3", "E1/T4", "E11/T5"):
            remember(session, workspace, "UCEM")
    assert main(["forget-workspace", given]) == 0
    assert capsys.readouterr().out == "2 rows of E1/ are deleted.\n"
    with database.reading() as session:
        assert workspaces_of(session, "UCEM") == ["E11/T5"]
    database.close()


def test_the_shell_makes_a_key_and_rotates(
    file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new-key"]) == 0
    old, new = capsys.readouterr().out.strip(), TokenKeys.new_key()
    assert main(["rotate-tokens"]) == 2
    assert "CANDOR_TOKEN_KEYS is missing" in capsys.readouterr().err
    database = open_database(file)
    with database.begin() as session:
        put_installation(
            session, "T1", team="T1", enterprise=None, name="One", bot_user="UB", bot_id="B", scopes=["commands"],
            sealed_token=TokenKeys([old]).seal("T1", "xoxb-1"), now=NOON,
        )  # fmt: skip
    monkeypatch.setenv("CANDOR_TOKEN_KEYS", new)
    assert main(["rotate-tokens"]) == 1
    assert "T1" in capsys.readouterr().out
    monkeypatch.setenv("CANDOR_TOKEN_KEYS", f"{new},{old}")
    assert main(["rotate-tokens"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("1 tokens")
    assert not any(secret in told for secret in (old, new, "xoxb"))
    database.close()
    monkeypatch.setenv("CANDOR_TOKEN_KEYS", new)
    assert main(["rotate-tokens"]) == 0


def test_a_bad_key_is_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CANDOR_TOKEN_KEYS", "hunter2")
    assert main(["rotate-tokens"]) == 2
    said = capsys.readouterr().err
    assert "CANDOR_TOKEN_KEYS can't be used: each must be 32 random bytes" in said
    assert "hunter2" not in said
