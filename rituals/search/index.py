"""The index: rows of a registry in, an honest answer out."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rituals.search import lexicon
from rituals.search.spelling import Kin, Spelling
from rituals.search.words import common_stems, joined, known_stem, stem, stop_words, tokens, word_lists

Meaning = Callable[[Sequence[str]], list[list[float]]]


@dataclass(frozen=True)
class Area:
    """One row of the registry, as far as the search reads it. `notes`: guardrail and the like; may be empty."""

    id: str
    area: str
    aliases: tuple[str, ...] = ()
    category: str = ""
    notes: str = ""


@dataclass(frozen=True)
class Answer:
    """What the search found. `area` (an Area's id) only when direct; `candidates` best first, three at most.

    `score` is the share of the question that the best candidate explains; above 1 when it is named there wholly.
    """

    kind: Literal["direct", "menu", "none"]
    area: str | None
    candidates: tuple[str, ...]
    score: float


@dataclass(frozen=True)
class Weights:
    """The numbers of the search, chosen on questions other than those of tests/decision_questions.yaml.

    Below `floor`: no entry (`guess_floor` when no word is accounted for). For a direct answer all `sure_*` must
    be reached: score, lead over the second, share of words accounted for, and of the registry's own uncommon ones.
    """

    area: float = 1.8
    alias: float = 2.2
    category: float = 0.1
    notes: float = 0.1
    pair: float = 0.4
    saturation: float = 2.2
    shortness: float = 0.7
    repaired: float = 0.9
    kin: float = 0.3
    matter: float = 1.1
    whole: float = 0.9
    unknown: float = 0.4
    common: float = 0.25
    meaning: float = 0.5  # a guess: no model was measured
    floor: float = 0.27
    guess_floor: float = 0.55
    sure_score: float = 0.7
    sure_lead: float = 0.3
    sure_explained: float = 0.65
    sure_literal: float = 0.35


@dataclass(frozen=True)
class Steps:
    """Which steps of the search are on; all but for measuring what each is worth."""

    stemming: bool = True
    repair: bool = True
    kin: bool = True
    lexicon: bool = True


@dataclass(frozen=True)
class Slot:
    """What one word of the question looks for: terms with their weight, how rare it is, the matters it touches.

    A word that no row has looks for nothing, and is as rare as a word can be. `trusted` words are the
    registry's own, or so little mistyped that there is hardly a doubt.
    """

    terms: tuple[tuple[str, float], ...]
    idf: float
    trusted: bool
    matters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """A question as read: its words, and further terms (pairs of words, matters) with their full weight."""

    slots: tuple[Slot, ...]
    extras: tuple[tuple[str, float], ...]


POSTINGS = 8_000  # rows touched by one question at most; the commonest words come last and then only refine
REFINED = 40  # candidates that are looked at closely
REPAIRS = 6  # mistyped words per question that are repaired
TRUSTED = 0.8  # a repaired word this like the right one (one slip in five letters) counts as said
ALL_MEANT = 300  # registries up to this size are compared with a sentence model as a whole


class Postings:
    """Where a term occurs: row numbers in order, and how much each row is about it (0 to about 2)."""

    __slots__ = ("impacts", "rows")

    def __init__(self) -> None:
        self.rows = array("I")
        self.impacts = array("f")

    def add(self, row: int, impact: float) -> None:
        """Rows come in order."""
        self.rows.append(row)
        self.impacts.append(impact)

    def of(self, row: int) -> float:
        """How much a row is about this term; 0 when it isn't."""
        at = bisect_left(self.rows, row)
        return self.impacts[at] if at < len(self.rows) and self.rows[at] == row else 0.0


class Index:
    """A registry, ready to be asked. It never changes: a new version of the registry builds a new one."""

    def __init__(
        self,
        areas: Sequence[Area],
        meaning: Meaning | None = None,
        *,
        weights: Weights | None = None,
        steps: Steps | None = None,
    ) -> None:
        self.areas = tuple(areas)
        self.weights = weights or Weights()
        self.steps = steps or Steps()
        self.meaning = meaning
        self.postings: dict[str, Postings] = {}
        self.units: list[list[tuple[str, ...]]] = []
        vocabulary: set[str] = set()
        for row, area in enumerate(self.areas):
            self._add(row, area, vocabulary)
        self.most = math.log(1 + len(self.areas))  # the idf of a word that no row has
        words = word_lists()
        others = {*words["ordinary"], *words["stop"]} | (lexicon.words() if self.steps.lexicon else frozenset())
        self.spelling = Spelling(vocabulary, others)
        self.plain = {known_stem(word) for word in words["ordinary"]}  # "tallest" is spelled as right as "tall"
        self.kin = Kin(self._stem(word) for word in vocabulary if len(word) > 4)
        self.vectors = self._vectors()

    def ask(self, question: str) -> Answer:
        """Answer a question: direct when sure, a menu of up to three when not, none when nothing speaks for it."""
        asked = self._read(question)
        ranked = self._rank(asked, question)
        if not ranked:
            return Answer("none", None, (), 0.0)
        mass = (
            sum(slot.idf if slot.terms else slot.idf * self.weights.unknown for slot in asked.slots) or self.most
        )
        score = ranked[0][0] / mass
        explained, literal = self._explained(asked, ranked[0][1])
        if score < (self.weights.floor if explained else self.weights.guess_floor):
            return Answer("none", None, (), round(score, 4))
        names = tuple(self.areas[row].id for _, row in ranked[:3])
        lead = 1 - ranked[1][0] / ranked[0][0] if len(ranked) > 1 else 1.0
        sure = (
            score >= self.weights.sure_score
            and lead >= self.weights.sure_lead
            and explained >= self.weights.sure_explained
            and literal >= self.weights.sure_literal
        )
        return Answer("direct" if sure else "menu", names[0] if sure else None, names, round(score, 4))

    def _stem(self, word: str) -> str:
        return known_stem(word) if self.steps.stemming else word

    def _add(self, row: int, area: Area, vocabulary: set[str]) -> None:
        """Put one row into the postings: BM25F, with shorter names and aliases saying more than long ones."""
        heard: dict[str, float] = {}
        units: list[tuple[str, ...]] = []
        stop = stop_words()
        whole = [(area.area, self.weights.area), *((alias, self.weights.alias) for alias in area.aliases)]
        rest = [(area.category, self.weights.category), (area.notes, self.weights.notes)]
        for at, (text, weight) in enumerate(whole + rest):
            words = tokens(text)
            if not words:
                continue
            stems = [self._stem(word) for word in words]
            content = [word for word in words if word not in stop] or words
            vocabulary.update(content)
            said = [self._stem(word) for word in content]
            worth = weight / (1 - self.weights.shortness + self.weights.shortness * len(said) / 2)
            is_unit = at < len(whole)
            for one in dict.fromkeys(said):
                heard[one] = heard.get(one, 0.0) + worth
            if is_unit:
                units.append(tuple(dict.fromkeys(said)))
                for pair in joined(stems):
                    heard[pair] = heard.get(pair, 0.0) + worth * self.weights.pair
            if self.steps.lexicon and weight > self.weights.notes:
                for group, (strength, _) in lexicon.matters(stems, gap=0, cues=False).items():
                    heard[f"~{group}"] = heard.get(f"~{group}", 0.0) + worth * strength
        for term, count in heard.items():
            impact = count * (1 + self.weights.saturation) / (count + self.weights.saturation)
            self.postings.setdefault(term, Postings()).add(row, impact)
        self.units.append(units)

    def _idf(self, term: str) -> float:
        having = len(self.postings[term].rows)
        return math.log(1 + (len(self.areas) - having + 0.5) / (having + 0.5))

    def _read(self, question: str) -> Asked:
        """What a question looks for: its words, repaired where mistyped, their pairs, the matters they touch."""
        said = tokens(question)
        stop = stop_words() if any(word not in stop_words() for word in said) else frozenset()
        stems: list[str] = []
        empty: set[int] = set()
        slots: dict[str, Slot] = {}
        at: dict[str, set[int]] = {}
        repairs = REPAIRS if self.steps.repair else 0
        for place, word in enumerate(said):
            if word in stop:
                empty.add(place)
                stems.append(self._stem(word))
                continue
            root = self._live_stem(word)
            terms = (
                [(root, self.weights.common if root in common_stems() else 1.0)] if root in self.postings else []
            )
            strange = not terms and word not in self.spelling.known and root not in self.plain
            if strange and repairs:
                repairs -= 1
                near = self.spelling.repairs(word)
                if near:
                    root = self._stem(near[0][0])
                if near and near[0][0] in stop:
                    empty.add(place)
                    stems.append(root)
                    continue
                terms = [(self._stem(right), self.weights.repaired * like) for right, like in near]
            trusted = bool(terms) and (not strange or near[0][1] >= TRUSTED)
            if not terms and self.steps.kin and len(word) > 4 and len(slots) < REPAIRS:
                terms = [(other, self.weights.kin * like) for other, like in self.kin.of(root)]
            stems.append(root)
            at.setdefault(root, set()).add(place)
            if root not in slots:
                there = tuple(
                    (term, weight) for term, weight in dict(reversed(terms)).items() if term in self.postings
                )
                idf = max((self._idf(term) for term, _ in there), default=0.0)
                slots[root] = Slot(there, idf or self.most, trusted)
        pairs = [pair for pair in dict.fromkeys(joined(stems)) if pair in self.postings]
        extras = [(pair, self._idf(pair)) for pair in pairs]
        touched: dict[int, list[str]] = {}
        if self.steps.lexicon:
            for group, (strength, places) in lexicon.matters(stems, empty).items():
                term = f"~{group}"
                if term in self.postings:
                    extras.append((term, strength * self.weights.matter * self._idf(term)))
                    for place in places:
                        touched.setdefault(place, []).append(term)
        words = tuple(
            replace(slot, matters=tuple(term for place in sorted(at[root]) for term in touched.get(place, ())))
            for root, slot in slots.items()
        )
        return Asked(words, tuple(extras))

    def _live_stem(self, word: str) -> str:
        if word in self.spelling.known:
            return self._stem(word)
        return stem(word) if self.steps.stemming else word

    def _rank(self, asked: Asked, question: str) -> list[tuple[float, int]]:
        """The best rows with their raw score, best first; rows of one score in the registry's order."""
        wanted = [(term, weight * self._idf(term)) for slot in asked.slots for term, weight in slot.terms]
        wanted += asked.extras
        wanted.sort(key=lambda one: (len(self.postings[one[0]].rows), one[0]))
        scores: dict[int, float] = {}
        budget = POSTINGS
        late: list[tuple[str, float]] = []
        for term, weight in wanted:
            postings = self.postings[term]
            budget -= len(postings.rows)
            if budget < 0 and scores:
                late.append((term, weight))
                continue
            for row, impact in zip(postings.rows[:POSTINGS], postings.impacts, strict=False):
                scores[row] = scores.get(row, 0.0) + weight * impact
        best = sorted(scores, key=lambda row: (-scores[row], row))[:REFINED]
        meant = self._meant(question, best)
        said = {term: weight * slot.idf for slot in asked.slots for term, weight in slot.terms}
        refined = []
        for row in dict.fromkeys([*best, *meant]):
            score = scores.get(row, 0.0) + sum(weight * self.postings[term].of(row) for term, weight in late)
            score += self.weights.whole * self._whole(row, said)
            score += meant.get(row, 0.0)
            refined.append((score, row))
        refined.sort(key=lambda one: (-one[0], one[1]))
        return refined

    def _whole(self, row: int, said: dict[str, float]) -> float:
        """What a name or alias adds that stands wholly in the question: "feature flag" beats "flag" alone."""
        best = 0.0
        for unit in self.units[row]:
            there = [said[term] for term in unit if term in said]
            share = len(there) / len(unit)
            if share > 0.5:
                best = max(best, share * share * sum(there))
        return best

    def _explained(self, asked: Asked, row: int) -> tuple[float, float]:
        """The share of the question's words that a row accounts for: in all, and in the registry's own words."""
        said = explained = literal = 0.0
        for slot in asked.slots:
            said += slot.idf
            if slot.trusted and any(self.postings[term].of(row) for term, _ in slot.terms):
                explained += slot.idf
                literal += slot.idf if slot.terms[0][0] not in common_stems() else 0.0
            elif any(self.postings[term].of(row) for term in slot.matters):
                explained += slot.idf
        return (explained / said, literal / said) if said else (0.0, 0.0)

    def _vectors(self) -> list[list[float]]:
        if self.meaning is None or not self.areas:
            return []
        return self.meaning([f"{area.area}: {', '.join(area.aliases)}" for area in self.areas])

    def _meant(self, question: str, best: Sequence[int]) -> dict[int, float]:
        """What a sentence model adds, if there is one: to all rows of a small registry, else to the best ones."""
        if self.meaning is None:
            return {}
        (asked,) = self.meaning([question])
        rows = range(len(self.areas)) if len(self.areas) <= ALL_MEANT else best
        like = {row: _cosine(asked, self.vectors[row]) for row in rows}
        return {row: self.weights.meaning * self.most * one for row, one in like.items() if one > 0.2}


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    length = math.hypot(*one) * math.hypot(*other)
    return sum(a * b for a, b in zip(one, other, strict=True)) / length if length else 0.0
