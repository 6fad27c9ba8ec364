"""One person's answer: looked at, normalised, and put into its box."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime

import storage.pulse as rows
from rituals import sealed
from rituals.errors import InvalidField, NotFound
from rituals.pulse.asking import asked_in, name
from rituals.pulse.instruments import POINTS
from rituals.pulse.publishing import LONGEST_COMMENT, Vector, normal
from storage import Session
from storage.keys import Custody, Held
from storage.schema import Pulse


def asked(session: Session, workspace: str, pulse_id: int, person: str, now: datetime) -> Pulse:
    """A pulse that this person may answer now. Raises NotFound, Over, NotInvited."""
    found = rows.pulse(session, workspace, pulse_id)
    if found is None or found.state == "waiting":
        raise NotFound
    if found.state != "open" or found.closes_at <= now:
        raise sealed.Over
    sealed.box_of(session, workspace, name(pulse_id), person)
    return found


def as_it_will_read(comment: str) -> str:
    """A comment without what a keyboard gives away. Raises InvalidField."""
    if len(" ".join(comment.split())) > LONGEST_COMMENT:
        raise InvalidField("comment", f"Please keep it within {LONGEST_COMMENT} characters.")
    return normal(comment)


def check(pulse: Pulse, answers: Vector, comment: str) -> None:
    """Raises ValueError for what no form of ours sends."""
    fits = all(one is None or 1 <= one <= POINTS for one in answers)
    if len(answers) != len(asked_in(pulse).items) or not fits or (comment and not pulse.comments):
        raise ValueError("no form of ours sends this")


def hold(session: Session, custody: Custody, pulse: Pulse, person: str) -> AbstractContextManager[Held]:
    """This person's box, to be held around the transaction that takes the answer. Raises TryAgain, Lost."""
    box = sealed.box_of(session, pulse.workspace, name(pulse.id), person)
    return sealed.hold(custody, pulse.workspace, name(pulse.id), box)


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
    check(asked(session, workspace, pulse_id, person, now), answers, comment)
    sealed.take(session, held, workspace, name(pulse_id), person, list(answers), [comment])
