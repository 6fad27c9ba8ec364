"""What demo days tell one person: parts of the day's private message, and rows of App Home."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import storage.demo_day as rows
from bot.blocks.common import Json
from bot.blocks.demo_day import notes
from bot.clock import now
from bot.demo_day.postings import of_event
from rituals.demo_day.events import is_on_hold
from rituals.demo_day.invitations import partner_for
from storage import Session
from storage.calendar import keepers_of, schedule
from storage.schema import DemoDay, DemoEvent, Nudge, Schedule

BEGINS = {
    "demo.eve": "You show something next:",
    "demo.up": "You moved up, a slot is yours:",
    "demo.yours": "A slot was handed to you:",
}
BEGINS_TOGETHER = {
    "demo.with": "<@{person}> would like to show this together with you:",
    "demo.eve": "You show something next, together with <@{person}>:",
}


def say_slot(session: Session, nudge: Nudge) -> list[Json] | None:
    """Moved up, handed over, or next: while the slot is still theirs."""
    found = _coming(session, nudge)
    if found is None:
        return None
    event, day, kept = found
    mine = rows.showing_by(session, nudge.workspace, event.id, nudge.person)
    if mine is not None and not mine.waits and nudge.kind in BEGINS:
        return notes.about_slot(event, day, kept.zone, mine, BEGINS[nudge.kind])
    return say_partner(session, nudge)


def say_partner(session: Session, nudge: Nudge) -> list[Json] | None:
    """Somebody shows something together with them: while they are named, and the slot is there."""
    found = _coming(session, nudge)
    if found is None or nudge.kind not in BEGINS_TOGETHER:
        return None
    event, day, kept = found
    shared = rows.showing_with(session, nudge.workspace, event.id, nudge.person)
    if shared is None or (shared.waits and nudge.kind == "demo.eve"):
        return None
    begin = BEGINS_TOGETHER[nudge.kind].format(person=shared.person)
    return notes.about_shared(event, day, kept.zone, shared, begin)


def say_ask(session: Session, nudge: Nudge) -> list[Json] | None:
    """May we ask you: unless they answered by themselves meanwhile."""
    found = _coming(session, nudge)
    if found is None:
        return None
    event, _, kept = found
    said = rows.ask_of(session, nudge.workspace, event.id, nudge.person)
    if (said is not None and said.has_nothing) or any(
        find(session, nudge.workspace, event.id, nudge.person) for find in (rows.showing_by, rows.showing_with)
    ):
        return None
    is_first = bool(nudge.facts["first"])
    partner = partner_for(session, event, nudge.person) if is_first else None
    return notes.may_we_ask(event, kept.zone, is_first, partner)


def say_turn(session: Session, nudge: Nudge) -> list[Json] | None:
    """Your turn: while it is."""
    found = _coming(session, nudge)
    if found is None or found[0].host != nudge.person:
        return None
    return notes.your_turn(found[0], found[2].zone)


def say_empty(session: Session, nudge: Nudge) -> list[Json] | None:
    """An empty day: while it is empty, and nothing else was chosen."""
    found = _coming(session, nudge)
    if found is None or found[0].host != nudge.person or found[0].mode != "live":
        return None
    if any(not one.waits for one in rows.showings(session, nudge.workspace, found[0].id)):
        return None
    return notes.empty_day(found[0], found[2].zone)


def say_recap(session: Session, nudge: Nudge) -> list[Json] | None:
    """The recap's draft, until it is shown."""
    event, _, kept = of_event(session, nudge.workspace, nudge.facts["event"])
    may_show = [event.host, *keepers_of(session, nudge.workspace, kept.id)]
    if event.recapped_at is not None or nudge.person not in may_show:
        return None
    shown = [one for one in rows.showings(session, nudge.workspace, event.id) if not one.waits]
    return notes.recap_draft(event, kept.zone, shown, hosted=nudge.person == event.host) if shown else None


def say_paused(session: Session, nudge: Nudge) -> list[Json] | None:
    kept = schedule(session, nudge.workspace, nudge.facts["schedule"])
    return None if kept is None or kept.paused_because is None else notes.paused_note(kept)


NUDGES = {
    "demo.eve": say_slot,
    "demo.up": say_slot,
    "demo.yours": say_slot,
    "demo.with": say_partner,
    "demo.ask": say_ask,
    "demo.turn": say_turn,
    "demo.empty": say_empty,
    "demo.recap": say_recap,
    "demo_day.paused": say_paused,
}


def offer(session: Session, workspace: str, channels: Sequence[str], of: str, at: datetime) -> Json | None:
    """The button that offers a slot of the next event to tell what came of something; None while none is open."""
    coming = rows.events_in(session, workspace, channels, at)
    return notes.offer_slot(coming[0], of) if coming else None


def due_for(session: Session, workspace: str, channels: Sequence[str], person: str) -> list[Json]:
    """My slot, and what is missing in it; the event that I host."""
    built: list[Json] = []
    for event in rows.events_in(session, workspace, channels, now()):
        _, day, kept = of_event(session, workspace, event.id)
        mine = rows.showing_by(session, workspace, event.id, person)
        if mine is not None:
            begin = "You wait for a slot with" if mine.waits else "You show"
            built += notes.about_slot(event, day, kept.zone, mine, begin)
        shared = rows.showing_with(session, workspace, event.id, person)
        if shared is not None:
            begin = f"<@{shared.person}> shows this together with you:"
            built += notes.about_shared(event, day, kept.zone, shared, begin)
        if event.host == person:
            built += notes.your_turn(event, kept.zone)
    return built[:10]


def _coming(session: Session, nudge: Nudge) -> tuple[DemoEvent, DemoDay, Schedule] | None:
    """The event of a reminder, while it is to come and nobody has paused it."""
    event, day, kept = of_event(session, nudge.workspace, nudge.facts["event"])
    over = event.cancelled_at is not None or event.held_at is not None or kept.ended_at is not None
    return None if over or is_on_hold(kept, event, now()) else (event, day, kept)
