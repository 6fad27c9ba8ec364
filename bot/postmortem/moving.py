"""From stage to stage and back; the report, handed over as the scopes allow."""

from __future__ import annotations

from slack_bolt import Ack

from bot.blocks.common import Json, modal, section
from bot.blocks.postmortem import messages
from bot.clock import now
from bot.postmortem.following import follow_sources
from bot.postmortem.reading import names_of, of_click, readable
from bot.visit import Visit
from bot.workspaces import Workspaces
from rituals.postmortem import report, stages
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
    visit.reply(messages.moved(review))
    if review.stage == "published":
        hand_over(visit, review, kit, workspaces, to=review.channel)
    visit.redraw_home()


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
    return review, report.as_markdown(told, kit, names_of(visit, report.named_in(told)))


def show_report(ack: Ack, action: Json, visit: Visit, kit: Kit) -> None:
    """*Read the report*, or its draft."""
    ack()
    review, markdown = markdown_of(visit, of_click(action)[0], kit)
    visit.open(modal("notice", f"Review {review.id}", messages.report(markdown), close="Close"))


def hand_over(visit: Visit, review: Review, kit: Kit, workspaces: Workspaces, *, to: str) -> bool:
    """Send the report as a file, where that scope is granted; False where it isn't."""
    ours = workspaces.find(visit.workspace)
    if ours is None or not ours.may("files:write"):
        return False
    _, markdown = markdown_of(visit, review.id, kit)
    channel = to
    if to.startswith(("U", "W")):
        channel = visit.client.conversations_open(users=to)["channel"]["id"]
    visit.client.files_upload_v2(
        channel=channel,
        filename=f"review-{review.id}.md",
        title=f"Review {review.id}",
        content=markdown,
        alt_txt=f"The report of review {review.id} as Markdown",
    )
    return True


def export(visit: Visit, review: Review, kit: Kit, workspaces: Workspaces) -> list[Json]:
    """`/postmortem export`: a file in private, or else the same text."""
    if hand_over(visit, review, kit, workspaces, to=visit.person):
        return [section(f"The report of review {review.id} is in your direct messages, as Markdown.")]
    _, markdown = markdown_of(visit, review.id, kit)
    return messages.report(markdown)
