"""The Web API's gate: tokens, scopes, tiers and armed faults, before and after a method does its work."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from tests.slack.records import ApiCall, Json, Team
from tests.slack.refusals import Answer, LineDropped, Refused, TooMany, Unreachable
from tests.slack.workspace import Workspaces

SENT_AS_JSON = ("blocks", "view", "metadata", "attachments", "files", "document_content")


@dataclass(frozen=True)
class Call:
    """One call on its way through a method."""

    slack: Workspaces
    team: Team
    args: Json

    def text(self, name: str) -> str:
        return str(self.args.get(name) or "")

    def flag(self, name: str) -> bool:
        return str(self.args.get(name, "")).lower() in ("1", "true")

    def need_scope(self, scope: str) -> None:
        if scope not in self.team.scopes:
            raise Refused("missing_scope", needed=scope, provided=",".join(sorted(self.team.scopes)))

    def page(self, things: list[Any]) -> tuple[list[Any], Json]:
        """One page of a list, and the response_metadata that leads to the next."""
        try:
            limit, start = int(self.args.get("limit") or 100), int(self.text("cursor") or 0)
        except ValueError:
            raise Refused("invalid_cursor" if self.text("cursor") else "invalid_limit") from None
        if not 1 <= limit <= 1000:
            raise Refused("invalid_limit")
        end = start + min(limit, self.slack.page_size or limit)
        return things[start:end], {"next_cursor": str(end) if end < len(things) else ""}


Method = Callable[[Call], Json]
METHODS: dict[str, Method] = {}
SCOPES: dict[str, str] = {}


def method(name: str, scope: str | None = None) -> Callable[[Method], Method]:
    """Register a Web API method; `scope` when every call of it needs one."""

    def register(work: Method) -> Method:
        METHODS[name] = work
        if scope:
            SCOPES[name] = scope
        return work

    return register


def read_arguments(body: bytes, content_type: str) -> Json:
    """The arguments of a request body, form-encoded or JSON."""
    if "json" in content_type and body.lstrip()[:1] == b"{":
        args: Json = json.loads(body)
    else:
        args = dict(parse_qsl(body.decode(), keep_blank_values=True))
    for name in SENT_AS_JSON:
        if isinstance(args.get(name), str) and args[name]:
            try:
                args[name] = json.loads(args[name])
            except ValueError:
                raise Refused("invalid_arguments") from None
    return args


def answer(slack: Workspaces, name: str, token: str, args: Json) -> Answer:
    """Do a call and say what goes back. Raises Unreachable and LineDropped where no answer would arrive."""
    with slack.changed:
        slack.under_way += 1
        slack.changed.notify_all()
    if latency := slack.latency_of.get(name, slack.latency):
        time.sleep(latency)
    with slack.changed:
        slack.under_way -= 1
        if slack.down:
            raise Unreachable
        token = str(args.pop("token", "") or token)
        slack.calls.append(ApiCall(name, args, token, slack.now()))
        try:
            return _answer(slack, name, token, args)
        finally:
            slack.changed.notify_all()


def _answer(slack: Workspaces, name: str, token: str, args: Json) -> Answer:
    fault = slack.faults.next(name)
    if fault and fault.retry_after is not None:
        return _too_many(fault.retry_after)
    if fault and fault.status is not None:
        return Answer({"ok": False, "error": "service_unavailable"}, fault.status)
    if fault and fault.error:
        return Answer({"ok": False, "error": fault.error})
    headers: tuple[tuple[str, str], ...] = ()
    try:
        if name not in METHODS:
            raise Refused("unknown_method", req_method=name)
        team = _team_of(slack, name, token)
        call = Call(slack, team, args)
        headers = (("x-oauth-scopes", ",".join(sorted(team.scopes))),)
        if slack.enforce_tiers:
            slack.pace.take(name, team.id, call.text("channel"), slack.monotonic())
        if name in SCOPES:
            call.need_scope(SCOPES[name])
        body: Json = {"ok": True} | METHODS[name](call)
    except TooMany as refused:
        return _too_many(refused.retry_after)
    except Refused as refused:
        body = {"ok": False, "error": refused.error} | refused.more
    if fault and fault.drop_reply:
        raise LineDropped
    return Answer(body, headers=headers)


def _too_many(retry_after: int) -> Answer:
    return Answer({"ok": False, "error": "ratelimited"}, 429, (("Retry-After", str(retry_after)),))


def _team_of(slack: Workspaces, name: str, token: str) -> Team:
    if name == "oauth.v2.access":  # the code says which team, no token yet
        return next(iter(slack.teams.values()))
    if not token:
        raise Refused("not_authed")
    for team in slack.teams.values():
        if name == "apps.connections.open" and token == team.app_token:
            return team
        if token == team.token:
            if name == "apps.connections.open":
                raise Refused("not_allowed_token_type")
            if team.token_state != "live":
                raise Refused(team.token_state)
            return team
    raise Refused("invalid_auth")
