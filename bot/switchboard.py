"""The switchboard: Bolt's app, which finds the listener of a request at once and hears its answer at once.

Bolt by itself asks every listener in turn whether a request is for it, and looks every 10 ms whether it has
acknowledged. A click pays both for everything that it is not for; here it pays for a look into a table, and is
woken by the acknowledgement. What listens is registered with Bolt as ever, and Bolt's matchers decide.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from http import HTTPStatus
from threading import Event
from typing import Any

from slack_bolt import Ack, App, BoltRequest, BoltResponse
from slack_bolt.listener import Listener
from slack_bolt.listener.thread_runner import ThreadListenerRunner

from bot import clock
from bot.answered import Answered
from bot.blocks.common import Json
from bot.metrics import ACKS
from bot.traffic import Traffic
from bot.wording import Wording

Run = Callable[[Listener, BoltRequest, BoltResponse], None]

log = logging.getLogger("candor")


class WordedAck(Ack):
    """An acknowledgement in this workspace's wording (forms ride on it), which can be waited for."""

    def __init__(self, wording: Wording) -> None:
        self._wording, self._is_given = wording, Event()
        super().__init__()  # type: ignore[no-untyped-call]

    def __call__(self, *texts: Any, **given: Any) -> BoltResponse:
        return super().__call__(*self._wording.of(list(texts)), **self._wording.of(given))

    @property
    def response(self) -> BoltResponse | None:
        """What was answered; None as long as nothing was."""
        return self._response

    @response.setter
    def response(self, response: BoltResponse | None) -> None:
        self._response = response
        if response is not None:
            self._is_given.set()

    def wait(self, seconds: float) -> None:
        """Until it is given, or will not be given any more."""
        self._is_given.wait(seconds)

    def wait_no_more(self, _ended: object = None) -> None:
        """Whoever was to give it has ended."""
        self._is_given.set()


class Switchboard(App):
    """Bolt's app; `connect_all` is called when every listener has been registered."""

    def __init__(self, traffic: Traffic, **given: Any) -> None:
        # the operator comes back when there is an answer: Bolt need not look for it
        super().__init__(process_before_response=True, **given)
        self._answered: Answered[BoltResponse] = Answered()
        self._traffic = traffic

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        """Bolt's answer. What Slack sends again (some clicks and commands come twice) is answered as before."""
        began, bolts = clock.ticks(), partial(super().dispatch, req)
        name = req.body.get("trigger_id") or req.body.get("event_id")
        with self._traffic.one():
            none = BoltResponse(status=HTTPStatus.GATEWAY_TIMEOUT)
            answer = self._answered.once(name, bolts, none) if name else bolts()
        ACKS.labels(kind_of(req.body)).observe(clock.ticks() - began)
        return answer

    def connect_all(self, run: Run) -> None:
        """From now on one operator answers for all listeners; `run` runs one of them, and never raises."""
        self._listeners = [Operator(self._listeners, self.listener_runner, run)]


class Operator(Listener):
    """Asks Bolt's matchers once what a name means, and remembers; runs who is meant in a thread of the pool.

    Each of our listeners is for one command, click, form or event, by its name: there are as many as listeners.
    """

    def __init__(self, listeners: Sequence[Listener], runner: ThreadListenerRunner, run: Run) -> None:
        self.listeners, self._runner, self._run = tuple(listeners), runner, run
        self._meant: dict[tuple[str, ...], Listener] = {}
        self.matchers, self.middleware, self.lazy_functions = (), (), ()
        self.auto_acknowledgement = False  # done below, where the listener asks for it
        self.ack_function = self.run_ack_function  # type: ignore[assignment]  # Bolt asks for its name

    def matches(self, *, req: BoltRequest, resp: BoltResponse) -> bool:
        name = name_of(req.body)
        meant = self._meant.get(name)
        if meant is None:
            meant = next((one for one in self.listeners if one.matches(req=req, resp=resp)), None)
            if meant is None:
                return False
            self._meant[name] = meant
        req.context["meant"] = meant
        return True

    def run_ack_function(self, *, request: BoltRequest, response: BoltResponse) -> None:
        """Run who is meant, and come back as soon as it has acknowledged; Slack waits no longer than that."""
        meant, ack = request.context["meant"], request.context["ack"]
        if meant.auto_acknowledgement:
            ack()
        running = self._runner.listener_executor.submit(self._run, meant, request, response)
        running.add_done_callback(ack.wait_no_more)
        ack.wait(meant.ack_timeout)
        if ack.response is None:
            log.warning("no answer in time to %s", " ".join(name_of(request.body)))


def kind_of(body: Json) -> str:
    """What sort of request this is, in a word of a short list."""
    if "command" in body:
        return "command"
    kind = body.get("type")
    known = ("block_actions", "view_submission", "view_closed", "shortcut", "message_action")
    return kind if kind in known else "event" if "event" in body else "other"


def name_of(body: Json) -> tuple[str, ...]:
    """What a listener listens to: the kind, and the name of the command, click, form or event."""
    kind = kind_of(body)
    if kind == "command":
        return (kind, str(body["command"]))
    if kind == "block_actions":
        return (kind, str(body["actions"][0].get("action_id")))
    if kind == "event":
        return (kind, str(body["event"].get("type")), str(body["event"].get("subtype")))
    return (kind, str((body.get("view") or body).get("callback_id")))
