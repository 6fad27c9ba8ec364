"""Socket Mode over a real socket: a line whose other end dies, and a goodbye while something is in hand."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from sqlalchemy import func, select

from bot.house import build_house
from bot.http import client_of
from bot.settings import load_settings
from bot.socket import hang_up, line_of
from bot.workspaces import OneWorkspace
from storage import Database
from storage.schema import Prompt
from tests.conftest import EVERY_SCOPE
from tests.slack import Person, Slack, SlackServer

PINGS = 0.1  # seconds between two; the SDK gives a line up after five that could not be sent
FIRST = "Ask this team one question every week"
SLOW = 0.3  # seconds of a call to Slack that is under way when we hang up


@pytest.fixture
def server() -> Iterator[SlackServer]:
    slack = Slack(now=lambda: datetime.now(UTC))
    slack.team("T1", scopes=EVERY_SCOPE, bot_user="UBOT", token="xoxb-T1", app_token="xapp-T1")
    slack.user("UADA", team="T1", name="ada", tz="Europe/Berlin")
    slack.channel("C1", team="T1", name="team", members=["UADA"])
    with SlackServer(slack) as running:
        yield running


@pytest.fixture
def ada(server: SlackServer) -> Person:
    return server.slack.person("UADA", team="T1")


@pytest.fixture
def line(server: SlackServer, database: Database) -> Iterator[SocketModeHandler]:
    """Our end, connected; it is closed at the end, unless a test did."""
    settings = load_settings(bot_token="xoxb-T1", app_token="xapp-T1", slack_base_url=server.base_url)
    client = client_of(settings, "xoxb-T1", "")
    with ThreadPoolExecutor(10) as pool:
        house = build_house(settings, client, OneWorkspace.connect(client), database, executor=pool)
        line = line_of(settings, house.app, PINGS)
        line.connect()  # type: ignore[no-untyped-call]
        server.slack.wait_for(lambda: server.sockets)
        yield line
        if not line.client.closed:
            hang_up(line)
        house.redraws.stop()


# A second: the SDK counts five pings that fail before it opens the line again.
@pytest.mark.usefixtures("line")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_line_that_is_cut_is_opened_again(server: SlackServer, ada: Person) -> None:
    assert ada.command("/candor", "help", channel="C1").acked
    server.cut_sockets()
    server.slack.wait_for(lambda: len(server.slack.calls_of("apps.connections.open")) == 2 and server.sockets)
    assert ada.command("/candor", "help", channel="C1").acked


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_form_that_is_in_hand_when_we_hang_up_is_stored_and_acknowledged(
    server: SlackServer, ada: Person, line: SocketModeHandler, database: Database
) -> None:
    slack = server.slack
    ada.open_home()
    slack.wait_for(lambda: ada.home)
    ada.click(FIRST, on=ada.home)
    slack.wait_for(lambda: ada.modal)
    slack.latency = SLOW
    with ThreadPoolExecutor(1) as hand:
        sent = hand.submit(ada.submit, {"channel": "C1", "question": "What went well?"})
        slack.wait_for(lambda: slack.under_way)
        hang_up(line)
        assert sent.result().acked
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Prompt)) == 1
