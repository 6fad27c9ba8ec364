"""What a ring does for demo days: opens sign-ups, and takes each event a step further."""

from __future__ import annotations

import storage.demo_day as rows
from bot.courier import UNREACHABLE, keep_going
from bot.people import People
from bot.rooms import Bell
from rituals.calendar.schedules import pause_channel
from rituals.demo_day import events
from storage.people import remember

A_RING = 100  # so many demo days and events; the others come with the next ring


def tend(bell: Bell) -> None:
    """Each in a transaction of its own; Slack is asked before, who is in the channel."""
    with bell.database.reading() as session:
        opening = rows.days_to_open(session, bell.now, A_RING)
    for workspace, number, channel in opening:
        with keep_going("opening a demo day"):
            members = who_takes_part(bell, workspace, channel)
            with bell.database.begin() as session:
                events.open_due(session, workspace, number, members, bell.now)
    with bell.database.reading() as session:
        going = rows.events_to_tend(session, bell.now, A_RING)
    for workspace, number, channel in going:
        with keep_going("tending a demo day"):
            members = who_takes_part(bell, workspace, channel)
            here = who_is_here(bell, workspace, channel) if members else []
            with bell.database.begin() as session:
                events.tend(session, workspace, number, members, bell.now, here)


def who_is_here(bell: Bell, workspace: str, channel: str) -> list[str]:
    """Everybody in the channel who hasn't left the company, guests too: they may show something."""
    client, people = bell.client(workspace), bell.people
    if client is None:
        return []
    return [
        one
        for one in people.members(client, workspace, channel)
        if not people.asker(client, workspace, one).has_left
    ]


def who_takes_part(bell: Bell, workspace: str, channel: str) -> list[str]:
    """The channel's members without guests and bots, their zones remembered; nobody where we can't look.

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
    there = [one for one in askers if not one.is_guest]
    with bell.database.begin() as session:
        for one in there:
            remember(session, workspace, one.person, zone=one.zone)
    return [one.person for one in there]
