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
from functools import cache
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
    low, high = mean_bounds(len(given))
    at_most_at_it = 2 <= agreed(given) <= len(given) - 2 and low < Fraction(sum(given), len(given)) < high
    return replace(show_item("one", given), agreement=word(given) if at_most_at_it else "")


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
    ("show", "n", "insiders", "certain"),
    [
        (word_at_the_bound, 5, 1, 35),
        (word_always, 5, 1, 23),
        (word_at_the_bound, 10, 1, 120),
        (bins_always, 10, 1, 674),
        (mean_unclamped, 5, 1, 49),
        (exact, 5, 0, 2),
        (as_published(), 7, 2, 210),  # the clamp for one insider, against two
    ],
)
def test_control_a_rule_that_says_more_is_caught(show: Show, n: int, insiders: int, certain: int) -> None:
    assert violations(show, n, insiders) == certain


# --- every size of a team -----------------------------------------------------------------------------------


def certain_by_sums(n: int, insiders: int, clamp_for: int | None = None) -> int:
    """The same count as `violations`, fast enough for large teams: what is shown of an item whose count is at its
    bound depends on two numbers only, how many agreed and the sum.

    Where the count is told exactly nothing else can matter: at least `insiders` + 2 people are known to stand on
    either side, whatever the mean, the word and the spread add.
    """
    clamp_for = insiders if clamp_for is None else clamp_for
    same: dict[Hashable, list[tuple[int, int]]] = defaultdict(list)
    for count in range(n + 1):
        for total in range(n + 4 * count, 4 * n + 3 * count + 1):
            shown = show_item("one", with_sum(n, count, total), clamp_for)
            if shown.favourable[0] == shown.favourable[1]:
                assert clamp_for + 1 < count < n - clamp_for - 1
            else:
                assert (shown.agreement, shown.bins) == ("", ())
                same[shown].append((count, total))
    others, found = n - insiders, 0
    for worlds in same.values():
        for known in multisets(SCALE, insiders):
            agree, their_sum = agreed(known), sum(known)
            counts = {
                left
                for count, total in worlds
                if 0 <= (left := count - agree) <= others
                and others + 4 * left <= total - their_sum <= 4 * others + 3 * left
            }
            found += counts in ({0}, {others})
    return found


def with_sum(n: int, count: int, total: int) -> Given:
    """Some n answers with this sum, `count` of them agreeing."""
    given, spare = [5] * count + [1] * (n - count), total - n - 4 * count
    for place in range(n):
        step = min(spare, 2 if place < count else 3)
        given[place] += step
        spare -= step
    assert spare == 0
    return tuple(given)


# Two seconds at thirty; `score` plays the sizes between too.
@pytest.mark.parametrize("n", [*range(5, 15), 20, 30])
def test_nobody_is_certain_in_a_team_of_any_size(n: int) -> None:
    assert certain_by_sums(n, 0, clamp_for=1) == 0
    assert certain_by_sums(n, 1) == 0
    if n >= 7:
        assert certain_by_sums(n, 2) == 0


def test_control_reckoning_with_sums_finds_what_playing_all_answers_finds() -> None:
    assert certain_by_sums(7, 2, clamp_for=1) == violations(as_published(), 7, 2) == 210


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


# --- two pulses together ------------------------------------------------------------------------------------


def certain_of_two(only_first: int, both: int, only_second: int) -> tuple[int, int]:
    """Pairs of results after which an outsider is certain of people who were asked once or twice, and all pairs.

    Two groups are asked the same, and who is in both answers alike each time. Counts and means are looked at; what
    else is shown could only make it more.
    """
    sizes = (only_first, both, only_second)
    worlds: dict[Hashable, tuple[set[int], set[int], set[int]]] = defaultdict(lambda: (set(), set(), set()))
    for count, total in sums(both):
        for first, agree_first in shown_with(only_first, both, count, total).items():
            for second, agree_second in shown_with(only_second, both, count, total).items():
                known = worlds[first, second]
                for place, found in enumerate((agree_first, {count}, agree_second)):
                    known[place].update(found)
    certain = sum(
        any(size and found in ({0}, {size}) for found, size in zip(known, sizes, strict=True))
        for known in worlds.values()
    )
    return certain, len(worlds)


def sums(n: int) -> list[tuple[int, int]]:
    """How many of n may agree, with every sum that their answers may have."""
    return [(count, total) for count in range(n + 1) for total in range(n + 4 * count, 4 * n + 3 * count + 1)]


def shown_with(alone: int, both: int, count: int, total: int) -> dict[Hashable, set[int]]:
    """What may be shown of a group of which some are known, and how many of the others then may agree."""
    found: dict[Hashable, set[int]] = defaultdict(set)
    for others, their_sum in sums(alone):
        found[coarsely(alone + both, others + count, their_sum + total)].add(others)
    return found


@cache
def coarsely(n: int, count: int, total: int) -> Hashable:
    told = show_item("one", with_sum(n, count, total))
    return told.favourable, told.mean, told.mean_edge


def test_two_groups_with_nobody_in_both_make_nothing_certain() -> None:
    assert certain_of_two(5, 0, 5) == (0, 22 * 22)
    assert certain_of_two(8, 0, 6)[0] == 0


@pytest.mark.parametrize(
    ("sizes", "certain", "of"),
    [
        ((0, 5, 1), 203, 210),  # all but one: refused always
        ((4, 1, 4), 6, 478),
        ((5, 5, 0), 591, 2_166),  # five apart: refused where anybody was picked by hand, admitted between channels
        ((5, 10, 0), 3_399, 10_674),
    ],
)
def test_control_two_groups_with_people_in_both_do(sizes: tuple[int, int, int], certain: int, of: int) -> None:
    assert certain_of_two(*sizes) == (certain, of)


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
    rows.append(("one insider, every size from 5 to 30", 26, sum(certain_by_sums(n, 1) for n in range(5, 31))))
    rows.append(("control: agreement told at the bound, 5", 462, violations(word_at_the_bound, 5, 1)))
    rows.append(("control: agreement told at the bound, 10", 8_008, violations(word_at_the_bound, 10, 1)))
    rows.append(("control: two insiders, clamp for one, 7", 1_716, violations(as_published(), 7, 2)))
    return rows
