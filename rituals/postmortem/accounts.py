"""First accounts: sealed one by one, opened all at once.

An account is one encrypted row with its author beside it, under a key of its own. `open_all` is the only way to
read more than one's own, and it refuses before the reveal, whoever asks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import storage.postmortem as rows
from rituals.errors import InvalidField
from rituals.postmortem.kit import Kit
from rituals.postmortem.refusals import AccountsClosed, NotAsked, NothingKept, StillSealed
from rituals.postmortem.reviews import clean, find, hold
from rituals.sealed.refusals import in_their_words
from storage import Session
from storage.keys import Custody, KeyLost, KeysElsewhere, Sealed
from storage.schema import Account, Quotation, Review

SHARES = ("name", "role", "responder")
ALIKE = 3  # "a responder" hides nobody among fewer
LAST_LOOK = timedelta(minutes=15)  # after the last account: time for follow-ups, and for second thoughts


@dataclass(frozen=True)
class Opened:
    """One account as its review reads it: answers by the id of their question."""

    person: str
    role: str
    share: str
    answers: Mapping[str, str]


def occasion(review_id: int) -> str:
    """Under which name the keys of a review's accounts are kept."""
    return f"postmortem-{review_id}"


def put(
    session: Session,
    custody: Custody,
    workspace: str,
    review_id: int,
    person: str,
    given: Mapping[str, str],
    share: str | None,
    now: datetime,
) -> None:
    """Seal what somebody wrote; answers to other questions that they gave before stay as they are.

    `share` None leaves what they chose before.
    Raises AccountsClosed, NotAsked, InvalidField, and TryAgain when the keys are out of reach.
    """
    review = hold(session, workspace, review_id)
    asked = rows.people_of(session, workspace, review_id)
    if person not in asked:
        raise NotAsked
    if review.stage != "accounts":
        raise AccountsClosed
    before = rows.account_of(session, workspace, review_id, person)
    answers = {
        **(_read(custody, before) if before else {}),
        **{box: clean(said, box) for box, said in given.items()},
    }
    answers = {box: said for box, said in answers.items() if said}
    if not answers:
        raise InvalidField(next(iter(given), ""), "Write in one of the boxes at least; the others can stay empty.")
    wanted = share or (before.share if before else "role")
    if wanted not in SHARES or (wanted == "responder" and len(asked) < ALIKE):
        wanted = "role"
    with in_their_words():
        plain = json.dumps(answers, ensure_ascii=False).encode()
        sealed = custody.seal(workspace, occasion(review_id), person, plain)
    rows.put_account(session, workspace, review_id, person, wanted, sealed)
    hasten(session, review, now)


def hasten(session: Session, review: Review, now: datetime) -> None:
    """When everybody's account is in, the reveal is a quarter of an hour away."""
    if has_all(session, review):
        review.due = min(review.due, now + LAST_LOOK)


def has_all(session: Session, review: Review) -> bool:
    """Whether everybody who is asked has given an account."""
    asked = rows.people_of(session, review.workspace, review.id)
    return bool(asked) and len(rows.accounts_of(session, review.workspace, review.id)) == len(asked)


def _read(custody: Custody, account: Account) -> dict[str, str]:
    sealed = Sealed(account.keeper, account.nonce, account.ciphertext, account.wrapped_key)
    with in_their_words():
        opened = custody.open(account.workspace, occasion(account.review_id), account.person, sealed)
    loaded: dict[str, str] = json.loads(opened)
    return loaded


def own(session: Session, custody: Custody, workspace: str, review_id: int, person: str) -> Opened | None:
    """Somebody's own account, for themselves; None when they gave none, or deleted it."""
    account = rows.account_of(session, workspace, review_id, person)
    if account is None:
        return None
    role = rows.people_of(session, workspace, review_id).get(person, "")
    return Opened(person, role, account.share, _read(custody, account))


def open_all(session: Session, custody: Custody, workspace: str, review_id: int) -> list[Opened]:
    """Every account of a review. Raises StillSealed before the reveal, and TryAgain.

    One whose key is gone is left out: its author deleted it, or nobody can read it any more.
    """
    if find(session, workspace, review_id).stage == "accounts":
        raise StillSealed
    roles, opened = rows.people_of(session, workspace, review_id), []
    for one in rows.accounts_of(session, workspace, review_id):
        sealed = Sealed(one.keeper, one.nonce, one.ciphertext, one.wrapped_key)
        try:
            with_key = custody.open(workspace, occasion(review_id), one.person, sealed)
        except KeyLost:
            continue
        except KeysElsewhere:
            with in_their_words():
                raise
        opened.append(Opened(one.person, roles.get(one.person, ""), one.share, json.loads(with_key)))
    return opened


def by_question(opened: list[Opened], kit: Kit) -> list[tuple[str, list[tuple[Opened | None, str]]]]:
    """The answers under their questions, in the order of the form, then the questions back.

    Whoever shares as "a responder" stands under a common heading, without the question of a role and without
    a sign of who it was (None), sorted by the words alone.
    """
    order = [one.id for one in kit.first_look] + ["role"] + [one.id for one in kit.follow_ups]
    found: dict[str, list[tuple[Opened | None, str]]] = {}
    for one in opened:
        for box, said in one.answers.items():
            if one.share == "responder":
                found.setdefault("together", []).append((None, said))
            else:
                found.setdefault(box, []).append((one, said))
    if "together" in found:
        found["together"].sort(key=lambda answer: answer[1])
    known = [box for box in order if box in found]
    rest = sorted(set(found) - set(known) - {"together"})
    return [
        (kit.words_of(box) if box != "together" else "Said by responders", found[box])
        for box in [*known, *rest, *(["together"] if "together" in found else [])]
    ]


def delete(session: Session, custody: Custody, workspace: str, review_id: int, person: str) -> None:
    """Delete somebody's own account: first its key, then the row; and take back what quotes it.

    Raises NothingKept.
    """
    if rows.account_of(session, workspace, review_id, person) is None:
        raise NothingKept
    with in_their_words():
        custody.destroy(workspace, occasion(review_id), person)
    rows.drop_account(session, workspace, review_id, person)
    review = find(session, workspace, review_id)
    if review.stage != "published":
        for quotation in rows.parts_of(session, workspace, Quotation, review_id):
            if quotation.person == person and quotation.moment_id is None:
                quotation.state = "withdrawn"


def clear(session: Session, custody: Custody, review: Review, now: datetime) -> int:
    """Delete all accounts of a review, keys first; how many there were. Raises KeysElsewhere."""
    custody.destroy(review.workspace, occasion(review.id))
    review.raw_gone_at = now
    return rows.drop_account(session, review.workspace, review.id)
