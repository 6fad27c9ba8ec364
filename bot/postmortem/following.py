"""Follows the messages that a timeline quotes: edited there, deleted there.

They are looked at when a review moves towards its report, not by listening to every message of the workspace:
so Candor reads no message that nobody put on a timeline.
"""

from __future__ import annotations

import storage.postmortem as rows
from bot.postmortem.plain import plain_words
from bot.postmortem.sources import look, may_look
from bot.visit import Visit
from bot.workspaces import Workspaces
from rituals.postmortem import timeline

MOST_LOOKED_AT = 40  # messages at one move: a call each


def follow_sources(visit: Visit, review_id: int, workspaces: Workspaces) -> None:
    """Look at each message on the timeline again, where the history scopes allow."""
    if not may_look(workspaces.find(visit.workspace)):
        return
    with visit.sessions.reading() as session:
        moments = [one for one in rows.moments_of(session, visit.workspace, review_id) if one.permalink]
    for one in moments[:MOST_LOOKED_AT]:
        channel, _, ts = one.source.partition("/")
        seen, found = look(visit.client, channel, ts)
        if seen:
            words = plain_words(found.get("text", "")) if found is not None else None
            with visit.sessions.begin() as session:
                timeline.follow(session, visit.workspace, one.id, words)
