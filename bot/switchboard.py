"""The switchboard: Bolt's app, which finds the listener of a request at once and measures the answer.

Bolt asks every listener in turn whether a request is for it. Ours are each for one command, click, form or event,
by its name; so the one that a name meant before is asked alone the next time.
"""

from __future__ import annotations

from collections.abc import Callable

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.listener import Listener

from bot import clock
from bot.blocks.common import Json
from bot.metrics import ACKS


class Switchboard(App):
    """Bolt's app; `remember_listeners` is called when all have been registered."""

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        began = clock.ticks()
        answer = super().dispatch(req)
        ACKS.labels(kind_of(req.body)).observe(clock.ticks() - began)
        return answer

    def remember_listeners(self) -> None:
        """From now on, ask only the listener that a name meant before. There are as many names as listeners."""
        meant: dict[tuple[str, ...], Listener] = {}
        for listener in self._listeners:
            listener.matches = _remembering(listener, meant)  # type: ignore[method-assign]


def _remembering(listener: Listener, meant: dict[tuple[str, ...], Listener]) -> Callable[..., bool]:
    ask = listener.matches

    def matches(*, req: BoltRequest, resp: BoltResponse) -> bool:
        name = name_of(req.body)
        known = meant.get(name)
        if known is not None and known is not listener:
            return False
        is_meant = ask(req=req, resp=resp)
        if is_meant:
            meant[name] = listener
        return is_meant

    return matches


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
