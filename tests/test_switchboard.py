"""The switchboard: the right listener, asked for once; an answer as soon as it is given, and no wait for none."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from slack_bolt import Ack, BoltContext, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.listener import Listener
from slack_sdk import WebClient

from bot.switchboard import Switchboard, WordedAck
from bot.traffic import Traffic
from bot.wording import Wording

SOON = 1.0  # seconds, far below the three that Slack waits


@pytest.fixture
def app() -> Iterator[Switchboard]:
    """Bolt without Slack, and nobody listens yet."""
    with ThreadPoolExecutor(4) as pool:
        made = Switchboard(
            Traffic(),
            name="test",
            client=WebClient(),
            signing_secret="unused",
            authorize=lambda: AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1"),
            listener_executor=pool,
        )

        @made.middleware
        def lend(context: BoltContext, next: Callable[[], None]) -> None:
            context["ack"] = WordedAck(Wording())
            next()

        yield made


def run(listener: Listener, request: BoltRequest, response: Any) -> None:
    listener.run_ack_function(request=request, response=response)


def command(name: str) -> BoltRequest:
    return BoltRequest(mode="socket_mode", body={"command": name, "team_id": "T1", "user_id": "U1"})


def test_each_name_finds_its_own_listener_and_the_others_are_asked_once(app: Switchboard) -> None:
    asked = []
    for name in ("/one", "/two", "/three"):
        app.command(name)(lambda ack, command: ack(command["command"]))
    for listener in app._listeners:
        ask = listener.matches
        listener.matches = lambda ask=ask, **given: asked.append(1) or ask(**given)  # type: ignore
    app.connect_all(run)
    answers = [app.dispatch(command(name)).body for name in ("/three", "/one", "/two") * 2]
    assert answers == ["/three", "/one", "/two"] * 2
    assert len(asked) == 3 + 1 + 2


def test_a_name_that_nobody_listens_to_is_not_found(app: Switchboard) -> None:
    app.command("/one")(lambda ack: ack())
    app.connect_all(run)
    assert [app.dispatch(command(name)).status for name in ("/two", "/one", "/two")] == [404, 200, 404]


def test_the_answer_is_there_before_the_listener_has_ended(app: Switchboard) -> None:
    answered = Event()

    def linger(ack: Ack) -> None:
        ack("here")
        assert answered.wait(10)

    app.command("/one")(linger)
    app.connect_all(run)
    assert app.dispatch(command("/one")).body == "here"
    answered.set()


def test_a_listener_that_ends_without_an_answer_is_not_waited_for(
    app: Switchboard, caplog: pytest.LogCaptureFixture
) -> None:
    app.command("/one")(lambda say: None)
    app.connect_all(run)
    began = time.monotonic()
    assert app.dispatch(command("/one")).status == 404
    assert time.monotonic() - began < SOON
    assert "no answer in time to command /one" in caplog.text


def test_an_event_is_acknowledged_before_anybody_looks_at_it(app: Switchboard) -> None:
    answered, heard = Event(), Event()

    def look(event: dict[str, Any]) -> None:
        if answered.wait(10):
            heard.set()

    app.event("app_home_opened")(look)
    app.connect_all(run)
    body = {"type": "event_callback", "team_id": "T1", "event": {"type": "app_home_opened", "user": "U1"}}
    assert app.dispatch(BoltRequest(mode="socket_mode", body=body)).status == 200
    answered.set()
    assert heard.wait(10)
