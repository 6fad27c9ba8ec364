"""The lexicon: which turns of speech mean one matter, in general business English."""

from __future__ import annotations

from collections.abc import Container, Sequence
from functools import cache
from typing import NamedTuple

from rituals.search.words import common_stems, known_stem, stop_words, tokens, word_lists

GAP = 2  # words that may stand inside an expression: "let somebody go", "pay all of it back"


class Expression(NamedTuple):
    """One expression without its first stem: on which line it stands, and how much it says."""

    rest: tuple[str, ...]
    group: int
    says: float
    is_matter: bool


SAYS = (0.9, 0.7, 0.4)  # a name of the matter, a turn of speech, a word that is often near
SAYS_LONGER = 0.1  # more, for an expression of several words
COMMON = 0.4  # times, for a single word that is said about everything
MORE = 0.8  # how much of its own weight each further word adds
MOST = 2.5


@cache
def expressions() -> dict[str, list[Expression]]:
    """Every expression of the lexicon under its first stem."""
    plain = common_stems()
    found: dict[str, list[Expression]] = {}
    for group, line in enumerate(word_lists()["groups"]):
        for side, says in zip(line.split("|"), SAYS, strict=False):
            for expression in side.split(","):
                stems = [known_stem(token) for token in tokens(expression)]
                if stems:
                    worth = says + SAYS_LONGER if len(stems) > 1 else says * (COMMON if stems[0] in plain else 1)
                    one = Expression(tuple(stems[1:]), group, worth, says == SAYS[0])
                    found.setdefault(stems[0], []).append(one)
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
    """The groups that a text touches: how strongly (0 to 2.5), and by which of its words (positions).

    What says most counts whole, what is said further adds four fifths of its weight. The words at the positions
    `empty` (stop words) mean something only inside an expression.
    """
    known = expressions()
    heard: dict[int, list[tuple[float, set[int]]]] = {}
    for start, first in enumerate(stems):
        for expression in known.get(first, ()):
            if (not cues and not expression.is_matter) or (not expression.rest and start in empty):
                continue
            places = _places(stems, start, expression.rest, gap)
            if places is not None:
                heard.setdefault(expression.group, []).append((expression.says, places))
    return {group: _together(said) for group, said in heard.items()}


def _together(said: list[tuple[float, set[int]]]) -> tuple[float, set[int]]:
    """What several expressions of one matter say together; hints add strength, but account for no word."""
    strength, counted, accounted = 0.0, set[int](), set[int]()
    for says, places in sorted(said, key=lambda one: (-one[0], min(one[1]))):
        if not places <= counted:
            strength += says if not counted else says * MORE
            counted |= places
            if says > SAYS[2] + SAYS_LONGER:
                accounted |= places
    return min(strength, MOST), accounted


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
