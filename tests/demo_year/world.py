"""The whole bot in this process, on a fake Slack with three teams and a clock that only the year moves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from bot import clock, logs
from bot.home import Redraws
from bot.house import build_house
from bot.settings import Settings
from bot.workspaces import OneWorkspace
from storage import Database
from tests.conftest import AtOnce, Candor, Clock
from tests.demo_year.cities import settle
from tests.slack import FakeClient, InProcessDoor, Slack


@contextmanager
def world(database: Database, pool: Executor, *, keys: Path, begin: datetime) -> Iterator[tuple[Candor, Slack]]:
    """Candor in a workspace of twelve people in three cities; the clock stands until it is moved."""
    os.environ["CANDOR_KEY_DIR"] = str(keys)
    travel = Clock(begin)
    clock.use(travel)
    try:
        slack = Slack(now=travel)
        settle(slack)
        client = FakeClient(slack, token="xoxb-T1", retry_handlers=[])
        house = build_house(
            Settings(bot_token="xoxb-T1", app_token="xapp-test", pace_per_minute=6_000),  # type: ignore[call-arg, arg-type]
            client,
            OneWorkspace.connect(client),
            database,
            executor=pool,
            redraws=Redraws(AtOnce()),
            post_reply=slack.post_response_url,
            per_channel=timedelta(0),
        )
        logs.quiet()
        slack.door = InProcessDoor(house.app)
        yield Candor(house, slack.door, travel), slack
    finally:
        clock.restore()
