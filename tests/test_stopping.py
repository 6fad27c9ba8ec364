"""Stopping the real process: once, and what is in hand is finished; twice, and it ends at once."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.stopping import GRACE_SECONDS
from storage import Database
from tests.chaos.harness import World
from tests.conftest import EVERY_SCOPE
from tests.fuzz_edge import SECRET
from tests.test_http import free_port

SOON = 3.0  # seconds for "at once", on a busy machine
SLOW = 1.0  # seconds of a call that is under way when the signal comes
HANGS = GRACE_SECONDS + 2.0


@pytest.fixture(params=["socket", "http"])
def door(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world(door: str, database: Database, tmp_path: Path) -> Iterator[World]:
    """A running bot with some messages to post, by either transport."""
    url = database.engine.url.render_as_string(hide_password=False)
    made = World(url, tmp_path, random.Random(1), EVERY_SCOPE)
    if door == "http":
        made.bots.environment |= {"CANDOR_HTTP": str(free_port()), "CANDOR_SIGNING_SECRET": SECRET}
    made.bots.start()
    yield made
    made.close()


def in_hand(world: World, seconds: float) -> None:
    """Let the bot be in the midst of two calls that take so long."""
    world.slack.latency = seconds
    world.ask(2)
    world.wait_for(lambda: world.slack.under_way == 2)


# Each starts a real process and lets it work: some seconds.
def test_what_is_in_hand_at_the_first_signal_is_finished(world: World) -> None:
    in_hand(world, SLOW)
    (bot,) = world.bots.running
    began = time.monotonic()
    bot.send_signal(signal.SIGTERM)
    assert bot.wait(GRACE_SECONDS + SOON) == 0
    assert time.monotonic() - began < GRACE_SECONDS
    assert [(row.state, row.ambiguous) for row in world.rows()] == [("done", False)] * 2
    world.bots.running.clear()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_second_signal_ends_it_at_once(world: World) -> None:
    in_hand(world, SLOW + SOON)
    (bot,) = world.bots.running
    bot.send_signal(signal.SIGTERM)
    world.wait_for(lambda: "stopping" in world.bots.log.since(0))
    began = time.monotonic()
    bot.send_signal(signal.SIGTERM)
    assert bot.wait(SOON) == 128 + signal.SIGTERM
    assert time.monotonic() - began < SOON
    world.bots.running.clear()
    world.slack.latency = 0
    world.wait_for(lambda: world.slack.under_way == 0)  # the calls that nobody waits for any more
    world.bots.start()
    world.drain()  # what was in hand is found again
    assert [row.state for row in world.rows()] == ["done"] * 2
    assert len(said(world)) == len(set(said(world))) == 2


# Ten seconds and more, because it is about ten seconds.
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_hangs_is_left_behind_after_ten_seconds(world: World) -> None:
    in_hand(world, HANGS)
    (bot,) = world.bots.running
    began = time.monotonic()
    bot.send_signal(signal.SIGTERM)
    bot.wait(GRACE_SECONDS + SOON)
    assert time.monotonic() - began < GRACE_SECONDS
    world.bots.running.clear()


def said(world: World) -> list[str]:
    return [
        str(message["metadata"]["event_payload"]["job"])
        for channel in world.slack.channels.values()
        for message in channel.messages
    ]
