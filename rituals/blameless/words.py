"""Words as they are compared: in small letters, contractions and slips written out, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from rituals.blameless.lists import lists
from rituals.blameless.quoting import HIDDEN

LONGEST_WORD = 40
TITLES = {"mr", "mrs", "ms", "dr", "herr", "frau", "professor", "prof", "chef", "sir"}
_WORDS = re.compile(
    rf"""(?P<mention><[@!][^>\s]{{1,60}}> | @[A-Za-z][\w.-]{{1,40}})
       | (?P<hidden>{HIDDEN}+)
       | (?P<number>\d[\w:.,%-]*)
       | (?P<short>[wW]/o?(?![\w/]))
       | (?P<word>[^\W\d_]\w*(?:['’-]\w+)*['’]?)
       | (?P<mark>\.\.+|…|[?!.,;:()=&/—–-])""",
    re.VERBOSE,
)
_CROWDS = {"here", "channel", "everyone"}
_IS_SHORT = {"it", "that", "he", "she", "who", "what", "there", "here", "where", "how", "why", "this", "when"}
_AFTER_IS = {
    "a", "an", "the", "not", "always", "never", "just", "to", "so", "at", "on", "too", "been", "being", "all",
    "still", "no", "only", "really", "clearly", "obviously",
}  # fmt: skip


class Word(NamedTuple):
    """A word as it is compared, and where it stands in the text (the end excluded)."""

    said: str
    start: int
    end: int
    capital: bool = False


def joined(words: Sequence[Word]) -> str:
    """Words with one blank before each, as the patterns of the rules want it."""
    return "".join(f" {word.said}" for word in words)


def spelled_out(text: str) -> list[Word]:
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
        elif kind == "short":
            found.append(Word("without" if said[-1] == "o" else "with", start, end))
        elif kind == "number":
            found.append(Word(_number(said), start, end))
        elif kind == "mark":
            if said == "." and found and found[-1].said in TITLES:
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
            said = "had" if after == "better" or is_past(after) or after in ("been", "not") else "would"
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


def is_past(word: str) -> bool:
    """Whether a word looks like a past or a participle."""
    return (word.endswith("ed") and len(word) > 4 and word not in lists().present_like_past) or word in (
        "gone", "done", "seen", "known", "forgotten", "taken", "written", "read", "told", "given", "broken",
    )  # fmt: skip
