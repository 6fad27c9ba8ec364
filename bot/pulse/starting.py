"""The way of a pulse through its forms, until it awaits its people, or its dates stand in the calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from slack_bolt import Ack

from bot.blocks.common import Json, notice
from bot.blocks.pulse import forms
from bot.clock import now
from bot.pulse import checking, recurring
from bot.pulse.house_rules import Rules
from bot.rooms import Circle
from bot.visit import Visit
from rituals.errors import InvalidField, NotFound
from rituals.pulse import asking
from rituals.pulse.audience import FEWEST, check_people
from rituals.pulse.consent import NoOperator
from rituals.who_may import may_start
from storage.people import note_act, remember

CLOSING = "after-review"  # two questions about the review itself, from so many people on
FEWEST_FOR_CLOSING = 8


def choose_channel(ack: Ack, visit: Visit) -> None:
    """App Home's button: a pulse begins in its channel."""
    ack()
    visit.open(notice("A pulse", "Type `/pulse start` in the channel of the people you want to ask."))


def open_start(channel: str, visit: Visit, rules: Rules) -> None:
    """`/pulse start`."""
    asker = visit.member()
    may_start(asker, visit.channel(channel))
    if not rules.operator.strip():
        raise NoOperator
    draft = forms.new_draft(channel, asker.zone, _next_working_day(asker.zone))
    visit.open(forms.start_form(draft, rules.instruments))


def open_for_review(ack: Ack, action: Json, visit: Visit, pulse_rules: Rules) -> None:
    """*Ask its people a pulse*, on a published review."""
    ack()
    asker = visit.member()
    circle = _circle(visit, int(action["value"]))
    may_start(asker, visit.channel(circle.channel))
    if not pulse_rules.operator.strip():
        raise NoOperator
    check_people(circle.people, picked=True, k=pulse_rules.k, fewest_picked=FEWEST)
    draft = forms.new_draft(circle.channel, asker.zone, _next_working_day(asker.zone))
    draft = replace(draft, audience="review", review=circle.number, picked=circle.people)
    if len(circle.people) >= FEWEST_FOR_CLOSING and CLOSING in pulse_rules.instruments:
        draft = replace(draft, instrument=CLOSING)
    visit.open(forms.start_form(draft, pulse_rules.instruments))


def _circle(visit: Visit, number: int) -> Circle:
    """The people of a review, from the ritual that has some. Raises NotFound, and what that one refuses."""
    told = next((room.circle for room in visit.rooms.values() if room.circle is not None), None)
    if told is None:
        raise NotFound
    with visit.sessions.reading() as session:
        return told(session, visit.workspace, number, visit.asker())


def _as_of_now(draft: forms.Draft, visit: Visit) -> forms.Draft:
    """The people of a review may have changed while the form was filled, and so may who asks them."""
    if draft.review is None:
        return draft
    return replace(draft, picked=_circle(visit, draft.review).people)


def _next_working_day(zone: str | None) -> date:
    day = now().astimezone(ZoneInfo(zone or "UTC")).date() + timedelta(days=1)
    return day if day.weekday() < 5 else day + timedelta(days=7 - day.weekday())


def take_start(ack: Ack, view: Json, visit: Visit, pulse_rules: Rules) -> None:
    """Step one is filled: what everybody will be told is shown before anything begins; before that, when."""
    draft = _as_of_now(forms.read_start(view), visit)
    if draft.audience == "picked" and not draft.picked:
        raise InvalidField("picked", "Pick the people, or ask everybody in this channel.")
    if draft.comes_again:
        recurring.take_what(ack, draft, visit, pulse_rules)
        return
    draft = replace(draft, closes_at=asking.closing(draft.days, now()).isoformat())
    instrument, terms = checking.checked(draft, visit, pulse_rules, now())
    with visit.sessions.reading() as session:
        asking.may_ask(session, visit.workspace, draft.channel, draft.instrument, now())
    ack(response_action="push", view=forms.check_form(draft, instrument, terms))


def start(ack: Ack, view: Json, visit: Visit, pulse_rules: Rules) -> None:
    """*Start*: stored, and launched by the next ring, which asks Slack for the people."""
    draft = _as_of_now(forms.draft_in(view), visit)
    if draft.comes_again:
        recurring.save(ack, draft, visit, pulse_rules)
        return
    asker = visit.member()
    may_start(asker, visit.channel(draft.channel))
    instrument, terms = checking.checked(draft, visit, pulse_rules, now())
    with visit.sessions.begin() as session:
        remember(session, visit.workspace, asker.person, zone=asker.zone)
        added = asking.ask(
            session,
            visit.workspace,
            checking.plan(draft),
            instrument,
            terms,
            keepers=[asker.person],
            origin=draft.origin,
            now=now(),
        )
        if added is not None:
            note_act(session, visit.workspace, asker.person, "started", f"pulse {added.id}", now())
    ack(response_action="update", view=forms.started(draft, terms.closes))
