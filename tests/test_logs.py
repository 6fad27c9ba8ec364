"""The canary: what somebody wrote stands in no log line and in no table but the three that are for it.

A marker goes through every path, the failing ones too, at the most that our settings let be logged and more:
our own loggers at DEBUG, which no setting allows.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import BoltRequest
from sqlalchemy import Text, cast, select, update
from sqlalchemy.exc import IntegrityError

from bot import logs
from bot.courier import log_bug
from storage import Database
from storage.outbox import owe
from storage.prompts import add_prompt
from storage.schema import Base, Prompt
from tests.conftest import BuildCandor, Candor
from tests.slack import Person, Slack, SlackServer

MARKER = "canary-7f3a9"
TOKENS = ("xoxb-T1", "xapp-test")
MAY_HOLD_WORDS = {"answer.words", "prompt.question", "prompt.beside", "round.question"}
FIRST = "Ask this team one question every week"
QUESTION = {"channel": "C1", "question": f"What did {MARKER} teach you?", "weekday": "MO", "at": "10:00"}


@pytest.fixture
def candor(caplog: pytest.LogCaptureFixture, build_candor: BuildCandor) -> Iterator[Candor]:
    """The bot with all its loggers open; afterwards every line and every table is searched."""
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, logger="candor")
    built = build_candor(pace_per_minute=6_000)
    yield built
    for phase in ("setup", "call"):
        for record in caplog.get_records(phase):
            line = logs_as(record)
            assert MARKER not in line, f"{record.name} logged somebody's words: {line}"
            assert not any(token in line for token in TOKENS), f"{record.name} logged a token: {line}"
    held = columns_that_hold(built.database, MARKER)
    assert held <= MAY_HOLD_WORDS
    assert not {column for token in TOKENS for column in columns_that_hold(built.database, token)}


def logs_as(record: logging.LogRecord) -> str:
    """A record as a handler would write it, with its trace."""
    return logging.Formatter("%(message)s").format(record)


def columns_that_hold(database: Database, words: str) -> set[str]:
    """ "table.column" for every column, of whatever type, in which these words stand."""
    with database.reading() as session:
        return {
            f"{table.name}.{column.name}"
            for table in Base.metadata.sorted_tables
            for column in table.columns
            if any(words in (value or "") for value in session.scalars(select(cast(column, Text))))
        }


@pytest.fixture
def ada(slack: Slack, candor: Candor) -> Person:
    return slack.person("UADA", team="T1")


def start(ada: Person, candor: Candor, **more: str) -> None:
    """A prompt with the marker in its question, asked at once."""
    ada.open_home()
    ada.click(FIRST, on=ada.home)
    ada.submit(QUESTION | more)
    candor.ring()


def take_answers_by_form(candor: Candor) -> None:
    with candor.database.begin() as session:
        session.execute(update(Prompt).values(answers="form", beside=f"{MARKER} beside"))


def open_answer(ada: Person) -> None:
    """From App Home, where an open round waits."""
    if ada.modal:
        ada.close()
    ada.open_home()
    ada.click("prompt_answer", on=ada.home)


def said_in(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(logs_as(record) for record in caplog.get_records("call"))


# --- the roads that go well -----------------------------------------------------------------------------


def test_a_question_its_answers_and_its_digest(slack: Slack, candor: Candor, ada: Person) -> None:
    start(ada, candor)
    take_answers_by_form(candor)
    open_answer(ada)
    ada.submit({"words": f"{MARKER} is my answer"})
    candor.ring_at(candor.travel.move(days=3))
    assert any(f"{MARKER} is my answer" in said["text"] for said in slack.channels["C1"].messages)
    assert columns_that_hold(candor.database, MARKER) == MAY_HOLD_WORDS


def test_an_edit_a_list_and_a_stop(candor: Candor, ada: Person) -> None:
    start(ada, candor)
    for words in ("list", "pause 1", "resume 1", "skip 1", "share 1 <@UBEN>", "stop 1"):
        ada.command("/prompt", words, channel="C1")
    ada.command("/candor", "why 1", channel="C1")
    assert MARKER in json.dumps(ada.ephemerals)


# --- the roads that fail --------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["/candor", "/prompt"])
@pytest.mark.parametrize(
    "words",
    [
        MARKER,
        f"why {MARKER}",
        f"pause 1 for {MARKER}",
        f"share 1 {MARKER}",
        f"quiet {MARKER}",
        f"edit {MARKER}",
        f"{MARKER}{'x' * 3_000}",
    ],
)
def test_a_command_that_nobody_understands(words: str, command: str, candor: Candor, ada: Person) -> None:
    start(ada, candor)
    assert ada.command(command, words, channel="C1").acked
    assert ada.command(command, words, channel="COLD").acked


def test_a_form_that_is_refused(candor: Candor, ada: Person) -> None:
    ada.open_home()
    ada.click(FIRST, on=ada.home)
    ada.submit(QUESTION | {"question": f"{MARKER} {'long ' * 600}"}, as_client=False)
    assert ada.form_errors


def test_an_answer_that_is_refused(candor: Candor, ada: Person) -> None:
    start(ada, candor)
    take_answers_by_form(candor)
    open_answer(ada)
    ada.submit({"words": f"{MARKER} {'long ' * 600}"}, as_client=False)
    assert ada.form_errors


def test_a_form_from_another_workspace(slack: Slack, candor: Candor, ada: Person) -> None:
    ada.open_home()
    ada.click(FIRST, on=ada.home)
    slack.team("T2", token="xoxb-T2")
    stranger = slack.person("USTRANGER", team="T2")
    slack.stacks[stranger.id] = slack.stacks[ada.id]
    slack.typed[slack.stacks[ada.id][-1]["id"]].clear()
    assert not stranger.submit(QUESTION).ack.get("view")


@pytest.mark.parametrize(
    "fault", [{"error": "invalid_blocks"}, {"status": 500}, {"retry_after": 1}, {"drop_reply": True}], ids=str
)
def test_slack_refuses_the_question(
    fault: dict[str, Any], slack: Slack, candor: Candor, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    slack.fail_next("chat.postMessage", **fault, times=10)
    start(ada, candor)
    for _ in range(3):
        candor.travel.move(minutes=5)
        candor.deliver()
    assert "delivery 1" in said_in(caplog)


@pytest.mark.parametrize("method", ["views.open", "views.publish", "users.info", "response_url"])
def test_slack_refuses_while_somebody_waits(method: str, slack: Slack, candor: Candor, ada: Person) -> None:
    start(ada, candor)
    slack.fail_next(method, status=500, times=5)
    ada.command("/prompt", MARKER, channel="C1")
    ada.command("/prompt", "", channel="C1")
    ada.open_home()


def test_a_bug_in_a_listener(candor: Candor, ada: Person, caplog: pytest.LogCaptureFixture) -> None:
    def stumble(command: dict[str, Any]) -> None:
        raise ValueError(f"bad words: {command['text']}")

    candor.house.app.command("/stumble")(stumble)
    ada.command("/stumble", MARKER, channel="C1")
    assert "a bug while answering /stumble: ValueError" in said_in(caplog)
    assert "in stumble" in said_in(caplog)
    assert "Something broke on my side" in ada.ephemerals[-1]["text"]


def test_a_bug_that_the_database_notices(candor: Candor, ada: Person, caplog: pytest.LogCaptureFixture) -> None:
    def stumble(command: dict[str, Any], sessions: Database, workspace: str) -> None:
        with sessions.begin() as session:
            add_prompt(session, workspace, 99, question=command["text"], answers="thread")

    candor.house.app.command("/stumble")(stumble)
    ada.command("/stumble", MARKER, channel="C1")
    assert IntegrityError.__name__ in said_in(caplog)


def test_a_bug_in_the_courier(candor: Candor, ada: Person, caplog: pytest.LogCaptureFixture) -> None:
    now = candor.travel.now
    with candor.database.begin() as session:
        for kind in ("prompt.question", "nobody.knows"):
            owe(session, "T1", key=f"{kind}:99", kind=kind, to="C1", facts={"round": 99}, due=now, now=now)
    start(ada, candor)
    candor.travel.move(minutes=5)
    candor.deliver()
    assert "a bug while posting prompt.question: AssertionError" in said_in(caplog)


def test_a_click_on_something_that_is_gone(candor: Candor, slack: Slack, ada: Person) -> None:
    start(ada, candor)
    take_answers_by_form(candor)
    ada.close()
    ada.open_home()
    assert ada.home is not None
    candor.travel.move(days=5)
    ada.click("prompt_answer", on=ada.home)
    slack.event(team="T1", type="message", text=MARKER, user="UADA", channel="C1")  # nobody subscribed to this


def test_a_body_whose_signature_is_wrong(candor: Candor, caplog: pytest.LogCaptureFixture) -> None:
    """Bolt itself logs such a body whole, at INFO; its line is dropped."""
    told = {"X-Slack-Signature": "v0=wrong", "X-Slack-Request-Timestamp": str(int(datetime.now(UTC).timestamp()))}
    request = BoltRequest(body=f"command=%2Fcandor&text={MARKER}&team_id=T1", headers=told)  # type: ignore[arg-type]
    assert candor.house.app.dispatch(request).status == 401
    logging.getLogger("slack_bolt.RequestVerification").warning("body %s", MARKER)


def test_our_own_lines_are_still_written_after_a_request(
    candor: Candor, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    """Bolt gives the level of its logger to the one that is named like the app."""
    ada.command("/candor", "help", channel="C1")
    logging.getLogger("candor.courier").info("later")
    assert "later" in said_in(caplog)


# --- levels ---------------------------------------------------------------------------------------------


@pytest.fixture
def our_logging() -> Iterator[None]:
    """The root logger is ours for a while, and then pytest's again."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logs.quiet()


