"""Pulses: found, claimed, closed. Their answers lie in sealed boxes, never here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, delete, exists, literal, or_, select
from sqlalchemy.orm import aliased

from storage.database import NotInWorkspace, Session, insert_once
from storage.rows import row_of
from storage.schema import Delivery, Pulse, PulseKeeper, PulsePicked, PulsePlan, Schedule, SealedOccasion


def add_pulse(
    session: Session, workspace: str, keepers: Collection[str], picked: Collection[str], **columns: Any
) -> Pulse | None:
    """Store a pulse; None when its origin was stored before."""
    values = {"workspace": workspace, "invited": 0, "state": "waiting", **columns}
    if not insert_once(session, Pulse, values):
        return None
    same = (Pulse.workspace == workspace, Pulse.origin == columns["origin"])
    added = session.scalars(select(Pulse).where(*same)).one()
    for table, people in ((PulseKeeper, keepers), (PulsePicked, picked)):
        session.add_all(table(workspace=workspace, pulse_id=added.id, person=person) for person in people)
    session.flush()  # children before anything that looks for them
    return added


def pulse(session: Session, workspace: str, pulse_id: int) -> Pulse | None:
    """The pulse with this id."""
    return row_of(session, workspace, Pulse, pulse_id)


def lock_pulse(session: Session, workspace: str, pulse_id: int) -> Pulse | None:
    """The pulse with this id, held until the transaction ends."""
    theirs = (Pulse.workspace == workspace, Pulse.id == pulse_id)
    return session.scalar(select(Pulse).where(*theirs).with_for_update())


def lock_to_launch(session: Session, workspace: str, pulse_id: int) -> Pulse | None:
    """The pulse with this id while it waits, locked with all others that wait; None when it doesn't wait.

    So launches of a workspace (or an organisation) take turns, in every process: what one of them opens, the next
    one sees. Whoever waits here waits for a row that both found waiting; by the order of ids, nobody waits in a
    circle.
    """
    waiting = select(Pulse).where(_in_organisation(workspace), Pulse.state == "waiting").order_by(Pulse.id)
    locked = session.scalars(waiting.with_for_update().execution_options(populate_existing=True)).all()
    return next((one for one in locked if (one.workspace, one.id) == (workspace, pulse_id)), None)


def asked_before(
    session: Session, workspace: str, channel: str, instrument: str, launching: int | None = None
) -> Pulse | None:
    """The newest pulse of a channel with these questions, of those that came to people or still may.

    For one that is just `launching`, the newest of the others that came to people.
    """
    theirs = (Pulse.workspace == workspace, Pulse.channel == channel, Pulse.instrument == instrument)
    reached = select(Pulse).where(*theirs, Pulse.state != "unable")
    if launching is not None:
        reached = reached.where(Pulse.id != launching, Pulse.invited > 0)
    return session.scalars(reached.order_by(Pulse.id.desc()).limit(1)).first()


def keepers_of(session: Session, workspace: str, pulse_id: int) -> list[str]:
    """Who looks after a pulse."""
    theirs = (PulseKeeper.workspace == workspace, PulseKeeper.pulse_id == pulse_id)
    return list(session.scalars(select(PulseKeeper.person).where(*theirs).order_by(PulseKeeper.person)))


def picked_for(session: Session, workspace: str, pulse_id: int) -> list[str]:
    """Whom somebody picked for a pulse."""
    theirs = (PulsePicked.workspace == workspace, PulsePicked.pulse_id == pulse_id)
    return list(session.scalars(select(PulsePicked.person).where(*theirs).order_by(PulsePicked.person)))


def drop_picked(session: Session, workspace: str, pulse_id: int) -> None:
    """Forget whom somebody picked: who was asked has a seat by now, and who wasn't is nobody's business."""
    theirs = (PulsePicked.workspace == workspace, PulsePicked.pulse_id == pulse_id)
    session.execute(delete(PulsePicked).where(*theirs))


def pulses_in(session: Session, workspace: str, channel: str, limit: int) -> Sequence[Pulse]:
    """The pulses of a channel, newest first."""
    theirs = (Pulse.workspace == workspace, Pulse.channel == channel)
    return session.scalars(select(Pulse).where(*theirs).order_by(Pulse.id.desc()).limit(limit)).all()


def closed_before(session: Session, workspace: str, pulse: Pulse) -> Pulse | None:
    """The last pulse of the same channel with the same questions that came to a result before this one."""
    theirs = (Pulse.workspace == workspace, Pulse.channel == pulse.channel, Pulse.id < pulse.id)
    same = select(Pulse).where(*theirs, Pulse.instrument == pulse.instrument, Pulse.state == "closed")
    return session.scalars(same.order_by(Pulse.id.desc()).limit(1)).first()


def launched_since(session: Session, workspace: str, since: datetime) -> Sequence[Pulse]:
    """The pulses that were launched since a moment, whatever became of them, in the whole organisation."""
    theirs = (_in_organisation(workspace), Pulse.opened_at >= since, Pulse.invited > 0)
    return session.scalars(select(Pulse).where(*theirs).order_by(Pulse.id)).all()


def _in_organisation(workspace: str) -> ColumnElement[bool]:
    """In this workspace; or, where it is one of an organisation's, in any of them: its people are the same."""
    organisation, slash, _ = workspace.partition("/")
    if not slash:
        return Pulse.workspace == workspace
    return Pulse.workspace.startswith(f"{organisation}/", autoescape=True)


