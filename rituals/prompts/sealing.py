"""A sealed round: nobody's name, opened together when it closes, and only from five answers on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import storage.prompts as rows
from rituals import sealed
from rituals.errors import InvalidField, NotFound, Refusal
from rituals.prompts.rounds import RoundClosed, conclude, owe_close, owe_question
from storage import Session
from storage.keys import Custody, Held
from storage.schema import Round

K = sealed.SMALLEST_K
LONGEST_ANSWER = sealed.LONGEST_COMMENT
KEEP_SEATS = timedelta(days=14)
AT_ONCE = 500


class NotEnoughPeople(Refusal):
    """Sealed answers need at least {k} people in the channel: with fewer, everybody could work out who said what.
    Let people answer in the thread, or by a form with names.
    """

    field = "answers"


def occasion(round_id: int) -> str:
    """The name of a round among all that is sealed."""
    return f"prompt-{round_id}"


def check_people(people: int) -> None:
    """See that a channel is large enough for sealed answers. Raises NotEnoughPeople."""
    if people < K:
        raise NotEnoughPeople(k=K)


def seat(
    session: Session, custody: Custody, workspace: str, round_id: int, people: Sequence[str], now: datetime
) -> None:
    """Make the boxes for these people and owe the question; where too few are left, close the round unasked.

    Raises TryAgain.
    """
    asked = rows.lock_round(session, workspace, round_id)
    if asked is None or asked.invited is not None or asked.closed_at is not None:
        return
    asked.invited = len(people)
    if len(people) < K:
        rows.claim_close(session, workspace, round_id, now)
        return
    sealed.prepare(session, custody, workspace, occasion(round_id), people, k=K, answer_bytes=4, comments=1)
    owe_question(session, asked, now)


def take(
    session: Session, held: Held, workspace: str, round_id: int, person: str, words: str, now: datetime
) -> None:
    """Put an answer into its box, without the marks of its keyboard.

    Raises RoundClosed, InvalidField, and what `sealed.take` raises.
    """
    if len(words.strip()) > LONGEST_ANSWER:
        said = f"This has {len(words.strip()):,} characters. Please keep it within {LONGEST_ANSWER}."
        raise InvalidField("words", said)
    words = "\n".join(sealed.normal(line) for line in words.splitlines()).strip()[:LONGEST_ANSWER]
    if not words:
        raise InvalidField("words", "Write a few words first.")
    asked = rows.round_of(session, workspace, round_id)
    if asked is None:
        raise NotFound
    if asked.closed_at is not None or asked.closes_at <= now:
        raise RoundClosed
    sealed.take(session, held, workspace, occasion(round_id), person, 1, [words])


def close(session: Session, held: Sequence[Held], workspace: str, round_id: int, now: datetime) -> None:
    """Open the boxes, keep what may be shown, and owe the digest. Raises TryAgain, Lost."""
    if not rows.claim_close(session, workspace, round_id, now):
        return
    asked = _round(session, workspace, round_id)
    opened = sealed.open_all(session, held, workspace, occasion(round_id))
    asked.unsealed = opened.comments if opened is not None else []
    _end(session, asked, now, with_digest=opened is not None)


def lose(session: Session, workspace: str, round_id: int, now: datetime) -> None:
    """Close a round whose key is gone: nobody can read it, and the channel is told."""
    if rows.claim_close(session, workspace, round_id, now):
        _end(session, _round(session, workspace, round_id), now, with_digest=False)


def _end(session: Session, asked: Round, now: datetime, *, with_digest: bool) -> None:
    sealed.end(session, asked.workspace, occasion(asked.id))
    conclude(session, asked.workspace, asked.id, len(asked.unsealed) if asked.unsealed else None, now)
    owe_close(session, asked, now, with_digest=with_digest)


def _round(session: Session, workspace: str, round_id: int) -> Round:
    asked = rows.round_of(session, workspace, round_id)
    if asked is None:
        raise NotFound
    return asked


def forget(session: Session, now: datetime) -> None:
    """Delete who was asked in sealed rounds that are over: no round is compared with another."""
    for asked in rows.rounds_to_forget(session, now - KEEP_SEATS, AT_ONCE):
        sealed.forget(session, asked.workspace, occasion(asked.id))
