"""One hint on language, in private, before anything is stored: never a block, never kept, never counted."""

from __future__ import annotations

from collections.abc import Iterable

from slack_bolt import Ack

import storage.postmortem as rows
from bot.blocks.common import Json, notice
from bot.blocks.postmortem import writing
from bot.visit import Visit
from rituals.blameless import hint_for, reply_to_self_blame
from storage.schema import Review


def hint_first(ack: Ack, view: Json, visit: Visit, review: Review, texts: Iterable[str]) -> bool:
    """Whether the form was answered already: with its one hint, or with what somebody chose after a kind word."""
    if writing.was_hinted(view):
        wish = writing.wish(view)
        if wish == "later":
            ack(response_action="update", view=notice("Later", "Nothing was stored. My Home tab keeps the form."))
        if wish == "talk":
            said = f"Nothing was stored. <@{review.facilitator}> facilitates, and is the one to talk to."
            ack(response_action="update", view=notice("Talk first", said))
        return wish in ("later", "talk")
    with visit.sessions.reading() as session:
        wanted = rows.hints_of(session, visit.workspace, review.channel)
    if wanted == "none":
        return False
    hint = next((found for one in texts if (found := hint_for(one, soft=wanted == "soft"))), None)
    if hint is None:
        return False
    if hint.level == "self":
        ack(response_action="update", view=writing.again(view, reply_to_self_blame(), "self"))
    else:
        ack(response_action="update", view=writing.again(view, hint.sentence, "hint"))
    return True
