"""What a channel sees of a demo day: one message that is sign-up, agenda and recap; one reply; the lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.blocks.common import (
    Json,
    Message,
    actions,
    button,
    clip_escaped,
    context,
    counted,
    escape,
    header,
    hour,
    instant,
    message,
    quote,
    section,
    there,
)
from rituals.calendar.recurrence import Occurrence
from storage.schema import DemoDay, DemoEvent, Showing

MOST_BLOCKS = 40  # of the 50 that a message takes
MOST_TEXT = 9_000  # of the 13,000 characters that the blocks of a message take together
MOST_SPOKEN = 2_600  # of the 4,000 that the text of an edited message takes, where links need no address
HELP = (
    "*What `/demoday` can do*\n"
    "• `/demoday` sets a demo day up for this channel, or shows the next one\n"
    "• `/demoday sign-up` takes a slot, or changes what you show · `/demoday withdraw` gives it back\n"
    "• `/demoday nothing` says that you have nothing this time; nobody sees it\n"
    "• `/demoday swap @somebody` exchanges your places · `/demoday hand over @somebody` gives your slot away\n"
    "• `/demoday line-up` shows who shows what and who hosts · `/demoday history release` searches past ones\n"
    "• `/demoday away` lets the next person host, and you keep your turn; `/demoday host @somebody` names one\n"
    "• `/demoday no event` leaves this one out, and the same person hosts the next · `/demoday move` moves it\n"
    "• `/demoday edit` · `/demoday pause 2 weeks` · `/demoday resume` · `/demoday stop`\n"
    "• `/demoday next` shows the next dates · `/demoday why` tells why they are where they are\n"
    "• `/demoday calendar` puts them into your own calendar"
)


def event_message(
    event: DemoEvent, day: DemoDay, zone: str, showings: Sequence[Showing], now: datetime, on_hold: bool = False
) -> Message:
    """The one message of an event, as the event is now."""
    edits = event.ts if event.drawn else None
    title = {"live": "Demo day", "async": "Demo day, in the thread", "open": "Demo day, an open floor"}[event.mode]
    blocks = [header(title)]
    shown = [one for one in showings if not one.waits]
    when = f"{instant(event.at, zone)}, {escape(day.place)}"
    if event.cancelled_at is not None:
        blocks.append(section(f"The one of {instant(event.at, zone)} doesn't take place."))
        return message(blocks, edits=edits)
    if on_hold:
        blocks.append(section(f"{when}: on hold."))
        return message(blocks, edits=edits)
    if event.recapped_at is not None:
        return message([*blocks, *_recap(event, zone, shown)], edits=edits)
    blocks.append(section(f"{when}" + (f"\nHosted by <@{event.host}>" if event.host else "")))
    if shown:
        blocks += agenda(event, zone, shown, with_times=now >= event.at - timedelta(hours=2))
    if event.held_at is None:
        blocks += _invitation(event, day, len(shown), sum(one.waits for one in showings))
    return message(blocks, edits=edits)


def agenda(event: DemoEvent, zone: str, shown: Sequence[Showing], *, with_times: bool) -> list[Json]:
    """One by one who shows what; with the time at which each begins.

    For whom it is, then the links, then the end of long titles are left out of an agenda that would be longer than
    its message may be.
    """
    begins = [
        event.at + timedelta(minutes=sum(one.minutes for one in shown[:place])) for place in range(len(shown))
    ]
    times = [f"{hour(begin, zone)} · " if with_times else "• " for begin in begins]
    lines: list[str] = []
    for linked, for_whom, longest in (
        (True, True, 170),
        (True, False, 170),
        (False, False, 170),
        (False, False, 100),
    ):
        lines = [
            f"{time}{_titled(one, linked, longest)}, {_who(one)} ({one.minutes} min)"
            + (_for_whom(one) if for_whom else "")
            for time, one in zip(times, shown, strict=True)
        ]
        links = sum(len(escape(one.link or "")) for one in shown) if linked else 0
        if sum(map(len, lines)) <= min(MOST_TEXT, MOST_SPOKEN + links):
            break
    return [section(line) for line in lines]


def presenters(shown: Sequence[Showing]) -> list[str]:
    """Who shows something, each with their partner, once."""
    return list(dict.fromkeys(who for one in shown for who in (one.person, one.partner) if who))


def _who(one: Showing) -> str:
    return " and ".join(f"<@{person}>" for person in presenters([one]))


def _titled(one: Showing, linked: bool, longest: int) -> str:
    title = clip_escaped(one.title.replace("|", "/"), longest)
    return f"<{escape(one.link)}|{title}>" if one.link and linked else f"*{title}*"


def _for_whom(one: Showing) -> str:
    return f"\n      for {clip_escaped(one.audience, 170)}" if one.audience else ""


def _invitation(event: DemoEvent, day: DemoDay, taken: int, waiting: int) -> list[Json]:
    """How many slots are free, and the two answers that are both full ones."""
    if event.mode == "async":
        return [context("Async this time: show it in the thread, whenever it suits you today.")]
    free = max(day.slots - taken, 0)
    words = (
        f"{free} of {counted(day.slots, 'slot')} free, up to {counted(day.minutes, 'minute')} each"
        if free
        else "All slots are taken"
    )
    words += f"; {waiting} waiting." if waiting else "."
    value = str(event.id)
    return [
        context(words),
        actions(
            "demo",
            button("Show something", "demo_open_sign_up", value, primary=True),
            button("Nothing this time", "demo_nothing", value),
        ),
    ]


def _recap(event: DemoEvent, zone: str, shown: Sequence[Showing]) -> list[Json]:
    names = " and ".join(f"<@{person}>" for person in presenters(shown))
    blocks = [section(f"*Shown on {instant(event.at, zone)}*"), *agenda(event, zone, shown, with_times=False)]
    if event.recap:
        blocks.append(section(quote(event.recap)))
    host = f" <@{event.host}> hosted." if event.host else ""
    blocks.append(context(f"Thank you, {names}.{host}"))
    return blocks


def start_link(event: DemoEvent, day: DemoDay, zone: str, shown: Sequence[Showing]) -> Message:
    """In the thread, ten minutes before: the place and, as it may come late, the hour; for who shows something."""
    names = " ".join(f"<@{person}>" for person in presenters(shown))
    return message(
        [section(f"We begin on {instant(event.at, zone)}: {escape(day.place)}\n{names}")],
        thread_ts=event.ts or "",
        edits=event.reply_ts,
    )


def cancelled(event: DemoEvent, zone: str, following: Sequence[Occurrence], told: Sequence[str]) -> Message:
    """The one message of a day that doesn't take place; in the thread of its sign-up, where there is one."""
    words = f"No demo day on {instant(event.at, zone)}."
    if following:
        words += f" The next one is on {instant(following[0].at, zone)}."
    names = " ".join(f"<@{person}>" for person in told)
    return message([section(f"{words}\n{names}".strip())], thread_ts=event.ts, edits=event.reply_ts)


