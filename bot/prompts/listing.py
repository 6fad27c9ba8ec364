"""`/prompt` and its list: what this channel is asked, and the buttons beside each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from slack_bolt import Ack
from slack_sdk import WebClient

from bot import home
from bot.blocks.common import Json, section
from bot.blocks.prompts import messages
from bot.calendar import VERBS, find_meant, obey
from bot.clock import now
from bot.people import People
from bot.prompts import forms
from bot.rooms import RitualRoom
from rituals.calendar import schedules
from rituals.prompts import asking
from rituals.prompts.packs import Pack
from rituals.who_may import may_read
from storage import Database, Session
from storage.calendar import keepers_of, schedules_of_channel
from storage.schema import Schedule

HELP = (
    "*What `/prompt` can do*\n"
    "• `/prompt` asks this channel something, once or again and again\n"
    "• `/prompt list` shows what is asked here, with the next dates and buttons\n"
    "• `/prompt edit 3` changes number 3; you see which dates move before it is saved\n"
    "• `/prompt pause 3`, or `pause 3 for 2 weeks`, or `pause 3 until 2026-12-24`\n"
    "• `/prompt resume 3` · `/prompt skip 3` leaves out the next date · `/prompt stop 3` ends it\n"
    "• `/prompt share 3 @somebody` lets somebody else look after it too"
)


def asks(session: Session, schedule: Schedule, packs: Mapping[str, Pack]) -> str:
    """What a prompt asks, in a few words."""
    prompt = asking.prompt_of(session, schedule)
    if prompt.pack is None:
        return prompt.question or ""
    pack = packs.get(prompt.pack)
    return f"Pack: {pack.title}" if pack else f"Pack {prompt.pack}, which is no longer there: edit or stop it"


def take_command(
    ack: Ack,
    body: Json,
    command: Json,
    client: WebClient,
    sessions: Database,
    people: People,
    workspace: str,
    packs: Mapping[str, Pack],
    reply: Callable[..., None],
) -> None:
    """`/prompt WORDS`."""
    verb, _, rest = command.get("text", "").strip().partition(" ")
    verb = verb.lower()
    if verb in ("", "new"):
        return forms.open_new(ack, body, None, client, people, workspace, packs)
    ack()
    channel, person = command["channel_id"], command["user_id"]
    if verb == "list":
        may_read(people.channel(client, workspace, channel, person))
        return reply(_list(sessions, workspace, channel, packs, now()))
    if verb == "edit":
        with sessions.reading() as session:
            schedule, _ = find_meant(session, workspace, channel, verb, rest)
        return forms.edit(body, schedule.id, client, sessions, people, workspace, packs)
    if verb in VERBS:
        asker = people.asker(client, workspace, person)
        with sessions.begin() as session:
            schedule, words = find_meant(session, workspace, channel, verb, rest)
            said = obey(session, workspace, schedule.id, verb, words, asker, now())
        return reply([section(said)])
    begin = "" if verb == "help" else f"I don't know `{verb[:20].replace('`', '')}`. "
    return reply([section(begin + HELP)])


def _list(sessions: Database, workspace: str, channel: str, packs: Mapping[str, Pack], at: datetime) -> list[Json]:
    with sessions.reading() as session:
        rows = [
            messages.row(
                schedule,
                asks(session, schedule, packs),
                keepers_of(session, workspace, schedule.id),
                schedules.next_dates(session, schedule, at),
            )
            for schedule in schedules_of_channel(session, workspace, channel)
            if schedule.ritual == asking.RITUAL
        ]
    return messages.listing(rows, channel)


def take_click(
    ack: Ack,
    body: Json,
    action: Json,
    client: WebClient,
    sessions: Database,
    people: People,
    workspace: str,
    packs: Mapping[str, Pack],
    rooms: Mapping[str, RitualRoom],
    reply: Callable[..., None],
) -> None:
    """Pause, resume, skip or stop, pressed in a list, on App Home or in a private reminder."""
    ack()
    person, verb = body["user"]["id"], action["action_id"].removeprefix("prompt_")
    asker = people.asker(client, workspace, person)
    with sessions.begin() as session:
        said = obey(session, workspace, int(action["value"]), verb, "", asker, now())
        channel = schedules.find(session, workspace, int(action["value"])).channel
    if not body.get("message"):  # App Home, which is redrawn
        return home.publish(client, sessions, people, workspace, person, rooms)
    if not body["container"].get("is_ephemeral"):  # a private reminder, which stays as it is
        return reply([section(said)])
    return reply([section(said), *_list(sessions, workspace, channel, packs, now())], replace=True)