def of_origin(session: Session, workspace: str, origin: str) -> Pulse | None:
    """The pulse that came from this form."""
    return session.scalar(select(Pulse).where(Pulse.workspace == workspace, Pulse.origin == origin))


def waiting(session: Session, limit: int) -> Sequence[Pulse]:
    """Pulses of every workspace whose people are still to be looked up."""
    return session.scalars(select(Pulse).where(Pulse.state == "waiting").order_by(Pulse.id).limit(limit)).all()


def to_close(session: Session, now: datetime, limit: int) -> Sequence[Pulse]:
    """Open pulses of every workspace whose time is over, earliest first."""
    over = select(Pulse).where(Pulse.state == "open", Pulse.closes_at <= now)
    return session.scalars(over.order_by(Pulse.closes_at).limit(limit)).all()


# --- afterwards -----------------------------------------------------------------------------------------


def results_dropped(session: Session, since: datetime, limit: int) -> Sequence[tuple[Pulse, datetime]]:
    """Pulses of every workspace that ended since, whose result Slack wouldn't take; and when that was given up."""
    key = literal("pulse:") + cast(Pulse.id, String) + literal(":result:") + Pulse.channel
    theirs = and_(Delivery.workspace == Pulse.workspace, Delivery.key == key, Delivery.state == "dropped")
    found = select(Pulse, Delivery.settled_at).join(Delivery, theirs).where(Pulse.closed_at >= since)
    rows = session.execute(found.order_by(Pulse.id).limit(limit)).all()
    return [(pulse, given_up) for pulse, given_up in rows if given_up is not None]


def to_forget(session: Session, launched_before: datetime, closed_before: datetime, limit: int) -> Sequence[Pulse]:
    """Pulses of every workspace of which nobody needs to know any more who was invited.

    All were launched before that and are purged, so that no key is left behind. Those with a result are kept until
    a newer one of the same questions in the same channel has come to one too, or they closed long enough ago.
    """
    newer = aliased(Pulse)
    same: list[ColumnElement[bool]] = [
        newer.workspace == Pulse.workspace,
        newer.channel == Pulse.channel,
        newer.instrument == Pulse.instrument,
    ]
    is_followed = exists().where(*same, newer.id > Pulse.id, newer.state == "closed")
    seats = and_(
        SealedOccasion.workspace == Pulse.workspace,
        SealedOccasion.occasion == literal("pulse-") + cast(Pulse.id, String),
        SealedOccasion.state == "purged",
    )
    found = (
        select(Pulse)
        .join(SealedOccasion, seats)
        .where(
            Pulse.opened_at < launched_before,
            or_(Pulse.state != "closed", Pulse.closed_at < closed_before, is_followed),
        )
    )
    return session.scalars(found.order_by(Pulse.id).limit(limit)).all()


# --- what comes again -----------------------------------------------------------------------------------


def add_plan(session: Session, workspace: str, schedule_id: int, **columns: Any) -> PulsePlan:
    """Store what a schedule asks. Raises NotInWorkspace."""
    if row_of(session, workspace, Schedule, schedule_id) is None:
        raise NotInWorkspace
    plan = PulsePlan(workspace=workspace, schedule_id=schedule_id, **columns)
    session.add(plan)
    session.flush()  # readers in the same transaction look for it
    return plan


def plan_of(session: Session, workspace: str, schedule_id: int) -> PulsePlan | None:
    """What a schedule asks."""
    theirs = (PulsePlan.workspace == workspace, PulsePlan.schedule_id == schedule_id)
    return session.scalar(select(PulsePlan).where(*theirs))


def coming_again(session: Session, workspace: str, channel: str, instrument: str) -> Sequence[Schedule]:
    """The schedules of a channel that live and ask these questions, oldest first."""
    theirs = (Schedule.workspace == workspace, Schedule.channel == channel, Schedule.ended_at.is_(None))
    found = select(Schedule).join(PulsePlan, PulsePlan.schedule_id == Schedule.id)
    return session.scalars(found.where(*theirs, PulsePlan.instrument == instrument).order_by(Schedule.id)).all()
