"""The report, handed over when it is published: a file and a canvas where that is granted, else a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from slack_sdk import WebClient

from bot.blocks.common import Message
from bot.blocks.postmortem import messages
from bot.papers import CANVAS_LIMIT, Canvas, File
from bot.postmortem.reading import names_of
from bot.rooms import Posting
from bot.workspaces import Installation
from rituals.postmortem import report
from rituals.postmortem.kit import Kit
from rituals.postmortem.reviews import find, owe_with_room
from storage import Database, Session
from storage.schema import Delivery, Review

COPY_WAITS = timedelta(days=4)  # for a day with room: `/postmortem export` gives the report at once


@dataclass(frozen=True)
class Looked:
    """What Slack lets us do with a report, and the names in it. Without the scope nobody's name is asked."""

    granted: bool
    names: Mapping[str, str]


def postings(kit: Kit) -> dict[str, Posting]:
    """A file is perhaps known by its name after a doubtful end, a canvas never is: neither comes twice."""

    def say_file(session: Session, delivery: Delivery, seen: Looked, now: datetime) -> File | None:
        return file_of(*_report(session, delivery, seen)) if seen.granted else None

    def note_file(session: Session, delivery: Delivery, ts: str, seen: Looked | None, now: datetime) -> None:
        """Where no file may be written, who facilitates gets the report to hand on."""
        if not ts and seen is not None and not seen.granted:
            review = find(session, delivery.workspace, delivery.facts["review"])
            owe_with_room(session, review, "copy", review.facilitator, now=now, due=now, until=now + COPY_WAITS)

    def say_canvas(session: Session, delivery: Delivery, seen: Looked, now: datetime) -> Canvas | None:
        if not seen.granted:
            return None
        review, markdown = _report(session, delivery, seen)
        return Canvas(f"Review {review.id}: {review.title}", markdown) if len(markdown) <= CANVAS_LIMIT else None

    def say_copy(session: Session, delivery: Delivery, seen: Looked, now: datetime) -> Message:
        return messages.copy(*_report(session, delivery, seen))

    def _report(session: Session, delivery: Delivery, seen: Looked) -> tuple[Review, str]:
        told = report.contents(session, delivery.workspace, delivery.facts["review"])
        return told.review, report.as_markdown(told, kit, seen.names)

    return {
        "postmortem.report": Posting(say_file, repeat="at_most_once", look=_look_for_file, settled=note_file),
        "postmortem.canvas": Posting(say_canvas, repeat="at_most_once", look=_look_for_canvas),
        "postmortem.copy": Posting(say_copy, look=_look_names),
    }


def _look_for_file(client: WebClient, ours: Installation, database: Database, delivery: Delivery) -> Looked:
    return _look_names(client, ours, database, delivery) if ours.may("files:write") else Looked(False, {})


def _look_for_canvas(client: WebClient, ours: Installation, database: Database, delivery: Delivery) -> Looked:
    return _look_names(client, ours, database, delivery) if ours.may("canvases:write") else Looked(False, {})


def _look_names(client: WebClient, ours: Installation, database: Database, delivery: Delivery) -> Looked:
    with database.reading() as session:
        told = report.contents(session, delivery.workspace, delivery.facts["review"])
    return Looked(True, names_of(client, report.named_in(told)))


def file_of(review: Review, markdown: str) -> File:
    """The report as a file; its name tells which review, so it is shared with a channel once."""
    alt = f"The report of review {review.id} as Markdown"
    return File(f"review-{review.id}.md", f"Review {review.id}", markdown, alt)
