"""The listeners of demo days: `/demoday`, its forms, its buttons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from slack_bolt import App

import storage.demo_day
from bot.blocks.common import clip, counted
from bot.demo_day import calendars, commands, events, setting_up
from bot.demo_day.postings import postings
from bot.demo_day.telling import NUDGES, due_for, offer
from bot.demo_day.tending import tend
from bot.rooms import RitualRoom
from rituals.calendar.due import Claim
from rituals.demo_day.setting import RITUAL, demo_day_of
from storage import Session
from storage.schema import Schedule


def register(app: App, named: Callable[[str], str]) -> None:
    app.command(named("demoday"))(commands.take_command)

    app.action("demo_edit")(setting_up.open_edit)
    app.view("demo_setting")(setting_up.take_setting)
    app.view("demo_check")(setting_up.save)

    app.action("demo_open_sign_up")(events.open_sign_up)
    app.action("demo_offer")(events.take_offer)
    app.view("demo_sign_up")(events.take_sign_up)
    app.action("demo_nothing")(events.take_nothing)
    app.action("demo_not_me")(events.take_not_me)
    app.action("demo_away")(events.take_away)
    app.action("demo_cancel")(events.take_cancel)
    app.action("demo_mode_async")(events.take_mode)
    app.action("demo_mode_open")(events.take_mode)
    app.view("demo_move")(events.take_move)
    app.action("demo_open_recap")(events.open_recap)
    app.view("demo_recap")(events.take_recap)


def room(public_url: str) -> RitualRoom:
    """Demo days, as the house meets them; `public_url` is where calendar programs reach us, if they can."""
    return RitualRoom(
        name=RITUAL,
        register=register,
        postings=postings(),
        nudge_parts=NUDGES,
        begin=begin,
        tend=tend,
        asks=asks,
        due_for=due_for,
        first_button=None,
        edit_action="demo_edit",
        lends={"public_url": public_url},
        pages=calendars.pages,
        who_left=storage.demo_day.look_again,
        offer=offer,
    )


def begin(_session: Session, _claim: Claim, _now: datetime) -> object:
    """Nothing: an event begins five working days before its date, when `tend` opens its sign-up."""
    return True


def asks(session: Session, schedule: Schedule) -> str:
    """A demo day in a few words."""
    day = demo_day_of(session, schedule)
    return clip(f"Demo day: {counted(day.slots, 'slot')} of {counted(day.minutes, 'minute')}, {day.place}", 200)
