"""Answering a prompt by form, and reading a closed round."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from slack_bolt import Ack
from slack_sdk import WebClient

import storage.prompts as rows
from bot import home
from bot.blocks.common import Json, there
from bot.blocks.prompts import answers as forms
from bot.blocks.prompts import messages
from bot.clock import now
from bot.people import People
from bot.rooms import RitualRoom
from rituals.errors import NotFound
from rituals.prompts import rounds
from rituals.who_may import may_read
from storage import Database
from storage.calendar import schedule


def open_answer(
    ack: Ack, body: Json, action: Json, client: WebClient, sessions: Database, people: People, workspace: str
) -> None:
    """A click on *Answer* under a question, or on App Home."""
    ack()
    person, round_id = body["user"]["id"], int(action["value"])
    with sessions.reading() as session:
        asked = rows.round_of(session, workspace, round_id)
        prompt = rows.prompt(session, workspace, asked.prompt_id) if asked else None
        kept = schedule(session, workspace, prompt.schedule_id) if prompt else None
        earlier = rows.answer_by(session, workspace, round_id, person)
    if asked is None or kept is None:
        raise NotFound
    if asked.closed_at is not None or asked.closes_at <= now():
        raise rounds.RoundClosed
    may_read(people.channel(client, workspace, asked.channel, person))
    until = _until(asked.closes_at, kept.zone)
    form = forms.answer_form(round_id, asked.question, until, earlier.words if earlier else None)
    client.views_open(trigger_id=body["trigger_id"], view=form)


def _until(at: datetime, zone: str) -> str:
    return f"{there(at, zone)} ({zone})"


def take_answer(
    ack: Ack,
    body: Json,
    view: Json,
    client: WebClient,
    sessions: Database,
    people: People,
    workspace: str,
    rooms: Mapping[str, RitualRoom],
    redraws: home.Redraws,
) -> None:
    """The filled form: stored, then acknowledged."""
    round_id, words = forms.read_answer(view)
    person = body["user"]["id"]
    with sessions.reading() as session:
        asked = rows.round_of(session, workspace, round_id)
    if asked is None:
        raise NotFound
    may_read(people.channel(client, workspace, asked.channel, person))
    with sessions.begin() as session:
        is_first = rounds.take_answer(session, workspace, round_id, person, words, now())
    ack(response_action="update", view=forms.answered(is_first))
    redraws.soon(client, sessions, people, workspace, person, rooms)


def show_answers(
    ack: Ack, body: Json, action: Json, client: WebClient, sessions: Database, people: People, workspace: str
) -> None:
    """A click on *Read all answers* under a digest."""
    ack()
    with sessions.reading() as session:
        asked = rows.round_of(session, workspace, int(action["value"]))
        answers = rows.answers_of(session, workspace, asked.id) if asked else []
    if asked is None or asked.closed_at is None:
        raise NotFound
    may_read(people.channel(client, workspace, asked.channel, body["user"]["id"]))
    client.views_open(trigger_id=body["trigger_id"], view=messages.all_answers(asked, answers))
