"""How soon the real process is there, what it weighs, and what it costs while nothing happens."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench import processes
from tests.bench.databases import Databases
from tests.bench.figures import Figure, median
from tests.bench.line import Line

TURNS = 5
IDLE = 5.0  # seconds
SOON, LIGHT = 2.5, 120  # seconds, MB


def ready(folder: Path, pem: Path, databases: Databases) -> Iterator[Figure]:
    """From its start to its socket: on an empty file, on one with tables, and the bare app."""
    seen: dict[str, list[tuple[float, float, float]]] = {"empty": [], "with tables": [], "bare": []}
    for turn in range(TURNS):
        with databases.fresh("sqlite") as database, Line(pem) as line:
            log = folder / "serve.log"
            for which, url in (
                ("empty", f"sqlite:///{folder / f'new{turn}.db'}"),
                ("with tables", database.engine.url.render_as_string(hide_password=False)),
            ):
                begin = time.perf_counter()
                with processes.ours(line, pem, url, log) as process:
                    seen[which].append(_weighed(begin, process))
            begin = time.perf_counter()
            with processes.bare(line, pem, folder / "bare.log") as process:
                seen["bare"].append(_weighed(begin, process))
    bare = [median([one[place] for one in seen["bare"]]) for place in range(3)]
    for which in ("empty", "with tables"):
        seconds, weight, idle = (median([one[place] for one in seen[which]]) for place in range(3))
        yield Figure("ready", f"time to ready, {which}", seconds, "s", bare[0], f"< {SOON} s", seconds < SOON)
    yield Figure("ready", "resident memory", weight, "MB", bare[1], f"< {LIGHT} MB", weight < LIGHT)
    yield Figure("ready", "CPU while idle", idle * 100, "% of a core", bare[2] * 100)


def _weighed(begin: float, process: processes.Running) -> tuple[float, float, float]:
    seconds = time.perf_counter() - begin
    time.sleep(1.0)
    before = process.cpu()
    time.sleep(IDLE)
    return seconds, process.megabytes(), (process.cpu() - before) / IDLE
