"""Owners of actions: reminded while they are here; when one left, whoever looks after the review asks another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from slack_bolt import Ack

import storage.postmortem as rows
from bot.blocks.common import Json, Message, notice
from bot.blocks.postmortem import owning as blocks
from bot.clock import now
from bot.courier.outcome import FAULTS
from bot.postmortem.reading import of_click
from bot.rooms import Bell, Posting
from bot.visit import Visit
from rituals.errors import InvalidField
from rituals.postmortem import actions, reminding
from rituals.postmortem.reviews import find
from storage import Session
from storage.schema import Delivery, ReviewAction

PER_RING = 200
CANNOT_BE_ASKED = "They can't be asked: they left, or are a guest or a bot. Choose somebody else."


def remind_owners(bell: Bell) -> None:
    """Remind the owners of actions, one transaction each; Slack says first whether they are still here."""
    with bell.database.reading() as session:
        due = [
            (one.workspace, one.id, one.owner, actions.keepers(find(session, one.workspace, one.review_id)))
            for one in rows.actions_to_remind(session, bell.now, PER_RING)
        ]
    for workspace, action_id, owner, keepers in due:
        is_here = owner is None or first_here(bell, workspace, [owner]) is not None
        keeper = None if is_here else first_here(bell, workspace, keepers)
        with bell.database.begin() as session:
            found = rows.part(session, workspace, ReviewAction, action_id)
            if found is None or found.remind_at is None or found.remind_at > bell.now or found.owner != owner:
                continue  # somebody changed it meanwhile
            if is_here:
                reminding.remind(session, found, bell.now)
            else:
                reminding.release(session, found, keeper, bell.now)


def first_here(bell: Bell, workspace: str, people: Iterable[str]) -> str | None:
    """The first of them who has not left, nor was forgotten. While Slack doesn't answer, nobody has left."""
    client = bell.client(workspace)
    for one in filter(None, people):  # who was forgotten left an empty name
        try:
            if client is None or not bell.people.asker(client, workspace, one).has_left:
                return one
        except FAULTS:
            return one
    return None


def postings() -> dict[str, Posting]:
    def say_left(session: Session, delivery: Delivery, _seen: Any, now: datetime) -> Message | None:
        one = rows.part(session, delivery.workspace, ReviewAction, delivery.facts["action"])
        if one is None or one.state != "idea":
            return None
        return blocks.left(one, find(session, delivery.workspace, one.review_id))

    return {"postmortem.owner_left": Posting(say_left)}


def open_hand_on(ack: Ack, action: Json, visit: Visit) -> None:
    """*Ask somebody*, under the word that an owner left."""
    ack()
    asker, action_id = visit.member(), of_click(action)[0]
    with visit.sessions.reading() as session:
        found = actions.theirs(session, visit.workspace, action_id, asker)
    fortnight = now() + timedelta(days=14)
    visit.open(blocks.hand_on(found, visit.team(), max(found.due or fortnight, fortnight).date()))


def take_hand_on(ack: Ack, view: Json, visit: Visit) -> None:
    """Ask the next one."""
    action_id, owner, day = blocks.read_hand_on(view)
    asker = visit.member()
    if visit.asker(owner).is_guest:
        raise InvalidField("owner", CANNOT_BE_ASKED)
    with visit.sessions.begin() as session:
        actions.hand_on(session, visit.workspace, action_id, asker, owner, day, now())
    ack(response_action="update", view=notice("Asked", "They are asked, not told. Until then it is nobody's."))
    visit.redraw_home()
