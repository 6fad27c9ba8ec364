"""Instruments: what a pulse asks, as data, with where the wording comes from; a workspace can add its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from rituals.errors import InvalidField, Refusal
from rituals.yaml_files import read_yaml

OURS = Path(__file__).parent.parent / "instruments"
DEFAULT = "team-safety"
POINTS = 7  # the mean's clamp does not hold on shorter scales
SMALLEST_K = 5
MOST_ITEMS = 12
LONGEST_ITEM = 240
TALK = ("open", "listen", "step", "avoid")
KNOWN = {"title", "why", "citation", "licence", "scale", "k", "lead_says", "items", "own_words"}


class BadInstrument(Refusal):
    """The instrument {file} can't be used: {why}."""


@dataclass(frozen=True)
class Item:
    """One statement, agreed or disagreed with from 1 to 7; `talk` is a guide to twenty minutes about it."""

    id: str
    label: str
    text: str
    talk: Mapping[str, str]
    reverse: bool = False  # agreeing is the worse answer


@dataclass(frozen=True)
class Instrument:
    """A few statements that belong together. `scale` names both ends; fewer than `k` answers are never shown."""

    name: str
    title: str
    why: str
    citation: str
    licence: str
    scale: tuple[str, str]
    k: int
    lead_says: str
    items: tuple[Item, ...]
    own_words: bool = False

    def asking(self, own: str) -> Instrument:
        """This instrument with the channel's own statement. Raises InvalidField."""
        own = " ".join(own.split())
        if not self.own_words:
            return self
        if not 1 <= len(own) <= LONGEST_ITEM:
            raise InvalidField(
                "own", f"Write one statement to agree or disagree with, up to {LONGEST_ITEM} characters."
            )
        return replace(self, items=(replace(self.items[0], text=own),))


LOOP = Item(
    id="change",
    label="Something will change",
    text="I believe something will change because of this.",
    talk={
        "open": "What came of the last pulse, as far as you could see?",
        "listen": "For what was done and never told.",
        "step": "Tell in the channel what was done since, and what wasn't, with the reason.",
        "avoid": "Promising more than before.",
    },
)  # asked from the second pulse of a channel on


def load_instruments(own: Path | None) -> dict[str, Instrument]:
    """Ours by name, and those of a workspace's own folder, which win over ours of the same name.

    Raises BadInstrument with the file and the reason.
    """
    found: dict[str, Instrument] = {}
    for folder in [OURS] + ([own] if own else []):
        if not folder.is_dir():
            raise BadInstrument(file=folder, why="there is no such folder")
        for file in sorted(folder.glob("*.yaml")):
            found[file.stem] = _read(file)
    return found


def _read(file: Path) -> Instrument:
    try:
        loaded = read_yaml(file)
    except (yaml.YAMLError, UnicodeDecodeError):
        raise BadInstrument(file=file.name, why="it is not YAML in UTF-8") from None
    if not isinstance(loaded, Mapping):
        raise BadInstrument(
            file=file.name, why="it needs title, why, citation, licence, scale, k, lead_says, items"
        )
    unknown = set(loaded) - KNOWN
    if unknown:
        raise BadInstrument(file=file.name, why=f"I don't know {', '.join(sorted(map(str, unknown)))}")
    return Instrument(
        name=_short(file, file.stem, "the file's name", 40),
        title=_short(file, loaded.get("title"), "title", 40),
        why=_short(file, loaded.get("why"), "why", 240),
        citation=_short(file, loaded.get("citation"), "citation", 400),
        licence=_short(file, loaded.get("licence"), "licence", 80),
        scale=_scale(file, loaded.get("scale")),
        k=_k(file, loaded.get("k")),
        lead_says=_short(file, loaded.get("lead_says"), "lead_says", 600),
        items=_items(file, loaded.get("items"), 1 if loaded.get("own_words") is True else MOST_ITEMS),
        own_words=loaded.get("own_words") is True,
    )


def _short(file: Path, words: object, name: str, most: int) -> str:
    if not isinstance(words, str) or not 1 <= len(words.strip()) <= most:
        raise BadInstrument(file=file.name, why=f"{name} must be a text of 1 to {most} characters")
    return " ".join(words.split())


def _scale(file: Path, ends: Any) -> tuple[str, str]:
    if not isinstance(ends, list) or len(ends) != 2:
        raise BadInstrument(file=file.name, why="scale must name its two ends, for 1 and for 7")
    return (_short(file, ends[0], "scale", 30), _short(file, ends[1], "scale", 30))


def _k(file: Path, k: object) -> int:
    if not isinstance(k, int) or isinstance(k, bool) or k < SMALLEST_K:
        raise BadInstrument(file=file.name, why=f"k must be a whole number from {SMALLEST_K} on")
    return k


def _reverse(file: Path, said: object) -> bool:
    if not isinstance(said, bool):
        raise BadInstrument(file=file.name, why="reverse must be true or false")
    return said


def _items(file: Path, listed: object, most: int) -> tuple[Item, ...]:
    items = []
    for one in listed if isinstance(listed, list) else []:
        if not isinstance(one, Mapping) or not isinstance(one.get("talk"), Mapping):
            raise BadInstrument(file=file.name, why="each item needs id, label, text and talk")
        talk = {part: _short(file, one["talk"].get(part), f"talk.{part}", 240) for part in TALK}
        items.append(
            Item(
                id=_short(file, one.get("id"), "id", 30),
                label=_short(file, one.get("label"), "label", 40),
                text=_short(file, one.get("text"), "text", LONGEST_ITEM),
                talk=talk,
                reverse=_reverse(file, one.get("reverse", False)),
            )
        )
    if not 1 <= len(items) <= most or len({LOOP.id, *(one.id for one in items)}) <= len(items):
        why = f'it needs 1 to {most} items, each with an id of its own; "{LOOP.id}" is taken'
        raise BadInstrument(file=file.name, why=why)
    return tuple(items)
