"""The way of a prompt through its forms: opened, filled step by step, stored, acknowledged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from slack_bolt import Ack

import storage.nudges
from bot.blocks.common import Json
from bot.blocks.prompts import forms
from bot.blocks.prompts.draft import draft_of, new_draft
from bot.clock import now
from bot.people import NotAChannel
from bot.visit import Visit
from rituals.calendar import schedules
from rituals.calendar.recurrence import upcoming
from rituals.errors import InvalidField, InviteMe
from rituals.prompts import asking, sealing
from rituals.prompts.packs import Pack
from rituals.who_may import may_start
from storage.people import remember


def _today(zone: str | None) -> date:
    return now().astimezone(ZoneInfo(zone or "UTC")).date()


def open_first(ack: Ack, visit: Visit) -> None:
    """App Home's *Ask this team one question every week*."""
    ack()
    asker = visit.member()
    channels = visit.shared_channels()
    if not channels:
        raise InviteMe
    draft = new_draft("", asker.zone, _today(asker.zone))
    visit.open(forms.first_form(draft, channels))


def start_first(ack: Ack, view: Json, visit: Visit, packs: Mapping[str, Pack]) -> None:
    """The short form: stored with its first round, which the courier posts at once."""
    draft = forms.read_first(view)
    asker = visit.member()
    if not draft.channel:
        raise InvalidField("channel", "Choose a channel.")
    may_start(asker, visit.channel(draft.channel))
    # this week's round is the one that goes out now; the calendar goes on from next Monday
    today = _today(draft.zone)
    draft = replace(draft, first=(today + timedelta(days=7 - today.weekday())).isoformat())
    with visit.sessions.begin() as session:
        remember(session, visit.workspace, asker.person, zone=asker.zone)
        schedule = asking.set_up(
            session,
            visit.workspace,
            channel=draft.channel,
            asked=draft.asked,
            timing=draft.timing(),
            keepers=[asker.person],
            origin=draft.origin,
            packs=packs,
            now=now(),
            ask_now=True,
        )
        dates = schedules.next_dates(session, schedule, now())
    ack(response_action="update", view=forms.done(draft, dates, asked_now=True))
    visit.redraw_home()


def open_new(ack: Ack, body: Json, action: Json | None, visit: Visit, packs: Mapping[str, Pack]) -> None:
    """`/prompt` in a channel, or *Ask something* anywhere: the first of three steps."""
    ack()
    asker = visit.member()
    channel = (action or {}).get("value") or body.get("channel_id") or ""
    channels = None
    if channel:
        may_start(asker, visit.channel(channel))
    else:
        channels = visit.shared_channels()
        if not channels:
            raise InviteMe
    draft = new_draft(channel, asker.zone, _today(asker.zone))
    visit.open(forms.what_form(draft, packs, channels))


def open_edit(ack: Ack, action: Json, visit: Visit, packs: Mapping[str, Pack]) -> None:
    """*Edit* in a list, on App Home or in a private reminder."""
    ack()
    with visit.sessions.begin() as session:
        storage.nudges.mind(session, visit.workspace, visit.person, now())
    edit(int(action["value"]), visit, packs)


def edit(schedule_id: int, visit: Visit, packs: Mapping[str, Pack]) -> None:
    """Open the same three steps on a stored prompt."""
    asker = visit.member()
    with visit.sessions.reading() as session:
        schedule = schedules.to_change(session, visit.workspace, schedule_id, asker)
        draft = draft_of(schedule, asking.prompt_of(session, schedule))
    visit.open(forms.what_form(draft, packs, None))


def take_what(ack: Ack, view: Json, visit: Visit, packs: Mapping[str, Pack]) -> None:
    """Step one is filled: what is asked is checked, the boxes of the chosen rhythm follow."""
    draft = forms.read_what(view, packs)
    draft = draft.asking(asking.check(draft.asked, packs))
    if not draft.channel:
        raise InvalidField("channel", "Choose a channel.")
    if draft.channel.startswith("D"):
        raise NotAChannel
    if draft.answers == "sealed":
        sealing.check_people(visit.channel(draft.channel).people)
    ack(response_action="push", view=forms.when_form(draft, packs))


def take_when(ack: Ack, view: Json, visit: Visit, packs: Mapping[str, Pack]) -> None:
    """Step two is filled: the next dates are shown before anything is saved, for an edit with what moves."""
    draft = forms.read_when(view)
    draft = draft.asking(asking.check(draft.asked, packs))
    plan = schedules.plan_for(draft.timing(), now())
    difference = None
    if draft.schedule is not None:
        with visit.sessions.reading() as session:
            before = schedules.plan_of(session, schedules.find(session, visit.workspace, draft.schedule))
        difference = schedules.difference(before, plan, now())
    dates = upcoming(plan, now(), 3)
    ack(response_action="push", view=forms.check_form(draft, packs, dates, difference))


def save(ack: Ack, view: Json, visit: Visit, packs: Mapping[str, Pack]) -> None:
    """*Start* or *Save*: stored, then acknowledged with the next dates."""
    draft = forms.read_check(view)
    asker = visit.member()
    if draft.schedule is None:
        may_start(asker, visit.channel(draft.channel))
    with visit.sessions.begin() as session:
        remember(session, visit.workspace, asker.person, zone=asker.zone)
        if draft.schedule is None:
            schedule = asking.set_up(
                session,
                visit.workspace,
                channel=draft.channel,
                asked=draft.asked,
                timing=draft.timing(),
                keepers=[asker.person],
                origin=draft.origin,
                packs=packs,
                now=now(),
            )
        else:
            schedule = asking.change(
                session,
                visit.workspace,
                draft.schedule,
                asked=draft.asked,
                timing=draft.timing(),
                seen_version=draft.version,
                origin=draft.origin,
                asker=asker,
                packs=packs,
                now=now(),
            )
        dates = schedules.next_dates(session, schedule, now())
    ack(response_action="update", view=forms.done(draft, dates))
    visit.redraw_home()
