"""The real bots, their clock, their log, and the load that they are hindered in delivering."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot import clock
from bot.courier import LEASE
from rituals.calendar.schedules import Timing
from rituals.prompts import rounds
from rituals.prompts.asking import Asked, set_up
from storage import open_database
from storage.schema import Delivery, Round
from tests.slack import Slack, SlackServer

REPO = Path(__file__).parent.parent.parent
BEGIN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday
QUIET = 0.4  # seconds without a call after which nobody has anything in hand
ELSEWHEN = timedelta(days=300)  # the next date of prompts that are only asked now
WEEKLY = "FREQ=WEEKLY"
KEEPER = "UADA"
PATIENCE = 40  # seconds of real time


class Hands:
    """The hands of the clock: Slack's are right, those of the bots may be misled. Both follow `jump`."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._ahead, self._wrong = BEGIN - clock.unmoved(), timedelta(0)
        self._write()

    def now(self) -> datetime:
        return clock.unmoved() + self._ahead

    def told(self) -> datetime:
        """What the bots believe."""
        return self.now() + self._wrong

    def jump(self, by: timedelta) -> None:
        self._ahead += by
        self._write()

    def mislead(self, by: timedelta) -> None:
        self._wrong = by
        self._write()

    def _write(self) -> None:
        written = self.file.with_suffix(".new")
        written.write_text(str((self._ahead + self._wrong).total_seconds()))
        written.replace(self.file)  # whole or not at all: the bots read it at any moment


