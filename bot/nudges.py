"""Nudges in Slack: the bundle that the courier posts, and the buttons under it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from slack_bolt import Ack, App

import storage.nudges as rows
from bot.blocks import nudges as blocks
from bot.blocks.common import Json, Message, section
from bot.clock import now
from bot.rooms import NudgePart, Posting
from bot.visit import Visit
from rituals import nudges
from storage import Session
from storage.schema import Delivery


def register(app: App) -> None:
    app.action("nudge_fine")(take_fine)
    for wish in ("once_a_week", "afternoon", "none"):
        app.action(f"nudge_{wish}")(take_wish)


def postings(parts: Mapping[str, NudgePart]) -> dict[str, Posting]:
    """The bundle; `parts` say each kind of nudge, or None when its matter is closed by now."""

    def say(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
        said: dict[str, list[Json]] = {}  # by what it is about: the same matter is told once
        named: set[str] = set()  # their blocks: two kinds about one slot are one matter, and Slack takes no twins
        for nudge_id in delivery.facts["nudges"]:
            nudge = rows.nudge(session, delivery.workspace, nudge_id)
            part = parts[nudge.kind](session, nudge) if nudge is not None and nudge.kind in parts else None
            if nudge is not None and part is not None and not _names(part) & named:
                named |= _names(part)
                said[f"{nudge.kind} {sorted(nudge.facts.items())}"] = part
        if not said:
            return None
        ignored = nudges.were_ignored(session, delivery.workspace, delivery.to)
        return blocks.bundle(list(said.values()), ignored=ignored)

    def forget_unsaid(session: Session, delivery: Delivery, ts: str, _seen: Any, _now: datetime) -> None:
        """Nothing was left to say, so nothing counts as told."""
        if not ts:
            rows.drop(session, delivery.workspace, delivery.facts["nudges"])

    return {"nudge.bundle": Posting(say, repeat="at_most_once", settled=forget_unsaid)}


def _names(part: list[Json]) -> set[str]:
    return {block["block_id"] for block in part if "block_id" in block}


def take_fine(ack: Ack, visit: Visit) -> None:
    """*Keep it as it is*."""
    ack()
    with visit.sessions.begin() as session:
        rows.mind(session, visit.workspace, visit.person, now())
    visit.reply([section("Good, it stays as it is.")])


def take_wish(ack: Ack, action: Json, visit: Visit) -> None:
    """Less often, later in the day, or not at all."""
    ack()
    wish = action["action_id"].removeprefix("nudge_")
    with visit.sessions.begin() as session:
        rows.mind(session, visit.workspace, visit.person, now())
        nudges.slow_down(session, visit.workspace, visit.person, wish, now())
    said = {
        "once_a_week": "Once a week at most from now on.",
        "afternoon": "In the afternoon from now on.",
        "none": "No more private reminders. `/candor quiet off` brings them back.",
    }
    visit.reply([section(said[wish])])
