"""`python -m bot postmortem import FILE`: a timeline from any incident tool's export."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from bot.clock import now
from bot.shell import opened, which_workspace
from rituals.errors import Refusal
from rituals.postmortem import timeline


class NoSuchFile(Refusal):
    """{file} can't be read as text in UTF-8."""


def add_verbs(verbs: Any) -> None:
    """Hang `postmortem import` into the parser."""
    parser = verbs.add_parser("postmortem", help="reviews: import a timeline")
    each = parser.add_subparsers(required=True, metavar="VERB")
    taken = each.add_parser("import", help="add the lines `time, who, text` of a CSV or Markdown file to a review")
    taken.add_argument("file", type=Path)
    taken.add_argument("--review", type=int, required=True, help="the number of the review")
    taken.add_argument("--dry-run", action="store_true", help="read the file, say what is in it, and add nothing")
    taken.add_argument("--workspace", help="the team id; may be left out when there is only one")
    taken.set_defaults(run=run_import)


def run_import(asked: argparse.Namespace) -> int:
    """Read all, then add what is new, in one transaction."""
    try:
        text = asked.file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise NoSuchFile(file=asked.file.name) from None
    with opened() as database:
        workspace = which_workspace(database, asked.workspace)
        with database.reading() as session:
            review = timeline.open_review(session, workspace, asked.review)
        lines = timeline.read_lines(text, review.zone, now())
        if asked.dry_run:
            print(f"{len(lines)} lines.")
            return 0
        with database.begin() as session:
            new = timeline.add_lines(session, workspace, asked.review, lines, "")
    print(f"{new} of {len(lines)} lines are new on the timeline of review {asked.review}.")
    return 0
