"""The listeners around one event: signing up, giving back, hosting, moving, the recap."""

from __future__ import annotations

from slack_bolt import Ack

import storage.demo_day as rows
import storage.nudges
from bot.blocks.common import Json, notice, section, there
from bot.blocks.demo_day import forms, notes
from bot.clock import now
from bot.demo_day.postings import of_event
from bot.visit import Visit
from rituals.demo_day import events, hosting, slots
from rituals.errors import InvalidField, NotFound
from rituals.who_may import may_read
from storage.people import remember


def open_sign_up(ack: Ack, action: Json, visit: Visit) -> None:
    """*Show something*."""
    ack()
    mind(visit)
    sign_up(visit, int(action["value"]))


def take_offer(ack: Ack, action: Json, body: Json, visit: Visit) -> None:
    """*Show it on a demo day*: in a form, the form to sign up takes its place."""
    ack()
    form = _sign_up_form(visit, *notes.read_offer(action))
    if "view" in body:
        visit.client.views_update(view_id=body["view"]["id"], view=form)
    else:
        visit.open(form)


def sign_up(visit: Visit, event_id: int) -> None:
    """The form, with what the person shows already."""
    visit.open(_sign_up_form(visit, event_id))


def _sign_up_form(visit: Visit, event_id: int, title: str | None = None) -> Json:
    with visit.sessions.begin() as session:
        event = slots.open_event(session, visit.workspace, event_id, now())
        _, day, kept = of_event(session, visit.workspace, event_id)
        mine = rows.showing_by(session, visit.workspace, event_id, visit.person)
        is_full = slots.taken(session, event) >= day.slots
        outcomes = [
            one
            for room in visit.rooms.values()
            for one in room.outcomes(session, visit.workspace, visit.person, now())
        ]
    may_read(visit.channel(event.channel))
    members = visit.people.members(visit.client, visit.workspace, event.channel)
    team = visit.team()
    there = None if team is None else [one for one in team if one[0] in members]
    return forms.sign_up_form(event, day, kept.zone, mine, is_full, there, title, outcomes)


def take_sign_up(ack: Ack, view: Json, visit: Visit) -> None:
    """The filled form: a slot, or a place among those who wait."""
    event_id, entry = forms.read_sign_up(view)
    asker = visit.asker()
    channel = channel_of(visit, event_id)
    may_read(visit.channel(channel))
    check_partner(visit, channel, entry.partner)
    with visit.sessions.begin() as session:
        remember(session, visit.workspace, asker.person, zone=asker.zone)
        showing = slots.sign_up(session, visit.workspace, event_id, visit.person, entry, now())
        event, _, kept = of_event(session, visit.workspace, event_id)
    ack(response_action="update", view=forms.signed_up(showing, f"{there(event.at, kept.zone)} ({kept.zone})"))
    visit.redraw_home()


def check_partner(visit: Visit, channel: str, partner: str | None) -> None:
    """Whether somebody may be named as a partner: a member of the channel. Raises InvalidField."""
    if partner is None:
        return
    members = visit.people.members(visit.client, visit.workspace, channel)
    if partner not in members or visit.asker(partner).is_guest:
        raise InvalidField("partner", "They aren't in this channel, or are a guest. Choose somebody else.")


def take_not_me(ack: Ack, action: Json, visit: Visit) -> None:
    """*Not me*: somebody was named as a partner, and isn't."""
    ack()
    with visit.sessions.begin() as session:
        slots.step_back(session, visit.workspace, int(action["value"]), visit.person, now())
        storage.nudges.mind(session, visit.workspace, visit.person, now())
    visit.redraw_home()
    visit.reply([section("Your name is off it again.")])


def take_nothing(ack: Ack, action: Json, visit: Visit) -> None:
    """*Nothing this time*."""
    ack()
    visit.reply(say_nothing(visit, int(action["value"])))


def say_nothing(visit: Visit, event_id: int) -> list[Json]:
    with visit.sessions.begin() as session:
        slots.say_nothing(session, visit.workspace, event_id, visit.person, now())
        storage.nudges.mind(session, visit.workspace, visit.person, now())
    return [section("That's a full answer, and nobody sees it. I won't ask about this one again.")]


