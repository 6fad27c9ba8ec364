"""Pulses: found, claimed, closed. Their answers lie in sealed boxes, never here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from storage.database import Session, insert_once
from storage.rows import row_of
from storage.schema import Pulse, PulseKeeper, PulsePicked


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


def asked_before(session: Session, workspace: str, channel: str, instrument: str) -> Pulse | None:
    """The newest pulse of a channel with these questions, of those that came to people or still may."""
    theirs = (Pulse.workspace == workspace, Pulse.channel == channel, Pulse.instrument == instrument)
    reached = select(Pulse).where(*theirs, Pulse.state != "unable")
    return session.scalars(reached.order_by(Pulse.id.desc()).limit(1)).first()


def keepers_of(session: Session, workspace: str, pulse_id: int) -> list[str]:
    """Who looks after a pulse."""
    theirs = (PulseKeeper.workspace == workspace, PulseKeeper.pulse_id == pulse_id)
    return list(session.scalars(select(PulseKeeper.person).where(*theirs).order_by(PulseKeeper.person)))


def picked_for(session: Session, workspace: str, pulse_id: int) -> list[str]:
    """Whom somebody picked for a pulse."""
    theirs = (PulsePicked.workspace == workspace, PulsePicked.pulse_id == pulse_id)
    return list(session.scalars(select(PulsePicked.person).where(*theirs).order_by(PulsePicked.person)))


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
    """The pulses that were launched since a moment, whatever became of them."""
    theirs = (Pulse.workspace == workspace, Pulse.opened_at >= since, Pulse.invited > 0)
    return session.scalars(select(Pulse).where(*theirs).order_by(Pulse.id)).all()


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
