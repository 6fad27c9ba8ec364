"""Posting, editing and deleting messages, and posts to a response_url."""

from typing import Any
from urllib.parse import urlsplit

from tests.slack import sizes
from tests.slack.blocks import problems_in_blocks
from tests.slack.limits import every_text, problems_in_message
from tests.slack.records import Channel, Json, Team
from tests.slack.refusals import LineDropped, Refused, Unreachable
from tests.slack.web_api import Call, method
from tests.slack.workspace import RESPONSE_URL_LIVES, RESPONSE_URL_USES, Workspaces


def with_ids(blocks: list[Json], slack: Workspaces) -> list[Json]:
    """The blocks as Slack keeps them: every block and every interactive element has an id."""
    kept = []
    for block in blocks:
        block = {"block_id": slack.fresh("b"), **block}
        for key in ("accessory", "element"):
            if key in block and block[key]["type"] != "image":
                block[key] = {"action_id": slack.fresh("a"), **block[key]}
        if block["type"] == "actions":
            block["elements"] = [{"action_id": slack.fresh("a"), **one} for one in block["elements"]]
        kept.append(block)
    return kept


def check_message(slack: Workspaces, args: Json, *, edit: bool = False) -> None:
    """Raises Refused for what Slack refuses; what only our house refuses is noted in `slack.breaches`."""
    text, blocks = str(args.get("text") or ""), args.get("blocks") or []
    if not text.strip() and not blocks and not args.get("attachments"):
        raise Refused("no_text")
    if len(text) > (sizes.EDITED_TEXT if edit else sizes.MESSAGE_TEXT):
        raise Refused("msg_too_long")
    if problems := problems_in_blocks(blocks, "message"):
        raise Refused("invalid_blocks", errors=problems, response_metadata={"messages": problems})
    if sum(map(len, every_text(blocks))) > sizes.MESSAGE_BLOCKS_TEXT:
        raise Refused("msg_blocks_too_long")
    metadata = args.get("metadata")
    if metadata and (not isinstance(metadata, dict) or metadata.keys() - {"event_type", "event_payload"}):
        raise Refused("invalid_metadata_format")
    slack.breaches += problems_in_message(args, edit=edit)


def put(slack: Workspaces, team: Team, channel: Channel, args: Json) -> Json:
    """Add the bot's message to a channel."""
    message: Json = {"type": "message", "user": team.bot_user, "bot_id": team.bot_id, "app_id": team.app_id}
    message |= {"team": team.id, "text": str(args.get("text") or ""), "ts": slack.next_ts()}
    if args.get("blocks"):
        message["blocks"] = with_ids(args["blocks"], slack)
    for key in ("thread_ts", "metadata"):
        if args.get(key):
            message[key] = args[key]
    channel.messages.append(message)
    return message


def change(slack: Workspaces, team: Team, channel: Channel, message: Json, args: Json) -> None:
    """Edit in place: text alone removes the blocks, metadata stays unless given, typed input is lost."""
    if not args.get("blocks") and message["text"] != args.get("text"):
        message["edited"] = {"user": team.bot_user, "ts": slack.next_ts()}
    message["text"] = str(args.get("text") or "")
    message.pop("blocks", None)
    if args.get("blocks"):
        message["blocks"] = with_ids(args["blocks"], slack)
    if args.get("metadata"):
        message["metadata"] = args["metadata"]
    slack.typed.pop(f"{channel.id}:{message['ts']}", None)


def whisper(slack: Workspaces, channel: str, user: str, args: Json) -> Json:
    """A message only one person sees; no history knows it."""
    message: Json = {"type": "message", "channel": channel, "ts": slack.next_ts(), "is_ephemeral": True}
    message["text"] = str(args.get("text") or "")
    if args.get("blocks"):
        message["blocks"] = with_ids(args["blocks"], slack)
    slack.ephemerals[user].append(message)
    return message


def _writable(call: Call) -> Channel:
    target = call.text("channel")
    if target[:1] in "UW" and target:
        user = call.slack.user_seen_by(call.team, target)
        if user is None or user.deleted:
            raise Refused("channel_not_found")
        return call.slack.direct_channel(call.team, target)
    channel = call.slack.channel_seen_by(call.team, target)
    if channel.is_archived:
        raise Refused("is_archived")
    if call.team.bot_user not in channel.members and "chat:write.public" not in call.team.scopes:
        raise Refused("not_in_channel")
    return channel


