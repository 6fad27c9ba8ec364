"""Setting a pulse up, and launching it once its people are known."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import storage.pulse as rows
from rituals import nudges, sealed
from rituals.errors import ChannelArchived, InvalidField, InviteMe, NotFound, Refusal
from rituals.pulse.audience import (
    APART,
    FEWEST,
    FEWEST_PICKED,
    REMEMBER_PICKED,
    TooAlike,
    TooFew,
    check_close,
    check_elsewhere,
    check_pause,
    check_people,
    check_picked_elsewhere,
)
from rituals.pulse.consent import NoOperator, Terms
from rituals.pulse.instruments import LOOP, Instrument, Item
from rituals.pulse.publishing import normal
from storage import Session
from storage.keys import Custody
from storage.outbox import owe, owe_each
from storage.schema import Pulse

RITUAL = "pulse"
DAYS_OPEN = (1, 2, 3, 5, 7, 10, 14)
A_MOMENT = timedelta(minutes=30)  # until the ring has looked its people up
A_DAY = timedelta(days=1)
TIME_TO_ANSWER = timedelta(hours=2)  # a reminder later than this before the end reminds nobody
LATE = timedelta(minutes=5)  # from here on the channel is told why a pulse of the calendar begins now
AN_ANSWER = len("null,")
UNREACHABLE = (ChannelArchived, InviteMe)
FEWEST_OF = {"picked": FEWEST_PICKED, "review": FEWEST}  # audiences that somebody chose


class Unanswered(Refusal):
    """The last pulse here still waits for its answer: what you heard, what you'll do, what you won't. The button
    is under its result, and in `/pulse history`. "We talked; nothing to change, because …" is a full answer.
    """


class StillOpen(Refusal):
    """The same questions are open in this channel already. `/pulse status` says until when."""


class TooLate(Refusal):
    """I was not running when it should have begun, and by now people would have less than a day to answer. Please
    start it once more.
    """


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
        check_people(plan.picked, picked=True, lately=(), k=terms.k, fewest_picked=FEWEST_OF[plan.audience])
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
        instrument = replace(instrument, items=(*instrument.items, LOOP))
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


# --- launch -----------------------------------------------------------------------------------------------


def launch(
    session: Session,
    custody: Custody,
    workspace: str,
    pulse_id: int,
    people: Sequence[str],
    now: datetime,
    unreachable: Refusal | None = None,
) -> bool:
    """Seal empty boxes, and owe everyone the same invitation and the same reminder; False when it didn't open.

    Whose day or week is full of other messages gets the invitation on their next day with room, and no reminder.
    What its people don't allow never opens, nor what has nowhere to tell its result (`unreachable` says why).
    Whoever looks after it hears the reason, or the channel does when it was a date of the calendar.

    Raises TryAgain, NotFound.
    """
    pulse = rows.lock_to_launch(session, workspace, pulse_id)
    if pulse is None:
        if rows.pulse(session, workspace, pulse_id) is None:
            raise NotFound
        return False
    rows.drop_picked(session, workspace, pulse_id)
    try:
        if unreachable is not None:
            raise unreachable
        _may_launch(session, pulse, people, now)
    except Refusal as why:
        return _never(session, pulse, why, now)
    pulse.state, pulse.invited = "open", len(people)
    items = asked_in(pulse).items
    sealed.prepare(
        session,
        custody,
        workspace,
        name(pulse_id),
        people,
        k=pulse.k,
        answer_bytes=len(items) * AN_ANSWER + 2,
        comments=1 if pulse.comments else 0,
    )
    open_for = pulse.closes_at - now
    remind_at = pulse.closes_at - (A_DAY if open_for > 2 * A_DAY else open_for / 4)
    in_time, last = pulse.closes_at - min(A_DAY, open_for / 2), pulse.closes_at - TIME_TO_ANSWER
    for kind, due, until in (("invitation", now, in_time), ("reminder", remind_at, last)):
        is_needed = kind == "invitation"
        found = nudges.places(session, workspace, people, now=now, due=due, until=until, needed=is_needed)
        for at, invited in found.items():
            owe_each(
                session,
                workspace,
                invited,
                key=f"pulse:{pulse.id}:{kind}",
                kind=f"pulse.{kind}",
                facts={"pulse": pulse.id},
                due=at,
                now=now,
                expires_at=pulse.closes_at,
                room="takes" if is_needed else "yields",
            )
    if pulse.occurrence is not None and now - pulse.occurrence > LATE:
        owe_channel(session, pulse, "late", now, now)
    return True


def _may_launch(session: Session, pulse: Pulse, people: Sequence[str], now: datetime) -> None:
    if now + A_DAY > pulse.closes_at:
        raise TooLate
    by_calendar = pulse.occurrence is not None
    where = (session, pulse.workspace, pulse.channel, pulse.instrument)
    may_ask(*where, now, by_calendar=by_calendar, launching=pulse.id)  # again: two forms may be filled at once
    lately = rows.launched_since(session, pulse.workspace, now - REMEMBER_PICKED)
    is_picked = pulse.audience in FEWEST_OF
    # picked people are compared with whole channels too: all of a channel but one is the oldest trick
    audiences = [people_of(session, one) for one in lately if is_picked or one.audience in FEWEST_OF]
    fewest = FEWEST_OF.get(pulse.audience, FEWEST)
    check_people(people, picked=is_picked, lately=audiences, k=pulse.k, fewest_picked=fewest)
    if any(0 < len(set(people) ^ other) < pulse.k for other in audiences):
        raise TooAlike(k=pulse.k)
    same = [
        one
        for one in rows.launched_since(session, pulse.workspace, now - APART)
        if (one.channel, one.instrument) != (pulse.channel, pulse.instrument)  # `may_ask` has seen to those
        and statements(one) & statements(pulse)
    ]
    check_elsewhere(people, [people_of(session, one) for one in same], pulse.k)
    by_hand = [one for one in same if is_picked or one.audience in FEWEST_OF]
    check_picked_elsewhere(people, [people_of(session, one) for one in by_hand])


def statements(pulse: Pulse) -> set[str]:
    """What a pulse asks, however it was typed; without what is asked about the pulse itself."""
    asked = [item.text for item in asked_in(pulse).items if item.id != LOOP.id]
    return {normal(text).casefold().rstrip(".! ") for text in asked}


def people_of(session: Session, pulse: Pulse) -> set[str]:
    """Who was asked. Whoever was forgotten since stays one more, without a name.

    Else those who are left would look like a whole audience, and the difference between both results would be
    the answer of who left.
    """
    known = sealed.people_of(session, pulse.workspace, name(pulse.id))
    return {*known, *(f"forgotten {pulse.id}-{place}" for place in range(pulse.invited - len(known)))}


def _never(session: Session, pulse: Pulse, why: Refusal, now: datetime) -> bool:
    pulse.state, pulse.closed_at = "unable", now
    reason = {type(why).__name__: why.facts}
    if pulse.occurrence is None:
        owe_keepers(session, pulse, "unable", now, why=reason)
    elif not isinstance(why, UNREACHABLE):  # else the calendar pauses, and says so to whoever looks after it
        _owe(session, pulse, "skipped", to=pulse.channel, due=now, now=now, why=reason)
    return False


def owe_channel(session: Session, pulse: Pulse, kind: str, due: datetime, now: datetime, **more: object) -> None:
    """Owe the channel its one message of this kind."""
    _owe(session, pulse, kind, to=pulse.channel, due=due, now=now, **more)


def owe_keepers(session: Session, pulse: Pulse, kind: str, now: datetime, **more: object) -> None:
    """Owe it to each of those who look after a pulse; an `attempt` among the facts makes it another one."""
    for keeper in rows.keepers_of(session, pulse.workspace, pulse.id):
        _owe(session, pulse, kind, to=keeper, due=now, now=now, **more)


def owe_key(pulse: Pulse, kind: str, to: str, attempt: object = None) -> str:
    """Under which key something is owed for a pulse."""
    return f"pulse:{pulse.id}:{kind}:{to}" + (f":{attempt}" if attempt is not None else "")


def _owe(
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
