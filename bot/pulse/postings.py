"""What the courier says for a pulse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from slack_sdk import WebClient

import storage.outbox as outbox
import storage.pulse as rows
from bot.blocks.common import Message, escape
from bot.blocks.pulse import messages, recurring
from bot.papers import File
from bot.pulse.house_rules import Rules
from bot.rooms import Later, Posting
from bot.workspaces import Installation
from rituals import nudges
from rituals.calendar.schedules import next_dates
from rituals.errors import ChannelArchived, InviteMe, Refusal
from rituals.pulse import asking, audience, chart, launching
from rituals.pulse.asking import asked_in
from rituals.pulse.closing import ENDED
from rituals.pulse.recurring import schedule_number
from storage import Database, Session
from storage.calendar import schedule
from storage.schema import Delivery, Pulse

Render = Callable[[Session, Delivery, Any, datetime], Message | None]
RenderOrWait = Callable[[Session, Delivery, Any, datetime], Message | Later | None]

REASONS: dict[str, type[Refusal]] = {
    one.__name__: one
    for one in (
        ChannelArchived,
        InviteMe,
        audience.TooFew,
        audience.TooFewPicked,
        audience.TooAlike,
        audience.TooSoon,
        audience.AskedElsewhere,
        audience.AskedTwice,
        asking.StillOpen,
        launching.TooLate,
        asking.Unanswered,
    )
}


def postings(rules: Rules) -> dict[str, Posting]:
    """The kinds of delivery that a pulse owes. What goes to one person waits while they want to be left alone."""

    def say_skipped(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
        [why] = delivery.facts["why"]
        number, title = delivery.facts.get("schedule"), ""
        if number is None:
            pulse = rows.pulse(session, delivery.workspace, delivery.facts["pulse"])
            if pulse is None:
                return None
            number, title = schedule_number(pulse), asked_in(pulse).title
        kept = schedule(session, delivery.workspace, number) if number is not None else None
        plan = rows.plan_of(session, delivery.workspace, number) if number is not None else None
        if not title and plan is not None:
            found = rules.instruments.get(plan.instrument)
            title = found.title if found else plan.instrument
        return recurring.skipped(title, why, next_dates(session, kept, now) if kept else []) if title else None

    return {
        "pulse.invitation": Posting(unless_quiet(saying(("open",), messages.invitation))),
        "pulse.reminder": Posting(say_reminder, repeat="at_most_once"),
        "pulse.result": Posting(
            saying(ENDED, lambda pulse: messages.result(pulse, pulse.moved)), look=may_draw, plainly=owe_picture
        ),
        "pulse.picture": Posting(lambda _session, _delivery, drawn, _now: drawn, look=draw, repeat="at_most_once"),
        "pulse.heard": Posting(saying(("closed",), messages.heard)),
        "pulse.overdue": Posting(say_overdue, repeat="at_most_once"),
        "pulse.unable": Posting(unless_quiet(say_unable)),
        "pulse.unposted": Posting(unless_quiet(saying(ENDED, recurring.unposted))),
        "pulse.skipped": Posting(say_skipped),
        "pulse.late": Posting(say_late, repeat="at_most_once"),
    }


def saying(states: tuple[str, ...], words: Callable[[Pulse], Message]) -> Render:
    """Says something of a pulse while it is in one of these states."""

    def say(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
        pulse = rows.pulse(session, delivery.workspace, delivery.facts["pulse"])
        return words(pulse) if pulse is not None and pulse.state in states else None

    return say


def unless_quiet(render: Render) -> RenderOrWait:
    """Says it to one person, and waits while they want to be left alone: for that, and nothing else they did."""

    def say(session: Session, delivery: Delivery, seen: Any, now: datetime) -> Message | Later | None:
        words = render(session, delivery, seen, now)
        until = nudges.quiet_until(session, delivery.workspace, delivery.to, now) if words is not None else None
        return Later(until) if until is not None else words

    return say


def say_reminder(session: Session, delivery: Delivery, seen: Any, now: datetime) -> Message | Later | None:
    """The reminder, unless the invitation itself is still on its way: that comes late enough to remind.

    It gives way to what can't wait on a full day or in a full week, which says nothing of who answered.
    """
    if not nudges.still_has_place(session, delivery.workspace, delivery.to, now):
        return None
    number = delivery.facts["pulse"]
    invitation = outbox.delivery(session, delivery.workspace, f"pulse:{number}:invitation:{delivery.to}")
    if invitation is not None and invitation.state == "owed":
        return None
    return unless_quiet(saying(("open",), messages.reminder))(session, delivery, seen, now)


def say_overdue(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
    pulse = rows.pulse(session, delivery.workspace, delivery.facts["pulse"])
    return messages.overdue(pulse) if pulse is not None and pulse.answered_at is None else None


def say_unable(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
    pulse = rows.pulse(session, delivery.workspace, delivery.facts["pulse"])
    [(why, facts)] = delivery.facts["why"].items()
    return messages.unable(pulse, REASONS[why](**facts).marked_up(escape)) if pulse is not None else None


def say_late(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
    pulse = rows.pulse(session, delivery.workspace, delivery.facts["pulse"])
    if pulse is None or pulse.state != "open" or pulse.occurrence is None:
        return None
    return recurring.late(pulse, pulse.occurrence)


# --- the picture, where Slack's own chart isn't taken -------------------------------------------------------


def may_draw(_client: WebClient, ours: Installation, _database: Database, _delivery: Delivery) -> bool:
    """Whether a picture could go out: the scope is granted, and what draws it is installed."""
    return ours.may("files:write") and chart.can_be_drawn()


def owe_picture(session: Session, delivery: Delivery, ts: str, may: Any, now: datetime) -> None:
    """The channel got bars of text: the picture follows under them. If it never arrives, the bars stand."""
    pulse = rows.pulse(session, delivery.workspace, delivery.facts["pulse"])
    if may and ts and pulse is not None and pulse.state == "closed":
        asking.owe_channel(session, pulse, "picture", now, now, under=ts)


def draw(client: WebClient, ours: Installation, database: Database, delivery: Delivery) -> File | None:
    """Draw it, outside of any transaction; None when it may not be sent any more."""
    with database.reading() as session:
        pulse = rows.pulse(session, delivery.workspace, delivery.facts["pulse"])
    if pulse is None or not may_draw(client, ours, database, delivery):
        return None
    return messages.picture(pulse, delivery.facts["under"])
