"""Makes the weights of the model from the open sentences: plain stochastic gradient descent, no library."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence

from rituals.blameless.grammar import sentences
from rituals.blameless.model import Weights, features
from rituals.blameless.quoting import own_words

ROUNDS = 30
STEP = 0.5
SMALLER = 0.0004  # L2: how fast a weight that nothing speaks for becomes smaller
SMALLEST = 0.04  # weights below it say nothing and are left out
CLEAN_COUNTS = 2.0  # a false alarm hurts more than a miss

Labelled = tuple[str, str, str]  # family, level, sentence


def seen(text: str) -> list[str]:
    """The features of a text, all its sentences together, each once."""
    return sorted({name for one in sentences(own_words(text)) for name, _, _ in features(one)})


def train(given: Sequence[Labelled], seed: int = 7) -> Weights:
    """Weights from (family, level, sentence); soft sentences are neither blame nor clean, and left out."""
    rows = [(seen(text), level != "clean", family) for family, level, text in given if level != "soft"]
    often = Counter(name for names, _, _ in rows for name in names)
    rows = [([name for name in names if often[name] > 1], label, family) for names, label, family in rows]
    bias, blame = _logistic(rows, seed)
    return Weights(round(bias, 3), blame, _families(rows))


def _logistic(rows: Sequence[tuple[list[str], bool, str]], seed: int) -> tuple[float, dict[str, float]]:
    shuffle = random.Random(seed).shuffle
    blame: dict[str, float] = defaultdict(float)
    squares: dict[str, float] = defaultdict(lambda: 1.0)  # AdaGrad: rare features move in larger steps
    bias, order = 0.0, list(rows)
    for _ in range(ROUNDS):
        shuffle(order)
        for names, label, _family in order:
            total = bias + sum(blame[name] for name in names)
            wrong = 1 / (1 + math.exp(-max(min(total, 30.0), -30.0))) - label
            slope = wrong * (1.0 if label else CLEAN_COUNTS)
            bias -= 0.01 * slope
            for name in names:
                pull = slope + SMALLER * 10 * blame[name]
                squares[name] += pull * pull
                blame[name] -= STEP * 0.5 * pull / math.sqrt(squares[name])
    return bias, {name: round(weight, 2) for name, weight in sorted(blame.items()) if abs(weight) >= SMALLEST}


def _families(rows: Sequence[tuple[list[str], bool, str]]) -> dict[str, dict[str, float]]:
    """For each family the features that are far commoner in it than in the others, by the logarithm of how far."""
    by_family: dict[str, Counter[str]] = defaultdict(Counter)
    sizes: Counter[str] = Counter()
    for names, label, family in rows:
        if label:
            by_family[family].update(names)
            sizes[family] += 1
    everywhere = sum(by_family.values(), Counter[str]())
    size = sum(sizes.values())
    found: dict[str, dict[str, float]] = {}
    for family, counts in sorted(by_family.items()):
        lifts = {
            name: math.log(((many + 0.5) / (sizes[family] + 1)) / ((everywhere[name] - many + 0.5) / (size - sizes[family] + 1)))
            for name, many in counts.items()
            if many > 2
        }
        found[family] = {name: round(lift, 2) for name, lift in sorted(lifts.items()) if lift > 1}
    return found
