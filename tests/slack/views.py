"""Modals and App Home: the stack of three, the hash that guards an update, the ids that survive it."""

from typing import Any

from tests.slack import sizes
from tests.slack.chat import with_ids
from tests.slack.limits import problems_in_view
from tests.slack.records import Json, Team
from tests.slack.refusals import Refused
from tests.slack.web_api import Call, method
from tests.slack.workspace import MODAL_STACK, Workspaces


def check_view(view: Any, kind: str) -> Json:
    """The view, when Slack would take it. Raises Refused with everything that is wrong with it."""
    if not isinstance(view, dict):
        raise Refused("invalid_arguments", response_metadata={"messages": ["view: must be an object"]})
    problems = problems_in_view(view)
    if view.get("type") != kind:
        problems.insert(0, f"view: must be a {kind}")
    if any(one == f"view: more than {sizes.VIEW_BYTES} bytes" for one in problems):
        raise Refused("view_too_large")
    if problems:
        raise Refused("invalid_arguments", response_metadata={"messages": problems})
    return view


def kept_view(slack: Workspaces, team: Team, view: Json, id: str | None = None) -> Json:
    """The view as Slack keeps it: with an id, a hash, and every optional key spelled out."""
    id = id or slack.fresh("V")
    kept: Json = {"id": id, "team_id": team.id, "private_metadata": "", "callback_id": "", "external_id": ""}
    kept |= {"clear_on_close": False, "notify_on_close": False, "close": None, "submit": None, "title": None}
    kept |= {"previous_view_id": None, "root_view_id": id, "app_id": team.app_id, "bot_id": team.bot_id}
    kept |= view | {"blocks": with_ids(view["blocks"], slack), "app_installed_team_id": team.id}
    if kept["title"] is None:  # Slack gives a home one
        kept["title"] = {"type": "plain_text", "text": "View Title", "emoji": True}
    return kept | {"hash": f"{slack.next_ts()}.{slack.fresh('h')}", "state": {"values": {}}}


def push_on(slack: Workspaces, team: Team, user: str, view: Json) -> Json:
    """Lay a view on a person's stack. Raises Refused("push_limit_reached") on the fourth."""
    stack = slack.stacks[user]
    if len(stack) == MODAL_STACK:
        raise Refused("push_limit_reached")
    external = view.get("external_id")
    if external and any(one["external_id"] == external for open in slack.stacks.values() for one in open):
        raise Refused("duplicate_external_id")
    kept = kept_view(slack, team, view)
    if stack:
        kept |= {"previous_view_id": stack[-1]["id"], "root_view_id": stack[0]["id"]}
    stack.append(kept)
    return kept


def replace(slack: Workspaces, team: Team, old: Json, view: Json) -> Json:
    """New content in an open view: same id, new hash; input stays where block_id and action_id stay."""
    place = {key: old[key] for key in ("previous_view_id", "root_view_id")}
    new = kept_view(slack, team, view, old["id"]) | place
    old.clear()
    old.update(new)
    return old


@method("views.open")
def open_view(call: Call) -> Json:
    view = check_view(call.args.get("view"), "modal")
    trigger = call.slack.spend_trigger(call.args.get("trigger_id"))
    call.slack.stacks[trigger.user].clear()
    kept = push_on(call.slack, call.team, trigger.user, view)
    trigger.views.append(kept["id"])
    return {"view": kept}


@method("views.push")
def push_view(call: Call) -> Json:
    view = check_view(call.args.get("view"), "modal")
    trigger = call.slack.spend_trigger(call.args.get("trigger_id"))
    if not call.slack.stacks[trigger.user]:
        raise Refused("not_found")
    kept = push_on(call.slack, call.team, trigger.user, view)
    trigger.views.append(kept["id"])
    return {"view": kept}


@method("views.update")
def update_view(call: Call) -> Json:
    view = check_view(call.args.get("view"), "modal")
    for old in (one for open in call.slack.stacks.values() for one in open):
        by_id = old["id"] == call.text("view_id")
        if old["team_id"] == call.team.id and (by_id or old["external_id"] == call.text("external_id") != ""):
            _same_hash(call, old)
            return {"view": replace(call.slack, call.team, old, view)}
    raise Refused("not_found")


@method("views.publish")
def publish(call: Call) -> Json:
    view, user = check_view(call.args.get("view"), "home"), call.text("user_id")
    if call.slack.user_seen_by(call.team, user) is None:
        raise Refused("invalid_arguments", response_metadata={"messages": ["user_id: no such user"]})
    old = call.slack.homes.get(user)
    if old is None:
        call.slack.homes[user] = kept_view(call.slack, call.team, view)
    else:
        _same_hash(call, old)
        replace(call.slack, call.team, old, view)
    return {"view": call.slack.homes[user]}


def _same_hash(call: Call, old: Json) -> None:
    if call.text("hash") not in ("", old["hash"]):
        raise Refused("hash_conflict")
