"""Calibration: everybody quoted sees how, and says fine, change or withdraw; silence keeps the less revealing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import storage.postmortem as rows
from rituals.postmortem import accounts
from rituals.postmortem.refusals import AlreadyPublished, NotYourQuote, WrongStage
from rituals.postmortem.reviews import by_day, clean, find, owe_with_room
from storage import Session
from storage.keys import Custody
from storage.schema import Moment, Quotation, Review

LET_GO = "let_go"  # chosen once, and not any more
ANSWERS = ("fine", "changed", "withdrawn")
LONGEST = 600
TIME_TO_LOOK = timedelta(hours=3)


def choose(
    session: Session, custody: Custody, workspace: str, review_id: int, picked: Collection[tuple[str, str]]
) -> int:
    """Quote these answers, (person, question), in the report; those of before that nobody answered are let go.

    Returns how many are quoted. Raises StillSealed, WrongStage once their people are being asked.
    """
    review = find(session, workspace, review_id)
    if review.stage in ("soak", "published"):
        raise WrongStage(stage="having its quotes checked", number=review.id)
    for kept in rows.parts_of(session, workspace, Quotation, review_id):
        if kept.state == "asked" and kept.moment_id is None and (kept.person, kept.source) not in picked:
            kept.state = LET_GO  # not deleted: its number may stand in a form that is open
    for opened in accounts.open_all(session, custody, workspace, review_id):
        for question, said in opened.answers.items():
            if (opened.person, question) in picked:
                _quote(session, review, opened.person, question, None, said, opened.share)
    return sum(one.state != LET_GO for one in rows.parts_of(session, workspace, Quotation, review_id))


def _quote(
    session: Session, review: Review, person: str, source: str, moment_id: int | None, words: str, share: str
) -> None:
    added = rows.add_part(
        session,
        review.workspace,
        Quotation,
        review.id,
        person=person,
        source=source,
        moment_id=moment_id,
        words=_cut(words),
        share=share,
        state="asked",
    )
    if added is None:
        for kept in rows.parts_of(session, review.workspace, Quotation, review.id):
            if (kept.person, kept.source) == (person, source) and kept.state in ("asked", LET_GO):
                kept.words, kept.share, kept.state = _cut(words), share, "asked"


def _cut(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def gather(session: Session, review: Review, now: datetime, until: datetime) -> None:
    """Ask everybody who is quoted, from the timeline too, in one message each; they have until then to answer."""
    shares = {one.person: one.share for one in rows.accounts_of(session, review.workspace, review.id)}
    for moment in rows.moments_of(session, review.workspace, review.id):
        if moment.person is not None and not moment.is_gone:
            share = shares.get(moment.person, "role")
            _quote(session, review, moment.person, f"moment {moment.id}", moment.id, moment.words, share)
    asked = [one for one in rows.parts_of(session, review.workspace, Quotation, review.id) if one.state == "asked"]
    for person in sorted({one.person for one in asked}):
        last = until - TIME_TO_LOOK
        first = by_day(session, review, person, now, off_weekends_until=last)
        owe_with_room(session, review, "quotes", person, now=now, due=first, until=last, again=True)


def of(session: Session, workspace: str, review_id: int, person: str) -> list[Quotation]:
    """How somebody is quoted in a review."""
    kept = rows.parts_of(session, workspace, Quotation, review_id)
    return [one for one in kept if one.person == person and one.state != LET_GO]


def answer(
    session: Session, workspace: str, quotation_id: int, person: str, wish: str, words: str, share: str
) -> None:
    """Take what somebody says to a quote of theirs. Raises NotYourQuote, AlreadyPublished."""
    quotation = rows.part(session, workspace, Quotation, quotation_id)
    if quotation is None or quotation.person != person:
        raise NotYourQuote
    if find(session, workspace, quotation.review_id).stage == "published":
        raise AlreadyPublished
    if quotation.state == LET_GO:
        raise NotYourQuote
    if wish not in ANSWERS:
        return  # no answer yet
    words = clean(words, f"words{quotation_id}", most=LONGEST)
    if wish == "changed" and words:
        quotation.words = words
    quotation.share = share if share in accounts.SHARES else quotation.share
    quotation.state = wish


def keep_silent(session: Session, review: Review) -> None:
    """The time is over: who said nothing is quoted in the less revealing way."""
    for quotation in rows.parts_of(session, review.workspace, Quotation, review.id):
        if quotation.state == "asked":
            quotation.state = "silent"


def shown_as(share: str, state: str) -> str | None:
    """How a quote stands in the report: by name, role or as a responder; None when it doesn't."""
    if state in ("withdrawn", LET_GO):
        return None
    if state in ("silent", "asked"):
        return "role" if share == "name" else share
    return share


@dataclass(frozen=True)
class Told:
    """A line of the timeline as others read it: its words, and how who said them is named (None: nobody is)."""

    words: str
    share: str | None


def as_told(review: Review, quotations: Collection[Quotation], moment: Moment) -> Told | None:
    """How a line stands in the report: in the words that whoever said them has seen, as they wish it.

    None when its message is gone or withdrawn, and when nobody was asked yet once quotes are looked at.
    """
    if moment.is_gone:
        return None
    if moment.person is None:
        return Told(moment.words, None)
    quoted = of_moment(quotations, moment)
    if quoted is None:
        return None if review.stage in ("soak", "published") else Told(moment.words, "role")
    share = shown_as(quoted.share, quoted.state)
    return Told(quoted.words, share) if share is not None else None


def follow(session: Session, moment: Moment) -> None:
    """A line was corrected: whoever is still to look at its quote sees the words of now."""
    quoted = of_moment(rows.parts_of(session, moment.workspace, Quotation, moment.review_id), moment)
    if quoted is not None and quoted.state == "asked":
        quoted.words = _cut(moment.words)


def of_moment(quotations: Collection[Quotation], moment: Moment) -> Quotation | None:
    """What its author said to a line of the timeline."""
    return next((one for one in quotations if one.moment_id == moment.id), None)
