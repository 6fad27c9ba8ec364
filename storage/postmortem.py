"""Reviews: their people and accounts, timeline, findings, quotations and actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import delete, exists, func, or_, select, update

from storage.database import NotInWorkspace, Session, insert_once
from storage.keys import Sealed
from storage.rows import row_of
from storage.schema import (
    Account,
    Finding,
    Moment,
    Quotation,
    Review,
    ReviewAction,
    ReviewChannel,
    ReviewPerson,
)

Part = TypeVar("Part", Moment, Finding, Quotation, ReviewAction)


# --- reviews and their people ---------------------------------------------------------------------------


def add_review(session: Session, workspace: str, people: Mapping[str, str], **columns: Any) -> tuple[Review, bool]:
    """Store a review and the role of everybody who is asked; the one of the same form when it was there before."""
    row = {"moved": 0, "summary": "", "impact": "", **columns, "workspace": workspace}
    is_new = insert_once(session, Review, row)
    same = (Review.workspace == workspace, Review.origin == columns["origin"])
    review = session.scalars(select(Review).where(*same)).one()
    if is_new:
        session.add_all(
            ReviewPerson(workspace=workspace, review_id=review.id, person=person, role=role)
            for person, role in people.items()
        )
        session.flush()  # its people are read in this transaction
    return review, is_new


def review(session: Session, workspace: str, review_id: int) -> Review | None:
    """The review with this id."""
    return row_of(session, workspace, Review, review_id)


def lock_review(session: Session, workspace: str, review_id: int) -> Review | None:
    """The review with this id, held until the transaction ends: nobody else moves its stage."""
    held = select(Review).where(Review.workspace == workspace, Review.id == review_id)
    return session.scalar(held.with_for_update().execution_options(populate_existing=True))


def reviews_of(
    session: Session, workspace: str, channels: Sequence[str], person: str, limit: int
) -> Sequence[Review]:
    """The reviews of these channels, and those that somebody has a part in, newest first."""
    asked = exists().where(
        ReviewPerson.workspace == workspace, ReviewPerson.review_id == Review.id, ReviewPerson.person == person
    )
    theirs = or_(Review.channel.in_(channels), Review.facilitator == person, asked)
    return session.scalars(
        select(Review).where(Review.workspace == workspace, theirs).order_by(Review.id.desc()).limit(limit)
    ).all()


def open_reviews_in(session: Session, workspace: str, channel: str) -> Sequence[Review]:
    """The reviews of a channel that aren't published, newest first."""
    which = (Review.workspace == workspace, Review.channel == channel, Review.stage != "published")
    return session.scalars(select(Review).where(*which).order_by(Review.id.desc())).all()


def reviews_due(session: Session, now: datetime, limit: int) -> Sequence[Review]:
    """Open reviews of every workspace whose stage is over by now, earliest first."""
    return session.scalars(
        select(Review)
        .where(Review.stage != "published", Review.due <= now, Review.overdue_at.is_(None))
        .order_by(Review.due)
        .limit(limit)
    ).all()


def country_of_last(session: Session, workspace: str, person: str) -> str | None:
    """Whose holidays the last review that somebody started leaves out."""
    theirs = select(Review.country).where(Review.workspace == workspace, Review.started_by == person)
    return session.scalar(theirs.order_by(Review.id.desc()).limit(1))


def facilitations(session: Session, workspace: str) -> dict[str, datetime]:
    """When each person facilitated last, for the rotation."""
    last = select(Review.facilitator, func.max(Review.started_at)).where(Review.workspace == workspace)
    return dict(session.execute(last.group_by(Review.facilitator)).all())


def people_of(session: Session, workspace: str, review_id: int) -> dict[str, str]:
    """Who was asked for an account: {person: role}, in one order for everybody."""
    asked = select(ReviewPerson).where(ReviewPerson.workspace == workspace, ReviewPerson.review_id == review_id)
    return {one.person: one.role for one in session.scalars(asked.order_by(ReviewPerson.person))}


def drop_person(session: Session, workspace: str, review_id: int, person: str) -> None:
    """Ask somebody no more."""
    which = (ReviewPerson.workspace == workspace, ReviewPerson.review_id == review_id)
    session.execute(delete(ReviewPerson).where(*which, ReviewPerson.person == person))


def unanswered_by(session: Session, workspace: str, person: str) -> Sequence[Review]:
    """Reviews that wait for somebody's account."""
    given = exists().where(
        Account.workspace == workspace, Account.review_id == Review.id, Account.person == person
    )
    return session.scalars(
        select(Review)
        .join(ReviewPerson, ReviewPerson.review_id == Review.id)
        .where(Review.workspace == workspace, Review.stage == "accounts", ReviewPerson.person == person, ~given)
        .order_by(Review.due)
    ).all()


# --- accounts -------------------------------------------------------------------------------------------


def put_account(session: Session, workspace: str, review_id: int, person: str, share: str, sealed: Sealed) -> bool:
    """Store an account, or another wording of it; True when it is the first. Raises NotInWorkspace."""
    if review(session, workspace, review_id) is None:
        raise NotInWorkspace
    words = {
        "share": share,
        "keeper": sealed.keeper,
        "nonce": sealed.nonce,
        "ciphertext": sealed.ciphertext,
        "wrapped_key": sealed.wrapped_key,
    }
    row = {"workspace": workspace, "review_id": review_id, "person": person} | words
    if insert_once(session, Account, row):
        return True
    whose = (Account.workspace == workspace, Account.review_id == review_id, Account.person == person)
    session.execute(update(Account).where(*whose).values(**words))
    return False


