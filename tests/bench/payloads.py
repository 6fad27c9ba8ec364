"""Many people at once: clicks that ask for a form, and filled forms, as they come from Slack."""

from __future__ import annotations

from typing import Any

from bot.blocks.prompts.answers import answer_form
from tests.bench.databases import TEAM
from tests.slack.forms import elements_in, state_values

Json = dict[str, Any]
CHANNEL = "C1"
QUESTION = "What went well?"


def sent(kind: str, number: int) -> Json:
    return {
        "type": kind,
        "api_app_id": "A1",
        "token": "legacy",
        "enterprise": None,
        "is_enterprise_install": False,
        "team": {"id": TEAM, "domain": "bench"},
        "user": {"id": f"U{number}", "username": f"u{number}", "name": f"u{number}", "team_id": TEAM},
        "trigger_id": f"{number}.trigger",
    }


def click(number: int, round_id: int) -> Json:
    """Person `number` clicks *Answer* under a question."""
    button = {"type": "button", "action_id": "prompt_answer", "block_id": "answer", "value": str(round_id)}
    message = {"type": "message", "ts": "1.000001", "user": "UBOT", "text": QUESTION, "blocks": []}
    return sent("block_actions", number) | {
        "container": {"type": "message", "message_ts": "1.000001", "channel_id": CHANNEL, "is_ephemeral": False},
        "channel": {"id": CHANNEL, "name": "team"},
        "message": message,
        "state": {"values": {}},
        "actions": [button | {"action_ts": "1.1", "text": {"type": "plain_text", "text": "Answer"}}],
    }


def submission(number: int, round_id: int) -> Json:
    """Person `number` sends the filled form."""
    form = answer_form(round_id, QUESTION, "tomorrow", None)
    typed: Json = {}
    for block, element in elements_in(form["blocks"]):
        words = f"Answer {number}: the release went out on a Tuesday, and nobody had to stay up."
        typed.setdefault(block["block_id"], {})[element["action_id"]] = {"type": element["type"], "value": words}
    view = form | {"id": f"V{number}", "hash": "1", "state": {"values": state_values(form["blocks"], typed)}}
    return sent("view_submission", number) | {"view": view}
