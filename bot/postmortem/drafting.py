"""What people add to a review: lines of the timeline, findings, the summary, the interim note."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from slack_bolt import Ack

import storage.postmortem as rows
from bot.blocks.common import Json, carried, clip_escaped, notice, read_form
from bot.blocks.postmortem import timeline as timelines
from bot.blocks.postmortem import writing
from bot.clock import now
from bot.postmortem.hints import hint_first
from bot.postmortem.reading import of_click, readable, reviews_for, writable
from bot.postmortem.sources import line_of
from bot.visit import Visit
from rituals.postmortem import conditions, timeline
from rituals.postmortem.hours import read_moment
from rituals.postmortem.kit import Kit
from rituals.postmortem.quotes import Told, as_told
from rituals.postmortem.refusals import AlreadyPublished, NoSuchReview
from rituals.postmortem.reviews import clean, owe_of
from storage import Session
from storage.schema import Moment, Quotation, Review

MOST_CARRIED = 300


def _still_open(review: Review) -> None:
    """Raises AlreadyPublished."""
    if review.stage == "published":
        raise AlreadyPublished


# --- timeline -------------------------------------------------------------------------------------------


def open_from_message(ack: Ack, body: Json, visit: Visit) -> None:
    """*Add to timeline* in a message's menu: its own time, its author, its link."""
    ack()
    visit.member()
    message, channel = body["message"], body["channel"]["id"]
    reviews = [one for one in reviews_for(visit) if one.stage != "published"]
    if not reviews:
        raise NoSuchReview
    line = line_of(visit, channel, message)
    carries = {
        "source": line.source,
        "at": line.at.isoformat(),
        "person": line.person or "",
        "who": line.who[: timeline.LONGEST_WHO],
        "permalink": line.permalink[:MOST_CARRIED],
        "heard": line.heard,
    }
    visit.open(writing.moment(reviews, words=line.words, carries=carries, is_message=True))


def open_moment(ack: Ack, action: Json, visit: Visit) -> None:
    """*Add to the timeline*, by form."""
    ack()
    review = writable(visit, of_click(action)[0])
    _still_open(review)
    local = now().astimezone(ZoneInfo(review.zone))
    visit.open(writing.moment([review], at=f"{local:%Y-%m-%d} "))


def take_moment(ack: Ack, view: Json, visit: Visit) -> None:
    """Add the line, after one hint at most."""
    given, told = read_form(view), carried(view)
    review = writable(visit, int(given["review"]))
    texts = [given.get(box) or "" for box in ("words", "knew", "expected")]
    if hint_first(ack, view, visit, review, texts if "source" not in told else texts[1:]):
        return
    at = (
        datetime.fromisoformat(told["at"])
        if "source" in told
        else read_moment(given["at"] or "", review.zone, "at", now())
    )
    line = timeline.Line(
        at=at,
        words=texts[0],
        source=told.get("source") or f"form/{view['id']}",
        person=told.get("person") or (visit.person if "source" not in told else None),
        who=told.get("who", ""),
        permalink=told.get("permalink", ""),
        knew=texts[1],
        expected=texts[2],
        sure=given.get("sure") or "",
        heard=told.get("heard", ""),
    )
    with visit.sessions.begin() as session:
        timeline.add(session, visit.workspace, review.id, line, visit.person, now())
    ack(response_action="update", view=notice("Added", f"It stands on the timeline of review {review.id}."))


def open_correction(ack: Ack, action: Json, visit: Visit) -> None:
    """*Correct*, beside a line."""
    ack()
    with visit.sessions.reading() as session:
        found = timeline.moment(session, visit.workspace, of_click(action)[0])
    review = writable(visit, found.review_id)
    visit.open(writing.correction(found, f"{found.at.astimezone(ZoneInfo(review.zone)):%Y-%m-%d %H:%M %z}"))


def take_correction(ack: Ack, view: Json, visit: Visit) -> None:
    """Store it; what stood there stays visible."""
    given, moment_id = read_form(view), carried(view)["moment"]
    with visit.sessions.reading() as session:
        found = timeline.moment(session, visit.workspace, moment_id)
    review = writable(visit, found.review_id)
    if hint_first(ack, view, visit, review, [given["words"] or ""]):
        return
    at = read_moment(given["at"] or "", review.zone, "at", now())
    if at.replace(second=0, microsecond=0) == found.at.replace(second=0, microsecond=0):
        at = found.at  # the form shows minutes only
    with visit.sessions.begin() as session:
        timeline.correct(session, visit.workspace, moment_id, given["words"] or "", at)
    ack(response_action="update", view=notice("Corrected", "What stood there before stays visible beside it."))


