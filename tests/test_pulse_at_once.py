"""Two processes launch pulses that clash, at the same moment: one wins, the other gets the ordinary refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

import storage.pulse as stored
from rituals.pulse import asking
from rituals.pulse.consent import Terms
from rituals.pulse.instruments import DEFAULT, load_instruments
from storage import Database
from storage.keys import FileKeys
from storage.outbox import delivery
from storage.schema import Pulse
from tests.conftest import NOON

TERMS = Terms("file", 5, "somebody", False, "all", "soon", "1")
PEOPLE = [f"U{number}" for number in range(12)]
CLASHES = {
    "the same channel and questions": (
        ("C1", DEFAULT, "channel"),
        ("C1", DEFAULT, "channel"),
        PEOPLE,
        "StillOpen",
    ),
    "picked people who differ by one": (
        ("C1", DEFAULT, "picked"),
        ("C2", "culture", "picked"),
        PEOPLE[1:],
        "TooAlike",
    ),
    "a channel of all but one": (
        ("C1", DEFAULT, "channel"),
        ("C2", DEFAULT, "channel"),
        PEOPLE[1:],
        "AskedElsewhere",
    ),
}


def stored_pulse(database: Database, channel: str, instrument: str, audience: str, origin: str) -> int:
    """A pulse that waits, as `ask` stores it; of two forms that were filled at once, neither saw the other."""
    with database.begin() as session:
        added = stored.add_pulse(
            session, "T1", ["UADA"], PEOPLE if audience == "picked" else [], channel=channel, instrument=instrument,
            asked=load_pulse(instrument), terms=TERMS.kept(), audience=audience, comments=False, k=5, opened_at=NOON,
            closes_at=NOON + timedelta(days=3), origin=origin,
        )  # fmt: skip
        assert added is not None
        return added.id


def load_pulse(instrument: str) -> dict[str, object]:
    return asdict(load_instruments(None)[instrument])


@pytest.mark.parametrize("clash", CLASHES)
def test_of_two_that_clash_one_wins(database: Database, tmp_path: Path, clash: str) -> None:
    """The second waits up to half a second here: for a lock that must hold it until the first one has committed."""
    first, second, others, why = CLASHES[clash]
    files = FileKeys(tmp_path / "keys")
    numbers = [stored_pulse(database, *one, origin=f"form {place}") for place, one in enumerate((first, second))]
    opened: dict[int, bool] = {}
    has_begun = Event()

    def launch(number: int, people: Sequence[str]) -> None:
        has_begun.set()
        with database.begin() as session:
            opened[number] = asking.launch(session, files, "T1", number, people, NOON)

    other = Thread(target=launch, args=(numbers[1], others))
    with database.begin() as session:
        opened[numbers[0]] = asking.launch(session, files, "T1", numbers[0], PEOPLE, NOON)
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
    number = stored_pulse(database, "C1", DEFAULT, "channel", "form")
    opened: list[bool] = []

    def launch() -> None:
        with database.begin() as session:
            opened.append(asking.launch(session, FileKeys(tmp_path / "keys"), "T1", number, PEOPLE, NOON))

    threads = [Thread(target=launch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(opened) == [False, False, False, True]


def test_pulses_of_two_workspaces_do_not_wait_for_each_other(database: Database, tmp_path: Path) -> None:
    """But on SQLite, which has one writer at a time."""
    if database.engine.dialect.name == "sqlite":
        pytest.skip("one writer at a time")
    numbers = [stored_pulse(database, "C1", DEFAULT, "channel", "form")]
    with database.begin() as session:
        added = stored.add_pulse(
            session, "T2", [], [], channel="C1", instrument=DEFAULT, asked=load_pulse(DEFAULT), terms=TERMS.kept(),
            audience="channel", comments=False, k=5, opened_at=NOON, closes_at=NOON + timedelta(days=3), origin="form",
        )  # fmt: skip
        assert added is not None
        numbers.append(added.id)
    files = FileKeys(tmp_path / "keys")
    with database.begin() as one, database.begin() as two:
        assert asking.launch(one, files, "T1", numbers[0], PEOPLE, NOON)
        assert asking.launch(two, files, "T2", numbers[1], PEOPLE, NOON)