@pytest.mark.usefixtures("our_logging")
def test_what_others_log_is_kept_quiet_whatever_our_own_level() -> None:
    logs.set_up("INFO")
    assert not logging.getLogger("slack_sdk.web.base_client").isEnabledFor(logging.DEBUG)
    assert not logging.getLogger("slack_bolt.App").isEnabledFor(logging.INFO)
    assert not logging.getLogger("apscheduler.executors.default").isEnabledFor(logging.INFO)
    assert not logging.getLogger("candor.socket").isEnabledFor(logging.DEBUG)
    assert logging.getLogger("candor.courier").isEnabledFor(logging.INFO)
    logs.set_up("ERROR")
    assert not logging.getLogger("candor.courier").isEnabledFor(logging.WARNING)
    assert not logging.getLogger("slack_sdk").isEnabledFor(logging.WARNING)


@pytest.mark.usefixtures("our_logging")
def test_json_logs_are_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("INFO", "json")
    logging.getLogger("candor").info("serving %s", "Acme\nand Sons")
    log_bug(logging.getLogger("candor"), "trying", ValueError(MARKER))
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["level"], line["logger"], line["message"]) for line in lines] == [
        ("INFO", "candor", "serving Acme\nand Sons"),
        ("ERROR", "candor", "a bug while trying: ValueError in "),
    ]
    assert all(datetime.fromisoformat(line["at"]).tzinfo for line in lines)


