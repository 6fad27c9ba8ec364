"""Makes the weights of the model from the open sentences: stochastic gradient descent in a page, no library."""

from __future__ import annotations

import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from rituals.blameless.grammar import sentences
from rituals.blameless.model import Weights, features
from rituals.blameless.quoting import own_words
from tests.blameless.sentences import Labelled

WEIGHTS = Path(__file__).parents[2] / "rituals" / "blameless" / "weights.json"
ROUNDS = 12
STEP = 0.2
SMALLER = 0.05  # how hard a weight is pulled to nought when its sentence is read
SMALLEST = 0.03  # weights below it say nothing and are left out

Row = tuple[list[str], bool, str]  # features, whether it is blame, its family


def seen(text: str) -> list[str]:
    """The features of a text, all its sentences together, each once."""
    return sorted({name for one in sentences(own_words(text)) for name, _, _ in features(one)})


def train(given: Sequence[Labelled], seed: int = 1) -> Weights:
    """Weights from labelled sentences; soft ones are neither blame nor clean, and left out."""
    rows = [(seen(one.text), one.level != "clean", one.family) for one in given if one.level != "soft"]
    often = Counter(name for names, _, _ in rows for name in names)
    rows = [([name for name in names if often[name] > 1], is_blame, family) for names, is_blame, family in rows]
    bias, blame = _descend(rows, seed)
    return Weights(round(bias, 3), blame, _families(rows))


def _descend(rows: Sequence[Row], seed: int) -> tuple[float, dict[str, float]]:
    """Logistic regression; each weight has a step of its own, shorter the more it has moved (AdaGrad)."""
    shuffle = random.Random(seed).shuffle
    order = list(rows)
    bias, blame = 0.0, defaultdict[str, float](float)
    moved: dict[str, float] = defaultdict(lambda: 1.0)
    for _ in range(ROUNDS):
        shuffle(order)
        for names, is_blame, _family in order:
            total = bias + sum(blame[name] for name in names)
            wrong = 1 / (1 + math.exp(-max(min(total, 30.0), -30.0))) - is_blame
            bias -= 0.02 * wrong
            for name in names:
                pull = wrong + SMALLER * blame[name]
                moved[name] += pull * pull
                blame[name] -= STEP * pull / math.sqrt(moved[name])
    return bias, {name: round(weight, 2) for name, weight in sorted(blame.items()) if abs(weight) >= SMALLEST}


def _families(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """For each family the features that are far commoner in it than in the others, by the logarithm of how far."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    sizes: Counter[str] = Counter()
    for names, is_blame, family in rows:
        if is_blame:
            counts[family].update(names)
            sizes[family] += 1
    everywhere = sum(counts.values(), Counter[str]())
    size = sizes.total()
    found: dict[str, dict[str, float]] = {}
    for family, theirs in sorted(counts.items()):
        here, there = sizes[family] + 1, size - sizes[family] + 1
        lifts = {
            name: math.log((many + 0.5) / here * there / (everywhere[name] - many + 0.5))
            for name, many in theirs.items()
            if many > 2
        }
        found[family] = {name: round(lift, 1) for name, lift in sorted(lifts.items()) if lift > 1}
    return found


def write(weights: Weights) -> None:
    """Put the weights where the model reads them, a feature a line, so that a change of them can be read."""
    told = json.dumps(weights._asdict(), ensure_ascii=False, indent=0, sort_keys=True)
    WEIGHTS.write_text(told + "\n", encoding="utf-8")
