"""`python -m bot doctor`: each fault is named, says how to mend it, and makes the exit code 1; a hint doesn't."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot import clock
from bot.__main__ import main
from rituals import sealed
from storage import Database, open_database
from storage.installations import TokenKeys, put_installation
from storage.keys import FileKeys, WrappedKeys
from storage.outbox import owe
from tests.conftest import CORE_SCOPES
from tests.conftest import EVERY_SCOPE as SCOPES_OF_TESTS
from tests.slack import Slack, SlackServer
from tests.slack.refusals import Answer

EVERY_SCOPE = (*SCOPES_OF_TESTS, "files:write", "canvases:write", "reactions:read")  # which few tests want

BOT, APP = "xoxb-hunter2", "xapp-hunter2"


class Moved(Slack):
    """A Slack whose Date header is `apart` from this machine's clock."""

    apart = timedelta(0)

    def web_api(self, method: str, token: str, args: dict[str, Any]) -> Answer:
        answer = super().web_api(method, token, args)
        date = format_datetime(clock.unmoved() + self.apart, usegmt=True)
        return replace(answer, headers=(*answer.headers, ("Date", date)))


Doctor = Callable[..., tuple[int, str]]


@pytest.fixture
def moved() -> Iterator[Moved]:
    """A Slack on a socket, with our app installed."""
    slack = Moved(now=lambda: datetime.now(UTC))
    slack.team("T1", name="Acme", scopes=EVERY_SCOPE, token=BOT, app_token=APP)
    with SlackServer(slack):
        yield slack


