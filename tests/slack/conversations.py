"""Channels: which there are, who is in them, what was said."""

from tests.slack.records import Channel, Json
from tests.slack.refusals import Refused
from tests.slack.web_api import Call, method

TYPES = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}


def _seen(call: Call, scope: str) -> Channel:
    channel = call.slack.channel_seen_by(call.team, call.text("channel"))
    call.need_scope(f"{channel.kind}:{scope}")
    return channel


def _listed(call: Call) -> list[Channel]:
    asked = (call.text("types") or "public_channel").split(",")
    if unknown := set(asked) - TYPES.keys():
        raise Refused("invalid_types", detail=sorted(unknown))
    kinds = {TYPES[one] for one in asked}
    for kind in sorted(kinds):
        call.need_scope(f"{kind}:read")
    seen = []
    for channel in call.slack.channels.values():
        hidden = channel.is_private and call.team.bot_user not in channel.members
        left_out = channel.is_archived and call.flag("exclude_archived")
        if channel.team_id == call.team.id and channel.kind in kinds and not hidden and not left_out:
            seen.append(channel)
    return seen


@method("conversations.info")
def info(call: Call) -> Json:
    shown = _seen(call, "read").shown(call.team.bot_user, num_members=call.flag("include_num_members"))
    return {"channel": shown}


@method("conversations.list")
def list_channels(call: Call) -> Json:
    page, rest = call.page([one.shown(call.team.bot_user, num_members=True) for one in _listed(call)])
    return {"channels": page, "response_metadata": rest}


@method("users.conversations")
def of_user(call: Call) -> Json:
    user = call.text("user") or call.team.bot_user
    if call.slack.user_seen_by(call.team, user) is None:
        raise Refused("user_not_found")
    mine = [one.shown(call.team.bot_user) for one in _listed(call) if user in one.members]
    page, rest = call.page(mine)
    return {"channels": page, "response_metadata": rest}


@method("conversations.members")
def members(call: Call) -> Json:
    page, rest = call.page(_seen(call, "read").members)
    return {"members": page, "response_metadata": rest}


@method("conversations.open", scope="im:write")
def open_direct(call: Call) -> Json:
    users = call.text("users").split(",")
    if len(users) != 1:
        raise Refused("method_not_supported_for_channel_type")  # the fake knows no group DMs
    user = call.slack.user_seen_by(call.team, users[0])
    if user is None:
        raise Refused("user_not_found")
    if user.deleted:
        raise Refused("user_disabled")
    if user.is_bot:
        raise Refused("cannot_dm_bot")
    return {"channel": {"id": call.slack.direct_channel(call.team, user.id).id}}


@method("conversations.history")
def history(call: Call) -> Json:
    channel = _readable(call)
    top = [one for one in channel.messages if one.get("thread_ts") in (None, one["ts"])]
    page, rest = call.page([_read(call, channel, one) for one in reversed(top) if _in_span(call, one)])
    return {"messages": page, "has_more": bool(rest["next_cursor"]), "response_metadata": rest}


@method("conversations.replies")
def replies(call: Call) -> Json:
    channel, root = _readable(call), call.text("ts")
    if channel.message(root) is None:
        raise Refused("thread_not_found")
    thread = [one for one in channel.messages if root in (one["ts"], one.get("thread_ts"))]
    page, rest = call.page(
        [_read(call, channel, one) for one in thread if one["ts"] == root or _in_span(call, one)]
    )
    return {"messages": page, "has_more": bool(rest["next_cursor"]), "response_metadata": rest}


def _readable(call: Call) -> Channel:
    channel = _seen(call, "history")
    if call.team.bot_user not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _in_span(call: Call, message: Json) -> bool:
    ts = float(message["ts"])
    oldest, latest = float(call.args.get("oldest") or 0), float(call.args.get("latest") or "inf")
    return oldest <= ts <= latest if call.flag("inclusive") else oldest < ts < latest


def _read(call: Call, channel: Channel, message: Json) -> Json:
    shown = {
        key: value for key, value in message.items() if key != "metadata" or call.flag("include_all_metadata")
    }
    answers = [one for one in channel.messages if one.get("thread_ts") == message["ts"] != one["ts"]]
    if answers:
        shown |= {"thread_ts": message["ts"], "reply_count": len(answers), "latest_reply": answers[-1]["ts"]}
    return shown
