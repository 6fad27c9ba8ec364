"""What it took, not whose doing it was: conditions, luck, surprises, what is open, what was seen before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import storage.postmortem as rows
from rituals.errors import InvalidField
from rituals.postmortem.refusals import NoSuchReview
from rituals.postmortem.reviews import clean, hold
from rituals.postmortem.timeline import open_review
from rituals.search.words import stem, tokens, word_lists
from storage import Session
from storage.schema import Finding, Review

KINDS = {
    "condition": "A condition that contributed",
    "went_well": "What went well",
    "luck": "Where luck helped",
    "surprise": "What surprised us",
    "open": "What we still don't understand",
    "missing": "Whose view is missing",
    "learned": "What we just learned",
}
HEADINGS = {
    "condition": "What it took",
    "went_well": "What went well",
    "luck": "Where luck helped",
    "surprise": "What surprised us",
    "learned": "What we learned while talking",
    "open": "What we still don't understand",
    "missing": "Whose view is missing",
}
ALIKE = 0.5  # share of stems two conditions must have in common to be the same one, told in other words
LONGEST = 600


def add(session: Session, workspace: str, review_id: int, kind: str, words: str, by: str) -> Finding:
    """Add a finding to a review that isn't published. Raises AlreadyPublished, InvalidField."""
    open_review(session, workspace, review_id)
    if kind not in KINDS:
        raise InvalidField("kind", "Choose what it is.")
    words = clean(words, "words", needed=True, most=LONGEST)
    added = rows.add_part(session, workspace, Finding, review_id, kind=kind, words=words, added_by=by)
    assert added is not None  # nothing of a finding is unique
    return added


def take_away(session: Session, workspace: str, finding_id: int) -> None:
    """Take a finding out of a review that isn't published. Raises NoSuchReview, AlreadyPublished."""
    found = rows.part(session, workspace, Finding, finding_id)
    if found is None:
        raise NoSuchReview
    open_review(session, workspace, found.review_id)
    rows.drop_part(session, workspace, Finding, finding_id)


def note_interim(session: Session, workspace: str, review_id: int, words: str, by: str) -> Finding:
    """The one interim note for the channel; another one replaces its words while it is not posted yet."""
    hold(session, workspace, review_id)  # of two notes at once one is first
    open_review(session, workspace, review_id)
    words = clean(words, "words", needed=True, most=LONGEST)
    kept = [one for one in rows.parts_of(session, workspace, Finding, review_id) if one.kind == "interim"]
    if kept:
        raise InvalidField(
            "words", "The channel has its interim note already. What comes now belongs to the review."
        )
    added = rows.add_part(session, workspace, Finding, review_id, kind="interim", words=words, added_by=by)
    assert added is not None  # nothing of a finding is unique
    return added


def seen_before(session: Session, finding: Finding, readable: Sequence[Review]) -> list[tuple[Review, Finding]]:
    """Reviews, of those that the reader may read, that named the same condition; at most three, newest first."""
    others = {one.id: one for one in readable if one.id != finding.review_id}
    mine = stems(finding.words)
    known = rows.findings_in(session, finding.workspace, list(others), finding.kind)
    return [(others[one.review_id], one) for one in known if are_alike(mine, stems(one.words))][:3]


def stems(words: str) -> frozenset[str]:
    """The stems of what was said, without the words that every sentence has."""
    said = [word for word in tokens(words) if word not in word_lists()["stop"]]
    return frozenset(stem(word) for word in said)


def are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two conditions are told in mostly the same words."""
    return bool(one and other) and len(one & other) / min(len(one), len(other)) >= ALIKE and len(one & other) >= 2


def matches(wanted: frozenset[str], texts: Iterable[str]) -> bool:
    """Whether every wanted stem is said in one of the texts: the same search on every database."""
    said = frozenset(found for text in texts for found in stems(text))
    return bool(wanted) and wanted <= said