def take_away(ack: Ack, action: Json, visit: Visit) -> None:
    """*I'm away*."""
    ack()
    visit.reply(be_away(visit, int(action["value"])))


def be_away(visit: Visit, event_id: int) -> list[Json]:
    with visit.sessions.begin() as session:
        event = slots.open_event(session, visit.workspace, event_id, now())
        host = hosting.be_away(session, event, visit.person, now())
        storage.nudges.mind(session, visit.workspace, visit.person, now())
    visit.redraw_home()
    return [section(f"<@{host}> hosts this one and is told. You keep your turn.")]


def take_cancel(ack: Ack, action: Json, visit: Visit) -> None:
    """*No event this time*, or *Cancel it*."""
    ack()
    visit.reply(cancel(visit, int(action["value"])))


def cancel(visit: Visit, event_id: int) -> list[Json]:
    asker = visit.asker()
    with visit.sessions.begin() as session:
        events.cancel(session, visit.workspace, event_id, asker, now())
        storage.nudges.mind(session, visit.workspace, visit.person, now())
    visit.redraw_home()
    return [section("This one is left out; the channel is told once. The same person hosts the next one.")]


def take_mode(ack: Ack, action: Json, visit: Visit) -> None:
    """What becomes of an empty day: async, or an open floor."""
    ack()
    mode = action["action_id"].removeprefix("demo_mode_")
    asker = visit.asker()
    with visit.sessions.begin() as session:
        events.choose_mode(session, visit.workspace, int(action["value"]), mode, asker, now())
        storage.nudges.mind(session, visit.workspace, visit.person, now())
    said = {"async": "Async it is: people show things in the thread.", "open": "An open floor it is."}
    visit.reply([section(said[mode])])


def open_move(visit: Visit, event_id: int) -> None:
    """`/demoday move`."""
    asker = visit.asker()
    with visit.sessions.begin() as session:
        event = slots.open_event(session, visit.workspace, event_id, now())
        kept = events.may_lead(session, event, asker)
    visit.open(forms.move_form(event, kept.zone))


def take_move(ack: Ack, view: Json, visit: Visit) -> None:
    """The filled form."""
    event_id, to = forms.read_move(view)
    asker = visit.asker()
    with visit.sessions.begin() as session:
        events.move_event(session, visit.workspace, event_id, to, asker, now())
        event, _, kept = of_event(session, visit.workspace, event_id)
    words = f"It is on {there(event.at, kept.zone)} ({kept.zone}) now; its message in the channel says so."
    ack(response_action="update", view=notice("Moved", words))


def open_recap(ack: Ack, action: Json, visit: Visit) -> None:
    """*Look at the recap*."""
    ack()
    mind(visit)
    asker = visit.asker()
    with visit.sessions.reading() as session:
        event, _, kept = of_event(session, visit.workspace, int(action["value"]))
        events.may_lead(session, event, asker)
        shown = [one for one in rows.showings(session, visit.workspace, event.id) if not one.waits]
    visit.open(forms.recap_form(event, kept.zone, shown))


def take_recap(ack: Ack, view: Json, visit: Visit) -> None:
    """The host confirms."""
    event_id, words = forms.read_recap(view)
    asker = visit.asker()
    with visit.sessions.begin() as session:
        events.show_recap(session, visit.workspace, event_id, words, asker, now())
    ack(response_action="update", view=notice("Shown", "The channel's message is the recap now."))


def channel_of(visit: Visit, event_id: int) -> str:
    """Where an event takes place. Raises NotFound."""
    with visit.sessions.reading() as session:
        event = rows.event(session, visit.workspace, event_id)
    if event is None:
        raise NotFound
    return event.channel


def mind(visit: Visit) -> None:
    """A button of a private reminder was pressed: it wasn't ignored."""
    with visit.sessions.begin() as session:
        storage.nudges.mind(session, visit.workspace, visit.person, now())