@pytest.mark.usefixtures("our_logging")
@pytest.mark.parametrize("form", ["text", "json"])
def test_what_a_library_logs_with_its_trace_is_one_line_without_the_message(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up("INFO", form)
    try:
        raise ValueError(MARKER)
    except ValueError:
        logging.getLogger("slack_sdk").exception("a listener\nbroke")
    (line,) = capsys.readouterr().err.splitlines()
    assert MARKER not in line
    assert "ValueError in test_what_a_library_logs" in line
    assert r"a listener\nbroke" in line


# --- the whole process ----------------------------------------------------------------------------------


def test_the_real_process_writes_no_word_and_no_token_to_its_log_or_its_files(tmp_path: Path) -> None:
    """Over a second: it starts `serve` over sockets, at the most talkative level that there is."""
    slack = Slack(now=lambda: datetime.now(UTC))
    slack.team("T1", bot_user="UBOT", token="xoxb-T1", app_token="xapp-test")
    slack.user("UADA", team="T1", tz="Europe/Berlin")
    slack.channel("C1", team="T1", name="team", members=["UADA"])
    with SlackServer(slack) as server:
        given = {name: value for name, value in os.environ.items() if not name.startswith(("CANDOR_", "SLACK_"))}
        given |= {"CANDOR_BOT_TOKEN": "xoxb-T1", "CANDOR_APP_TOKEN": "xapp-test", "CANDOR_LOG_LEVEL": "INFO"}
        given |= {"CANDOR_SLACK_BASE_URL": server.base_url, "CANDOR_RING_SECONDS": "0.05"}
        given |= {"CANDOR_DATABASE_URL": f"sqlite:///{tmp_path}/candor.db", "PYTHONPATH": str(Path.cwd())}
        command = [sys.executable, "-m", "bot", "serve"]
        serve = subprocess.Popen(
            command, cwd=tmp_path, env=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        try:
            slack.wait_for(lambda: server.sockets, 20)
            ada = slack.person("UADA", team="T1")
            ada.open_home()
            slack.wait_for(lambda: ada.home)
            ada.click(FIRST, on=ada.home)
            slack.wait_for(lambda: ada.modal)
            slack.fail_next("chat.postMessage", error="internal_error")
            ada.submit(QUESTION)
            ada.command("/prompt", MARKER, channel="C1")
            slack.wait_for(lambda: slack.calls_of("chat.postMessage") and ada.ephemerals)
        finally:
            serve.send_signal(signal.SIGTERM)
            said = serve.communicate(timeout=20)[0]
    assert "serving Team T1 with prompts" in said
    assert "later: prompt.question" in said
    for secret in (MARKER, *TOKENS):
        assert secret not in said
    for secret in TOKENS:
        assert not [file for file in tmp_path.rglob("*") if secret.encode() in file.read_bytes()]
