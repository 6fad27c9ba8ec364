"""What a review says: in its channel, in private, and in the forms that only show something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from bot.blocks.common import (
    Json,
    Message,
    actions,
    button,
    clip_escaped,
    context,
    escape,
    header,
    instant,
    message,
    modal,
    quote,
    section,
    sure,
)
from rituals.postmortem.accounts import Opened
from rituals.postmortem.brief import label
from rituals.postmortem.kit import Kit
from storage.schema import Finding, Review, ReviewAction

MOST_BLOCKS = 96
PIECE, MOST_PIECES = 2_900, 40  # of a report
ROOM_OF_A_MESSAGE = 11_000  # characters; Slack refuses messages somewhere above 13,000
ROOM_OF_AN_ANSWER = 30_000  # characters of the few messages that a command may be answered with
NEXT = {
    "accounts": "When all have answered, or at {due}, all accounts open at once. Nobody reads one before.",
    "conversation": "The accounts are open to those who were asked. Talk until {due}; then any of them may go on.",
    "soak": "Everybody quoted is asked how, until {due}; silence keeps the less revealing. Ideas become actions.",
    "published": "It is published. Its actions go on.",
}
LABELS = {
    "accounts": "Accounts",
    "conversation": "Conversation",
    "soak": "Quotes and actions",
    "published": "Published",
}


def start(review: Review, kit: Kit, people: int) -> Message:
    """The one message in the channel; it is edited as the review goes on."""
    return message(_channel_blocks(review, kit, people))


def stage(review: Review, kit: Kit, people: int, ts: str) -> Message:
    return message(_channel_blocks(review, kit, people), edits=ts)


def _channel_blocks(review: Review, kit: Kit, people: int) -> list[Json]:
    due = instant(review.due, review.zone)
    return [
        section(
            f"*Review {review.id}: {clip_escaped(review.title, 300)}* ({review.severity})\n"
            f"{instant(review.began, review.zone)} to {instant(review.ended, review.zone)}. "
            f"{people} people are asked what they saw; <@{review.facilitator}> facilitates."
        ),
        section(f"*Now: {LABELS[review.stage]}.* {NEXT[review.stage].format(due=due)}"),
        context(escape(kit.ground_rules)),
        *moves(review),
    ]


LEADS = ("pm_next", "pm_back", "pm_choose")
ASKED = ("pm_read",)


def moves(review: Review, *, leads: bool = True, was_asked: bool = True) -> list[Json]:
    """The buttons of a stage: what can be added, and the way on.

    In private only those that the reader may press: whether they may move it on, and whether they take part in it.
    """
    number = str(review.id)
    seen = f"{review.id} {review.stage}"
    add = button("Add to the timeline", "pm_moment", number)
    learned = button("Add what we learned", "pm_finding", number)
    idea = button("Add an action", "pm_action", number)
    back = button("One step back", "pm_back", seen)
    match review.stage:
        case "accounts":
            on = sure(
                button("Open the accounts", "pm_next", seen),
                "Open them now?",
                "Whoever has not answered yet can't any more. They open by themselves when their time is over.",
                "Open",
            )
            built = [add, button("Interim note", "pm_interim", number), on]
        case "conversation":
            built = [
                button("Read the accounts", "pm_read", number, primary=True),
                learned,
                add,
                idea,
                button("Choose quotes", "pm_choose", number),
                button("On to the quotes", "pm_next", seen),
                back,
            ]
        case "soak":
            built = [
                idea,
                learned,
                button("Write the summary", "pm_summary", number),
                button("Read the draft", "pm_report", number),
                button("Publish", "pm_next", seen, primary=True),
                back,
            ]
        case _:
            built = [
                button("Read the report", "pm_report", number, primary=True),
                button("Actions", "pm_actions", number),
            ]
    shown = [
        one
        for one in built
        if (leads or one["action_id"] not in LEADS) and (was_asked or one["action_id"] not in ASKED)
    ]
    return [actions(f"pm-{review.id}", *shown)]


# --- in private -----------------------------------------------------------------------------------------


def request(review: Review, *, again: bool) -> Message:
    """The request, or its one reminder."""
    begin = "A reminder, and the only one: " if again else ""
    return message(
        [
            section(
                f"{begin}<@{review.started_by}> started a review of *{clip_escaped(review.title, 300)}*, and what "
                f"you saw is part of it. A few boxes, each can stay empty, until "
                f"{instant(review.due, review.zone)}. Nobody reads it before all accounts open at once."
            ),
            actions(f"pm-{review.id}", button("Write what I saw", "pm_account", str(review.id), primary=True)),
        ]
    )


def quoted(review: Review) -> Message:
    return message(
        [
            section(
                f"The report of review {review.id}, *{clip_escaped(review.title, 300)}*, quotes you. Look how, "
                f"until {instant(review.due, review.zone)}: fine, change, or take it out. Saying nothing keeps "
                "the less revealing of your role and your own choice."
            ),
            actions(f"pm-{review.id}", button("See how I am quoted", "pm_quotes", str(review.id), primary=True)),
        ]
    )


def overdue(review: Review) -> Message:
    what = {
        "conversation": "its conversation has had its time",
        "soak": "its quotes are settled, and it can be published",
    }.get(review.stage, "it waits")
    said = (
        f"Review {review.id}, *{clip_escaped(review.title, 300)}*: {what}. You move it on; from now on anybody "
        "who was asked may, too."
    )
    return message([section(said), *moves(review)])


def interim(review: Review, note: Finding) -> Message:
    return message([section(f"*Review {review.id}, an interim note*"), section(quote(note.words))])


def summary(review: Review, findings: Sequence[Finding], kept: Sequence[ReviewAction]) -> Message:
    """What the channel reads when a review is published."""
    conditions = [one for one in findings if one.kind == "condition"][:5]
    doing = [one for one in kept if one.state in ("asked", "accepted", "done")][:8]
    blocks = [
        section(f"*Review {review.id} is published: {clip_escaped(review.title, 300)}*"),
        section(
            quote(review.summary, 1_500) if review.summary else "No summary was written; the report has the rest."
        ),
    ]
    if conditions:
        blocks.append(
            section("*What it took*\n" + "\n".join(f"• {clip_escaped(one.words, 300)}" for one in conditions))
        )
    if doing:
        blocks.append(section("*What we do now*\n" + "\n".join(f"• {line(one, review)}" for one in doing)))
    blocks.append(
        context(f"`/postmortem show {review.id}` has all of it, `/postmortem export {review.id}` as Markdown.")
    )
    return message([*blocks, *moves(review)])


def _day(one: ReviewAction, review: Review) -> str:
    """The day that was chosen; for those of before it was kept, as the review's clocks have it."""
    assert one.due is not None
    day = date.fromisoformat(one.day) if one.day else one.due.astimezone(ZoneInfo(review.zone)).date()
    return f"{day:%a} {day.day} {day:%b %Y}"


