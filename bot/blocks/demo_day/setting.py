"""The form that sets a demo day up or changes it, and a last look at its dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from uuid import uuid4

from bot.blocks.calendar import rhythm
from bot.blocks.common import (
    Json,
    carried,
    context,
    counted,
    escape,
    field,
    modal,
    notice,
    option,
    read_form,
    section,
    select,
    text_box,
)
from bot.blocks.when import country_field, first_day_field, listed, moved, read_first_day, read_zone_of, zone_field
from rituals.calendar.cadence import DAY_NAMES, DAYS, Cadence, once_a_day, read_cadence, read_country, start_on
from rituals.calendar.recurrence import Occurrence
from rituals.calendar.schedules import Timing
from rituals.demo_day.setting import MOST_SLOTS, Setting
from storage.schema import DemoDay, Schedule

OWN = "own"
RHYTHMS = {  # "every other Tuesday" and "the second Tuesday" differ, so both stand there to choose from
    "weekly": ("Every week", Cadence("weekly")),
    "fortnightly": ("Every other week", Cadence("weeks", every=2)),
    "four_weeks": ("Every four weeks", Cadence("weeks", every=4)),
    "first": ("The first of the month", Cadence("month_weekday", nth=1)),
    "second": ("The second of the month", Cadence("month_weekday", nth=2)),
    "third": ("The third of the month", Cadence("month_weekday", nth=3)),
    "last": ("The last of the month", Cadence("month_weekday", nth=-1)),
}
TIMES = [f"{hour:02}:{minute:02}" for hour in range(8, 18) for minute in (0, 30)]
MINUTES = (5, 10, 15, 20, 30, 45, 60)


@dataclass(frozen=True)
class Draft:
    """A demo day on its way through the forms; it travels in their private metadata.

    `rule` is the RRULE text, `at` "HH:MM" and `first` a date, both local to `zone`. `schedule` and `version`
    say which one is edited, and as it was when the form was opened.
    """

    origin: str
    channel: str
    zone: str
    first: str
    rule: str = ""
    at: str = "15:00"
    country: str | None = None
    slots: int = 4
    minutes: int = 10
    place: str = ""
    schedule: int | None = None
    version: int = 0

    @property
    def setting(self) -> Setting:
        return Setting(self.slots, self.minutes, self.place)

    def timing(self) -> Timing:
        """When it shall happen. Raises BadRule under the box that must be mended."""
        start = start_on(date.fromisoformat(self.first), self.at)
        return Timing(once_a_day(self.rule), start, self.zone, self.country)


def new_draft(channel: str, zone: str | None, today: date) -> Draft:
    """An empty draft: every other week on today's weekday."""
    rule = replace(RHYTHMS["fortnightly"][1], days=(DAYS[min(today.weekday(), 4)],)).as_rule()
    return Draft(uuid4().hex, channel, zone or "UTC", today.isoformat(), rule)


def draft_of(schedule: Schedule, day: DemoDay) -> Draft:
    """A stored demo day as a draft, to be edited."""
    return Draft(
        origin=uuid4().hex,
        channel=schedule.channel,
        zone=schedule.zone,
        first=schedule.start[:10],
        rule=schedule.rule,
        at=schedule.start[11:16],
        country=schedule.country,
        slots=day.slots,
        minutes=day.minutes,
        place=day.place,
        schedule=schedule.id,
        version=schedule.version,
    )


def setting_form(draft: Draft) -> Json:
    """When, how many slots, where: on one page."""
    name, weekday = _rhythm_of(draft.rule)
    rhythms = [option(key, words) for key, (words, _) in RHYTHMS.items()]
    if name == OWN:
        rhythms.append(option(OWN, "As it is"))
    minutes = [option(str(count), f"{count} minutes") for count in sorted({*MINUTES, draft.minutes})]
    return modal(
        "demo_setting",
        "Edit the demo day" if draft.schedule else "A demo day",
        [
            section(f"For <#{draft.channel}>. Sign-up opens by itself five working days before each."),
            field("rhythm", "How often", select(rhythms, name)),
            field("weekday", "On", select([option(*one) for one in zip(DAYS, DAY_NAMES, strict=True)], weekday)),
            field("at", "At", select([option(one, one) for one in sorted({*TIMES, draft.at})], draft.at)),
            zone_field(draft.zone),
            first_day_field(draft.first),
            field(
                "slots",
                "Slots",
                select([option(str(count), str(count)) for count in range(1, MOST_SLOTS + 1)], str(draft.slots)),
            ),
            field("minutes", "Minutes each", select(minutes, str(draft.minutes))),
            field("place", "Where", text_box(initial=draft.place, placeholder="A room, or a link to the call")),
            country_field(draft.country),
        ],
        submit="Show the dates",
        carries=asdict(draft),
    )


def read_setting(view: Json) -> Draft:
    """The draft as it was filled in. Raises InvalidField or UnknownZone under the box that must be mended."""
    given, draft = read_form(view), _draft_in(view)
    rule = draft.rule
    if given["rhythm"] != OWN:
        rule = replace(RHYTHMS[given["rhythm"]][1], days=(given["weekday"],)).as_rule()
    return replace(
        draft,
        rule=rule,
        at=given["at"],
        zone=read_zone_of(given),
        first=read_first_day(given, draft.first).isoformat(),
        slots=int(given["slots"]),
        minutes=int(given["minutes"]),
        place=given["place"] or "",
        country=read_country(given["country"] or ""),
    )


def check_form(
    draft: Draft,
    dates: Sequence[Occurrence],
    difference: tuple[Sequence[Occurrence], Sequence[Occurrence]] | None,
    told: Sequence[str],
) -> Json:
    """The next dates before anything is saved; for an edit what moves, and who is told of it."""
    blocks = [
        section(
            f"In <#{draft.channel}>, {escape(draft.place)}: {counted(draft.slots, 'slot')} of "
            f"{counted(draft.minutes, 'minute')}."
        ),
        section(f"*When:* {rhythm(draft.rule, draft.at, draft.zone)}"),
        section("*The next dates*\n" + listed(dates)),
    ]
    if difference is not None:
        blocks.append(moved(difference))
        if any(difference) and told:
            names = " and ".join(f"<@{person}>" for person in told)
            blocks.append(context(f"Told in the thread of a sign-up that is cancelled: {names}."))
    return modal(
        "demo_check",
        "Save this?" if draft.schedule else "Start this?",
        blocks,
        submit="Save" if draft.schedule else "Start",
        close="Back",
        carries=asdict(draft),
    )


def read_check(view: Json) -> Draft:
    """The draft that was shown."""
    return _draft_in(view)


def done(draft: Draft, dates: Sequence[Occurrence]) -> Json:
    """What happens next, said once more."""
    return notice(
        "All set",
        f"Saved for <#{draft.channel}>. `/demoday help` there tells what else can be done.",
        "*The next dates*\n" + listed(dates),
    )


def _draft_in(view: Json) -> Draft:
    return Draft(**carried(view))


def _rhythm_of(rule: str) -> tuple[str, str]:
    """(rhythm, weekday) of a rule, as the form's choices name them."""
    cadence = read_cadence(rule)
    weekday = cadence.days[0] if cadence.days else "TU"
    for name, (_, offered) in RHYTHMS.items():
        if replace(offered, days=(weekday,)).as_rule() == rule:
            return name, weekday
    return OWN, weekday
