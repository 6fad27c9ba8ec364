"""Real processes under measurement: started, waited for, weighed, stopped."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from storage import Database
from tests.bench.bare import SECRET
from tests.bench.databases import address
from tests.bench.line import Line

ROOT = Path(__file__).parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
THREADS = 100  # the default of CANDOR_LISTENER_THREADS


class Running:
    """A process, with what it has cost so far (its children included)."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def _family(self) -> list[int]:
        known = [self.process.pid]
        for pid in known:
            with suppress(OSError):
                known += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        return known

    def cpu(self) -> float:
        """CPU seconds, user and system."""
        spent = 0
        for pid in self._family():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            spent += int(fields[11]) + int(fields[12])
        return spent / TICKS

    def megabytes(self) -> float:
        """Resident memory; of several processes the sum, shared pages counted in each."""
        kilobytes = 0
        for pid in self._family():
            status = Path(f"/proc/{pid}/status").read_text()
            kilobytes += int(status.partition("VmRSS:")[2].split()[0])
        return kilobytes / 1_024


@contextmanager
def running(words: list[str], log: Path, **environment: str) -> Iterator[Running]:
    """`python -m WORDS` with nothing of our settings but what is given; ended at the end.

    What Python compiled is kept for the next start, as it is wherever nobody forbids it.
    """
    ours = ("CANDOR_", "SLACK_", "PYTHONDONTWRITEBYTECODE")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", *words], cwd=ROOT, env=clean | environment, stdout=out, stderr=out
        )
    try:
        yield Running(process)
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def ours(line: Line, pem: Path, database: Database | str, log: Path, **settings: str) -> Iterator[Running]:
    """`python -m bot serve` against the line; pass CANDOR_HTTP for HTTP."""
    url = database if isinstance(database, str) else address(database)
    given: Mapping[str, str] = {
        "SSL_CERT_FILE": str(pem),
        "CANDOR_BOT_TOKEN": "xoxb-bench",
        "CANDOR_APP_TOKEN": "xapp-bench",
        "CANDOR_SIGNING_SECRET": SECRET,
        "CANDOR_DATABASE_URL": url,
        "CANDOR_SLACK_BASE_URL": line.base_url,
        "CANDOR_LISTENER_THREADS": str(THREADS),
    }
    with running(["bot", "serve"], log, **{**given, **settings}) as process:
        wait_until_ready(line, settings.get("CANDOR_HTTP"), process, log)
        yield process


@contextmanager
def bare(line: Line, pem: Path, log: Path, port: str | None = None) -> Iterator[Running]:
    """The bare Bolt app with the same pool."""
    words = ["tests.bench.bare", line.base_url, str(THREADS), *([port] if port else [])]
    with running(words, log, SSL_CERT_FILE=str(pem)) as process:
        wait_until_ready(line, port, process, log)
        yield process


def wait_until_ready(line: Line, port: str | None, process: Running, log: Path) -> None:
    """Until the socket is there, or the port answers."""
    end = time.perf_counter() + 60
    while not (_answers(port) if port else line.connected.is_set()):
        if process.process.poll() is not None or time.perf_counter() > end:
            raise RuntimeError(log.read_text()[-3_000:])
        time.sleep(0.005)


def _answers(port: str) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", int(port)), 1):
        return True
    return False


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
