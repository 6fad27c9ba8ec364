"""A filled form of the pulse, looked at once more at every step: what is asked, and what is promised for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.blocks.pulse import forms
from bot.pulse.house_rules import Rules
from bot.visit import Visit
from rituals.pulse import asking
from rituals.pulse.consent import Terms
from rituals.pulse.instruments import Instrument


def plan(draft: forms.Draft) -> asking.Plan:
    """What a draft asks once."""
    at = datetime.fromisoformat(draft.closes_at)
    return asking.Plan(draft.channel, draft.instrument, draft.own, at, draft.comments, draft.picked, draft.review)


def checked(draft: forms.Draft, visit: Visit, rules: Rules, begins: datetime) -> tuple[Instrument, Terms]:
    """What is asked and what is promised, when all of the form is right for a pulse that begins then.

    Raises what `asking.check` raises.
    """
    wanted = plan(draft)
    k = rules.instruments[wanted.instrument].k if wanted.instrument in rules.instruments else rules.k
    terms = rules.terms(wanted.channel, k, wanted.closes_at, draft.zone, [visit.person])
    if draft.review is not None:
        terms = replace(terms, asked=f"the people of review {draft.review}")
    elif draft.audience == "picked":
        terms = replace(terms, asked=f"{len(draft.picked)} people, picked by whoever began this")
    people = visit.channel(wanted.channel).people
    return asking.check(wanted, rules.instruments, people, terms, begins), terms
