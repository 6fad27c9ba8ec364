"""Follows the messages that a timeline quotes: edited there, deleted there.

They are looked at when a review moves towards its report, not by listening to every message of the workspace:
so Candor reads no message that nobody put on a timeline.
"""

from __future__ import annotations

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

import storage.postmortem as rows
from bot.postmortem.plain import plain_words
from bot.visit import Visit
from bot.workspaces import Workspaces
from rituals.postmortem import timeline

MOST_LOOKED_AT = 40  # messages at one move: a call each
OUT_OF_SIGHT = ("channel_not_found", "not_in_channel", "missing_scope")


def follow_sources(visit: Visit, review_id: int, workspaces: Workspaces) -> None:
    """Look at each message on the timeline again, where the history scopes allow."""
    ours = workspaces.find(visit.workspace)
    if ours is None or not (ours.may("channels:history") or ours.may("groups:history")):
        return
    with visit.sessions.reading() as session:
        moments = [one for one in rows.moments_of(session, visit.workspace, review_id) if one.permalink]
    for one in moments[:MOST_LOOKED_AT]:
        channel, _, ts = one.source.partition("/")
        seen, words = _look(visit.client, channel, ts)
        if seen:
            with visit.sessions.begin() as session:
                timeline.follow(session, visit.workspace, one.id, words)


def _look(client: WebClient, channel: str, ts: str) -> tuple[bool, str | None]:
    """(whether it could be looked at, its words now or None when it is gone)."""
    try:
        found = client.conversations_replies(channel=channel, ts=ts, limit=1, inclusive=True)["messages"]
    except SlackApiError as refused:
        error = refused.response.get("error")
        if error in ("thread_not_found", "message_not_found"):
            return True, None
        if error in OUT_OF_SIGHT:
            return False, None
        raise
    words = next((one.get("text", "") for one in found if one.get("ts") == ts), None)
    return (True, plain_words(words)) if words is not None else (True, None)
