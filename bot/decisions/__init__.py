"""The listeners of decision rights: `/whodecides`, its buttons, the forms that keep the registry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from slack_bolt import App

import storage.decisions as rows
from bot.blocks.common import Json, button
from bot.blocks.decisions import answers
from bot.decisions import asking, keeping
from bot.rooms import Bell, RitualRoom
from rituals import nudges
from rituals.decisions.lookup import KEEP_MISSES, Lookups, gaps
from storage import Database, Session
from storage.schema import Nudge

NAME = "decisions"
RADAR_DAYS = 3  # the first days of a month, in which the radar of the last thirty days goes out
MOST_GAPS = 15


def register(app: App, named: Callable[[str], str]) -> None:
    """`named` turns "whodecides" into the command as this workspace calls it."""
    app.command(named("whodecides"))(asking.take_command)
    for place in range(3):
        app.action(f"decision_show_{place}")(asking.show)
    app.action("decision_none")(asking.none_of_these)

    app.action("decision_teach")(keeping.open_teach)
    app.view("decision_teach")(keeping.take_teach)
    app.action("decision_ten")(keeping.open_ten)
    app.view("decision_ten")(keeping.take_ten)
    app.action("decision_name")(keeping.open_name)
    app.view("decision_name")(keeping.take_name)
    app.view("decision_area")(keeping.take_area)


def room() -> RitualRoom:
    """Decision rights, as the house meets them: nothing scheduled, a radar once a month."""
    return RitualRoom(
        name=NAME,
        register=register,
        postings={},
        nudge_parts={"decision.gaps": say_gaps},
        begin=lambda *_: None,
        tend=tend,
        asks=lambda *_: "",
        due_for=lambda *_: [],
        first_button=button("Who decides what? Start with ten", "decision_ten"),
        edit_action="decision_area",
        lends={"lookups": Lookups()},
    )


def tend(bell: Bell) -> None:
    """What is due at a ring: the radar in the first days of a month, and every day the old questions go."""
    database = bell.database
    radar(database, bell.now)
    oldest = (bell.now - KEEP_MISSES).date().isoformat()
    with database.reading() as session:
        has_old = rows.workspaces_with_misses(session, "", oldest)
    if has_old:
        with database.begin() as session:
            rows.sweep(session, oldest)


def radar(database: Database, now: datetime) -> None:
    """In the first days of a month, want to tell those who look after the registry what was asked in vain."""
    if now.day > RADAR_DAYS:
        return
    since = (now - timedelta(days=30)).date().isoformat()
    with database.reading() as session:
        workspaces = rows.workspaces_with_misses(session, since)
    for workspace in workspaces:
        with database.begin() as session:
            for keeper in rows.keepers(session, workspace):
                key = f"decision:gaps:{now:%Y-%m}"
                nudges.want(session, workspace, keeper, key=key, kind="decision.gaps", facts={}, now=now)


def say_gaps(session: Session, nudge: Nudge) -> list[Json] | None:
    found = gaps(session, nudge.workspace, nudge.wanted_at.date())
    return answers.radar(found[:MOST_GAPS]) if found else None
