"""Kills a process between every two lines of a submission, of closing and of purging, and looks at what is left.

Run as a process of its own (`python -m tests.anonymity.killing URL KEYS WHAT STRIDE`), because it forks: each
child does the work once and kills itself, with SIGKILL, some lines of the store later than the one before.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from rituals import sealed
from storage import Database, open_database
from storage.keys import FileKeys
from tests.anonymity.stores import prepare_scratch, publish

ROOT = str(Path(__file__).parent.parent.parent)
STORE = ("storage/keys/", "storage/sealed.py", "storage/database.py", "rituals/sealed/")
WATCHED = tuple(f"{ROOT}/{place}" for place in STORE)
PEOPLE = [f"U{number}" for number in range(6)]
FIRST, LAST = PEOPLE[0], PEOPLE[-1]


class Rig:
    """One database, one directory of keys, an occasion for every child."""

    def __init__(self, url: str, keys: str) -> None:
        self.url, self.keys, self.number = url, Path(keys), 0

    @property
    def occasion(self) -> str:
        return f"pulse-{self.number}"

    def opened(self) -> tuple[Database, FileKeys]:
        return open_database(self.url, pool_size=2), FileKeys(self.keys)

    def launch(self, answered: int) -> None:
        self.number += 1
        database, custody = self.opened()
        with database.begin() as session:
            sealed.prepare(session, custody, "T1", self.occasion, PEOPLE, k=5)
        database.close()
        for person in PEOPLE[:answered]:
            self.take(person)

    def take(self, person: str) -> None:
        database, custody = self.opened()
        with sealed.hold(custody, "T1", self.occasion, 0) as held, database.begin(durable=True) as session:
            sealed.take(session, held, "T1", self.occasion, person, [person])
        database.close()

    def close(self) -> None:
        database, custody = self.opened()
        with database.reading() as session:
            boxes = sealed.boxes_of(session, "T1", self.occasion)
        with sealed.hold_all(custody, "T1", self.occasion, boxes) as held, database.begin(durable=True) as session:
            opened = sealed.open_all(session, held, "T1", self.occasion)
            assert opened is not None
            publish(session, "attack_answer", [f"{self.occasion} {one[0]}" for one in opened.answers])
            sealed.end(session, "T1", self.occasion)
        sealed.purge(database, custody, "T1", self.occasion)
        database.close()

    def tend(self) -> None:
        database, custody = self.opened()
        sealed.tend(database, custody)
        database.close()

    # --- what is left -----------------------------------------------------------------------------------

    def check_after_take(self, person: str = LAST, others: Sequence[str] = ()) -> str:
        """The person sends again: taken now, or told that it is in; never both, never neither."""
        self.tend()
        database, custody = self.opened()
        assert custody.half_done() == [], "both keys are still there after a ring"
        database.close()
        try:
            self.take(person)
            was = "not taken"
        except sealed.AlreadyAnswered:
            was = "in"
        for other in others:
            self.take(other)
        self.close()
        self._check_published()
        return was

    def check_after_close(self) -> str:
        """Published once and gone, or still open with every answer in it; a ring does the rest."""
        self.tend()
        database, _ = self.opened()
        with database.reading() as session:
            boxes = sealed.boxes_of(session, "T1", self.occasion)
        database.close()
        if boxes:
            self.close()
        self._check_published()
        return "still open" if boxes else "closed"

    def _check_published(self) -> None:
        from sqlalchemy import text

        database, custody = self.opened()
        with database.reading() as session:
            words = list(session.scalars(text("SELECT words FROM attack_answer")))
        ours = sorted(one.partition(" ")[2] for one in words if one.startswith(f"{self.occasion} "))
        assert ours == PEOPLE, ours
        assert sealed.purged(database, custody, "T1", self.occasion) == "purged"
        assert custody.is_destroyed("T1", self.occasion)
        database.close()


def killed_at(line: int, work: Callable[[], None]) -> bool:
    """Do the work in a child that kills itself at this line of the store; False when it was done before."""
    child = os.fork()
    if child == 0:
        left = line

        def trace(frame: FrameType, event: str, _argument: Any) -> Any:
            nonlocal left
            if not frame.f_code.co_filename.startswith(WATCHED):
                return None
            if event == "line":
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
            return trace

        sys.settrace(trace)
        try:
            work()
        finally:
            sys.settrace(None)
            os._exit(0 if left >= 0 else 1)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def main(url: str, keys: str, what: str, stride: int) -> dict[str, int]:
    """Kill at every `stride`th line: how often each outcome was met. Raises AssertionError when one is bad."""
    rig = Rig(url, keys)
    database = open_database(url)
    database.migrate()
    prepare_scratch(database)
    database.close()
    jobs: dict[str, tuple[Callable[[], None], Callable[[], str], int]] = {
        "take": (lambda: rig.take(LAST), rig.check_after_take, len(PEOPLE) - 1),
        "first": (lambda: rig.take(FIRST), lambda: rig.check_after_take(FIRST, PEOPLE[1:]), 0),
        "close": (rig.close, rig.check_after_close, len(PEOPLE)),
    }
    work, check, answered = jobs[what]
    met: dict[str, int] = {}
    line = 0
    while True:
        rig.launch(answered)
        was_killed = killed_at(line, work)
        outcome = check()
        met[outcome] = met.get(outcome, 0) + 1
        if not was_killed:
            return met
        line += stride


def run(url: str, keys: Path, what: str, stride: int) -> dict[str, int]:
    """The same in a process of its own, because it forks. Raises subprocess.CalledProcessError if one is bad."""
    command = [sys.executable, "-m", "tests.anonymity.killing", url, str(keys), what, str(stride)]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    counts: dict[str, int] = json.loads(said)
    return counts


if __name__ == "__main__":
    json.dump(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])), sys.stdout)
