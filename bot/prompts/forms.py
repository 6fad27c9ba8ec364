"""The way of a prompt through its forms: opened, filled step by step, stored, acknowledged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from slack_bolt import Ack
from slack_sdk import WebClient

import storage.nudges
from bot import home
from bot.blocks.common import Json
from bot.blocks.prompts import forms
from bot.blocks.prompts.draft import draft_of, new_draft
from bot.clock import now
from bot.people import NotAChannel, People
from bot.rooms import RitualRoom
from rituals.calendar import schedules
from rituals.calendar.recurrence import upcoming
from rituals.errors import GuestsMayNot, InvalidField, InviteMe
from rituals.prompts import asking
from rituals.prompts.packs import Pack
from rituals.who_may import Asker, may_start
from storage import Database
from storage.people import remember


def _today(zone: str | None) -> date:
    return now().astimezone(ZoneInfo(zone or "UTC")).date()


def _asker(client: WebClient, people: People, workspace: str, body: Json) -> Asker:
    person = body["user"]["id"] if "user" in body else body["user_id"]
    asker = people.asker(client, workspace, person)
    if asker.is_guest:
        raise GuestsMayNot
    return asker


def open_first(ack: Ack, body: Json, client: WebClient, people: People, workspace: str) -> None:
    """App Home's *Ask this team one question every week*."""
    ack()
    asker = _asker(client, people, workspace, body)
    channels = people.shared_channels(client, workspace, asker.person)
    if not channels:
        raise InviteMe
    draft = new_draft("", asker.zone, _today(asker.zone))
    client.views_open(trigger_id=body["trigger_id"], view=forms.first_form(draft, channels))


def start_first(
    ack: Ack,
    body: Json,
    view: Json,
    client: WebClient,
    sessions: Database,
    people: People,
    workspace: str,
    packs: Mapping[str, Pack],
    rooms: Mapping[str, RitualRoom],
    redraws: home.Redraws,
) -> None:
    """The short form: stored with its first round, which the courier posts at once."""
    draft = forms.read_first(view)
    asker = _asker(client, people, workspace, body)
    if not draft.channel:
        raise InvalidField("channel", "Choose a channel.")
    may_start(asker, people.channel(client, workspace, draft.channel, asker.person))
    # this week's round is the one that goes out now; the calendar goes on from next Monday
    today = _today(draft.zone)
    draft = replace(draft, first=(today + timedelta(days=7 - today.weekday())).isoformat())
    with sessions.begin() as session:
        remember(session, workspace, asker.person, zone=asker.zone)
        schedule = asking.set_up(
            session,
            workspace,
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
    redraws.soon(client, sessions, people, workspace, asker.person, rooms)


def open_new(
    ack: Ack,
    body: Json,
    action: Json | None,
    client: WebClient,
    people: People,
    workspace: str,
    packs: Mapping[str, Pack],
) -> None:
    """`/prompt` in a channel, or *Ask something* anywhere: the first of three steps."""
    ack()
    asker = _asker(client, people, workspace, body)
    channel = (action or {}).get("value") or body.get("channel_id") or ""
    channels = None
    if channel:
        may_start(asker, people.channel(client, workspace, channel, asker.person))
    else:
        channels = people.shared_channels(client, workspace, asker.person)
        if not channels:
            raise InviteMe
    draft = new_draft(channel, asker.zone, _today(asker.zone))
    client.views_open(trigger_id=body["trigger_id"], view=forms.what_form(draft, packs, channels))


def open_edit(
    ack: Ack,
    body: Json,
    action: Json,
    client: WebClient,
    sessions: Database,
    people: People,
    workspace: str,
    packs: Mapping[str, Pack],
) -> None:
    """*Edit* in a list, on App Home or in a private reminder."""
    ack()
    with sessions.begin() as session:
        storage.nudges.mind(session, workspace, body["user"]["id"], now())
    edit(body, int(action["value"]), client, sessions, people, workspace, packs)


def edit(
    body: Json,
    schedule_id: int,
    client: WebClient,
    sessions: Database,
    people: People,
    workspace: str,
    packs: Mapping[str, Pack],
) -> None:
    """Open the same three steps on a stored prompt."""
    asker = _asker(client, people, workspace, body)
    with sessions.reading() as session:
        schedule = schedules.to_change(session, workspace, schedule_id, asker)
        draft = draft_of(schedule, asking.prompt_of(session, schedule))
    client.views_open(trigger_id=body["trigger_id"], view=forms.what_form(draft, packs, None))


def take_what(ack: Ack, view: Json, packs: Mapping[str, Pack]) -> None:
    """Step one is filled: what is asked is checked, the boxes of the chosen rhythm follow."""
    draft = forms.read_what(view, packs)
    draft = draft.asking(asking.check(draft.asked, packs))
    if not draft.channel:
        raise InvalidField("channel", "Choose a channel.")
    if draft.channel.startswith("D"):
        raise NotAChannel
    ack(response_action="push", view=forms.when_form(draft, packs))


def take_when(ack: Ack, view: Json, sessions: Database, workspace: str, packs: Mapping[str, Pack]) -> None:
    """Step two is filled: the next dates are shown before anything is saved, for an edit with what moves."""
    draft = forms.read_when(view)
    draft = draft.asking(asking.check(draft.asked, packs))
    plan = schedules.plan_for(draft.timing(), now())
    difference = None
    if draft.schedule is not None:
        with sessions.reading() as session:
            before = schedules.plan_of(session, schedules.find(session, workspace, draft.schedule))
        difference = schedules.difference(before, plan, now())
    dates = upcoming(plan, now(), 3)
    ack(response_action="push", view=forms.check_form(draft, packs, dates, difference))


def save(
    ack: Ack,
    body: Json,
    view: Json,
    client: WebClient,
    sessions: Database,
    people: People,
    workspace: str,
    packs: Mapping[str, Pack],
    rooms: Mapping[str, RitualRoom],
    redraws: home.Redraws,
) -> None:
    """*Start* or *Save*: stored, then acknowledged with the next dates."""
    draft = forms.read_check(view)
    asker = _asker(client, people, workspace, body)
    if draft.schedule is None:
        may_start(asker, people.channel(client, workspace, draft.channel, asker.person))
    with sessions.begin() as session:
        remember(session, workspace, asker.person, zone=asker.zone)
        if draft.schedule is None:
            schedule = asking.set_up(
                session,
                workspace,
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
                workspace,
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
    redraws.soon(client, sessions, people, workspace, asker.person, rooms)
