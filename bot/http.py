"""Serves over HTTP: gunicorn's threads, each process with its house, its ring and its courier.

Measured with our handlers (`/candor my-data`: signature, Bolt, two reads of SQLite, a reply), 1,500 commands,
one process, two shared cores, 2026-11:

| server, 100 threads | 1 client | 32 clients | 100 clients: p99, longest | memory |
|---|---|---|---|---|
| granian 2.8 (WSGI) | 92/s | 365/s | 352/s: 523 ms, 611 ms | 126 MB |
| gunicorn 27 gthread, keep-alive 5 s | 89/s | 309/s | 301/s: 1,503 ms, 2,088 ms | 120 MB |
| gunicorn 27 gthread, a connection each | 88/s | 299/s | 292/s: 416 ms, 450 ms | 119 MB |

Bolt is the cost, not the server (a bare echo does thousands); so gunicorn, which tells each process when to open
and when to close its ring and courier, lets what is under way finish, and is Python to its bottom. Without
keep-alive its longest answer is the shortest.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from signal import SIGKILL
from types import FrameType
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from slack_sdk import WebClient

from bot import metrics
from bot.edge import Edge
from bot.health import health_of, health_page
from bot.house import build_house
from bot.install import AppOfSlack, Install
from bot.logs import quiet
from bot.pages import Page
from bot.scheduler import Rings
from bot.settings import Settings, read_address, split_keys
from bot.stopping import GRACE_SECONDS, SIGNALS, leave
from bot.wording import Wording
from bot.workspaces import Installation, InstalledWorkspaces, OneWorkspace, Workspaces, web_client
from storage import Database, open_database
from storage.installations import TokenKeys

log = logging.getLogger("candor")

POOL = 40  # connections to the database, shared by all processes


class QuietLogger(Logger):  # type: ignore[misc]
    """gunicorn's lines in our log, without the request lines that it quotes: they may hold anything."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        self._access_log_enabled = False
        self.error_log.setLevel(logging.WARNING)
        self.error_log.handlers.clear()
        self.error_log.propagate = True

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        if msg.startswith("Invalid request"):
            logging.getLogger("candor.edge").warning("refused a request: 400 not_http")
        else:
            super().warning(msg, *args, **kwargs)

    def exception(self, msg: str, *_: Any, **__: Any) -> None:
        super().error("a bug while serving a request: %s", msg.partition(" %s")[0])


class Process:
    """One process: what it opened, to be closed again in order."""

    def __init__(self, settings: Settings, installation: Installation | None) -> None:
        """`installation` is the one workspace, where its token stands in the settings."""
        self.database = open_pool(settings)
        client_for = partial(client_of, settings)
        install: dict[str, Page] = {}
        keys = TokenKeys(split_keys(settings.token_keys)) if settings.many_workspaces else None
        workspaces: Workspaces
        if installation is not None:
            client = client_for(settings.bot_token.get_secret_value(), "")
            workspaces = OneWorkspace(client, installation)
        else:
            assert keys is not None
            client = client_for("", "")
            workspaces = InstalledWorkspaces(self.database, keys, client_for)
            install |= Install(app_of(settings), self.database, keys, workspaces, client_for).pages()
        self.executor = ThreadPoolExecutor(settings.listener_threads, thread_name_prefix="listener")
        house = build_house(settings, client, workspaces, self.database, executor=self.executor)
        self.redraws = house.redraws
        self.rings = Rings(house, settings.ring_seconds)
        quiet()
        pages = {
            "/healthz": health_page(health_of(self.database, self.rings)),
            "/metrics": metrics.page(self.database),
        }
        self.edge = Edge(
            house.app,
            settings.signing_secret.get_secret_value(),
            pages | install | house.pages(),
            house.replies.is_slacks,
        )

    def start(self) -> None:
        self.rings.start()

    def stop(self) -> None:
        """What is in hand is finished; gunicorn ends us when that takes too long."""
        log.info("stopping")
        self.rings.stop()
        self.executor.shutdown(wait=True)
        self.redraws.stop()
        self.database.close()


class Master(Arbiter):  # type: ignore[misc]
    """gunicorn's master process, which ends all at once when it is told to stop a second time."""

    told = False

    def signal(self, sig: int, frame: FrameType | None) -> None:
        if sig in SIGNALS:
            if self.told:
                self.kill_workers(SIGKILL)
                leave(sig)
            self.told = True
        super().signal(sig, frame)


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with our settings; each process opens its own house after it was forked."""

    def __init__(self, settings: Settings, build: Callable[[], Process]) -> None:
        self._settings, self._build = settings, build
        self.process: Process | None = None
        super().__init__()

    def run(self) -> None:
        Master(self).run()

    def load_config(self) -> None:
        host, port = read_address(self._settings.http)
        given = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": self._settings.processes,
            "worker_class": "gthread",
            "threads": self._settings.listener_threads,
            "worker_connections": max(1_000, 2 * self._settings.listener_threads),
            "timeout": 60,
            "graceful_timeout": GRACE_SECONDS - 3,  # its own turns take up to three seconds more
            "keepalive": 0,  # the proxy keeps its own; a body that nobody read can't be taken for a next request
            "logger_class": QuietLogger,
            "errorlog": "-",
            "accesslog": None,
            "control_socket_disable": True,
            "when_ready": lambda _arbiter: log.info("serving over HTTP at %s:%s", host, port),
            "worker_exit": lambda _arbiter, _worker: self.end(),
            "proc_name": "candor",
        }
        for name, value in given.items():
            self.cfg.set(name, value)

    def load(self) -> Edge:
        self.process = self._build()
        self.process.start()
        log.info("process %s serves", os.getpid())
        return self.process.edge

    def end(self) -> None:
        if self.process is not None:
            self.process.stop()


def serve_http(settings: Settings, installation: Installation | None) -> None:
    """Serve until SIGTERM; the tables are there already, and no connection is open (processes are forked)."""
    Server(settings, partial(Process, settings, installation)).run()


def open_pool(settings: Settings) -> Database:
    """The database, with this process's share of the connections."""
    return open_database(
        settings.database_url.get_secret_value(),
        synchronous=settings.sqlite_synchronous,
        pool_size=max(5, min(settings.listener_threads, POOL) // settings.processes),
    )


def client_of(settings: Settings, token: str, team: str) -> WebClient:
    """A client for a token, in this workspace's wording."""
    wording = Wording(settings.prefix, settings.plain_dates)
    return web_client(token, settings.slack_base_url, wording, team or None)


def app_of(settings: Settings) -> AppOfSlack:
    return AppOfSlack(settings.client_id, settings.client_secret.get_secret_value(), settings.slack_base_url)
