"""A pulse: how long a submission takes from form to ack; and, on request, five thousand people in ten minutes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random

import storage.pulse as rows
from bot.blocks.pulse.answer import answer_form
from bot.clock import now
from rituals import sealed
from rituals.pulse import asking, closing, launching
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
from tests.bench.processes import THREADS
from tests.slack.forms import state_values

SIZES, ONE_BY_ONE = (30, 5_000), 200
AIM = 25.0  # milliseconds
CROWD, SECONDS = 5_000, 600.0
DOUBLES = 250  # of the crowd, who send again under a new trigger, each at another moment
TOO_LATE = 3.0  # seconds that Slack waits


def pulse(folder: Path, databases: Databases) -> Iterator[Figure]:
    """A submission through the whole app, one after the other, beside a plain one-row insert that lasts."""
    for kind in KINDS:
        for size in SIZES:
            keys = folder / f"keys-{kind}-{size}"
            with databases.fresh(kind) as database, house(database, size, key_dir=keys) as (built, _):
                launched = _launch(database, built.custody, size)
                forms = [_form(launched, number) for number in range(min(ONE_BY_ONE, size))]
                spent, refused = _one_by_one(partial(dispatch, built.app), forms)
                bare = median(_inserts(database))
                part = f"pulse, {kind}, {size:,} invited"
                p50, p99 = (percentile(spent, one) * 1_000 for one in (0.5, 0.99))
                yield Figure(part, "form to ack p50", p50, "ms", bare * 1_000, "< 25 ms", p50 < AIM, "bare: a row")
                yield Figure(part, "form to ack p99", p99, "ms")
                yield Figure(part, "refused", refused, "", aim="0", met=refused == 0)
                yield from _counted(part, database, built.custody, len(forms) - refused)


def crowd(folder: Path, databases: Databases) -> Iterator[Figure]:
    """5,000 people answer within ten real minutes on each database, each at a moment of their own.

    They come when they come, however long the others take; the time to the ack counts from that moment.
    """
    for kind in KINDS:
        keys = folder / f"keys-{kind}-crowd"
        with databases.fresh(kind) as database, house(database, CROWD, key_dir=keys) as (built, _):
            launched = _launch(database, built.custody, CROWD)
            moments = _moments(Random(5))
            forms = {number: _form(launched, number) for number in range(CROWD)}
            spent, told = _as_they_come(partial(dispatch, built.app), forms, moments)
            part, rate = f"pulse crowd, {kind}", len(moments) / SECONDS
            refused, late = told.count(False), sum(one > TOO_LATE for one in spent)
            p50, p99 = (percentile(spent, one) * 1_000 for one in (0.5, 0.99))
            note = f"{rate:.1f}/s over {SECONDS:.0f} s"
            yield Figure(part, "form to ack p50", p50, "ms", aim="< 25 ms", met=p50 < AIM, note=note)
            yield Figure(part, "form to ack p99", p99, "ms")
            yield Figure(part, "acks later than 3 s", late, "", aim="0", met=late == 0)
            every = f"the {DOUBLES} who sent twice"
            yield Figure(part, "refused", refused, "", aim=f"{DOUBLES}", met=refused == DOUBLES, note=every)
            yield from _counted(part, database, built.custody, CROWD)


def _moments(chance: Random) -> list[tuple[float, int]]:
    """(seconds from the beginning, who) of every submission, in order."""
    first = [(chance.uniform(0, SECONDS), number) for number in range(CROWD)]
    again = [(chance.uniform(0, SECONDS), number) for number in chance.sample(range(CROWD), DOUBLES)]
    return sorted(first + again)


def _as_they_come(
    take: Callable[[Json], bool], forms: Mapping[int, Json], moments: Sequence[tuple[float, int]]
) -> tuple[list[float], list[bool]]:
    """Seconds from each one's moment to the ack, and whether it was taken."""
    begin = time.perf_counter()

    def send(place: int) -> tuple[float, bool]:
        at, number = moments[place]
        taken = take(forms[number] | {"trigger_id": f"{place}.crowd"})
        return time.perf_counter() - begin - at, taken

    coming = []
    with ThreadPoolExecutor(THREADS) as pool:
        for place, (at, _) in enumerate(moments):
            time.sleep(max(0.0, begin + at - time.perf_counter()))
            coming.append(pool.submit(send, place))
    done = [one.result() for one in coming]
    return [seconds for seconds, _ in done], [taken for _, taken in done]


def _counted(part: str, database: Database, custody: Custody, sent: int) -> Iterator[Figure]:
    """Close it, and see that what was sent is in the result."""
    begin = time.perf_counter()
    counted = _close(database, custody)
    yield Figure(part, "closed in", time.perf_counter() - begin, "s")
    yield Figure(part, "lost", sent - counted, "", aim="0", met=sent == counted, note=f"of {sent:,}")


def _launch(database: Database, custody: Custody, size: int) -> Pulse:
    instrument, at = load_instruments(None)[DEFAULT], now()
    plan = asking.Plan(CHANNEL, instrument.name, "", asking.closing(1, at), True)
    terms = Terms("file", 5, "the bench", False, "all", "soon", "1")
    with database.begin() as session:
        added = asking.ask(session, TEAM, plan, instrument, terms, keepers=["U0"], origin="bench", now=at)
        assert added is not None
        people = [f"U{number}" for number in range(size)]
        assert launching.launch(session, custody, TEAM, added.id, people, at)
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
