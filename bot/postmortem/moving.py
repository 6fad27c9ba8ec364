"""From stage to stage and back; the report and the hour to talk, handed over as the scopes allow."""

from __future__ import annotations

from slack_bolt import Ack

from bot.blocks.common import Json, instant, modal, notice, section
from bot.blocks.postmortem import messages
from bot.clock import now
from bot.papers import File, upload
from bot.postmortem.following import follow_sources
from bot.postmortem.handing_over import file_of
from bot.postmortem.reading import names_of, of_click, readable
from bot.visit import Visit
from bot.workspaces import Workspaces
from rituals.postmortem import report, stages, talk
from rituals.postmortem.kit import Kit
from storage.schema import Review


def take_next(ack: Ack, action: Json, visit: Visit, workspaces: Workspaces, kit: Kit) -> None:
    """The button that leads on, in the channel, in private or by command."""
    ack()
    review_id, seen = of_click(action)
    move_on(visit, review_id, seen, workspaces, kit)


def move_on(visit: Visit, review_id: int, seen: str, workspaces: Workspaces, kit: Kit) -> None:
    """Move it, and say in private what that means."""
    asker = visit.member()
    if seen in ("conversation", "soak"):
        follow_sources(visit, review_id, workspaces)
    with visit.sessions.begin() as session:
        review = stages.move_on(session, visit.workspace, review_id, seen, asker, kit, now())
    visit.reply([*messages.moved(review), *to_ask_its_people(visit, review)])
    visit.redraw_home()


def to_ask_its_people(visit: Visit, review: Review) -> list[Json]:
    """The button of another ritual, where it is switched on: only on a published review, for its facilitator."""
    may = "pulse" in visit.rooms and review.stage == "published" and review.facilitator == visit.person
    return messages.to_ask_its_people(review) if may else []


def take_back(ack: Ack, action: Json, visit: Visit, kit: Kit) -> None:
    """*One step back*."""
    ack()
    review_id, seen = of_click(action)
    asker = visit.member()
    with visit.sessions.begin() as session:
        review = stages.move_back(session, visit.workspace, review_id, seen, asker, kit, now())
    visit.reply(messages.moved(review))


def markdown_of(visit: Visit, review_id: int, kit: Kit) -> tuple[Review, str]:
    """The report of a review that the visitor may read."""
    review = readable(visit, review_id)
    with visit.sessions.reading() as session:
        told = report.contents(session, visit.workspace, review.id)
    return review, report.as_markdown(told, kit, names_of(visit.client, report.named_in(told)))


def show_report(ack: Ack, action: Json, visit: Visit, kit: Kit) -> None:
    """*Read the report*, or its draft."""
    ack()
    review = readable(visit, of_click(action)[0])
    shown = visit.open(notice(f"Review {review.id}", "One moment: I ask Slack for the names in it."))
    _, markdown = markdown_of(visit, review.id, kit)  # each name is a question, and a trigger lives three seconds
    view = modal("notice", f"Review {review.id}", messages.report(markdown), close="Close")
    visit.client.views_update(view_id=shown, view=view)


def export(visit: Visit, review: Review, kit: Kit, workspaces: Workspaces) -> list[Json]:
    """`/postmortem export`: a file in private, or else the same text."""
    _, markdown = markdown_of(visit, review.id, kit)
    ours = workspaces.find(visit.workspace)
    if ours is None or not ours.may("files:write"):
        return messages.shown(review, markdown)
    upload(visit.client, visit.person, file_of(review, markdown))
    return [section(f"The report of review {review.id} is in your direct messages, as Markdown.")]


def take_calendar(ack: Ack, action: Json, visit: Visit, kit: Kit, workspaces: Workspaces) -> None:
    """*45 minutes for my calendar*: a file in private, where that scope is granted; the time alone otherwise.

    Only who asks for it gets it, so it takes no room in anybody's week.
    """
    ack()
    review = readable(visit, of_click(action)[0])
    at = now()
    proposed = instant(talk.proposed(review.zone, at, review.country), review.zone)
    said = f"I'd propose {talk.MINUTES} minutes {proposed}."
    ours = workspaces.find(visit.workspace)
    if ours is not None and ours.may("files:write"):
        alt = f"The conversation of review {review.id}, {talk.MINUTES} minutes, as a calendar file"
        content = talk.calendar_file(review, kit, at).decode()
        upload(visit.client, visit.person, File(f"review-{review.id}.ics", f"Review {review.id}", content, alt))
        said += " The file is in your direct messages: open it, move it if you like, and invite the others."
    visit.reply([section(said)])


def take_thread(ack: Ack, action: Json, visit: Visit) -> None:
    """*No meeting: talk in a thread*."""
    ack()
    asker, review_id = visit.member(), of_click(action)[0]
    with visit.sessions.begin() as session:
        review = talk.in_thread(session, visit.workspace, review_id, asker, now())
    visit.reply([section(f"The questions go to the thread of the review's message in <#{review.channel}>.")])
