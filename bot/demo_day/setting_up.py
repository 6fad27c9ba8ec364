"""The way of a demo day through its forms: filled, looked at, stored, acknowledged."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from slack_bolt import Ack

import storage.demo_day as rows
import storage.nudges
from bot.blocks.common import Json
from bot.blocks.demo_day import setting as forms
from bot.clock import now
from bot.visit import Visit
from rituals.calendar import schedules
from rituals.calendar.recurrence import upcoming
from rituals.demo_day import setting
from rituals.who_may import may_start
from storage.people import remember


def open_new(visit: Visit, channel: str) -> None:
    """An empty form for this channel."""
    asker = visit.member()
    may_start(asker, visit.channel(channel))
    today = now().astimezone(ZoneInfo(asker.zone or "UTC")).date()
    visit.open(forms.setting_form(forms.new_draft(channel, asker.zone, today)))


def open_edit(ack: Ack, action: Json, visit: Visit) -> None:
    """*Edit* in a list or on App Home."""
    ack()
    with visit.sessions.begin() as session:
        storage.nudges.mind(session, visit.workspace, visit.person, now())
    edit(visit, int(action["value"]))


def edit(visit: Visit, schedule_id: int) -> None:
    """The same form on what is stored."""
    asker = visit.member()
    with visit.sessions.reading() as session:
        schedule = schedules.to_change(session, visit.workspace, schedule_id, asker)
        draft = forms.draft_of(schedule, setting.demo_day_of(session, schedule))
    visit.open(forms.setting_form(draft))


def take_setting(ack: Ack, view: Json, visit: Visit) -> None:
    """The form is filled: the next dates are shown before anything is saved; for an edit who is told."""
    draft = forms.read_setting(view)
    setting.check(draft.setting)
    plan = schedules.plan_for(draft.timing(), now())
    difference, told = None, list[str]()
    if draft.schedule is not None:
        with visit.sessions.reading() as session:
            schedule = schedules.find(session, visit.workspace, draft.schedule)
            difference = schedules.difference(schedules.plan_of(session, schedule), plan, now())
            for event in rows.events_in(session, visit.workspace, [schedule.channel], now()):
                told += [one.person for one in rows.showings(session, visit.workspace, event.id)]
                told += [event.host] if event.host else []
    names = list(dict.fromkeys(told))
    ack(response_action="push", view=forms.check_form(draft, upcoming(plan, now(), 3), difference, names))


def save(ack: Ack, view: Json, visit: Visit) -> None:
    """*Start* or *Save*: stored, then acknowledged with the next dates."""
    draft = forms.read_check(view)
    asker = visit.member()
    if draft.schedule is None:
        may_start(asker, visit.channel(draft.channel))
    with visit.sessions.begin() as session:
        remember(session, visit.workspace, asker.person, zone=asker.zone)
        if draft.schedule is None:
            schedule = setting.set_up(
                session,
                visit.workspace,
                channel=draft.channel,
                setting=draft.setting,
                timing=draft.timing(),
                keepers=[asker.person],
                origin=draft.origin,
                now=now(),
            )
        else:
            schedule = setting.change(
                session,
                visit.workspace,
                draft.schedule,
                setting=draft.setting,
                timing=draft.timing(),
                seen_version=draft.version,
                origin=draft.origin,
                asker=asker,
                now=now(),
            )
        dates = schedules.next_dates(session, schedule, now())
    ack(response_action="update", view=forms.done(draft, dates))
    visit.redraw_home()
