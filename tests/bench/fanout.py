"""Deliveries to as many channels: ten thousand at a pace no process may reach, and a thousand at one it should."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import insert, update

from bot.clock import now
from storage import Database
from storage.schema import Delivery
from tests.bench import processes
from tests.bench.databases import KINDS, TEAM, Databases, add_round
from tests.bench.figures import Figure
from tests.bench.line import Line
from tests.bench.payloads import CHANNEL

FANS = ((10_000, 30_000), (1_000, 3_000))  # (deliveries, a minute)
LATENCY = 0.1
AIM = 1.05
PATIENCE = 30.0  # seconds of posting; what isn't posted by then is reckoned from what was


def fanout(folder: Path, pem: Path, databases: Databases) -> Iterator[Figure]:
    """The real process on each database; `bare` is the time that the pace allows."""
    for kind in KINDS:
        for deliveries, per_minute in FANS:
            with databases.fresh(kind) as database, Line(pem, LATENCY) as line:
                add_deliveries(database, deliveries)
                pace = {"CANDOR_PACE_PER_MINUTE": str(per_minute)}
                with processes.ours(line, pem, database, folder / "serve.log", **pace) as process:
                    before, begin = process.cpu(), time.perf_counter()
                    while len(line.posted) < deliveries and time.perf_counter() - begin < PATIENCE:
                        time.sleep(0.05)
                    posted, cost = list(line.posted), process.cpu() - before
            yield from _figures(f"fanout, {kind}", deliveries, per_minute, posted, cost)


def _figures(part: str, deliveries: int, per_minute: int, posted: list[float], cost: float) -> Iterator[Figure]:
    count, spent = len(posted), posted[-1] - posted[0]
    took, allowed = spent * deliveries / count, deliveries / per_minute * 60
    seen = f"Slack takes {LATENCY * 1_000:.0f} ms"
    if count < deliveries:
        seen = f"{count:,} posted in {spent:.0f} s, the rest reckoned; {seen}"
    what = f"{deliveries:,} at {per_minute:,} a minute"
    yield Figure(part, what, took, "s", allowed, f"<= {AIM}", took <= AIM * allowed, seen)
    yield Figure(part, f"{what}: CPU per 1,000", cost / count * 1_000, "s")


def add_deliveries(database: Database, count: int) -> None:
    """The same question owed to every channel, due a second ago; nothing else is owed."""
    instant = now()
    round_id = add_round(database, CHANNEL, instant)
    with database.begin() as session:
        session.execute(update(Delivery).values(state="done", settled_at=instant))
        session.execute(
            insert(Delivery),
            [
                {
                    "workspace": TEAM,
                    "key": f"bench:{number}",
                    "kind": "prompt.question",
                    "to": f"C{number}",
                    "facts": {"round": round_id},
                    "job": uuid4().hex,
                    "state": "owed",
                    "due": instant - timedelta(seconds=1),
                    "created_at": instant,
                    "attempts": 0,
                    "ambiguous": False,
                }
                for number in range(count)
            ],
        )
