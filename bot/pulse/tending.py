"""What a ring does for the pulse: launches what awaits its people, and closes what is over."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

import storage.pulse as rows
from bot.courier import UNREACHABLE, keep_going
from bot.rooms import Bell
from rituals import sealed
from rituals.calendar.schedules import pause_channel
from rituals.errors import ChannelArchived, InviteMe, Refusal
from rituals.pulse import asking, closing, keeping, launching
from storage.outbox import KEEP_SETTLED
from storage.schema import Pulse

PER_RING = 50


def tend(bell: Bell) -> None:
    """Launch and close, one transaction each; what fails is tried again at the next ring."""
    with bell.database.reading() as session:
        waiting = rows.waiting(session, PER_RING)
        over = rows.to_close(session, bell.now, PER_RING)
        dropped = rows.results_dropped(session, bell.now - KEEP_SETTLED, PER_RING)
    for pulse in waiting:
        with keep_going("launching a pulse"), suppress(sealed.TryAgain):
            launch(bell, pulse)
    for pulse in over:
        with keep_going("closing a pulse"), suppress(sealed.TryAgain):
            close(bell, pulse)
    for pulse, given_up in dropped:
        with keep_going("telling that a result can't be posted"):
            tell_unposted(bell, pulse, given_up)


def launch(bell: Bell, pulse: Pulse) -> None:
    """Ask Slack who is there, outside of any transaction, and open the pulse for them. Raises TryAgain."""
    client = bell.client(pulse.workspace)
    if client is None:
        return
    bell.people.forget(pulse.workspace, pulse.channel)
    refusal: Refusal | None = None
    people: list[str] = []
    try:
        refusal = _unreachable(bell, client, pulse)
        people = _people(bell, client, pulse) if refusal is None else []
    except SlackApiError:
        if bell.now + launching.A_DAY < pulse.closes_at:
            raise  # a hiccup, until it is too late
    with bell.database.begin() as session:
        launching.launch(session, bell.custody, pulse.workspace, pulse.id, people, bell.now, refusal)
        if refusal is not None:  # what comes again there waits, and whoever looks after it is told
            why = "is_archived" if isinstance(refusal, ChannelArchived) else "not_in_channel"
            pause_channel(session, pulse.workspace, pulse.channel, UNREACHABLE[why], bell.now)


def _unreachable(bell: Bell, client: WebClient, pulse: Pulse) -> Refusal | None:
    """Why its channel can't be told a result. Nobody is asked what nobody may read."""
    found = bell.people.channel(client, pulse.workspace, pulse.channel, "")
    if found.is_archived:
        return ChannelArchived()
    return None if found.has_candor else InviteMe()


def _people(bell: Bell, client: WebClient, pulse: Pulse) -> list[str]:
    """Whom it asks, as of now: no bots, no guests, nobody who was deactivated."""
    if pulse.audience == "channel":
        chosen = sorted(bell.people.members(client, pulse.workspace, pulse.channel))
    else:
        with bell.database.reading() as session:
            chosen = rows.picked_for(session, pulse.workspace, pulse.id)
    return [one for one in chosen if not bell.people.asker(client, pulse.workspace, one).is_guest]


def tell_unposted(bell: Bell, pulse: Pulse, given_up: datetime) -> None:
    """Tell those who look after it, once for each time that it was given up."""
    with bell.database.reading() as session:
        if closing.knows_unposted(session, pulse, given_up):
            return
    with bell.database.begin() as session:
        closing.tell_unposted(session, pulse, given_up, bell.now)


def sweep(bell: Bell, seats_days: int) -> None:
    """Forget who was invited to what is compared with nothing any more."""
    with bell.database.begin() as session:
        keeping.forget(session, bell.now, seats_days)


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
