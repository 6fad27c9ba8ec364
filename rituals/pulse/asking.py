"""Setting a pulse up: what is asked, of whom, until when; it awaits its people then (launching.py)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import storage.pulse as rows
from rituals.errors import InvalidField, Refusal
from rituals.pulse.audience import (
    FEWEST,
    FEWEST_PICKED,
    TooFew,
    check_close,
    check_pause,
    check_people,
)
from rituals.pulse.consent import NoOperator, Terms
from rituals.pulse.instruments import LOOP, Instrument, Item
from storage import Session
from storage.outbox import owe
from storage.schema import Pulse

RITUAL = "pulse"
DAYS_OPEN = (1, 2, 3, 5, 7, 10, 14)
A_MOMENT = timedelta(minutes=30)  # until the ring has looked its people up
FEWEST_OF = {"picked": FEWEST_PICKED, "review": FEWEST}  # audiences that somebody chose


class Unanswered(Refusal):
    """The last pulse here still waits for its answer: what you heard, what you'll do, what you won't. The button
    is under its result, and in `/pulse history`. "We talked; nothing to change, because …" is a full answer.
    """


class StillOpen(Refusal):
    """The same questions are open in this channel already. `/pulse status` says until when."""


@dataclass(frozen=True)
class Plan:
    """What shall be asked. `picked` is empty when the whole channel is asked; or the people of `review`."""

    channel: str
    instrument: str
    own: str
    closes_at: datetime
    comments: bool
    picked: tuple[str, ...] = ()
    review: int | None = None

    @property
    def audience(self) -> str:
        return "review" if self.review is not None else "picked" if self.picked else "channel"


def closing(days: int, now: datetime) -> datetime:
    """The full hour at which a pulse closes that is set up now and open for so many days. Raises InvalidField."""
    if days not in DAYS_OPEN:
        raise InvalidField("days", "Choose how long it stays open.")
    after = now + timedelta(days=days) + A_MOMENT
    return after.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def check(
    plan: Plan, instruments: Mapping[str, Instrument], people: int, terms: Terms, now: datetime
) -> Instrument:
    """What is asked, when all of the form is right.

    `people` counts the channel roughly; who they are is looked at when it launches. Raises NoOperator,
    InvalidField, TooFew.
    """
    if not terms.operator.strip():
        raise NoOperator
    if plan.instrument not in instruments:
        raise InvalidField("instrument", "These questions aren't there any more. Please choose others.")
    check_close(plan.closes_at, now)
    if plan.audience != "channel":
        check_people(plan.picked, picked=True, k=terms.k, fewest_picked=FEWEST_OF[plan.audience])
    elif people < max(FEWEST, terms.k):
        raise TooFew(people=people)
    return instruments[plan.instrument].asking(plan.own)


def may_ask(
    session: Session,
    workspace: str,
    channel: str,
    instrument: str,
    now: datetime,
    *,
    by_calendar: bool = False,
    launching: int | None = None,
) -> bool:
    """Whether the same was asked in this channel before. Raises StillOpen, Unanswered, TooSoon.

    For one that is just `launching` only those count that were launched: of two that wait, the first one wins.
    """
    earlier = rows.asked_before(session, workspace, channel, instrument, launching)
    if earlier is None:
        return False
    if earlier.state in ("waiting", "open"):
        raise StillOpen
    if earlier.state == "closed" and earlier.answered_at is None:
        raise Unanswered
    check_pause(earlier.opened_at, now, by_calendar=by_calendar)
    return True


def ask(
    session: Session,
    workspace: str,
    plan: Plan,
    instrument: Instrument,
    terms: Terms,
    *,
    keepers: Collection[str],
    origin: str,
    now: datetime,
    occurrence: datetime | None = None,
) -> Pulse | None:
    """Store a pulse that awaits its people; None when this very form, or date, was stored before.

    Raises StillOpen, Unanswered, TooSoon. From the second pulse of a channel on, it asks one item more.
    """
    if rows.of_origin(session, workspace, origin) is not None:
        return None
    by_calendar = occurrence is not None
    if may_ask(session, workspace, plan.channel, plan.instrument, now, by_calendar=by_calendar):
        instrument = replace(instrument, items=(*instrument.items, LOOP))  # `launch` may take it out again
    return rows.add_pulse(
        session,
        workspace,
        keepers,
        plan.picked,
        channel=plan.channel,
        instrument=plan.instrument,
        asked=asdict(replace(instrument, k=terms.k)),
        terms=terms.kept(),
        audience=plan.audience,
        comments=plan.comments,
        k=terms.k,
        opened_at=now,
        closes_at=plan.closes_at,
        origin=origin,
        occurrence=occurrence,
    )


def asked_in(pulse: Pulse) -> Instrument:
    """What a pulse asks, word for word as it was set up."""
    kept: dict[str, Any] = dict(pulse.asked)
    items = tuple(Item(**one) for one in kept["items"])
    return Instrument(**{**kept, "scale": tuple(kept["scale"]), "items": items})


def name(pulse_id: int) -> str:
    """A pulse's name among all that is sealed."""
    return f"{RITUAL}-{pulse_id}"


def number(occasion: str) -> int | None:
    """The pulse that a sealed occasion belongs to; None when it belongs to another ritual."""
    ritual, _, ending = occasion.partition("-")
    return int(ending) if ritual == RITUAL and ending.isdigit() else None


# --- what is owed -----------------------------------------------------------------------------------------


def owe_channel(session: Session, pulse: Pulse, kind: str, due: datetime, now: datetime, **more: object) -> None:
    """Owe the channel its one message of this kind."""
    owe_once(session, pulse, kind, to=pulse.channel, due=due, now=now, **more)


def owe_keepers(session: Session, pulse: Pulse, kind: str, now: datetime, **more: object) -> None:
    """Owe it to each of those who look after a pulse; an `attempt` among the facts makes it another one."""
    for keeper in rows.keepers_of(session, pulse.workspace, pulse.id):
        owe_once(session, pulse, kind, to=keeper, due=now, now=now, **more)


def owe_key(pulse: Pulse, kind: str, to: str, attempt: object = None) -> str:
    """Under which key something is owed for a pulse."""
    return f"pulse:{pulse.id}:{kind}:{to}" + (f":{attempt}" if attempt is not None else "")


def owe_once(
    session: Session, pulse: Pulse, kind: str, *, to: str, due: datetime, now: datetime, **more: object
) -> None:
    owe(
        session,
        pulse.workspace,
        key=owe_key(pulse, kind, to, more.get("attempt")),
        kind=f"pulse.{kind}",
        to=to,
        facts={"pulse": pulse.id, **more},
        due=due,
        now=now,
    )
