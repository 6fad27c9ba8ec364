"""A pin on a message puts it on the timeline of the review that its channel has open.

Only where `reactions:read` and the history of the channel were granted: elsewhere Slack doesn't tell, or the
message can't be read, and nothing happens.
"""

from __future__ import annotations

from slack_sdk.errors import SlackApiError

import storage.postmortem as rows
from bot.blocks.common import Json, escape, message, section
from bot.clock import now
from bot.postmortem.reading import writable
from bot.postmortem.sources import line_of, look, may_look
from bot.visit import Visit
from bot.workspaces import Workspaces
from rituals.errors import GuestsMayNot, Refusal
from rituals.postmortem import timeline
from rituals.postmortem.refusals import NotYourReview

PIN = "pushpin"


def take_reaction(event: Json, visit: Visit, workspaces: Workspaces) -> None:
    """Somebody reacted to a message; most reactions are none of our business."""
    item, ours = event.get("item") or {}, workspaces.find(visit.workspace)
    if event.get("reaction") != PIN or item.get("type") != "message":
        return
    if ours is None or not ours.may("reactions:read") or not may_look(ours):
        return
    with visit.sessions.reading() as session:
        known = rows.open_reviews_in(session, visit.workspace, item["channel"])
    if not known or event.get("item_user") == ours.bot_user:
        return
    try:
        said = _pin(visit, known[0].id, item["channel"], item["ts"])
    except (GuestsMayNot, NotYourReview):
        return  # the pin means nothing here, and they asked for nothing
    except Refusal as refused:  # an event has no address for an answer: it is said here instead of in one place
        said = refused.marked_up(escape)
    if said:
        _whisper(visit, item["channel"], said)


def _pin(visit: Visit, review_id: int, channel: str, ts: str) -> str:
    """Put it on the timeline; what its person hears. Empty when the message is gone or out of sight."""
    writable(visit, review_id)
    _, found = look(visit.client, channel, ts)
    if found is None:
        return ""
    line = line_of(visit, channel, found)
    with visit.sessions.begin() as session:
        timeline.add(session, visit.workspace, review_id, line, visit.person, now())
    return f"It stands on the timeline of review {review_id}. `/postmortem timeline {review_id}` corrects it."


def _whisper(visit: Visit, channel: str, said: str) -> None:
    """A word that only they see; whoever is no member of the channel can't be told there, which stops nothing."""
    built = message([section(said)])
    try:
        visit.client.chat_postEphemeral(channel=channel, user=visit.person, text=built.text, blocks=built.blocks)
    except SlackApiError as refused:
        if refused.response.get("error") not in ("user_not_in_channel", "not_in_channel", "is_archived"):
            raise
