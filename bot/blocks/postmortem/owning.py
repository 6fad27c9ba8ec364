"""An action whose owner left: the word about it, and the form that asks somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.blocks.common import (
    Json,
    Message,
    actions,
    button,
    carried,
    clip_escaped,
    day_box,
    field,
    message,
    modal,
    option,
    quote,
    read_form,
    section,
    select,
)
from storage.schema import Review, ReviewAction

People = Sequence[tuple[str, str]]


def left(one: ReviewAction, review: Review) -> Message:
    """What who looks after the review hears, once."""
    said = (
        f"From review {review.id}, *{clip_escaped(review.title, 300)}*: the owner of this action has left the "
        f"workspace. Who takes it over?\n{quote(one.words, 600)}"
    )
    asks = button("Ask somebody", "pm_hand_on", str(one.id), primary=True)
    return message([section(said), actions(f"pml-{one.id}", asks)])


def hand_on(one: ReviewAction, people: People | None, due: date) -> Json:
    """Whom to ask, and by when. `people` None: more than a list can hold."""
    who: Json = select([option(*each) for each in people[:100]]) if people else {"type": "users_select"}
    blocks = [
        section(quote(one.words, 600)),
        field("owner", "Whom do we ask to own it?", who, hint="They are asked, not told."),
        field("due", "By when", day_box(due)),
    ]
    return modal("pm_hand_on", "Who takes it over?", blocks, submit="Ask them", carries={"action": one.id})


def read_hand_on(view: Json) -> tuple[int, str, date]:
    """(action, owner, day)."""
    given = read_form(view)
    return carried(view)["action"], given["owner"] or "", date.fromisoformat(given["due"])
