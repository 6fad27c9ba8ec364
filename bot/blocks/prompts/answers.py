"""The form in which one person answers, and its reader."""

from __future__ import annotations

from bot.blocks.common import (
    Json,
    carried,
    clip_escaped,
    context,
    field,
    modal,
    notice,
    read_form,
    section,
    text_box,
)
from rituals.prompts.sealing import LONGEST_ANSWER


def answer_form(round_id: int, question: str, until: str, earlier: str | None) -> Json:
    """The form in which one person answers one round, by name."""
    return modal(
        "prompt_answer",
        "Your answer",
        [
            section(clip_escaped(question, 1_000)),
            field("words", "Your answer", text_box(initial=earlier, lines=True)),
            context(
                f"Shown with your name in the thread when the round closes, {until}. Until then only you see it, "
                "and you can change it."
            ),
        ],
        submit="Change my answer" if earlier else "Send my answer",
        carries={"round": round_id},
    )


def sealed_form(round_id: int, question: str, until: str) -> Json:
    """The form of a sealed round: what holds is said before anything is written."""
    return modal(
        "prompt_sealed",
        "Your answer",
        [
            section(clip_escaped(question, 1_000)),
            field("words", "Your answer", text_box(lines=True), hint=f"Up to {LONGEST_ANSWER} characters."),
            context(
                "Sealed: kept without your name, and opened together with the others when the round closes, "
                f"{until}. With fewer than five answers nothing is shown. The digest says how many answered, not "
                "who: where all did, that tells it of each. Once sent it can't be changed, as nobody can find it. "
                "Quotes, spaces and marks that can't be seen are made the same; how you write may still tell who "
                "you are."
            ),
        ],
        submit="Seal my answer",
        carries={"round": round_id},
    )


def read_answer(view: Json) -> tuple[int, str]:
    """(round, words)."""
    return int(carried(view)["round"]), read_form(view)["words"] or ""


def is_sealed() -> Json:
    """Thanks, without a word about what was in it."""
    return notice("Thank you", "Your answer is in the box.")


def answered(is_first: bool) -> Json:
    """Thanks."""
    return notice("Thank you", "Your answer is in." if is_first else "Your answer is changed.")
