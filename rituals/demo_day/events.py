"""Each demo day from its sign-up to its recap: what is due is decided by its state, not by the clock alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

import storage.demo_day as rows
from rituals.calendar.moves import move, place_of
from rituals.calendar.recurrence import Occurrence, Plan, follow
from rituals.calendar.schedules import find, is_paused, plan_of
from rituals.demo_day import hosting, invitations, slots
from rituals.demo_day.dates import morning_before, working_days_before
from rituals.demo_day.drawing import draw
from rituals.errors import InvalidField, NotFound
from rituals.who_may import Asker, may_change
from storage import Session
from storage.calendar import keepers_of
from storage.outbox import owe
from storage.schema import DemoDay, DemoEvent, Schedule

OPENS = 5  # working days before
FEW, EVE = 2, 1
EVE_HOUR = 6  # so early that in every zone something of the day before is left to say it in
AGENDA, LINK = timedelta(hours=2), timedelta(minutes=10)
RECAP = timedelta(hours=1)
CLOSES = timedelta(days=7)  # until then the host can still show a recap
LONGEST_RECAP = 1_500
MODES = ("live", "async", "open")


# --- an event comes up ------------------------------------------------------------------------------------


def open_due(session: Session, workspace: str, demo_day_id: int, members: Collection[str], now: datetime) -> None:
    """Open the sign-up of every event whose time for it has come, and note when the next one opens."""
    day = rows.lock_demo_day(session, workspace, demo_day_id)
    if day is None:
        return
    schedule = find(session, workspace, day.schedule_id)
    day.seen_version, day.look_at = schedule.version, None
    if schedule.ended_at is not None or (is_paused(schedule, now) and schedule.paused_until is None):
        return
    plan = plan_of(session, schedule)
    for occurrence in _not_yet_open(session, day, plan, max(now, schedule.paused_until or now)):
        opens = opens_at(session, day, plan, occurrence.at)
        if opens > now:
            day.look_at = opens
            return
        hosting.sync(session, day, members, now)
        open_event(session, schedule, day, occurrence, members, now)


def _not_yet_open(session: Session, day: DemoDay, plan: Plan, after: datetime) -> Iterator[Occurrence]:
    known = {event.local for event in rows.events_of(session, day.workspace, day.id)}
    return (one for one in follow(plan, after) if not one.skipped and one.local.isoformat() not in known)


def opens_at(session: Session, day: DemoDay, plan: Plan, at: datetime) -> datetime:
    """Five working days before, and not while the one before it still waits or goes on."""
    before = [
        event.at + RECAP
        for event in rows.events_of(session, day.workspace, day.id)
        if event.cancelled_at is None and event.at < at
    ]
    return max([working_days_before(plan, at, OPENS), *before])


def open_event(
    session: Session,
    schedule: Schedule,
    day: DemoDay,
    occurrence: Occurrence,
    members: Collection[str],
    now: datetime,
) -> DemoEvent:
    """Store an event, give it a host, owe its one message, and ask a few people to show something."""
    event = rows.add_event(
        session,
        schedule.workspace,
        day.id,
        local=occurrence.local.isoformat(),
        at=occurrence.at,
        channel=schedule.channel,
        mode="live",
        opened_at=now,
        steps=[],
        drawn=0,
        look_at=now,
        seen_version=schedule.version,
    )
    hosting.choose(session, day, event, now)
    owe(
        session,
        schedule.workspace,
        key=f"demo:{event.id}:message",
        kind="demo.message",
        to=schedule.channel,
        facts={"event": event.id},
        due=now,
        now=now,
        expires_at=event.at + RECAP,
    )
    invitations.ask(session, event, members, day.slots, now)
    return event


# --- step by step -----------------------------------------------------------------------------------------


def steps_of(plan: Plan, at: datetime, length: timedelta) -> list[tuple[str, datetime]]:
    """What is due for an event that takes place at `at`, and when, in order."""
    return [
        ("few", working_days_before(plan, at, FEW)),
        ("eve", min(morning_before(plan, at, EVE, EVE_HOUR), at - AGENDA)),
        ("agenda", at - AGENDA),
        ("link", at - LINK),
        ("start", at),
        ("recap", at + max(RECAP, length)),
        ("close", at + CLOSES),
    ]


def tend(
    session: Session,
    workspace: str,
    event_id: int,
    members: Collection[str],
    now: datetime,
    here: Collection[str] = (),
) -> None:
    """Do what is due for an event: follow its schedule, then its next steps.

    `members` take turns and are asked; `here` are guests too (empty: we couldn't look, and nobody is missed).
    """
    event = rows.lock_event(session, workspace, event_id)
    if event is None or event.look_at is None:
        return
    day = hosting.day_of(session, event)
    schedule = find(session, workspace, day.schedule_id)
    plan = plan_of(session, schedule)
    if schedule.version != event.seen_version and event.held_at is None:
        follow_schedule(session, event, schedule, plan, now)
    event.seen_version = schedule.version
    if event.cancelled_at is not None:
        event.look_at = None
        return
    on_hold = is_on_hold(schedule, event, now)
    hosting.replace_who_left(session, day, event, members, now)
    if here and event.at > now:
        slots.let_go(session, event, here, now)
    event.look_at = None
    for name, due in steps_of(plan, event.at, timedelta(minutes=day.slots * day.minutes)):
        if name in event.steps:
            continue
        if due > now:
            event.look_at = due
            return
        event.steps = [*event.steps, name]
        if on_hold:
            if name == "start":  # it was paused over its own time: nobody held it
                event.cancelled_at = now
                draw(session, event, now)
                return
        else:
            _take(session, event, day, name, members, now)


def is_on_hold(schedule: Schedule, event: DemoEvent, now: datetime) -> bool:
    """Whether a pause covers an event that is still to come."""
    if event.held_at is not None or not is_paused(schedule, now):
        return False
    return schedule.paused_until is None or schedule.paused_until > event.at


def follow_schedule(session: Session, event: DemoEvent, schedule: Schedule, plan: Plan, now: datetime) -> None:
    """Take over what was done to the schedule: moved, left out, ended, paused."""
    at = None if schedule.ended_at is not None else place_of(plan, datetime.fromisoformat(event.local))
    if at is None:
        return cancel_event(session, event, now)
    if at != event.at:
        event.at = at
        event.steps = []  # what was said about the old time is said again for the new one
    if at > now:
        slots.move_up(session, event, now)  # an edit may have made more slots
    draw(session, event, now)
    return None


def cancel_event(session: Session, event: DemoEvent, now: datetime) -> None:
    """It doesn't take place: its message says so, and one message tells it. It counts for nobody as a turn."""
    if event.cancelled_at is not None:
        return
    event.cancelled_at, event.look_at = now, None
    draw(session, event, now)
    owe(
        session,
        event.workspace,
        key=f"demo:{event.id}:cancelled",
        kind="demo.cancelled",
        to=event.channel,
        facts={"event": event.id},
        due=now,
        now=now,
        expires_at=event.at,
    )


def _take(
    session: Session, event: DemoEvent, day: DemoDay, step: str, members: Collection[str], now: datetime
) -> None:
    """One step, for the state in which the event is now."""
    shown = [one for one in rows.showings(session, event.workspace, event.id) if not one.waits]
    is_over = now >= event.at
    match step:
        case "few" if not is_over and len(shown) * 2 < day.slots:
            invitations.ask(session, event, members, day.slots - len(shown), now)
        case "eve" if not is_over:
            for one in shown:
                slots.tell(session, event, one, "eve", now)
            if not shown and event.mode == "live":
                hosting.tell(session, event, "empty", now)
        case "agenda" if not is_over:
            draw(session, event, now)
        case "link" if shown and event.mode != "async" and now < event.at + RECAP:
            owe(
                session,
                event.workspace,
                key=f"demo:{event.id}:link:{event.drawn}",
                kind="demo.link",
                to=event.channel,
                facts={"event": event.id},
                due=now,
                now=now,
                expires_at=event.at + RECAP,
            )
        case "start":
            event.held_at = event.at
            hosting.count(session, event, now)
            draw(session, event, now)
        case "recap" if shown and now < event.at + CLOSES:
            hosting.tell(session, event, "recap", now, to=_who_recaps(session, event, day, members))


def _who_recaps(session: Session, event: DemoEvent, day: DemoDay, members: Collection[str]) -> str | None:
    """Its host; when they left since, somebody who looks after it."""
    if not members or event.host in members:
        return event.host
    return next((one for one in keepers_of(session, event.workspace, day.schedule_id) if one in members), None)


# --- what people do with an event -------------------------------------------------------------------------


def may_lead(session: Session, event: DemoEvent, asker: Asker) -> Schedule:
    """The event's schedule, for its host, those who look after it, and admins. Raises NotYours, GuestsMayNot."""
    schedule = find(session, event.workspace, hosting.day_of(session, event).schedule_id)
    keepers = keepers_of(session, event.workspace, schedule.id)
    may_change(asker, [*keepers, *([event.host] if event.host and event.host not in keepers else [])])
    return schedule


def cancel(session: Session, workspace: str, event_id: int, asker: Asker, now: datetime) -> None:
    """*No event*: this date is left out, and the same person hosts the next one."""
    event = slots.open_event(session, workspace, event_id, now)
    schedule = may_lead(session, event, asker)
    move(session, schedule, datetime.fromisoformat(event.local), None, asker, now)
    cancel_event(session, event, now)


def move_event(session: Session, workspace: str, event_id: int, to: datetime, asker: Asker, now: datetime) -> None:
    """Let an event take place at another local time. Raises InvalidField under `day`."""
    event = slots.open_event(session, workspace, event_id, now)
    schedule = may_lead(session, event, asker)
    move(session, schedule, datetime.fromisoformat(event.local), to, asker, now)
    follow_schedule(session, event, schedule, plan_of(session, schedule), now)
    event.look_at = now


def choose_mode(session: Session, workspace: str, event_id: int, mode: str, asker: Asker, now: datetime) -> None:
    """What the host makes of an empty day: async in the thread, or an open floor."""
    event = slots.open_event(session, workspace, event_id, now)
    may_lead(session, event, asker)
    if mode not in MODES:
        raise NotFound
    event.mode = mode
    draw(session, event, now)


def show_recap(session: Session, workspace: str, event_id: int, words: str, asker: Asker, now: datetime) -> None:
    """The host confirms: the channel's message becomes the recap. Raises InvalidField under `words`."""
    event = rows.lock_event(session, workspace, event_id)
    if event is None or event.held_at is None:
        raise NotFound
    may_lead(session, event, asker)
    words = words.strip()
    if len(words) > LONGEST_RECAP:
        said = f"This has {len(words):,} characters. Please keep it within {LONGEST_RECAP:,}."
        raise InvalidField("words", said)
    event.recap, event.recapped_at = words or None, now
    draw(session, event, now)


def next_event(session: Session, workspace: str, channel: str, now: datetime) -> DemoEvent:
    """The next event of a channel that is open. Raises NoneOpen."""
    coming = rows.events_in(session, workspace, [channel], now)
    if not coming:
        raise NoneOpen
    return coming[0]


class NoneOpen(NotFound):
    """No sign-up is open here at the moment. It opens five working days before: see `/demoday next`."""
