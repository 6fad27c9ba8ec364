"""The table in the README: written by `make attack` alone, and out of date as soon as the store changes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from tests.anonymity.linkage import PEOPLE, SURVEYS, Scores, most_by_chance

ALIKE = (5, 6, 6, 7)
ROOT = Path(__file__).parent.parent.parent
README = ROOT / "README.md"
STORE = ("storage/keys/*.py", "storage/sealed.py", "storage/schema/sealed.py", "rituals/sealed/*.py")
BEGIN, END = "<!-- written by `make attack` -->", "<!-- end of what `make attack` wrote -->"
BLOCK = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)


def hash_of_the_store() -> str:
    """Changes with every byte of the files that keep sealed answers."""
    files = sorted(file for pattern in STORE for file in ROOT.glob(pattern))
    return sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]


def table(scores: dict[str, Scores], others: Sequence[str] = ()) -> str:
    """The block of the README. `others` are lines about attacks of another kind than whose answer is whose."""
    also = {one.attack: f"{one.right:,}" for one in scores["sqlite"].attacks}
    lines = [
        BEGIN,
        f"| right guesses of {SURVEYS * PEOPLE:,} | SQLite | Postgres | on a store that leaks |",
        "|---|---|---|---|",
        *(
            f"| {one.attack.says} | {also.get(one.attack, '-')} | {one.right:,} | {one.control:.0%} |"
            for one in scores["postgres"].attacks
        ),
        "",
        f"By chance {SURVEYS} are right, one in each of {SURVEYS} surveys of {PEOPLE} people; "
        f"more than {most_by_chance(SURVEYS)} fail.",
        _certain(scores),
        *others,
        f"Store: `{hash_of_the_store()}`.",
        END,
    ]
    return "\n".join(lines)


def _certain(scores: dict[str, Scores]) -> str:
    """In words: what reading the live key files once tells for sure."""
    first, *rest = scores.values()
    by_fill = {fill: max(share, *(one.certain[fill] for one in rest)) for fill, share in first.certain.items()}
    within = max(min(share, 1) for one in scores.values() for share in one.between.values())
    shares = ", ".join(f"{fill}: {share:.0%}" for fill, share in by_fill.items())
    return (
        "Boxes in which whoever has all copies and reads the live key files once links an answer without a guess, "
        f"by the answers in the box: {shares}.\n"
        "The answers of these surveys all differ. Where those in a box are all alike, whoever looks in once knows "
        f"each one's: of boxes with one statement, answered at random with {', '.join(map(str, ALIKE))}, these "
        f"are {', '.join(f'{fill}: {alike(fill):.0%}' for fill in range(2, 6))}.\n"
        f"In the milliseconds between a commit and the end of its old key, the answer just given: {within:.0%}."
    )


def alike(fill: int) -> float:
    """The share of boxes with so many answers in which all say the same, where each is one of ALIKE by chance."""
    return sum((count / len(ALIKE)) ** fill for count in Counter(ALIKE).values())


def write(block: str) -> None:
    """Put the table into the README, where its two comments stand."""
    words = README.read_text(encoding="utf-8")
    README.write_text(BLOCK.sub(lambda _: block, words), encoding="utf-8")
