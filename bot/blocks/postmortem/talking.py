"""What opens the conversation of a review: the facilitator's page, and the same for a thread."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks.common import (
    Json,
    Message,
    actions,
    button,
    clip_escaped,
    context,
    escape,
    instant,
    message,
    section,
)
from bot.blocks.postmortem.messages import moves
from rituals.postmortem.brief import Brief
from rituals.postmortem.talk import MINUTES
from storage.schema import Review


def brief(review: Review, made: Brief, given: int, asked: int) -> Message:
    """The facilitator's page."""

    def part(heading: str, said: Sequence[tuple[str, str]]) -> list[Json]:
        lines = "\n".join(f"• {who}: {clip_escaped(words, 240)}" for who, words in said)
        return [section(f"*{heading}*\n{lines}"[:2_900])] if said else []

    who = f"{MINUTES} minutes with those who were there is enough"
    opening = (
        f"*Review {review.id}: the accounts are open.* {given} of {asked} gave one. {who}; read first, then ask."
    )
    if not given:
        opening = f"*Review {review.id}: nobody gave an account.* {who}: ask first what made it hard to write."
    return message(
        [
            section(opening),
            *part("When it reached people", made.times),
            *part("What people believed", made.believed),
            *part("What people watched", made.watched),
            section(_questions(made)),
            actions(
                f"pm-{review.id}-talk",
                button(f"{MINUTES} minutes for my calendar", "pm_calendar", str(review.id)),
                button("No meeting: talk in a thread", "pm_thread", str(review.id)),
            ),
            *moves(review),
        ]
    )


def thread(review: Review, made: Brief, given: int, asked: int, ts: str) -> Message:
    """The same for a thread in the channel: its readers weren't all asked, so no word of an account is in it."""
    differ = [
        what
        for what, said in (("when it reached people", made.times), ("what people watched", made.watched))
        if len({words for _, words in said}) > 1
    ]
    said = f" They differ in {' and in '.join(differ)}." if differ else ""
    return message(
        [
            section(
                f"*Review {review.id}: we talk here, in this thread.* {given} of {asked} gave an account.{said} "
                f"Answer what you can, until {instant(review.due, review.zone)}."
            ),
            section(_questions(made)),
            context("Whoever was asked can read the accounts; none of them is quoted here."),
            actions(
                f"pm-{review.id}-thread",
                button("Read the accounts", "pm_read", str(review.id)),
                button("Add what we learned", "pm_finding", str(review.id)),
            ),
        ],
        thread_ts=ts,
    )


def _questions(made: Brief) -> str:
    listed = "\n".join(f"{number}. {escape(one)}" for number, one in enumerate(made.questions, 1))
    return f"*Five questions to open with*\n{listed}"
