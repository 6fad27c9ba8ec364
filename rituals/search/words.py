"""Words: how a sentence becomes the stems that are compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import snowballstemmer

from rituals.yaml_files import read_yaml

MOST_CHARACTERS = 3000  # what Slack lets somebody type behind a command; the rest is not read
MOST_TOKENS = 64  # a question is a sentence or two; what follows is a story, and costs time
NAMES = {"c++": "cplusplus", "c#": "csharp", ".net": " dotnet", "node.js": "nodejs", "%": " percent "}
ODD = re.compile("|".join(re.escape(name) for name in NAMES))
MENTION = re.compile(r"<[@#!][^>]*>|https?://\S+|:[a-z0-9_+-]+:")  # people, links, emoji: never the matter
ENDING = re.compile(r"(?<=\w)['’](?:s|d|ll|re|ve|m)\b")  # "team's" is the team, "we'd" is we
APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")  # "don't" is one word
WORD = re.compile(r"[^\W_]+")
BRITISH = re.compile(r"(?<=\w\w)is(e|ed|es|ing|ation|ations)\b")
WORDS_FILE = Path(__file__).with_name("search_words.yaml")

_stemmer = snowballstemmer.stemmer("english")


def tokens(text: str) -> list[str]:
    """The words of a text in order, in lower case, without accents, mentions, links and emoji; 64 at most."""
    plain = unicodedata.normalize("NFKD", text[:MOST_CHARACTERS]).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = APOSTROPHE.sub("", ENDING.sub("", MENTION.sub(" ", plain)))
    plain = ODD.sub(lambda found: NAMES[found[0]], plain)
    return WORD.findall(plain)[:MOST_TOKENS]


@cache
def known_stem(word: str) -> str:
    """The stem of a word of the registry or the lexicon; kept, because those words come again and again."""
    return stem(word)


def stem(word: str) -> str:
    """The Snowball stem ("prioritised" and "prioritizing" are one)."""
    return str(_stemmer.stemWord(BRITISH.sub(r"iz\1", word)))


def joined(stems: Sequence[str]) -> list[str]:
    """Each two neighbours as one word: so "roll back" finds "rollback", and neighbours count as a phrase."""
    return [first + second for first, second in pairwise(stems)]


@cache
def word_lists() -> dict[str, list[str]]:
    """The lexicon's file: `groups` (a line each), and the words of `stop`, `common` and `ordinary`."""
    read = read_yaml(WORDS_FILE)
    return {
        "groups": list(read["groups"]),
        "stop": str(read["stop"]).split(),
        "common": str(read["common"]).split(),
        "ordinary": str(read["ordinary"]).split() + str(read["common"]).split(),
    }


@cache
def stop_words() -> frozenset[str]:
    """Words of asking and deciding ("who signs off"), which say nothing about the matter."""
    return frozenset(word_lists()["stop"])


@cache
def common_stems() -> frozenset[str]:
    """Stems of words that are said about everything ("team", "week"): alone they prove little."""
    return frozenset(known_stem(word) for word in word_lists()["common"])
