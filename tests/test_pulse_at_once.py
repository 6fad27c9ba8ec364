"""Two processes launch pulses that clash, at the same moment: one wins, the other gets the ordinary refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

import storage.pulse as stored
from rituals.pulse import launching
from rituals.pulse.consent import Terms
from rituals.pulse.instruments import DEFAULT, load_instruments
from storage import Database
from storage.keys import FileKeys
from storage.outbox import delivery
from storage.schema import Pulse
from tests.conftest import NOON

TERMS = Terms("file", 5, "somebody", False, "all", "soon", "1")
PEOPLE = [f"U{number}" for number in range(12)]
ALL_BUT_ONE = PEOPLE[1:]
CHANNEL, PICKED = ("C1", DEFAULT, "channel"), ("C1", DEFAULT, "picked")
CLASHES = {
    "the same channel and questions": (CHANNEL, CHANNEL, PEOPLE, "StillOpen"),
    "picked people who differ by one": (PICKED, ("C2", "culture", "picked"), ALL_BUT_ONE, "TooAlike"),
    "a channel of all but one": (CHANNEL, ("C2", DEFAULT, "channel"), ALL_BUT_ONE, "AskedElsewhere"),
}


def waits(
    database: Database, channel: str, instrument: str, audience: str, origin: str = "form", workspace: str = "T1"
) -> int:
    """A pulse that waits, as `ask` stores it; of two forms that were filled at once, neither saw the other."""
    with database.begin() as session:
        added = stored.add_pulse(
            session,
            workspace,
            ["UADA"],
            PEOPLE if audience == "picked" else [],
            channel=channel,
            instrument=instrument,
            asked=asdict(load_instruments(None)[instrument]),
            terms=TERMS.kept(),
            audience=audience,
            comments=False,
            k=5,
            opened_at=NOON,
            closes_at=NOON + timedelta(days=3),
            origin=origin,
        )
        assert added is not None
        return added.id


@pytest.mark.parametrize("clash", CLASHES)
def test_of_two_that_clash_one_wins(database: Database, tmp_path: Path, clash: str) -> None:
    """Half a second at most: so long the second one waits for the lock, before the first one commits."""
    first, second, others, why = CLASHES[clash]
    files = FileKeys(tmp_path / "keys")
    numbers = [waits(database, *one, origin=f"form {place}") for place, one in enumerate((first, second))]
    opened: dict[int, bool] = {}
    has_begun = Event()

    def launch(number: int, people: Sequence[str]) -> None:
        has_begun.set()
        with database.begin() as session:
            opened[number] = launching.launch(session, files, "T1", number, people, NOON)

    other = Thread(target=launch, args=(numbers[1], others))
    with database.begin() as session:
        opened[numbers[0]] = launching.launch(session, files, "T1", numbers[0], PEOPLE, NOON)
        other.start()
        has_begun.wait()
        other.join(timeout=0.5)
        assert numbers[1] not in opened, "it waits for the first"
    other.join()
    assert opened == {numbers[0]: True, numbers[1]: False}
    with database.reading() as session:
        states = [session.get_one(Pulse, number).state for number in numbers]
        told = delivery(session, "T1", f"pulse:{numbers[1]}:unable:UADA")
    assert states == ["open", "unable"]
    assert told is not None
    assert list(told.facts["why"]) == [why]


def test_two_processes_that_launch_the_same_pulse_open_it_once(database: Database, tmp_path: Path) -> None:
    number = waits(database, *CHANNEL)
    opened: list[bool] = []

    def launch() -> None:
        with database.begin() as session:
            opened.append(launching.launch(session, FileKeys(tmp_path / "keys"), "T1", number, PEOPLE, NOON))

    threads = [Thread(target=launch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(opened) == [False, False, False, True]


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_pulses_of_two_workspaces_do_not_wait_for_each_other(database: Database, tmp_path: Path) -> None:
    """On Postgres alone: SQLite has one writer at a time, whosever it is."""
    numbers = [waits(database, *CHANNEL, workspace=workspace) for workspace in ("T1", "T2")]
    files = FileKeys(tmp_path / "keys")
    with database.begin() as one, database.begin() as two:
        assert launching.launch(one, files, "T1", numbers[0], PEOPLE, NOON)
        assert launching.launch(two, files, "T2", numbers[1], PEOPLE, NOON)
