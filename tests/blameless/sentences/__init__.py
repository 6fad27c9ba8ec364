"""Sentences with what a reader hears in them, written for the rules (open) and apart from them (apart, fresh)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent


class Labelled(NamedTuple):
    """One sentence: its family ("clean" has none), its level, its voice, and the sentence."""

    family: str
    level: str
    subject: str
    voice: str
    text: str


def read(name: str) -> Iterator[Labelled]:
    """The sentences of the files whose names begin so ("open", "apart", "fresh"), in order."""
    for file in sorted(HERE.glob(f"{name}*.txt")):
        heading = ["", "", "", ""]
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("## "):
                heading = line[3:].split()
            elif line and not line.startswith("#"):
                family, level, subject, voice = heading
                yield Labelled(family, level, subject, voice, line)
