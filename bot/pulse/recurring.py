"""Pulses that come again: their second form, an edit, their list, and their begin when the calendar rings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from slack_bolt import Ack

import storage.nudges
import storage.pulse as rows
from bot.blocks.common import Json
from bot.blocks.pulse import forms, messages
from bot.blocks.pulse import recurring as blocks
from bot.calendar import find_meant, list_rows
from bot.clock import now
from bot.pulse.checking import checked
from bot.pulse.house_rules import Rules
from bot.visit import Visit
from rituals.calendar import schedules
from rituals.calendar.due import Claim
from rituals.calendar.recurrence import upcoming
from rituals.errors import InvalidField
from rituals.pulse import asking, recurring
from rituals.who_may import may_read, may_start
from storage import Session
from storage.calendar import schedule
from storage.people import remember
from storage.schema import Nudge, Schedule


def take_what(ack: Ack, draft: forms.Draft, visit: Visit, rules: Rules) -> None:
    """Step one is filled: the questions are checked, then comes when."""
    if draft.audience == "picked":
        raise InvalidField(
            "audience", "What comes again asks whoever is in the channel then. Choose everybody, or ask once."
        )
    checked(replace(draft, closes_at=asking.closing(draft.days, now()).isoformat()), visit, rules, now())
    ack(response_action="push", view=blocks.when_form(draft))


def take_when(ack: Ack, view: Json, visit: Visit, pulse_rules: Rules) -> None:
    """Step two is filled: the next dates are shown before anything is saved, for an edit with what moves."""
    draft = blocks.read_when(view)
    timing = blocks.timing(draft)
    plan = schedules.plan_for(timing, now())
    dates = upcoming(plan, now(), 3)
    draft = replace(draft, closes_at=asking.closing(draft.days, dates[0].at).isoformat())
    instrument, terms = checked(draft, visit, pulse_rules, dates[0].at)
    moves = None
    with visit.sessions.reading() as session:
        if draft.schedule is None:
            where = (session, visit.workspace, draft.channel, draft.instrument)
            recurring.check(*where, timing, draft.origin, now())
        else:
            before = schedules.plan_of(session, schedules.find(session, visit.workspace, draft.schedule))
            moves = schedules.difference(before, plan, now())
    shown = blocks.dates_shown(draft, dates, moves)
    ack(response_action="push", view=forms.check_form(draft, instrument, terms, shown))


def save(ack: Ack, draft: forms.Draft, visit: Visit, rules: Rules) -> None:
    """*Start* or *Save*: stored, then acknowledged with the next dates."""
    asker = visit.member()
    if draft.schedule is None:
        may_start(asker, visit.channel(draft.channel))
    asked, timing = blocks.asked(draft), blocks.timing(draft)
    with visit.sessions.begin() as session:
        remember(session, visit.workspace, asker.person, zone=asker.zone)
        if draft.schedule is None:
            saved = recurring.set_up(
                session,
                visit.workspace,
                channel=draft.channel,
                asked=asked,
                timing=timing,
                keepers=[asker.person],
                origin=draft.origin,
                now=now(),
            )
        else:
            saved = recurring.change(
                session,
                visit.workspace,
                draft.schedule,
                asked=asked,
                timing=timing,
                seen_version=draft.version,
                origin=draft.origin,
                asker=asker,
                now=now(),
            )
        dates = schedules.next_dates(session, saved, now())
    ack(response_action="update", view=blocks.saved(draft, dates))
    visit.redraw_home()


def open_edit(ack: Ack, action: Json, visit: Visit, pulse_rules: Rules) -> None:
    """*Edit* in a list, on App Home or in a private reminder."""
    ack()
    with visit.sessions.begin() as session:
        storage.nudges.mind(session, visit.workspace, visit.person, now())
    edit(int(action["value"]), visit, pulse_rules)


def edit(schedule_id: int, visit: Visit, rules: Rules) -> None:
    """Open the same forms on what comes again."""
    asker = visit.member()
    with visit.sessions.reading() as session:
        kept = schedules.to_change(session, visit.workspace, schedule_id, asker)
        draft = blocks.draft_of(kept, recurring.plan_of(session, kept), uuid4().hex)
    visit.open(forms.start_form(draft, rules.instruments))


def edit_by_words(channel: str, words: str, visit: Visit, rules: Rules) -> None:
    """`/pulse edit 3`."""
    with visit.sessions.reading() as session:
        meant, _ = find_meant(session, visit.workspace, channel, "edit", words)
    edit(meant.id, visit, rules)


def tell_list(channel: str, visit: Visit) -> None:
    """`/pulse list`."""
    may_read(visit.channel(channel))
    with visit.sessions.reading() as session:
        listed = list_rows(session, visit.workspace, channel, visit.rooms, now(), only=asking.RITUAL)
    visit.reply(messages.listing(listed, channel))


# --- what the house asks --------------------------------------------------------------------------------


def asks(rules: Rules) -> Callable[[Session, Schedule], str]:
    """Names a schedule of ours in a few words."""

    def told(session: Session, kept: Schedule) -> str:
        plan = recurring.plan_of(session, kept)
        gone = f"{plan.instrument}, whose questions are no longer there: edit or stop it"
        found = rules.instruments.get(plan.instrument)
        return blocks.asks(plan, found.title if found else gone)

    return told


def begin(rules: Rules) -> Callable[[Session, Claim, datetime], object]:
    """Begins a date of the calendar, in the ring's transaction."""
    return lambda session, claim, at: recurring.begin(session, claim, rules.instruments, rules.terms, at)


def say_paused(rules: Rules) -> Callable[[Session, Nudge], list[Json] | None]:
    """Part of a private reminder: it paused itself, and still is."""

    def say(session: Session, nudge: Nudge) -> list[Json] | None:
        kept = schedule(session, nudge.workspace, nudge.facts["schedule"])
        if kept is None or kept.paused_because is None or rows.plan_of(session, kept.workspace, kept.id) is None:
            return None
        return blocks.paused_note(kept, asks(rules)(session, kept))

    return say
