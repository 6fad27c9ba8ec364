"""The end of a pulse, one way: opened once at its time, or destroyed before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import storage.pulse as rows
from rituals import sealed
from rituals.errors import NotFound, Refusal
from rituals.pulse.asking import asked_in, name, owe_channel, owe_keepers, owe_key
from rituals.pulse.history import moved
from rituals.pulse.publishing import publish
from rituals.who_may import Asker, may_change
from storage import Session
from storage.keys import Held
from storage.outbox import delivery, mend
from storage.schema import Pulse

TIME_TO_ANSWER = timedelta(days=14)
ENDED = ("closed", "few", "ended", "lost")


class NotOpen(Refusal):
    """This pulse isn't open any more, so there is nothing to end."""


class PostedAlready(Refusal):
    """The channel has it already, or it is on its way there."""


def close(session: Session, held: Sequence[Held], workspace: str, pulse_id: int, now: datetime) -> bool:
    """Open all boxes, store what may be published, delete the boxes; False when it was closed before.

    In one transaction; the keys are destroyed by `sealed.purge` after it. Raises TryAgain, Lost.
    """
    pulse = rows.lock_pulse(session, workspace, pulse_id)
    if pulse is None or pulse.state != "open" or pulse.closes_at > now:
        return False
    opened = sealed.open_all(session, held, workspace, name(pulse_id)) or sealed.Opened([], [])
    published = publish(asked_in(pulse), opened.answers, opened.comments, invited=pulse.invited, k=pulse.k)
    pulse.result = published.in_json()
    pulse.moved = moved(session, pulse)  # kept, so that it needn't be known for ever who was invited
    _end(session, pulse, "few" if published.too_few else "closed", now)
    return True


def lose(session: Session, workspace: str, pulse_id: int, now: datetime) -> None:
    """Its key is gone: the channel is told, and all else goes on."""
    pulse = rows.lock_pulse(session, workspace, pulse_id)
    if pulse is not None and pulse.state == "open":
        _end(session, pulse, "lost", now)


def end_early(session: Session, workspace: str, pulse_id: int, asker: Asker, now: datetime) -> None:
    """Destroy every answer unread; the channel gets one honest line. Raises NotFound, NotYours, NotOpen."""
    pulse = rows.lock_pulse(session, workspace, pulse_id)
    if pulse is None:
        raise NotFound
    may_change(asker, rows.keepers_of(session, workspace, pulse_id))
    if pulse.state not in ("waiting", "open") or pulse.closes_at <= now:
        raise NotOpen
    _end(session, pulse, "ended", now)


def _end(session: Session, pulse: Pulse, state: str, now: datetime) -> None:
    was_open = pulse.state == "open"
    pulse.state, pulse.closed_at = state, now
    sealed.end(session, pulse.workspace, name(pulse.id))
    if was_open:
        owe_channel(session, pulse, "result", now, now)
    if state == "closed":
        owe_channel(session, pulse, "overdue", now + TIME_TO_ANSWER, now)


# --- a result that can't be posted ----------------------------------------------------------------------


def tell_unposted(session: Session, pulse: Pulse, given_up: datetime, now: datetime) -> None:
    """Tell those who look after it that nobody can read the result; not what it is: nobody reads that first."""
    owe_keepers(session, pulse, "unposted", now, attempt=_attempt(given_up))


def knows_unposted(session: Session, pulse: Pulse, given_up: datetime) -> bool:
    """Whether all of them were told of this time that it was given up."""
    keepers = rows.keepers_of(session, pulse.workspace, pulse.id)
    keys = [owe_key(pulse, "unposted", keeper, _attempt(given_up)) for keeper in keepers]
    return all(delivery(session, pulse.workspace, key) is not None for key in keys)


def _attempt(given_up: datetime) -> str:
    return f"{given_up:%Y%m%dT%H%M%S}"


def post_again(session: Session, workspace: str, pulse_id: int, asker: Asker, now: datetime) -> None:
    """Owe the channel once more what it couldn't be told. Raises NotFound, NotYours, PostedAlready."""
    pulse = to_post_again(session, workspace, pulse_id, asker)
    kept = delivery(session, workspace, owe_key(pulse, "result", pulse.channel))
    if kept is None:
        owe_channel(session, pulse, "result", now, now)
    elif kept.state != "dropped" or not mend(session, kept.id, None, now):
        raise PostedAlready


def to_post_again(session: Session, workspace: str, pulse_id: int, asker: Asker) -> Pulse:
    """A pulse that ended, for somebody who looks after it. Raises NotFound, NotYours."""
    pulse = rows.pulse(session, workspace, pulse_id)
    if pulse is None or pulse.state not in ENDED:
        raise NotFound
    may_change(asker, rows.keepers_of(session, workspace, pulse_id))
    return pulse
