"""Five hundred people click in two seconds, and each gets a form from a Slack that takes 300 ms.

This is the slowest honest path. What profiles of 500 clicks in one process said (cProfile, 2026-11):

| | function calls a click | CPU a click |
|---|---|---|
| Bolt's search among 28 listeners and its polling; four reads | 4,872 | 2.9 to 3.4 ms |
| a table of listeners, a wait that is woken, one read | 1,894 | |
| the statement of that read written once | 1,414 | 1.0 to 1.4 ms |

Two fifths of what is left is that one read. Bolt with a listener that only opens a form takes 0.15 ms; in the real
process TLS, the socket and JSON are the greater part, for bare Bolt as for us.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

from bot.clock import now
from tests.bench import processes
from tests.bench.bare import SECRET
from tests.bench.databases import Databases, add_round
from tests.bench.figures import Figure, median, percentile
from tests.bench.line import Line, spread
from tests.bench.payloads import CHANNEL, Json, click

CLICKS, SECONDS = 500, 2.0
LATENCY = 0.3
TOO_LATE = 3.0  # what Slack waits for an ack, and what a trigger lives
TURNS = 3

Door = Callable[[Line, list[Json], float], "Burst"]


@dataclass(frozen=True)
class Burst:
    """What came of one burst: seconds from each click to its ack and to its form, and what it cost."""

    acks: list[float]
    forms: list[float]
    seconds: float
    cpu: float
    asked: int

    @property
    def late(self) -> int:
        return sum(one > TOO_LATE for one in self.acks)

    @property
    def lost(self) -> int:
        return self.asked - len(self.acks)

    @property
    def unopened(self) -> int:
        """Forms that Slack would refuse, because their trigger had expired, or that were never asked for."""
        return self.asked - sum(one <= TOO_LATE for one in self.forms)


def burst(folder: Path, pem: Path, databases: Databases) -> Iterator[Figure]:
    """Ours and bare in turn, over Socket Mode, then over HTTP, then all clicks at one instant."""
    for name, door, spell in (
        ("socket", over_socket, SECONDS),
        ("http", over_http, SECONDS),
        ("socket, all at once", over_socket, 0.0),
    ):
        mine: list[Burst] = []
        plain: list[Burst] = []
        for turn in range(TURNS):
            with Line(pem, LATENCY, members=CLICKS) as line, _ours(line, folder, pem, databases, door) as cost:
                round_id, process = cost
                mine.append(_measured(door, line, process, round_id, spell))
            with Line(pem, LATENCY) as line, _bare(line, folder, pem, door) as process:
                plain.append(_measured(door, line, process, turn, spell))
        yield from _figures(f"burst, {name}", mine, plain)


@contextmanager
def _ours(
    line: Line, folder: Path, pem: Path, databases: Databases, door: Door
) -> Iterator[tuple[int, processes.Running]]:
    settings = {"CANDOR_HTTP": processes.free_port()} if door is over_http else {}
    with databases.fresh("sqlite") as database:
        round_id = add_round(database, CHANNEL, now())
        with processes.ours(line, pem, database, folder / "serve.log", **settings) as process:
            line.port = settings.get("CANDOR_HTTP")
            yield round_id, process


def _bare(line: Line, folder: Path, pem: Path, door: Door) -> AbstractContextManager[processes.Running]:
    port = processes.free_port() if door is over_http else None
    line.port = port
    return processes.bare(line, pem, folder / "bare.log", port)


def _measured(door: Door, line: Line, process: processes.Running, round_id: int, spell: float) -> Burst:
    time.sleep(1)  # let what happens at start be over
    door(line, [click(10_000, round_id)], 0.0)  # the first click meets cold imports; its form is awaited
    line.forget()
    before = process.cpu()
    told = door(line, [click(number, round_id) for number in range(CLICKS)], spell)
    return Burst(told.acks, told.forms, told.seconds, process.cpu() - before, told.asked)


def over_socket(line: Line, payloads: list[Json], spell: float) -> Burst:
    """Each payload an envelope of its own; waits until nothing comes any more."""
    frames = [
        json.dumps(
            {
                "type": "interactive",
                "envelope_id": payload["trigger_id"],
                "payload": payload,
                "accepts_response_payload": True,
            }
        ).encode()
        for payload in payloads
    ]
    begin = time.perf_counter()
    sent = line.run(spread(len(frames), spell, lambda number: line.send(frames[number])))
    _wait(line, payloads, len(frames), lambda: len(line.acked))
    acked = {key: at for key, (at, _) in line.acked.items()}
    return _told(line, payloads, sent, acked, begin)


def over_http(line: Line, payloads: list[Json], spell: float) -> Burst:
    """Each payload a signed request on a connection of its own."""
    signer = SignatureVerifier(SECRET)
    port = int(line.port or 0)
    acked: dict[str, float] = {}
    tasks: set[asyncio.Task[None]] = set()

    async def post(payload: Json) -> None:
        body = urlencode({"payload": json.dumps(payload)})
        stamp = str(int(time.time()))
        head = (
            "POST /slack/events HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"X-Slack-Request-Timestamp: {stamp}\r\n"
            f"X-Slack-Signature: {signer.generate_signature(timestamp=stamp, body=body)}\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write((head + body).encode())
            status = await reader.readline()
            await reader.read()
            writer.close()
        except OSError:
            return
        if b" 200 " in status:
            acked[payload["trigger_id"]] = time.perf_counter()

    def send(number: int) -> None:
        task = asyncio.ensure_future(post(payloads[number]))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    begin = time.perf_counter()
    sent = line.run(spread(len(payloads), spell, send))
    _wait(line, payloads, len(payloads), lambda: len(acked))
    return _told(line, payloads, sent, acked, begin)


def _wait(line: Line, payloads: list[Json], count: int, acked: Callable[[], int]) -> None:
    """Until every ack and every form is there, or nothing moved for five seconds."""
    seen, since = (-1, -1), time.perf_counter()
    while seen != (count, count) and time.perf_counter() - since < 5:
        told = (acked(), sum(payload["trigger_id"] in line.came for payload in payloads))
        if told != seen:
            seen, since = told, time.perf_counter()
        time.sleep(0.01)
    time.sleep(line.latency)


def _told(
    line: Line, payloads: list[Json], sent: dict[int, float], acked: dict[str, float], begin: float
) -> Burst:
    keys = [payload["trigger_id"] for payload in payloads]
    acks = [acked[key] - sent[number] for number, key in enumerate(keys) if key in acked]
    forms = [line.came[key] - sent[number] for number, key in enumerate(keys) if key in line.came]
    last = max(
        [*acked.values(), *(line.came[key] + line.latency for key in keys if key in line.came)], default=begin
    )
    return Burst(acks, forms, last - begin, 0.0, len(payloads))


def _figures(part: str, mine: list[Burst], plain: list[Burst]) -> Iterator[Figure]:
    def of(rate: Callable[[Burst], float]) -> tuple[float, float]:
        return median([rate(one) for one in mine]), median([rate(one) for one in plain])

    for place in (0.5, 0.99):
        acks = of(lambda one, place=place: percentile(one.acks, place) * 1_000)  # type: ignore[misc]
        forms = of(lambda one, place=place: percentile(one.forms, place) * 1_000)  # type: ignore[misc]
        yield Figure(part, f"ack p{place * 100:.0f}", acks[0], "ms", acks[1])
        yield Figure(part, f"form asked for, p{place * 100:.0f}", forms[0], "ms", forms[1])
    late, lost = sum(one.late for one in mine), sum(one.lost for one in mine)
    unopened, bare_unopened = sum(one.unopened for one in mine), sum(one.unopened for one in plain)
    every = f"of {sum(one.asked for one in mine):,}"
    yield Figure(part, "late", late, "", sum(one.late for one in plain), "0", late == 0, every)
    yield Figure(part, "lost", lost, "", sum(one.lost for one in plain), "0", lost == 0, every)
    yield Figure(part, "forms not opened in time", unopened, "", bare_unopened, "0", unopened == 0, every)
    ours, bare = of(lambda one: one.asked / one.seconds)
    yield Figure(part, "opened per second", ours, "/s", bare, ">= 0.7 of bare", ours >= 0.7 * bare)
    ours, bare = of(lambda one: one.cpu / one.asked * 1_000)
    yield Figure(part, "CPU per click", ours, "ms", bare)
