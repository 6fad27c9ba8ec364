"""Asking who decides: a question, a private answer, three to choose from when it isn't sure."""

from __future__ import annotations

from slack_bolt import Ack
from slack_sdk.errors import SlackApiError

import storage.decisions as rows
from bot.blocks.common import Json, section
from bot.blocks.decisions import answers
from bot.clock import now
from bot.decisions import keeping
from bot.visit import Visit
from rituals.decisions.entry import Entry
from rituals.decisions.lookup import Lookups, check_question, remember_miss
from rituals.decisions.registry import NoSuchArea, Who, entry_of, looks_after, roles_without_anybody, who

HELP = (
    "*What `/whodecides` can do*\n"
    "• `/whodecides may I roll back a release?` tells who decides, and whether you may just do it\n"
    "• `/whodecides roles` lists the roles that nobody is named for, and names somebody · "
    "`/whodecides role finance lead` names somebody else\n"
    "• `/whodecides new` adds an area · `/whodecides edit release` changes one\n"
    "• `/whodecides ten` begins with ten common areas\n"
    "Only you see the answers. Questions without one are kept without a name, so that the gap can be closed."
)


def take_command(ack: Ack, command: Json, visit: Visit, lookups: Lookups) -> None:
    """`/whodecides WORDS`: a few words are orders, all others are a question."""
    ack()
    words = command.get("text", "").strip()
    verb, _, rest = words.partition(" ")
    match (verb.lower(), rest.strip()):
        case ("" | "help", ""):
            visit.reply([section(HELP)])
        case ("ten", ""):
            keeping.begin_ten(visit)
        case ("new", ""):
            keeping.begin_area(visit, None)
        case ("edit", rest) if rest:
            with visit.sessions.reading() as session:
                found = lookups.ask(session, visit.workspace, rest)
            if not found.candidates:
                raise NoSuchArea
            keeping.begin_area(visit, found.candidates[0][0])
        case ("role", rest) if rest:
            keeping.begin_name(visit, rest)
        case ("roles", ""):
            with visit.sessions.reading() as session:
                missing = roles_without_anybody(session, visit.workspace)
            visit.reply(answers.who_is_missing(missing))
        case _:
            visit.reply(ask(visit, words, lookups))


def ask(visit: Visit, question: str, lookups: Lookups) -> list[Json]:
    """The answer to one question. A question without an owner is kept, without who asked."""
    workspace, question = visit.workspace, check_question(question)
    with visit.sessions.reading() as session:
        found = lookups.ask(session, workspace, question)
        known = who(session, workspace)
        kept = rows.right(session, workspace, found.candidates[0][0]) if found.kind == "direct" else None
    if kept is not None:
        entry = found.candidates[0][1]
        return answers.answer(entry, known, now().date(), kept.confirmed_on, read_by(visit, entry, known))
    if found.kind == "menu":
        return answers.menu(question, found.candidates)
    return _miss(visit, question, empty=found.registry_is_empty)


def _miss(visit: Visit, question: str, *, empty: bool = False) -> list[Json]:
    asker = visit.asker()
    with visit.sessions.begin() as session:
        remember_miss(session, visit.workspace, question, now())
        may_teach = looks_after(session, visit.workspace, asker)
    return answers.none(question, may_teach=may_teach, empty=empty)


def show(ack: Ack, action: Json, visit: Visit) -> None:
    """One of the three was meant."""
    ack()
    with visit.sessions.reading() as session:
        kept = rows.right(session, visit.workspace, int(action["value"].partition(" ")[0]))
        known = who(session, visit.workspace)
    if kept is None:
        raise NoSuchArea
    entry = entry_of(kept)
    told = answers.answer(entry, known, now().date(), kept.confirmed_on, read_by(visit, entry, known))
    visit.reply(told, replace=True)


def read_by(visit: Visit, entry: Entry, known: Who) -> answers.Reader:
    """Who reads an answer. Slack is asked whether whoever decides or stands in has left."""
    named = {known.person(role) for role in (entry.decide, entry.deputy) if role} - {None, visit.person}
    return answers.Reader(visit.person, frozenset(one for one in named if one and _has_left(visit, one)))


def _has_left(visit: Visit, person: str) -> bool:
    try:
        return bool(visit.client.users_info(user=person)["user"].get("deleted"))
    except SlackApiError as refused:  # an answer without this hint is better than none
        return bool(refused.response.get("error") == "user_not_found")


def none_of_these(ack: Ack, action: Json, visit: Visit) -> None:
    """None of the three: a gap, and the default."""
    ack()
    visit.reply(_miss(visit, action["value"]), replace=True)
