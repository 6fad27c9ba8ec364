"""The kit: questions, roles, follow-ups and sizes of a review, as data; a workspace can bring its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from rituals.errors import Refusal
from rituals.yaml_files import read_yaml

OURS = Path(__file__).with_name("kit.yaml")
MOST_FOLLOW_UPS = 2
FIVE_BOXES = 5


class BadKit(Refusal):
    """The review kit {file} can't be used: {why}."""


@dataclass(frozen=True)
class Severity:
    """How large a review of this severity is, and how long each part of it may take."""

    boxes: int
    accounts_hours: int
    review_days: int
    working: bool  # whether review_days are working days
    actions_days: int


@dataclass(frozen=True)
class Question:
    """One question of an account; `id` stays when the words are mended."""

    id: str
    ask: str


@dataclass(frozen=True)
class Role:
    """A part that somebody had, and the question that only this part is asked."""

    title: str
    ask: str


@dataclass(frozen=True)
class FollowUp:
    """A question back, asked where `when` is heard in an account."""

    id: str
    when: re.Pattern[str]
    ask: str


@dataclass(frozen=True)
class Kit:
    """All of it."""

    severities: Mapping[str, Severity]
    ground_rules: str
    first_look: tuple[Question, ...]
    roles: Mapping[str, Role]
    follow_ups: tuple[FollowUp, ...]
    conversation: tuple[str, ...]
    vague: re.Pattern[str]

    def asked(self, severity: str, role: str) -> list[Question]:
        """The questions of one person's account: for a small incident two, else all and one for the role."""
        if self.severities[severity].boxes < FIVE_BOXES:
            return list(self.first_look[: self.severities[severity].boxes])
        own = [Question("role", self.roles[role].ask)] if role in self.roles else []
        return [*self.first_look[: FIVE_BOXES - len(own)], *own]

    def words_of(self, question: str) -> str:
        """What a question says, also one that was taken out of the kit."""
        known = {one.id: one.ask for one in self.first_look} | {one.id: one.ask for one in self.follow_ups}
        return known.get(question, "From where each of them stood" if question == "role" else "Said as well")

    def role_title(self, role: str) -> str:
        return self.roles[role].title if role in self.roles else "Somebody in this review"

    def follow_ups_for(self, answers: Mapping[str, str]) -> list[FollowUp]:
        """At most two questions back, the surest first."""
        said = "\n".join(answers.values())
        return [one for one in self.follow_ups if one.when.search(said)][:MOST_FOLLOW_UPS]


def load_kit(own: Path | None) -> Kit:
    """Our kit, with the parts that the kit.yaml of a workspace's folder names in place of ours. Raises BadKit."""
    parts = _read(OURS)
    if own is not None:
        file = own / "kit.yaml"
        if not file.is_file():
            raise BadKit(file=file, why="there is no such file")
        parts |= _read(file)
        if unknown := set(parts) - set(_read(OURS)):
            raise BadKit(file=file.name, why=f"I don't know {', '.join(sorted(map(str, unknown)))}")
    try:
        return _made(parts)
    except (AttributeError, KeyError, TypeError, ValueError, re.error) as fault:
        raise BadKit(file=(own or OURS).name, why=f"a part of it is not built like ours ({fault})") from None


def _read(file: Path) -> dict[str, Any]:
    try:
        loaded = read_yaml(file)
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        raise BadKit(file=file.name, why="it is not YAML in UTF-8") from None
    if not isinstance(loaded, dict):
        raise BadKit(file=file.name, why="it needs parts like first_look and roles")
    return loaded


def _made(parts: dict[str, Any]) -> Kit:
    kit = Kit(
        severities={name: Severity(**size) for name, size in parts["severities"].items()},
        ground_rules=" ".join(str(parts["ground_rules"]).split()),
        first_look=tuple(Question(**one) for one in parts["first_look"]),
        roles={name: Role(**one) for name, one in parts["roles"].items()},
        follow_ups=tuple(
            FollowUp(one["id"], re.compile(one["when"], re.IGNORECASE), one["ask"]) for one in parts["follow_ups"]
        ),
        conversation=tuple(map(str, parts["conversation"])),
        vague=re.compile(rf"\b(?:{'|'.join(parts['vague'])})\b", re.IGNORECASE),
    )
    if len(kit.first_look) < 2 or not kit.roles or set(kit.severities) != {"SEV1", "SEV2", "SEV3", "SEV4"}:
        raise ValueError("two questions, a role and SEV1 to SEV4 are the least")
    return kit
