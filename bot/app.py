"""Builds the Bolt app: rooms registered, what listeners need lent, refusals answered in one place."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from functools import partial
from typing import Any

from slack_bolt import Ack, App, BoltContext, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.listener import Listener
from slack_sdk import WebClient

from bot import calendar, candor, channels, home, leaving, nudges
from bot.blocks.common import Json, escape, notice, section
from bot.courier import log_bug
from bot.people import People
from bot.replies import Replies
from bot.rooms import Posting, RitualRoom
from bot.switchboard import Switchboard, WordedAck
from bot.traffic import Traffic
from bot.visit import Visit
from bot.wording import Wording
from bot.workspaces import Workspaces, workspace_id
from rituals.errors import Refusal
from storage import Database
from storage.keys import Custody

log = logging.getLogger("candor")

NOT_HERE = "Candor isn't installed in this workspace any more. Ask an admin to install it again."


class Sorry(Refusal):
    """Something broke on my side, and I can't tell whether this was saved: please look, then try again. If it
    stays, tell who runs Candor.
    """


def all_postings(rooms: Mapping[str, RitualRoom]) -> dict[str, Posting]:
    """Every kind of delivery that the courier can say."""
    parts = {kind: part for room in rooms.values() for kind, part in room.nudge_parts.items()}
    return {kind: posting for room in rooms.values() for kind, posting in room.postings.items()} | nudges.postings(
        parts
    )


def build_app(
    *,
    client: WebClient,
    workspaces: Workspaces,
    database: Database,
    people: People,
    replies: Replies,
    rooms: Mapping[str, RitualRoom],
    wording: Wording,
    redraws: home.Redraws,
    traffic: Traffic,
    custody: Custody,
    executor: Executor | None = None,
) -> App:
    """The app, with its listeners; the doors (Socket Mode, tests) are opened elsewhere.

    Everything is handed over explicitly: what Bolt would read from SLACK_* variables by itself isn't wanted.
    """

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        # None is Bolt's documented way to say "not installed there"; only its annotation doesn't know
        return workspaces.authorize(enterprise_id, team_id)  # type: ignore[return-value]

    def know(body: Json, context: BoltContext, next: Callable[[], None]) -> BoltResponse | None:
        """Turn away workspaces that aren't ours; Bolt would post its own words to their response_url itself."""
        leaving_now = (body.get("event") or {}).get("type") in leaving.EVENTS
        where_none_is = body.get("type") in ("url_verification", "ssl_check") or "ssl_check" in body
        if leaving_now or where_none_is or workspaces.authorize(context.enterprise_id, context.team_id):
            next()
            return None
        return BoltResponse(status=200, body=NOT_HERE if "command" in body else "")

    without_token = copy.copy(client)  # Bolt warns when it sees a token beside `authorize`
    without_token.token = None
    app = Switchboard(
        traffic,
        name="candor.bolt",  # Bolt sets the level of the logger of this name
        logger=_quiet_logger(),
        client=without_token,
        authorize=authorize,
        before_authorize=know,
        signing_secret="only used over HTTP",  # noqa: S106
        listener_executor=executor,
    )

    lent: dict[str, Any] = {"sessions": database, "workspaces": workspaces, "custody": custody}
    for room in rooms.values():
        lent |= room.lends

    @app.middleware
    def lend(context: BoltContext, body: Json, next: Callable[[], None]) -> None:
        """Give listeners, by the names of their arguments, what they need beside Bolt's own."""
        workspace = workspace_id(context.team_id or "", context.enterprise_id)
        context.update(lent)
        context["ack"] = WordedAck(wording)
        context["client"] = workspaces.client(workspace) or context.client  # its own, unless it is leaving
        context["visit"] = Visit(
            workspace=workspace,
            person=context.user_id or "",
            trigger=body.get("trigger_id", ""),
            client=context.client,
            sessions=database,
            people=people,
            rooms=rooms,
            reply=partial(replies.send, body.get("response_url", "")),
            redraw=redraws.soon,
            custody=custody,
        )
        next()

    app.error(refuse)  # for what goes wrong before a listener is reached

    def named(command: str) -> str:
        return f"/{wording.prefix}{command}"

    calendar.register(app)
    candor.register(app, named)
    home.register(app)
    leaving.register(app)
    channels.register(app)
    nudges.register(app)
    for room in rooms.values():
        room.register(app, named)
    app.connect_all(_run)
    return app


def _run(listener: Listener, request: BoltRequest, response: BoltResponse) -> None:
    """Let `refuse` hear what a listener raises before Bolt does.

    Bolt would take back an acknowledgement that it has not looked at yet, or turn it into a 500: Slack then
    shows a failure beside a sentence that has long arrived.
    """
    context = request.context
    try:
        listener.run_ack_function(request=request, response=response)
    except Exception as error:
        told = refuse(error, context.ack, request.body, context.client, context)
        if told is not None:
            context.ack.response = told


def _quiet_logger() -> logging.Logger:
    """Bolt copies the root level to its loggers and prints whole bodies at INFO, unless it is given this one."""
    logger = logging.getLogger("candor.bolt")
    logger.setLevel(logging.WARNING)
    logger.addFilter(_say_no_more)
    return logger


def _say_no_more(record: logging.LogRecord) -> bool:
    """Where nobody listens, Bolt quotes the request and suggests a listener; that it happened is enough."""
    if str(record.msg).startswith("Unhandled request"):
        record.msg, record.args = "a request came to which nobody listens", None
    return True


def refuse(error: Exception, ack: Ack, body: Json, client: WebClient, context: BoltContext) -> BoltResponse | None:
    """The one place where a refusal, or a bug, becomes a sentence that the person sees.

    It never raises: Bolt swallows what its error handler raises, and the person would see nothing.
    """
    try:
        if isinstance(error, Refusal):
            return _say(error, ack, body, client, context)
        log_bug(log, _what(body), error)
        return _say(Sorry(), ack, body, client, context)
    except Exception as bug:
        log_bug(log, "answering a refusal", bug)
        return None


def _what(body: Json) -> str:
    """What was being done, in words that no person chose."""
    if "command" in body:
        return f"answering {body['command']}"
    if body.get("actions"):
        return f"answering the click {body['actions'][0].get('action_id')}"
    if "view" in body:
        return f"taking the form {body['view'].get('callback_id')}"
    return f"hearing {(body.get('event') or {}).get('type')}"


def _say(refusal: Refusal, ack: Ack, body: Json, client: WebClient, context: BoltContext) -> BoltResponse | None:
    if body.get("type") == "view_submission":
        return _in_the_form(refusal, body["view"]) if ack.response is None else None
    if body.get("response_url"):
        context["visit"].reply([section(refusal.marked_up(escape))])
    elif body.get("trigger_id"):
        client.views_open(trigger_id=body["trigger_id"], view=notice("Sorry", refusal.marked_up(escape)))
    return BoltResponse(status=200, body="") if ack.response is None else None


def _in_the_form(refusal: Refusal, view: Json) -> BoltResponse:
    """Under the box that it is about, else under the first one; the filled form stays open.

    A form without boxes shows the sentence in its place.
    """
    boxes = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    if not boxes:
        shown = notice("Sorry", refusal.marked_up(escape))
        return BoltResponse(status=200, body={"response_action": "update", "view": shown})
    errors = {refusal.field if refusal.field in boxes else boxes[0]: refusal.sentence}
    return BoltResponse(status=200, body={"response_action": "errors", "errors": errors})
