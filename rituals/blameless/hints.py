"""Hints on a text: which words a reader may hear blame in, why, and what to ask instead."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rituals.blameless.grammar import Sentence, sentences
from rituals.blameless.model import Heard, family_of, hear
from rituals.blameless.quoting import own_words
from rituals.blameless.rules import Level, families, met

# How the model and the rules weigh each other (its score is 0 where it can't tell; measured in __init__.py).
UNHEARD = -1.0  # a rule is dropped where the model hears so little
LOUD = 2.5  # the model alone gives a hint from here
SURE = 0.5  # a rule's hint is shown in Slack from here
SURE_ALONE = 4.0  # and one of the model's own from here
LONGEST_WORDS = 60  # letters of a text that a hint repeats
SHOWN = ("nudge", "self")  # in Slack, unless a channel turns the soft ones on
ORDER = {"nudge": 0, "self": 0, "soft": 1}


@dataclass(frozen=True)
class Hint:
    """One hint. `words` are the writer's own; `why` and `ask` are about the sentence, never about the writer.

    `line` begins at 1, `sure` is the model's score: the higher, the surer.
    """

    rule: str
    family: str
    level: Level
    words: str
    why: str
    ask: str
    line: int
    sure: float

    @property
    def is_sure(self) -> bool:
        """Whether this is sure enough for Slack. Self-blame always is: a kind word too many does no harm."""
        if self.level != "nudge":
            return True
        return self.sure >= (SURE_ALONE if self.rule.startswith("heard_") else SURE)

    @property
    def sentence(self) -> str:
        """The whole hint, as a person reads it."""
        return f"{self.why} {self.ask}"


def hints(text: str) -> list[Hint]:
    """Every hint on a text, in order; of each family at most one a sentence."""
    found: list[Hint] = []
    begins = _line_begins(text)
    for sentence in sentences(own_words(text)):
        line = _line_of(begins, sentence.words[0].start)
        found += [_hint(text, line, *one) for one in _heard(sentence)]
    return found


def hint_for(text: str, *, soft: bool = False) -> Hint | None:
    """The one hint to show in Slack, the surest, or None. `soft`: the channel wants the soft families too."""
    levels = (*SHOWN, "soft") if soft else SHOWN
    sure = [one for one in hints(text) if one.level in levels and one.is_sure]
    return min(sure, key=lambda one: (ORDER[one.level], -one.sure), default=None)


def reply_to_self_blame() -> str:
    """What is said to somebody who blames themselves: thanks and a choice, never a correction."""
    kind = families()["self_blame"]
    return f"{kind.why} {kind.ask}"


_Found = tuple[str, str, Level, int, int, float]  # rule, family, level, first and last place, score


def _heard(sentence: Sentence) -> Iterator[_Found]:
    """What rules and model make of one sentence together: one level of person, and soft ones beside it."""
    heard = hear(sentence)
    score = heard.score if heard else 0.0
    ruled = [one for one in met(sentence) if score >= UNHEARD or one.level == "self"]
    ruled.sort(key=lambda one: one.start)
    told: Level | None = _level({one.rule.family: one.level for one in ruled})
    families_told: set[str] = set()
    for one in ruled:
        family = "self_blame" if one.level == "self" else one.rule.family
        if one.level in (told, "soft") and family not in families_told:
            families_told.add(family)
            yield one.rule.id, family, one.level, one.start, one.end, score
    if told is None and heard is not None and score >= LOUD:
        yield _by_ear(sentence, heard)


def _level(levels: dict[str, Level]) -> Level | None:
    """Nudge or self, when both are heard in one sentence; None when neither is."""
    if "nudge" in levels.values() and ("self" not in levels.values() or "told_you_so" in levels):
        return "nudge"
    return "self" if "self" in levels.values() else None


def _by_ear(sentence: Sentence, heard: Heard) -> _Found:
    """A hint of the model's own, under the name of the family that its words are most like."""
    tags = {word.said.removesuffix("'s") for word in sentence.words}
    family = family_of(sentence)
    is_self = "SELF" in tags and (family == "self_blame" or not tags & {"PERSON", "YOU", "WE", "MAYBE"})
    if is_self or family == "self_blame":
        family = "self_blame" if is_self else "person_as_cause"
    return f"heard_{family}", family, "self" if is_self else "nudge", heard.start, heard.end, heard.score


def _hint(text: str, line: int, rule: str, family: str, level: Level, start: int, end: int, score: float) -> Hint:
    words = " ".join(text[start:end].split()).strip(" .,;:")
    if len(words) > LONGEST_WORDS:
        words = words[:LONGEST_WORDS].rsplit(" ", 1)[0] + " …"
    said = families()[family]
    return Hint(rule, family, level, words, said.why.format(words=f"“{words}”"), said.ask, line, round(score, 2))


def _line_begins(text: str) -> list[int]:
    begins = [0]
    for at, letter in enumerate(text):
        if letter == "\n":
            begins.append(at + 1)
    return begins


def _line_of(begins: Sequence[int], place: int) -> int:
    return bisect_right(begins, place)
