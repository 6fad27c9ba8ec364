"""Pause, resume, skip and share: what every ritual's schedule can be told, by words or by a click."""

from __future__ import annotations

import re
from datetime import datetime

from bot.blocks.common import there
from rituals.calendar import schedules
from rituals.calendar.spans import read_until
from rituals.errors import NotFound, Refusal
from rituals.who_may import Asker
from storage import Session
from storage.calendar import keepers_of, schedules_of_channel, set_keepers
from storage.schema import Schedule

VERBS = ("pause", "resume", "skip", "stop", "share")


class WhichOne(Refusal):
    """Which one? Put its number behind the word, like `{verb} 3`. `/candor list` shows the numbers."""


class WhoElse(Refusal):
    """With whom? Mention somebody behind the number, like `share 3 @somebody`."""


def find_meant(session: Session, workspace: str, channel: str, verb: str, words: str) -> tuple[Schedule, str]:
    """The schedule that "3 until 2026-12-01" means, and the words after its number.

    Without a number, the only one of the channel. Raises WhichOne, NotFound.
    """
    found = re.fullmatch(r"#?(\d{1,18})\b\s*(.*)", words.strip(), re.DOTALL)
    if found is None:
        here = schedules_of_channel(session, workspace, channel)
        if len(here) != 1:
            raise WhichOne(verb=verb)
        return here[0], words.strip()
    return schedules.find(session, workspace, int(found[1])), found[2]


def obey(
    session: Session, workspace: str, schedule_id: int, verb: str, words: str, asker: Asker, now: datetime
) -> str:
    """Do what was asked, and say what follows from it. Raises the refusals of `schedules` and of `spans`."""
    schedule = schedules.to_change(session, workspace, schedule_id, asker)
    name = f"#{schedule.id}"
    if verb == "pause":
        until = read_until(words, schedule.zone, now)
        because = f"by <@{asker.person}>" + (f", until {there(until, schedule.zone)}." if until else ".")
        schedules.pause(session, schedule, until, because, asker, now)
        return f"{name} is paused" + (
            f" until {there(until, schedule.zone)}." if until else f". `resume {schedule.id}` goes on."
        )
    if verb == "resume":
        schedules.resume(session, schedule, asker, now)
        return f"{name} goes on. {_next(session, schedule, now)}"
    if verb == "skip":
        skipped = schedules.skip_next(session, schedule, asker, now)
        return f"{name} leaves out {there(skipped.at, skipped.zone)}. {_next(session, schedule, now)}"
    if verb == "stop":
        schedules.end(session, schedule, asker, now)
        return f"{name} is stopped."
    if verb == "share":
        people = re.findall(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>", words)
        if not people:
            raise WhoElse
        set_keepers(session, workspace, schedule.id, [*keepers_of(session, workspace, schedule.id), *people])
        return f"{name} is now looked after by {' and '.join(f'<@{person}>' for person in people)} too."
    raise NotFound


def _next(session: Session, schedule: Schedule, now: datetime) -> str:
    dates = schedules.next_dates(session, schedule, now)
    return "Next: " + " · ".join(there(one.at, one.zone) for one in dates)
