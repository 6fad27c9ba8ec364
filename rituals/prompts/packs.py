"""Packs: questions for a practice worth keeping, as data; a workspace can add its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from rituals.errors import Refusal
from rituals.yaml_files import read_yaml

OURS = Path(__file__).parent.parent / "packs"

CADENCES = ("weekdays", "weekly", "fortnightly", "monthly", "quarterly")
ANSWERS = ("thread", "form", "sealed")


class BadPack(Refusal):
    """The question pack {file} can't be used: {why}."""


@dataclass(frozen=True)
class Question:
    """One question; `id` is unique in its pack and stays when the words are mended."""

    id: str
    ask: str


@dataclass(frozen=True)
class Pack:
    """A practice: why it is worth keeping, how often, how it is answered, and its questions.

    `beside` labels a text that the team gives once, which is shown next to the answers; most packs have none.
    """

    name: str
    title: str
    why: str
    cadence: str
    answers: str
    questions: tuple[Question, ...]
    beside: str | None = None

    def next_question(self, asked: Sequence[str]) -> tuple[Question, list[str]]:
        """The next question and the new list of those used: none comes again before all were used."""
        fresh = [question for question in self.questions if question.id not in asked]
        if fresh:
            return fresh[0], [*asked, fresh[0].id]
        return self.questions[0], [self.questions[0].id]


def load_packs(own: Path | None) -> dict[str, Pack]:
    """Our packs by name, and those of a workspace's own folder, which win over ours of the same name.

    Raises BadPack with the file and the reason.
    """
    packs: dict[str, Pack] = {}
    for folder in [OURS] + ([own] if own else []):
        if not folder.is_dir():
            raise BadPack(file=folder, why="there is no such folder")
        for file in sorted(folder.glob("*.yaml")):
            packs[file.stem] = _read(file)
    return packs


def _read(file: Path) -> Pack:
    try:
        loaded = read_yaml(file)
    except (yaml.YAMLError, UnicodeDecodeError):
        raise BadPack(file=file.name, why="it is not YAML in UTF-8") from None
    if not isinstance(loaded, Mapping):
        raise BadPack(file=file.name, why="it needs title, why, cadence, answers and questions")
    for name, limit in (("title", 40), ("why", 240)):
        words = loaded.get(name)
        if not isinstance(words, str) or not 1 <= len(words.strip()) <= limit:
            raise BadPack(file=file.name, why=f"{name} must be a text of 1 to {limit} characters")
    for name, choices in (("cadence", CADENCES), ("answers", ANSWERS)):
        if loaded.get(name) not in choices:
            raise BadPack(file=file.name, why=f"{name} must be one of {', '.join(choices)}")
    beside = loaded.get("beside")
    if beside is not None and (not isinstance(beside, str) or not 1 <= len(beside.strip()) <= 150):
        raise BadPack(file=file.name, why="beside must be a text of 1 to 150 characters")
    unknown = set(loaded) - {"title", "why", "cadence", "answers", "beside", "questions"}
    if unknown:
        raise BadPack(file=file.name, why=f"I don't know {', '.join(sorted(map(str, unknown)))}")
    return Pack(
        name=file.stem,
        title=loaded["title"].strip(),
        why=" ".join(loaded["why"].split()),
        cadence=loaded["cadence"],
        answers=loaded["answers"],
        beside=beside,
        questions=_read_questions(file, loaded.get("questions")),
    )


def _read_questions(file: Path, listed: object) -> tuple[Question, ...]:
    questions = []
    for item in listed if isinstance(listed, list) else []:
        match item:
            case {"id": str(key), "ask": str(ask)} if 1 <= len(ask.strip()) <= 300:
                questions.append(Question(key, ask.strip()))
            case _:
                raise BadPack(file=file.name, why="each question needs an id and an ask of 1 to 300 characters")
    if not questions or len({question.id for question in questions}) < len(questions):
        raise BadPack(file=file.name, why="it needs at least one question, each with an id of its own")
    return tuple(questions)
