"""Asking who decides: a question, a private answer, three to choose from when it isn't sure."""

from __future__ import annotations

from collections.abc import Callable

from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

import storage.decisions as rows
from bot.blocks.common import Json, section
from bot.blocks.decisions import answers
from bot.clock import now
from bot.decisions import keeping
from bot.people import People
from rituals.decisions.entry import Entry
from rituals.decisions.lookup import Lookups, check_question, remember_miss
from rituals.decisions.registry import NoSuchArea, Who, entry_of, looks_after, roles_without_anybody, who
from storage import Database

HELP = (
    "*What `/whodecides` can do*\n"
    "• `/whodecides may I roll back a release?` tells who decides, and whether you may just do it\n"
    "• `/whodecides roles` lists the roles that nobody is named for, and names somebody · "
    "`/whodecides role finance lead` names somebody else\n"
    "• `/whodecides new` adds an area · `/whodecides edit release` changes one\n"
    "• `/whodecides ten` begins with ten common areas\n"
    "Only you see the answers. Questions without one are kept without a name, so that the gap can be closed."
)
Reply = Callable[..., None]


def take_command(
    ack: Ack,
    body: Json,
    command: Json,
    client: WebClient,
    sessions: Database,
    people: People,
    workspace: str,
    lookups: Lookups,
    reply: Reply,
) -> None:
    """`/whodecides WORDS`: a few words are orders, all others are a question."""
    ack()
    words = command.get("text", "").strip()
    verb, _, rest = words.partition(" ")
    asker = people.asker(client, workspace, command["user_id"])
    match (verb.lower(), rest.strip()):
        case ("" | "help", ""):
            reply([section(HELP)])
        case ("ten", ""):
            keeping.begin_ten(body, client, sessions, people, workspace, asker)
        case ("new", ""):
            keeping.begin_area(body, client, sessions, workspace, asker, None)
        case ("edit", rest) if rest:
            with sessions.reading() as session:
                found = lookups.ask(session, workspace, rest)
            if not found.candidates:
                raise NoSuchArea
            keeping.begin_area(body, client, sessions, workspace, asker, found.candidates[0][0])
        case ("role", rest) if rest:
            keeping.begin_name(body, client, sessions, people, workspace, asker, rest)
        case ("roles", ""):
            with sessions.reading() as session:
                missing = roles_without_anybody(session, workspace)
            reply(answers.who_is_missing(missing))
        case _:
            reply(ask(sessions, people, client, workspace, words, command["user_id"], lookups))


def ask(
    sessions: Database,
    people: People,
    client: WebClient,
    workspace: str,
    question: str,
    person: str,
    lookups: Lookups,
) -> list[Json]:
    """The answer to one question. A question without an owner is kept, without who asked."""
    question = check_question(question)
    with sessions.reading() as session:
        found = lookups.ask(session, workspace, question)
        known = who(session, workspace)
        kept = rows.right(session, workspace, found.candidates[0][0]) if found.kind == "direct" else None
    if kept is not None:
        entry = found.candidates[0][1]
        reader = read_by(client, person, entry, known)
        return answers.answer(entry, known, now().date(), kept.confirmed_on, reader)
    if found.kind == "menu":
        return answers.menu(question, found.candidates)
    return _miss(sessions, people, client, workspace, question, person, empty=found.registry_is_empty)


def _miss(
    sessions: Database,
    people: People,
    client: WebClient,
    workspace: str,
    question: str,
    person: str,
    *,
    empty: bool = False,
) -> list[Json]:
    asker = people.asker(client, workspace, person)
    with sessions.begin() as session:
        remember_miss(session, workspace, question, now())
        may_teach = looks_after(session, workspace, asker)
    return answers.none(question, may_teach=may_teach, empty=empty)


def show(
    ack: Ack, body: Json, action: Json, client: WebClient, sessions: Database, workspace: str, reply: Reply
) -> None:
    """One of the three was meant."""
    ack()
    with sessions.reading() as session:
        kept = rows.right(session, workspace, int(action["value"].partition(" ")[0]))
        known = who(session, workspace)
    if kept is None:
        raise NoSuchArea
    reader = read_by(client, body["user"]["id"], entry_of(kept), known)
    reply(answers.answer(entry_of(kept), known, now().date(), kept.confirmed_on, reader), replace=True)


def read_by(client: WebClient, person: str, entry: Entry, known: Who) -> answers.Reader:
    """Who reads an answer. Slack is asked whether whoever decides or stands in has left."""
    named = {known.person(role) for role in (entry.decide, entry.deputy) if role} - {None, person}
    return answers.Reader(person, frozenset(one for one in named if one and _has_left(client, one)))


def _has_left(client: WebClient, person: str) -> bool:
    try:
        return bool(client.users_info(user=person)["user"].get("deleted"))
    except SlackApiError as refused:  # an answer without this hint is better than none
        return bool(refused.response.get("error") == "user_not_found")


def none_of_these(
    ack: Ack,
    body: Json,
    action: Json,
    client: WebClient,
    sessions: Database,
    people: People,
    workspace: str,
    reply: Reply,
) -> None:
    """None of the three: a gap, and the default."""
    ack()
    person = body["user"]["id"]
    reply(_miss(sessions, people, client, workspace, action["value"], person), replace=True)
