"""The course: every fault on one database, one after the other, in one living world."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from pathlib import Path

from tests.chaos.counting import Count
from tests.chaos.faults import ON_BOTH, ON_SQLITE, killed, postgres_restarted, two_at_once
from tests.chaos.harness import World
from tests.conftest import CORE_SCOPES, EVERY_SCOPE
from tests.postgres import PostgresServer

PROCESSES = {"sqlite": 1, "postgresql": 3}


def course(
    url: str,
    folder: Path,
    seed: int,
    *,
    kills: int,
    only: Collection[str] | None = None,
    postgres: PostgresServer | None = None,
) -> Iterator[Count]:
    """Run through the faults once (`only` some of them); `kills` with the history scopes, and as many without.

    `postgres` is the server to crash, where it is ours.
    """
    folder.mkdir(parents=True, exist_ok=True)
    dice = random.Random(seed)
    world = World(url, folder, dice, EVERY_SCOPE)
    try:
        yield two_at_once(world)
        processes = PROCESSES[world.database.engine.dialect.name]
        if processes < 2:
            world.bots.kill_one()
        else:
            world.bots.start(processes - 2)
        yield killed(world, kills, may_look=True)
        for name, fault in (ON_BOTH | (ON_SQLITE if world.is_sqlite else {})).items():
            if only is None or name in only:
                yield fault(world)
        if postgres is not None:
            yield postgres_restarted(world, postgres)
        world.bots.stop()
        world.team.scopes = set(CORE_SCOPES)
        world.bots.start(processes)
        yield killed(world, kills, may_look=False)
    finally:
        world.close()
