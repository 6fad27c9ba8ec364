"""Who does what: a sentence cut into words, with each person in it under one tag.

"The on-call engineer didn't read Dana's note" becomes "PERSON did not read PERSON's note". The tags: SELF, WE,
YOU, PERSON, and MAYBE for a word that is a person only if the verb says so ("Platform", "Zurich"). Systems keep
their words. Every word remembers where it stands in the text. A look back or ahead ends after two words, or with
the noun phrase, so the time grows with the text and no faster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rituals.blameless.lists import lists
from rituals.blameless.words import TITLES, Word, is_past, joined, spelled_out

LONGEST = 80  # words that are read as one sentence; a longer one is cut
PHRASE = 6  # words that a noun phrase may have
_ENDS = {".", "?", "!", ";", "...", "…", ".."}
_POSSESSIVES = {"my": "SELF", "our": "WE", "your": "YOU", "his": "PERSON", "their": "PERSON"}
_MINE = {"mine": "SELF", "ours": "WE", "yours": "YOU", "theirs": "PERSON", "hers": "PERSON"}
_PRONOUNS = {
    "i": "SELF", "me": "SELF", "myself": "SELF", "we": "WE", "us": "WE", "ourselves": "WE", "you": "YOU",
    "yourself": "YOU", "yourselves": "YOU", "he": "PERSON", "she": "PERSON", "him": "PERSON", "himself": "PERSON",
    "herself": "PERSON",
}  # fmt: skip
_PLURAL = {"they": "PERSON", "them": "PERSON", "themselves": "PERSON"}
_NONE = {"none", "neither", "no", "nobody"}
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
)
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
_HEADS = {
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
    "to",
    "with",
    "from",
    "so",
    "why",
    "did",
}
_TOWARDS = {"by", "blame", "told", "ask"}  # a team may stand behind these, whatever follows
# Behind one of _DRIVES these are people, else programs.
_DRIVEN = {"driver", "drivers", "agent", "agents", "handler", "handlers"}
_DRIVES = {
    "delivery", "bus", "truck", "lorry", "forklift", "taxi", "train", "tram", "van", "crane",
    "ground", "baggage", "ramp", "gate", "support", "call", "travel", "customs", "service-desk",
}  # fmt: skip
_LEADING = {"to", "by", "with", "for", "from", ":", "like"}  # a capital behind these is somebody, or some product


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


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text of own words (quoting.own_words), in order."""
    for words in _cut(spelled_out(text)):
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


