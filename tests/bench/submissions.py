"""Two thousand filled forms, each one commit: how many a second, and whether any is late, refused or lost."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import local

import psycopg
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from sqlalchemy import func, select

from bot.clock import now
from storage import Database
from storage.schema import Answer
from tests.bench import processes
from tests.bench.bare import echo_app
from tests.bench.databases import KINDS, TEAM, Databases, add_round, address
from tests.bench.figures import Figure, median, percentile
from tests.bench.in_process import dispatch, house
from tests.bench.line import Line, spread
from tests.bench.payloads import CHANNEL, Json, submission

FORMS, WRITERS, TURNS = 2_000, 32, 3
SECONDS = 20.0  # in which they come at their own pace
LATENCY = 0.3
TOO_LATE = 3.0
INSERT = "INSERT INTO raw (workspace, round_id, person, words, at) VALUES ({0}, {0}, {0}, {0}, {0})"
TABLE = (
    "CREATE TABLE raw (id {}, workspace text, round_id integer, person text, words text, at text, "
    "UNIQUE (round_id, person))"
)


def submissions(folder: Path, pem: Path, databases: Databases) -> Iterator[Figure]:
    """In this process, through a socket as fast as it goes, and through a socket at a person's pace."""
    for kind in KINDS:
        mine, raw, echo = [], [], []
        for _ in range(TURNS):
            with databases.fresh(kind) as database:
                mine.append(_in_process(database))
                raw.append(_raw(kind, database))
            echo.append(_echo())
        driver = {"sqlite": "raw sqlite3, one writer", "postgres": f"raw psycopg, {WRITERS} writers, no fsync"}[
            kind
        ]
        part = f"submissions, {kind}"
        rate = median([one[0] for one in mine])
        yield Figure(part, "in process", rate, "/s", median(raw), note=f"bare: {driver}")
        yield Figure(part, "in process", rate, "/s", median(echo), note="bare: Bolt that stores nothing")
        for place, what in ((1, "refused"), (2, "lost")):
            wrong, every = sum(one[place] for one in mine), f"of {TURNS * FORMS:,}, {WRITERS} at a time"
            yield Figure(part, f"in process: {what}", wrong, "", aim="0", met=wrong == 0, note=every)
        yield from _over_socket(kind, folder, pem, databases)
        with databases.fresh(kind) as database:
            yield _again(kind, database)


def _timed(do: Callable[[Json], bool], forms: list[Json]) -> tuple[float, int]:
    """Seconds for all of them by WRITERS threads, and how many were refused."""
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda _: time.sleep(0.01), range(WRITERS)))  # every thread is there
        begin = time.perf_counter()
        taken = list(pool.map(do, forms))
        spent = time.perf_counter() - begin
    return spent, taken.count(False)


def _count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Answer)) or 0


def _in_process(database: Database) -> tuple[float, int, int]:
    """A second, refused, lost."""
    round_id = add_round(database, CHANNEL, now())
    with house(database, FORMS) as (built, _):
        forms = [submission(number, round_id) for number in range(FORMS)]
        spent, refused = _timed(partial(dispatch, built.app), forms)
    return FORMS / spent, refused, FORMS - refused - _count(database)


def _echo() -> float:
    """Acknowledgements a second by a Bolt that stores nothing."""
    app = echo_app(
        WebClient(),
        processes.THREADS,
        lambda: AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_token="xoxb-1"),
    )
    spent, refused = _timed(partial(dispatch, app), [submission(number, 1) for number in range(FORMS)])
    assert refused == 0
    return FORMS / spent


def _raw(kind: str, database: Database) -> float:
    """Commits a second of the same bytes by the driver alone."""
    at = now().isoformat()
    rows = []
    for number in range(FORMS):
        values = submission(number, 1)["view"]["state"]["values"]["words"]
        rows.append((TEAM, 1, f"U{number}", next(iter(values.values()))["value"], at))
    if kind == "sqlite":
        connection = sqlite3.connect(str(database.engine.url.database), isolation_level=None)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(TABLE.format("integer PRIMARY KEY"))
        begin = time.perf_counter()
        for row in rows:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(INSERT.format("?"), row)
            connection.execute("COMMIT")
        return FORMS / (time.perf_counter() - begin)
    url = address(database).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as first:
        first.execute(TABLE.format("serial PRIMARY KEY").encode())
    kept = local()

    def insert(row: Json) -> bool:
        if not hasattr(kept, "connection"):
            kept.connection = psycopg.connect(url, autocommit=True)
        kept.connection.execute(INSERT.format("%s").encode(), row["row"])
        return True

    return FORMS / _timed(insert, [{"row": row} for row in rows])[0]


