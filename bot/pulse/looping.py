"""Afterwards: a result that waits for its channel, the answer to it; or, before its time, the end of a pulse."""

from __future__ import annotations

from slack_bolt import Ack

from bot.blocks.common import Json, section
from bot.blocks.pulse import forms
from bot.clock import now
from bot.visit import Visit
from rituals import sealed
from rituals.errors import ChannelArchived, InviteMe
from rituals.pulse import closing, loop
from rituals.pulse.asking import asked_in, name
from storage.people import note_act


def open_heard(ack: Ack, action: Json, visit: Visit) -> None:
    """*Answer it*, under a result or in the history."""
    ack()
    asker = visit.member()
    with visit.sessions.reading() as session:
        pulse = loop.to_answer(session, visit.workspace, int(action["value"]), asker)
    may_speak(visit, pulse.channel)
    visit.open(forms.heard_form(pulse, asked_in(pulse).title))


def take_heard(ack: Ack, view: Json, visit: Visit) -> None:
    """What was heard, what will be done, what won't: stored, and owed to the channel."""
    pulse_id, said = forms.read_heard(view)
    asker = visit.member()
    with visit.sessions.reading() as session:
        pulse = loop.to_answer(session, visit.workspace, pulse_id, asker)
    may_speak(visit, pulse.channel)
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


def post_again(ack: Ack, action: Json, visit: Visit) -> None:
    """*Post the result*, once the channel can be spoken to again."""
    ack()
    asker, pulse_id = visit.member(), int(action["value"])
    with visit.sessions.reading() as session:
        pulse = closing.to_post_again(session, visit.workspace, pulse_id, asker)
    may_speak(visit, pulse.channel)
    with visit.sessions.begin() as session:
        closing.post_again(session, visit.workspace, pulse_id, asker, now())
    visit.reply([section(f"The result is on its way to <#{pulse.channel}>.")])


def may_speak(visit: Visit, channel: str) -> None:
    """See that what is said there can be read, as of now. Raises ChannelArchived, InviteMe."""
    visit.people.forget(visit.workspace, channel)
    found = visit.channel(channel)
    if found.is_archived:
        raise ChannelArchived
    if not found.has_candor:
        raise InviteMe
