"""One person's answer: looked at, normalised, and put into its box."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime

import storage.pulse as rows
from rituals import sealed
from rituals.errors import InvalidField, NotFound
from rituals.pulse.asking import asked_in, name
from rituals.pulse.instruments import POINTS
from rituals.pulse.publishing import Vector
from storage import Session
from storage.keys import Custody, Held
from storage.schema import Pulse


def asked(session: Session, workspace: str, pulse_id: int, person: str, now: datetime) -> Pulse:
    """A pulse that this person may answer now. Raises NotFound, Over, NotInvited."""
    found = _open(session, workspace, pulse_id, now)
    sealed.box_of(session, workspace, name(pulse_id), person)
    return found


def _open(session: Session, workspace: str, pulse_id: int, now: datetime) -> Pulse:
    found = rows.pulse(session, workspace, pulse_id)
    if found is None or found.state == "waiting":
        raise NotFound
    if found.state != "open" or found.closes_at <= now:
        raise sealed.Over
    return found


def as_it_will_read(comment: str) -> str:
    """A comment without what a keyboard gives away. Raises InvalidField."""
    if len(" ".join(comment.split())) > sealed.LONGEST_COMMENT:
        raise InvalidField("comment", f"Please keep it within {sealed.LONGEST_COMMENT} characters.")
    return sealed.normal(comment)


def check(pulse: Pulse, answers: Vector, comment: str) -> None:
    """Raises ValueError for what no form of ours sends."""
    fits = all(one is None or 1 <= one <= POINTS for one in answers)
    if len(answers) != len(asked_in(pulse).items) or not fits or (comment and not pulse.comments):
        raise ValueError("no form of ours sends this")


def box_for(
    session: Session, custody: Custody, workspace: str, pulse_id: int, person: str, now: datetime
) -> tuple[Pulse, AbstractContextManager[Held]]:
    """What `asked` gives, and this person's box, to be held around the transaction that takes the answer.

    Raises what `asked` raises; holding it TryAgain, Lost.
    """
    found = _open(session, workspace, pulse_id, now)
    box = sealed.box_of(session, workspace, name(pulse_id), person)
    return found, sealed.hold(custody, workspace, name(pulse_id), box)


def take(
    session: Session,
    held: Held,
    workspace: str,
    pulse_id: int,
    person: str,
    answers: Vector,
    comment: str,
    now: datetime,
) -> None:
    """Put an answer into its box: one row is written, and nothing else anywhere.

    Raises what `asked` raises, AlreadyAnswered, TryAgain, Lost.
    """
    check(_open(session, workspace, pulse_id, now), answers, comment)
    sealed.take(session, held, workspace, name(pulse_id), person, list(answers), [comment])
