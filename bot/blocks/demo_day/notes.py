"""What one person is told privately about a demo day, as a part of the day's one message."""

from __future__ import annotations

from bot.blocks.common import Json, actions, button, clip, clip_escaped, escape, instant, section, sure, there
from bot.blocks.demo_day.messages import agenda
from rituals.demo_day.slots import LONGEST_TITLE, missing, one_line
from storage.schema import DemoDay, DemoEvent, Schedule, Showing


def about_slot(event: DemoEvent, day: DemoDay, zone: str, mine: Showing, begin: str) -> list[Json]:
    """Part of a private reminder, and of App Home: my slot, and what is missing in it."""
    lacks = missing(mine)
    words = [
        f"{begin} *{clip_escaped(mine.title, 170)}*",
        f"{there(event.at, zone)} ({zone}) in <#{event.channel}>, {mine.minutes} minutes, {escape(day.place)}",
    ]
    if lacks:
        words.append(f"You could still add {' and '.join(lacks)}.")
    return [
        section("\n".join(words)),
        actions(f"slot-{event.id}", button("Change it", "demo_open_sign_up", str(event.id))),
    ]


def about_shared(event: DemoEvent, day: DemoDay, zone: str, shared: Showing, begin: str) -> list[Json]:
    """Part of a private reminder, and of App Home: what somebody shows together with them."""
    when = f"{there(event.at, zone)} ({zone}) in <#{event.channel}>"
    return [
        section(
            f"{begin} *{clip_escaped(shared.title, 170)}*\n{when}, {shared.minutes} minutes, {escape(day.place)}"
        ),
        actions(f"shared-{event.id}", button("Not me", "demo_not_me", str(event.id))),
    ]


def may_we_ask(event: DemoEvent, zone: str, is_first: bool, partner: str | None) -> list[Json]:
    """Part of a private reminder: would you show something? Both answers are full ones."""
    company = ""
    if is_first:
        company = " If you'd like company for the first time, two people can share a slot: choose somebody under "
        company += "*Together with*."
    if partner is not None:
        company += f" <@{partner}> has shown something here before, and would be glad to."
    return [
        section(
            f"May I ask you to show something in <#{event.channel}> on {instant(event.at, zone)}? Half-done work "
            f"is welcome.{company} *Nothing this time* is a full answer, and nobody sees it."
        ),
        actions(
            f"ask-{event.id}",
            button("Show something", "demo_open_sign_up", str(event.id), primary=True),
            button("Nothing this time", "demo_nothing", str(event.id)),
        ),
    ]


def offer_slot(event: DemoEvent, of: str) -> Json:
    """The button that offers a slot to tell what came of something; its reader is `read_offer`."""
    title = clip(f"What happened: {one_line(of)}", LONGEST_TITLE)
    return button("Show it on a demo day", "demo_offer", f"{event.id} {title}")


def read_offer(action: Json) -> tuple[int, str]:
    """(event, title)."""
    event, _, title = action["value"].partition(" ")
    return int(event), title


def your_turn(event: DemoEvent, zone: str) -> list[Json]:
    """Part of a private reminder: you host the next one."""
    value = str(event.id)
    return [
        section(
            f"You host the demo day in <#{event.channel}> on {instant(event.at, zone)}: open it, call one after "
            "the other, keep an eye on the clock."
        ),
        actions(
            f"turn-{event.id}",
            button("I'm away", "demo_away", value),
            sure(
                button("No event this time", "demo_cancel", value),
                "Leave this one out?",
                "The channel gets one message, and you host the next one.",
                "Leave it out",
            ),
        ),
    ]


def empty_day(event: DemoEvent, zone: str) -> list[Json]:
    """Part of a private reminder to the host: nobody signed up, which is no shame."""
    value = str(event.id)
    return [
        section(
            f"Nobody has signed up for {instant(event.at, zone)} in <#{event.channel}>. That happens. What fits?"
        ),
        actions(
            f"empty-{event.id}",
            button("Async, in the thread", "demo_mode_async", value),
            button("Open floor", "demo_mode_open", value),
            button("Cancel it", "demo_cancel", value),
        ),
    ]


def recap_draft(event: DemoEvent, zone: str, shown: list[Showing], *, hosted: bool) -> list[Json]:
    """Part of a private reminder to the host, or who stands in for them: the recap, shown when they confirm."""
    begin = f"Thank you for hosting in <#{event.channel}>."
    if not hosted:
        begin = f"Whoever hosted in <#{event.channel}> isn't there any more, so I ask you."
    return [
        section(f"{begin} This would be the recap; it shows when you say so."),
        *agenda(event, zone, shown, with_times=False),
        actions(f"recap-{event.id}", button("Look at the recap", "demo_open_recap", str(event.id), primary=True)),
    ]


def paused_note(schedule: Schedule) -> list[Json]:
    """Part of a private reminder: a demo day paused itself."""
    because = schedule.paused_because or ""
    return [section(f"I paused the demo day #{schedule.id} in <#{schedule.channel}>: {because}")]
