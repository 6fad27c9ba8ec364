"""Pause, resume, skip, stop and share: what every ritual's schedule can be told, by words or by a click."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from slack_bolt import Ack, App

import storage.nudges
from bot import home
from bot.blocks.calendar import row
from bot.blocks.common import Json, context, section, there
from bot.clock import now
from bot.rooms import RitualRoom
from bot.visit import Visit
from rituals.calendar import schedules
from rituals.calendar.spans import read_until
from rituals.errors import NotFound, Refusal, TheyMayNot
from rituals.who_may import Asker
from storage import Session
from storage.calendar import keepers_of, schedules_of_channel
from storage.people import remember
from storage.schema import Schedule

MOST_BLOCKS = 40  # of the 50 that a message takes
VERBS = ("pause", "resume", "skip", "stop", "share")


class WhichOne(Refusal):
    """Which one? Put its number behind the word, like `{verb} 3`. `/candor list` shows the numbers."""


class NothingHere(Refusal):
    """I do nothing in this channel yet. `/candor help` tells how to begin something."""


class TooManyWords(Refusal):
    """I don't know what "{words}" means there. Say it like `{verb} 3`, and nothing more."""


class WhoElse(Refusal):
    """With whom? Mention somebody behind the number, like `share 3 @somebody`."""


def register(app: App) -> None:
    for verb in ("pause", "resume", "skip", "stop"):
        app.action(f"schedule_{verb}")(take_click)


def take_click(ack: Ack, body: Json, action: Json, visit: Visit) -> None:
    """A button of a row, pressed in a list, on App Home or in a private reminder."""
    ack()
    workspace, verb = visit.workspace, action["action_id"].removeprefix("schedule_")
    number, _, seen = action["value"].partition(" ")
    asker = visit.asker()
    with visit.sessions.begin() as session:
        meant = schedules.find(session, workspace, int(number))
        if verb == "skip" and seen != _due(meant):
            said = f"{_name(meant)} leaves that date out already."
        else:
            said = obey(session, meant, verb, "", asker, now())
        redrawn = list_rows(session, workspace, meant.channel, visit.rooms, now(), only=meant.ritual)
        storage.nudges.mind(session, workspace, visit.person, now())
    if body["container"]["type"] == "view":
        return home.publish(visit)
    if body["container"].get("is_ephemeral"):
        return visit.reply([section(said), *redrawn], replace=True)
    return visit.reply([section(said)])


def _due(schedule: Schedule) -> str:
    return str(int(schedule.next_due.timestamp())) if schedule.next_due else ""


def list_rows(
    session: Session,
    workspace: str,
    channel: str,
    rooms: Mapping[str, RitualRoom],
    at: datetime,
    *,
    only: str | None = None,
) -> list[Json]:
    """What happens in a channel, row by row, with the buttons; of one ritual when `only` names it."""
    blocks = [
        block
        for schedule in schedules_of_channel(session, workspace, channel)
        if schedule.ritual in rooms and only in (None, schedule.ritual)
        for block in row(
            schedule,
            rooms[schedule.ritual].asks(session, schedule),
            keepers_of(session, workspace, schedule.id),
            schedules.next_dates(session, schedule, at),
            at,
            edit=rooms[schedule.ritual].edit_action,
        )
    ]
    if len(blocks) <= MOST_BLOCKS:
        return blocks
    return [*blocks[:MOST_BLOCKS], context("And more: `/candor why NUMBER` and the like reach the others.")]


def take_words(visit: Visit, channel: str, verb: str, words: str) -> str:
    """Do what `/prompt pause 3 until Friday` and the like ask, and say what follows from it."""
    mentioned = re.findall(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>", words) if verb == "share" else []
    asker, shared = visit.asker(), [visit.asker(person) for person in mentioned]
    for one in shared:
        if one.is_guest:
            raise TheyMayNot(person=one.person)
    with visit.sessions.begin() as session:
        meant, rest = find_meant(session, visit.workspace, channel, verb, words)
        if verb == "share":
            for one in shared:
                remember(session, visit.workspace, one.person, zone=one.zone)
            return share(session, meant, mentioned, asker, now())
        return obey(session, meant, verb, rest, asker, now())


def find_meant(session: Session, workspace: str, channel: str, verb: str, words: str) -> tuple[Schedule, str]:
    """The schedule that "3 until 2026-12-01" means, and the words after its number.

    Without a number, the only one of the channel. Raises WhichOne, NothingHere, NotFound, TooManyWords.
    """
    found = re.fullmatch(r"#?(\d+)\b\s*(.*)", words.strip(), re.DOTALL)
    takes_words = verb in ("pause", "share")
    if found is not None and not re.match(r"\d{4}-\d\d", words.strip()) and not _is_span(words):
        if len(found[1]) > 18:
            raise NotFound
        if found[2] and not takes_words:
            raise TooManyWords(verb=verb, words=found[2][:40])
        return schedules.find(session, workspace, int(found[1])), found[2]
    if words.strip() and not takes_words:
        raise WhichOne(verb=verb)
    here = schedules_of_channel(session, workspace, channel)
    if not here:
        raise NothingHere
    if len(here) > 1 or (verb == "share" and not words.strip().startswith("<@")):
        raise WhichOne(verb=verb)
    return here[0], words.strip()


def _is_span(words: str) -> bool:
    """Whether "2 weeks" is meant, rather than number 2 and the word weeks."""
    return re.fullmatch(r"\d{1,3}\s+(day|week|month)s?", words.strip().lower()) is not None


def share(session: Session, schedule: Schedule, people: list[str], asker: Asker, at: datetime) -> str:
    """Let others look after it too."""
    if not people:
        raise WhoElse
    schedules.share(
        session, schedules.to_change(session, schedule.workspace, schedule.id, asker), people, asker, at
    )
    named = " and ".join(f"<@{person}>" for person in people)
    return f"{_name(schedule)} is now looked after by {named} too."


def obey(session: Session, meant: Schedule, verb: str, words: str, asker: Asker, at: datetime) -> str:
    """Do one verb and say what follows from it. Raises the refusals of `schedules` and of `spans`."""
    schedule = schedules.to_change(session, meant.workspace, meant.id, asker)
    match verb:
        case "pause":
            until = read_until(words, schedule.zone, at)
            ending = f" until {there(until, schedule.zone)}." if until else "."
            schedules.pause(session, schedule, until, f"by <@{asker.person}>{ending}", asker, at)
            return f"{_name(schedule)} is paused{ending}"
        case "resume":
            schedules.resume(session, schedule, asker, at)
            return f"{_name(schedule)} goes on. {_next(session, schedule, at)}"
        case "skip":
            skipped = schedules.skip_next(session, schedule, asker, at)
            when = there(skipped.at, skipped.zone)
            return f"{_name(schedule)} leaves out {when}. {_next(session, schedule, at)}"
        case "stop":
            schedules.end(session, schedule, asker, at)
            return f"{_name(schedule)} is stopped."
    raise NotFound


def _name(schedule: Schedule) -> str:
    return f"#{schedule.id} in <#{schedule.channel}>"


def _next(session: Session, schedule: Schedule, at: datetime) -> str:
    dates = schedules.next_dates(session, schedule, at)
    return "Next: " + (" · ".join(there(one.at, one.zone) for one in dates) or "no date is left.")
