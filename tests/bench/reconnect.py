"""How long the real process is without Slack when the other end of its socket dies without a goodbye."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import processes
from tests.bench.databases import Databases
from tests.bench.figures import Figure
from tests.bench.line import Line

TURNS = 3
AIM = 30.0  # seconds


def reconnect(folder: Path, pem: Path, databases: Databases) -> Iterator[Figure]:
    """The longest of a few deaths: the line is cut, or stays open and nobody is there any more."""
    with (
        databases.fresh("sqlite") as database,
        Line(pem) as line,
        processes.ours(line, pem, database, folder / "serve.log"),
    ):
        for how, die in (("cut", line.cut), ("silent", line.fall_silent)):
            longest = max(_without(line, die) for _ in range(TURNS))
            yield Figure("reconnect", f"line {how}", longest, "s", aim=f"< {AIM:.0f} s", met=longest < AIM)


def _without(line: Line, die: Callable[[], None]) -> float:
    """Seconds from a death to the next hello."""
    time.sleep(random.uniform(1, 6))  # at any moment between two pings
    hellos = line.hellos
    die()
    begin = time.perf_counter()
    while line.hellos == hellos and time.perf_counter() - begin < 2 * AIM:
        time.sleep(0.01)
    return time.perf_counter() - begin
