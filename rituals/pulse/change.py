"""Whether anything changed since the last pulse: only where it may be compared, and only above the noise."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection
from math import sqrt

from rituals.pulse.publishing import Published

# (answers, how far the mean of an item moves by chance alone), as the design of the pulse measured it
NOISE = ((5, 0.74), (10, 0.52), (20, 0.37), (50, 0.23))


def noise(n: int) -> float:
    """How far a mean of n answers moves by chance; between the known sizes, and beyond, along 1/sqrt(n)."""
    sizes = [size for size, _ in NOISE]
    at = min(max(bisect_right(sizes, n), 1), len(NOISE) - 1)
    (small, loud), (large, quiet) = NOISE[at - 1], NOISE[at]
    part = (1 / sqrt(small) - 1 / sqrt(n)) / (1 / sqrt(small) - 1 / sqrt(large))
    return loud + part * (quiet - loud)


def comparable(before: Collection[str], now: Collection[str], k: int) -> bool:
    """Whether two pulses may be compared: the same people were asked, or at least k others.

    With fewer others between them, the difference would speak of those few.
    """
    others = len(set(before) ^ set(now))
    return others == 0 or others >= k


def in_words(before: Published, now: Published, item: str) -> str:
    """How an item moved since the last pulse, in a few words; empty where there is nothing to compare."""
    old = next((one for one in before.items if one.id == item), None)
    new = next((one for one in now.items if one.id == item), None)
    if old is None or new is None:
        return ""
    by = round(new.mean - old.mean, 1)
    # a mean at an edge stands for all beyond it: seven sevens are not more than five, though more may be shown
    rises = by > 0 and old.mean_edge != "high" and new.mean_edge != "low"
    falls = by < 0 and old.mean_edge != "low" and new.mean_edge != "high"
    if not (rises or falls) or abs(by) <= noise(min(old.n, new.n)):
        return "no clear change"
    return f"{'up' if rises else 'down'} from {old.mean:.1f}"