def _over_socket(kind: str, folder: Path, pem: Path, databases: Databases) -> Iterator[Figure]:
    part = f"submissions, {kind}"
    for seconds, latency in ((0.0, 0.0), (SECONDS, LATENCY)):
        with databases.fresh(kind) as database, Line(pem, latency, FORMS) as line:
            round_id = add_round(database, CHANNEL, now())
            with processes.ours(line, pem, database, folder / "serve.log") as process:
                time.sleep(1)
                frames = [_envelope(number, round_id) for number in range(FORMS)]
                begin, before = time.perf_counter(), process.cpu()
                sent = line.run(_paced(line, frames, seconds) if seconds else _in_turn(line, frames))
                _wait(line)
                rate = FORMS / (max(at for at, _ in line.acked.values()) - begin)
                cost = process.cpu() - before
            acks = [line.acked[str(number)][0] - sent[number] for number in sent if str(number) in line.acked]
            thanked = sum("Thank you" in json.dumps(told) for _, told in line.acked.values())
            unanswered = FORMS - len(acks)
            refused, late = len(acks) - thanked, sum(one > TOO_LATE for one in acks) + unanswered
            lost = max(thanked - _count(database), 0) + unanswered
        if not seconds:
            yield Figure(part, f"over a socket, {WRITERS} at a time", rate, "/s")
            yield Figure(part, "CPU per submission", cost / FORMS * 1_000, "ms")
            continue
        every = f"{FORMS:,} in {SECONDS:.0f} s, Slack takes {LATENCY * 1000:.0f} ms"
        yield Figure(part, "paced: ack p50", percentile(acks, 0.5) * 1_000, "ms", note=every)
        yield Figure(part, "paced: ack p99", percentile(acks, 0.99) * 1_000, "ms")
        yield Figure(part, "paced: late", late, "", aim="0", met=late == 0)
        yield Figure(part, "paced: refused, kindly or not", refused, "", aim="0", met=refused == 0)
        yield Figure(part, "paced: lost", lost, "", aim="0", met=lost == 0)


def _envelope(number: int, round_id: int) -> bytes:
    envelope = {"type": "interactive", "envelope_id": str(number), "payload": submission(number, round_id)}
    return json.dumps(envelope | {"accepts_response_payload": True}).encode()


async def _paced(line: Line, frames: list[bytes], seconds: float) -> dict[int, float]:
    return await spread(len(frames), seconds, lambda number: line.send(frames[number]))


async def _in_turn(line: Line, frames: list[bytes]) -> dict[int, float]:
    """WRITERS in flight: a next one goes when one is acknowledged."""
    sent: dict[int, float] = {}
    for number, frame in enumerate(frames):
        end = time.perf_counter() + 10
        while number - len(line.acked) >= WRITERS and time.perf_counter() < end:
            await asyncio.sleep(0.001)
        sent[number] = time.perf_counter()
        line.send(frame)
    return sent


def _wait(line: Line) -> None:
    """Until all are acknowledged, or nothing moved for five seconds."""
    seen, since = -1, time.perf_counter()
    while seen < FORMS and time.perf_counter() - since < 5:
        if len(line.acked) != seen:
            seen, since = len(line.acked), time.perf_counter()
        time.sleep(0.01)


def _again(kind: str, database: Database) -> Figure:
    """The same form three times, then twenty at once, under new triggers: the tables alone must know it again."""
    round_id = add_round(database, CHANNEL, now())
    forms = [submission(1, round_id) | {"trigger_id": f"again{number}"} for number in range(23)]
    with house(database, 2) as (built, _):
        taken = [dispatch(built.app, form) for form in forms[:3]]
        with ThreadPoolExecutor(20) as pool:
            taken += pool.map(partial(dispatch, built.app), forms[3:])
    more = _count(database) - 1
    note = f"three times and twenty at once; {taken.count(False)} refused"
    return Figure(
        f"submissions, {kind}", "the same again: rows too many", more, "", aim="0", met=more == 0, note=note
    )
