"""How long it is known who was invited: as long as a rule compares it with somebody, and no longer."""

from __future__ import annotations

from datetime import datetime, timedelta

import storage.pulse as rows
from rituals import sealed
from rituals.pulse.asking import name
from rituals.pulse.audience import REMEMBER_PICKED
from storage import Session
from storage.sealed import occasion_of

AT_ONCE = 500


def forget(session: Session, now: datetime, days: int) -> int:
    """Delete the seats of pulses that are compared with nothing any more; how many pulses.

    Who was invited is known for 90 days, for the audiences that come meanwhile. After that it is known until the
    next result of the same questions in the same channel, which is compared with this one's; without a next one,
    until `days` after it closed. Only of what was purged: before that, its name is needed to destroy its keys.
    """
    gone = rows.to_forget(session, now - REMEMBER_PICKED, now - timedelta(days=days), AT_ONCE)
    for pulse in gone:
        sealed.forget(session, pulse.workspace, name(pulse.id))
    return len(gone)


def is_forgotten(session: Session, workspace: str, pulse_id: int) -> bool:
    """Whether a pulse that was sealed is known by its result alone: nothing is left to be looked at."""
    pulse = rows.pulse(session, workspace, pulse_id)
    was_sealed = pulse is not None and pulse.invited > 0
    return was_sealed and occasion_of(session, workspace, name(pulse_id)) is None
