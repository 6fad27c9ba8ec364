"""What the results of several audiences tell together: counts and means can be added and subtracted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations, product

DEEP, SHALLOW = 3, 2  # with so many of the audiences before it a new one is reckoned
MANY = 40  # from so many audiences on, with one less: the reckoning would take seconds


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
        for chosen in combinations(range(len(before)), many):
            if not any(counts[one] for one in chosen):
                continue
            for signs in product((-1, 1), repeat=many):
                if 0 < _left(kinds, chosen, signs, k) < k:
                    return True
    return False


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
