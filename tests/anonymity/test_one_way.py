"""From launch to close, whatever is tried in whatever order: nothing loosens, extends, reopens or peeks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

import storage.pulse as rows
from rituals import sealed
from rituals.errors import Refusal
from rituals.pulse import asking, closing, launching, taking
from rituals.pulse.consent import Terms
from rituals.pulse.instruments import load_instruments
from rituals.who_may import Asker
from storage import open_database
from storage.keys import FileKeys
from storage.schema import Pulse
from tests.conftest import NOON

PEOPLE = [f"U{number}" for number in range(8)]
INSTRUMENT = load_instruments(None)["five-dynamics"]
LEAD = Asker("U0")
FROZEN = ("asked", "terms", "k", "invited", "closes_at", "comments", "audience", "channel", "instrument")


class OneWay(RuleBasedStateMachine):
    """One pulse; hours pass, people answer, rings come early and late, whoever leads tries this and that."""

    empty: Path  # a SQLite file with all tables

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        file = Path(self._folder.name) / "candor.db"
        shutil.copy(self.empty, file)
        self.database = open_database(f"sqlite:///{file}")
        self.custody = FileKeys(Path(self._folder.name) / "keys")
        self.now, self.answered, self.states = NOON, set[str](), ["open"]
        plan = asking.Plan("C1", INSTRUMENT.name, "", asking.closing(2, NOON), True)
        terms = Terms("file", 5, "somebody", False, "all", "soon", "1")
        with self.database.begin() as session:
            asking.ask(session, "T1", plan, INSTRUMENT, terms, keepers=["U0"], origin="form", now=NOON)
            assert launching.launch(session, self.custody, "T1", 1, PEOPLE, NOON)
        self.began = self.frozen()

    def teardown(self) -> None:
        self.database.close()
        self._folder.cleanup()

    def pulse(self) -> Pulse:
        with self.database.reading() as session:
            found = rows.pulse(session, "T1", 1)
        assert found is not None
        return found

    def frozen(self) -> dict[str, Any]:
        return {name: getattr(self.pulse(), name) for name in FROZEN}

    @property
    def is_open(self) -> bool:
        return self.states[-1] == "open"

    @contextmanager
    def refused_unless(self, may: bool) -> Iterator[None]:
        if may:
            yield
        else:
            with pytest.raises(Refusal):
                yield

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(person=st.sampled_from([*PEOPLE, "USTRANGER"]), given=st.integers(1, 7))
    def somebody_answers(self, person: str, given: int) -> None:
        may = self.is_open and self.now < self.pulse().closes_at
        with self.refused_unless(may and person in PEOPLE and person not in self.answered):
            with self.database.reading() as session:
                _, box = taking.box_for(session, self.custody, "T1", 1, person, self.now)
            with box as held, self.database.begin(durable=True) as session:
                taking.take(session, held, "T1", 1, person, [given] * 5, "words", self.now)
            self.answered.add(person)

    @rule()
    def the_ring_closes(self) -> None:
        with self.database.reading() as session:
            boxes = sealed.boxes_of(session, "T1", "pulse-1")
        due = self.is_open and self.now >= self.pulse().closes_at
        with (
            sealed.hold_all(self.custody, "T1", "pulse-1", boxes) as held,
            self.database.begin(durable=True) as session,
        ):
            assert closing.close(session, held, "T1", 1, self.now) == due
        if due:
            self.states.append("closed" if len(self.answered) >= 5 else "few")
            assert sealed.purge(self.database, self.custody, "T1", "pulse-1")

    @rule()
    def it_is_launched_again(self) -> None:
        with self.database.begin() as session:
            assert not launching.launch(session, self.custody, "T1", 1, [*PEOPLE, "UMORE"], self.now)

    @rule()
    def the_same_is_asked_again(self) -> None:
        plan = asking.Plan("C1", INSTRUMENT.name, "", self.now + timedelta(days=3), True)
        terms = Terms("file", 5, "somebody", False, "all", "soon", "1")
        with pytest.raises(Refusal), self.database.begin() as session:
            asking.ask(session, "T1", plan, INSTRUMENT, terms, keepers=["U0"], origin="again", now=self.now)

    @precondition(lambda self: self.now > NOON + timedelta(hours=20))
    @rule()
    def whoever_leads_ends_it(self) -> None:
        may = self.is_open and self.now < self.pulse().closes_at
        with self.refused_unless(may), self.database.begin(durable=True) as session:
            closing.end_early(session, "T1", 1, LEAD, self.now)
        if may:
            self.states.append("ended")
            assert sealed.purge(self.database, self.custody, "T1", "pulse-1")

    @invariant()
    def nothing_loosens(self) -> None:
        assert self.frozen() == self.began
        assert self.pulse().state == self.states[-1]
        assert len(self.states) <= 2

    @invariant()
    def nothing_is_seen_before_the_end_or_below_five(self) -> None:
        pulse = self.pulse()
        assert (pulse.result is None) == (pulse.state not in ("closed", "few"))
        if pulse.state == "few":
            assert pulse.result == '{"comments":[],"invited":8,"items":[],"n":null,"score":null}'
        if pulse.state == "closed":
            assert f'"n":{len(self.answered)}' in str(pulse.result)


def test_nothing_loosens_extends_reopens_or_peeks(migrated_sqlite: Path) -> None:
    """Some ten seconds: each of the twenty-five lives has a database and keys of its own."""

    class Here(OneWay):
        empty = migrated_sqlite

    calm = settings(max_examples=25, stateful_step_count=14, deadline=None, derandomize=True)
    run_state_machine_as_test(Here, settings=settings(calm, suppress_health_check=list(HealthCheck)))
