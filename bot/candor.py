"""`/candor`: the one command to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from slack_bolt import Ack, App
from slack_sdk import WebClient

import storage.decisions
import storage.prompts
from bot import home
from bot.blocks import candor as blocks
from bot.blocks.common import Json, clip_escaped, escape, section, there
from bot.calendar import find_meant, list_rows, take_words
from bot.clock import now
from bot.people import People
from bot.rooms import RitualRoom
from rituals import nudges
from rituals.calendar import schedules
from rituals.calendar.cadence import read_cadence
from rituals.who_may import Asker, may_read
from storage import Database
from storage.calendar import schedules_kept_by
from storage.people import act_count_by, remember
from storage.people import person as known_person

Reply = Callable[..., None]
COUNTED = 1_000


def register(app: App, named: Callable[[str], str]) -> None:
    app.command(named("candor"))(take_command)


def take_command(
    ack: Ack,
    command: Json,
    client: WebClient,
    sessions: Database,
    people: People,
    workspace: str,
    rooms: Mapping[str, RitualRoom],
    reply: Reply,
) -> None:
    """`/candor WORDS`: each verb is a function below."""
    ack()
    verb, _, rest = command.get("text", "").strip().partition(" ")
    verb = verb.lower() or "list"
    channel, asker = command["channel_id"], people.asker(client, workspace, command["user_id"])
    match verb:
        case "list":
            may_read(people.channel(client, workspace, channel, asker.person))
            with sessions.reading() as session:
                rows = list_rows(session, workspace, channel, rooms, now())
            reply(blocks.listing(rows, channel, "`/prompt`"))
        case "why":
            reply(tell_why(client, sessions, people, workspace, channel, rest, asker, rooms))
        case "pause" | "resume" | "skip":
            said = take_words(client, sessions, people, workspace, channel, verb, rest, asker)
            reply([section(said)])
        case "quiet":
            reply(be_quiet(sessions, workspace, asker, rest))
        case "home":
            home.publish(client, sessions, people, workspace, asker.person, rooms)
            reply([section("Your Home tab is fresh: open *Candor* under *Apps* in the sidebar.")])
        case "my-data":
            reply(tell_my_data(sessions, workspace, asker))
        case "help":
            reply([section(blocks.HELP)])
        case _:
            reply([section(f"I don't know `{escape(verb[:20].replace('`', ''))}`. " + blocks.HELP)])


def tell_why(
    client: WebClient,
    sessions: Database,
    people: People,
    workspace: str,
    channel: str,
    words: str,
    asker: Asker,
    rooms: Mapping[str, RitualRoom],
) -> list[Json]:
    """The next five dates of one schedule, to a member of its channel."""
    with sessions.reading() as session:
        meant, _ = find_meant(session, workspace, channel, "why", words)
        told = schedules.story(session, meant, now())
        asks = rooms[meant.ritual].asks(session, meant) if meant.ritual in rooms else meant.ritual
    may_read(people.channel(client, workspace, meant.channel, asker.person))
    return blocks.why(meant, clip_escaped(asks, 300), told, read_cadence(meant.rule).in_words(), now())


def be_quiet(sessions: Database, workspace: str, asker: Asker, words: str) -> list[Json]:
    """No private reminders for a while."""
    with sessions.begin() as session:
        remember(session, workspace, asker.person, zone=asker.zone)
        until = nudges.be_quiet(session, workspace, asker.person, words or "2 weeks", now())
    if until is None:
        return [section("You hear from me again: one private reminder a day at most, three a week.")]
    return [section(f"I'll keep quiet until {there(until, asker.zone or 'UTC')}. `/candor quiet off` ends it.")]


def tell_my_data(sessions: Database, workspace: str, asker: Asker) -> list[Json]:
    """What is kept with somebody's name on it."""
    with sessions.reading() as session:
        kept = len(schedules_kept_by(session, workspace, asker.person, COUNTED))
        answers = storage.prompts.answer_count_by(session, workspace, asker.person)
        known = known_person(session, workspace, asker.person)
        acts = act_count_by(session, workspace, asker.person)
        keeps_registry = asker.person in storage.decisions.keepers(session, workspace)
    quiet = known.quiet_until if known and known.quiet_until and known.quiet_until > now() else None
    zone = known.zone if known else None
    return blocks.my_data(
        kept, answers, acts, keeps_registry, there(quiet, zone or "UTC") if quiet else None, zone
    )