def _own_message(call: Call, refusal: str) -> tuple[Channel, Json]:
    channel = call.slack.channel_seen_by(call.team, call.text("channel"))
    message = channel.message(call.text("ts"))
    if message is None:
        raise Refused("message_not_found")
    if message.get("bot_id") != call.team.bot_id:
        raise Refused(refusal)
    return channel, message


@method("chat.postMessage", scope="chat:write")
def post_message(call: Call) -> Json:
    channel = _writable(call)
    check_message(call.slack, call.args)
    if call.text("thread_ts") and channel.message(call.text("thread_ts")) is None:
        raise Refused("thread_not_found")
    message = put(call.slack, call.team, channel, call.args)
    return {"channel": channel.id, "ts": message["ts"], "message": message}


@method("chat.update", scope="chat:write")
def update(call: Call) -> Json:
    channel, message = _own_message(call, "cant_update_message")
    if channel.is_archived:
        raise Refused("is_archived")
    check_message(call.slack, call.args, edit=True)
    change(call.slack, call.team, channel, message, call.args)
    return {"channel": channel.id, "ts": message["ts"], "text": message["text"], "message": message}


@method("chat.delete", scope="chat:write")
def delete(call: Call) -> Json:
    channel, message = _own_message(call, "cant_delete_message")
    channel.messages.remove(message)
    return {"channel": channel.id, "ts": message["ts"]}


@method("chat.postEphemeral", scope="chat:write")
def post_ephemeral(call: Call) -> Json:
    channel = _writable(call)
    if call.text("user") not in channel.members:
        raise Refused("user_not_in_channel")
    check_message(call.slack, call.args)
    return {"message_ts": whisper(call.slack, channel.id, call.text("user"), call.args)["ts"]}


@method("chat.getPermalink")
def get_permalink(call: Call) -> Json:
    channel = call.slack.channel_seen_by(call.team, call.text("channel"))
    ts = call.text("message_ts")
    if channel.message(ts) is None:
        raise Refused("message_not_found")
    link = f"https://{call.team.domain}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


@method("reactions.add", scope="reactions:write")
def add_reaction(call: Call) -> Json:
    message = call.slack.channel_seen_by(call.team, call.text("channel")).message(call.text("timestamp"))
    if message is None:
        raise Refused("message_not_found")
    reactions: list[Json] = message.setdefault("reactions", [])
    if any(one["name"] == call.text("name") and call.team.bot_user in one["users"] for one in reactions):
        raise Refused("already_reacted")
    reactions.append({"name": call.text("name"), "users": [call.team.bot_user], "count": 1})
    return {}


def answer_response_url(slack: Workspaces, url: str, body: Json) -> tuple[int, str]:
    """A post to a response_url: the HTTP status and the words Slack answers with.

    Raises Unreachable and LineDropped where no answer would arrive.
    """
    with slack.changed:
        if slack.down:
            raise Unreachable
        fault = slack.faults.next("response_url")
        if fault and (fault.status or fault.error):
            return fault.status or 400, fault.error or "server_error"
        lent = slack.response_urls.get(urlsplit(url).path.rsplit("/", 1)[-1])
        if lent is None:
            return 404, "invalid_url"
        if slack.monotonic() - lent.born > RESPONSE_URL_LIVES:
            return 404, "expired_url"
        if lent.uses == RESPONSE_URL_USES:
            return 404, "used_url"
        try:
            _follow(slack, slack.teams[lent.team], slack.channels[lent.channel], lent.user, lent.message_ts, body)
        except Refused as refused:
            return 400, refused.error
        finally:
            slack.changed.notify_all()
        lent.uses += 1
        if fault and fault.drop_reply:
            raise LineDropped
        return 200, "ok"


def _follow(slack: Workspaces, team: Team, channel: Channel, user: str, original: str | None, body: Json) -> None:
    said = channel.message(original) if original else None
    whispered: Json | None = next((one for one in slack.ephemerals[user] if one["ts"] == original), None)
    if body.get("delete_original"):
        if said:
            channel.messages.remove(said)
        elif whispered:
            slack.ephemerals[user].remove(whispered)
        return
    check_message(slack, body)
    if body.get("replace_original") and said:
        change(slack, team, channel, said, body)
    elif body.get("replace_original") and whispered:
        whispered.pop("blocks", None)
        whispered |= _shown(slack, body)
    elif body.get("response_type") == "in_channel":
        put(slack, team, channel, body)
    else:
        whisper(slack, channel.id, user, body)


def _shown(slack: Workspaces, body: Json) -> Json:
    shown: dict[str, Any] = {"text": str(body.get("text") or "")}
    return shown | ({"blocks": with_ids(body["blocks"], slack)} if body.get("blocks") else {})
