"""Who does what: a sentence cut into words, with each person in it under one tag.

"The on-call engineer didn't read Dana's note" becomes "PERSON did not read PERSON's note". The tags: SELF, WE, YOU,
PERSON, and MAYBE for a word that is a person only if the verb says so ("Platform", "Zurich"). Systems keep their words.
Every word remembers where it stands in the text. No more than two words are looked back or ahead but for the words of
one noun phrase, so the time grows with the text and no faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

import yaml

from rituals.blameless.quoting import HIDDEN

LONGEST = 80  # words that are read as one sentence; a longer one is cut
LONGEST_WORD = 40
PHRASE = 6  # words that a noun phrase may have
_WORDS = re.compile(
    rf"""(?P<mention><[@!][^>\s]{{1,60}}> | @[A-Za-z][\w.-]{{1,40}})
       | (?P<hidden>{HIDDEN}+)
       | (?P<number>\d[\w:.,%-]*)
       | (?P<word>[^\W\d_]\w*(?:['’-]\w+)*['’]?)
       | (?P<mark>\.\.+|…|[?!.,;:()=&/—–-])""",
    re.VERBOSE,
)
_ENDS = {".", "?", "!", ";", "...", "…", ".."}
_TITLES = {"mr", "mrs", "ms", "dr", "herr", "frau", "professor", "prof", "chef", "sir"}
_TRADES = (
    "ist",
    "ists",
    "ician",
    "icians",
    "eer",
    "eers",
    "sman",
    "smen",
    "swoman",
    "keeper",
    "keepers",
    "ologist",
)  # endings of people
_NO_TRADES = {"checklist", "checklists", "whitelist", "blocklist", "allowlist", "exists", "persist", "persists", "consist",
              "consists", "insist", "insists", "assist", "assists", "resist", "resists", "denylist", "blacklist", "career", "twist"}  # fmt: skip
_CROWDS = {"here", "channel", "everyone"}
_POSSESSIVES = {"my": "SELF", "our": "WE", "your": "YOU", "his": "PERSON", "their": "PERSON"}
_MINE = {"mine": "SELF", "ours": "WE", "yours": "YOU", "theirs": "PERSON", "hers": "PERSON"}
_PRONOUNS = {
    "i": "SELF", "me": "SELF", "myself": "SELF", "we": "WE", "us": "WE", "ourselves": "WE", "you": "YOU",
    "yourself": "YOU", "yourselves": "YOU", "he": "PERSON", "she": "PERSON", "him": "PERSON", "himself": "PERSON",
    "herself": "PERSON",
}  # fmt: skip
_PLURAL = {"they": "PERSON", "them": "PERSON", "themselves": "PERSON"}
_IS_SHORT = {"it", "that", "he", "she", "who", "what", "there", "here", "where", "how", "why", "this", "when"}
_AFTER_IS = {"a", "an", "the", "not", "always", "never", "just", "to", "so", "at", "on", "too", "been", "being", "all",
             "still", "no", "only", "really", "clearly", "obviously"}  # fmt: skip
_SURE_TEAMS = {
    "support",
    "security",
    "marketing",
    "sales",
    "finance",
    "legal",
    "procurement",
    "networking",
    "engineering",
}
_TIMES_OF_DAY = {
    "night",
    "day",
    "late",
    "early",
    "morning",
    "evening",
    "last",
    "next",
    "previous",
    "first",
    "second",
}
_MODALS = {"can", "could", "may", "might", "will", "would", "to", "not", "should", "must", "do", "does", "did"}
_ALSO_VERBS = {"lead", "leads", "staff", "team", "man", "pilot", "author", "partner", "tech"}
_INDEFINITE = {
    "someone",
    "anyone",
    "everyone",
    "nobody",
    "nothing",
    "anything",
    "everything",
    "something",
    "whoever",
}
_QUANTITIES = {
    "one",
    "two",
    "three",
    "some",
    "most",
    "all",
    "both",
    "half",
    "many",
    "several",
    "few",
    "any",
    "either",
}
_NONE = {"none", "neither", "no", "nobody"}
_MACHINES = {
    "certificate",
    "cert",
    "package",
    "secret",
    "secrets",
    "session",
    "task",
    "memory",
    "key",
    "password",
    "process",
    "queue",
    "connection",
    "state",
    "transaction",
    "cluster",
    "volume",
    "window",
    "log",
    "lock",
    "cache",
    "job",
    "service",
    "config",
    "token",
    "file",
}  # their managers are programs
_ABSTRACT = (
    "er",
    "or",
    "db",
    "ql",
    "ing",
    "tion",
    "sion",
    "ment",
    "ity",
    "ness",
    "ance",
    "ence",
    "ship",
    "ly",
    "s",
)
_NOT_PASTS = {
    "need",
    "speed",
    "feed",
    "seed",
    "bed",
    "red",
    "shed",
    "indeed",
    "embed",
    "exceed",
    "proceed",
    "succeed",
}


class Word(NamedTuple):
    """A word as it is compared, and where it stands in the text (the end excluded)."""

    said: str
    start: int
    end: int
    capital: bool = False


@dataclass(frozen=True)
class Sentence:
    """One sentence: `words` with persons under their tags, `plain` without tags. Places are of the whole text."""

    words: tuple[Word, ...]
    plain: tuple[Word, ...]

    @property
    def tagged(self) -> str:
        return joined(self.words)

    @property
    def spoken(self) -> str:
        return joined(self.plain)


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
    def nouns(self) -> frozenset[str]:
        return self.people | self.teams | self.things | self.systems


@cache
def lists() -> Lists:
    """The lists of words.yaml, read once."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with (Path(__file__).parent / "words.yaml").open(encoding="utf-8") as file:
        given = yaml.load(file, loader)  # noqa: S506  (both are safe loaders)
    typos = {str(wrong): right for wrong, right in given.pop("typos").items()}
    return Lists(**{name: frozenset(words.split()) for name, words in given.items()}, typos=typos)


def joined(words: Sequence[Word]) -> str:
    """Words with one blank before each, as the patterns of the rules want it."""
    return "".join(f" {word.said}" for word in words)


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text of own words (quoting.own_words), in order."""
    for words in _cut(_spelled_out(text)):
        plain = tuple(words)
        yield Sentence(tuple(_Reader(plain).tagged()), plain)


def _cut(words: Sequence[Word]) -> Iterator[list[Word]]:
    one: list[Word] = []
    for word in words:
        if word.said == "\n" or len(one) >= LONGEST:
            if one:
                yield one
            one = []
        if word.said != "\n":
            one.append(word)
        if word.said in _ENDS:
            if len(one) > 1:
                yield one
            one = []
    if one:
        yield one


# --- words ----------------------------------------------------------------------------------------------


def _spelled_out(text: str) -> list[Word]:
    """Every word in small letters, contractions and slips written out; "\\n" between lines."""
    found: list[Word] = []
    at = 0
    for match in _WORDS.finditer(text):
        if "\n" in text[at : match.start()]:
            found.append(Word("\n", at, at))
        at = match.end()
        kind, said, start, end = match.lastgroup, match[0], match.start(), match.end()
        if kind == "mention":
            crowd = said.lstrip("<!@").rstrip(">").lower() in _CROWDS
            found.append(Word("crowd" if crowd else "@", start, end))
        elif kind == "hidden":
            found.append(Word("quoted", start, end))
        elif kind == "number":
            found.append(Word(_number(said), start, end))
        elif kind == "mark":
            if said == "." and found and found[-1].said in _TITLES:
                continue
            found.append(Word("," if said in "—–-" else said, start, end))
        else:
            found += [
                Word(each, start, end, said[0].isupper() and not n) for n, each in enumerate(_expanded(said))
            ]
    return list(_apostrophes_read(found))


def _number(said: str) -> str:
    return "2" if said == "2" else "number"


def _expanded(said: str) -> list[str]:
    """One written word as the words it stands for."""
    word = said.lower().replace("’", "'").strip("-")
    if len(word) > LONGEST_WORD:
        return ["quoted"]  # no word of anybody's: a hash, a key, a cat on the keyboard
    typos = lists().typos
    if word in typos:
        return typos[word].split()
    if word.endswith("'"):
        return [*_expanded(word[:-1]), "'s"] if word.endswith("s'") else _expanded(word[:-1])
    if "'" not in word:
        return [_spelled_right(word)]
    base, _, ending = word.rpartition("'")
    if word.endswith("n't"):
        short = {"ca": "can", "wo": "will", "sha": "shall", "ai": "is"}
        return [short.get(word[:-3], word[:-3]), "not"]
    written = {"ve": ["have"], "re": ["are"], "ll": ["will"], "m": ["am"], "d": ["'d"], "s": ["'s"]}
    if ending in written:
        return [*_expanded(base), *written[ending]]
    return [word.replace("'", "")]


@cache
def _slips() -> dict[str, str]:
    """Each word of `spelled` with a letter left out or two swapped, and the word that was meant."""
    known = lists()
    slips: dict[str, str] = {}
    for word in known.spelled:
        for at in range(1, len(word) - 1):
            slips[word[:at] + word[at + 1 :]] = word
        for at in range(1, len(word)):
            slips[word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]] = word
    return {slip: word for slip, word in slips.items() if len(slip) > 4 and slip not in known.words}


def _spelled_right(word: str) -> str:
    """A key word that was mistyped by one letter, as it was meant; any other word as it is."""
    known = lists()
    if len(word) < 5 or word in known.words:
        return word
    meant = _slips().get(word)
    if meant is None and len(word) > 6:  # one letter too many
        shorter = {word[:at] + word[at + 1 :] for at in range(1, len(word))}
        meant = next(iter(sorted(shorter & known.spelled)), None) if word[-1] not in "sd" else None
    return meant or word


def _apostrophes_read(words: Sequence[Word]) -> Iterator[Word]:
    """Decide what 's and 'd stand for, and whether "of" behind "should" is "have"."""
    for at, word in enumerate(words):
        before = words[at - 1].said if at else ""
        after = words[at + 1].said if at + 1 < len(words) else ""
        said = word.said
        if said == "'d":
            said = "had" if after == "better" or _is_past(after) or after in ("been", "not") else "would"
        elif said == "'s":
            is_verb = before in _IS_SHORT or after in _AFTER_IS or (after.endswith("ing") and after != "nothing")
            said = ("us" if before == "let" else "is") if is_verb or before == "let" else "'s"
        elif said == "of" and before in ("should", "could", "would", "must", "might"):
            said = "have"
        elif said == "y" and (not before or after in ("did", "would", "was", "do", "not")):
            said = "why"
        elif said == "no" and after == "one":
            continue
        elif said == "one" and before == "no":
            said = "nobody"
        elif said == "anybody":
            said = "anyone"
        elif said == "somebody":
            said = "someone"
        elif said == "everybody":
            said = "everyone"
        yield word._replace(said=said)


def _is_past(word: str) -> bool:
    return (word.endswith("ed") and len(word) > 4 and word not in _NOT_PASTS) or word in (
        "gone", "done", "seen", "known", "forgotten", "taken", "written", "read", "told", "given", "broken",
    )  # fmt: skip


# --- people ---------------------------------------------------------------------------------------------


class _Reader:
    """Goes through one sentence and puts each person under a tag."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        self.lists = lists()
        self.nouns = _nouns()
        self.things_seen = False
        self.people_seen = False

    def tagged(self) -> Iterator[Word]:
        at = 0
        while at < len(self.words):
            tag, length = self._person_at(at)
            word = self.words[at]
            if not tag:
                self.things_seen |= word.said in self.lists.things and word.said.endswith("s")
                yield word
                at += 1
                continue
            self.people_seen |= tag == "PERSON"
            end = at + length
            if self._said(end) == "'s" and not tag.endswith("'s"):
                inner_tag, inner = self._phrase(end + 1, owned=True)
                if inner_tag == "PERSON":
                    tag, end = "PERSON", end + 1 + inner
                    if self._said(end) == "'s":
                        tag, end = "PERSON's", end + 1
                else:
                    tag, end = f"{tag}'s", end + 1
            yield Word(tag, word.start, self.words[end - 1].end, word.capital)
            at = end

    def _said(self, at: int) -> str:
        return self.words[at].said if 0 <= at < len(self.words) else ""

    def _person_at(self, at: int) -> tuple[str, int]:
        """(tag, how many words) of the person that begins here; ("", 0) when none does."""
        said = self._said(at)
        after = self._said(at + 1)
        if said == "@":
            return "PERSON", 1
        if said in _TITLES and at + 1 < len(self.words) and self.words[at + 1].capital:
            return "PERSON", 2
        if said == "us" and self._said(at - 1) == "let":
            return "", 0
        if said == "you" and after in ("all", "guys", "people", "folks", "lot"):
            return "YOU", 2
        if said in _PRONOUNS:
            return _PRONOUNS[said], 1
        if said in _PLURAL:
            return ("", 0) if self.things_seen and not self.people_seen else (_PLURAL[said], 1)
        if said in _MINE:
            return f"{_MINE[said]}'s", 1
        if said in _NONE and after == "of":
            _, inner = self._phrase(at + 2)
            return ("nobody", 2 + inner) if inner else ("", 0)
        if said in _QUANTITIES and after == "of":
            tag, inner = self._person_at(at + 2)
            return (tag, 2 + inner) if tag in ("PERSON", "YOU", "WE") else ("", 0)
        if said == "those" and after in ("who", "responsible", "involved"):
            return "PERSON", 1
        if said == "the" and after in _QUANTITIES and self._said(at + 2) == "of":
            tag, inner = self._person_at(at + 3)
            return (tag, 3 + inner) if tag in ("PERSON", "YOU", "WE") else ("", 0)
        if said == "the" and after in ("one", "ones") and self._said(at + 2) == "who":
            return "PERSON", 2
        if said in ("their", "other", "the", "our") and self._side(at):
            return "PERSON", self._side(at)
        tag, length = self._phrase(at)
        if tag:
            return tag, length
        if said in _POSSESSIVES and not (said == "their" and self.things_seen and not self.people_seen):
            return f"{_POSSESSIVES[said]}'s", 1
        if said == "her":
            return ("PERSON's", 1) if after and not self._stops(at + 1) else ("PERSON", 1)
        if said.endswith("s") and len(said) > 4 and said[:-1] in self.lists.names and not self._verbish(at + 1):
            return "PERSON's", 1  # "daves fault"
        return self._named(at)

    def _side(self, at: int) -> int:
        """Words of "their side", "the other lot"."""
        words = [self._said(at + step) for step in range(3)]
        if words[0] in ("their", "our", "other") and words[1] in ("side", "lot"):
            return 2
        return 3 if words[1] == "other" and words[2] in ("side", "lot", "party", "office") else 0

    def _phrase(self, at: int, *, owned: bool = False) -> tuple[str, int]:
        """A noun phrase whose last noun is a person: ("PERSON", words)."""
        first = self._said(at)
        has_article = owned or first in self.lists.determiners
        begin = at + (first in self.lists.determiners)
        if first in ("such", "all", "both", "no") and self._said(at + 1) in self.lists.determiners:
            begin += 1
        last, is_person, step = begin, False, begin
        while step < len(self.words) and step < begin + PHRASE:
            said = self._said(step)
            if (said in self.nouns or self._is_trade(said)) and not (
                step > begin and is_person and said in self.lists.verbs
            ):
                person = said in self.lists.people or self._is_trade(said)
                if said == "shift" and self._said(step - 1) not in _TIMES_OF_DAY:
                    person = False
                if said in _ALSO_VERBS and step == at and self._said(at - 1) in _MODALS:
                    person = False
                if said == "manager" and self._said(step - 1) in _MACHINES:
                    person = False
                if person and said in ("operator", "operators") and self._said(step - 1) in self.lists.systems:
                    person = False
                is_person, last = person, step
                step += 1
                continue
            if said in self.lists.adjectives or (has_article and not is_person and not self._stops(step)):
                if is_person:
                    break
                step += 1
                continue
            if has_article and step == begin and _is_past(said) and not is_person:
                step += 1
                continue
            break
        if not is_person:
            return self._team(at, has_article)
        if first == "no":
            return "nobody", last + 1 - at
        if first in ("every", "any"):
            return ("everyone" if first == "every" else "anyone"), last + 1 - at
        return "PERSON", last + 1 - at

    def _is_trade(self, said: str) -> bool:
        """Whether a word names people by its ending: "physicists", "craftsman"."""
        return (
            said.endswith(_TRADES) and len(said) > 6 and said not in self.lists.things and said not in _NO_TRADES
        )

    def _team(self, at: int, has_article: bool) -> tuple[str, int]:
        """A team by its bare name, at the head of a clause or behind "by" or "told"."""
        if has_article or self._said(at) not in self.lists.teams:
            return "", 0
        before = self._said(at - 1)
        is_head = before in (
            "",
            ",",
            ":",
            "and",
            "but",
            "because",
            "that",
            "if",
            "when",
            "since",
            "by",
            "told",
            "blame",
            "ask",
            "to",
            "with",
            "from",
            "so",
            "why",
            "did",
        )
        if not is_head or not (self._verbish(at + 1) or before in ("by", "blame", "told", "ask")):
            return "", 0
        return ("PERSON" if self._said(at) in _SURE_TEAMS else "MAYBE"), 1

    def _named(self, at: int) -> tuple[str, int]:
        """A name: known, or a capital where no common word would have one."""
        word = self.words[at]
        said = word.said
        lists_ = self.lists
        is_name = (
            said in lists_.namesakes if word.capital else said not in lists_.namesakes and said in lists_.names
        )
        is_name = is_name or (word.capital and said in lists_.names)
        if is_name and said not in lists_.stops and (word.capital or len(said) > 2):
            length = 1
            if at + 1 < len(self.words) and word.capital and self._is_surname(at + 1):
                length = 2
            if at == 0 and said in lists_.namesakes and not (self._verbish(1) or self._said(1) in ("'s", ",")):
                return "", 0
            return "PERSON", length
        if not word.capital or not said.isalpha() or self._known(said):
            return "", 0
        before = self._said(at - 1)
        if (
            at
            and before in ("to", "by", "with", "for", "from", ":", "like")
            and self._said(at + 1) not in self.nouns
        ):
            return ("MAYBE", 1) if not said.endswith(_ABSTRACT) and said not in lists_.systems else ("", 0)
        if (self._verbish(at + 1) or self._said(at + 1) == "'s") and before not in (
            "the",
            "a",
            "an",
            "in",
            "at",
            "on",
        ):
            if at == 0 and said.endswith(_ABSTRACT):
                return "", 0
            return "MAYBE", 1
        return "", 0

    def _is_surname(self, at: int) -> bool:
        word = self.words[at]
        return word.capital and word.said.isalpha() and not self._known(word.said) and not self._stops(at)

    def _known(self, said: str) -> bool:
        lists_ = self.lists
        return (
            said in self.nouns
            or said in lists_.verbs
            or said in lists_.stops
            or said in lists_.determiners
            or said in lists_.common
            or said in _INDEFINITE
        )

    def _verbish(self, at: int) -> bool:
        said = self._said(at)
        return said in self.lists.verbs or _is_past(said) or (said.endswith("ly") and len(said) > 4)

    def _stops(self, at: int) -> bool:
        """Whether a noun phrase can't go on with this word."""
        said = self._said(at)
        lists_ = self.lists
        return (
            not said
            or said in lists_.stops
            or said in lists_.verbs
            or said in lists_.determiners
            or said in _INDEFINITE
            or said in ("number", "quoted", "crowd")
            or _is_past(said)
            or not said[0].isalpha()
            or (said.endswith("ly") and len(said) > 4)
        )


@cache
def _nouns() -> frozenset[str]:
    known = lists()
    return known.nouns - known.stops
