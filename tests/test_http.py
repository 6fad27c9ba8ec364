"""The real process over HTTP: signed commands, refused strangers, health, two processes, a graceful end."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from sqlalchemy import select

from bot.__main__ import main
from rituals.calendar.schedules import Timing
from rituals.demo_day import files
from rituals.demo_day import setting as demo_day
from rituals.demo_day.setting import Setting
from storage import Database, open_database
from storage.schema import Prompt
from tests.conftest import EVERY_SCOPE
from tests.fuzz_edge import SECRET
from tests.slack import HttpDoor, Slack, SlackServer
from tests.test_serve import REPO, wait_for

MARKER = "canary-9e4d"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def serving(
    database: Database, server: SlackServer, log: Path, *words: str, **settings: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A running bot; its log must hold no bug and no word at the end."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CANDOR_")} | {
        "CANDOR_BOT_TOKEN": "xoxb-T1",
        "CANDOR_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "CANDOR_SLACK_BASE_URL": server.base_url,
        "CANDOR_RING_SECONDS": "0.1",
        "CANDOR_PACE_PER_MINUTE": "6000",
        **{f"CANDOR_{name.upper()}": value for name, value in settings.items()},
    }
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve", *words], cwd=REPO, env=environment, stdout=out, stderr=out
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(30)
    said = log.read_text()
    assert "a bug while" not in said, said
    assert MARKER not in said, said
    assert process.returncode == 0, said


@pytest.fixture
def server() -> Iterator[SlackServer]:
    slack = Slack(now=lambda: datetime.now(UTC))
    slack.team("T1", scopes=EVERY_SCOPE, bot_user="UBOT", token="xoxb-T1", app_token="xapp-T1")
    slack.user("UADA", team="T1", name="ada", tz="Europe/Berlin")
    slack.channel("C1", team="T1", name="team", members=["UADA"])
    with SlackServer(slack) as running:
        yield running


def get(url: str, body: bytes | None = None) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body), timeout=10) as response:
            return response.status, json.loads(response.read() or b"null")
    except HTTPError as refused:
        with refused:
            words = refused.read()
            return refused.code, json.loads(words) if words.startswith(b"{") else words.decode()
    except OSError:
        return 0, None


# Some seconds: real processes have to start, on each database.
@pytest.mark.timeout(120)
def test_the_process_answers_what_slack_signed_and_nothing_else(
    database: Database, server: SlackServer, tmp_path: Path
) -> None:
    port, log, slack = free_port(), tmp_path / "log", server.slack
    processes = 2 if database.engine.dialect.name == "postgresql" else 1
    at = f"http://127.0.0.1:{port}"
    with serving(
        database, server, log, "--http", str(port), signing_secret=SECRET, processes=str(processes)
    ) as process:
        wait_for(lambda: get(f"{at}/healthz")[0] == 200, log)
        HttpDoor(f"{at}/slack/events", SECRET, slack)
        ada = slack.person("UADA", team="T1")
        assert ada.command("/candor", "help", channel="C1").acked
        slack.wait_for(lambda: "/candor" in json.dumps(ada.ephemerals))
        assert ada.command("/prompt", channel="C1").acked
        slack.wait_for(lambda: ada.modal)
        assert ada.submit({"question": f"{MARKER}?"}).acked
        assert ada.submit().acked
        assert ada.submit().acked
        with database.reading() as session:
            assert session.scalars(select(Prompt.question)).all() == [f"{MARKER}?"]
        with ThreadPoolExecutor(16) as pool:  # a small burst: nothing is late, nothing is lost
            acked = list(pool.map(lambda _: ada.command("/candor", "help", channel="C1").acked, range(40)))
        assert all(acked)
        stranger = HttpDoor(f"{at}/slack/events", "another app's secret")
        assert not stranger.deliver("slash_commands", {"command": "/candor", "text": MARKER}, 3.0).acked
        assert get(f"{at}/slack/events", f"payload={MARKER}".encode())[0] == 401
        assert get(f"{at}/{MARKER}")[0] == 404
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(f"{MARKER} {MARKER}\r\n\r\n".encode())
            assert b"400" in line.recv(200)
        wait_for(lambda: get(f"{at}/healthz")[1]["last_ring"], log)  # it rings a few seconds after it is ready
        status, seen = get(f"{at}/healthz")
        assert (status, seen["database"]) == (200, "ok")
        said = log.read_text()
        assert said.count("serves\n") == processes
        assert "refused a request: 401 bad_signature" in said
        assert "refused a request: 400 not_http" in said
        process.terminate()
        assert process.wait(30) == 0


@pytest.mark.timeout(60)
def test_a_calendar_address_is_answered_by_the_process_and_stands_in_no_log(
    server: SlackServer, tmp_path: Path, migrated_sqlite: Path
) -> None:
    """Some seconds: a real process has to start. What stands in the tables was set up here, by the rules."""
    shutil.copy(migrated_sqlite, tmp_path / "candor.db")
    database = open_database(f"sqlite:///{tmp_path}/candor.db")
    port, log, now = free_port(), tmp_path / "log", datetime.now(UTC)
    timing = Timing("FREQ=WEEKLY;BYDAY=TH", datetime(2026, 11, 5, 15), "Europe/Berlin")
    about = {"channel": "C1", "keepers": ["UADA"], "origin": "a form", "timing": timing, "now": now}
    with database.begin() as session:
        kept = demo_day.set_up(session, "T1", setting=Setting(2, 10, "Room 1"), **about)  # type: ignore[arg-type]
        secret = files.new_address(session, kept, "UADA", now)
        before = files.new_address(session, kept, "UBEN", now)
        files.revoke_address(session, kept, "UBEN")

    def ask(path: str, **headers: str) -> tuple[int, str | None, bytes]:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status, response.headers["ETag"], response.read()
        except HTTPError as refused:
            with refused:
                return refused.code, refused.headers["ETag"], refused.read()

    with serving(database, server, log, "--http", str(port), signing_secret=SECRET):
        wait_for(lambda: get(f"http://127.0.0.1:{port}/healthz")[0] == 200, log)
        status, tag, file = ask(f"/calendar/{secret}.ics")
        assert status == 200
        assert b"RRULE:FREQ=WEEKLY;BYDAY=TH" in file
        assert ask(f"/calendar/{secret}.ics", **{"If-None-Match": tag or ""}) == (304, tag, b"")
        for path in (f"{before}.ics", f"{secret[:-1]}.ics", f"{secret}x.ics", f"{secret}.ics/", "", "%ff.ics"):
            assert ask(f"/calendar/{path}")[0] == 404, path
        assert (
            urllib.request.urlopen(
                urllib.request.Request(f"http://127.0.0.1:{port}/calendar/{secret}.ics", method="HEAD"), timeout=10
            ).read()
            == b""
        )
    for hidden in (secret, secret[:-1], before, "/calendar/"):
        assert hidden not in log.read_text()
    database.close()


@pytest.mark.timeout(60)
def test_socket_mode_tells_its_health_at_a_port_of_its_own(
    server: SlackServer, tmp_path: Path, migrated_sqlite: Path
) -> None:
    database = open_database(f"sqlite:///{tmp_path}/candor.db")
    port, log = free_port(), tmp_path / "log"
    with serving(database, server, log, app_token="xapp-T1", health_port=str(port)):
        wait_for(lambda: get(f"http://127.0.0.1:{port}/healthz")[0] == 200, log)
        _, seen = get(f"http://127.0.0.1:{port}/healthz")
        assert seen["socket"]["connected"] is True
        assert get(f"http://127.0.0.1:{port}/")[0] == 404
    database.close()


KEY = "h1PAsfTLPYR6YDtIHWmmmFiyzDiWjfEbKkLK4YRv2OQ="
ONE = {"HTTP": "3000", "BOT_TOKEN": "xoxb-1", "SIGNING_SECRET": "s"}
MANY = {"HTTP": "3000", "CLIENT_ID": "1.2", "CLIENT_SECRET": "s", "SIGNING_SECRET": "s", "TOKEN_KEYS": KEY}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (ONE | {"SIGNING_SECRET": ""}, "CANDOR_SIGNING_SECRET is missing"),
        (ONE | {"BOT_TOKEN": ""}, "CANDOR_BOT_TOKEN is missing"),
        (ONE | {"PROCESSES": "2"}, "must be 1 with SQLite"),
        (ONE | {"PROCESSES": "0"}, "CANDOR_PROCESSES"),
        (ONE | {"HTTP": "localhost"}, "write it like 3000"),
        (ONE | {"HTTP": "99999"}, "write it like 3000"),
        (MANY | {"CLIENT_SECRET": ""}, "CANDOR_CLIENT_SECRET is missing"),
        (MANY | {"TOKEN_KEYS": ""}, "CANDOR_TOKEN_KEYS is missing"),
        (MANY | {"TOKEN_KEYS": "hunter2"}, "each must be 32 random bytes"),
        (MANY | {"BOT_TOKEN": "xoxb-1"}, "exclude each other"),
        ({"CLIENT_ID": "1.2", "BOT_TOKEN": "", "APP_TOKEN": "xapp-1"}, "needs CANDOR_HTTP"),
        ({"PROCESSES": "2", "BOT_TOKEN": "xoxb-1", "APP_TOKEN": "xapp-1"}, "needs CANDOR_HTTP"),
    ],
)
def test_what_http_needs_is_asked_for_in_a_sentence(
    given: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"CANDOR_{name}", value)
    assert main(["serve"]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert "Traceback" not in said
    assert "hunter2" not in said