def line(one: ReviewAction, review: Review) -> str:
    """An action on one line."""
    who = f"<@{one.owner}>" if one.owner else "nobody yet"
    by = f", by {_day(one, review)}" if one.due else ""
    state = {"asked": " (asked)", "done": " (done)", "dropped": f" (not: {clip_escaped(one.reason, 100)})"}
    ticket = f" <{one.ticket}|ticket>" if one.ticket else ""
    return f"{clip_escaped(one.words, 240)}: {who}{by}{state.get(one.state, '')}{ticket}"


def action_row(one: ReviewAction, review: Review) -> list[Json]:
    """An action with its owner's buttons."""
    number = str(one.id)
    if one.state == "done":
        return [section(line(one, review))]
    asked = [
        button("I'll do it", "pm_accept", number, primary=True),
        button("Not me", "pm_decline", number),
    ]
    going = [
        button("Done", "pm_done", number, primary=True),
        button("Another day", "pm_move", number),
        button("Drop it", "pm_drop", number),
        button("Ticket", "pm_ticket", number),
    ]
    shape = [button("Shape it", "pm_shape", number)]
    built = {"asked": asked, "accepted": going, "idea": shape}.get(one.state, [])
    return [section(line(one, review)), *([actions(f"pma-{number}", *built)] if built else [])]


def check_row(one: ReviewAction, review: Review, days: str) -> list[Json]:
    ask = button("Did it help?", "pm_check", f"{one.id} {days}", primary=True)
    return [section(f"Done {days} days ago: {line(one, review)}"), actions(f"pmc-{one.id}", ask)]


