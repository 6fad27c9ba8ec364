"""Reading back whether Slack has a message already: the only way to know, as it takes no idempotency key."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

from slack_sdk import WebClient

from bot.blocks.common import Json
from bot.courier.outcome import Outcome
from bot.workspaces import Installation
from storage.schema import Delivery

METADATA = "candor_delivery"
LOOK_BACK = timedelta(hours=2)  # all tries before the last lie within half an hour; clocks may differ by one
LOOK_PAGES = 10  # of 200 messages


def may_look(ours: Installation, delivery: Delivery) -> bool:
    """Whether the history may be read in which a delivery would stand.

    Private channels have ids like public ones, so both scopes are needed where we can't tell.
    """
    if delivery.to.startswith(("U", "W", "D")):
        return ours.may("im:history")
    return ours.may("channels:history") and ours.may("groups:history")


def may_look_everywhere(ours: Installation) -> bool:
    """Whether a crash leaves nothing in doubt, wherever it was posted."""
    return all(ours.may(f"{place}:history") for place in ("channels", "groups", "im"))


def find_posted(
    client: WebClient, delivery: Delivery, thread_ts: str = "", *, file_name: str = ""
) -> Outcome | None:
    """Look for the job id in the channel's history, or in a thread of it; None when it isn't there.

    A file carries no job id: it is known by its name, so that must be one that is shared once.
    """
    channel = delivery.to
    if channel.startswith(("U", "W")):
        channel = client.conversations_open(users=channel)["channel"]["id"]
    since = (delivery.attempted_at or delivery.created_at) - LOOK_BACK
    where: Json = {"channel": channel, "oldest": str(since.timestamp()), "limit": 200}
    where["include_all_metadata"] = True
    if thread_ts:
        pages = client.conversations_replies(ts=thread_ts, **where)
    else:
        pages = client.conversations_history(**where)
    for page in islice(pages, LOOK_PAGES):
        for posted in page["messages"]:
            names = [one.get("name") for one in posted.get("files") or []]
            is_ours = posted.get("metadata", {}).get("event_payload", {}).get("job") == delivery.job
            if is_ours or (file_name and file_name in names):
                return Outcome(ts=posted["ts"], channel=channel)
    return None
