"""The messages that a timeline quotes: their own time, author and link, as far as Slack and house rules let us."""

from __future__ import annotations

from datetime import UTC, datetime

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.blocks.common import Json
from bot.postmortem.plain import plain_words
from bot.visit import Visit
from bot.workspaces import Installation
from rituals.postmortem.reviews import LONGEST
from rituals.postmortem.timeline import Line, print_of

GONE = ("thread_not_found", "message_not_found")
OUT_OF_SIGHT = ("channel_not_found", "not_in_channel", "missing_scope")
OUTSIDER = "somebody outside the team"


def may_look(ours: Installation | None) -> bool:
    """Whether any channel's messages may be read; which of them, Slack says when it is asked."""
    return ours is not None and (ours.may("channels:history") or ours.may("groups:history"))


def look(client: WebClient, channel: str, ts: str) -> tuple[bool, Json | None]:
    """(whether a message could be looked at, the message or None when it is gone)."""
    try:
        found = client.conversations_replies(channel=channel, ts=ts, limit=1, inclusive=True)["messages"]
    except SlackApiError as refused:
        error = refused.response.get("error")
        if error in GONE:
            return True, None
        if error in OUT_OF_SIGHT:
            return False, None
        raise
    return True, next((one for one in found if one.get("ts") == ts), None)


def line_of(visit: Visit, channel: str, message: Json) -> Line:
    """A message as a line of a timeline. Slack is asked about its author and its link."""
    words, ts = plain_words(message.get("text", "")), message["ts"]
    person, who = _author(visit, message)
    return Line(
        at=datetime.fromtimestamp(float(ts), UTC),
        words=words[:LONGEST],
        source=f"{channel}/{ts}",
        person=person,
        who=who,
        permalink=_permalink(visit.client, channel, ts),
        heard=print_of(words),
    )


def _author(visit: Visit, message: Json) -> tuple[str | None, str]:
    """(the person, or None; how they are called instead). Whom we may not ask how they are quoted isn't named."""
    if message.get("bot_id"):
        return None, (message.get("bot_profile") or {}).get("name") or message.get("username") or "a bot"
    person = message.get("user")
    if person and visit.asker(person).is_guest:
        return None, OUTSIDER
    return person, ""


def _permalink(client: WebClient, channel: str, ts: str) -> str:
    """The link to a message; empty where we aren't, which stops nothing."""
    try:
        return str(client.chat_getPermalink(channel=channel, message_ts=ts)["permalink"])
    except SlackApiError:
        return ""
