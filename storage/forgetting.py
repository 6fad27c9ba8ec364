"""Forgetting: a workspace that left, or a person who asks for it, in every table there is or will be.

The tables are read from the schema, not listed here. What must be said of each column is said in PEOPLE or
NOBODY; `unsorted()` names those of which neither is, and a test allows none.
"""

from __future__ import annotations

from typing import Literal

from sqlalchemy import JSON, Column, String, Table, cast, delete, func, or_, select, update

from storage.database import Session
from storage.schema import Base

ID_LENGTH = 20  # a column of this length holds an id of Slack's: a person, a channel, a message
ORGANISATION = "/"  # "E1/" is the key of an install for all workspaces of E1; they are "E1/T1", "E1/T2"

How = Literal["row", "name"]

PEOPLE: dict[str, How] = {  # a person's row goes, or the row stays and says "somebody"
    "account.person": "row",  # its key is destroyed beside it
    "act.person": "name",  # the act was administration: that it happened stays
    "answer.person": "row",
    "delivery.to": "row",  # a direct message
    "finding.added_by": "name",  # what was found stays
    "demo_ask.person": "row",
    "demo_feed.person": "row",
    "demo_event.host": "name",  # the event stays, and nobody is named for it
    "demo_event.turn_of": "name",
    "demo_host.person": "row",
    "keeper.person": "row",
    "moment.added_by": "name",
    "moment.person": "row",  # their words; what others wrote of the same hour stays
    "nudge.person": "row",
    "override.person": "name",  # the date stays skipped
    "pace.lane": "row",  # of their direct message
    "person.id": "row",
    "pulse_keeper.person": "row",
    "pulse_picked.person": "row",
    "quotation.person": "row",
    "registry_keeper.person": "row",
    "review.facilitator": "name",
    "review.started_by": "name",
    "review_action.owner": "name",  # what was decided stays, and nobody is reminded
    "review_person.person": "row",
    "role.person": "name",  # the role stays, and nobody is named for it
    "showing.person": "row",
    "showing.partner": "name",  # what the other shows stays theirs
    "sealed_seat.person": "row",  # what they answered can't be found, and stays in its box until that is opened
}
NOBODY = {  # columns as long as an id that hold no person
    "account.share": "name, role, responder",
    "decision_right.confirmed_on": "a date",
    "decision_right.door": "two-way, costly, one-way",
    "decision_right.review_by": "a date",
    "delivery.channel": "where a delivery went",
    "delivery.room": "takes, yields, none",
    "delivery.state": "owed, done, dropped",
    "delivery.ts": "a message",
    "finding.kind": "condition, luck, surprise",
    "demo_event.channel": "where it takes place",
    "demo_event.local": "a wall time",
    "demo_event.mode": "live, async, open",
    "demo_event.reply_ts": "a message",
    "demo_event.ts": "a message",
    "installation.bot_id": "our bot",
    "installation.bot_user": "our bot",
    "installation.enterprise": "an organisation",
    "installation.team": "a workspace",
    "miss.day": "a date",
    "moment.sure": "very, somewhat, guessing",
    "override.local": "a wall time",
    "override.moved_to": "a wall time",
    "prompt.answers": "thread or form",
    "pulse.audience": "channel, picked or review",
    "pulse.channel": "where its result goes",
    "pulse.state": "waiting, open, closed, few, ended, lost, unable",
    "quotation.share": "name, role, responder",
    "quotation.state": "asked, fine, withdrawn",
    "review.channel": "the team's channel",
    "review.country": "whose holidays",
    "review.severity": "SEV1 to SEV4",
    "review.stage": "accounts to published",
    "review.ts": "a message",
    "review_action.day": "a date",
    "review_action.state": "idea, accepted, done",
    "review_channel.channel": "whose hints",
    "review_channel.hints": "sure, soft, none",
    "role.group": "a user group",
    "round.channel": "where it was asked",
    "round.ts": "a message",
    "schedule.channel": "where it happens",
    "schedule.country": "whose holidays",
    "schedule.ritual": "which one",
    "schedule.start": "a wall time",
    "sealed_occasion.state": "open, ended, purged",
}


def tables() -> list[Table]:
    """Every table, children before what they hang on."""
    return list(reversed(Base.metadata.sorted_tables))


def unsorted() -> list[str]:
    """Columns that may name a person, and of which nobody has said yet whether they do."""
    return sorted(
        name
        for table in tables()
        for column in table.columns
        if (name := f"{table.name}.{column.name}") not in PEOPLE and name not in NOBODY
        if "person" in column.name
        or (isinstance(column.type, String) and 0 < (column.type.length or 0) <= ID_LENGTH)
    )


def forget_workspace(session: Session, workspace: str) -> int:
    """Delete every row of a workspace, or of all workspaces of an organisation ("E1/"); how many."""
    gone = 0
    for table in tables():
        theirs = table.c.workspace == workspace
        if workspace.endswith(ORGANISATION):
            theirs = or_(theirs, table.c.workspace.startswith(workspace, autoescape=True))
        gone += session.scalar(select(func.count()).select_from(table).where(theirs)) or 0
        session.execute(delete(table).where(theirs))
    return gone


def kept_of(session: Session, workspace: str, person: str) -> dict[str, int]:
    """How many rows hold somebody's id, by table and column as in PEOPLE; those that hold none are left out."""
    found = {}
    for table, column, _ in _people_columns():
        theirs = (table.c.workspace == workspace) & (column == person)
        if count := session.scalar(select(func.count()).select_from(table).where(theirs)):
            found[f"{table.name}.{column.name}"] = count
    return found


def forget_person(session: Session, workspace: str, person: str) -> int:
    """Erase somebody from a workspace: their rows go; where only their name stood, it stands no more."""
    touched = 0
    for table, column, how in _people_columns():
        theirs = (table.c.workspace == workspace) & (column == person)
        touched += session.scalar(select(func.count()).select_from(table).where(theirs)) or 0
        if how == "row":
            session.execute(delete(table).where(theirs))
        else:
            session.execute(update(table).where(theirs).values({column.name: None if column.nullable else ""}))
    return touched


def workspaces_of(session: Session, person: str) -> list[str]:
    """The workspaces in which something is kept of somebody, whosever they are."""
    found: set[str] = set()
    for table, column, _ in _people_columns():
        found.update(session.scalars(select(table.c.workspace).where(column == person).distinct()))
    return sorted(found)


def still_named(session: Session, workspace: str, person: str) -> list[str]:
    """Columns in which an id still stands, within words or facts: what forgetting can't decide."""
    found = []
    for table in tables():
        for column in table.columns:
            if isinstance(column.type, (String, JSON)):
                words = cast(column, String)
                there = select(func.count()).where(
                    table.c.workspace == workspace, words.contains(person, autoescape=True)
                )
                if session.scalar(there.select_from(table)):
                    found.append(f"{table.name}.{column.name}")
    return sorted(found)


def _people_columns() -> list[tuple[Table, Column[str], How]]:
    return [
        (table, column, PEOPLE[name])
        for table in tables()
        for column in table.columns
        if (name := f"{table.name}.{column.name}") in PEOPLE
    ]
