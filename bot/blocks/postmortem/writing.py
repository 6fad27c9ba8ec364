"""The forms in which people write: an account, its follow-ups, a line of the timeline, a finding, the summary.

`again` draws any of them once more with a hint on top, and everything that was written still in its box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from bot.blocks.common import (
    Json,
    carried,
    context,
    escape,
    field,
    modal,
    notice,
    option,
    radio,
    read_form,
    section,
    select,
    text_box,
)
from rituals.postmortem.accounts import Opened
from rituals.postmortem.conditions import KINDS
from rituals.postmortem.kit import FollowUp, Kit
from rituals.postmortem.timeline import SURE
from storage.schema import Moment, Review

SHARE = {
    "name": "My name",
    "role": "My role: hides my name from readers outside; this review will know",
    "responder": "A responder: under a common heading",
}
HINT = "hint"


def account(review: Review, role: str, kit: Kit, own: Opened | None, *, alike: bool) -> Json:
    """The questions of one person; what they wrote before stands in its box. `alike`: there are three or more."""
    blocks = [
        section(
            f"*{escape(review.title)}*\nWrite what *you* saw then, not what is known now. Any box can stay empty. "
            "It is sealed until all accounts open; your name is kept beside it, so that you can change it."
        )
    ]
    for asked in kit.asked(review.severity, role):
        initial = own.answers.get(asked.id) if own else None
        blocks.append(field(asked.id, asked.ask, _box(initial), optional=True))
    shares = [option(*one) for one in SHARE.items() if alike or one[0] != "responder"]
    blocks.append(field("share", "In the report, share it as", radio(shares, own.share if own else "role")))
    return modal("pm_account", "What you saw", blocks, submit="Seal it", carries={"review": review.id})


def _box(initial: str | None = None) -> Json:
    return text_box(initial=initial, lines=True) | {"max_length": 3_000}


def read_account(view: Json) -> tuple[int, dict[str, str], str | None]:
    """(review, answers by question, how it is shared). The share is None where it isn't asked."""
    given = read_form(view)
    share = given.pop("share", None)
    given.pop(HINT, None)
    return carried(view)["review"], {box: said or "" for box, said in given.items()}, share


def follow_ups(review_id: int, asked: Sequence[FollowUp]) -> Json:
    """At most two questions back, once the account is sealed."""
    blocks = [section("Your account is sealed. If you like, one thing more; it is sealed with the rest.")]
    blocks += [field(one.id, one.ask, _box(), optional=True) for one in asked]
    return modal(
        "pm_follow_up", "One thing more", blocks, submit="Seal it", close="Leave it", carries={"review": review_id}
    )


def sealed() -> Json:
    return notice(
        "Sealed",
        "Thank you, it is sealed. Nobody reads it before all accounts are opened at once. Until then you can "
        "change it by the button of my message, and `/postmortem my-data` deletes it at any time.",
    )


def again(view: Json, said: str, kind: Literal["hint", "self", "warning"]) -> Json:
    """The same form with a few words on top and all that was written still there; it comes once.

    "self": somebody blamed themselves, and is offered a choice instead of a question.
    """
    given, carries = read_form(view), carried(view) | {"hinted": True}
    blocks: list[Json] = [section(f":thought_balloon: {escape(said)}")]
    if kind == "self":
        choices = {"send": "Send it as it is", "later": "Answer later", "talk": "Talk to the facilitator first"}
        blocks.append(
            field(HINT, "What would be good now?", radio([option(*one) for one in choices.items()], "send"))
        )
    elif kind == "hint":
        blocks.append(
            context("Only you see this. *Keep mine*: send it as it is. *Reword*: change it in its box first.")
        )
    blocks += [_filled(block, given) for block in view["blocks"] if block.get("block_id") != HINT]
    return modal(
        view["callback_id"],
        view["title"]["text"],
        blocks,
        submit="Send it",
        close=view["close"]["text"],
        carries=carries,
    )


