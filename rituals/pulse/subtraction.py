"""What the results of several audiences tell together: counts and means can be added and subtracted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, product

DEEP, SHALLOW = 3, 2  # with so many of the audiences before it a new one is reckoned
MANY = 100  # from so many audiences on, with one less: the reckoning would take seconds


def points_at_few(
    people: set[str], lately: Sequence[set[str]], k: int, *, with_one_of: Sequence[set[str]] | None = None
) -> bool:
    """Whether this audience, with up to three of those before it, comes down to fewer than k people.

    One audience less another leaves those who are in one only. Two halves, less all but one of both, leave that
    one, and so do two halves less two other halves, though each differs widely from each. `with_one_of`: only
    what one of these takes part in counts (None: everything).
    """
    before = _entangled(people, lately)
    counts = [with_one_of is None or other in with_one_of for other in before]
    everybody = people.union(*before)
    kinds = Counter((person in people, *(person in other for other in before)) for person in everybody)
    for many in range(1, (DEEP if len(before) < MANY else SHALLOW) + 1):
        for chosen in _that_may_cover(people, before, many, k):
            if any(counts[one] for one in chosen):
                for signs in product((-1, 1), repeat=many):
                    if 0 < _left(kinds, chosen, signs, k) < k:
                        return True
    return False


def _that_may_cover(people: set[str], before: Sequence[set[str]], many: int, k: int) -> Iterator[tuple[int, ...]]:
    """So many of the audiences at a time, of which one at least shares its part of these people.

    All but fewer than k of them must be in the others: else more than those are left whatever the signs.
    """
    part = (len(people) - k + 1) / many
    near = [number for number, other in enumerate(before) if len(other & people) >= part]
    for place, lead in enumerate(near):
        others = [number for number in range(len(before)) if number not in near[: place + 1]]
        for rest in combinations(others, many - 1):
            yield (lead, *rest)


def _entangled(people: set[str], lately: Sequence[set[str]]) -> list[set[str]]:
    """Those other audiences that share people with this one, or with one that does, and so on, each once."""
    found: list[set[str]] = []
    reached, rest = set(people), [one for one in lately if one != people]
    while near := [one for one in rest if one & reached]:
        rest = [one for one in rest if not one & reached]
        found += [one for number, one in enumerate(near) if one not in near[:number]]
        reached = reached.union(*near)
    return found


def _left(kinds: Counter[tuple[bool, ...]], chosen: Sequence[int], signs: Sequence[int], k: int) -> int:
    """How many people's answers are left of the sum; k when it is that many or more."""
    left = 0
    for kind, many in kinds.items():
        if kind[0] + sum(sign * kind[one + 1] for sign, one in zip(signs, chosen, strict=True)):
            left += many
            if left >= k:
                return k
    return left
