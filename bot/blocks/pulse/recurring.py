"""Pulses that come again: when, as a form beside its reader; and what their channel and their keepers read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime

from bot.blocks.calendar import rhythm
from bot.blocks.common import (
    Json,
    Message,
    actions,
    button,
    context,
    escape,
    field,
    instant,
    message,
    modal,
    notice,
    option,
    read_form,
    section,
    select,
)
from bot.blocks.pulse.forms import Draft, draft_in
from bot.blocks.when import first_day_field, listed, moved, read_first_day, read_zone_of, zone_field
from rituals.calendar.cadence import start_on
from rituals.calendar.recurrence import Occurrence
from rituals.calendar.schedules import Timing
from rituals.pulse import recurring
from rituals.pulse.asking import asked_in
from storage.schema import Pulse, PulsePlan, Schedule

TIMES = [f"{hour:02}:{minute:02}" for hour in range(4, 21) for minute in (0, 30)] + ["21:00"]
WHY_SKIPPED = {
    "Unanswered": "the last one still waits to be answered: what was heard, what will be done, what won't",
    "StillOpen": "the last one is still open",
    "TooSoon": "the same was asked here less than four weeks ago",
    "TooFew": "there are too few of you here just now, and among so few everybody could work out who said what",
    "TooAlike": "nearly these people were picked for another one lately, and both results would point at a few",
    "AskedElsewhere": "nearly all of you were asked this lately, perhaps in other words, and the results together "
    "would point at a few",
    "AskedTwice": "some of you were asked this elsewhere lately, and both results could tell what few of you said",
    "NoOperator": "nobody has told me who runs the machine that I am on, which you must know before you answer",
    "QuestionsGone": "its questions aren't there any more",
    "NotRunning": "I was not running when it was due",
    "TooLate": "I could not look up in time who is here",
}


# --- when -----------------------------------------------------------------------------------------------


def when_form(draft: Draft) -> Json:
    """Step two of what comes again: from which day on, at what time."""
    times = sorted({*TIMES, draft.at})
    return modal(
        "pulse_when",
        "When",
        [
            context(
                f"{recurring.OFTEN[draft.often]}. Each time it asks whoever is in <#{draft.channel}> then. The "
                "same questions are never asked twice within four weeks."
            ),
            first_day_field(draft.first, "First on", "It keeps to this day of the week."),
            field("at", "At", select([option(time, time) for time in times], draft.at)),
            zone_field(draft.zone),
        ],
        submit="Show the dates",
        close="Back",
        carries=asdict(draft),
    )


def read_when(view: Json) -> Draft:
    """The draft with its day, time and zone. Raises InvalidField or UnknownZone."""
    given, draft = read_form(view), draft_in(view)
    first = read_first_day(given, draft.first)
    return replace(draft, first=first.isoformat(), at=given["at"], zone=read_zone_of(given))


def timing(draft: Draft) -> Timing:
    """When a draft shall happen. Raises InvalidField."""
    first = date.fromisoformat(draft.first)
    return Timing(recurring.cadence_of(draft.often, first).as_rule(), start_on(first, draft.at), draft.zone)


def asked(draft: Draft) -> recurring.Asked:
    """What a draft asks each time."""
    return recurring.Asked(draft.instrument, draft.own, draft.days, draft.comments)


def draft_of(schedule: Schedule, plan: PulsePlan, origin: str) -> Draft:
    """A stored pulse that comes again as a draft, to be edited."""
    return Draft(
        origin,
        schedule.channel,
        schedule.zone,
        instrument=plan.instrument,
        own=plan.own,
        days=plan.days,
        comments=plan.comments,
        often=recurring.often_of(schedule.rule),
        first=schedule.start[:10],
        at=schedule.start[11:16],
        schedule=schedule.id,
        version=schedule.version,
    )


def dates_shown(
    draft: Draft, dates: Sequence[Occurrence], moves: tuple[Sequence[Occurrence], Sequence[Occurrence]] | None
) -> list[Json]:
    """How often, the next dates, and for an edit which ones go and come: before anything is saved."""
    when = timing(draft)
    shown = [section(f"*{rhythm(when.rule, draft.at, draft.zone)}*\nThe next dates:\n{listed(dates)}")]
    return shown if moves is None else [*shown, moved(moves)]


def saved(draft: Draft, dates: Sequence[Occurrence]) -> Json:
    """What happens next, said once more."""
    return notice(
        "All set",
        f"Saved for <#{draft.channel}>. `/pulse list` there changes, pauses or stops it.",
        "*The next dates*\n" + listed(dates),
        "Each waits for the answer to the result before it. Where one can't be asked, the channel reads why.",
    )


# --- what is told ---------------------------------------------------------------------------------------


def asks(plan: PulsePlan, title: str) -> str:
    """A pulse that comes again in a few words."""
    return f"Pulse: {title}, open for {plan.days} {'day' if plan.days == 1 else 'days'}"


def skipped(title: str, why: str, following: Sequence[Occurrence]) -> Message:
    """To the channel, once: this date is left out, and why."""
    following_words = f" The next one is due {instant(following[0].at, following[0].zone)}." if following else ""
    return message(
        [
            section(
                f"The pulse *{escape(title)}* is left out this time, because {WHY_SKIPPED[why]}.{following_words}"
            )
        ]
    )


def late(pulse: Pulse, occurrence: datetime) -> Message:
    """To the channel: why the invitations come now."""
    return message(
        [
            section(
                f"The pulse *{escape(asked_in(pulse).title)}* begins late: I was not running at "
                f"{instant(occurrence, 'UTC')}. Sorry for that. It closes {instant(pulse.closes_at, 'UTC')}."
            )
        ]
    )


def paused_note(schedule: Schedule, words: str) -> list[Json]:
    """Part of a private reminder: it paused itself."""
    because = schedule.paused_because or ""
    return [section(f"I paused #{schedule.id} in <#{schedule.channel}>: {because}\n{escape(words)}")]


def unposted(pulse: Pulse) -> Message:
    """To those who look after it: nobody can read the result. Not what it is: nobody reads that first."""
    return message(
        [
            section(
                f"The pulse *{escape(asked_in(pulse).title)}* is over, and I can't post its result in "
                f"<#{pulse.channel}>: the channel is archived, or I'm not in it any more. It is kept. Once I can "
                "speak there again, press the button; nobody reads it earlier or elsewhere."
            ),
            actions(f"post-{pulse.id}", button("Post the result", "pulse_post", str(pulse.id), primary=True)),
        ]
    )