def _filled(block: Json, given: Mapping[str, Any]) -> Json:
    if block["type"] != "input":
        return {key: value for key, value in block.items() if key != "block_id"}
    element = {key: value for key, value in block["element"].items() if not key.startswith("initial_")}
    said = given.get(block["block_id"])
    if said:
        match element["type"]:
            case "plain_text_input":
                element["initial_value"] = said
            case "static_select" | "radio_buttons":
                element["initial_option"] = next(one for one in element["options"] if one["value"] == said)
            case "checkboxes":
                element["initial_options"] = [one for one in element["options"] if one["value"] in said]
            case "datepicker":
                element["initial_date"] = said
            case "users_select":
                element["initial_user"] = said
    return block | {"element": element}


def was_hinted(view: Json) -> bool:
    """Whether this form showed its one hint already."""
    return bool(carried(view).get("hinted"))


def wish(view: Json) -> str:
    """What somebody who blamed themselves would like: send, later or talk."""
    return str(read_form(view).get(HINT) or "send")


# --- timeline -------------------------------------------------------------------------------------------


def moment(
    reviews: Sequence[Review],
    *,
    words: str = "",
    at: str = "",
    carries: Json | None = None,
    is_message: bool = False,
) -> Json:
    """A line of the timeline. A message brings its own time, so only its words and what was known are asked."""
    choices = [option(str(one.id), f"{one.id}: {one.title}") for one in reviews[:100]]
    blocks = [field("review", "For which review?", select(choices, choices[0]["value"]))]
    if not is_message:
        hint = "Like 2026-11-23 14:05, on the review's clocks, or with +01:00 behind it"
        blocks.append(field("at", "When", text_box(initial=at), hint=hint))
    blocks += [
        field("words", "What happened", text_box(initial=words, lines=True)),
        field("knew", "What did you know then?", text_box(lines=True), optional=True),
        field("expected", "What did you expect next?", text_box(lines=True), optional=True),
        field("sure", "How sure were you?", select([option(*one) for one in SURE.items()]), optional=True),
    ]
    return modal("pm_moment", "Add to the timeline", blocks, submit="Add", carries=carries)


def correction(found: Moment, local: str) -> Json:
    """Other words or another time; what stood there stays visible."""
    blocks = [
        field("at", "When", text_box(initial=local)),
        field("words", "What happened", text_box(initial=found.words, lines=True)),
    ]
    return modal("pm_correct", "Correct a line", blocks, submit="Correct", carries={"moment": found.id})


def lines(review: Review) -> Json:
    """Many lines at once."""
    hint = "One a line: 2026-11-23 14:05, on call, the alert fired. A Markdown table does as well."
    blocks = [field("lines", "Lines", text_box(lines=True), hint=hint)]
    return modal("pm_lines", "Paste lines", blocks, submit="Add", carries={"review": review.id})


# --- findings, summary, note ----------------------------------------------------------------------------


def finding(review: Review) -> Json:
    """A condition, luck, a surprise: never a cause alone, never a person."""
    blocks = [
        field("kind", "It is", radio([option(*one) for one in KINDS.items()], "condition")),
        field(
            "words",
            "In a sentence",
            text_box(lines=True),
            hint="What was so, that made it possible or kept it small?",
        ),
    ]
    return modal("pm_finding", "What it took", blocks, submit="Add", carries={"review": review.id})


def summary(review: Review) -> Json:
    blocks = [
        field(
            "summary", "What happened, for somebody who wasn't there", text_box(initial=review.summary, lines=True)
        ),
        field("impact", "Who felt it, and how", text_box(initial=review.impact, lines=True), optional=True),
    ]
    return modal("pm_summary", "In short", blocks, submit="Save", carries={"review": review.id})


def interim(review: Review) -> Json:
    hint = "What is known, what isn't, when the channel hears more. It is posted once."
    blocks = [field("words", "For the channel", text_box(lines=True), hint=hint)]
    return modal("pm_interim", "Interim note", blocks, submit="Post", carries={"review": review.id})
