"""`/postmortem` and its words."""

from __future__ import annotations

from slack_bolt import Ack

import storage.postmortem as rows
from bot.blocks.common import Json, escape, section
from bot.blocks.postmortem import messages
from bot.postmortem import accounts, deciding, drafting, moving, starting
from bot.postmortem.reading import meant, number_in, readable, reviews_for
from bot.visit import Visit
from bot.workspaces import Workspaces
from rituals.postmortem import conditions
from rituals.postmortem.kit import Kit
from rituals.postmortem.reviews import leads, takes_part
from rituals.who_may import may_read, may_start
from storage.schema import Finding, Review, ReviewAction

HELP = (
    "*What `/postmortem` can do*\n"
    "• `/postmortem start` reviews an incident: who was there is asked what they saw, sealed at first\n"
    "• `/postmortem status 3` says where review 3 is and what comes next, with its buttons\n"
    "• `/postmortem accounts` shows which accounts wait for you · `/postmortem timeline 3`\n"
    "• `/postmortem actions` shows yours, `actions all` everybody's\n"
    "• `/postmortem publish 3` · `/postmortem show 3` reads it · `/postmortem export 3` as Markdown\n"
    "• `/postmortem list` · `/postmortem find queue` in the reviews that you may read\n"
    "• `/postmortem hints off` here, `soft`, `on`: hints on language while writing, only for who writes\n"
    "• `/postmortem my-data` shows and deletes what is kept of you"
)
WISHES = {"off": "none", "none": "none", "on": "sure", "soft": "soft"}


def take_command(ack: Ack, command: Json, visit: Visit, workspaces: Workspaces, kit: Kit) -> None:
    """`/postmortem WORDS`: each verb is a function below, or of the room that knows more of it."""
    ack()
    verb, _, rest = command.get("text", "").strip().partition(" ")
    channel, reply = command["channel_id"], visit.reply
    match verb.lower() or "help":
        case "start" | "new":
            starting.show_first(visit, channel=channel)
        case "status":
            reply(_status(visit, meant(visit, rest, channel)))
        case "accounts":
            reply(accounts.tell_waiting(visit))
        case "timeline":
            reply(drafting.tell_timeline(visit, meant(visit, rest, channel), kit))
        case "actions":
            reply(deciding.tell_actions(visit, rest))
        case "publish":
            review = readable(visit, number_in(rest))
            moving.move_on(visit, review.id, "soak", workspaces, kit)
        case "list":
            reply(messages.listing(reviews_for(visit)))
        case "show":
            reply(messages.shown(*moving.markdown_of(visit, number_in(rest), kit)))
        case "find":
            reply(_tell_found(visit, rest))
        case "export":
            reply(moving.export(visit, readable(visit, number_in(rest)), kit, workspaces))
        case "hints":
            reply([section(_set_hints(visit, channel, rest.strip().lower()))])
        case "my-data":
            reply(accounts.tell_my_data(visit))
        case "help":
            reply([section(HELP)])
        case _:
            reply([section(f"I don't know `{escape(verb[:20].replace('`', ''))}`. " + HELP)])


def _status(visit: Visit, review: Review) -> list[Json]:
    asker = visit.asker()
    with visit.sessions.reading() as session:
        given = len(rows.accounts_of(session, visit.workspace, review.id))
        asked = len(rows.people_of(session, visit.workspace, review.id))
        may_lead, was_asked = leads(session, review, asker), takes_part(session, review, visit.person)
    told = messages.status(review, given, asked, leads=may_lead, was_asked=was_asked)
    return [*told, *moving.to_ask_its_people(visit, review)]


def _tell_found(visit: Visit, words: str) -> list[Json]:
    if not words.strip():
        return [section("Find what? `find queue`")]
    found = _find(visit, words)
    return messages.listing(found) if found else [section("No review that you may read says that.")]


def _find(visit: Visit, words: str) -> list[Review]:
    """The reviews that the visitor may read in which every word is said somewhere."""
    wanted = conditions.stems(words)
    found = []
    for review in reviews_for(visit):
        with visit.sessions.reading() as session:
            texts = [review.title, review.summary, review.impact]
            texts += [told.words for _, told in drafting.lines_of(session, review) if told is not None]
            texts += [one.words for one in rows.parts_of(session, visit.workspace, Finding, review.id)]
            texts += [one.words for one in rows.parts_of(session, visit.workspace, ReviewAction, review.id)]
        if conditions.matches(wanted, texts):
            found.append(review)
    return found


def _set_hints(visit: Visit, channel: str, word: str) -> str:
    if word not in WISHES:
        may_read(visit.channel(channel))
        with visit.sessions.reading() as session:
            wanted = rows.hints_of(session, visit.workspace, channel)
        return f"Hints here: {wanted}. `/postmortem hints off`, `soft` or `on` changes that."
    may_start(visit.member(), visit.channel(channel))
    with visit.sessions.begin() as session:
        rows.set_hints(session, visit.workspace, channel, WISHES[word])
    return {
        "none": "No hints on language in this channel's reviews any more.",
        "soft": "Hints in this channel's reviews come for softer matters too, such as a single cause.",
        "sure": "Hints in this channel's reviews come only when they are sure.",
    }[WISHES[word]]
