"""`python -m bot decisions`: the registry from a shell, and the same answers outside Slack."""

from __future__ import annotations

import argparse
import csv
import io
import json
from pathlib import Path
from typing import Any

from bot.clock import now
from bot.shell import add_workspace, check_person, opened, read_text, which_workspace
from rituals.decisions import files, lookup, registry
from rituals.decisions.entry import Entry
from rituals.errors import Refusal
from rituals.search import Index


class CantWrite(Refusal):
    """{file} can't be written there."""


class NoQuestion(Refusal):
    """Ask a question behind the options, or name a file of them with --questions."""


class NoQuestions(Refusal):
    """{file} has no column `query`, or isn't CSV."""


class WhichKind(Refusal):
    """{file} should end in .csv, .yaml or .yml: the ending says how the registry is written."""


WRITERS = {".csv": files.write_csv, ".yaml": files.write_yaml, ".yml": files.write_yaml}


def add_verbs(verbs: Any) -> None:
    """Hang `decisions import|export|ask` into the parser."""
    parser = verbs.add_parser("decisions", help="who decides what: import, export, ask")
    each = parser.add_subparsers(required=True, metavar="VERB")

    taken = each.add_parser("import", help="make a CSV or YAML file the registry, unless anything is wrong in it")
    taken.add_argument(
        "file", type=Path, metavar="FILE", help="the registry: YAML if it ends in .yaml or .yml, else CSV"
    )
    taken.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    add_workspace(taken)
    taken.add_argument(
        "--keeper", action="append", default=[], metavar="U...", help="who looks after it, at first"
    )
    taken.set_defaults(run=run_import)

    given = each.add_parser("export", help="write the registry to a CSV or YAML file")
    given.add_argument("file", type=Path, metavar="FILE", help="where to: it ends in .csv, .yaml or .yml")
    add_workspace(given)
    given.set_defaults(run=run_export)

    asked = each.add_parser("ask", help="ask a registry file, with the engine that answers in Slack")
    asked.add_argument("--registry", type=Path, required=True, metavar="FILE", help="the registry, as CSV or YAML")
    asked.add_argument("--questions", type=Path, metavar="FILE.csv", help="a file with a column `query`")
    asked.add_argument("--json", action="store_true", help="print JSON, an object a question")
    asked.add_argument("question", nargs="*", metavar="QUESTION", help="what to ask, in your words")
    asked.set_defaults(run=run_ask)


def run_import(asked: argparse.Namespace) -> int:
    """Read, compare, and replace the registry in one transaction."""
    for keeper in asked.keeper:
        check_person(keeper)
    entries = files.read_file(asked.file)
    with opened() as database:
        workspace = which_workspace(database, asked.workspace)
        if asked.dry_run:
            with database.reading() as session:
                told = registry.difference(registry.all_entries(session, workspace), entries)
        else:
            with database.begin() as session:
                told = registry.replace_all(session, workspace, entries, asked.keeper, "shell", now())
    for area in told.added:
        print(f"+ {area}")
    for area, columns in told.changed:
        print(f"~ {area} ({', '.join(columns)})")
    for area in told.removed:
        print(f"- {area}")
    begin = "Would be" if asked.dry_run else "Now"
    counts = f"{len(told.added)} added, {len(told.changed)} changed, {len(told.removed)} removed"
    print(f"{begin} {len(entries)} areas: {counts}.")
    return 0


def run_export(asked: argparse.Namespace) -> int:
    """Write the registry, by the file's ending. Raises WhichKind, CantWrite."""
    write = WRITERS.get(asked.file.suffix.lower())
    if write is None:
        raise WhichKind(file=asked.file)
    with opened() as database:
        workspace = which_workspace(database, asked.workspace)
        with database.reading() as session:
            entries = registry.all_entries(session, workspace)
    try:
        asked.file.write_text(write(entries), encoding="utf-8", newline="")
    except OSError:
        raise CantWrite(file=asked.file.name) from None
    print(f"{len(entries)} areas.")
    return 0


def run_ask(asked: argparse.Namespace) -> int:
    """Answer questions over a file, in their order. A question that can't be asked has no answer."""
    entries = files.read_file(asked.registry)
    if not (asked.questions or asked.question):
        raise NoQuestion
    questions = _questions(asked.questions) if asked.questions else [" ".join(asked.question)]
    index = lookup.build_index(entries)
    by_ref = {entry.ref: entry for entry in entries}
    answers = [_answer(index, by_ref, question) for question in questions]
    deciders = {entry.area: entry.decide for entry in entries}
    if asked.json:
        print(json.dumps(answers, ensure_ascii=False, indent=1))
    else:
        for question, answer in zip(questions, answers, strict=True):
            print(f"{question}\n  {_in_words(answer, deciders)}")
    return 0


def _in_words(answer: dict[str, Any], deciders: dict[str, str]) -> str:
    if answer["kind"] == "direct":
        return f"{answer['area']}. Who decides: {deciders[answer['area']]}."
    if answer["kind"] == "menu":
        return f"Not sure which of these is meant: {' / '.join(answer['candidates'])}"
    return "No entry says who decides this."


def _questions(file: Path) -> list[str]:
    try:
        return [row["query"] or "" for row in csv.DictReader(io.StringIO(read_text(file), newline=""))]
    except (KeyError, csv.Error):
        raise NoQuestions(file=file) from None


def _answer(index: Index, by_ref: dict[str, Entry], question: str) -> dict[str, Any]:
    try:
        told = index.ask(lookup.check_question(question))
    except Refusal:
        return {"kind": "none", "area": None, "candidates": [], "score": 0.0}
    area = by_ref[told.area].area if told.area else None
    candidates = [by_ref[ref].area for ref in told.candidates]
    return {"kind": told.kind, "area": area, "candidates": candidates, "score": round(told.score, 4)}
