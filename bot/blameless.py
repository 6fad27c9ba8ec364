"""`python -m bot blameless`: hints on any draft, line by line, from a file or from standard input."""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from bot.shell import as_text, read_text
from rituals.blameless import Hint, hints


def add_verb(verbs: Any) -> None:
    """Hang `blameless` into the parser."""
    made = verbs.add_parser(
        "blameless", help="words of a draft in which a reader may hear blame, and what to ask instead"
    )
    made.add_argument("file", metavar="FILE|-", help="a text file, or - for standard input")
    made.add_argument("--json", action="store_true", help="print JSON, an object a line of the draft")
    made.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Print the hints. 0 with hints and without: they advise, and block nothing."""
    lines = _lines(asked.file)
    by_line: dict[int, list[Hint]] = defaultdict(list)
    for hint in hints("\n".join(lines)):
        by_line[hint.line].append(hint)
    for number in range(1, len(lines) + 1):
        if asked.json:
            print(
                json.dumps({"line": number, "hints": [_told(one) for one in by_line[number]]}, ensure_ascii=False)
            )
        else:
            for one in by_line[number]:
                print(f"{number}: {one.level}: {one.sentence}")
    return 0


def _lines(file: str) -> list[str]:
    """The lines of a draft, without what ends them."""
    text = as_text(sys.stdin.buffer.read(), "Standard input") if file == "-" else read_text(Path(file))
    lines = text.replace("\r\n", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _told(hint: Hint) -> dict[str, str]:
    return {
        "rule": hint.rule,
        "family": hint.family,
        "level": hint.level,
        "words": hint.words,
        "ask": hint.ask,
    }
