"""When two statements are the same, however they were typed."""

from __future__ import annotations

import unicodedata

LOOKS_LIKE = str.maketrans(
    "авекмнорстухіјѕԁһᴀιοαρνκυχ",
    "abekmhopctyxijsdhaioapvkux",
)  # letters of other alphabets, as an eye takes them: Cyrillic, then Greek


def bare(statement: str) -> str:
    """A statement's letters and digits alone, as they look. Other words for the same aren't recognised."""
    plain = unicodedata.normalize("NFKD", statement).casefold().translate(LOOKS_LIKE)
    return "".join(mark for mark in plain if mark.isalnum())
