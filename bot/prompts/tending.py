"""What a ring does for prompts: finds out whom a sealed round asks, and closes the rounds whose time is over."""

from __future__ import annotations

from contextlib import suppress

import storage.prompts as rows
from bot.courier import keep_going
from bot.rooms import Bell
from rituals import sealed
from rituals.prompts import rounds, sealing
from storage.schema import Round

PER_RING = 200


def tend(bell: Bell) -> None:
    """Seat and close, one transaction each; what fails is tried again at the next ring."""
    with bell.database.reading() as session:
        unseated = rows.rounds_to_seat(session, bell.now, PER_RING)
        over = rows.rounds_to_close(session, bell.now, PER_RING)
    for asked in unseated:
        with keep_going("seating a sealed round"), suppress(sealed.TryAgain):
            seat(bell, asked)
    for asked in over:
        with keep_going("closing a round"), suppress(sealed.TryAgain):
            close(bell, asked)


def seat(bell: Bell, asked: Round) -> None:
    """Ask Slack who is in the channel, outside of any transaction, and make the boxes. Raises TryAgain."""
    client = bell.client(asked.workspace)
    if client is None:
        return
    people = bell.people.team_of(client, asked.workspace, asked.channel)
    with bell.database.begin() as session:
        sealing.seat(session, bell.custody, asked.workspace, asked.id, people, bell.now)


def close(bell: Bell, asked: Round) -> None:
    """Close a round; of a sealed one, open the boxes together and destroy them. Raises TryAgain."""
    workspace, occasion = asked.workspace, sealing.occasion(asked.id)
    if not asked.invited:
        with bell.database.begin() as session:
            rounds.close(session, workspace, asked.id, bell.now)
        return
    with bell.database.reading() as session:
        boxes = sealed.boxes_of(session, workspace, occasion)
    try:
        with (
            sealed.hold_all(bell.custody, workspace, occasion, boxes) as held,
            bell.database.begin(durable=True) as session,
        ):
            sealing.close(session, held, workspace, asked.id, bell.now)
    except sealed.Lost:
        with bell.database.begin(durable=True) as session:
            sealing.lose(session, workspace, asked.id, bell.now)
    sealed.purge(bell.database, bell.custody, workspace, occasion)


def sweep(bell: Bell) -> None:
    """Forget who was asked in sealed rounds that are over."""
    with bell.database.begin() as session:
        sealing.forget(session, bell.now)
