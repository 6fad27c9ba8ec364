"""One scheduled ritual as a row: what, when next, who looks after it, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.blocks.common import Json, actions, button, clip, clip_escaped, escape, section, sure, there
from rituals.calendar.cadence import names_hours, read_cadence
from rituals.calendar.recurrence import Occurrence
from rituals.calendar.schedules import is_paused
from storage.schema import Schedule


def row(
    schedule: Schedule,
    asks: str,
    keepers: Sequence[str],
    dates: Sequence[Occurrence],
    now: datetime,
    *,
    edit: str | None = None,
    with_channel: bool = False,
) -> list[Json]:
    """A row of a list or of App Home. `edit` is the action of its *Edit*; None leaves all buttons out."""
    where = f" in <#{schedule.channel}>" if with_channel else ""
    words = [
        f"*#{schedule.id}* {clip_escaped(asks, 300)}{where}",
        rhythm(schedule.rule, schedule.start[11:16], schedule.zone),
        when_next(schedule, dates, now),
        "Looked after by " + (" and ".join(f"<@{keeper}>" for keeper in keepers) or "nobody"),
    ]
    built = [section("\n".join(words))]
    if edit is not None:
        built.append(actions(f"schedule-{schedule.id}", *_buttons(schedule, asks, now, edit)))
    return built


def rhythm(rule: str, at: str, zone: str) -> str:
    """How often, in words: Every Tuesday at 10:00 (Europe/Berlin)."""
    words = escape(read_cadence(rule).in_words())
    time = "" if names_hours(rule) else f" at {at}"
    return f"{words[0].upper()}{words[1:]}{time} ({zone})"


def when_next(schedule: Schedule, dates: Sequence[Occurrence], now: datetime) -> str:
    """Its next dates, or why there are none. The reason of a pause is ours and may mention somebody."""
    listed = " · ".join(there(one.at, one.zone) for one in dates)
    if is_paused(schedule, now):
        return f"Paused: {schedule.paused_because}" + (f" Next: {listed}" if listed else "")
    return f"Next: {listed}" if listed else "No date is left."


def _buttons(schedule: Schedule, asks: str, now: datetime, edit: str) -> list[Json]:
    value, spoken = str(schedule.id), clip(asks, 50)
    built = [button("Edit", edit, value, said=f"Edit: {spoken}")]
    if is_paused(schedule, now):
        built.append(button("Resume", "schedule_resume", value, primary=True, said=f"Resume: {spoken}"))
    else:
        built.append(button("Pause", "schedule_pause", value, said=f"Pause: {spoken}"))
    if schedule.next_due is not None:
        # the date goes along, so that a second click doesn't skip a second date
        skipped = f"{value} {int(schedule.next_due.timestamp())}"
        built.append(button("Skip the next", "schedule_skip", skipped, said=f"Skip the next: {spoken}"))
    return [*built, stop(schedule, asks, "Stop")]


def stop(schedule: Schedule, asks: str, words: str) -> Json:
    """A button that ends it for good, and asks back first."""
    return sure(
        button(words, "schedule_stop", str(schedule.id), danger=True, said=f"{words}: {clip(asks, 50)}"),
        "Stop this for good?",
        "It comes no more. What was said stays in its threads.",
        "Stop it",
    )