def dates(following: Sequence[Occurrence], hosted: str | None) -> list[Json]:
    """The next dates."""
    if not following:
        return [section("No date is to come.")]
    lines = "\n".join(f"• {there(one.at, one.zone)}" for one in following)
    host = f"\nThe next one is hosted by <@{hosted}>." if hosted else ""
    return [section(f"*The next demo days* ({following[0].zone})\n{lines}{host}")]


def line_up(event: DemoEvent, day: DemoDay, zone: str, showings: Sequence[Showing]) -> list[Json]:
    """Who shows what, who waits, who hosts; for the person who asks."""
    shown = [one for one in showings if not one.waits]
    waiting = [one for one in showings if one.waits]
    host = f"<@{event.host}>" if event.host else "nobody yet"
    taken = f"{len(shown)} of {counted(day.slots, 'slot')} taken"
    told = [section(f"*{instant(event.at, zone)}*, hosted by {host}. {taken}.")]
    if shown:
        told += agenda(event, zone, shown, with_times=True)
    if waiting:
        told.append(context("Waiting: " + ", ".join(f"<@{one.person}>" for one in waiting)))
    value = str(event.id)
    told.append(actions("demo", button("Show something", "demo_open_sign_up", value, primary=True)))
    return told


def history(found: Sequence[tuple[DemoEvent, Sequence[Showing]]], zone: str) -> list[Json]:
    """What was shown, newest first, as much as one answer holds."""
    told: list[Json] = []
    for event, shown in found:
        more = [section(f"*{instant(event.at, zone)}*"), *agenda(event, zone, shown, with_times=False)]
        length = sum(len(block["text"]["text"]) for block in [*told, *more])
        if told and (len(told) + len(more) > MOST_BLOCKS or length > MOST_TEXT):
            return [*told, context("And more: put a word behind `/demoday history` to search for it.")]
        told += more
    return told or [section("Nothing of that was shown here yet.")]
