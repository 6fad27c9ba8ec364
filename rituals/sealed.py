"""The sealed box: answers go in, are shuffled, and come out together or not at all.

A submission, in a listener (a box is held before the transaction opens, and let go after it committed):

    with sessions.reading() as session:
        box = sealed.box_of(session, workspace, occasion, person)
    with sealed.hold(custody, workspace, occasion, box) as held, sessions.begin(durable=True) as session:
        sealed.take(session, held, workspace, occasion, person, answer, comments)

Closing, in a ring:

    with sessions.reading() as session:
        boxes = sealed.boxes_of(session, workspace, occasion)
    with sealed.hold_all(custody, workspace, occasion, boxes) as held, sessions.begin(durable=True) as session:
        opened = sealed.open_all(session, held, workspace, occasion)   # None: fewer than k
        ...store what may be published, in random order...
        sealed.end(session, workspace, occasion)
    sealed.purge(sessions, custody, workspace, occasion)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from rituals.errors import Refusal
from storage import Database, Session
from storage.keys import Custody, Held

SMALLEST_K = 5
MOST_IN_A_BOX = 50
FEWEST_IN_A_BOX = 25
LONGEST_COMMENT = 500

Answer = Any  # JSON: a list or an object of numbers and short words

Purged = Literal["purged", "not yet", "not provable"]


class AlreadyAnswered(Refusal):
    """Your answer is in. It can't be changed any more, because nobody can find it."""


class NotInvited(Refusal):
    """This was asked of the people who were in the channel when it began, so I can't take an answer from you.
    The next one asks you too.
    """


class Over(Refusal):
    """This one has closed, so I couldn't take your answer any more."""


class TryAgain(Refusal):
    """I couldn't take your answer just now: the place where its key is kept is out of reach. Nothing was stored.
    Please try again in a minute.
    """


class Lost(Refusal):
    """This one can't be opened any more: its key is gone, and with it every answer. Nobody can read them."""


class TooLong(Refusal):
    """One of your comments has more than {most} characters. Please shorten it."""


@dataclass(frozen=True)
class Opened:
    """All answers of an occasion, and all comments, each list shuffled by itself: nothing ties them together."""

    answers: list[Answer]
    comments: list[str]


def prepare(
    session: Session,
    custody: Custody,
    workspace: str,
    occasion: str,
    people: Sequence[str],
    *,
    k: int,
    answer_bytes: int = 200,
    comments: int = 0,
) -> None:
    """Launch: draw boxes and seats at random, and seal the empty boxes. Writes no file.

    `answer_bytes` is the longest answer in JSON, `comments` how many comments one person may add.
    Raises ValueError below SMALLEST_K, for nobody or for somebody twice; TryAgain when keys are out of reach.
    """


def box_of(session: Session, workspace: str, occasion: str, person: str) -> int:
    """The box that takes this person's answer. Raises NotInvited, Over."""
    raise NotImplementedError


def boxes_of(session: Session, workspace: str, occasion: str) -> list[int]:
    """The boxes of an occasion that is open; none once it ended."""
    raise NotImplementedError


def people_of(session: Session, workspace: str, occasion: str) -> list[str]:
    """Who was invited (not who answered: nobody can tell)."""
    raise NotImplementedError


@contextmanager
def hold(custody: Custody, workspace: str, occasion: str, box: int) -> Iterator[Held]:
    """Hold a box around the transaction. Raises TryAgain, Lost."""
    raise NotImplementedError
    yield


@contextmanager
def hold_all(
    custody: Custody, workspace: str, occasion: str, boxes: Sequence[int]
) -> Iterator[Sequence[Held]]:
    """Hold all boxes around the closing transaction. Raises TryAgain, Lost."""
    raise NotImplementedError
    yield


def take(
    session: Session,
    held: Held,
    workspace: str,
    occasion: str,
    person: str,
    answer: Answer,
    comments: Sequence[str] = (),
) -> None:
    """Put an answer into its box: the only row that a submission writes.

    Raises AlreadyAnswered, NotInvited, Over, TooLong, TryAgain, Lost.
    """


def open_all(session: Session, held: Sequence[Held], workspace: str, occasion: str) -> Opened | None:
    """Everything that came in, merged over all boxes and shuffled; None with fewer than k answers.

    Raises TryAgain, and Lost when a box can't be opened any more.
    """
    raise NotImplementedError


def end(session: Session, workspace: str, occasion: str) -> None:
    """Delete the boxes, in the transaction that stores the results, or alone to end early. One way."""


def purge(database: Database, custody: Custody, workspace: str, occasion: str) -> None:
    """Destroy the keys of what ended, and what SQLite's log still holds of it; after the COMMIT, outside of any
    transaction. `tend` repeats it until it succeeds.
    """


def purged(database: Database, custody: Custody, workspace: str, occasion: str) -> Purged:
    """Look: whether anything is left of the boxes or their keys. (`not provable`: the key was in the database.)"""
    raise NotImplementedError


def tend(database: Database, custody: Custody) -> None:
    """Finish what a crash left: leave only the key that opens a box, purge what ended. At start and each ring."""


def forget(session: Session, workspace: str, occasion: str) -> None:
    """Delete an occasion that was purged, with its seats: when the ritual forgets it."""
