"""What `/candor` answers: help, this channel's rituals, why a date is where it is, what is kept of you."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def listing(rows: Sequence[Json], channel: str, commands: Sequence[str]) -> list[Json]:
    """This channel's rituals. `commands` are those of the rituals that are switched on."""
    if not rows:
        return [section(f"I do nothing in <#{channel}> yet. {beginnings(commands)}")]
    return [*rows, context("`/candor why NUMBER` tells the next five dates and why they are where they are.")]


def beginnings(commands: Sequence[str]) -> str:
    """Where rituals begin; each command explains itself."""
    *others, last = [f"`{one} help`" for one in commands]
    if not others:
        return f"{last} tells how to begin something."
    return f"{', '.join(others)} and {last} tell how to begin something."


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


NAMED = {  # by table and column: what holds somebody's name, as one and as many; None: said elsewhere
    "account.person": ("account of an incident", "accounts of incidents"),
    "act.person": (
        "act of administration, such as pausing a ritual",
        "acts of administration, such as pausing one",
    ),
    "answer.person": ("answer that you gave by a form with names", "answers that you gave by a form with names"),
    "delivery.to": ("private message of the last days", "private messages of the last days"),
    "demo_ask.person": (
        "time that you were asked to show something",
        "times that you were asked to show something",
    ),
    "demo_event.host": ("demo day that you hosted or will host", "demo days that you hosted or will host"),
    "demo_event.turn_of": None,
    "demo_feed.person": ("address of a calendar", "addresses of calendars"),
    "demo_host.person": ("demo day at which you take turns", "demo days at which you take turns"),
    "finding.added_by": ("thing learned that you added to a review", "things learned that you added to reviews"),
    "keeper.person": ("ritual that you look after, or did", "rituals that you look after, or did"),
    "moment.added_by": ("line that you added to a timeline", "lines that you added to timelines"),
    "moment.person": ("line of a timeline in your words", "lines of timelines in your words"),
    "nudge.person": ("private reminder", "private reminders"),
    "override.person": ("date that you skipped or moved", "dates that you skipped or moved"),
    "pace.lane": None,
    "person.id": None,
    "pulse_keeper.person": ("pulse that you look after", "pulses that you look after"),
    "pulse_picked.person": ("pulse for which you are picked", "pulses for which you are picked"),
    "quotation.person": ("quotation of yours in a review", "quotations of yours in reviews"),
    "registry_keeper.person": ("registry of decisions that you look after", "registries that you look after"),
    "review.facilitator": ("review that you facilitate", "reviews that you facilitate"),
    "review.started_by": ("review that you began", "reviews that you began"),
    "review_action.owner": ("action of a review that is yours", "actions of reviews that are yours"),
    "review_person.person": ("review in which you were asked", "reviews in which you were asked"),
    "role.person": ("role that you have", "roles that you have"),
    "sealed_seat.person": (
        "sealed round to which you were invited; whether you answered is sealed, too",
        "sealed rounds to which you were invited; whether you answered is sealed, too",
    ),
    "showing.partner": ("thing that you show together with somebody", "things that you show with somebody"),
    "showing.person": ("thing that you showed or will show", "things that you showed or will show"),
}


def my_data(kept: Mapping[str, int], quiet: str | None, zone: str | None) -> list[Json]:
    """What has somebody's name on it. `kept` counts rows by table and column."""
    lines = [f"• your time zone: {zone or 'none'}"]
    for name, named in NAMED.items():
        if named is not None and (count := kept.get(name, 0)):
            lines.append(f"• {count} {named[count > 1]}")
    if quiet:
        lines.append(f"• that you want quiet until {quiet}")
    told = [section("*What I keep with your name on it*\n" + "\n".join(lines))]
    if "account.person" in kept:
        told.append(context("`/postmortem my-data` shows your accounts of incidents, and deletes them."))
    return [
        *told,
        context(
            "What you write in a thread is Slack's, not mine: I keep no copy of it, except of a message that "
            "somebody put on the timeline of a review."
        ),
    ]
