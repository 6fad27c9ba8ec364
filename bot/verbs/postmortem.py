"""`python -m bot postmortem import FILE`: a timeline from any incident tool's export."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from bot.clock import now
from bot.shell import add_workspace, opened, read_text, which_workspace
from rituals.errors import Refusal
from rituals.postmortem import timeline
from rituals.postmortem.refusals import NoSuchReview


class NoReviewThere(Refusal):
    """There is no review {number} in workspace {workspace}."""


def add_verbs(verbs: Any) -> None:
    """Hang `postmortem import` into the parser."""
    parser = verbs.add_parser("postmortem", help="reviews: import a timeline")
    each = parser.add_subparsers(required=True, metavar="VERB")
    taken = each.add_parser("import", help="add the lines `time, who, text` of a CSV or Markdown file to a review")
    taken.add_argument("file", type=Path, metavar="FILE", help="the lines, as CSV or as a Markdown list or table")
    taken.add_argument("--review", type=int, required=True, metavar="NUMBER", help="the number of the review")
    taken.add_argument("--dry-run", action="store_true", help="read the file, say what is in it, and add nothing")
    add_workspace(taken)
    taken.set_defaults(run=run_import)


def run_import(asked: argparse.Namespace) -> int:
    """Read all, then add what is new, in one transaction."""
    text = read_text(asked.file)
    with opened() as database:
        workspace = which_workspace(database, asked.workspace)
        try:
            with database.reading() as session:
                review = timeline.open_review(session, workspace, asked.review)
        except NoSuchReview:  # its sentence is for Slack: it names a slash command
            raise NoReviewThere(number=asked.review, workspace=workspace) from None
        lines = timeline.read_lines(text, review.zone, now())
        if asked.dry_run:
            print(f"{len(lines)} lines.")
            return 0
        with database.begin() as session:
            new = timeline.add_lines(session, workspace, asked.review, lines, "", now())
    print(f"{new} of {len(lines)} lines are new on the timeline of review {asked.review}.")
    return 0
