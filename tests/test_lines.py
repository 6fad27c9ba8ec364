"""Lines to Slack are kept for the next call, and never one that Slack may have given up."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.lines import Lines
from bot.workspaces import web_client


class Answering(BaseHTTPRequestHandler):
    """Answers as Slack does; the server remembers over which lines it was asked."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        assert isinstance(self.server, Counting)
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.lines.append(self.client_address)
        status, body = self.server.answers
        self.send_response(status)
        if status == 429:
            self.send_header("retry-after", "7")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.server.hangs_up

    def log_message(self, *_: object) -> None:
        """Nothing."""


class Counting(ThreadingHTTPServer):
    """Some Slack."""

    daemon_threads = True
    hangs_up = False
    answers = (200, b'{"ok": true}')

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.lines: list[tuple[str, int]] = []
        self.closed = Event()

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self.closed.set()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api/"


@pytest.fixture
def slack_there() -> Iterator[Counting]:
    with Counting() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_the_next_call_goes_over_the_same_line(slack_there: Counting) -> None:
    client = web_client("xoxb-1", slack_there.base_url)
    for _ in range(3):
        assert client.api_test()["ok"]
    assert len(set(slack_there.lines)) == 1


def test_a_line_that_slack_closed_is_not_used_again(slack_there: Counting) -> None:
    """It closes without a word: no `Connection: close` warns us."""
    client = web_client("xoxb-1", slack_there.base_url)
    slack_there.hangs_up = True
    for _ in range(5):
        assert client.api_test()["ok"]
        assert slack_there.closed.wait(5)
        slack_there.closed.clear()
    assert len(set(slack_there.lines)) == 5


def test_a_line_that_lay_unused_is_not_used_again() -> None:
    soon, at_once = Lines(60), Lines(-1)
    for lines in (soon, at_once):
        line = HTTPConnection("127.0.0.1", 1)
        lines.put("http", "127.0.0.1:1", line)
    assert at_once.take("http", "127.0.0.1:1") is None
    assert soon.take("http", "127.0.0.1:1") is None, "it was never opened"


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [(429, b'{"ok": false, "error": "ratelimited"}', "ratelimited"), (503, b"<html>busy</html>", "non-JSON")],
)
def test_a_refusal_reaches_the_sdk_as_it_always_did(
    slack_there: Counting, status: int, body: bytes, error: str
) -> None:
    slack_there.answers = (status, body)
    with pytest.raises(SlackApiError) as refused:
        web_client("xoxb-1", slack_there.base_url).api_test()
    response = refused.value.response
    assert response.status_code == status
    assert error in response["error"]
    assert status != 429 or response.headers["Retry-After"] == "7"