def moved(review: Review) -> list[Json]:
    """What a move means, for whoever made it."""
    said = NEXT[review.stage].format(due=instant(review.due, review.zone))
    return [section(f"*Review {review.id} now: {LABELS[review.stage]}.* {said}"), *moves(review)]


def to_ask_its_people(review: Review) -> list[Json]:
    """For who facilitated it: a pulse among those who were asked, without names."""
    ask = button("Ask its people a pulse", "pulse_review", str(review.id))
    return [
        context(
            "Could people say what they saw, and did they learn something? They can be asked without names: from "
            "five people on, and from eight on with two questions about just that."
        ),
        actions(f"pm-ask-{review.id}", ask),
    ]


# --- only shown -----------------------------------------------------------------------------------------


def opened(
    review: Review, told: Sequence[tuple[str, Sequence[tuple[Opened | None, str]]]], kit: Kit, page: int
) -> Json:
    """All accounts, grouped by question, a page at a time."""
    blocks: list[Json] = []
    for heading, answers in told:
        blocks.append(header(heading))
        for one, said in answers:
            who = label(one.share, one.person, one.role, kit) if one else "A responder"
            blocks += [context(who), section(quote(said, 2_900))]
    if not blocks:
        blocks = [section("Nobody gave an account. Talk, and add what you learn.")]
    pages = [blocks[at : at + MOST_BLOCKS - 40] for at in range(0, len(blocks), MOST_BLOCKS - 40)]
    shown = pages[min(page, len(pages) - 1)]
    if page + 1 < len(pages):
        shown = [*shown, actions("pm-more", button("Read on", "pm_read_on", f"{review.id} {page + 1}"))]
    return modal("notice", f"Accounts of {review.id}", shown, close="Close")


def listing(reviews: Sequence[Review]) -> list[Json]:
    """Reviews, one a line."""
    if not reviews:
        return [section("There is no review here yet. `/postmortem start` begins one.")]
    lines = [
        f"• *{one.id}* {clip_escaped(one.title, 120)} ({one.severity}, "
        f"{one.began.astimezone(ZoneInfo(one.zone)):%Y-%m-%d}): {LABELS[one.stage].lower()}"
        for one in reviews[:40]
    ]
    return [section("\n".join(lines[at : at + 10])) for at in range(0, len(lines), 10)]


def status(review: Review, given: int, asked: int, *, leads: bool, was_asked: bool) -> list[Json]:
    """Where a review is, and what comes next."""
    return [
        section(f"*Review {review.id}: {clip_escaped(review.title, 300)}* ({review.severity})"),
        section(
            f"*Now: {LABELS[review.stage]}.* {NEXT[review.stage].format(due=instant(review.due, review.zone))}"
        ),
        context(f"{given} of {asked} gave an account. <@{review.facilitator}> facilitates."),
        *moves(review, leads=leads, was_asked=was_asked),
    ]


def copy(review: Review, markdown: str) -> Message:
    """The report as a private message, for who facilitates to hand on; a button shows what it has no room for."""
    said = f"*Review {review.id} is published.* I may not write files here, so this is its report, as Markdown:"
    return message([section(said), *report(markdown, ROOM_OF_A_MESSAGE), *moves(review)])


def shown(review: Review, markdown: str) -> list[Json]:
    """The report as an answer; a button shows what it has no room for."""
    return [*report(markdown, ROOM_OF_AN_ANSWER), *moves(review)]


def report(markdown: str, room: int = MOST_PIECES * PIECE) -> list[Json]:
    """The report as it is written, in pieces that Slack takes, as far as there is room."""
    shown = escape(markdown)
    if len(shown) > room:
        shown = f"{shown[:room].rpartition(chr(10))[0]}\n\n…"
    pieces: list[str] = []
    while shown and len(pieces) < MOST_PIECES:
        cut = (
            len(shown) if len(shown) <= PIECE else max(shown.rfind("\n", 0, PIECE), shown.rfind(" ", 1_500, PIECE))
        )
        cut = cut if cut > 0 else PIECE
        pieces.append(shown[:cut])
        shown = shown[cut:].lstrip("\n")
    return [section(one) for one in pieces]
