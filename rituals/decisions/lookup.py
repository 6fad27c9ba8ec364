"""Who decides? A question, and the answer as far as it is known."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Literal

import storage.decisions as rows
from rituals.decisions.entry import PERSON, Entry
from rituals.decisions.registry import entry_of
from rituals.errors import Refusal
from rituals.search import Area, Index
from storage import Session

LONGEST_QUESTION = 300
KEEP_MISSES = timedelta(days=90)
MOST_INDEXES = 200  # workspaces whose search stays in memory; the one asked longest ago goes first

DEFAULTS = (  # for what no entry covers; said to be a default
    ("reversible, and in your own work", "decide"),
    ("reversible, and others can learn from it", "decide, and tell"),
    ("not easily reversible", "your team, with one named decider"),
    ("strategic", "together with your manager"),
)


class WhatIsIt(Refusal):
    """Ask in a few words, like `/whodecides new supplier` or `/whodecides may I roll back a release?`"""


class TooLong(Refusal):
    """That has {length} characters. Ask in one sentence of at most {most}: what do you want to do?"""

    def __init__(self, length: int) -> None:
        super().__init__(length=f"{length:,}", most=LONGEST_QUESTION)


@dataclass(frozen=True)
class Found:
    """What a lookup found: `direct` with one area, a `menu` of up to three, or `none`.

    Each candidate is (row id, entry), best first; for `direct` the first one is the answer.
    """

    kind: Literal["direct", "menu", "none"]
    candidates: tuple[tuple[int, Entry], ...]
    score: float
    registry_is_empty: bool = False


class Lookups:
    """The searches of all workspaces, each rebuilt when its registry's version has moved."""

    def __init__(self) -> None:
        self._built: OrderedDict[str, tuple[int, Index, dict[str, tuple[int, Entry]]]] = OrderedDict()
        self._lock = Lock()

    def ask(self, session: Session, workspace: str, question: str) -> Found:
        """Answer a question. Raises WhatIsIt for no words, TooLong beyond 300 characters."""
        question = check_question(question)
        index, entries = self._index(session, workspace)
        if not entries:
            return Found("none", (), 0.0, registry_is_empty=True)
        told = index.ask(question)
        first = [told.area] if told.area else []
        candidates = dict.fromkeys([*first, *told.candidates])
        return Found(told.kind, tuple(entries[ref] for ref in candidates)[:3], told.score)

    def _index(self, session: Session, workspace: str) -> tuple[Index, dict[str, tuple[int, Entry]]]:
        version = rows.version(session, workspace)
        with self._lock:
            built = self._built.get(workspace)
            if built is not None and built[0] == version:
                self._built.move_to_end(workspace)
                return built[1], built[2]
        kept = {row.ref: (row.id, entry_of(row)) for row in rows.rights(session, workspace)}
        index = build_index([entry for _, entry in kept.values()])
        with self._lock:
            self._built[workspace] = (version, index, kept)
            while len(self._built) > MOST_INDEXES:
                self._built.popitem(last=False)
        return index, kept


def check_question(question: str) -> str:
    """A question that can be asked, trimmed, and without the names of people. Raises WhatIsIt, TooLong."""
    question = " ".join(PERSON.sub("somebody", question.replace("\0", "")).split())
    if not any(letter.isalnum() for letter in question):
        raise WhatIsIt
    if len(question) > LONGEST_QUESTION:
        raise TooLong(len(question))
    return question


def build_index(entries: Sequence[Entry]) -> Index:
    """The search over these entries."""
    return Index([Area(one.ref, one.area, one.aliases, one.category, one.guardrail) for one in entries])


def remember_miss(session: Session, workspace: str, question: str, now: datetime) -> None:
    """Keep a question that found no owner: its words and its day, never who asked."""
    rows.add_miss(session, workspace, question[:LONGEST_QUESTION], now.date().isoformat())


def gaps(session: Session, workspace: str, today: date) -> list[tuple[str, int]]:
    """(question, how often) of the last 30 days, the most asked first; without names, for the gap radar."""
    since = (today - timedelta(days=30)).isoformat()
    counted: dict[str, list[str]] = {}
    for words in rows.misses_since(session, workspace, since):
        counted.setdefault(" ".join(words.lower().split()).rstrip("?!. "), []).append(words)
    grouped = [(asked[0], len(asked)) for asked in counted.values()]
    return sorted(grouped, key=lambda item: (-item[1], item[0]))
