"""What `/candor` answers: help, this channel's rituals, why a date is where it is, what is kept of you."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.blocks.common import Json, context, escape, section, there
from rituals.calendar.recurrence import Occurrence
from rituals.calendar.schedules import is_paused
from storage.schema import Schedule

HELP = (
    "*What `/candor` can do*\n"
    "• `/candor` or `/candor list` shows what happens in this channel, when, and who looks after it\n"
    "• `/candor why 3` tells the next five dates of number 3, with the reason for any that moved\n"
    "• `/candor pause 3` (or `pause 3 for 2 weeks`) · `/candor resume 3` · `/candor skip 3`\n"
    "• `/candor quiet 2 weeks` stops my private reminders for that long; `/candor quiet off` ends it\n"
    "• `/candor home` refreshes my Home tab: what waits for you, what you look after\n"
    "• `/candor my-data` tells what I keep that has your name on it"
)


def listing(rows: Sequence[Json], channel: str, others: str) -> list[Json]:
    """This channel's rituals. `others` names the commands that begin something."""
    if not rows:
        return [section(f"Nothing happens in <#{channel}> by me yet. {others} begins something.")]
    return [*rows, context("`/candor why NUMBER` tells the next five dates and why they are where they are.")]


def why(schedule: Schedule, asks: str, told: Sequence[Occurrence], cadence: str, now: datetime) -> list[Json]:
    """The next five dates, each with the reason for any move; what is left out stands between them."""
    lines = []
    for one in told:
        when = there(one.at, one.zone)
        note = escape(one.note) if one.note else cadence
        lines.append(f"• ~{when}~ left out: {note}" if one.skipped else f"• {when}: {note}")
    if is_paused(schedule, now):
        lines.insert(0, f"Paused: {schedule.paused_because}")
    if schedule.ended_at is not None:
        lines = ["It is over: no date is left."]
    return [
        section(f"*#{schedule.id}* {asks}"),
        section("\n".join(lines) or "No date is left."),
        context(f"Times as the clocks of {schedule.zone} show them."),
    ]


def my_data(
    kept: int, answers: int, acts: int, keeps_registry: bool, quiet: str | None, zone: str | None
) -> list[Json]:
    """What has somebody's name on it."""
    lines = [
        f"• your time zone: {zone or 'none'}",
        f"• that you look after {kept} {'ritual' if kept == 1 else 'rituals'}",
        f"• {answers} {'answer' if answers == 1 else 'answers'} that you gave by a form with names",
    ]
    if acts:
        lines.append(f"• {acts} {'act' if acts == 1 else 'acts'} of administration, such as pausing one")
    if keeps_registry:
        lines.append("• that you look after the registry of decisions")
    if quiet:
        lines.append(f"• that you want quiet until {quiet}")
    return [
        section("*What I keep with your name on it*\n" + "\n".join(lines)),
        context("What you write in a thread is Slack's, not mine: I keep no copy of it."),
    ]
