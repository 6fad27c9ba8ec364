"""The HTTP edge: what isn't Slack's gets a status and a line, and nothing of it is read, kept or logged."""

from __future__ import annotations

import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_bolt import BoltResponse

from bot.edge import MOST_BYTES, Edge
from tests.conftest import Candor
from tests.fuzz_edge import FORM, JSON, SECRET, ask, fuzz, memory_kb, request, signature, signed
from tests.slack import Person, Slack
from tests.slack.payloads import view_submission
from tests.test_workspaces import kept

MARKER = "canary-2b7c"
REQUESTS = 2_000
COMMAND = {
    "command": "/candor", "text": MARKER, "team_id": "T1", "user_id": "UADA", "channel_id": "C1",
    "response_url": "https://hooks.slack.com/actions/1", "trigger_id": "1",
}  # fmt: skip


@pytest.fixture
def edge(candor: Candor) -> Edge:
    return Edge(candor.house.app, SECRET, {}, candor.house.replies.is_slacks)


def form(**fields: Any) -> bytes:
    return urlencode(COMMAND | fields).encode()


def clicked(**fields: Any) -> bytes:
    return urlencode({"payload": json.dumps(fields)}).encode()


GOOD = form()


def refused() -> dict[str, tuple[dict[str, Any], int, str]]:
    """What is no request of Slack's, signed this moment: a signature of five minutes ago is stale."""
    now = str(int(time.time()))
    return {
        "unsigned": (request(GOOD), 401, "bad_timestamp"),
        "no signature": (signed(GOOD, HTTP_X_SLACK_SIGNATURE=None), 401, "bad_signature"),
        "no timestamp": (signed(GOOD, HTTP_X_SLACK_REQUEST_TIMESTAMP=None), 401, "bad_timestamp"),
        "doubled timestamp": (signed(GOOD, HTTP_X_SLACK_REQUEST_TIMESTAMP=f"{now},{now}"), 401, "bad_timestamp"),
        "doubled signature": (
            signed(GOOD, HTTP_X_SLACK_SIGNATURE=",".join([signature(GOOD, now)] * 2)), 401, "bad_signature"),
        "a timestamp of words": (signed(GOOD, HTTP_X_SLACK_REQUEST_TIMESTAMP=MARKER), 401, "bad_timestamp"),
        "other digits": (signed(GOOD, HTTP_X_SLACK_REQUEST_TIMESTAMP="²³"), 401, "bad_timestamp"),
        "stale": (signed(GOOD, at=time.time() - 10_000), 401, "stale"),
        "from the future": (signed(GOOD, at=time.time() + 10_000), 401, "stale"),
        "another app's": (
            signed(GOOD, HTTP_X_SLACK_SIGNATURE=signature(GOOD, now, "another")), 401, "bad_signature"),
        "over another body": (signed(GOOD, HTTP_X_SLACK_SIGNATURE=signature(b"x", now)), 401, "bad_signature"),
        "unsigned and garbled": (request(b"payload=" + MARKER.encode()), 401, "bad_timestamp"),
        "too large": (request(CONTENT_LENGTH=str(MOST_BYTES + 1)), 413, "too_large"),
        "too large to count": (request(CONTENT_LENGTH="9" * 5_000), 413, "too_large"),
        "too large, in chunks": (request(b"x" * (MOST_BYTES + 1), CONTENT_LENGTH=None), 413, "too_large"),
        "no length": (signed(GOOD, CONTENT_LENGTH="-5"), 400, "bad_length"),
        "cut off": (signed(GOOD, CONTENT_LENGTH=str(len(GOOD) + 1)), 400, "cut_off"),
        "garbled payload": (signed(b"payload=" + MARKER.encode()), 400, "garbled"),
        "garbled JSON": (signed(b"{" + MARKER.encode(), JSON), 400, "garbled"),
        "JSON that is no object": (signed(json.dumps([MARKER]).encode(), JSON), 400, "garbled"),
        "deep JSON": (signed(b"[" * 200_000, JSON), 400, "garbled"),
        "no UTF-8": (signed(b"text=\xff%ff"), 400, "garbled"),
        "a field twice": (signed(GOOD + b"&team_id=T2"), 400, "garbled"),
        "a thousand fields": (signed(b"&".join(b"a%d=" % n for n in range(1_000))), 400, "garbled"),
        "an empty body": (signed(b""), 400, "garbled"),
        "a click without a click": (signed(clicked(type="block_actions", actions=[])), 400, "garbled"),
        "a form without a view": (signed(clicked(type="view_submission", view=MARKER)), 400, "garbled"),
        "an event without a type": (signed(b'{"type": "event_callback", "event": {}}', JSON), 400, "garbled"),
        "a response_url that isn't Slack's": (
            signed(form(response_url=f"https://hooks.slack.com.example.org/{MARKER}")), 400, "garbled"),
        "a response_url that is no address": (signed(form(response_url="https://[")), 400, "garbled"),
        "a GET": (signed(GOOD, REQUEST_METHOD="GET"), 405, "not_a_post"),
        "another path": (signed(GOOD, PATH_INFO=f"/{MARKER}"), 404, "no_such_page"),
    }  # fmt: skip


