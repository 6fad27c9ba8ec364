"""Who may be asked, and when: so that no choice of people or of hours points at anybody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from rituals.errors import InvalidField, Refusal
from rituals.pulse.subtraction import points_at_few

FEWEST = 5
FEWEST_PICKED = 10
REMEMBER_PICKED = timedelta(days=90)
APART = timedelta(weeks=4)
A_LATE_START = timedelta(hours=25)  # the calendar's grace, and a clock put forward: its dates are four weeks apart
SHORTEST = timedelta(hours=24)
LONGEST = timedelta(days=21)


class TooFew(Refusal):
    """A pulse needs at least five people: with {people}, everybody could work out who said what. For so small a
    group an open round works better: `/prompt` asks a question that people answer in a thread.
    """


class TooFewPicked(Refusal):
    """When people are picked by hand, it takes at least ten of them. Ask the whole channel, or pick more."""

    field = "people"


class TooAlike(Refusal):
    """These people differ only by a few from those who were picked lately; comparing both results would point
    at the few. Pick the same people, or at least {k} others.
    """

    field = "people"


class TooSoon(Refusal):
    """The same questions came here less than four weeks ago. Please wait until {day}: a pulse taken too often
    measures how tired people are of it.
    """


class AskedElsewhere(Refusal):
    """These people, or nearly these, were asked the same in the last four weeks, or it may be the same in other
    words. The results together would point at the few who were asked once less.
    """


class AskedTwice(Refusal):
    """Some of these people were asked the same in the last four weeks, and one of both groups was picked by hand.
    Together, both results could tell what few of them said. Please wait, or pick people who weren't asked.
    """


def check_people(people: Collection[str], *, picked: bool, k: int, fewest_picked: int = FEWEST_PICKED) -> None:
    """See that these are enough to be asked together.

    The people of a review were picked too, when it began. There five are enough, as in a channel: what makes them
    a group can be read by everybody. Beside every other audience they count as picked.

    Raises TooFew, TooFewPicked.
    """
    if len(people) < max(FEWEST, k):
        raise TooFew(people=len(people))
    if picked and len(people) < fewest_picked:
        raise TooFewPicked


def check_picked(
    people: Collection[str], *, picked: bool, lately: Sequence[set[str]], by_hand: Sequence[set[str]], k: int
) -> None:
    """See that nobody's choice of people points at a few, whatever is asked.

    `lately` are the audiences of the last 90 days, `by_hand` those of them that somebody picked. A whole channel
    is compared too, where somebody picked another audience: the one that is asked last can be either.

    Raises TooAlike.
    """
    if points_at_few(set(people), lately, k, with_one_of=None if picked else by_hand):
        raise TooAlike(k=k)


def check_elsewhere(
    people: Collection[str], asked: Sequence[set[str]], perhaps: Sequence[set[str]], k: int
) -> None:
    """See that no statement goes to nearly the same people twice within four weeks.

    `asked` are the people of the pulses of that time with a statement of this one, in any channel and under any
    name: a channel of all but one is quickly made, and so is a question in a statement's words. Three channels
    can do it as well: two halves, and all but one of both. `perhaps` are those of other channels whose statement
    may say the same in words of somebody's own.

    Raises AskedElsewhere.
    """
    if set(people) in asked or points_at_few(set(people), [*asked, *perhaps], k):
        raise AskedElsewhere


def check_picked_elsewhere(people: Collection[str], asked: Sequence[Collection[str]]) -> None:
    """See that nobody is asked a statement twice within four weeks where one of both groups was picked by hand.

    Five who are in one group only don't stand alone, but all five may agree, and no clamp lies over a difference:
    of ten out of fifteen, a third of all pairs of results make somebody's answer certain. Raises AskedTwice.
    """
    if any(set(people) & set(other) for other in asked):
        raise AskedTwice


def check_pause(last_began: datetime | None, now: datetime, *, by_calendar: bool = False) -> None:
    """See that the same items were not asked here in the last four weeks. Raises TooSoon.

    The dates of a calendar may be four weeks apart to the minute: one that began late doesn't take the next away.
    """
    apart = APART - A_LATE_START if by_calendar else APART
    if last_began is not None and now < last_began + apart:
        day = last_began + APART
        raise TooSoon(day=f"{day.day} {day:%B %Y}")


def check_close(closes_at: datetime, now: datetime) -> None:
    """See that there is a day at least to answer. Raises InvalidField."""
    if closes_at < now + SHORTEST:
        raise InvalidField("closes", "Leave people at least 24 hours to answer.")
    if closes_at > now + LONGEST:
        raise InvalidField("closes", "Three weeks are the longest: after that nobody remembers what it was about.")
