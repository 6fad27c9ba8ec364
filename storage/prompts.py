"""Prompts: the question a channel is asked, its rounds, and the answers given by form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, and_, bindparam, cast, literal, or_, select, update

from storage.database import NotInWorkspace, Session, insert_once
from storage.rows import row_of
from storage.schema import Answer, Prompt, Round, Schedule, SealedOccasion

ROUND_FOR = (  # written once: to put it together takes as long as to ask it, and many click at the same moment
    select(Round, Schedule.zone, Answer.words)
    .join(Prompt, Prompt.id == Round.prompt_id)
    .join(Schedule, Schedule.id == Prompt.schedule_id)
    .outerjoin(Answer, and_(Answer.round_id == Round.id, Answer.person == bindparam("person")))
    .where(Round.workspace == bindparam("workspace"), Round.id == bindparam("round"))
)

ONE_ROUND = select(Round).where(Round.workspace == bindparam("workspace"), Round.id == bindparam("round"))
CLOSING, ANSWERING = ONE_ROUND.with_for_update(), ONE_ROUND.with_for_update(read=True)


def add_prompt(session: Session, workspace: str, schedule_id: int, **columns: Any) -> Prompt:
    """Store what a schedule asks."""
    prompt = Prompt(workspace=workspace, schedule_id=schedule_id, asked=[], silent_rounds=0, **columns)
    session.add(prompt)
    session.flush()  # its id goes into the keys of what it owes
    return prompt


def prompt(session: Session, workspace: str, prompt_id: int) -> Prompt | None:
    """The prompt with this id."""
    return row_of(session, workspace, Prompt, prompt_id)


def prompt_of(session: Session, workspace: str, schedule_id: int) -> Prompt | None:
    """The prompt that a schedule asks."""
    return session.scalar(select(Prompt).where(Prompt.workspace == workspace, Prompt.schedule_id == schedule_id))


def open_round(session: Session, workspace: str, prompt_id: int, **columns: Any) -> Round | None:
    """Store one asking; None when this occurrence was asked before. Raises NotInWorkspace."""
    if prompt(session, workspace, prompt_id) is None:
        raise NotInWorkspace
    columns = {"late": False, "sealed": False, **columns, "workspace": workspace, "prompt_id": prompt_id}
    if not insert_once(session, Round, columns):
        return None
    same = (Round.prompt_id == prompt_id, Round.occurrence == columns["occurrence"])
    return session.scalars(select(Round).where(Round.workspace == workspace, *same)).one()


def round_of(session: Session, workspace: str, round_id: int) -> Round | None:
    """The round with this id."""
    return row_of(session, workspace, Round, round_id)


def round_for(
    session: Session, workspace: str, round_id: int, person: str
) -> tuple[Round, str, str | None] | None:
    """A round, the zone of its schedule, and this person's words so far: all that its form shows, in one look."""
    asked = {"workspace": workspace, "round": round_id, "person": person}
    return session.execute(ROUND_FOR, asked).one_or_none()


def lock_round(session: Session, workspace: str, round_id: int) -> Round | None:
    """The round with this id, held until the transaction ends: no answer slips in while it closes."""
    return session.scalar(CLOSING, {"workspace": workspace, "round": round_id})


def keep_round_open(session: Session, workspace: str, round_id: int) -> Round | None:
    """The round with this id, which can't close before the transaction ends; others may answer meanwhile."""
    return session.scalar(ANSWERING, {"workspace": workspace, "round": round_id})


def rounds_to_close(session: Session, now: datetime, limit: int) -> Sequence[Round]:
    """Rounds of every workspace whose time is over, earliest first."""
    return session.scalars(
        select(Round)
        .where(Round.closed_at.is_(None), Round.closes_at <= now)
        .order_by(Round.closes_at)
        .limit(limit)
    ).all()


def rounds_to_seat(session: Session, now: datetime, limit: int) -> Sequence[Round]:
    """Sealed rounds of every workspace for which nobody has been asked yet who is in the channel."""
    return session.scalars(
        select(Round)
        .where(Round.closed_at.is_(None), Round.sealed, Round.invited.is_(None), Round.closes_at > now)
        .order_by(Round.closes_at)
        .limit(limit)
    ).all()


def open_rounds_of(session: Session, workspace: str, prompt_id: int) -> Sequence[Round]:
    """The rounds of a prompt that still take answers."""
    return session.scalars(
        select(Round)
        .where(Round.workspace == workspace, Round.prompt_id == prompt_id, Round.closed_at.is_(None))
        .order_by(Round.id)
    ).all()


def claim_close(session: Session, workspace: str, round_id: int, now: datetime) -> bool:
    """Win the closing of a round; False when it was closed before."""
    won = session.scalar(
        update(Round)
        .where(Round.workspace == workspace, Round.id == round_id, Round.closed_at.is_(None))
        .values(closed_at=now)
        .returning(Round.id)
        .execution_options(synchronize_session="fetch")
    )
    return won is not None


def put_answer(session: Session, workspace: str, round_id: int, person: str, words: str, now: datetime) -> bool:
    """Store an answer, or change the one that this person gave before; True when it is the first.

    Raises NotInWorkspace.
    """
    if round_of(session, workspace, round_id) is None:
        raise NotInWorkspace
    row = {"workspace": workspace, "round_id": round_id, "person": person, "words": words, "at": now}
    if insert_once(session, Answer, row):
        return True
    session.execute(
        update(Answer)
        .where(Answer.workspace == workspace, Answer.round_id == round_id, Answer.person == person)
        .values(words=words, at=now)
    )
    return False


def answers_of(session: Session, workspace: str, round_id: int) -> Sequence[Answer]:
    """The answers of a round in the order in which they first came."""
    return session.scalars(
        select(Answer).where(Answer.workspace == workspace, Answer.round_id == round_id).order_by(Answer.id)
    ).all()


def answer_by(session: Session, workspace: str, round_id: int, person: str) -> Answer | None:
    """What one person answered in a round."""
    return session.scalar(
        select(Answer).where(Answer.workspace == workspace, Answer.round_id == round_id, Answer.person == person)
    )


def open_rounds_in(session: Session, workspace: str, channels: Sequence[str], limit: int) -> Sequence[Round]:
    """Rounds of these channels that take answers by form now, soonest closing first."""
    return session.scalars(
        select(Round)
        .join(Prompt, Prompt.id == Round.prompt_id)
        .where(
            Round.workspace == workspace,
            Round.channel.in_(channels),
            Round.closed_at.is_(None),
            Round.ts.is_not(None),
            or_(Prompt.answers == "form", Round.sealed),
        )
        .order_by(Round.closes_at)
        .limit(limit)
    ).all()


def rounds_to_forget(session: Session, closed_before: datetime, limit: int) -> Sequence[Round]:
    """Sealed rounds of every workspace that closed before that and are purged, and whose seats are still kept."""
    seats = and_(
        SealedOccasion.workspace == Round.workspace,
        SealedOccasion.occasion == literal("prompt-") + cast(Round.id, String),
        SealedOccasion.state == "purged",
    )
    found = select(Round).join(SealedOccasion, seats).where(Round.closed_at < closed_before)
    return session.scalars(found.order_by(Round.id).limit(limit)).all()
