"""A sealed answer from the read form to the commit, beside one plain row; and all of 5,000 at once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from bot.clock import now
from rituals import sealed
from rituals.errors import Refusal
from storage import Database
from storage.keys import Custody, FileKeys
from storage.people import note_act
from tests.bench.databases import KINDS, TEAM, Databases
from tests.bench.figures import Figure, percentile

INVITED = (30, 5_000)
TAKEN = 200
AIM_MS = 25
THREADS = 50
COMMENT = "What I would like to see next is a calmer week. " * 4


def boxes(folder: Path, databases: Databases) -> Iterator[Figure]:
    """At 30 and at 5,000 invited people on both databases; the folder's disk does the flushes of the keys."""
    for kind in KINDS:
        for invited in INVITED:
            with databases.fresh(kind) as database:
                custody = FileKeys(folder / f"keys-{kind}-{invited}")
                people = [f"U{number:04}" for number in range(invited)]
                with database.begin() as session:
                    sealed.prepare(session, custody, TEAM, "pulse-1", people, k=5, answer_bytes=60, comments=1)
                taken = [_spent(partial(take, database, custody, one)) for one in people[:TAKEN]]
                bare = [_spent(partial(one_row, database)) for _ in range(TAKEN)]
                part = f"sealed answer, {kind}"
                for what, share in (("p50", 0.5), ("p99", 0.99)):
                    ours, beside = (percentile(spent, share) * 1_000 for spent in (taken, bare))
                    met = ours <= AIM_MS if what == "p50" else None
                    aim = f"<= {AIM_MS} ms" if what == "p50" else ""
                    note = "to the end of the old key; bare: one row"
                    yield Figure(part, f"{what}, {invited:,} invited", ours, "ms", beside, aim, met, note)
                if invited == INVITED[-1]:
                    yield from everybody(part, database, custody, people[TAKEN:])
                    yield closing(part, database, custody, invited)


def everybody(part: str, database: Database, custody: Custody, people: list[str]) -> Iterator[Figure]:
    """All the others at once, as fast as fifty threads take them; who is refused sends again."""

    def send(person: str) -> str:
        for _ in range(10):
            try:
                take(database, custody, person)
            except sealed.TryAgain:
                continue
            except Refusal as no:
                return str(no)
            return "in"
        return "gave up"

    begin = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        heard = Counter(pool.map(send, people))
    rate = len(people) / (time.perf_counter() - begin)
    met = heard == {"in": len(people)} and rate >= len(people) / 600
    yield Figure(part, f"{len(people):,} at once", rate, "/s", None, "all in, 8/s", met, str(dict(heard)))


def closing(part: str, database: Database, custody: Custody, invited: int) -> Figure:
    begin = time.perf_counter()
    with database.reading() as session:
        numbers = sealed.boxes_of(session, TEAM, "pulse-1")
    with sealed.hold_all(custody, TEAM, "pulse-1", numbers) as held, database.begin(durable=True) as session:
        opened = sealed.open_all(session, held, TEAM, "pulse-1")
        sealed.end(session, TEAM, "pulse-1")
    done = sealed.purge(database, custody, TEAM, "pulse-1")
    count = len(opened.answers) if opened else 0
    spent = time.perf_counter() - begin
    return Figure(
        part, f"{len(numbers)} boxes closed", spent, "s", met=done and count == invited, aim=f"{invited:,} in"
    )


def take(database: Database, custody: Custody, person: str) -> None:
    """As a listener does it."""
    with database.reading() as session:
        box = sealed.box_of(session, TEAM, "pulse-1", person)
    with sealed.hold(custody, TEAM, "pulse-1", box) as held, database.begin(durable=True) as session:
        sealed.take(session, held, TEAM, "pulse-1", person, [5, 6, 7, 4, 5, 6, None], [COMMENT])


def one_row(database: Database) -> None:
    with database.begin() as session:
        note_act(session, TEAM, "U0", "paused", "prompts 1", now())


def _spent(doing: Callable[[], None]) -> float:
    begin = time.perf_counter()
    doing()
    return time.perf_counter() - begin
