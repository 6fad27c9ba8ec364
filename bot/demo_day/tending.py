"""What a ring does for demo days: opens sign-ups, and takes each event a step further."""

from __future__ import annotations

from collections.abc import Sequence

import storage.demo_day as rows
from bot.courier import UNREACHABLE, keep_going
from bot.people import People
from bot.rooms import Bell
from rituals.calendar.schedules import pause_channel
from rituals.demo_day import events
from rituals.who_may import Asker
from storage.people import remember

A_RING = 100  # so many demo days and events; the others come with the next ring


def tend(bell: Bell) -> None:
    """Each in a transaction of its own; Slack is asked before, who is in the channel."""
    with bell.database.reading() as session:
        opening = rows.days_to_open(session, bell.now, A_RING)
    for workspace, number, channel in opening:
        with keep_going("opening a demo day"):
            members = taking_part(who_is_here(bell, workspace, channel))
            with bell.database.begin() as session:
                events.open_due(session, workspace, number, members, bell.now)
    with bell.database.reading() as session:
        going = rows.events_to_tend(session, bell.now, A_RING)
    for workspace, number, channel in going:
        with keep_going("tending a demo day"):
            here = who_is_here(bell, workspace, channel)
            everybody = [one.person for one in here]
            with bell.database.begin() as session:
                events.tend(session, workspace, number, taking_part(here), bell.now, everybody)


def who_is_here(bell: Bell, workspace: str, channel: str) -> list[Asker]:
    """Everybody in the channel who hasn't left the company, their zones remembered; nobody where we can't look.

    A channel that was archived or closed to us while no event reached us pauses here.
    """
    client = bell.client(workspace)
    if client is None:
        return []
    people: People = bell.people
    if (why := people.why_closed(client, workspace, channel)) is not None:
        with bell.database.begin() as session:
            pause_channel(session, workspace, channel, UNREACHABLE[why], bell.now)
        return []
    askers = [
        people.asker(client, workspace, person) for person in sorted(people.members(client, workspace, channel))
    ]
    here = [one for one in askers if not one.has_left]
    with bell.database.begin() as session:
        for one in here:
            if not one.is_guest:
                remember(session, workspace, one.person, zone=one.zone)
    return here


def taking_part(here: Sequence[Asker]) -> list[str]:
    """Those of them who take turns and are asked: no guests, no bots. Guests may show something all the same."""
    return [one.person for one in here if not one.is_guest]
