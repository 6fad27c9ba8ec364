"""`/prompt` and its list: what this channel is asked, and the buttons beside each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.blocks.common import Json, escape, section
from bot.blocks.prompts import messages
from bot.calendar import VERBS, find_meant, list_rows, take_words
from bot.clock import now
from bot.people import People
from bot.prompts import forms
from bot.rooms import RitualRoom
from rituals.prompts import asking
from rituals.prompts.packs import Pack
from rituals.who_may import may_read
from storage import Database, Session
from storage.schema import Schedule

HELP = (
    "*What `/prompt` can do*\n"
    "• `/prompt` asks this channel a question again and again\n"
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
    rooms: Mapping[str, RitualRoom],
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
        with sessions.reading() as session:
            rows = list_rows(session, workspace, channel, rooms, now(), only=asking.RITUAL)
        return reply(messages.listing(rows, channel))
    if verb == "edit":
        with sessions.reading() as session:
            schedule, _ = find_meant(session, workspace, channel, verb, rest)
        return forms.edit(body, schedule.id, client, sessions, people, workspace, packs)
    if verb in VERBS:
        asker = people.asker(client, workspace, person)
        return reply([section(take_words(client, sessions, people, workspace, channel, verb, rest, asker))])
    begin = "" if verb == "help" else f"I don't know `{escape(verb[:20].replace('`', ''))}`. "
    return reply([section(begin + HELP)])
