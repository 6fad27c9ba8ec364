"""Spelling: which word of the registry a mistyped word may have been, in bounded time."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 4  # shorter words have too many neighbours ("plan", "lan"); three letters may only be swapped
MOST_CANDIDATES = 3


class Spelling:
    """Known words in boxes by first letter and length, so that a repair looks at a small part of them."""

    def __init__(self, registry: Iterable[str], others: Iterable[str]) -> None:
        self.registry = frozenset(registry)
        self.known = self.registry | frozenset(others)
        self.boxes: dict[tuple[str, int], list[str]] = {}
        for word in sorted(self.known):
            if len(word) >= 3 and not word.isdigit():
                self.boxes.setdefault((word[0], len(word)), []).append(word)

    def repairs(self, word: str) -> list[tuple[str, float]]:
        """The nearest known words with their likeness (0 to 1), best first; none for a word too far away.

        One slip is allowed in up to five letters, two in up to nine, three above; the first letter may be
        swapped with the second or be missing. A word of the registry goes before an ordinary one.
        """
        size = len(word)
        if size < 3 or any(letter.isdigit() for letter in word):
            return []
        if size < SHORTEST:
            return [
                (near, 0.7)
                for near in self.boxes.get((word[0], size), ())
                if near in self.registry and sorted(near) == sorted(word)
            ]
        slips = 1 if size <= 5 else 2 if size <= 9 else 3
        near: list[tuple[float, bool, str]] = []
        for first in dict.fromkeys((word[0], word[1])):
            for length in range(max(3, size - slips), size + slips + 1):
                box = self.boxes.get((first, length))
                if not box:
                    continue
                for found, distance, _ in process.extract(
                    word, box, scorer=OSA.distance, score_cutoff=slips, limit=MOST_CANDIDATES
                ):
                    cost = distance + (0.5 if first != word[0] else 0.0)
                    near.append((cost, found not in self.registry, found))
        near.sort()
        nearest = near[0][0] if near else 0.0
        return [
            (found, 1 - cost / max(size, len(found)))
            for cost, _, found in near[:MOST_CANDIDATES]
            if cost <= nearest + 0.5
        ]


class Kin:
    """Words that share most of their letters in threes: "analysis" and "analytics"."""

    LIKE = 0.5  # Dice of the two sets of trigrams
    CROWDED = 300  # a trigram of more words than this tells nothing and costs time

    def __init__(self, words: Iterable[str]) -> None:
        self.sizes: dict[str, int] = {}
        self.having: dict[str, list[str]] = {}
        for word in sorted(words):
            grams = trigrams(word)
            self.sizes[word] = len(grams)
            for gram in sorted(grams):
                self.having.setdefault(gram, []).append(word)

    def of(self, word: str) -> list[tuple[str, float]]:
        """Up to three relatives with their likeness, best first."""
        grams = trigrams(word)
        shared: dict[str, int] = {}
        for gram in grams:
            having = self.having.get(gram, ())
            if len(having) <= self.CROWDED:
                for other in having:
                    shared[other] = shared.get(other, 0) + 1
        like = [
            (2 * count / (len(grams) + self.sizes[other]), other)
            for other, count in shared.items()
            if count >= 3 and 2 * count >= self.LIKE * (len(grams) + self.sizes[other])
        ]
        like.sort(key=lambda one: (-one[0], one[1]))
        return [(other, likeness) for likeness, other in like[:MOST_CANDIDATES]]


def trigrams(word: str) -> set[str]:
    """The threes of a word; its beginning counts, its end doesn't, because endings differ among relatives."""
    padded = f"^^{word}"
    return {padded[at : at + 3] for at in range(len(padded) - 2)}
