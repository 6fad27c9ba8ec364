"""Launching a pulse once its people are known: whether these may be asked together, the boxes, the invitations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import storage.pulse as rows
from rituals import nudges, sealed
from rituals.errors import ChannelArchived, InviteMe, NotFound, Refusal
from rituals.pulse.asking import FEWEST_OF, asked_in, may_ask, name, owe_channel, owe_keepers, owe_once
from rituals.pulse.audience import (
    APART,
    FEWEST,
    REMEMBER_PICKED,
    check_elsewhere,
    check_people,
    check_picked,
    check_picked_elsewhere,
)
from rituals.pulse.instruments import LOOP
from rituals.pulse.statements import bare
from rituals.pulse.subtraction import points_at_few
from storage import Session
from storage.keys import Custody
from storage.outbox import owe_each
from storage.schema import Pulse

A_DAY = timedelta(days=1)
TIME_TO_ANSWER = timedelta(hours=2)  # a reminder later than this before the end reminds nobody
LATE = timedelta(minutes=5)  # from here on the channel is told why a pulse of the calendar begins now
AN_ANSWER = len("null,")
UNREACHABLE = (ChannelArchived, InviteMe)


class TooLate(Refusal):
    """I was not running when it should have begun, and by now people would have less than a day to answer. Please
    start it once more.
    """


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
    if _asked_of_itself_elsewhere(session, pulse, people, now):
        pulse.asked = {**pulse.asked, "items": [one for one in pulse.asked["items"] if one["id"] != LOOP.id]}
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


@dataclass(frozen=True)
class Asked:
    """A pulse of the last 90 days, and whom it asked."""

    pulse: Pulse
    people: set[str]

    @property
    def by_hand(self) -> bool:
        return self.pulse.audience in FEWEST_OF

    @property
    def place(self) -> tuple[str, str, str]:
        return (self.pulse.workspace, self.pulse.channel, self.pulse.instrument)


def _may_launch(session: Session, pulse: Pulse, people: Sequence[str], now: datetime) -> None:
    """Whether these people may be asked this now. Raises what the rules of audience.py raise, and TooLate."""
    if now + A_DAY > pulse.closes_at:
        raise TooLate
    this, k = Asked(pulse, set(people)), pulse.k
    by_calendar = pulse.occurrence is not None
    may_ask(
        session, *this.place, now, by_calendar=by_calendar, launching=pulse.id
    )  # two forms may be filled at once
    check_people(people, picked=this.by_hand, k=k, fewest_picked=FEWEST_OF.get(pulse.audience, FEWEST))
    lately = [
        Asked(one, people_of(session, one))
        for one in rows.launched_since(session, pulse.workspace, now - REMEMBER_PICKED)
    ]
    by_hand = [one.people for one in lately if one.by_hand]
    # those who join or leave a channel stop nothing, so it isn't compared with itself
    beside = [one.people for one in lately if this.by_hand or one.by_hand or one.pulse.channel != pulse.channel]
    check_picked(people, picked=this.by_hand, lately=beside, by_hand=by_hand, k=k)
    others = [one for one in lately if one.pulse.opened_at >= now - APART and one.place != this.place]
    same = [one for one in others if statements(one.pulse) & statements(pulse)]
    perhaps = [
        one.people for one in others if one.pulse.channel != pulse.channel and _may_say_the_same(one.pulse, pulse)
    ]
    check_elsewhere(people, [one.people for one in same], perhaps, k)
    check_picked_elsewhere(people, [one.people for one in same if this.by_hand or one.by_hand])


def _may_say_the_same(one: Pulse, other: Pulse) -> bool:
    return asked_in(one).own_words or asked_in(other).own_words


def _asked_of_itself_elsewhere(session: Session, pulse: Pulse, people: Sequence[str], now: datetime) -> bool:
    """Whether what is asked about pulses themselves went to nearly these people, too, in the last four weeks."""
    lately = rows.launched_since(session, pulse.workspace, now - APART)
    asked = [one for one in lately if any(item.id == LOOP.id for item in asked_in(one).items)]
    return points_at_few(set(people), [people_of(session, one) for one in asked], pulse.k)


def statements(pulse: Pulse) -> set[str]:
    """What a pulse asks, however it was typed; without what is asked about the pulse itself."""
    return {bare(item.text) for item in asked_in(pulse).items if item.id != LOOP.id}


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
        owe_once(session, pulse, "skipped", to=pulse.channel, due=now, now=now, why=reason)
    return False
