"""python -m tests.bench [--only NAME] [--json FILE]. Twenty minutes more take `--only pulse-crowd`."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.burst import burst
from tests.bench.databases import Databases
from tests.bench.fanout import fanout
from tests.bench.figures import Figure, table, write_json
from tests.bench.line import certificate
from tests.bench.lookup import lookup
from tests.bench.pulse import crowd, pulse
from tests.bench.ready import ready
from tests.bench.reconnect import reconnect
from tests.bench.ring import home, ring
from tests.bench.sealed import boxes
from tests.bench.submissions import submissions
from tests.postgres import ENVIRONMENT_VARIABLE

ON_REQUEST = ("pulse-crowd",)  # takes twenty minutes, ten for each database


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    asked.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    with tempfile.TemporaryDirectory(prefix="candor-bench-") as name:
        folder = Path(name)
        pem = certificate(folder)
        databases = Databases(folder)
        parts: dict[str, Callable[[], Iterator[Figure]]] = {
            "burst": lambda: burst(folder, pem, databases),
            "submissions": lambda: submissions(folder, pem, databases),
            "pulse": lambda: pulse(folder, databases),
            "pulse-crowd": lambda: crowd(folder, databases),
            "ring": lambda: ring(databases),
            "home": lambda: home(databases),
            "fanout": lambda: fanout(folder, pem, databases),
            "ready": lambda: ready(folder, pem, databases),
            "lookup": lookup,
            "reconnect": lambda: reconnect(folder, pem, databases),
            "sealed": lambda: boxes(folder, databases),
        }
        asked.add_argument("--only", choices=parts, action="append", help="this part; may come more than once")
        given = asked.parse_args()
        for ours in [name for name in os.environ if name.startswith(("CANDOR_", "SLACK_"))]:
            if ours != ENVIRONMENT_VARIABLE:
                del os.environ[ours]
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is ended, and figures are kept
        logging.disable()  # refusals are counted, not told one by one
        load = os.getloadavg()[0]
        figures: list[Figure] = []
        try:
            for part in given.only or [one for one in parts if one not in ON_REQUEST]:
                begin = len(figures)
                for figure in parts[part]():  # one by one, so that what was measured is kept whatever comes
                    figures.append(figure)
                print(table(figures[begin:]), end="\n\n", flush=True)  # noqa: T201
        finally:
            databases.close()
            if given.json and figures:
                write_json(figures, given.json, load)


if __name__ == "__main__":
    main()
