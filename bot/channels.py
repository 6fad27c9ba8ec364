"""Channels come and go: archived, unarchived, Candor invited or removed."""

from __future__ import annotations

from slack_bolt import App

from bot.blocks.common import Json, message, section
from bot.clock import now
from bot.courier import UNREACHABLE
from bot.visit import Visit
from bot.workspaces import Workspaces
from rituals.calendar.schedules import pause_channel, resume_channel


def register(app: App) -> None:
    for event in ("channel_archive", "group_archive"):
        app.event(event)(note_archived)
    for event in ("channel_unarchive", "group_unarchive"):
        app.event(event)(note_unarchived)
    app.event("member_joined_channel")(note_joined)
    app.event("member_left_channel")(note_left)


def note_archived(event: Json, visit: Visit) -> None:
    """What happened there pauses itself and says why."""
    visit.people.forget(visit.workspace, event["channel"])
    with visit.sessions.begin() as session:
        pause_channel(session, visit.workspace, event["channel"], UNREACHABLE["is_archived"], now())


def note_unarchived(event: Json, visit: Visit) -> None:
    """What paused for that reason goes on."""
    visit.people.forget(visit.workspace, event["channel"])
    with visit.sessions.begin() as session:
        resume_channel(session, visit.workspace, event["channel"], UNREACHABLE["is_archived"], now())


def note_left(event: Json, visit: Visit, workspaces: Workspaces) -> None:
    """Somebody left; when that is us, what happened there pauses, else rituals that count on them hear of it."""
    visit.people.forget(visit.workspace, event["channel"])
    with visit.sessions.begin() as session:
        for room in visit.rooms.values():
            if room.who_left is not None:
                room.who_left(session, visit.workspace, event["channel"], event["user"], now())
    ours = workspaces.find(visit.workspace)
    if ours is not None and event["user"] == ours.bot_user:
        with visit.sessions.begin() as session:
            pause_channel(session, visit.workspace, event["channel"], UNREACHABLE["not_in_channel"], now())


def note_joined(event: Json, visit: Visit, workspaces: Workspaces) -> None:
    """Somebody came; when that is us, what we paused goes on, and only who invited us hears of it."""
    channel = event["channel"]
    visit.people.forget(visit.workspace, channel)
    ours = workspaces.find(visit.workspace)
    if ours is None or event["user"] != ours.bot_user:
        return
    with visit.sessions.begin() as session:
        resumed = [
            schedule
            for reason in ("not_in_channel", "channel_not_found")
            for schedule in resume_channel(session, visit.workspace, channel, UNREACHABLE[reason], now())
        ]
    if event.get("inviter"):
        going_on = f" What was paused here goes on now: {len(resumed)}." if resumed else ""
        said = message(
            [
                section(
                    f"Thank you for having me in <#{channel}>.{going_on} I speak here only when somebody sets "
                    "something up: `/prompt` asks the team a question, `/candor help` tells the rest. "
                    "Only you see this."
                )
            ]
        )
        visit.client.chat_postEphemeral(channel=channel, user=event["inviter"], text=said.text, blocks=said.blocks)
