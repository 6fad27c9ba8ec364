"""Whose words: quotes, code, logs, links and other people's messages are hidden, for they aren't the writer's."""

from __future__ import annotations

import re

HIDDEN = "\x00"  # stands for each character that was left out, so that places in the text stay what they were

_FENCE = re.compile(r"```")
_OTHERS_LINES = re.compile(
    r"""\s*(?:
        (?:>|&gt;)                                             # a quoted line
      | \[?\d{4}-\d\d-\d\d[T\ ]\d\d:\d\d\S*\]?\s+\S*(?:[A-Z]{4,}|\[)   # a log line with a date
      | \[\d\d:\d\d(?::\d\d)?[^\]]{0,10}\]\s+(?:[A-Z]{4,}\b|<?@?[\w.]{1,30}>?:)  # a log line, or a pasted message
      | [A-Z][a-z]{2}\s+\d{1,2}\s\d\d:\d\d:\d\d\s               # syslog
      | (?:ERROR|WARN|WARNING|INFO|DEBUG|FATAL|TRACE)[:\s\[]
      | Traceback\ \(most | \s*at\ [\w.$]+\(
      | [\w.]{2,30}\s+\[?\d{1,2}:\d\d\ ?(?:AM|PM)\]?\s*$        # "name 2:03 PM", as Slack copies it
    ).*""",
    re.VERBOSE,
)
_PIECES = re.compile(
    r"""`[^`\n]+`
      | <(?:https?|mailto)[^>\s]*(?:\|[^>\n]*)?> | \bhttps?://\S+ | \bwww\.\S+
      | <\#[^>\n]*>
      | "[^"\n]{2,}" | “[^”\n]{2,}” | „[^“”\n]{2,}[“”] | «[^»\n]{2,}»
      | (?<![\w'])'(?=\S)[^'\n]{3,}(?:'\w[^'\n]*)*(?<=\S)'(?!\w) | (?<!\w)‘[^’\n]{3,}’(?!\w)
    """,
    re.VERBOSE,
)
_SCARE = re.compile(r"""["“„'‘][\w-]+["”“'’]""")  # one word in quotes is the writer's own, said with raised brows


def own_words(text: str) -> str:
    """The text at the same length, with all that isn't the writer's own words hidden."""
    text = _without_fences(text)
    return "\n".join(_own_line(line) for line in text.split("\n"))


def _without_fences(text: str) -> str:
    """Hide what stands between two fences; a fence that is never closed hides nothing."""
    fences = [found.start() for found in _FENCE.finditer(text)]
    for begin, end in zip(fences[::2], fences[1::2], strict=False):
        inside = re.sub(r"[^\n]", HIDDEN, text[begin : end + 3])
        text = text[:begin] + inside + text[end + 3 :]
    return text


def _own_line(line: str) -> str:
    if _OTHERS_LINES.match(line):
        return HIDDEN * len(line)
    return _PIECES.sub(_hide, line)


def _hide(found: re.Match[str]) -> str:
    piece = found[0]
    if _SCARE.fullmatch(piece):
        return f" {piece[1:-1]} "
    return HIDDEN * len(piece)
