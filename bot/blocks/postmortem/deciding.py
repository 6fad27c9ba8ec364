"""The forms in which people decide: which answers are quoted, how one is quoted, and what is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.blocks.common import (
    Json,
    actions,
    carried,
    checkboxes,
    clip,
    context,
    day_box,
    field,
    modal,
    notice,
    option,
    quote,
    radio,
    read_form,
    section,
    select,
    text_box,
)
from bot.blocks.postmortem.writing import SHARE
from rituals.postmortem.accounts import Opened
from rituals.postmortem.actions import HELPED
from rituals.postmortem.kit import Kit
from storage.schema import Finding, Quotation, Review, ReviewAction

TICKS = 10
MOST_QUOTED = 12  # quotes that one form asks about; the rest waits for the next look
People = Sequence[tuple[str, str]]
WISHES = {"fine": "That is fine", "changed": "Change it, as below", "withdrawn": "Take it out"}


def choose(review: Review, opened: Sequence[Opened], quoted: set[tuple[str, str]], kit: Kit) -> Json:
    """Which answers are quoted in the report."""
    answers = [(one, box, said) for one in opened for box, said in one.answers.items()][: TICKS * 8]
    blocks = [section("Tick what a reader should hear in people's own words. Each is asked before it is quoted.")]
    for at in range(0, len(answers), TICKS):
        group = answers[at : at + TICKS]
        options = [option(f"{one.person} {box}", said) for one, box, said in group]
        ticked = [f"{one.person} {box}" for one, box, _ in group if (one.person, box) in quoted]
        blocks.append(field(f"picked{at}", "Quote", checkboxes(options, ticked), optional=True))
    return modal("pm_choose", "Choose quotes", blocks, submit="Quote these", carries={"review": review.id})


def read_choice(view: Json) -> tuple[int, set[tuple[str, str]]]:
    """(review, the chosen (person, question))."""
    picked = {one for box in read_form(view).values() for one in box or []}
    return carried(view)["review"], {(person, box) for person, _, box in (one.partition(" ") for one in picked)}


def quotes(review: Review, quoted: Sequence[Quotation], *, alike: bool) -> Json:
    """How somebody is quoted, and what they say to that."""
    shares = [option(*one) for one in SHARE.items() if alike or one[0] != "responder"]
    blocks = [
        section(
            f"This is how the report of review {review.id} quotes you. Say nothing, and the less revealing of "
            "your role and your own choice is kept."
        )
    ]
    for one in quoted[:MOST_QUOTED]:
        answered = one.state if one.state in WISHES else None
        blocks += [
            section(quote(one.words)),
            field(
                f"wish{one.id}",
                "This quote",
                radio([option(*each) for each in WISHES.items()], answered),
                optional=True,
            ),
            field(f"share{one.id}", "Shared as", select(shares, one.share)),
            field(f"words{one.id}", "In other words", text_box(lines=True), optional=True),
        ]
    return modal("pm_quotes", "How you are quoted", blocks, submit="Save", carries={"review": review.id})


def read_quotes(view: Json) -> list[tuple[int, str, str, str]]:
    """(quotation, wish, words, share) of each; a wish that is empty was not said."""
    given = read_form(view)
    numbers = [int(box.removeprefix("wish")) for box in given if box.startswith("wish")]
    return [
        (one, given[f"wish{one}"] or "", given[f"words{one}"] or "", given[f"share{one}"] or "") for one in numbers
    ]


def action(
    review: Review,
    conditions: Sequence[Finding],
    people: People | None,
    idea: ReviewAction | None = None,
    due: date | None = None,
) -> Json:
    """An idea for action, or a parked one that becomes something to do, or not."""
    who: Json = select([option(*one) for one in people[:100]]) if people else {"type": "users_select"}
    blocks = [
        field(
            "words",
            "What do we do?",
            text_box(initial=idea.words if idea else None),
            hint="A verb and a thing: Alert on a queue older than five minutes",
        ),
        field(
            "sign",
            "How will we see that it is done?",
            text_box(initial=idea.sign if idea else None),
            optional=True,
        ),
    ]
    if conditions:
        choices = [option(str(one.id), clip(one.words, 75)) for one in conditions[:100]]
        chosen = str(idea.finding_id) if idea and idea.finding_id else None
        blocks.append(
            field("finding", "Which condition would this change?", select(choices, chosen), optional=True)
        )
    blocks += [
        field(
            "owner",
            "Whom do we ask to own it?",
            who,
            hint="They are asked. Nobody: it stays an idea.",
            optional=True,
        ),
        field("due", "By when", day_box(due) if due else {"type": "datepicker"}, optional=True),
        field("worse", "What could it make worse?", text_box(initial=idea.worse if idea else None), optional=True),
        field("reason", "Or: we choose not to act, because", text_box(), optional=True),
    ]
    carries = {"review": review.id} | ({"idea": idea.id} if idea else {})
    return modal("pm_action", "What we do", blocks, submit="Save", carries=carries)


def moved(action: ReviewAction, due: date) -> Json:
    blocks = [
        field("due", "By when", day_box(due)),
        field("reason", "What changed?", text_box(lines=True)),
    ]
    return modal("pm_move", "Another day", blocks, submit="Move", carries={"action": action.id})


def dropped(action: ReviewAction) -> Json:
    blocks = [field("reason", "We choose not to, because", text_box(lines=True))]
    return modal("pm_drop", "Not any more", blocks, submit="Drop it", carries={"action": action.id})


def ticket(action: ReviewAction, links: Sequence[tuple[str, str]]) -> Json:
    """Prefilled links that open a ticket elsewhere, and a box for its address."""
    said = " · ".join(f"<{address}|{name}>" for name, address in links)
    blocks = [
        section(f"Open it in {said}; the title is filled in. Then paste its address here."),
        field("ticket", "Its address", text_box(initial=action.ticket or None), optional=True),
    ]
    return modal("pm_ticket", "A ticket for it", blocks, submit="Save", carries={"action": action.id})


def check(action: ReviewAction, days: str) -> Json:
    blocks = [
        section(f"{quote(action.words)}\nIt was done {days} days ago."),
        field("helped", "Did it help?", radio([option(*one) for one in HELPED.items()], "not_yet")),
        field("in_place", "Is it still in place?", radio([option("yes", "Yes"), option("no", "No")], "yes")),
        context("No answer is a bad one: knowing that something made no difference saves the next team the work."),
    ]
    return modal("pm_check", "Did it help?", blocks, submit="Save", carries={"action": action.id, "days": days})


def checked(offers: Sequence[Json]) -> Json:
    """Thanks; and `offers`, buttons that lead to where the others can hear of it."""
    if not offers:
        return notice("Saved", "Saved.")
    said = "Saved. What happened, good or bad, may spare others the way: would you tell it?"
    return modal("notice", "Saved", [section(said), actions("pm-offers", *offers)], close="Close")
