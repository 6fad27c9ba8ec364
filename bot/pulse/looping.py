"""Afterwards: the answer to a result; or, before its time, the end of a pulse."""

from __future__ import annotations

from slack_bolt import Ack

from bot.blocks.common import Json, section
from bot.blocks.pulse import forms
from bot.clock import now
from bot.visit import Visit
from rituals import sealed
from rituals.pulse import closing, loop
from rituals.pulse.asking import asked_in, name
from storage.people import note_act


def open_heard(ack: Ack, action: Json, visit: Visit) -> None:
    """*Answer it*, under a result or in the history."""
    ack()
    asker = visit.member()
    with visit.sessions.reading() as session:
        pulse = loop.to_answer(session, visit.workspace, int(action["value"]), asker)
    visit.open(forms.heard_form(pulse, asked_in(pulse).title))


def take_heard(ack: Ack, view: Json, visit: Visit) -> None:
    """What was heard, what will be done, what won't: stored, and owed to the channel."""
    pulse_id, said = forms.read_heard(view)
    asker = visit.member()
    with visit.sessions.begin() as session:
        loop.answer(session, visit.workspace, pulse_id, asker, said, now())
    ack(response_action="update", view=forms.heard_taken())


def end_early(ack: Ack, action: Json, visit: Visit) -> None:
    """*End it now*, after asking back: everything is destroyed unread."""
    ack()
    asker, pulse_id = visit.member(), int(action["value"])
    with visit.sessions.begin(durable=True) as session:
        closing.end_early(session, visit.workspace, pulse_id, asker, now())
        note_act(session, visit.workspace, asker.person, "ended", f"pulse {pulse_id}", now())
    sealed.purge(visit.sessions, visit.custody, visit.workspace, name(pulse_id))
    visit.reply([section("It is over. Every answer was destroyed unread, and the channel is told.")])
