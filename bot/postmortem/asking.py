"""The request for an account and its one reminder, as the courier posts them: by day, to whom may be asked."""

from __future__ import annotations

from datetime import datetime

from slack_sdk import WebClient

from bot.blocks.common import Message
from bot.blocks.postmortem import messages
from bot.people import ask_slack
from bot.rooms import Posting
from bot.workspaces import Installation
from rituals import nudges
from rituals.postmortem import asking
from rituals.postmortem.reviews import find
from rituals.who_may import Asker
from storage import Database, Session
from storage.schema import Delivery


def postings() -> dict[str, Posting]:
    return {
        "postmortem.account": Posting(_say_request, look=_meet, settled=_note_request),
        "postmortem.remind": Posting(_say_reminder, repeat="at_most_once", look=_meet, settled=_note_reminder),
    }


def _meet(client: WebClient, ours: Installation, database: Database, delivery: Delivery) -> Asker:
    """Who it is, and what time it is where they live, asked while nobody waits for a form."""
    return ask_slack(client, delivery.workspace, delivery.to)


def _say_request(session: Session, delivery: Delivery, met: Asker, now: datetime) -> Message | None:
    return _say(session, delivery, met, now, again=False)


def _say_reminder(session: Session, delivery: Delivery, met: Asker, now: datetime) -> Message | None:
    return _say(session, delivery, met, now, again=True)


def _say(session: Session, delivery: Delivery, met: Asker, now: datetime, *, again: bool) -> Message | None:
    review = find(session, delivery.workspace, delivery.facts["review"])
    if not asking.is_for_now(session, delivery.workspace, review.id, met, now):
        return None
    if again and not nudges.still_has_place(session, delivery.workspace, delivery.to, now):
        return None
    return messages.request(review, again=again)


def _note_request(session: Session, delivery: Delivery, ts: str, met: Asker | None, now: datetime) -> None:
    if ts:
        asking.note_asked(session, delivery.workspace, delivery.facts["review"], delivery.to, met, now)
    else:
        _note(session, delivery, "account", met, now)


def _note_reminder(session: Session, delivery: Delivery, ts: str, met: Asker | None, now: datetime) -> None:
    if not ts:
        _note(session, delivery, "remind", met, now)


def _note(session: Session, delivery: Delivery, what: str, met: Asker | None, now: datetime) -> None:
    if met is not None:
        asking.put_off(session, delivery.workspace, delivery.facts["review"], what, met, now)
