"""The forms of a prompt, each beside its reader: what is asked, when, and a last look before it starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date

from bot.blocks.calendar import rhythm
from bot.blocks.common import (
    Json,
    checkboxes,
    context,
    escape,
    field,
    modal,
    notice,
    option,
    quote,
    radio,
    read_form,
    section,
    select,
    text_box,
)
from bot.blocks.prompts.draft import Draft, draft_in
from bot.blocks.when import country_field, first_day_field, listed, moved, read_first_day, read_zone_of, zone_field
from rituals.calendar.cadence import (
    DAY_NAMES,
    DAYS,
    KINDS,
    NTH,
    Cadence,
    read_country,
)
from rituals.calendar.recurrence import Occurrence
from rituals.errors import InvalidField
from rituals.prompts.packs import Pack

OWN = "own"
ANSWERS = {
    "thread": "In the thread, for all to read",
    "form": "By a form; names and answers appear at the end",
    "sealed": "Sealed: no names; opened together at the end, from five on",
}
SHORT = {"skip": "Leave that month out", "last": "Take its last day"}
FIRST_QUESTION = "What did you learn this week?"
TIMES = [f"{hour:02}:{minute:02}" for hour in range(4, 21) for minute in (0, 15, 30, 45)] + ["21:00"]
MONTHS = [f"{date(2000, month, 1):%B}" for month in range(1, 13)]
PACK_CADENCES = {
    "weekdays": Cadence("weekdays"),
    "weekly": Cadence("weekly"),
    "fortnightly": Cadence("weeks", every=2),
    "monthly": Cadence("month_weekday"),
    "quarterly": Cadence("quarterly"),
}


# --- the first five minutes -----------------------------------------------------------------------------


def first_form(draft: Draft, channels: Sequence[tuple[str, str]]) -> Json:
    """One short form: the question goes out now, and then every week."""
    return modal(
        "prompt_first",
        "Ask every week",
        [
            section("The first round goes out as soon as you press *Ask now*; people answer in its thread."),
            _channel_field(draft, channels),
            field(
                "question",
                "Question",
                text_box(initial=FIRST_QUESTION, lines=True),
                hint="Something that everybody in the team can answer in two minutes.",
            ),
            field("weekday", "From next week on, every", select(_days(), draft.days[0])),
            field("at", f"At ({draft.zone})", select([option(time, time) for time in TIMES], draft.at)),
        ],
        submit="Ask now",
        carries=asdict(draft),
    )


def read_first(view: Json) -> Draft:
    """The draft as the short form gives it. The first date of the calendar is the one after today."""
    given, draft = read_form(view), draft_in(view)
    return replace(
        draft,
        channel=given.get("channel") or draft.channel,
        question=given["question"] or "",
        kind="weekly",
        days=(given["weekday"],),
        at=given["at"],
    )


# --- what, when, a last look ----------------------------------------------------------------------------


def what_form(draft: Draft, packs: Mapping[str, Pack], channels: Sequence[tuple[str, str]] | None) -> Json:
    """Step one: what is asked, how it is answered, how often. `channels` None: the channel is settled."""
    where = [_channel_field(draft, channels)] if channels is not None else [context(f"For <#{draft.channel}>")]
    return modal(
        "prompt_what",
        "Edit a prompt" if draft.schedule else "New prompt",
        [
            *where,
            field(
                "pack",
                "Questions",
                select(
                    [
                        option(OWN, "My own question"),
                        *(option(pack.name, f"Pack: {pack.title}") for pack in packs.values()),
                    ],
                    draft.pack or OWN,
                ),
                hint="A pack asks another question each time, and none twice before all were asked.",
            ),
            field(
                "question",
                "My own question",
                text_box(initial=draft.question, placeholder="What surprised you this week?", lines=True),
                hint="Leave it empty when a pack asks.",
                optional=True,
            ),
            field(
                "answers",
                "How people answer",
                radio([option(key, words) for key, words in ANSWERS.items()], draft.answers),
            ),
            field("kind", "How often", select([option(key, words) for key, words in KINDS.items()], draft.kind)),
        ],
        submit="Next",
        carries=asdict(draft),
    )


def read_what(view: Json, packs: Mapping[str, Pack]) -> Draft:
    """The draft with what is asked; a newly chosen pack brings its own rhythm along."""
    given, draft = read_form(view), draft_in(view)
    pack = None if given["pack"] == OWN else packs.get(given["pack"])
    if given["pack"] != OWN and pack is None:
        raise InvalidField("pack", "This pack isn't there any more. Please choose another one.")
    typed = (given["question"] or "").strip()
    if pack is not None and typed and typed != draft.question:
        raise InvalidField(
            "question", "A pack asks its own questions. Empty this box, or choose *My own question*."
        )
    kind = given["kind"]
    every = draft.every
    if pack is not None and pack.name != draft.pack and kind == draft.kind:
        kind, every = PACK_CADENCES[pack.cadence].kind, PACK_CADENCES[pack.cadence].every
    return replace(
        draft,
        channel=given.get("channel") or draft.channel,
        question=None if pack else (given["question"] or ""),
        pack=pack.name if pack else None,
        answers=given["answers"],
        kind=kind,
        every=max(every, 2),
    )


def when_form(draft: Draft, packs: Mapping[str, Pack]) -> Json:
    """Step two: the boxes that this rhythm needs, and no others."""
    cadence = draft.cadence
    boxes = []
    if draft.kind == "weeks":
        weeks = [option(str(n), f"Every {n} weeks") for n in range(2, 13)]
        boxes.append(field("every", "How many weeks apart", select(weeks, str(draft.every))))
    if draft.kind in ("weekly", "weeks"):
        boxes.append(field("days", "On these days", checkboxes(_days(), cadence.days)))
    if draft.kind == "month_weekday":
        nth = [option(str(number), words.capitalize()) for number, words in NTH.items()]
        boxes.append(field("nth", "Which one in the month", select(nth, str(draft.nth))))
        boxes.append(field("weekday", "Weekday", select(_days(), cadence.days[0] if cadence.days else "MO")))
    if draft.kind == "yearly":
        months = [option(str(number), name) for number, name in enumerate(MONTHS, 1)]
        boxes.append(field("month", "Month", select(months, str(draft.month))))
    if draft.kind in ("month_day", "quarterly", "yearly"):
        days = [option(str(day), str(day)) for day in range(1, 32)]
        boxes.append(field("day", "Day of the month", select(days, str(draft.day))))
        short = [option(key, words) for key, words in SHORT.items()]
        boxes.append(field("short", "In a month that lacks that day", radio(short, draft.short)))
    if draft.kind == "rule":
        hint = "RFC 5545, for instance FREQ=MONTHLY;BYDAY=2TU;BYMONTH=1,4,7,10"
        boxes.append(
            field("rule", "Rule", text_box(initial=draft.rule, placeholder="FREQ=WEEKLY;BYDAY=TU"), hint=hint)
        )
    pack = packs.get(draft.pack or "")
    if pack is not None and pack.beside:
        hint = "Shown next to the answers when a round closes."
        boxes.append(
            field("beside", pack.beside, text_box(initial=draft.beside, lines=True), hint=hint, optional=True)
        )
    return modal(
        "prompt_when",
        "When",
        [
            *boxes,
            field("at", "At", select([option(time, time) for time in _times(draft.at)], draft.at)),
            zone_field(draft.zone),
            first_day_field(draft.first),
            country_field(draft.country),
        ],
        submit="Show the dates",
        close="Back",
        carries=asdict(draft),
    )


def read_when(view: Json) -> Draft:
    """The draft with its rhythm. Raises InvalidField or UnknownZone under the box that must be mended."""
    given, draft = read_form(view), draft_in(view)
    days = tuple(given["days"]) if "days" in given else draft.days
    return replace(
        draft,
        every=int(given.get("every") or draft.every),
        days=(given["weekday"],) if "weekday" in given else days,
        nth=int(given.get("nth") or draft.nth),
        month=int(given.get("month") or draft.month),
        day=int(given.get("day") or draft.day),
        short=given.get("short") or draft.short,
        rule=(given["rule"] or "").strip() if "rule" in given else draft.rule,
        beside=given.get("beside", draft.beside),
        at=given["at"],
        zone=read_zone_of(given),
        first=read_first_day(given, draft.first).isoformat(),
        country=read_country(given["country"] or ""),
    )


def check_form(
    draft: Draft,
    packs: Mapping[str, Pack],
    dates: Sequence[Occurrence],
    difference: tuple[Sequence[Occurrence], Sequence[Occurrence]] | None,
) -> Json:
    """Step three: the next dates, and for an edit which ones go and come, before anything is saved."""
    pack = packs.get(draft.pack or "")
    question = f"Questions of the pack *{escape(pack.title)}*" if pack else quote(draft.question or "", 600)
    blocks = [
        section(f"In <#{draft.channel}>:\n{question}"),
        section(f"*When:* {rhythm(draft.cadence.as_rule(), draft.at, draft.zone)}"),
        section("*The next dates*\n" + listed(dates)),
    ]
    if difference is not None:
        blocks.append(moved(difference))
    return modal(
        "prompt_check",
        "Save this?" if draft.schedule else "Start this?",
        blocks,
        submit="Save" if draft.schedule else "Start",
        close="Back",
        carries=asdict(draft),
    )


def read_check(view: Json) -> Draft:
    """The draft that was shown."""
    return draft_in(view)


def done(draft: Draft, dates: Sequence[Occurrence], *, asked_now: bool = False) -> Json:
    """What happens next, said once more."""
    begin = f"The question is on its way to <#{draft.channel}>." if asked_now else f"Saved for <#{draft.channel}>."
    return notice(
        "All set",
        f"{begin} `/prompt list` there changes, pauses or stops it.",
        "*The next dates*\n" + listed(dates),
    )


def _days() -> list[Json]:
    return [option(code, name) for code, name in zip(DAYS, DAY_NAMES, strict=True)]


def _times(also: str) -> list[str]:
    """The offered times, with one that was set some other way."""
    return sorted({*TIMES, also})


def _channel_field(draft: Draft, channels: Sequence[tuple[str, str]]) -> Json:
    """The channels that both are in; more than a list can hold are looked for by name."""
    if len(channels) > 100:
        element: Json = {
            "type": "conversations_select",
            "filter": {"include": ["public", "private"], "exclude_bot_users": True},
        }
        if draft.channel:
            element["initial_conversation"] = draft.channel
        return field("channel", "Channel", element)
    named = [option(channel, f"#{name}") for channel, name in channels]
    only = channels[0][0] if len(channels) == 1 else None
    return field("channel", "Channel", select(named, draft.channel or only))
