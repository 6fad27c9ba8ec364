"""The proof: of all that is published together, nobody's answer can be certain to anybody else.

Every possible set of answers is played. Whoever looks at the result knows all sets that would give the same one;
an insider also knows what she answered herself. Somebody's answer is certain to them when in all those sets
all the others agreed, or none did. The controls are rules that are known to be too generous: they must be caught.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement as multisets
from itertools import product

import pytest

from rituals.pulse.instruments import POINTS, Instrument, load_instruments
from rituals.pulse.publishing import BINS, FAVOURABLE, agreement, mean_bounds, publish, show_item

Given = tuple[int, ...]
Show = Callable[[Given], Hashable]
SCALE = range(1, POINTS + 1)


def violations(show: Show, n: int, insiders: int, scale: range = SCALE, favourable: range = FAVOURABLE) -> int:
    """How many pairs of a result and of what the insiders answered make somebody else's answer certain."""
    same: dict[Hashable, list[Given]] = defaultdict(list)
    for given in multisets(scale, n):
        same[show(given)].append(given)
    found = 0
    for worlds in same.values():
        for known in multisets(scale, insiders):
            agreed = sum(value in favourable for value in known)
            counts = {
                sum(value in favourable for value in world) - agreed for world in worlds if holds(world, known)
            }
            found += counts in ({0}, {n - insiders})
    return found


def holds(world: Given, known: Given) -> bool:
    return all(world.count(value) >= times for value, times in Counter(known).items())


def as_published(insiders: int = 1) -> Show:
    return lambda given: show_item("one", given, insiders)


def word_at_the_bound(given: Given) -> Hashable:
    return replace(show_item("one", given), agreement=word(given) if 2 <= agreed(given) <= len(given) - 2 else "")


def word_always(given: Given) -> Hashable:
    return replace(show_item("one", given), agreement=word(given))


def bins_always(given: Given) -> Hashable:
    return show_item("one", given), tuple(sum(a <= value <= b for value in given) for a, b in BINS)


def mean_unclamped(given: Given) -> Hashable:
    return Fraction(sum(given), len(given))


def exact(given: Given) -> Hashable:
    return agreed(given)


def agreed(given: Given) -> int:
    return sum(value in FAVOURABLE for value in given)


def word(given: Given) -> str:
    return agreement(given, Fraction(sum(given), len(given)))


def clamped_mean(given: Given) -> Hashable:
    low, high = mean_bounds(len(given))
    return min(max(Fraction(sum(given), len(given)), low), high)


@pytest.mark.parametrize("n", [5, 6, 7, 8])
@pytest.mark.parametrize("insiders", [0, 1])
def test_neither_an_outsider_nor_one_insider_is_ever_certain(n: int, insiders: int) -> None:
    assert violations(as_published(), n, insiders) == 0


# Some seconds: 8,008 sets of answers, with a histogram from here on.
@pytest.mark.parametrize("insiders", [0, 1])
def test_the_same_at_ten_where_the_histogram_begins(insiders: int) -> None:
    assert violations(as_published(), 10, insiders) == 0


@pytest.mark.parametrize("n", [7, 8, 9])
def test_two_insiders_are_never_certain_where_the_clamp_is_for_two(n: int) -> None:
    assert violations(as_published(2), n, 2) == 0


@pytest.mark.parametrize(
    ("show", "n", "insiders"),
    [
        (word_at_the_bound, 5, 1),
        (word_always, 5, 1),
        (word_at_the_bound, 10, 1),
        (bins_always, 10, 1),
        (mean_unclamped, 5, 1),
        (exact, 5, 0),
        (as_published(), 7, 2),  # the clamp for one insider, against two
    ],
)
def test_control_a_rule_that_says_more_is_caught(show: Show, n: int, insiders: int) -> None:
    assert violations(show, n, insiders) > 0


def test_control_the_clamp_of_the_mean_does_not_hold_for_six_and_more_or_on_five_points() -> None:
    assert violations(clamped_mean, 5, 1, favourable=range(6, 8)) > 0
    assert violations(clamped_mean, 5, 1, scale=range(1, 6), favourable=range(4, 6)) > 0


# --- several items together ---------------------------------------------------------------------------------


TEAM = load_instruments(None)["team-safety"]


def of_items(count: int) -> Instrument:
    return replace(TEAM, items=TEAM.items[:count])


def test_the_score_of_the_team_says_nothing_that_the_items_did_not_say() -> None:
    """It is reckoned from what is shown of them, so two sets of answers that show alike score alike."""
    instrument = of_items(2)
    scores: dict[Hashable, set[float | None]] = defaultdict(set)
    for first, second in product(some_of(5), some_of(5)):
        told = publish(instrument, list(zip(first, second, strict=True)), [], invited=5, k=5)
        scores[told.items].add(told.score)
    assert all(len(found) == 1 for found in scores.values())


def test_control_the_mean_of_persons_means_beside_the_items_tells_what_a_clamp_hides() -> None:
    """With it, whoever knows the other shown means reckons the mean that the clamp holds back."""
    hidden: dict[Hashable, set[int]] = defaultdict(set)
    instrument = of_items(2)
    for first, second in product(some_of(5), some_of(5)):
        told = publish(instrument, list(zip(first, second, strict=True)), [], invited=5, k=5)
        score = Fraction(sum(first) + sum(second), 10)
        hidden[told.items, score].add(agreed(first))
    with_score = sum(found == {5} for found in hidden.values())
    assert with_score > 0, "somebody outside knows that all five agreed"


def test_an_item_that_few_answered_is_not_shown_and_its_number_not_told() -> None:
    answers = [(7, 7), (6, 6), (5, None), (4, None), (3, None)]
    told = publish(of_items(2), answers, [], invited=9, k=5)
    assert [one.n for one in told.items] == [5]


def some_of(n: int) -> Iterator[Given]:
    """Every ninth set of answers, and the extreme ones."""
    yield from list(multisets(SCALE, n))[::9]
    yield from ((7,) * n, (1,) * n, (7,) * (n - 1) + (5,))


# --- the scoreboard -----------------------------------------------------------------------------------------


def score() -> list[tuple[str, int, int]]:
    """(what, sets of answers played, certainties found) for `make attack`: rules first, controls last."""
    rows = []
    for n in (5, 8, 10):
        played = len(list(multisets(SCALE, n)))
        for who, insiders in (("an outsider", 0), ("one insider", 1)):
            rows.append((f"{who}, {n} answers", played, violations(as_published(), n, insiders)))
    rows.append(
        (
            "two insiders, 9 answers, clamp for two",
            len(list(multisets(SCALE, 9))),
            violations(as_published(2), 9, 2),
        )
    )
    rows.append(("control: agreement told at the bound, 5", 462, violations(word_at_the_bound, 5, 1)))
    rows.append(("control: agreement told at the bound, 10", 8_008, violations(word_at_the_bound, 10, 1)))
    rows.append(("control: two insiders, clamp for one, 7", 1_716, violations(as_published(), 7, 2)))
    return rows