def open_lines(ack: Ack, action: Json, visit: Visit) -> None:
    """*Paste lines*."""
    ack()
    review = writable(visit, of_click(action)[0])
    _still_open(review)
    visit.open(writing.lines(review))


def take_lines(ack: Ack, view: Json, visit: Visit) -> None:
    """Add pasted lines, all or none."""
    review = writable(visit, carried(view)["review"])
    lines = timeline.read_lines(read_form(view)["lines"] or "", review.zone, now())
    with visit.sessions.begin() as session:
        new = timeline.add_lines(session, visit.workspace, review.id, lines, visit.person, now())
    ack(response_action="update", view=notice("Added", f"{new} of {len(lines)} lines are new on the timeline."))


def show_later(ack: Ack, action: Json, visit: Visit, kit: Kit) -> None:
    """*Later lines* of a timeline."""
    ack()
    review_id, page = of_click(action)
    visit.reply(tell_timeline(visit, readable(visit, review_id), kit, int(page)))


def tell_timeline(visit: Visit, review: Review, kit: Kit, page: int = 0) -> list[Json]:
    """`/postmortem timeline`."""
    with visit.sessions.reading() as session:
        told = lines_of(session, review)
        roles = rows.people_of(session, visit.workspace, review.id)
    return timelines.timeline(review, told, roles, kit, page)


def lines_of(session: Session, review: Review) -> list[tuple[Moment, Told | None]]:
    """The lines of a timeline, each with how others read it (None: they don't)."""
    quotations = rows.parts_of(session, review.workspace, Quotation, review.id)
    moments = rows.moments_of(session, review.workspace, review.id)
    return [(one, as_told(review, quotations, one)) for one in moments]


# --- findings, summary, note ----------------------------------------------------------------------------


def open_finding(ack: Ack, action: Json, visit: Visit) -> None:
    ack()
    review = writable(visit, of_click(action)[0])
    _still_open(review)
    visit.open(writing.finding(review))


def take_finding(ack: Ack, view: Json, visit: Visit) -> None:
    """Add it; a condition that another review of the reader's named brings that one along."""
    given = read_form(view)
    review = writable(visit, carried(view)["review"])
    if hint_first(ack, view, visit, review, [given["words"] or ""]):
        return
    with visit.sessions.begin() as session:
        found = conditions.add(
            session, visit.workspace, review.id, given["kind"] or "", given["words"] or "", visit.person
        )
    known = reviews_for(visit)
    with visit.sessions.reading() as session:
        before = conditions.seen_before(session, found, known) if found.kind == "condition" else []
    said = [f"Seen before, in review {one.id}: {clip_escaped(it.words, 300)}" for one, it in before]
    ack(response_action="update", view=notice("Added", f"It stands in review {review.id}.", *said))


def open_summary(ack: Ack, action: Json, visit: Visit) -> None:
    ack()
    review = writable(visit, of_click(action)[0])
    _still_open(review)
    visit.open(writing.summary(review))


def take_summary(ack: Ack, view: Json, visit: Visit) -> None:
    """Summary and impact, for the report."""
    given = read_form(view)
    review = writable(visit, carried(view)["review"])
    summary, impact = given["summary"] or "", given["impact"] or ""
    if hint_first(ack, view, visit, review, [summary, impact]):
        return
    with visit.sessions.begin() as session:
        held = timeline.open_review(session, visit.workspace, review.id)
        held.summary, held.impact = clean(summary, "summary", needed=True), clean(impact, "impact")
    ack(response_action="update", view=notice("Saved", "The report opens with it."))


def open_interim(ack: Ack, action: Json, visit: Visit) -> None:
    ack()
    review = writable(visit, of_click(action)[0])
    _still_open(review)
    visit.open(writing.interim(review))


def take_interim(ack: Ack, view: Json, visit: Visit) -> None:
    """Owe the one interim note."""
    words = read_form(view)["words"] or ""
    review = writable(visit, carried(view)["review"])
    if hint_first(ack, view, visit, review, [words]):
        return
    with visit.sessions.begin() as session:
        conditions.note_interim(session, visit.workspace, review.id, words, visit.person)
        owe_of(session, review, "interim", to=review.channel, now=now())
    ack(response_action="update", view=notice("Posted", "The channel has it in a moment."))
