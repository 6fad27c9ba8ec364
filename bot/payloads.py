"""What Slack posts, read and looked at: every part that Bolt and we reach for is there and of its kind.

Only signed bodies come here, so this is about our own mistakes and Slack's news rather than about attackers:
a kind that nobody here knows is let through to be ignored, a shape that would trip Bolt is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

MOST_FIELDS = 100
FORM = "application/x-www-form-urlencoded"

OURS = {
    *("command", "event_callback", "url_verification", "ssl_check", "block_actions"),
    *("view_submission", "view_closed", "shortcut", "message_action"),
}

Payload = dict[str, Any]


class Garbled(Exception):
    """A signed body that can't be read, or lacks what its kind has."""


def is_ours(payload: Payload) -> bool:
    """Whether this is of a kind that we ask Slack for; the others (dialogs, workflow steps) are ignored."""
    return payload.get("type", "command") in OURS


def is_event(payload: Payload) -> bool:
    return payload.get("type") == "event_callback"


def read_payload(body: bytes, content_type: str, is_slacks: Callable[[str], bool]) -> Payload:
    """The payload of a request body: an event, a command, a click, a form. Raises Garbled.

    `is_slacks` says whether a response_url is Slack's own: to no other address is anything ever posted.
    """
    try:
        text = body.decode("utf-8")
        if content_type == "application/json":
            loaded: Any = json.loads(text)
        else:
            fields = parse_qs(
                text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS
            )
            if any(len(values) > 1 for values in fields.values()):
                raise Garbled
            form = {name: values[0] for name, values in fields.items()}
            loaded = json.loads(form["payload"]) if "payload" in form else form
    except (ValueError, RecursionError):
        raise Garbled from None
    if not isinstance(loaded, dict) or not _is_whole(loaded, content_type) or not _says_where(loaded):
        raise Garbled
    lent = [loaded, *(loaded.get("response_urls") or ())]
    answers_to = [one.get("response_url") for one in lent]
    if not all(url is None or (isinstance(url, str) and is_slacks(url)) for url in answers_to):
        raise Garbled
    return loaded


def _is_whole(payload: Payload, content_type: str) -> bool:
    """Whether a payload has what Bolt's matchers and extractors reach for."""
    if content_type != "application/json" and "type" not in payload:
        if "ssl_check" in payload:
            return True
        return all(payload.get(name) for name in ("command", "team_id", "user_id", "channel_id"))
    kind = payload.get("type")
    if not isinstance(kind, str):
        return False
    match kind:
        case "url_verification":
            return isinstance(payload.get("challenge"), str)
        case "event_callback":
            event = payload.get("event")
            return isinstance(event, dict) and isinstance(event.get("type"), str)
        case "block_actions":
            actions: Any = payload.get("actions")
            return _is_rows(actions) and bool(actions) and all(_names(one, "action_id", "type") for one in actions)
        case "view_submission" | "view_closed":
            view: Any = payload.get("view")
            return _names(view, "callback_id", "type") and _is_rows(view.get("blocks"))
        case "shortcut" | "message_action":
            return _names(payload, "callback_id")
    return True


def _says_where(payload: Payload) -> bool:
    """Whether the ids of people and places are strings, or stand in objects, wherever they may stand."""
    for part in (payload, payload.get("event"), payload.get("view"), *(payload.get("authorizations") or [])):
        if part is None:
            continue
        if not isinstance(part, dict):
            return False
        for name in ("team", "user", "channel", "enterprise"):
            value = part.get(name)
            if isinstance(value, dict):
                value = value.get("id")
            if value is not None and not isinstance(value, str):
                return False
        for name in ("team_id", "user_id", "channel_id", "enterprise_id", "api_app_id", "trigger_id", "event_id"):
            if not isinstance(part.get(name, ""), str | None):
                return False
    return _is_rows(payload.get("authorizations") or []) and _is_rows(payload.get("response_urls") or [])


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _names(value: Any, *names: str) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(name), str) for name in names)