class Log:
    """What all bots say, from pipes: a file would fall under a limit on the size of files."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def follow(self, process: subprocess.Popen[str]) -> None:
        threading.Thread(target=self._read, args=(process,), daemon=True).start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as said:
            self.lines.extend(said)

    def since(self, mark: int) -> str:
        return "".join(self.lines[mark:])


class Bots:
    """Some processes of `python -m bot serve` on one database and one Slack."""

    def __init__(self, environment: dict[str, str], dice: random.Random) -> None:
        self.environment, self.dice, self.log = environment, dice, Log()
        self.running: list[subprocess.Popen[str]] = []

    def start(self, count: int = 1) -> None:
        """Start `count` more, all at once, and wait until they serve."""
        mark = len(self.log.lines)
        for _ in range(count):
            bot = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                cwd=REPO,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            self.running.append(bot)
            self.log.follow(bot)
        wait_for(lambda: self.log.since(mark).count(": serving ") >= count, lambda: self.log.since(mark))

    def kill_one(self) -> None:
        """One dies in the midst of whatever it does; no goodbye."""
        killed = self.running.pop(self.dice.randrange(len(self.running)))
        killed.kill()
        killed.wait()

    def send(self, number: signal.Signals) -> None:
        for bot in self.running:
            bot.send_signal(number)

    def stop(self) -> None:
        """Ask all to end, and see that they do."""
        self.send(signal.SIGTERM)
        for bot in self.running:
            try:
                bot.wait(15)
            except subprocess.TimeoutExpired:
                bot.kill()
                bot.wait()
        self.running.clear()

    def doctor(self) -> str:
        """What `python -m bot doctor` finds now."""
        asked = [sys.executable, "-m", "bot", "doctor"]
        return subprocess.run(
            asked, cwd=REPO, env=self.environment, capture_output=True, text=True, timeout=60
        ).stdout


class World:
    """One Slack, one database, some bots; and what they owe."""

    def __init__(self, url: str, folder: Path, dice: random.Random, scopes: Sequence[str]) -> None:
        self.hands, self.dice = Hands(folder / "clock"), dice
        self.slack = Slack(now=self.hands.now)
        self.team = self.slack.team(
            "T1", scopes=scopes, bot_user="UBOT", token="xoxb-T1", app_token="xapp-T1", name="Acme"
        )
        self.slack.user(KEEPER, team="T1", name="ada", tz="Europe/Berlin")
        self.database = open_database(url)
        self.server = SlackServer(self.slack).start()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CANDOR_")} | {
            "CANDOR_BOT_TOKEN": "xoxb-T1",
            "CANDOR_APP_TOKEN": "xapp-T1",
            "CANDOR_DATABASE_URL": url,
            "CANDOR_SLACK_BASE_URL": self.server.base_url,
            "CANDOR_CLOCK_FILE": str(self.hands.file),
            "CANDOR_RING_SECONDS": "0.1",
            "CANDOR_PACE_PER_MINUTE": "60000",
        }
        self.bots = Bots(environment, dice)
        self._channels = 0

    @property
    def is_sqlite(self) -> bool:
        return self.database.engine.dialect.name == "sqlite"

    def close(self) -> None:
        self.bots.stop()
        self.server.stop()
        self.database.close()

    def mend(self) -> None:
        """End what a fault that went wrong may have left, so that the next one begins in peace."""
        self.slack.down, self.slack.latency, self.team.token_state = False, 0, "live"
        self.hands.mislead(timedelta(0))

    # -- load

    def ask(self, count: int, first: datetime | None = None, rule: str = WEEKLY) -> list[int]:
        """Set up prompts, each in a channel of its own: asked at once, or by the ring at `first`."""
        made = []
        start = (first or self.hands.told() + ELSEWHEN).replace(tzinfo=None, microsecond=0)
        with self.database.begin() as session:
            for _ in range(count):
                self._channels += 1
                channel = f"C{self._channels:04d}"
                self.slack.channel(channel, team="T1", members=[KEEPER])
                schedule = set_up(
                    session,
                    "T1",
                    channel=channel,
                    asked=Asked(f"Question {self._channels}?", None, "form"),
                    timing=Timing(rule, start, "UTC"),
                    keepers=[KEEPER],
                    origin=channel,
                    packs={},
                    now=self.hands.told(),
                    ask_now=first is None,
                )
                made.append(schedule.id)
        return made

    def finish(self, count: int) -> None:
        """Close rounds that were asked, with an answer each: an edit and a digest are owed."""
        with self.database.begin() as session:
            posted = select(Round.id).where(Round.closed_at.is_(None), Round.ts.is_not(None)).limit(count)
            for round_id in session.scalars(posted).all():
                rounds.take_answer(session, "T1", round_id, KEEPER, "Something.", self.hands.told())
                rounds.close(session, "T1", round_id, self.hands.told())

    # -- looking

    def rows(self, after: int = 0) -> Sequence[Delivery]:
        with self.database.reading() as session:
            return session.scalars(select(Delivery).where(Delivery.id > after).order_by(Delivery.id)).all()

    def on_their_way(self) -> set[int]:
        """The rows that somebody has leased: Slack may have them, and no row says so yet."""
        return {
            row.id for row in self.rows() if row.ambiguous and row.due - (row.attempted_at or row.due) == LEASE
        }

    def last_row(self) -> int:
        if self.database.is_empty():
            return 0
        with self.database.reading() as session:
            return session.scalar(select(func.max(Delivery.id))) or 0

    def owed(self) -> list[datetime]:
        """When what is still owed is due next, soonest first."""
        with self.database.reading() as session:
            return sorted(session.scalars(select(Delivery.due).where(Delivery.state == "owed")))

    @property
    def posts(self) -> int:
        return sum(call.method == "chat.postMessage" for call in list(self.slack.calls))

    def wait_for(self, ready: Callable[[], bool], seconds: float = PATIENCE, said: str = "") -> None:
        wait_for(ready, lambda: f"{said}\n{self.bots.log.since(-30)}", seconds)

    def drain(self, seconds: float = PATIENCE) -> None:
        """Wait until nothing is owed, skipping the hours in which nobody has anything to do.

        The clock jumps only while no call is on its way: else a lease would end under its holder's hands.
        """
        end = time.monotonic() + seconds
        while owed := self.owed():
            assert time.monotonic() < end, f"{len(owed)} still owed\n{self.bots.log.since(-30)}"
            self.quiet(1.5 * QUIET)
            if (still := self.owed()) == owed:
                self.hands.jump(max(still[0] - self.hands.told(), timedelta(seconds=5)) + timedelta(seconds=1))

    def quiet(self, at_most: float = PATIENCE) -> None:
        """Wait until Slack hears nothing for a moment."""
        end = time.monotonic() + at_most
        heard, since = len(self.slack.calls), time.monotonic()
        while time.monotonic() < min(end, since + QUIET):
            time.sleep(0.02)
            if len(self.slack.calls) != heard:
                heard, since = len(self.slack.calls), time.monotonic()


def wait_for(ready: Callable[[], bool], said: Callable[[], str], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, said()
        time.sleep(0.02)


def traces(said: str) -> list[str]:
    """Lines that a log must not hold: traces, bugs."""
    return [line for line in said.splitlines() if re.search(r"Traceback|a bug while|^  File ", line)]
