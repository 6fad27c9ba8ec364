"""Answering a prompt by form, and reading a closed round."""

from __future__ import annotations

from datetime import datetime

from slack_bolt import Ack

import storage.prompts as rows
from bot.blocks.common import Json, there
from bot.blocks.prompts import answers as forms
from bot.blocks.prompts import messages
from bot.clock import now
from bot.visit import Visit
from rituals import sealed
from rituals.errors import NotFound
from rituals.prompts import rounds, sealing
from rituals.who_may import may_read
from storage.keys import Custody
from storage.schema import Round


def open_answer(ack: Ack, action: Json, visit: Visit) -> None:
    """A click on *Answer* under a question, or on App Home."""
    ack()
    with visit.sessions.reading() as session:
        found = rows.round_for(session, visit.workspace, int(action["value"]), visit.person)
    if found is None:
        raise NotFound
    asked, zone, earlier = found
    if asked.closed_at is not None or asked.closes_at <= now():
        raise rounds.RoundClosed
    until = _until(asked.closes_at, zone)
    if asked.sealed:
        open_sealed(visit, asked, until)
    else:
        may_read(visit.channel(asked.channel))
        visit.open(forms.answer_form(asked.id, asked.question, until, earlier))


def open_sealed(visit: Visit, asked: Round, until: str) -> None:
    """The form of a sealed round, for those who have a seat. Whether they answered already, nobody looks."""
    with visit.sessions.reading() as session:
        sealed.box_of(session, visit.workspace, sealing.occasion(asked.id), visit.person)
    visit.open(forms.sealed_form(asked.id, asked.question, until))


def _until(at: datetime, zone: str) -> str:
    return f"{there(at, zone)} ({zone})"


def take_answer(ack: Ack, view: Json, visit: Visit) -> None:
    """The filled form: stored, then acknowledged."""
    round_id, words = forms.read_answer(view)
    with visit.sessions.reading() as session:
        asked = rows.round_of(session, visit.workspace, round_id)
    if asked is None:
        raise NotFound
    may_read(visit.channel(asked.channel))
    with visit.sessions.begin() as session:
        is_first = rounds.take_answer(session, visit.workspace, round_id, visit.person, words, now())
    ack(response_action="update", view=forms.answered(is_first))
    visit.redraw_home()


def take_sealed(ack: Ack, view: Json, visit: Visit, custody: Custody) -> None:
    """The filled form of a sealed round: one row is written, Slack is asked nothing, and nothing is redrawn."""
    round_id, words = forms.read_answer(view)
    occasion = sealing.occasion(round_id)
    with visit.sessions.reading() as session:
        box = sealed.box_of(session, visit.workspace, occasion, visit.person)
    with (
        sealed.hold(custody, visit.workspace, occasion, box) as held,
        visit.sessions.begin(durable=True) as session,
    ):
        sealing.take(session, held, visit.workspace, round_id, visit.person, words, now())
    ack(response_action="update", view=forms.is_sealed())


def show_answers(ack: Ack, action: Json, visit: Visit) -> None:
    """A click on *Read all answers* under a digest."""
    ack()
    with visit.sessions.reading() as session:
        asked = rows.round_of(session, visit.workspace, int(action["value"]))
        answers = rows.answers_of(session, visit.workspace, asked.id) if asked else []
        if asked is not None and asked.sealed:
            answers = messages.sealed_answers(asked)
    if asked is None or asked.closed_at is None:
        raise NotFound
    may_read(visit.channel(asked.channel))
    visit.open(messages.all_answers(asked, answers))
