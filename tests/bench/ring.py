"""A hundred due among a thousand schedules and among a million; App Home where there are many rituals."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, literal, select, text, update

from bot.clock import now
from bot.home import publish
from bot.house import House
from bot.scheduler import ring_calendar
from bot.visit import Visit
from storage import Database
from storage.schema import Keeper, Prompt, Round, Schedule
from tests.bench.databases import KINDS, TEAM, Databases
from tests.bench.figures import Figure, median
from tests.bench.in_process import CannedClient, house

SIZES = (1_000, 10_000, 100_000, 1_000_000)
SEED = 1_000  # schedules written one by one; the others are copies of them with another origin
DUE, TURNS = 100, 5
AIM = 1.5
HOMES = (20, 10_000)  # App Home lists twenty


def ring(databases: Databases) -> Iterator[Figure]:
    """All sizes in turn, so that whatever else the machine does meets each of them."""
    for kind in KINDS:
        spent: dict[int, list[float]] = {size: [] for size in SIZES}
        with ExitStack() as stack:
            opened = {size: stack.enter_context(databases.fresh(kind)) for size in SIZES}
            for size, database in opened.items():
                add_schedules(database, size)
            rooms = stack.enter_context(house(opened[SIZES[0]], 1))[0].rooms
            for turn in range(TURNS + 1):
                for size, database in opened.items():
                    instant = now()
                    make_due(database, size, turn, instant)
                    begin = time.perf_counter()
                    claimed = ring_calendar(database, rooms, instant)
                    if turn:  # the first one warms up
                        spent[size].append(time.perf_counter() - begin)
                    assert claimed == DUE, f"{claimed} were claimed"
        first = median(spent[SIZES[0]]) * 1_000
        for size in SIZES:
            took = median(spent[size]) * 1_000
            last = size == SIZES[-1]
            aim, met = (f"<= {AIM}", took <= AIM * first) if last else ("", None)
            yield Figure(f"ring, {kind}", f"{DUE} due of {size:,}", took, "ms", first, aim, met, "bare: of 1,000")


def add_schedules(database: Database, size: int) -> None:
    """So many weekly prompts of fifty workspaces, none of them due for a day."""
    later = now() + timedelta(days=1)
    with database.begin() as session:
        session.execute(insert(Schedule), [_schedule(number, later) for number in range(SEED)])
        ids = session.scalars(select(Schedule.id)).all()
        columns = [column for column in Schedule.__table__.columns if column.name not in ("id", "origin")]
        for copy in range(1, size // SEED):
            origin = Schedule.origin + literal(f"-{copy}")
            seed = select(*columns, origin).where(
                Schedule.id.in_(select(Schedule.id).where(Schedule.id <= max(ids)))
            )
            names = [*(column.name for column in columns), "origin"]
            session.execute(insert(Schedule).from_select(names, seed))
        prompt = [Prompt.schedule_id, Prompt.workspace, Prompt.question, Prompt.answers, Prompt.asked]
        of_all = select(
            Schedule.id, Schedule.workspace, literal("What?"), literal("thread"), literal([], Prompt.asked.type)
        )
        names = [column.key for column in prompt]
        session.execute(insert(Prompt).from_select([*names, "silent_rounds"], of_all.add_columns(literal(0))))
    _analyze(database)


def _schedule(number: int, later: datetime) -> dict[str, Any]:
    due = later + timedelta(seconds=number * 600)
    return {
        "workspace": f"T{number % 50}",
        "ritual": "prompts",
        "channel": f"C{number}",
        "rule": "FREQ=WEEKLY",
        "start": due.replace(tzinfo=None).isoformat(timespec="seconds"),
        "zone": "Europe/Berlin",
        "days_off": {},
        "days_off_through": 0,
        "next_due": due,
        "version": 1,
        "origin": f"seed{number}",
        "created_at": later,
    }


def _analyze(database: Database) -> None:
    """What autovacuum and SQLite's own upkeep would have done by the time there are so many."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("VACUUM ANALYZE"))


def make_due(database: Database, size: int, turn: int, instant: datetime) -> None:
    """Let a hundred that lie all over the table be due a minute ago."""
    step = size // DUE
    ids = [number * step + 1 + turn % step for number in range(DUE)]
    due = (instant - timedelta(minutes=1)).replace(microsecond=0)
    # the rule itself must fall on that instant, or the claim would find nothing to start
    with database.begin() as session:
        session.execute(
            update(Schedule)
            .where(Schedule.id.in_(ids))
            .values(next_due=due, zone="UTC", start=due.replace(tzinfo=None).isoformat(timespec="seconds"))
        )


def home(databases: Databases) -> Iterator[Figure]:
    """Somebody who looks after every ritual there is opens App Home; each ritual has an open round."""
    for kind in KINDS:
        spent: dict[int, list[float]] = {size: [] for size in HOMES}
        with ExitStack() as stack:
            opened = {size: stack.enter_context(databases.fresh(kind)) for size in HOMES}
            for size, database in opened.items():
                add_rituals(database, size)
            houses = {size: stack.enter_context(house(opened[size], 1)) for size in HOMES}
            for _ in range(4 * TURNS):
                for size, (built, client) in houses.items():
                    begin = time.perf_counter()
                    publish(visit_of(built, client))
                    spent[size].append(time.perf_counter() - begin)
        few, many = (median(spent[size]) * 1_000 for size in HOMES)
        what = f"opened, {HOMES[1]:,} rituals"
        met = many <= AIM * few
        yield Figure(f"home, {kind}", what, many, "ms", few, f"<= {AIM}", met, f"bare: {HOMES[0]} rituals")


def visit_of(built: House, client: CannedClient) -> Visit:
    """Somebody opens App Home."""
    return Visit(
        workspace=TEAM,
        person="U0",
        trigger="",
        client=client,
        sessions=built.database,
        people=built.people,
        rooms=built.rooms,
        reply=lambda *_: None,
        redraw=publish,
        custody=built.custody,
    )


def add_rituals(database: Database, count: int) -> None:
    """So many prompts of one workspace in a tenth as many channels."""
    later = now() + timedelta(days=1)
    with database.begin() as session:
        rows = [
            _schedule(number, later) | {"workspace": TEAM, "channel": f"C{number % max(count // 10, 1)}"}
            for number in range(count)
        ]
        session.execute(insert(Schedule), rows)
        ids = session.scalars(select(Schedule.id).order_by(Schedule.id)).all()
        session.execute(insert(Keeper), [{"workspace": TEAM, "schedule_id": one, "person": "U0"} for one in ids])
        prompt = {"workspace": TEAM, "question": "What?", "answers": "form", "asked": [], "silent_rounds": 0}
        session.execute(insert(Prompt), [prompt | {"schedule_id": one} for one in ids])
        prompts = session.execute(
            select(Prompt.id, Schedule.channel).join(Schedule, Schedule.id == Prompt.schedule_id)
        )
        opened: dict[str, Any] = {"workspace": TEAM, "question": "What?", "ts": "1.000001", "late": False}
        opened |= {"occurrence": later, "opened_at": later, "closes_at": later}
        session.execute(
            insert(Round), [opened | {"prompt_id": id, "channel": where} for id, where in prompts.all()]
        )
    _analyze(database)