@pytest.fixture
def doctor(
    moved: Moved, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[Doctor]:
    """Runs the verb; `doctor(bot_token="")` gives (exit code, what it said)."""

    def ask(**settings: str) -> tuple[int, str]:
        good = {
            "bot_token": BOT,
            "app_token": APP,
            "database_url": f"sqlite:///{tmp_path}/candor.db",
            "key_dir": f"{tmp_path}/state/keys",
        }
        for name, value in (good | {"slack_base_url": moved.api_base} | settings).items():
            monkeypatch.setenv(f"CANDOR_{name.upper()}", value)
        code = main(["doctor"])
        out, err = capsys.readouterr()
        assert err == ""
        assert "hunter2" not in out
        return code, out

    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield ask
    root.handlers[:], root.level = handlers, level  # the verb sets up logging for a process of its own
    clock.restore()


def faults(said: str) -> list[str]:
    """What each line marked *mend* is about."""
    return [line[6:].partition(":")[0] for line in said.splitlines() if line.startswith("mend")]


def test_doctor_looks_and_changes_nothing(doctor: Doctor, tmp_path: Path) -> None:
    code, said = doctor()
    assert (code, faults(said)) == (0, [])
    assert "serve` makes the tables" in said
    database = open_database(f"sqlite:///{tmp_path}/candor.db")
    assert database.is_empty()
    database.close()


def test_all_well_is_said_line_by_line_and_ends_with_0(doctor: Doctor, tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/candor.db")
    database.migrate()
    database.close()
    code, said = doctor()
    assert code == 0
    looked_at = [line.partition(":")[0].split(maxsplit=1) for line in said.splitlines()]
    assert {mark for mark, _ in looked_at} == {"ok"}
    assert [what for _, what in looked_at] == [
        *("settings", "question packs", "database", "outbox", "keys", "bot token", "scopes", "clock", "app token")
    ]
    assert "Acme" in said


@pytest.mark.parametrize("name", ["bot_token", "app_token"])
def test_a_missing_token_is_a_fault_that_says_where_to_get_it(name: str, doctor: Doctor) -> None:
    code, said = doctor(**{name: ""})
    assert (code, faults(said)) == (1, ["settings"])
    assert f"CANDOR_{name.upper()} is missing. " in said


def test_a_bot_token_that_slack_does_not_know_is_a_fault(doctor: Doctor) -> None:
    code, said = doctor(bot_token="xoxb-other")
    assert (code, faults(said)) == (1, ["bot token"])
    assert "invalid_auth" in said
    assert "CANDOR_BOT_TOKEN" in said


def test_an_app_token_that_slack_does_not_know_is_a_fault(doctor: Doctor) -> None:
    code, said = doctor(app_token="xapp-other")
    assert (code, faults(said)) == (1, ["app token"])
    assert "connections:write" in said


def test_a_slack_that_does_not_answer_is_a_fault_and_no_traceback(doctor: Doctor) -> None:
    code, said = doctor(slack_base_url="http://127.0.0.1:9/api/")
    assert (code, faults(said)) == (1, ["bot token", "app token"])


def test_a_missing_core_scope_is_a_fault(doctor: Doctor, moved: Moved) -> None:
    moved.teams["T1"].scopes = set(EVERY_SCOPE) - {"users:read"}
    code, said = doctor()
    assert (code, faults(said)) == (1, ["scopes"])
    assert "missing: users:read" in said
    assert "install the app again" in said


def test_a_declined_optional_scope_is_a_hint_and_no_fault(doctor: Doctor, moved: Moved) -> None:
    moved.teams["T1"].scopes = set(CORE_SCOPES)
    code, said = doctor()
    assert (code, faults(said)) == (0, [])
    assert said.count("hint  scopes") == len(EVERY_SCOPE) - len(CORE_SCOPES)
    assert "im:history (looks whether" in said


@pytest.mark.parametrize(
    "address", ["sqlite:////nowhere/candor.db", "postgresql://ada:hunter2@127.0.0.1:9/candor"]
)
def test_a_database_that_is_not_there_is_a_fault(address: str, doctor: Doctor) -> None:
    code, said = doctor(database_url=address)
    assert (code, faults(said)) == (1, ["database"])
    assert "CANDOR_DATABASE_URL" in said


@pytest.mark.parametrize("setting", ["log_statement = 'all'", "log_min_duration_statement = 0"])
def test_a_postgres_whose_log_tells_who_answers_is_a_fault(
    doctor: Doctor, migrated_postgres: Database, setting: str
) -> None:
    url = migrated_postgres.engine.url
    for change, faulty in (
        ("RESET ALL", []),
        (f"SET {setting}", ["database"]),
        ("SET log_parameter_max_length = 0", []),
        ("RESET ALL", []),
    ):
        with migrated_postgres.begin() as session:
            session.execute(text(f'ALTER DATABASE "{url.database}" {change}'))
        assert faults(doctor(database_url=url.render_as_string(hide_password=False))[1]) == faulty


def test_a_clock_that_is_apart_from_slacks_is_a_fault(doctor: Doctor, moved: Moved) -> None:
    moved.apart = timedelta(minutes=-3)
    code, said = doctor()
    assert (code, faults(said)) == (1, ["clock"])
    assert "180 s apart" in said or "179 s apart" in said
    assert "time server" in said


def test_a_clock_moved_on_purpose_is_no_fault(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "offset").write_text("86400")
    code, said = doctor(clock_file=str(tmp_path / "offset"))
    assert (code, faults(said)) == (0, [])


def test_a_delivery_that_is_late_is_a_fault(doctor: Doctor, tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/candor.db")
    database.migrate()
    an_hour_ago = clock.unmoved() - timedelta(hours=1)
    with database.begin() as session:
        owe(session, "T1", key="k", kind="demo.agenda", to="C1", facts={}, due=an_hour_ago, now=an_hour_ago)
    database.close()
    code, said = doctor()
    assert (code, faults(said)) == (1, ["outbox"])
    assert "demo.agenda (never tried)" in said


def test_over_http_the_signing_secret_the_keys_and_the_address_are_looked_at(
    doctor: Doctor, tmp_path: Path
) -> None:
    code, said = doctor(http="3000", app_token="")
    assert (code, faults(said)) == (1, ["settings"])
    assert "CANDOR_SIGNING_SECRET is missing" in said
    code, said = doctor(http="0.0.0.0:3000", app_token="", signing_secret="hunter2")
    assert (code, faults(said)) == (0, [])
    assert "hint  http: 1 process(es) at 0.0.0.0:3000; let only your proxy" in said

    database = open_database(f"sqlite:///{tmp_path}/candor.db")
    database.migrate()
    with database.begin() as session:
        put_installation(
            session, "T1", team="T1", enterprise=None, name="One", bot_user="UB", bot_id="B", scopes=["commands"],
            sealed_token=TokenKeys([TokenKeys.new_key()]).seal("T1", "xoxb-1"), now=clock.unmoved(),
        )  # fmt: skip
    database.close()
    many = {"client_id": "1.2", "client_secret": "hunter2", "token_keys": TokenKeys.new_key(), "bot_token": ""}
    code, said = doctor(http="3000", app_token="", signing_secret="hunter2", **many)
    assert (code, faults(said)) == (1, ["installations"])
    assert "no key opens the tokens of 1 of 1" in said


def test_a_pack_that_cannot_be_read_is_a_fault(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text("title: []")
    code, said = doctor(packs_dir=str(tmp_path))
    assert (code, faults(said)) == (1, ["question packs"])
    assert "ours.yaml" in said


def test_a_setting_that_cannot_be_read_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CANDOR_LOG_LEVEL", "LOUD")
    assert main(["doctor"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


# --- the folder of keys -----------------------------------------------------------------------------------


def with_a_box(tmp_path: Path, keys: Path) -> FileKeys:
    """A database in which a box is open that somebody has answered."""
    (tmp_path / "db").mkdir()
    database = open_database(f"sqlite:///{tmp_path}/db/candor.db")
    database.migrate()
    files = FileKeys(keys)
    with database.begin() as session:
        sealed.prepare(session, files, "T1", "pulse-1", ["U1", "U2"], k=5)
    with sealed.hold(files, "T1", "pulse-1", 0) as held, database.begin(durable=True) as session:
        sealed.take(session, held, "T1", "pulse-1", "U1", [1])
    database.close()
    return files


def test_keys_that_open_every_box_are_well_and_looking_changes_nothing(doctor: Doctor, tmp_path: Path) -> None:
    files = with_a_box(tmp_path, tmp_path / "keys")
    before = {one: one.stat().st_mtime_ns for one in files.directory.rglob("*")}
    code, said = doctor(key_dir=str(files.directory), database_url=f"sqlite:///{tmp_path}/db/candor.db")
    assert (code, faults(said)) == (0, [])
    assert "the keys open all 1" in said
    assert {one: one.stat().st_mtime_ns for one in files.directory.rglob("*")} == before


def lose_the_key(keys: Path) -> None:
    (keys / "T1.pulse-1.0.box").unlink()


def lose_the_folder(keys: Path) -> None:
    keys.rename(keys.with_name("away"))


def mount_another(keys: Path) -> None:
    lose_the_folder(keys)
    FileKeys(keys).seal("T1", "pulse-1", "0", b"")


def put_a_folder_in_the_keys_place(keys: Path) -> None:
    lose_the_key(keys)
    (keys / "T1.pulse-1.0.box").mkdir()


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lose_the_key, "1 of 1 that are open can't be opened any more"),
        (lose_the_folder, "this is not where their keys are"),
        (mount_another, "this is not where their keys are"),
        (put_a_folder_in_the_keys_place, "this is not where their keys are"),
    ],
)
def test_boxes_without_their_keys_are_a_fault(
    harm: Callable[[Path], None], sentence: str, doctor: Doctor, tmp_path: Path
) -> None:
    harm(with_a_box(tmp_path, tmp_path / "keys").directory)
    code, said = doctor(key_dir=str(tmp_path / "keys"), database_url=f"sqlite:///{tmp_path}/db/candor.db")
    assert (code, faults(said)) == (1, ["sealed boxes"])
    assert sentence in said


def test_another_secret_than_the_one_that_wrapped_is_a_fault(doctor: Doctor, tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/candor.db")
    database.migrate()
    with database.begin() as session:
        sealed.prepare(session, WrappedKeys([TokenKeys.new_key()]), "T1", "pulse-1", ["U1"], k=5)
    database.close()
    code, said = doctor(custody="wrapped", key_secrets=TokenKeys.new_key())
    assert (code, faults(said)) == (1, ["sealed boxes"])


def test_a_file_in_the_folders_place_is_a_fault(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("")
    code, said = doctor(key_dir=str(tmp_path / "keys"))
    assert (code, faults(said)) == (1, ["keys"])
    assert "is a file" in said


def test_a_folder_that_others_may_enter_is_a_fault(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "place" / "keys").mkdir(parents=True, mode=0o755)
    code, said = doctor(key_dir=str(tmp_path / "place" / "keys"))
    assert (code, faults(said)) == (1, ["keys"])
    assert "chmod" in said


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ("", "the database lies in"),
        ("keys", "lies beside the database"),
        ("checkout/deep/keys", "lies in a git checkout"),
    ],
)
def test_a_folder_in_a_bad_place_is_a_fault(keys: str, sentence: str, doctor: Doctor, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "checkout" / ".git").mkdir(parents=True)
    home.chmod(0o700)
    code, said = doctor(key_dir=str(home / keys), database_url=f"sqlite:///{home}/candor.db")
    assert (code, faults(said)) == (1, ["keys"])
    assert sentence in said


def test_a_folder_in_memory_is_a_fault_and_one_of_the_container_a_hint(
    doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind, found in (("tmpfs", ["keys"]), ("overlay", []), ("nfs4", []), ("ext4", [])):
        (tmp_path / "mounts").write_text(f"none / ext4 rw 0 0\nnone {tmp_path}/k {kind} rw 0 0\n")
        monkeypatch.setattr("bot.keys.MOUNTS", tmp_path / "mounts")
        code, said = doctor(key_dir=str(tmp_path / "k" / "keys"))
        assert (code, faults(said)) == (len(found), found)
        assert ("hint  keys" in said) == (kind in ("overlay", "nfs4"))
