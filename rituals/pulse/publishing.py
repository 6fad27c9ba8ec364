"""What may be published of a pulse: coarse values, from which nobody's answer can be reckoned.

`publish` is the only function that sees answers. What it returns is the same for every order of submissions, and
tests/anonymity/test_no_certainty.py proves by enumeration that, of all values published together, nobody can be
certain whether somebody else agreed: no outsider, and no insider who subtracts her own answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Any

from rituals.pulse.instruments import LOOP, POINTS, Instrument
from rituals.sealed import normal

FAVOURABLE = range(5, POINTS + 1)
INSIDERS = 1  # who put their heads, and their own answers, together
HISTOGRAM_FROM = 10
BINS = ((1, 2), (3, 4), (5, 7))
LARGELY_AGREE, MIXED = 0.70, 0.40  # r_wg against a uniform null (James, Demaree & Wolf 1984)
UNIFORM_VARIANCE = Fraction(POINTS**2 - 1, 12)
SCORE_NEEDS = Fraction(5, 7)  # of an instrument's items: else there is no score for the team

Vector = Sequence[int | None]
"""One person's answers in the order of the items; None: prefer not to say."""


@dataclass(frozen=True)
class ItemResult:
    """One statement. `favourable` is (at least, at most) of `n`; a mean at its edge stands for all beyond it."""

    id: str
    n: int
    favourable: tuple[int, int]
    mean: float
    mean_edge: str  # "", "low" or "high": at the end of what may be shown
    agreement: str  # "", "largely agree", "mixed", "split"
    bins: tuple[int, ...]  # answers of 1-2, 3-4, 5-7; empty where they may not be shown
    reverse: bool = False  # agreeing is the worse answer

    @property
    def mean_in_words(self) -> str:
        """The shown mean; at its edge it says that it stands for all beyond."""
        beyond = {"": "", "low": " or lower", "high": " or higher"}[self.mean_edge]
        return f"{self.mean:.1f}{beyond}"

    @property
    def worth(self) -> float:
        """The shown mean, the more the better."""
        return round(1 + POINTS - self.mean, 1) if self.reverse else self.mean

    @property
    def bottom(self) -> bool:
        """Whether the mean stands for all that are worse, too."""
        return self.mean_edge == ("high" if self.reverse else "low")

    @property
    def top(self) -> bool:
        """Whether mean and count stand as well as may be shown."""
        at_the_end = self.favourable[0] == 0 if self.reverse else self.favourable[1] == self.n
        return at_the_end and self.mean_edge == ("low" if self.reverse else "high")


@dataclass(frozen=True)
class Published:
    """Everything that anybody will ever see of the answers. `n` is None, and all else empty, with fewer than k."""

    invited: int
    n: int | None
    items: tuple[ItemResult, ...] = ()
    score: float | None = None
    comments: tuple[str, ...] = ()

    @property
    def too_few(self) -> bool:
        return self.n is None

    def weakest(self) -> list[ItemResult]:
        """The items that none is shown to be worse than: where they are several, the team chooses.

        One whose mean may be worse than what is shown of it is always among them: with fewer answers less may be
        shown, and an item doesn't look better for that.
        """
        lowest = min((one.worth for one in self.items), default=0.0)
        return [one for one in self.items if one.worth == lowest or one.bottom]

    def in_json(self) -> str:
        """One text for one result: the same bytes for the same answers."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_published(kept: str) -> Published:
    """What `in_json` wrote."""
    loaded: Mapping[str, Any] = json.loads(kept)
    items = [
        ItemResult(**(one | {"favourable": tuple(one["favourable"]), "bins": tuple(one["bins"])}))
        for one in loaded["items"]
    ]
    return Published(**{**loaded, "items": tuple(items), "comments": tuple(loaded["comments"])})


def publish(
    instrument: Instrument,
    answers: Sequence[Vector],
    comments: Sequence[str],
    *,
    invited: int,
    k: int,
    insiders: int = INSIDERS,
) -> Published:
    """What may be shown of these answers. With fewer than k it says that, and not how many there were."""
    if len(answers) < k:
        return Published(invited, None)
    items = []
    for place, item in enumerate(instrument.items):
        given = [value for vector in answers if (value := vector[place]) is not None]
        if len(given) >= max(k, 2 * insiders + 3):
            items.append(replace(show_item(item.id, given, insiders), reverse=item.reverse))
    return Published(
        invited,
        len(answers),
        tuple(items),
        team_score(
            [one for one in items if one.id != LOOP.id], sum(item.id != LOOP.id for item in instrument.items)
        ),
        tuple(sorted(map(normal, comments))) if invited >= k else (),
    )


def show_item(id: str, given: Sequence[int], insiders: int = INSIDERS) -> ItemResult:
    """One item, clamped. Raises ValueError when somebody answered what the scale doesn't have."""
    if any(value not in range(1, POINTS + 1) for value in given):
        raise ValueError("an answer is from 1 to 7")
    n = len(given)
    count = sum(value in FAVOURABLE for value in given)
    least, most = insiders + 1, n - insiders - 1
    mean = Fraction(sum(given), n)
    low, high = mean_bounds(n, insiders)
    shown = min(max(mean, low), high)
    inside = least < count < most and low < mean < high
    return ItemResult(
        id=id,
        n=n,
        favourable=(0, least) if count <= least else (most, n) if count >= most else (count, count),
        mean=round(float(shown), 1),
        mean_edge="low" if mean <= low else "high" if mean >= high else "",
        agreement=agreement(given, mean) if inside else "",
        bins=tuple(sum(a <= value <= b for value in given) for a, b in BINS)
        if inside and n >= HISTOGRAM_FROM
        else (),
    )


def mean_bounds(n: int, insiders: int = INSIDERS) -> tuple[Fraction, Fraction]:
    """The lowest and the highest mean that may be shown: 1+10/n and 7-9/n for one insider.

    Below, an insider who answered 7 would know that all others answered below 5: the least sum with one 5 among
    them is 7c + 5 + (n-c-1) for c insiders. Above, one who answered 1 would know that all others answered
    above 4: the largest sum with one 4 among them is c + 4 + 7(n-c-1).
    """
    return Fraction(n + 6 * insiders + 4, n), Fraction(7 * n - 6 * insiders - 3, n)


def agreement(given: Sequence[int], mean: Fraction) -> str:
    """How much people agree with each other: r_wg, in a word."""
    variance = sum((value - mean) ** 2 for value in given) / (len(given) - 1)
    within = 1 - float(variance / UNIFORM_VARIANCE)
    return "largely agree" if within >= LARGELY_AGREE else "mixed" if within >= MIXED else "split"


def team_score(items: Sequence[ItemResult], asked: int) -> float | None:
    """The mean of the item means as they are shown, the more the better; None when too few items are.

    Not the mean of persons' means: beside six shown means, that would tell the seventh, which its clamp hides.
    """
    if asked < 2 or len(items) < SCORE_NEEDS * asked:
        return None
    return round(sum(one.worth for one in items) / len(items), 1)
