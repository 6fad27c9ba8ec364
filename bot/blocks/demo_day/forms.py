"""The forms around one event, each beside its reader: signing up, moving it, the recap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.blocks.common import (
    Json,
    carried,
    checkboxes,
    clip_escaped,
    context,
    day_box,
    field,
    modal,
    notice,
    option,
    read_form,
    section,
    select,
    text_box,
    there,
)
from bot.blocks.demo_day.messages import agenda
from bot.blocks.demo_day.setting import TIMES
from rituals.calendar.cadence import start_on
from rituals.demo_day.slots import Entry
from rituals.errors import InvalidField
from storage.schema import DemoDay, DemoEvent, Showing

People = Sequence[tuple[str, str]]
ALONE, LISTED = "-", 100
MOST_OUTCOMES = 2
PAIRS = "I'd show something together with somebody who's new to it"


def sign_up_form(
    event: DemoEvent,
    day: DemoDay,
    zone: str,
    mine: Showing | None,
    is_full: bool,
    everybody: People | None,
    title: str | None = None,
    outcomes: Sequence[str] = (),
) -> Json:
    """What somebody wants to show; or shows already, to be changed.

    `everybody` None: more people than a list can hold, so Slack's own picker asks. `title`: what it may be, and
    `outcomes`: what they finished, and could tell what came of it.
    """
    said = [section(f"*{there(event.at, zone)}* ({zone}). Half-done work is welcome.")]
    if outcomes and mine is None and title is None:
        told = " or ".join(f"“{clip_escaped(one, 100)}”" for one in outcomes[:MOST_OUTCOMES])
        said.append(context(f"Nothing new? What came of {told}, good or bad, is worth a slot too."))
    if is_full and mine is None:
        said.append(context("All slots are taken: you wait, and move up by yourself when one is free."))
    minutes = [option(str(count), f"{count} minutes") for count in _offered(day.minutes)]
    return modal(
        "demo_sign_up",
        "Show something",
        [
            *said,
            field("title", "What you show", text_box(initial=mine.title if mine else title)),
            field(
                "audience",
                "For whom",
                text_box(initial=mine.audience if mine else None, placeholder="Everybody who waits for a build"),
                hint="One line.",
                optional=True,
            ),
            field("minutes", "Minutes", select(minutes, str(mine.minutes if mine else day.minutes))),
            field(
                "link",
                "Link",
                text_box(initial=mine.link if mine else None, placeholder="https://"),
                optional=True,
            ),
            field("partner", "Together with", _partner(everybody, mine), optional=True),
            field(
                "pairs",
                "Another time",
                checkboxes([option("yes", PAIRS)], ["yes"] if mine and mine.pairs else []),
                optional=True,
            ),
        ],
        submit="Save" if mine else "Sign up",
        carries={"event": event.id},
    )


def _partner(everybody: People | None, mine: Showing | None) -> Json:
    named = mine.partner if mine else None
    if everybody is None:
        initial = {"initial_users": [named]} if named else {}
        return {"type": "multi_users_select", "max_selected_items": 1, **initial}
    people = [one for one in everybody if mine is None or one[0] != mine.person]
    return select([option(ALONE, "Nobody"), *(option(*one) for one in people)][:LISTED], named or ALONE)


def _offered(most: int) -> list[int]:
    return sorted({count for count in (3, 5, 10, 15, 20, 30, 45, 60) if count <= most} | {most})


def read_sign_up(view: Json) -> tuple[int, Entry]:
    """(event, what shall be shown)."""
    given = read_form(view)
    picked = given["partner"]
    partner = (picked[0] if picked else None) if isinstance(picked, list) else picked
    entry = Entry(
        given["title"] or "",
        given["audience"] or "",
        int(given["minutes"]),
        given["link"],
        None if partner == ALONE else partner,
        bool(given["pairs"]),
    )
    return int(carried(view)["event"]), entry


def signed_up(showing: Showing, at: str) -> Json:
    """Thanks, and what comes next."""
    if showing.waits:
        return notice("You wait", f"All slots of {at} are taken. You move up by yourself, and I tell you when.")
    return notice("You're on the list", f"See you on {at}. I remind you the working day before, and no earlier.")


def move_form(event: DemoEvent, zone: str) -> Json:
    """Another day or hour for one event."""
    local = event.at.astimezone(ZoneInfo(zone))
    at = f"{local:%H:%M}"
    return modal(
        "demo_move",
        "Move this one",
        [
            section(f"Now on {there(event.at, zone)} ({zone}). The others stay where they are."),
            field("day", "To", day_box(local.date())),
            field("at", "At", select([option(one, one) for one in sorted({*TIMES, at})], at)),
        ],
        submit="Move it",
        carries={"event": event.id},
    )


def read_move(view: Json) -> tuple[int, datetime]:
    """(event, naive local time). Raises InvalidField under `day`."""
    given = read_form(view)
    try:
        day = date.fromisoformat(given["day"] or "")
    except ValueError:
        raise InvalidField("day", "Choose a date.") from None
    if not 2000 <= day.year <= 2200:
        raise InvalidField("day", "Choose a date between 2000 and 2200.")
    return int(carried(view)["event"]), start_on(day, given["at"])


def recap_form(event: DemoEvent, zone: str, shown: Sequence[Showing]) -> Json:
    """The recap as it will stand in the channel, for the host to add to."""
    return modal(
        "demo_recap",
        "The recap",
        [
            section("The agenda in the channel becomes the recap: these titles and links, with thanks."),
            *agenda(event, zone, shown, with_times=False),
            field(
                "words",
                "Questions taken, and anything else",
                text_box(initial=event.recap, lines=True),
                optional=True,
            ),
        ],
        submit="Show it",
        carries={"event": event.id},
    )


def read_recap(view: Json) -> tuple[int, str]:
    """(event, words)."""
    return int(carried(view)["event"]), read_form(view)["words"] or ""
