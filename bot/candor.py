"""`/candor`: the one command to know."""

from __future__ import annotations

from collections.abc import Callable

from slack_bolt import Ack, App

from bot import home
from bot.blocks import candor as blocks
from bot.blocks.common import Json, clip_escaped, escape, section, there
from bot.calendar import find_meant, list_rows, take_words
from bot.clock import now
from bot.manifest import COMMANDS
from bot.visit import Visit
from rituals import nudges
from rituals.calendar import schedules
from rituals.calendar.cadence import read_cadence
from rituals.who_may import may_read
from storage.forgetting import kept_of
from storage.people import person as known_person
from storage.people import remember


def register(app: App, named: Callable[[str], str]) -> None:
    app.command(named("candor"))(take_command)


def take_command(ack: Ack, command: Json, visit: Visit) -> None:
    """`/candor WORDS`: each verb is a function below."""
    ack()
    verb, _, rest = command.get("text", "").strip().partition(" ")
    verb = verb.lower() or "list"
    channel, reply = command["channel_id"], visit.reply
    match verb:
        case "list":
            may_read(visit.channel(channel))
            with visit.sessions.reading() as session:
                rows = list_rows(session, visit.workspace, channel, visit.rooms, now())
            reply(blocks.listing(rows, channel, _commands(visit)))
        case "why":
            reply(tell_why(visit, channel, rest))
        case "pause" | "resume" | "skip":
            reply([section(take_words(visit, channel, verb, rest))])
        case "quiet":
            reply(be_quiet(visit, rest))
        case "home":
            home.publish(visit)
            reply([section("Your Home tab is fresh: open *Candor* under *Apps* in the sidebar.")])
        case "my-data":
            reply(tell_my_data(visit))
        case "help":
            reply([section(f"{blocks.HELP}\n{blocks.beginnings(_commands(visit))}")])
        case _:
            reply([section(f"I don't know `{escape(verb[:20].replace('`', ''))}`. " + blocks.HELP)])


def _commands(visit: Visit) -> list[str]:
    return [command for ritual in visit.rooms for command in COMMANDS[ritual]]


def tell_why(visit: Visit, channel: str, words: str) -> list[Json]:
    """The next five dates of one schedule, to a member of its channel."""
    rooms = visit.rooms
    with visit.sessions.reading() as session:
        meant, _ = find_meant(session, visit.workspace, channel, "why", words)
        told = schedules.story(session, meant, now())
        asks = rooms[meant.ritual].asks(session, meant) if meant.ritual in rooms else meant.ritual
    may_read(visit.channel(meant.channel))
    return blocks.why(meant, clip_escaped(asks, 300), told, read_cadence(meant.rule).in_words(), now())


def be_quiet(visit: Visit, words: str) -> list[Json]:
    """No private reminders for a while."""
    asker = visit.asker()
    with visit.sessions.begin() as session:
        remember(session, visit.workspace, asker.person, zone=asker.zone)
        until = nudges.be_quiet(session, visit.workspace, asker.person, words or "2 weeks", now())
    if until is None:
        return [section("You hear from me again: one private reminder a day at most, three a week.")]
    return [section(f"I'll keep quiet until {there(until, asker.zone or 'UTC')}. `/candor quiet off` ends it.")]


def tell_my_data(visit: Visit) -> list[Json]:
    """What is kept with somebody's name on it."""
    with visit.sessions.reading() as session:
        kept = kept_of(session, visit.workspace, visit.person)
        known = known_person(session, visit.workspace, visit.person)
    quiet = known.quiet_until if known and known.quiet_until and known.quiet_until > now() else None
    zone = known.zone if known else None
    return blocks.my_data(kept, there(quiet, zone or "UTC") if quiet else None, zone)
