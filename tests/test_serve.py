"""The real process: `python -m bot serve` against the strict fake Slack over sockets, under a moved clock."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import storage.prompts
from bot import clock
from rituals.calendar.schedules import Timing
from rituals.prompts.asking import Asked, set_up
from storage import Database
from tests.conftest import EVERY_SCOPE
from tests.slack import Slack, SlackServer
from tests.slack.records import ApiCall

REPO = Path(__file__).parent.parent
MINUTE = timedelta(minutes=1)


class MovedClock:
    """The clock file that the process follows, and the same clock for the fake Slack."""

    def __init__(self, file: Path, begin: datetime) -> None:
        self.file = file
        self.to(begin)

    def now(self) -> datetime:
        return clock.unmoved() + clock.offset(self.file)

    def to(self, instant: datetime) -> None:
        written = self.file.with_suffix(".new")
        written.write_text(str((instant - clock.unmoved()).total_seconds()))
        written.replace(self.file)  # whole or not at all: the process reads it at any moment


@contextmanager
def serving(database: Database, server: SlackServer, moved: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A running bot; its log must hold no bug at the end."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CANDOR_")} | {
        "CANDOR_BOT_TOKEN": "xoxb-T1",
        "CANDOR_APP_TOKEN": "xapp-T1",
        "CANDOR_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "CANDOR_SLACK_BASE_URL": server.base_url,
        "CANDOR_CLOCK_FILE": str(moved),
        "CANDOR_RING_SECONDS": "0.1",
        "CANDOR_PACE_PER_MINUTE": "6000",
    }
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"], cwd=REPO, env=environment, stdout=out, stderr=out
        )
        try:
            wait_for(lambda: b"serving" in log.read_bytes().rpartition(b"--restart--")[2], log)
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(20)
    assert b"a bug while" not in log.read_bytes(), log.read_text()


def wait_for(ready: Callable[[], bool], log: Path, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, log.read_text() if log.exists() else "nothing was logged"
        time.sleep(0.02)


def local(zone: str, day: date, at: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def days(first: date, last: date, weekdays: Sequence[int]) -> list[date]:
    count = (last - first).days + 1
    return [day for day in (first + timedelta(days=n) for n in range(count)) if day.weekday() in weekdays]


FIRST, LAST = (
    date(2026, 10, 19),
    date(2026, 11, 18),
)  # Berlin changes its clocks on 25 October, New York on 1 November
PROMPTS = {  # question: (zone, rule, local time, the days on which it comes, reasoned out without the calendar)
    "Berlin?": ("Europe/Berlin", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "09:00", days(FIRST, LAST, range(5))),
    "New York?": ("America/New_York", "FREQ=WEEKLY;BYDAY=TU,TH", "16:30", days(FIRST, LAST, (1, 3))),
    "Kolkata?": (
        "Asia/Kolkata",
        "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
        "10:15",
        [date(2026, 10, 31)],
    ),
}


# A month of sixty moments takes a minute or less of real processes: the promise is about them.
@pytest.mark.timeout(240)
def test_a_month_of_prompts_in_three_zones_over_two_restarts(database: Database, tmp_path: Path) -> None:
    moved = MovedClock(tmp_path / "clock", datetime(2026, 10, 18, 20, 0, tzinfo=UTC))
    log = tmp_path / "log"
    slack = Slack(now=moved.now)
    slack.team("T1", scopes=EVERY_SCOPE, bot_user="UBOT", token="xoxb-T1", app_token="xapp-T1")
    slack.user("UADA", team="T1", name="ada", tz="Europe/Berlin")
    for number, (question, (zone, rule, at, _)) in enumerate(PROMPTS.items()):
        slack.channel(f"C{number}", team="T1", name=f"team-{number}", members=["UADA"])
        with database.begin() as session:
            set_up(
                session,
                "T1",
                channel=f"C{number}",
                asked=Asked(question, None, "form"),
                timing=Timing(rule, datetime.fromisoformat(f"{FIRST}T{at}"), zone),
                keepers=["UADA"],
                origin=question,
                packs={},
                now=moved.now(),
            )
    due = sorted((local(zone, day, at), question) for question, (zone, _, at, on) in PROMPTS.items() for day in on)
    restarts = {len(due) // 3: signal.SIGTERM, 2 * len(due) // 3: signal.SIGKILL}
    asked: list[tuple[datetime, str]] = []

    def calls(method: str) -> list[ApiCall]:
        return [call for call in slack.calls if call.method == method]

    def posted() -> list[tuple[datetime, str]]:
        return [
            (call.at, question)
            for call in calls("chat.postMessage")
            for question in PROMPTS
            if question in call.args["text"] and "thread_ts" not in call.args
        ]

    def close_until(instant: datetime) -> None:
        """Go to each closing that falls before the next question, and see it at its minute."""
        while True:
            with database.reading() as session:
                over = storage.prompts.rounds_to_close(session, instant - MINUTE, 1)
            if not over:
                return
            moved.to(over[0].closes_at + timedelta(seconds=1))
            updates = len(calls("chat.update"))
            wait_for(lambda before=updates: len(calls("chat.update")) > before, log)  # type: ignore[misc]
            assert timedelta(0) <= calls("chat.update")[-1].at - over[0].closes_at <= MINUTE

    with SlackServer(slack) as server:
        running = serving(database, server, moved.file, log)
        process = running.__enter__()
        for number, (instant, question) in enumerate(due):
            close_until(instant)
            if number in restarts:
                process.send_signal(restarts[number])
                process.wait(20)
                running.__exit__(None, None, None)
                with log.open("a") as mark:
                    mark.write("--restart--\n")
                running = serving(database, server, moved.file, log)
                process = running.__enter__()
            moved.to(instant + timedelta(seconds=1))
            wait_for(lambda count=number + 1: len(posted()) >= count, log)  # type: ignore[misc]
            asked.append((instant, question))
        moved.to(due[-1][0] + timedelta(days=14, hours=5))
        time.sleep(0.5)  # long enough for five rings: what is too late must stay unsaid
        process.terminate()
        running.__exit__(None, None, None)

    told = posted()
    assert sorted(question for _, question in told) == sorted(question for _, question in asked)
    for (said_at, _), (instant, question) in zip(sorted(told), sorted(asked), strict=True):
        assert timedelta(0) <= said_at - instant <= MINUTE, question
    assert slack.breaches == []
