"""The whole bot in this process, with a client whose calls are answered before they leave it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.request import Request

from slack_bolt import App, BoltRequest
from slack_sdk import WebClient

from bot import logs
from bot.house import House, build_house
from bot.settings import load_settings
from bot.workspaces import OneWorkspace
from storage import Database
from tests.bench.line import SCOPES, canned
from tests.bench.processes import THREADS


class CannedClient(WebClient):
    """slack_sdk's client down to the request; there the answer is ready."""

    def __init__(self, members: int) -> None:
        super().__init__("xoxb-bench", retry_handlers=[])
        self._members = [f"U{number}" for number in range(members)]

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        told = canned(url.rpartition("/")[2], self._members)
        return {"status": 200, "headers": {"x-oauth-scopes": SCOPES}, "body": json.dumps(told)}


@contextmanager
def house(database: Database, members: int, **given: Any) -> Iterator[tuple[House, CannedClient]]:
    """Ours, with the pool that `serve` gives it; `given` are more settings."""
    client = CannedClient(members)
    executor = ThreadPoolExecutor(THREADS)
    settings = load_settings(_env_file=None, bot_token="xoxb-bench", app_token="xapp-bench", **given)
    built = build_house(settings, client, OneWorkspace.connect(client), database, executor=executor)
    logs.quiet()
    yield built, client
    built.redraws.stop()
    executor.shutdown()


def dispatch(app: App, payload: dict[str, Any]) -> bool:
    """Hand the app one payload as the socket does; whether it was taken, not refused."""
    told = app.dispatch(BoltRequest(mode="socket_mode", body=payload))
    return told.status == 200 and "errors" not in (told.body or "")
