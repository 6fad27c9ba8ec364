"""App Home: what waits for me, what I look after, and three ways to begin."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks.common import Json, actions, button, context, divider, header, modal, section

MOST_BLOCKS = 100
LINES = 5  # of the audit, in one section of 3,000 characters


def home(
    beginnings: Sequence[Json],
    due: Sequence[Json],
    kept: Sequence[Sequence[Json]],
    *,
    quiet: str | None = None,
    shifted: str | None = None,
    is_admin: bool = False,
) -> Json:
    """The view. `beginnings` are buttons, `due` blocks, `kept` the rows of what somebody looks after.

    `quiet` says until when they are left alone; `shifted` how far the clock is moved, in a demo.
    """
    blocks: list[Json] = [header("Candor")]
    if shifted:
        blocks.append(context(f"Time is shifted: it is {shifted} here."))
    if due:
        blocks += [section("*Waiting for you*"), *due, divider()]
    blocks += [
        section(
            "*Begin something*\nSpeak up safely, learn from failure, show work early, know who may decide."
            if not kept
            else "*Begin something*"
        ),
        *([actions("begin", *beginnings)] if beginnings else []),
        divider(),
    ]
    if kept:
        blocks.append(section("*You look after*"))
        for row in kept:
            if len(blocks) + len(row) > MOST_BLOCKS - 4:
                blocks.append(context("And more: `/candor list` in a channel shows what happens there."))
                break
            blocks += row
    if quiet:
        blocks.append(context(f"You asked for quiet until {quiet}. `/candor quiet off` ends it."))
    if is_admin:
        blocks.append(actions("admin", button("What was administered", "audit")))
    blocks.append(context("`/candor help` in any channel tells what I can do, and what I keep."))
    return {"type": "home", "callback_id": "home", "blocks": blocks}


def audit(lines: Sequence[str]) -> Json:
    """The latest acts of administration, for admins."""
    sections = [section("\n".join(lines[at : at + LINES])) for at in range(0, len(lines), LINES)]
    return modal("notice", "Administered", sections or [section("Nothing was administered yet.")], close="Close")
