"""`/demoday WORDS`: what can be asked of a channel's demo day."""

from __future__ import annotations

import re

from slack_bolt import Ack

import storage.demo_day as rows
from bot.blocks.common import Json, escape, section
from bot.blocks.demo_day import messages
from bot.calendar import list_rows, obey
from bot.candor import tell_why
from bot.clock import now
from bot.demo_day import events, setting_up
from bot.demo_day.calendars import tell_calendar
from bot.demo_day.postings import of_event
from bot.visit import Visit
from bot.workspaces import Workspaces
from rituals.calendar.schedules import next_dates
from rituals.demo_day import events as rules
from rituals.demo_day import hosting, slots
from rituals.demo_day.setting import RITUAL
from rituals.errors import Refusal, TheyMayNot
from rituals.who_may import may_read
from storage import Session
from storage.calendar import schedules_of_channel
from storage.schema import DemoEvent, Schedule

MOST_PAST = 50


class NoDemoDay(Refusal):
    """This channel has no demo day yet. `/demoday` sets one up."""


class WithWhom(Refusal):
    """With whom? Mention somebody behind the word, like `/demoday swap @somebody`."""


def take_command(ack: Ack, command: Json, visit: Visit, public_url: str, workspaces: Workspaces) -> None:
    """Each verb is a branch below; who isn't in the channel reads nothing."""
    ack()
    words = " ".join(command.get("text", "").split())
    channel = command["channel_id"]
    verb, rest = _verb_of(words)
    if verb == "help":
        visit.reply([section(messages.HELP)])
        return
    with visit.sessions.reading() as session:
        here = _schedules_here(session, visit.workspace, channel)
    if verb in ("set up", "new") or (verb == "" and not here):
        setting_up.open_new(visit, channel)
        return
    may_read(visit.channel(channel))
    if not here:
        raise NoDemoDay
    match verb:
        case "" | "next":
            visit.reply(tell_next(visit, here[0]))
        case "list":
            with visit.sessions.reading() as session:
                visit.reply(list_rows(session, visit.workspace, channel, visit.rooms, now(), only=RITUAL))
        case "edit":
            setting_up.edit(visit, here[0].id)
        case "why":
            visit.reply(tell_why(visit, channel, rest or str(here[0].id)))
        case "pause" | "resume" | "stop":
            visit.reply(change(visit, here[0], verb, rest))
        case "sign-up":
            events.sign_up(visit, coming(visit, channel).id)
        case "move":
            events.open_move(visit, coming(visit, channel).id)
        case "line-up":
            visit.reply(tell_line_up(visit, coming(visit, channel)))
        case "withdraw":
            visit.reply(withdraw(visit, coming(visit, channel)))
        case "nothing":
            visit.reply(events.say_nothing(visit, coming(visit, channel).id))
        case "away":
            visit.reply(events.be_away(visit, coming(visit, channel).id))
        case "no event":
            visit.reply(events.cancel(visit, coming(visit, channel).id))
        case "swap" | "hand over" | "host":
            visit.reply(give(visit, coming(visit, channel), verb, rest))
        case "calendar":
            visit.reply(tell_calendar(visit, here[0], rest, public_url, workspaces))
        case "history":
            visit.reply(tell_history(visit, here[0], rest))
        case _:
            unknown = f"I don't know `{escape(words[:20].replace('`', ''))}`. "
            visit.reply([section(unknown + messages.HELP)])


def _verb_of(words: str) -> tuple[str, str]:
    """(verb, the words behind it); the same verb may be said in several ways."""
    said = {
        "sign up": "sign-up",
        "signup": "sign-up",
        "lineup": "line-up",
        "line up": "line-up",
        "hand-over": "hand over",
        "handover": "hand over",
        "setup": "set up",
        "skip": "no event",
        "cancel": "no event",
        "i'm away": "away",
        "skip away": "away",
        "skip no event": "no event",
    }
    lowered = words.lower()
    for begin in sorted({*said, "no event", "hand over", "set up"}, key=len, reverse=True):
        if lowered == begin or lowered.startswith(begin + " "):
            return said.get(begin, begin), words[len(begin) :].strip()
    verb, _, rest = words.partition(" ")
    return verb.lower(), rest


def _schedules_here(session: Session, workspace: str, channel: str) -> list[Schedule]:
    return [one for one in schedules_of_channel(session, workspace, channel) if one.ritual == RITUAL]


def coming(visit: Visit, channel: str) -> DemoEvent:
    """The next event whose sign-up is open. Raises NoneOpen."""
    with visit.sessions.reading() as session:
        return rules.next_event(session, visit.workspace, channel, now())


def tell_next(visit: Visit, schedule: Schedule) -> list[Json]:
    with visit.sessions.reading() as session:
        coming = rows.events_in(session, visit.workspace, [schedule.channel], now())
        return messages.dates(next_dates(session, schedule, now()), coming[0].host if coming else None)


def tell_line_up(visit: Visit, event: DemoEvent) -> list[Json]:
    with visit.sessions.reading() as session:
        _, day, kept = of_event(session, visit.workspace, event.id)
        return messages.line_up(event, day, kept.zone, rows.showings(session, visit.workspace, event.id))


def tell_history(visit: Visit, schedule: Schedule, words: str) -> list[Json]:
    """What was shown; with words, only what has all of them in title, audience or link."""
    wanted = words.lower().split()
    found = []
    with visit.sessions.reading() as session:
        for event in rows.past_events(session, visit.workspace, schedule.channel, MOST_PAST):
            shown = [
                one
                for one in rows.showings(session, visit.workspace, event.id)
                if not one.waits
                and all(word in f"{one.title} {one.audience} {one.link or ''}".lower() for word in wanted)
            ]
            if shown:
                found.append((event, shown))
    return messages.history(found, schedule.zone)


def change(visit: Visit, schedule: Schedule, verb: str, words: str) -> list[Json]:
    asker = visit.asker()
    with visit.sessions.begin() as session:
        return [section(obey(session, schedule, verb, words, asker, now()))]


def withdraw(visit: Visit, event: DemoEvent) -> list[Json]:
    with visit.sessions.begin() as session:
        slots.withdraw(session, visit.workspace, event.id, visit.person, now())
    visit.redraw_home()
    return [section("Your slot is free again. Whoever waited longest moves up and is told.")]


def give(visit: Visit, event: DemoEvent, verb: str, words: str) -> list[Json]:
    """Swap places, hand a slot over, or let somebody else host."""
    found = re.search(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>", words)
    if found is None:
        raise WithWhom
    other = visit.asker(found[1])
    if other.is_guest:
        raise TheyMayNot(person=other.person)
    may_read(visit.people.channel(visit.client, visit.workspace, event.channel, other.person))
    with visit.sessions.begin() as session:
        locked = slots.open_event(session, visit.workspace, event.id, now())
        if verb == "swap":
            slots.swap(session, visit.workspace, event.id, visit.person, other.person, now())
            return [section(f"You and <@{other.person}> have swapped places.")]
        if verb == "hand over":
            slots.hand_over(session, visit.workspace, event.id, visit.person, other.person, now())
            return [section(f"<@{other.person}> has your slot now, and is told.")]
        hosting.substitute(session, locked, visit.person, other.person, now())
        return [section(f"<@{other.person}> hosts this one, and is told.")]
