"""Words without the marks of a keyboard, which may tell whose it is."""

from __future__ import annotations

import re
import unicodedata

from rituals.sealed.box import LONGEST_COMMENT

JOINER = "\u200d"
STRAY_JOINER = re.compile(rf"(?<![^\w\s]){JOINER}|{JOINER}(?![^\w\s])")  # elsewhere it holds an emoji together


def normal(comment: str) -> str:
    """A comment without the marks of a keyboard: quotes, dashes, spaces and look-alikes made the same.

    What can't be seen (zero-width spaces, marks of direction) goes: it could be a mark that only its author knows.
    """
    seen = "".join(mark for mark in comment if unicodedata.category(mark) != "Cf" or mark == JOINER)
    same = unicodedata.normalize("NFKC", STRAY_JOINER.sub("", seen))
    for marks, plain in (("“”„«»‟", '"'), ("‘’‚‛`´", "'"), ("–—‒―‐−", "-"), ("…", "...")):
        for mark in marks:
            same = same.replace(mark, plain)
    return " ".join(same.split())[:LONGEST_COMMENT]
