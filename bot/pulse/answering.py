"""Answering: the form is opened, looked at once more when there is a comment, and put into the box.

A submission calls nothing on Slack but the answer to itself, writes one row, and logs nothing.
"""

from __future__ import annotations

from slack_bolt import Ack

from bot.blocks.common import Json
from bot.blocks.pulse import answer as forms
from bot.clock import now
from bot.visit import Visit
from rituals.pulse import taking
from rituals.pulse.comments import warnings


def open_answer(ack: Ack, action: Json, visit: Visit) -> None:
    """*Answer*, in an invitation, a reminder or on App Home."""
    ack()
    show(int(action["value"]), visit)


def show(pulse_id: int, visit: Visit) -> None:
    """Open the questions for somebody who was invited."""
    with visit.sessions.reading() as session:
        pulse = taking.asked(session, visit.workspace, pulse_id, visit.person, now())
    visit.open(forms.answer_form(pulse))


def take_answer(ack: Ack, view: Json, visit: Visit) -> None:
    """The filled form. A comment is shown as it will read, before the second submission stores it."""
    filled = forms.read_answer(view)
    comment = taking.as_it_will_read(filled.comment)
    with visit.sessions.reading() as session:
        asked = (session, visit.custody, visit.workspace, filled.pulse, visit.person)
        pulse, box = taking.box_for(*asked, now())
    if comment and comment != filled.seen:
        shown = forms.Filled(filled.pulse, filled.answers, comment, filled.seen)
        ack(response_action="update", view=forms.answer_form(pulse, shown, warnings(comment)))
        return
    with box as held:
        with visit.sessions.begin(durable=True) as session:
            taking.take(session, held, visit.workspace, filled.pulse, visit.person, filled.answers, comment, now())
        # committed: nobody need wait until the old key is overwritten, which a crash here leaves to the ring
        ack(response_action="update", view=forms.taken())
