"""Counts what is found and what is false, by family."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rituals.blameless import hint_for, hints
from tests.blameless.sentences import Labelled

PRACTICE = Path(__file__).parents[3] / "shared" / "data" / "blame_practice.csv"


def practice() -> Iterator[Labelled]:
    """The practice sentences, where they are; their `nudge` holds soft ones and self-blame too."""
    if PRACTICE.is_file():
        with PRACTICE.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                yield Labelled(
                    "practice" if row["label"] == "nudge" else "clean", row["label"], "", "", row["text"]
                )


def heard(text: str) -> str:
    """The level that a text gets as a whole: self before nudge before soft, or "none"."""
    levels = {one.level for one in hints(text)}
    return next((level for level in ("self", "nudge", "soft") if level in levels), "none")


@dataclass(frozen=True)
class Count:
    """How many sentences of a family there are, how many are heard at their level, at any, and shown in Slack."""

    family: str
    sentences: int
    found: int
    any: int
    shown: int


def count(given: Iterable[Labelled]) -> list[Count]:
    """By family, then all blame and all self-blame together, then the clean ones (where found is false)."""
    sentences: Counter[str] = Counter()
    found: Counter[str] = Counter()
    any_level: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for one in given:
        level = heard(one.text)
        kinds = [one.family] if one.level == "clean" else [one.family, f"all {one.level}"]
        for kind in kinds:
            sentences[kind] += 1
            found[kind] += level == one.level or (one.level == "clean" and level in ("nudge", "self"))
            any_level[kind] += level != "none"
            shown[kind] += hint_for(one.text) is not None
    order = sorted(sentences, key=lambda kind: (kind == "clean", kind.startswith("all "), kind))
    return [Count(kind, sentences[kind], found[kind], any_level[kind], shown[kind]) for kind in order]


def share(counts: Iterable[Count], family: str) -> float:
    """Found of all in a family, 0 to 1."""
    one = next(one for one in counts if one.family == family)
    return one.found / one.sentences


def table(title: str, counts: Iterable[Count]) -> str:
    """As Markdown. In the row `clean` every number is a false alarm."""
    lines = [f"| {title} | sentences | at its level | at any level | shown in Slack |", "|---|---|---|---|---|"]
    for one in counts:
        told = " | ".join(f"{many} ({many / one.sentences:.1%})" for many in (one.found, one.any, one.shown))
        lines.append(f"| {one.family.replace('_', ' ')} | {one.sentences} | {told} |")
    return "\n".join(lines)
