"""A pulse: how long a submission takes from form to ack, and five thousand people who all answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

import storage.pulse as rows
from bot.blocks.pulse.answer import answer_form
from bot.clock import now
from rituals import sealed
from rituals.pulse import asking, closing
from rituals.pulse.consent import Terms
from rituals.pulse.instruments import DEFAULT, load_instruments
from rituals.pulse.publishing import read_published
from storage import Database
from storage.keys import Custody
from storage.people import note_act
from storage.schema import Pulse
from tests.bench.databases import KINDS, TEAM, Databases
from tests.bench.figures import Figure, median, percentile
from tests.bench.in_process import dispatch, house
from tests.bench.payloads import CHANNEL, Json, sent
from tests.slack.forms import state_values

SIZES, ONE_BY_ONE, WRITERS = (30, 5_000), 200, 32
AIM = 25.0  # milliseconds


def pulse(folder: Path, databases: Databases) -> Iterator[Figure]:
    """One by one beside a plain one-row insert; then all that are left, many at a time, and the close."""
    for kind in KINDS:
        for size in SIZES:
            keys = folder / f"keys-{kind}-{size}"
            with databases.fresh(kind) as database, house(database, size, key_dir=keys) as (built, _):
                launched = _launch(database, built.custody, size)
                forms = [_form(launched, number) for number in range(size)]
                few = min(ONE_BY_ONE, size)
                spent, refused = _one_by_one(partial(dispatch, built.app), forms[:few])
                part, bare = f"pulse, {kind}, {size:,} invited", median(_inserts(database))
                p50, p99 = (percentile(spent, one) * 1_000 for one in (0.5, 0.99))
                yield Figure(part, "form to ack p50", p50, "ms", bare * 1_000, "< 25 ms", p50 < AIM, "bare: a row")
                yield Figure(part, "form to ack p99", p99, "ms")
                begin = time.perf_counter()
                with ThreadPoolExecutor(WRITERS) as pool:
                    refused += list(pool.map(partial(dispatch, built.app), forms[few:])).count(False)
                if size > few:
                    yield Figure(part, f"{WRITERS} at a time", (size - few) / (time.perf_counter() - begin), "/s")
                yield Figure(part, "refused", refused, "", aim="0", met=refused == 0)
                begin = time.perf_counter()
                counted = _close(database, built.custody)
                yield Figure(part, "closed in", time.perf_counter() - begin, "s")
                lost = size - refused - counted
                yield Figure(part, "lost", lost, "", aim="0", met=lost == 0)


def _launch(database: Database, custody: Custody, size: int) -> Pulse:
    instrument, at = load_instruments(None)[DEFAULT], now()
    plan = asking.Plan(CHANNEL, instrument.name, "", asking.closing(1, at), True)
    terms = Terms("file", 5, "the bench", False, "all", "soon", "1")
    with database.begin() as session:
        added = asking.ask(session, TEAM, plan, instrument, terms, keepers=["U0"], origin="bench", now=at)
        assert added is not None
        people = [f"U{number}" for number in range(size)]
        assert asking.launch(session, custody, TEAM, added.id, people, at)
    return added


def _form(launched: Pulse, number: int) -> Json:
    """Person `number` sends the filled form, without a comment."""
    form = answer_form(launched)
    typed = {
        block["block_id"]: {
            block["block_id"]: {
                "type": "static_select",
                "selected_option": block["element"]["options"][number % 7],
            }
        }
        for block in form["blocks"]
        if block.get("block_id", "").startswith("item_")
    }
    view = form | {"id": f"V{number}", "hash": "1", "state": {"values": state_values(form["blocks"], typed)}}
    return sent("view_submission", number) | {"view": view}


def _one_by_one(take: partial[bool], forms: list[Json]) -> tuple[list[float], int]:
    """Seconds of each, and how many were refused."""
    spent, refused = [], 0
    for form in forms:
        begin = time.perf_counter()
        refused += not take(form)
        spent.append(time.perf_counter() - begin)
    return spent, refused


def _inserts(database: Database) -> list[float]:
    spent = []
    for number in range(ONE_BY_ONE):
        begin = time.perf_counter()
        with database.begin(durable=True) as session:
            note_act(session, TEAM, f"U{number}", "answered", "the bench", now())
        spent.append(time.perf_counter() - begin)
    return spent


def _close(database: Database, custody: Custody) -> int:
    with database.reading() as session:
        boxes = sealed.boxes_of(session, TEAM, asking.name(1))
    with (
        sealed.hold_all(custody, TEAM, asking.name(1), boxes) as held,
        database.begin(durable=True) as session,
    ):
        assert closing.close(session, held, TEAM, 1, now() + timedelta(days=3))
    assert sealed.purge(database, custody, TEAM, asking.name(1))
    with database.reading() as session:
        closed = rows.pulse(session, TEAM, 1)
    assert closed is not None
    return read_published(closed.result or "").n or 0
