"""What the courier says for a prompt: the question, its close, the digest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

import storage.prompts as rows
from bot.blocks.common import Message
from bot.blocks.prompts import messages
from bot.rooms import Posting
from bot.workspaces import Installation
from rituals.calendar.schedules import next_dates
from rituals.prompts import rounds
from rituals.prompts.packs import Pack
from storage import Database, Session
from storage.calendar import schedule
from storage.schema import Delivery, Prompt, Round, Schedule

UNCOUNTABLE = ("missing_scope", "thread_not_found", "message_not_found")


def postings(packs: Mapping[str, Pack]) -> dict[str, Posting]:
    """The kinds of delivery that prompts owe."""

    def say_question(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
        asked, prompt, kept = _of(session, delivery)
        if asked.closed_at is not None or kept.ended_at is not None:
            return None
        return messages.question(asked, prompt, kept.zone)

    def note_posted(session: Session, delivery: Delivery, ts: str, _seen: Any, now: datetime) -> None:
        if ts:
            rounds.posted(session, delivery.workspace, delivery.facts["round"], ts)

    def count_replies(client: WebClient, ours: Installation, database: Database, delivery: Delivery) -> int | None:
        """How many people answered: by form from our table, in a thread from Slack where that scope is there."""
        with database.reading() as session:
            asked, prompt, _ = _of(session, delivery)
            if asked.sealed:
                return len(asked.unsealed or [])
            if prompt.answers == "form":
                return len(rows.answers_of(session, delivery.workspace, asked.id))
        if asked.ts is None or not (ours.may("channels:history") or ours.may("groups:history")):
            return None
        try:
            thread = client.conversations_replies(channel=asked.channel, ts=asked.ts, limit=200)
        except SlackApiError as refused:
            if refused.response.get("error") in UNCOUNTABLE:
                return None
            raise
        return len(
            {reply["user"] for reply in thread["messages"][1:] if reply.get("user") not in (None, ours.bot_user)}
        )

    def say_closed(session: Session, delivery: Delivery, count: int | None, now: datetime) -> Message | None:
        asked, _, kept = _of(session, delivery)
        if asked.ts is None:
            return None
        return messages.closed(asked, count, next_dates(session, kept, now, 1))

    def note_closed(session: Session, delivery: Delivery, _ts: str, count: int | None, now: datetime) -> None:
        asked, prompt, _ = _of(session, delivery)
        if prompt.answers == "thread" and not asked.sealed and asked.ts is not None:
            rounds.conclude(session, delivery.workspace, asked.id, count, now)

    def say_digest(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
        asked, prompt, _ = _of(session, delivery)
        answers = messages.sealed_answers(asked) or rows.answers_of(session, delivery.workspace, asked.id)
        if asked.ts is None or not answers:
            return None
        pack = packs.get(prompt.pack or "")
        return messages.digest(asked, answers, prompt, pack.beside if pack else None)

    return {
        "prompt.question": Posting(say_question, settled=note_posted),
        "prompt.closed": Posting(say_closed, look=count_replies, settled=note_closed),
        "prompt.digest": Posting(say_digest, repeat="at_most_once"),
    }


def _of(session: Session, delivery: Delivery) -> tuple[Round, Prompt, Schedule]:
    """The rows that a delivery's facts point to; its round is never deleted before it."""
    asked = rows.round_of(session, delivery.workspace, delivery.facts["round"])
    prompt = rows.prompt(session, delivery.workspace, asked.prompt_id) if asked else None
    kept = schedule(session, delivery.workspace, prompt.schedule_id) if prompt else None
    assert asked is not None
    assert prompt is not None
    assert kept is not None
    return asked, prompt, kept