class _Reader:
    """Goes through one sentence and puts each person under a tag."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        self.lists = lists()
        self.nouns = self.lists.nouns
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
        for look in (self._pronoun, self._some_of, self._side, self._phrase, self._owner, self._named):
            tag, length = look(at)
            if length:
                return tag, length
        return "", 0

    def _pronoun(self, at: int) -> tuple[str, int]:
        said, after = self._said(at), self._said(at + 1)
        if said == "@" or (said == "those" and after in ("who", "responsible", "involved")):
            return "PERSON", 1
        if said in TITLES and at + 1 < len(self.words) and self.words[at + 1].capital:
            return "PERSON", 2
        if said == "the" and after in ("one", "ones") and self._said(at + 2) == "who":
            return "PERSON", 2
        if said == "you" and after in ("all", "guys", "people", "folks", "lot"):
            return "YOU", 2
        if said == "yours" and after == "truly":
            return "SELF", 2
        if said in _PRONOUNS and not (said == "us" and self._said(at - 1) == "let"):
            return _PRONOUNS[said], 1
        if said in _PLURAL and not self._means_things():
            return _PLURAL[said], 1
        return (f"{_MINE[said]}'s", 1) if said in _MINE else ("", 0)

    def _means_things(self) -> bool:
        """Whether "they" are things: some were named in this sentence, and nobody was."""
        return self.things_seen and not self.people_seen

    def _some_of(self, at: int) -> tuple[str, int]:
        """Some of a group: "none of the reviewers", "the two of them"."""
        begin = at + (self._said(at) == "the")
        if self._said(begin + 1) != "of":
            return "", 0
        tag, inner = self._person_at(begin + 2)
        if self._said(begin) in _NONE and inner:
            return "nobody", begin + 2 + inner - at
        if self._said(begin) in self.lists.quantities and tag in ("PERSON", "YOU", "WE"):
            return tag, begin + 2 + inner - at
        return "", 0

    def _side(self, at: int) -> tuple[str, int]:
        """Such as "their side", "the other lot"."""
        first, second, third = (self._said(at + step) for step in range(3))
        if first in ("their", "our", "other") and second in ("side", "lot"):
            return "PERSON", 2
        is_other = first in ("the", "their") and second == "other" and third in ("side", "lot", "party", "office")
        return ("PERSON", 3) if is_other else ("", 0)

    def _phrase(self, at: int, *, owned: bool = False) -> tuple[str, int]:
        """A noun phrase whose last noun is a person: "the database team", but not "the team dashboard"."""
        first = self._said(at)
        has_article = owned or first in self.lists.determiners
        begin = at + (first in self.lists.determiners)
        if first in ("such", "all", "both", "no") and self._said(at + 1) in self.lists.determiners:
            begin += 1
        last, is_person = begin, False
        for step in range(begin, min(begin + PHRASE, len(self.words))):
            if self._is_noun(step) and not (is_person and self._is_verb(step)):
                last, is_person = step, self._is_person(step, at)
            elif is_person or not self._goes_on(step, begin, has_article):
                break
        if not is_person:
            return self._team(at, has_article)
        tags = {"no": "nobody", "every": "everyone", "any": "anyone"}
        return tags.get(first, "PERSON"), last + 1 - at

    def _is_verb(self, at: int) -> bool:
        """Whether a word that may be both is a verb here: "the reviewers lead", but not "the QA lead had"."""
        return self._said(at) in self.lists.verbs and not self._verbish(at + 1)

    def _is_noun(self, at: int) -> bool:
        return self._said(at) in self.nouns or self._is_trade(self._said(at))

    def _is_person(self, at: int, begin: int) -> bool:
        """Whether this noun is a person here, in the phrase that begins there."""
        said, before = self._said(at), self._said(at - 1)
        if (
            (said == "shift" and before not in self.lists.times_of_day)
            or (said == "manager" and before in self.lists.machines)
            or (said in ("head", "heads") and before in (*_POSSESSIVES, "her") and self._said(at + 1) != "of")
            or (said in ("operator", "operators") and before in self.lists.systems)
            or (said in self.lists.also_verbs and at == begin and before in self.lists.modals)
        ):
            return False
        is_driver = said in _DRIVEN and before in _DRIVES
        return is_driver or said in self.lists.people or self._is_trade(said)

    def _goes_on(self, at: int, begin: int, has_article: bool) -> bool:
        """Whether a word that is no noun belongs to the phrase still: "the very new", "the failed"."""
        if self._said(at) in self.lists.adjectives:
            return True
        if at and self.words[at].capital and self._said(at + 1) in self.lists.people and not self._stops(at):
            return True  # "Treasury Ops"
        return has_article and (not self._stops(at) or (at == begin and is_past(self._said(at))))

    def _is_trade(self, said: str) -> bool:
        """Whether a word names people by its ending: "physicists", "craftsman"."""
        return (
            said.endswith(_TRADES)
            and len(said) > 6
            and said not in self.lists.things
            and said not in self.lists.no_trades
        )

    def _team(self, at: int, has_article: bool) -> tuple[str, int]:
        """A team by its bare name, at the head of a clause or behind "by" or "told"."""
        said, before = self._said(at), self._said(at - 1)
        if said == "tier" and self._said(at + 1) in ("number", "2"):
            is_subject = before in _HEADS and self._verbish(at + 2)
            return ("PERSON", 2) if is_subject or before in _TOWARDS else ("", 0)
        if has_article or said not in self.lists.teams:
            return "", 0
        if before in _TOWARDS or (before in _HEADS and self._verbish(at + 1)):
            return ("PERSON" if said in self.lists.sure_teams else "MAYBE"), 1
        return "", 0

    def _owner(self, at: int) -> tuple[str, int]:
        """Somebody whose something follows: "his", "her", and a name whose apostrophe was left out."""
        said = self._said(at)
        if said in _POSSESSIVES and not (said == "their" and self._means_things()):
            return f"{_POSSESSIVES[said]}'s", 1
        if said == "her":
            return ("PERSON's", 1) if not self._stops(at + 1) else ("PERSON", 1)
        is_name = said.endswith("s") and len(said) > 4 and said[:-1] in self.lists.names
        return ("PERSON's", 1) if is_name and not self._verbish(at + 1) else ("", 0)

    def _named(self, at: int) -> tuple[str, int]:
        """A name: one that is known, or a capital where no common word would have one."""
        word, said, after = self.words[at], self.words[at].said, self._said(at + 1)
        if said in self.lists.stops:
            return "", 0
        if said in (self.lists.namesakes if word.capital else self.lists.names - self.lists.namesakes):
            return self._known_name(at)
        if word.capital and said in self.lists.names:
            return self._known_name(at)
        if not word.capital or not said.isalpha() or self._known(said):
            return "", 0
        before = self._said(at - 1)
        if at and before in _LEADING and after not in self.nouns:
            return ("MAYBE", 1) if not said.endswith(_ABSTRACT) else ("", 0)
        is_subject = (self._verbish(at + 1) or after == "'s") and before not in (
            "the",
            "a",
            "an",
            "in",
            "at",
            "on",
        )
        return ("MAYBE", 1) if is_subject and not (at == 0 and said.endswith(_ABSTRACT)) else ("", 0)

    def _known_name(self, at: int) -> tuple[str, int]:
        word, after = self.words[at], self._said(at + 1)
        if not word.capital and len(word.said) < 3:
            return "", 0
        if at == 0 and word.said in self.lists.namesakes and not (self._verbish(1) or after in ("'s", ",")):
            return "", 0
        return "PERSON", 2 if word.capital and self._is_surname(at + 1) else 1

    def _is_surname(self, at: int) -> bool:
        if at >= len(self.words):
            return False
        word = self.words[at]
        return word.capital and word.said.isalpha() and not self._known(word.said) and not self._stops(at)

    def _known(self, said: str) -> bool:
        """Whether this is an ordinary word, whose capital only begins a sentence."""
        known = self.lists
        return any(said in words for words in (self.nouns, known.closed, known.common))

    def _verbish(self, at: int) -> bool:
        said = self._said(at)
        return said in self.lists.verbs or is_past(said) or (said.endswith("ly") and len(said) > 4)

    def _stops(self, at: int) -> bool:
        """Whether a noun phrase can't go on with this word."""
        said = self._said(at)
        if not said or not said[0].isalpha() or said in ("number", "quoted", "crowd"):
            return True
        return said in self.lists.closed or is_past(said) or (said.endswith("ly") and len(said) > 4)
