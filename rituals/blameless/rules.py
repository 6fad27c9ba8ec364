"""The rules of rules.yaml, and which of them a sentence meets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import count
from pathlib import Path
from typing import Any, Literal, NamedTuple

from rituals.blameless.grammar import Sentence
from rituals.blameless.lists import lists
from rituals.blameless.words import Word
from rituals.yaml_files import read_yaml

Level = Literal["nudge", "soft", "self"]


@dataclass(frozen=True)
class Family:
    """What a hint of a family says: `why` holds {words}, `ask` is the question to answer instead."""

    name: str
    why: str
    ask: str


@dataclass(frozen=True)
class Rule:
    """One rule. `we` and `self` say what it is worth about the writer's team, or the writer: a level or "none"."""

    id: str
    family: str
    when: tuple[str, ...]
    level: Level = "nudge"
    over: str = "tagged"
    we: Level | Literal["none", ""] = ""
    self: Level | Literal["none"] = "self"
    unless: tuple[str, ...] = ()
    ask: str = ""
    finds: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return _compiled(self.when)

    @cached_property
    def silenced(self) -> re.Pattern[str] | None:
        return _compiled(self.unless) if self.unless else None

    def level_about(self, who: str) -> Level | Literal["none"]:
        """The level of a hint whose subject carries this tag; "none" when it is none."""
        if who.startswith("SELF"):
            return self.self
        if who.startswith("WE"):
            return self.we or self.level
        return self.level


class Met(NamedTuple):
    """A rule that a sentence meets: the level, and the words (first and last place in the text) it met."""

    rule: Rule
    level: Level
    start: int
    end: int


def _compiled(patterns: Iterable[str]) -> re.Pattern[str]:
    pattern = "|".join(patterns)
    for name, piece in _given()["macros"].items():
        pattern = pattern.replace(f"{{{name}}}", piece)
    pattern = re.sub(r"(\(\?P<who\d*>[^()]*\))", r"\1(?!['\\w])", pattern)  # PERSON is not PERSON's
    numbers = count()
    pattern = re.sub(r"\(\?P<who\d*>", lambda _: f"(?P<who{next(numbers)}>", pattern)  # a name may stand once only
    return re.compile(rf"(?<!\S)(?:{pattern})(?!\S)")


@cache
def _given() -> dict[str, Any]:
    given: dict[str, Any] = read_yaml(Path(__file__).parent / "rules.yaml")
    macros = given["macros"]
    known = lists()
    for name, words in (
        ("trait", known.traits),
        ("adverb", known.adverbs),
        ("vice", known.vices),
        ("harm", known.harms),
        ("penalty", known.penalties),
    ):
        macros[name] = f"(?:{'|'.join(sorted(words))})"
    macros["p"] = macros["p"].replace("{rel}", macros["rel"])
    macros["q"] = macros["q"].replace("{rel}", macros["rel"])
    return given


@cache
def families() -> dict[str, Family]:
    """Every family by its name."""
    return {name: Family(name, said["why"], said["ask"]) for name, said in _given()["families"].items()}


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the file."""
    return tuple(_rule(**one) for one in _given()["rules"])


def _rule(**said: Any) -> Rule:
    """One rule as the file has it; its lists become tuples."""
    tuples: dict[str, Any] = {name: tuple(value) for name, value in said.items() if isinstance(value, list)}
    return Rule(**said | tuples)


@cache
def _silences() -> re.Pattern[str]:
    return _compiled(_given()["silence"])


def met(sentence: Sentence) -> Iterator[Met]:
    """The rules that a sentence meets. None when it takes blame away rather than giving it."""
    tagged, spoken = sentence.tagged, sentence.spoken
    if _silences().search(tagged) and " but " not in tagged:
        return
    for rule in rules():
        text, words = (tagged, sentence.words) if rule.over == "tagged" else (spoken, sentence.plain)
        found = rule.pattern.search(text)
        if found is None or (rule.silenced is not None and rule.silenced.search(text)):
            continue
        who = next((said for name, said in found.groupdict().items() if name.startswith("who") and said), "")
        level = rule.level_about(who)
        if level != "none":
            start, end = _place(words, found.start(), found.end())
            yield Met(rule, level, start, end)


def _place(words: tuple[Word, ...], start: int, end: int) -> tuple[int, int]:
    """Where in the text the words lie that a match over joined(words) covers."""
    at, covered = 1, []
    for word in words:
        if start <= at < end:
            covered.append(word)
        at += len(word.said) + 1
    while covered and not covered[-1].said[0].isalnum() and len(covered) > 1:
        covered.pop()
    return (covered[0].start, covered[-1].end) if covered else (0, 0)