@pytest.mark.parametrize("case", sorted(refused()))
def test_what_is_not_slacks_gets_its_status_and_one_line_without_a_word_of_it(
    case: str, edge: Edge, candor: Candor, caplog: pytest.LogCaptureFixture
) -> None:
    environ, expected, code = refused()[case]
    caplog.set_level(logging.DEBUG)
    environ["wsgi.input"].seek(0)
    before = kept(candor.database)
    status, _, body = ask(edge, environ)
    assert status == expected
    assert [record.getMessage() for record in caplog.records] == [f"refused a request: {expected} {code}"]
    assert MARKER not in body + caplog.text
    assert kept(candor.database) == before


def test_what_slack_signed_is_answered(edge: Edge, slack: Slack, ada: Person) -> None:
    url = slack.lend_response_url("UADA", "T1", "C1")
    status, headers, body = ask(edge, signed(form(text="help", response_url=url)))
    assert (status, body) == (200, "")
    assert headers["Content-Length"] == "0"
    slack.wait_for(lambda: ada.ephemerals)


def test_slacks_question_at_setup_is_answered(edge: Edge) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c-1", "token": "legacy"}).encode()
    status, _, said = ask(edge, signed(body, JSON))
    assert (status, json.loads(said)) == (200, {"challenge": "c-1"})
    assert ask(edge, signed(b"ssl_check=1&token=legacy"))[0] == 200


def test_an_event_or_a_kind_that_nobody_listens_to_is_not_asked_for_again(edge: Edge) -> None:
    event = {"type": "event_callback", "team_id": "T1", "event": {"type": "emoji_changed"}, "event_id": "Ev1"}
    assert ask(edge, signed(json.dumps(event).encode(), JSON))[0] == 200
    assert ask(edge, signed(clicked(type="workflow_step_edit", callback_id="x")))[0] == 200


def test_a_workspace_that_is_not_ours_is_told_so_without_a_call(edge: Edge, slack: Slack) -> None:
    before = len(slack.calls)
    status, _, body = ask(edge, signed(form(team_id="T404")))
    assert (status, "isn't installed" in body) == (200, True)
    assert len(slack.calls) == before


def test_a_replayed_request_changes_nothing_twice(candor: Candor, edge: Edge, slack: Slack, ada: Person) -> None:
    """The same process answers as it did the first time; another one finds the row by its key."""
    ada.command("/prompt", channel="C1")
    ada.submit({"question": "What did we learn?"})
    ada.submit()
    view = ada.modal
    assert view is not None
    payload = view_submission(slack, slack.teams["T1"], slack.users["UADA"], view)
    sent = signed(urlencode({"payload": json.dumps(payload)}).encode())
    first = ask(edge, sent)
    rows = kept(candor.database)
    assert len(rows["schedule"]) == 1
    sent["wsgi.input"].seek(0)
    assert ask(edge, sent) == first
    assert kept(candor.database) == rows
    other = Edge(candor.house.app, SECRET, {}, candor.house.replies.is_slacks)
    sent["wsgi.input"].seek(0)
    assert ask(other, sent)[0] == 200
    assert kept(candor.database) == rows


def test_a_request_that_comes_twice_at_once_is_worked_on_once(candor: Candor) -> None:
    worked, both = [0], Barrier(2)

    class Slow:
        def dispatch(self, _: Any) -> Any:
            worked[0] += 1
            time.sleep(0.05)  # long enough for the second to come in
            return BoltResponse(status=200, body="once")

    edge = Edge(Slow(), SECRET, {}, candor.house.replies.is_slacks)  # type: ignore[arg-type]

    def send() -> Any:
        environ = signed(GOOD, at=int(time.time()))
        both.wait(2)
        return ask(edge, environ)[0]

    with ThreadPoolExecutor(2) as pool:
        answers = [one.result(5) for one in [pool.submit(send), pool.submit(send)]]
    assert answers == [200, 200]
    assert worked == [1]


def test_thousands_of_bad_requests_leave_no_5xx_no_word_and_no_memory(
    edge: Edge, candor: Candor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some seconds: 2,000 requests of every kind. `python -m tests.fuzz_edge` does a hundred thousand."""
    fuzz(edge, 300)  # what is loaded once, is
    before = memory_kb()
    counts, heard = fuzz(edge, REQUESTS)
    assert sum(counts.values()) == REQUESTS
    assert [found for found in counts if found[1] >= 500] == []
    assert heard.with_words == []
    assert {status for _, status in counts} == {200, 400, 401, 404, 405, 413}
    assert memory_kb() - before < 60_000


def test_a_form_content_type_is_only_a_hint(edge: Edge, slack: Slack) -> None:
    url = slack.lend_response_url("UADA", "T1", "C1")
    assert ask(edge, signed(form(text="help", response_url=url), f"{FORM}; charset=utf-8"))[0] == 200
