"""What the courier says for a pulse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import storage.pulse as rows
from bot.blocks.common import Message, escape
from bot.blocks.pulse import messages
from bot.rooms import Posting
from rituals import nudges
from rituals.errors import Refusal
from rituals.pulse import asking, audience
from rituals.pulse.history import moved
from storage import Session
from storage.schema import Delivery, Pulse

REASONS: dict[str, type[Refusal]] = {
    one.__name__: one
    for one in (
        audience.TooFew,
        audience.TooFewPicked,
        audience.TooAlike,
        audience.AskedElsewhere,
        audience.AskedTwice,
        asking.TooLate,
    )
}


def postings() -> dict[str, Posting]:
    """The kinds of delivery that a pulse owes."""

    def saying(
        states: tuple[str, ...], words: Callable[[Pulse], Message]
    ) -> Callable[[Session, Delivery, Any, datetime], Message | None]:
        def say(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
            pulse = rows.pulse(session, delivery.workspace, delivery.facts["pulse"])
            return words(pulse) if pulse is not None and pulse.state in states else None

        return say

    def say_reminder(session: Session, delivery: Delivery, seen: Any, now: datetime) -> Message | None:
        """Whether somebody has room for it says nothing of whether they answered."""
        if not nudges.still_has_place(session, delivery.workspace, delivery.to, now):
            return None
        return saying(("open",), messages.reminder)(session, delivery, seen, now)

    def say_result(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
        pulse = rows.pulse(session, delivery.workspace, delivery.facts["pulse"])
        return messages.result(pulse, moved(session, pulse)) if pulse is not None else None

    def say_overdue(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
        pulse = rows.pulse(session, delivery.workspace, delivery.facts["pulse"])
        return messages.overdue(pulse) if pulse is not None and pulse.answered_at is None else None

    def say_unable(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
        pulse = rows.pulse(session, delivery.workspace, delivery.facts["pulse"])
        [(why, facts)] = delivery.facts["why"].items()
        return messages.unable(pulse, REASONS[why](**facts).marked_up(escape)) if pulse is not None else None

    return {
        "pulse.invitation": Posting(saying(("open",), messages.invitation)),
        "pulse.reminder": Posting(say_reminder, repeat="at_most_once"),
        "pulse.result": Posting(say_result),
        "pulse.heard": Posting(saying(("closed",), messages.heard)),
        "pulse.overdue": Posting(say_overdue, repeat="at_most_once"),
        "pulse.unable": Posting(say_unable),
    }
