"""What a ring does for the pulse: launches what awaits its people, and closes what is over."""

from __future__ import annotations

from contextlib import suppress

from slack_sdk.errors import SlackApiError

import storage.pulse as rows
from bot.courier import keep_going
from bot.rooms import Bell
from rituals import sealed
from rituals.pulse import asking, closing
from storage.schema import Pulse

PER_RING = 50


def tend(bell: Bell) -> None:
    """Launch and close, one transaction each; what fails is tried again at the next ring."""
    with bell.database.reading() as session:
        waiting = rows.waiting(session, PER_RING)
        over = rows.to_close(session, bell.now, PER_RING)
    for pulse in waiting:
        with keep_going("launching a pulse"), suppress(sealed.TryAgain):
            launch(bell, pulse)
    for pulse in over:
        with keep_going("closing a pulse"), suppress(sealed.TryAgain):
            close(bell, pulse)


def launch(bell: Bell, pulse: Pulse) -> None:
    """Ask Slack who is there, outside of any transaction, and open the pulse for them. Raises TryAgain."""
    client = bell.client(pulse.workspace)
    if client is None:
        return
    with bell.database.reading() as session:
        chosen = rows.picked_for(session, pulse.workspace, pulse.id)
    if pulse.audience == "channel":
        bell.people.forget(pulse.workspace, pulse.channel)
        try:
            chosen = sorted(bell.people.members(client, pulse.workspace, pulse.channel))
        except SlackApiError:
            if bell.now + asking.A_DAY < pulse.closes_at:
                raise  # a hiccup, until it is too late
            chosen = []
    asked = [one for one in chosen if not bell.people.asker(client, pulse.workspace, one).is_guest]
    with bell.database.begin() as session:
        asking.launch(session, bell.custody, pulse.workspace, pulse.id, asked, bell.now)


def close(bell: Bell, pulse: Pulse) -> None:
    """Open the boxes, publish, purge. A key that is truly gone: the channel is told. Raises TryAgain."""
    workspace, occasion = pulse.workspace, asking.name(pulse.id)
    with bell.database.reading() as session:
        boxes = sealed.boxes_of(session, workspace, occasion)
    try:
        with (
            sealed.hold_all(bell.custody, workspace, occasion, boxes) as held,
            bell.database.begin(durable=True) as session,
        ):
            closing.close(session, held, workspace, pulse.id, bell.now)
    except sealed.Lost:
        with bell.database.begin(durable=True) as session:
            closing.lose(session, workspace, pulse.id, bell.now)
    sealed.purge(bell.database, bell.custody, workspace, occasion)
