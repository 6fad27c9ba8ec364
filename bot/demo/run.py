"""Runs the demo: a fresh local-slack, a real `serve` against it, a page in the browser or a check."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot import clock
from bot.clock import ticks
from bot.demo import company, tour
from bot.demo.stand_in import CLOCK, FOLDER, Control, free_port, local_slack, running, wait_until
from bot.demo.visitor import NothingHappened, Visitor
from storage import Database, open_database
from storage.outbox import stuck

DATABASE = f"sqlite:///{FOLDER / 'candor.db'}"
REGISTRY = Path(__file__).parents[2] / "rituals" / "decisions" / "sample.csv"
SETTLE_SECONDS = 1.2  # two rings: what the new hour brings is owed by then


def show() -> int:
    """Open the demo in the browser and keep it until Ctrl-C."""
    with _candor() as control:
        me, other = Visitor(control, "U01MAPLE"), Visitor(control, "U02BIRCH")
        tour.seed(me, other)
        me.close()
        other.close()
        print(f"\nA Slack of your own: {control.base}")
        print("Act as anybody (top left), look at #team-checkout, then Apps, candor, Home.")
        print("Ctrl-C ends it and forgets everything.", flush=True)
        webbrowser.open(control.base)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            print("\nGood bye.")
    return 0


def check() -> int:
    """Click through every ritual in compressed time; 0 when each did what it promises, else 1."""
    failed = 0
    with _candor(_to_monday()) as control:
        for name, walk in tour.CHECKS.items():
            visitor, other = Visitor(control, "U01MAPLE"), Visitor(control, "U02BIRCH")
            began = ticks()
            try:
                walk(visitor, other, _move)
                print(f"ok    {name} ({ticks() - began:.1f} s)", flush=True)
            except NothingHappened as missing:
                failed += 1
                print(f"wrong {name}: {missing}. The log is {FOLDER / 'candor.log'}.", flush=True)
            finally:
                visitor.close()
                other.close()
    return 1 if failed else 0


def _move(by: timedelta) -> None:
    """Move the demo's clock on, and let Candor notice."""
    CLOCK.write_text(str(float(CLOCK.read_text() or 0) + by.total_seconds()))
    time.sleep(SETTLE_SECONDS)
    database = open_database(DATABASE)
    try:
        wait_until(lambda: _nothing_is_due(database), "The courier", FOLDER / "candor.log")
    finally:
        database.close()


def _nothing_is_due(database: Database) -> bool:
    with database.reading() as session:
        return not stuck(session, clock.unmoved() + clock.offset(CLOCK), timedelta(0))


def _to_monday() -> timedelta:
    """From now to next Monday, 9:01 UTC: the check finds the same hours whenever it runs."""
    now = clock.unmoved()
    monday = now.replace(hour=9, minute=1, second=0, microsecond=0) + timedelta(days=7 - now.weekday())
    return monday - now


@contextmanager
def _candor(moved: timedelta = timedelta(0)) -> Iterator[Control]:
    """A fresh workspace with Candor connected to it, its clock moved from the start."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that what we started ends with us
    FOLDER.mkdir(exist_ok=True)
    for name in ("candor.db", "candor.db-wal", "candor.db-shm"):
        Path(FOLDER / name).unlink(missing_ok=True)
    CLOCK.write_text(str(moved.total_seconds()))
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CANDOR_", "SLACK_"))}
    environment |= {
        "CANDOR_BOT_TOKEN": company.BOT_TOKEN,
        "CANDOR_APP_TOKEN": company.APP_TOKEN,
        "CANDOR_DATABASE_URL": DATABASE,
        "CANDOR_SLACK_BASE_URL": f"http://localhost:{port}/api/",
        "CANDOR_CLOCK_FILE": str(CLOCK),
        "CANDOR_PLAIN_DATES": "true",
        "CANDOR_RING_SECONDS": "0.5",
        "CANDOR_PACE_PER_MINUTE": "600",
        "CANDOR_OPERATOR": "whoever opened this demo",
    }
    log = FOLDER / "candor.log"
    with TemporaryDirectory(prefix="candor-demo-") as keys, local_slack(port, FOLDER / "slack.log") as control:
        environment["CANDOR_KEY_DIR"] = keys
        with running([sys.executable, "-m", "bot", "serve"], log, environment):
            wait_until(lambda: "serving" in log.read_text(), "Candor", log)
            _import_registry(environment)
            yield control


def _import_registry(environment: dict[str, str]) -> None:
    """Give the demo's company a registry of who decides what."""
    words = ["decisions", "import", str(REGISTRY), "--workspace", company.TEAM, "--keeper", "U01MAPLE"]
    command = [sys.executable, "-m", "bot", *words]
    subprocess.run(command, env=environment, check=True, capture_output=True)  # noqa: S603
