"""The payloads Slack sends to an app, key by key as on the wire."""

from typing import Any

from tests.slack.forms import state_values
from tests.slack.records import Channel, Json, Team, User
from tests.slack.workspace import Workspaces


def slash_command(slack: Workspaces, team: Team, user: User, channel: Channel, command: str, text: str) -> Json:
    payload: Json = {
        "token": "legacy",
        "api_app_id": team.app_id,
        "team_id": team.id,
        "team_domain": team.domain,
    }
    if team.enterprise_id:
        payload |= {"enterprise_id": team.enterprise_id, "enterprise_name": team.enterprise_id}
    payload |= {
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": user.id,
        "user_name": user.name,
    }
    payload |= {"command": command, "text": text, "is_enterprise_install": "false"}
    payload["response_url"] = slack.lend_response_url(user.id, team.id, channel.id)
    return payload | {"trigger_id": slack.lend_trigger(user.id, team.id)}


def _interaction(team: Team, user: User, kind: str) -> Json:
    enterprise = {"id": team.enterprise_id, "name": team.enterprise_id} if team.enterprise_id else None
    payload: Json = {"type": kind, "api_app_id": team.app_id, "token": "legacy", "enterprise": enterprise}
    payload |= {"team": {"id": team.id, "domain": team.domain}, "is_enterprise_install": False}
    who = {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id}
    if kind in ("shortcut", "message_action"):
        del who["name" if kind == "shortcut" else "username"], payload["api_app_id"]
    return payload | {"user": who}


def with_state(slack: Workspaces, view: Json) -> Json:
    """The view as it travels: with what the person has filled in so far."""
    return view | {"state": {"values": state_values(view["blocks"], slack.typed[view["id"]])}}


def click_in_view(slack: Workspaces, team: Team, user: User, view: Json, action: Json) -> Json:
    payload = _interaction(team, user, "block_actions") | {"view": with_state(slack, view)}
    payload |= {"container": {"type": "view", "view_id": view["id"]}, "actions": [action]}
    return payload | {"trigger_id": slack.lend_trigger(user.id, team.id)}


def click_in_message(
    slack: Workspaces, team: Team, user: User, channel: Channel, message: Json, action: Json
) -> Json:
    whispered = bool(message.get("is_ephemeral"))
    place = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": whispered,
    }
    if "thread_ts" in message:
        place["thread_ts"] = message["thread_ts"]
    payload = _interaction(team, user, "block_actions") | {"container": place, "actions": [action]}
    if not whispered:  # Slack sends no content of an ephemeral message back
        payload["message"] = {key: value for key, value in message.items() if key != "metadata"}
    payload["channel"] = {"id": channel.id, "name": channel.name}
    typed = slack.typed[f"{channel.id}:{message['ts']}"]
    payload["state"] = {"values": state_values(message.get("blocks", []), typed)}
    payload["response_url"] = slack.lend_response_url(user.id, team.id, channel.id, message["ts"])
    return payload | {"trigger_id": slack.lend_trigger(user.id, team.id)}


def view_submission(slack: Workspaces, team: Team, user: User, view: Json) -> Json:
    payload = _interaction(team, user, "view_submission") | {"view": with_state(slack, view)}
    return payload | {"trigger_id": slack.lend_trigger(user.id, team.id)}


def view_closed(slack: Workspaces, team: Team, user: User, view: Json, is_cleared: bool) -> Json:
    return _interaction(team, user, "view_closed") | {
        "view": with_state(slack, view),
        "is_cleared": is_cleared,
    }


def global_shortcut(slack: Workspaces, team: Team, user: User, callback_id: str) -> Json:
    payload = _interaction(team, user, "shortcut") | {
        "callback_id": callback_id,
        "action_ts": slack.next_ts(),
    }
    return payload | {"trigger_id": slack.lend_trigger(user.id, team.id)}


def message_shortcut(slack: Workspaces, team: Team, user: User, channel: Channel, message: Json, id: str) -> Json:
    payload = _interaction(team, user, "message_action") | {"callback_id": id, "action_ts": slack.next_ts()}
    payload |= {"message_ts": message["ts"], "message": {k: v for k, v in message.items() if k != "metadata"}}
    payload["channel"] = {"id": channel.id, "name": channel.name}
    payload["response_url"] = slack.lend_response_url(user.id, team.id, channel.id)
    return payload | {"trigger_id": slack.lend_trigger(user.id, team.id)}


def event_callback(slack: Workspaces, team: Team, event: Json, event_id: str | None = None) -> Json:
    """The envelope of the Events API; pass `event_id` again to redeliver."""
    authorization: dict[str, Any] = {"enterprise_id": team.enterprise_id, "team_id": team.id}
    authorization |= {"user_id": team.bot_user, "is_bot": True, "is_enterprise_install": False}
    payload: Json = {
        "token": "legacy",
        "team_id": team.id,
        "api_app_id": team.app_id,
        "type": "event_callback",
    }
    if team.enterprise_id:
        payload["enterprise_id"] = team.enterprise_id
    payload |= {"event": event, "event_id": event_id or slack.fresh("Ev"), "authorizations": [authorization]}
    payload |= {"event_time": int(slack.now().timestamp()), "event_context": "4-fake"}
    return payload | {"is_ext_shared_channel": False}
