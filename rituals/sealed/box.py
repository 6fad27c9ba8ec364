"""A box from its launch to the last answer that it takes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from secrets import SystemRandom

import storage.sealed as rows
from rituals.sealed.content import Answer, Content, in_json, padded, read
from rituals.sealed.refusals import AlreadyAnswered, NotInvited, Over, TooLong, in_their_words
from storage import Session
from storage.keys import Custody, Held

SMALLEST_K = 5
MOST_IN_A_BOX = 50
FEWEST_IN_A_BOX = 25  # beside another box; `draw` keeps to it by making all boxes alike
LONGEST_COMMENT = 500
COMMENT_BYTES = 4 * LONGEST_COMMENT  # in JSON: four a character, when it is an emoji
ROUND_UP_TO = 1_024

chance = SystemRandom()

# --- launch -----------------------------------------------------------------------------------------------


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

    `answer_bytes` is the longest answer in JSON, `comments` how many comments one person may add. Both fix the
    size of a box. Raises ValueError below SMALLEST_K, for nobody or for somebody twice; TryAgain when the keys
    are out of reach.
    """
    if k < SMALLEST_K or not people or len(set(people)) != len(people):
        raise ValueError("k is at least 5, and everybody is asked once")
    drawn = draw(people)
    each = answer_bytes + 2 + comments * (COMMENT_BYTES + 4)
    names = max(len(json.dumps([drawn_people])) for drawn_people in drawn)
    needed = names + max(map(len, drawn)) * each + len(in_json(Content([], [], [])._asdict()))
    bucket = -(-needed // ROUND_UP_TO) * ROUND_UP_TO
    empty = padded(Content([], [], []), bucket)
    with in_their_words():
        boxes = {box: custody.seal_empty(workspace, occasion, box, empty) for box in range(len(drawn))}
    rows.launch(
        session,
        workspace,
        occasion,
        {person: box for box, members in enumerate(drawn) for person in members},
        boxes,
        k=k,
        bucket=bucket,
        answer_bytes=answer_bytes,
        comments=comments,
    )


def draw(people: Sequence[str]) -> list[list[str]]:
    """People in boxes, at random: at most fifty in each, never fewer than 25 beside another box."""
    order = list(people)
    chance.shuffle(order)
    count = -(-len(order) // MOST_IN_A_BOX)
    return [order[number::count] for number in range(count)]


# --- a submission -----------------------------------------------------------------------------------------


def box_of(session: Session, workspace: str, occasion: str, person: str) -> int:
    """The box that takes this person's answer. Raises NotInvited, Over."""
    launched = rows.occasion_of(session, workspace, occasion)
    if launched is None or launched.state != "open":
        raise Over
    box = rows.seat_of(session, workspace, occasion, person)
    if box is None:
        raise NotInvited
    return box


def boxes_of(session: Session, workspace: str, occasion: str) -> list[int]:
    """The boxes of an occasion that is open; none once it ended."""
    return rows.boxes_of(session, workspace, occasion)


def people_of(session: Session, workspace: str, occasion: str) -> list[str]:
    """Who was invited (not who answered: nobody can tell)."""
    return rows.people_of(session, workspace, occasion)


def open_for(session: Session, workspace: str, person: str) -> list[str]:
    """The open occasions that somebody was invited to, answered or not: for their App Home."""
    return rows.occasions_of(session, workspace, person)


@contextmanager
def hold(custody: Custody, workspace: str, occasion: str, box: int) -> Iterator[Held]:
    """Hold a box around the transaction. Raises TryAgain, Lost."""
    with hold_all(custody, workspace, occasion, [box]) as held:
        yield held[0]


@contextmanager
def hold_all(custody: Custody, workspace: str, occasion: str, boxes: Sequence[int]) -> Iterator[Sequence[Held]]:
    """Hold all boxes around the closing transaction. Raises TryAgain, Lost."""
    with in_their_words(), custody.hold_all(workspace, occasion, boxes) as held:
        yield held


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

    Raises AlreadyAnswered, NotInvited, Over, TooLong, TryAgain, Lost. Comments are stripped, empty ones left out.
    """
    launched = rows.occasion_of(session, workspace, occasion)
    if launched is None or box_of(session, workspace, occasion, person) != held.box:
        raise Over
    said = [clean for comment in comments if (clean := _clean(comment))]
    if any(len(comment) > LONGEST_COMMENT for comment in said):
        raise TooLong(most=LONGEST_COMMENT)
    if len(said) > launched.comments or len(in_json(answer)) > launched.answer_bytes:
        raise ValueError("more than this box was made for")
    seen = rows.lock_box(session, workspace, occasion, held.box)
    if seen is None:
        raise Over
    with in_their_words():
        content = read(held.open(seen))
    if person in content.done:
        raise AlreadyAnswered
    content.done.append(person)
    content.answers.append(answer)
    content.comments.extend(said)
    for one in content:
        chance.shuffle(one)
    with in_their_words():
        sealed = held.seal(padded(content, launched.bucket))
    rows.replace_box(session, workspace, occasion, held.box, seen, launched.tag, sealed)


def _clean(comment: str) -> str:
    """Without control characters, which take six bytes in JSON, and halves of characters, which take none."""
    whole = comment.encode("utf-8", "replace").decode()
    return "".join(letter for letter in whole if letter >= " " or letter == "\n").strip()
