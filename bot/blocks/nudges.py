"""The one private reminder a day: everything that waits for a person, in one message."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks.common import Json, Message, actions, button, context, divider, message, section

MOST_BLOCKS = 44  # of the 50 that a message may have; the last ones ask or explain


def bundle(parts: Sequence[Sequence[Json]], *, ignored: bool) -> Message:
    """All parts in one message; after two without a click it asks whether we speak too much."""
    blocks: list[Json] = []
    for part in parts:
        if len(blocks) + len(part) > MOST_BLOCKS:
            blocks.append(context("And more: `/candor home` shows all that waits for you."))
            break
        blocks += [*part, divider()]
    if ignored:
        blocks += [
            section("My last two reminders found you busy. Too often? The wrong time? Or none at all?"),
            actions(
                "tune",
                button("Once a week at most", "nudge_once_a_week"),
                button("In the afternoon", "nudge_afternoon"),
                button("None at all", "nudge_none"),
                button("As it is", "nudge_fine", "tune"),
            ),
        ]
    else:
        blocks.append(context("`/candor quiet 2 weeks` stops these for a while."))
    return message(blocks)
