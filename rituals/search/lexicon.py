"""The lexicon: which turns of speech mean one matter, in general business English."""

from __future__ import annotations

from collections.abc import Container, Sequence
from functools import cache
from typing import NamedTuple

from rituals.search.words import known_stem, stop_words, tokens, word_lists

GAP = 2  # words that may stand inside an expression: "let somebody go", "pay all of it back"


class Expression(NamedTuple):
    """One expression without its first stem; `group` is the line it stands on, `cue` right of the bar."""

    rest: tuple[str, ...]
    group: int
    cue: bool
    length: int


@cache
def expressions() -> dict[str, list[Expression]]:
    """Every expression of the lexicon under its first stem."""
    found: dict[str, list[Expression]] = {}
    for group, line in enumerate(word_lists()["groups"]):
        words, _, cues = line.partition("|")
        for side, is_cue in ((words, False), (cues, True)):
            for expression in side.split(","):
                stems = [known_stem(token) for token in tokens(expression)]
                if stems:
                    found.setdefault(stems[0], []).append(Expression(tuple(stems[1:]), group, is_cue, len(stems)))
    return found


@cache
def words() -> frozenset[str]:
    """Every single word that the lexicon knows, unstemmed, without stop words."""
    return frozenset(
        token for line in word_lists()["groups"] for token in tokens(line) if token not in stop_words()
    )


def matters(
    stems: Sequence[str], empty: Container[int] = (), *, gap: int = GAP, cues: bool = True
) -> dict[int, tuple[float, set[int]]]:
    """The groups that a text touches: how strongly (0 to 1), and by which of its words (positions).

    An expression of several words says more than a single one, a word more than a cue. The words at the
    positions `empty` (stop words) mean something only inside an expression.
    """
    known = expressions()
    found: dict[int, tuple[float, set[int]]] = {}
    for start, first in enumerate(stems):
        for expression in known.get(first, ()):
            if (expression.cue and not cues) or (expression.length == 1 and start in empty):
                continue
            places = _places(stems, start, expression.rest, gap)
            if places is None:
                continue
            strength = (0.75 if expression.cue else 0.9) + (0.1 if expression.length > 1 else 0.0)
            before, seen = found.get(expression.group, (0.0, set()))
            found[expression.group] = (max(before, strength), seen | places)
    return found


def _places(stems: Sequence[str], start: int, rest: tuple[str, ...], gap: int) -> set[int] | None:
    """Where an expression stands that begins at `start`; None when it doesn't."""
    places = {start}
    at = start
    for wanted in rest:
        for ahead in range(at + 1, min(at + 2 + gap, len(stems))):
            if stems[ahead] == wanted:
                at = ahead
                places.add(at)
                break
        else:
            return None
    return places
