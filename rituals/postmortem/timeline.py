"""The timeline: messages with their own time, lines typed or imported, and corrections that stay visible."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import storage.postmortem as rows
from rituals.errors import InvalidField, Refusal
from rituals.postmortem import quotes
from rituals.postmortem.hours import read_moment
from rituals.postmortem.refusals import AlreadyPublished, NoSuchReview, TwiceTheSame
from rituals.postmortem.reviews import clean, find
from storage import Session
from storage.schema import Moment, Review

SURE = {"very": "very sure", "somewhat": "somewhat sure", "guessing": "guessing"}
MOST_LINES = 500
LONGEST_WHO = 80


class BadLines(Refusal):
    """Nothing was added. {why}"""


def print_of(words: str) -> str:
    """A fingerprint of a message's words: whether they changed, without keeping them twice."""
    return hashlib.sha256(words.strip().encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Line:
    """One line of a timeline before it is stored. `source` makes the same one recognisable."""

    at: datetime
    words: str
    source: str
    person: str | None = None
    who: str = ""
    permalink: str = ""
    knew: str = ""
    expected: str = ""
    sure: str = ""
    heard: str = ""  # the fingerprint of a message's words, when this line is one


def add(session: Session, workspace: str, review_id: int, line: Line, by: str, now: datetime) -> Moment:
    """Add a line to a review that isn't published; whoever said it is asked at once while quotes are looked at.

    Raises TwiceTheSame, AlreadyPublished, InvalidField.
    """
    review = open_review(session, workspace, review_id)
    added = rows.add_part(
        session,
        workspace,
        Moment,
        review_id,
        source=line.source,
        at=line.at,
        words=clean(line.words, "words", needed=True),
        person=line.person,
        who=line.who[:LONGEST_WHO],
        permalink=line.permalink[:300],
        knew=clean(line.knew, "knew"),
        expected=clean(line.expected, "expected"),
        sure=line.sure if line.sure in SURE else "",
        was={"said": [], "heard": line.heard},
        is_gone=False,
        added_by=by,
    )
    if added is None:
        raise TwiceTheSame
    if review.stage == "soak" and line.person is not None:
        quotes.gather(session, review, now, review.due)
    return added


def open_review(session: Session, workspace: str, review_id: int) -> Review:
    """A review to which things can still be added. Raises AlreadyPublished."""
    review = find(session, workspace, review_id)
    if review.stage == "published":
        raise AlreadyPublished
    return review


def moment(session: Session, workspace: str, moment_id: int) -> Moment:
    """A line of a timeline. Raises NoSuchReview."""
    found = rows.part(session, workspace, Moment, moment_id)
    if found is None:
        raise NoSuchReview
    return found


def correct(session: Session, workspace: str, moment_id: int, words: str, at: datetime) -> None:
    """Put other words or another time in a line; what stood there stays beside it."""
    found = moment(session, workspace, moment_id)
    open_review(session, workspace, found.review_id)
    words = clean(words, "words", needed=True)
    if (words, at) != (found.words, found.at):
        stood = [found.at.isoformat(), found.words]
        found.was = {**found.was, "said": [*found.was["said"], stood]}
        found.words, found.at = words, at
        quotes.follow(session, found)


def follow(session: Session, workspace: str, moment_id: int, words: str | None) -> None:
    """Follow the source of a line: edited there (its words now), or deleted (None)."""
    found = moment(session, workspace, moment_id)
    found.is_gone = words is None
    if words is not None and words.strip() and print_of(words) != found.was["heard"]:
        correct(session, workspace, moment_id, words, found.at)
        found.was = {**found.was, "heard": print_of(words)}


# --- files ----------------------------------------------------------------------------------------------


def read_lines(text: str, zone: str, now: datetime) -> list[Line]:
    """Lines `time, who, text` of a CSV, or of a Markdown list or table, in any incident tool's order of time.

    Raises BadLines with every line that can't be read, by its number.
    """
    lines, wrong = [], []
    for place, (number, cells) in enumerate(_rows(text)):
        if len(cells) < 3:
            wrong.append(f"line {number} needs a time, who, and words")
            continue
        try:
            at = read_moment(cells[0], zone, "lines", now)
        except InvalidField as refused:
            if place == 0 and not any(letter.isdigit() for letter in cells[0]):
                continue  # a heading
            wrong.append(f"line {number}: {refused.sentence}")
            continue
        who, words = cells[1].strip(), ", ".join(one.strip() for one in cells[2:])
        if not words:
            wrong.append(f"line {number} has no words")
            continue
        mark = hashlib.sha256(f"{at.isoformat()}\0{who}\0{words}".encode()).hexdigest()[:40]
        lines.append(Line(at, words, f"line/{mark}", who=who))
    if wrong:
        raise BadLines(why=" ".join(f"{one[0].upper()}{one[1:].rstrip('.')}." for one in wrong[:10]))
    if not lines:
        raise BadLines(why="There is no line in it. Write each like: 2026-11-23 14:05, on call, the alert fired.")
    if len(lines) > MOST_LINES:
        raise BadLines(why=f"There are {len(lines)} lines in it; {MOST_LINES} are the most.")
    return lines


def _rows(text: str) -> Sequence[tuple[int, list[str]]]:
    text = text.lstrip("\ufeff")
    if any(line.lstrip().startswith("|") for line in text.splitlines()):
        table = enumerate((line.strip() for line in text.splitlines()), 1)
        cells = [
            (number, [cell.strip() for cell in line.strip("|").split("|")])
            for number, line in table
            if line[:1] == "|"
        ]
        return [(number, row) for number, row in cells if not all(re.fullmatch(r":?-*:?", cell) for cell in row)]
    plain = "\n".join(re.sub(r"^\s*[-*+]\s+", "", line) for line in text.splitlines())
    read = csv.reader(io.StringIO(plain), skipinitialspace=True)
    return [(read.line_num, row) for row in read if any(cell.strip() for cell in row)]


def add_lines(
    session: Session, workspace: str, review_id: int, lines: Sequence[Line], by: str, now: datetime
) -> int:
    """Add all lines of a file that aren't there yet; how many were new."""
    new = 0
    for line in lines:
        try:
            add(session, workspace, review_id, line, by, now)
        except TwiceTheSame:
            continue
        new += 1
    return new
