"""The end of what was sealed: opened once, published, and gone."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import sleep
from typing import Literal

import storage.sealed as rows
from rituals.errors import NotFound
from rituals.sealed.box import chance
from rituals.sealed.content import Answer, read
from rituals.sealed.refusals import Over, in_their_words
from storage import Database, Session
from storage.keys import WRAPPED, Custody, Held, KeyLost, KeysElsewhere

LOOKS = 3
LOG_TRIES, LOG_NAP_SECONDS = 5, 0.05  # a reader needs SQLite's log for a moment

Purged = Literal["purged", "not yet", "not provable"]


@dataclass(frozen=True)
class Opened:
    """All answers of an occasion, and all comments, each list shuffled by itself: nothing ties them together."""

    answers: list[Answer]
    comments: list[str]


def open_all(session: Session, held: Sequence[Held], workspace: str, occasion: str) -> Opened | None:
    """Everything that came in, merged over all boxes and shuffled; None with fewer than k answers.

    Raises TryAgain, Over when it ended already, and Lost when a box can't be opened any more.
    """
    launched = rows.occasion_of(session, workspace, occasion)
    if launched is None or launched.state != "open":
        raise Over
    everything = Opened([], [])
    for one in held:
        sealed = rows.lock_box(session, workspace, occasion, one.box)
        if sealed is None:
            raise Over
        with in_their_words():
            content = read(one.open(sealed))
        everything.answers.extend(content.answers)
        everything.comments.extend(content.comments)
    if {one.box for one in held} != set(rows.boxes_of(session, workspace, occasion)):
        raise ValueError("all boxes are opened together, or none")
    if len(everything.answers) < launched.k:
        return None
    chance.shuffle(everything.answers)
    chance.shuffle(everything.comments)
    return everything


def end(session: Session, workspace: str, occasion: str) -> bool:
    """Delete the boxes, in the transaction that stores the results, or alone to end early. One way.

    False when it had ended before. `purge` follows, after the COMMIT.
    """
    return rows.end(session, workspace, occasion)


def purge(database: Database, custody: Custody, workspace: str, occasion: str) -> bool:
    """Destroy the keys of what ended, and what SQLite's log still holds of it; False when it must be repeated.

    After the COMMIT, outside of any transaction. `tend` repeats it at every ring until it succeeds.
    """
    with database.reading() as session:
        launched = rows.occasion_of(session, workspace, occasion)
    if launched is None or launched.state != "ended":
        return launched is not None and launched.state == "purged"
    if launched.keeper != WRAPPED:  # a wrapped key went with its row
        try:
            if custody.keeper() != launched.keeper:
                return False  # another process has the directory with the keys
            custody.destroy(workspace, occasion)
        except KeysElsewhere:
            return False
    for _ in range(LOG_TRIES):
        if database.empty_log():
            with database.begin() as session:
                rows.mark_purged(session, workspace, occasion)
            return True
        sleep(LOG_NAP_SECONDS)
    return False


def purged(database: Database, custody: Custody, workspace: str, occasion: str) -> Purged:
    """Look whether anything is left of the boxes or their keys. Raises NotFound.

    `not provable`: the keys lay in the database, so old copies of it hold them too. On SQLite, ask from a process
    that does nothing else: it reads the database's file, and closing that drops SQLite's locks.
    """
    with database.reading() as session:
        launched = rows.occasion_of(session, workspace, occasion)
        boxes = rows.boxes_of(session, workspace, occasion)
    if launched is None:
        raise NotFound
    if launched.state != "purged" or boxes or rows.leaves_traces(database, launched.tag):
        return "not yet"
    if launched.keeper == WRAPPED:
        return "not provable"
    try:
        there = custody.keeper() == launched.keeper and custody.is_destroyed(workspace, occasion)
    except KeysElsewhere:
        there = False
    return "purged" if there else "not yet"


def tend(database: Database, custody: Custody) -> None:
    """Finish what a crash left: leave only the key that opens a box, purge what ended. At start and each ring."""
    with suppress(KeysElsewhere):
        for workspace, occasion, box in custody.half_done():
            # The row lock waits for a commit that a dead process had sent off: which key opens is sure only then
            with (
                suppress(KeysElsewhere, KeyLost),
                custody.hold(workspace, occasion, box) as held,
                database.begin() as session,
            ):
                sealed = rows.lock_box(session, workspace, occasion, box)
                if sealed is not None:
                    held.open(sealed)
    with database.reading() as session:
        ended = rows.to_purge(session)
    for workspace, occasion, _ in ended:
        purge(database, custody, workspace, occasion)


def openable(database: Database, custody: Custody) -> tuple[int, int]:
    """(how many boxes are open, how many of them no key opens), over all workspaces. Raises KeysElsewhere."""
    with database.reading() as session:
        boxes = rows.open_boxes(session)
    lost = 0
    for workspace, occasion, box in boxes:
        for _ in range(LOOKS):  # somebody may answer while we look: the row was old then, and its key is gone
            with database.reading() as session:
                sealed = rows.lock_box(session, workspace, occasion, box)
            if sealed is None or custody.opens(workspace, occasion, box, sealed):
                break
        else:
            lost += 1
    return len(boxes), lost


def forget(session: Session, workspace: str, occasion: str) -> None:
    """Delete an occasion that was purged, with its seats: when the ritual forgets it."""
    rows.forget(session, workspace, occasion)
