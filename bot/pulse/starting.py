"""The way of a pulse through its two forms, until it awaits its people."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from slack_bolt import Ack

from bot.blocks.common import Json, notice
from bot.blocks.pulse import forms
from bot.clock import now
from bot.pulse.house_rules import Rules
from bot.visit import Visit
from rituals.errors import InvalidField
from rituals.pulse import asking
from rituals.pulse.consent import NoOperator, Terms
from rituals.pulse.instruments import Instrument
from rituals.who_may import may_start
from storage.people import note_act, remember


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
    visit.open(forms.start_form(forms.new_draft(channel, asker.zone), rules.instruments))


def take_start(ack: Ack, view: Json, visit: Visit, pulse_rules: Rules) -> None:
    """Step one is filled: what everybody will be told is shown before anything begins."""
    draft = forms.read_start(view)
    if draft.audience == "picked" and not draft.picked:
        raise InvalidField("picked", "Pick the people, or ask everybody in this channel.")
    draft = replace(draft, closes_at=asking.closing(draft.days, now()).isoformat())
    instrument, terms = _checked(draft, visit, pulse_rules)
    with visit.sessions.reading() as session:
        asking.may_ask(session, visit.workspace, draft.channel, draft.instrument, now())
    ack(response_action="push", view=forms.check_form(draft, instrument, terms))


def start(ack: Ack, view: Json, visit: Visit, pulse_rules: Rules) -> None:
    """*Start*: stored, and launched by the next ring, which asks Slack for the people."""
    draft = forms.draft_in(view)
    asker = visit.member()
    may_start(asker, visit.channel(draft.channel))
    instrument, terms = _checked(draft, visit, pulse_rules)
    with visit.sessions.begin() as session:
        remember(session, visit.workspace, asker.person, zone=asker.zone)
        added = asking.ask(
            session,
            visit.workspace,
            _plan(draft),
            instrument,
            terms,
            keepers=[asker.person],
            origin=draft.origin,
            now=now(),
        )
        if added is not None:
            note_act(session, visit.workspace, asker.person, "started", f"pulse {added.id}", now())
    ack(response_action="update", view=forms.started(draft, terms.closes))


def _plan(draft: forms.Draft) -> asking.Plan:
    at = datetime.fromisoformat(draft.closes_at)
    return asking.Plan(draft.channel, draft.instrument, draft.own, at, draft.comments, draft.picked)


def _checked(draft: forms.Draft, visit: Visit, rules: Rules) -> tuple[Instrument, Terms]:
    plan = _plan(draft)
    k = rules.instruments[plan.instrument].k if plan.instrument in rules.instruments else rules.k
    terms = rules.terms(plan.channel, k, plan.closes_at, draft.zone, [visit.person])
    people = visit.channel(plan.channel).people
    return asking.check(plan, rules.instruments, people, terms, now()), terms
