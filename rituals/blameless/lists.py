"""The words that the grammar knows: words.yaml as sets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from rituals.yaml_files import read_yaml


@dataclass(frozen=True)
class Lists:
    """words.yaml, as sets."""

    people: frozenset[str]
    teams: frozenset[str]
    things: frozenset[str]
    verbs: frozenset[str]
    stops: frozenset[str]
    determiners: frozenset[str]
    adjectives: frozenset[str]
    traits: frozenset[str]
    adverbs: frozenset[str]
    vices: frozenset[str]
    harms: frozenset[str]
    penalties: frozenset[str]
    sure_teams: frozenset[str]
    times_of_day: frozenset[str]
    modals: frozenset[str]
    also_verbs: frozenset[str]
    indefinite: frozenset[str]
    quantities: frozenset[str]
    machines: frozenset[str]
    no_trades: frozenset[str]
    present_like_past: frozenset[str]
    systems: frozenset[str]
    common: frozenset[str]
    names: frozenset[str]
    namesakes: frozenset[str]
    spelled: frozenset[str]
    typos: dict[str, str]

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word that is spelled right as it is."""
        others = {"filed", "forgo", "ailed", "processes"}
        return self.nouns | self.verbs | self.stops | self.determiners | self.common | self.spelled | others

    @cached_property
    def closed(self) -> frozenset[str]:
        """Words that end a noun phrase."""
        return self.stops | self.verbs | self.determiners | self.indefinite

    @cached_property
    def nouns(self) -> frozenset[str]:
        return (self.people | self.teams | self.things | self.systems) - self.stops


@cache
def lists() -> Lists:
    """The lists of words.yaml, read once."""
    given = read_yaml(Path(__file__).parent / "words.yaml")
    typos = {str(wrong): right for wrong, right in given.pop("typos").items()}
    return Lists(**{name: frozenset(words.split()) for name, words in given.items()}, typos=typos)