def account_of(session: Session, workspace: str, review_id: int, person: str) -> Account | None:
    """Somebody's account, sealed."""
    whose = (Account.workspace == workspace, Account.review_id == review_id, Account.person == person)
    return session.scalar(select(Account).where(*whose).execution_options(populate_existing=True))


def accounts_of(session: Session, workspace: str, review_id: int) -> Sequence[Account]:
    """The accounts of a review, sealed, in one order for everybody."""
    of = select(Account).where(Account.workspace == workspace, Account.review_id == review_id)
    return session.scalars(of.order_by(Account.person)).all()


def accounts_by(session: Session, workspace: str, person: str) -> Sequence[Account]:
    """Every account of somebody that is kept, sealed."""
    by = select(Account).where(Account.workspace == workspace, Account.person == person)
    return session.scalars(by.order_by(Account.review_id)).all()


def drop_account(session: Session, workspace: str, review_id: int, person: str | None = None) -> int:
    """Delete somebody's account of a review, or all of its accounts; how many there were."""
    which = [Account.workspace == workspace, Account.review_id == review_id]
    if person is not None:
        which.append(Account.person == person)
    return len(session.scalars(delete(Account).where(*which).returning(Account.person)).all())


def reviews_to_clear(
    session: Session, published_before: datetime, idle_before: datetime, limit: int
) -> Sequence[Review]:
    """Reviews of every workspace whose accounts were kept long enough: published, or left lying."""
    kept = exists().where(Account.workspace == Review.workspace, Account.review_id == Review.id)
    over = or_(Review.published_at <= published_before, Review.since <= idle_before)
    return session.scalars(select(Review).where(kept, over).order_by(Review.id).limit(limit)).all()


# --- what hangs on a review -----------------------------------------------------------------------------


def add_part(session: Session, workspace: str, table: type[Part], review_id: int, **columns: Any) -> Part | None:
    """Add a row to a review; None when its unique key is taken. Raises NotInWorkspace."""
    if review(session, workspace, review_id) is None:
        raise NotInWorkspace
    row = {**columns, "workspace": workspace, "review_id": review_id}
    if not insert_once(session, table, row):
        return None
    newest = select(table).where(table.workspace == workspace, table.review_id == review_id)
    return session.scalars(newest.order_by(table.id.desc()).limit(1)).one()


def part(session: Session, workspace: str, table: type[Part], part_id: int) -> Part | None:
    """A moment, finding, quotation or action by its id."""
    return row_of(session, workspace, table, part_id)


def parts_of(session: Session, workspace: str, table: type[Part], review_id: int) -> Sequence[Part]:
    """All of a kind that hangs on a review, in the order in which they came."""
    of = select(table).where(table.workspace == workspace, table.review_id == review_id)
    return session.scalars(of.order_by(table.id)).all()


def moments_of(session: Session, workspace: str, review_id: int) -> Sequence[Moment]:
    """A review's timeline in the order in which things happened."""
    of = select(Moment).where(Moment.workspace == workspace, Moment.review_id == review_id)
    return session.scalars(of.order_by(Moment.at, Moment.id)).all()


def drop_part(session: Session, workspace: str, table: type[Part], part_id: int) -> bool:
    """Delete a row of a review; False when there is none such."""
    which = delete(table).where(table.workspace == workspace, table.id == part_id)
    return session.scalar(which.returning(table.id)) is not None


def findings_in(session: Session, workspace: str, reviews: Sequence[int], kind: str) -> Sequence[Finding]:
    """The findings of one kind in several reviews, newest first."""
    of = select(Finding).where(
        Finding.workspace == workspace, Finding.review_id.in_(reviews), Finding.kind == kind
    )
    return session.scalars(of.order_by(Finding.id.desc())).all()


def quotations_asked(session: Session, workspace: str, person: str) -> Sequence[Quotation]:
    """How somebody is quoted, where they have not said yet whether that is fine."""
    asked = select(Quotation).where(
        Quotation.workspace == workspace, Quotation.person == person, Quotation.state == "asked"
    )
    return session.scalars(asked.order_by(Quotation.id)).all()


def actions_by(session: Session, workspace: str, owner: str) -> Sequence[ReviewAction]:
    """What somebody was asked to do, or accepted, and is not over."""
    theirs = select(ReviewAction).where(
        ReviewAction.workspace == workspace,
        ReviewAction.owner == owner,
        ReviewAction.state.in_(("asked", "accepted")),
    )
    return session.scalars(theirs.order_by(ReviewAction.due)).all()


def actions_done_by(
    session: Session, workspace: str, owner: str, since: datetime, until: datetime
) -> Sequence[ReviewAction]:
    """What somebody finished between two instants, oldest first."""
    theirs = select(ReviewAction).where(
        ReviewAction.workspace == workspace,
        ReviewAction.owner == owner,
        ReviewAction.state == "done",
        ReviewAction.done_at.between(since, until),
    )
    return session.scalars(theirs.order_by(ReviewAction.done_at)).all()


def actions_to_remind(session: Session, now: datetime, limit: int) -> Sequence[ReviewAction]:
    """Actions of every workspace whose next reminder or check is due."""
    due = select(ReviewAction).where(ReviewAction.remind_at <= now)
    return session.scalars(due.order_by(ReviewAction.remind_at).limit(limit)).all()


# --- hints ----------------------------------------------------------------------------------------------


def hints_of(session: Session, workspace: str, channel: str) -> str:
    """Which hints a channel wants while its people write: sure (unless it said otherwise), soft or none."""
    told = session.get(ReviewChannel, (workspace, channel))
    return told.hints if told else "sure"


def set_hints(session: Session, workspace: str, channel: str, hints: str) -> None:
    """Note which hints a channel wants."""
    session.merge(ReviewChannel(workspace=workspace, channel=channel, hints=hints))
