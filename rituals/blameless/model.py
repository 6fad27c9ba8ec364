"""A small linear model beside the rules: how much a sentence sounds like blame, and which of its words say so.

A logistic regression over words, pairs and triples of words under their tags, and beginnings of words, so that it
also hears what no rule foresaw. weights.json holds every weight under the words it belongs to; `python -m
tests.blameless train` makes it anew from the open sentences (tests/blameless/sentences).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rituals.blameless.grammar import Sentence
from rituals.blameless.lists import lists
from rituals.blameless.words import Word

BEGINNING = 5  # letters of a word's beginning: "careless", "carelessly" and "carelesness" share theirs
PEOPLE = {
    "PERSON",
    "SELF",
    "WE",
    "YOU",
    "MAYBE",
    "someone",
    "anyone",
    "everyone",
    "nobody",
    "who",
    "whoever",
    "people",
}

KINDS = {"TRAIT", "HASTE", "VICE", "HARM", "PENALTY", "THING", "not", "never", "because", "should", "could", "?"}


class Weights(NamedTuple):
    """weights.json: `blame` for the sound of blame, `families` for which family it is, both by feature."""

    bias: float
    blame: dict[str, float]
    families: dict[str, dict[str, float]]


class Heard(NamedTuple):
    """What the model hears: a score (0 where it can't tell), and where the words that weigh most stand."""

    score: float
    start: int
    end: int


@cache
def weights() -> Weights:
    """The weights that are shipped, read once."""
    given = json.loads((Path(__file__).parent / "weights.json").read_text(encoding="utf-8"))
    return Weights(given["bias"], given["blame"], given["families"])


def features(sentence: Sentence) -> Iterator[tuple[str, int, int]]:
    """(feature, first word, last word) of everything that the model looks at."""
    said = [_kind(word) for word in sentence.words]
    if not said:
        return
    last = len(said) - 1
    for at, word in enumerate(said):
        yield word, at, at
        if word.islower() and len(word) > BEGINNING:
            yield f"{word[:BEGINNING]}-", at, at
        if at < last:
            yield f"{word} {said[at + 1]}", at, at + 1
        if at + 1 < last:
            yield f"{word} {said[at + 1]} {said[at + 2]}", at, at + 2
            yield f"{word} _ {said[at + 2]}", at, at + 2
    yield f"^ {said[0]}", 0, 0
    if last:
        yield f"^ {said[0]} {said[1]}", 0, 1
    yield f"$ {said[-1]}", last, last
    there = set(said)
    for person in sorted(there & PEOPLE):
        for kind in sorted(there & KINDS):
            yield f"{person} & {kind}", 0, last
    yield f"length {min(len(said) // 3, 6)}", 0, last


def _kind(word: Word) -> str:
    """Systems under one tag, as people are, and so are words that judge or tell of harm; all else as it is."""
    known = lists()
    said = word.said
    for kind, words in (
        ("TRAIT", known.traits),
        ("HASTE", known.adverbs),
        ("VICE", known.vices),
        ("HARM", known.harms),
        ("PENALTY", known.penalties),
        ("THING", known.things | known.systems),
    ):
        if said in words:
            return kind
    return said


def hear(sentence: Sentence) -> Heard | None:
    """What the model makes of a sentence; None when nobody is in it."""
    if not any(word.said.removesuffix("'s") in PEOPLE for word in sentence.words):
        return None
    blame = weights().blame
    loud = [0.0] * len(sentence.words)
    total = weights().bias
    for feature, (first, last) in _once(sentence).items():
        weight = blame.get(feature, 0.0)
        total += weight
        for at in range(first, last + 1):
            loud[at] += weight / (last + 1 - first)
    return Heard(total, *_loudest(sentence.words, loud))


def family_of(sentence: Sentence) -> str:
    """The family whose sentences this one is most like."""
    said = _once(sentence)
    scores = {
        family: sum(theirs.get(feature, 0.0) for feature in said) for family, theirs in weights().families.items()
    }
    return max(scores, key=lambda family: scores[family])


def _once(sentence: Sentence) -> dict[str, tuple[int, int]]:
    """Each feature with its first place: as in training, what is said twice is not heard louder."""
    found: dict[str, tuple[int, int]] = {}
    for feature, first, last in features(sentence):
        found.setdefault(feature, (first, last))
    return found


def _loudest(words: Sequence[Word], loud: Sequence[float]) -> tuple[int, int]:
    """The place in the text of the run of words whose weights add up to most."""
    best, best_run, total, begin = -math.inf, (0, 0), 0.0, 0
    for at, weight in enumerate(loud):
        if total <= 0:
            total, begin = 0.0, at
        total += weight
        if total > best:
            best, best_run = total, (begin, at)
    return words[best_run[0]].start, words[best_run[1]].end
