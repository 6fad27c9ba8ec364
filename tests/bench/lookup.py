"""Who decides: a question asked of 60 areas and of 10,000."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from functools import partial

from rapidfuzz import fuzz, process

from rituals.decisions.entry import Entry
from rituals.decisions.lookup import build_index
from tests.bench.figures import Figure, median, percentile

QUESTIONS, TURNS = 200, 3
VERBS = ("Approve", "Sign", "Choose", "Change", "Cancel", "Publish", "Hire", "Release", "Buy", "Close")
THINGS = (
    "supplier", "contract", "vendor", "budget", "release", "feature flag", "incident report", "price list",
    "laptop", "office lease", "travel plan", "job offer", "security patch", "database", "support plan", "logo",
    "newsletter", "conference talk", "discount", "data export",
)  # fmt: skip
PLACES = (
    "Berlin",
    "New York",
    "Pune",
    "the web shop",
    "the app",
    "sales",
    "finance",
    "research",
    "support",
    "legal",
)


def areas(count: int) -> list[Entry]:
    """So many areas, with words that repeat as they do in a real registry."""
    chosen = random.Random(7)
    return [
        Entry(
            ref=f"A{number}",
            area=f"{chosen.choice(VERBS)} a {chosen.choice(THINGS)} for {chosen.choice(PLACES)} {number % 97}",
            decide="Head of something",
            aliases=(f"{chosen.choice(VERBS).lower()} {chosen.choice(THINGS)}", chosen.choice(THINGS)),
            category=chosen.choice(PLACES),
        )
        for number in range(count)
    ]


def questions(entries: list[Entry]) -> list[str]:
    """Half of them with a letter missing, as people type."""
    chosen = random.Random(11)
    asked = []
    for number in range(QUESTIONS):
        words = f"who may {chosen.choice(entries).area.lower()}?"
        place = chosen.randrange(8, len(words) - 1)
        asked.append(words[:place] + words[place + 1 :] if number % 2 else words)
    return asked


def lookup() -> Iterator[Figure]:
    """Beside rapidfuzz alone over the names of the areas."""
    for count in (60, 10_000):
        entries = areas(count)
        begin = time.perf_counter()
        index = build_index(entries)
        built = time.perf_counter() - begin
        names = [entry.area for entry in entries]
        asked = questions(entries)
        ours = [_times(index.ask, asked) for _ in range(TURNS)]
        bare = [_times(partial(_nearest, names), asked) for _ in range(TURNS)]
        for what, part in (("p50", 0.5), ("p99", 0.99)):
            yield Figure(
                f"lookup, {count:,} areas",
                what,
                median([percentile(one, part) for one in ours]) * 1_000,
                "ms",
                median([percentile(one, part) for one in bare]) * 1_000,
                note="bare: rapidfuzz WRatio over the names",
            )
        yield Figure(f"lookup, {count:,} areas", "index built", built * 1_000, "ms")


def _times(ask: Callable[[str], object], asked: list[str]) -> list[float]:
    spent = []
    for words in asked:
        begin = time.perf_counter()
        ask(words)
        spent.append(time.perf_counter() - begin)
    return spent


def _nearest(names: list[str], words: str) -> object:
    return process.extractOne(words, names, scorer=fuzz.WRatio)
