"""What every test stands on: a real database of either kind, the strict fake Slack, a clock that it moves."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from sqlalchemy import text

from bot import clock, logs
from bot.courier import PER_CHANNEL
from bot.home import Redraws
from bot.house import House, build_house
from bot.scheduler import ring
from bot.settings import Settings
from bot.workspaces import OneWorkspace
from storage import Database, open_database
from storage.schema import Base
from tests.postgres import PostgresServer
from tests.slack import FakeClient, InProcessDoor, Person, Slack

hypothesis.settings.register_profile("candor", deadline=None)  # a busy machine is not a finding
hypothesis.settings.load_profile("candor")

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday
EVERY_SCOPE = (
    "chat:write",
    "commands",
    "users:read",
    "im:write",
    "channels:read",
    "groups:read",
    "channels:history",
    "groups:history",
    "im:history",
)
CORE_SCOPES = EVERY_SCOPE[:6]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now

    def to(self, instant: datetime) -> datetime:
        self.now = instant
        return self.now


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No CANDOR_ or SLACK_ variable of the machine, and no .env of the checkout, reaches a test."""
    for name in list(os.environ):
        if name.startswith(("CANDOR_", "SLACK_")) and name != "CANDOR_TEST_DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    monkeypatch.setenv("CANDOR_KEY_DIR", str(tmp_path / "keys"))


@pytest.fixture
def travel() -> Iterator[Clock]:
    """The clock that everybody asks: `travel.move(hours=2)`."""
    stands = Clock(NOON)
    clock.use(stands)
    yield stands
    clock.restore()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A Postgres server of our own, for this worker."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite file with all tables, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "empty.db"
    database = open_database(f"sqlite:///{file}")
    database.migrate()
    database.close()
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres: PostgresServer) -> Iterator[Database]:
    """A Postgres database with all tables, emptied after each test."""
    name = f"candor_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    postgres.create_database(name)
    database = open_database(postgres.url(name))
    database.migrate()
    yield database
    database.close()
    postgres.drop_database(name)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with empty tables; every test that asks for it runs on both kinds."""
    if request.param == "postgres":
        migrated: Database = request.getfixturevalue("migrated_postgres")
        yield migrated
        tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
        with migrated.begin() as session:
            session.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
        return
    file = tmp_path / "candor.db"
    shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
    opened = open_database(f"sqlite:///{file}")
    yield opened
    opened.close()


@pytest.fixture
def slack(travel: Clock) -> Iterator[Slack]:
    """A workspace with a team channel of five, who live in three zones, and some strangers."""
    fake = Slack(now=travel)
    fake.team("T1", scopes=EVERY_SCOPE, bot_user="UBOT", token="xoxb-T1", app_token="xapp-T1")
    fake.user("UADA", team="T1", name="ada", tz="Europe/Berlin")
    fake.user("UBEN", team="T1", name="ben", tz="America/New_York")
    fake.user("UCEM", team="T1", name="cem", tz="Asia/Kolkata")
    fake.user("UDEE", team="T1", name="dee", tz="Europe/Berlin", is_admin=True)
    fake.user("UELI", team="T1", name="eli", tz=None)
    fake.user("UGUEST", team="T1", name="guest", tz="Europe/Berlin", is_restricted=True)
    fake.user("UOUT", team="T1", name="outsider", tz="Europe/Berlin")
    fake.channel("C1", team="T1", name="team", members=["UADA", "UBEN", "UCEM", "UELI", "UGUEST"])
    fake.channel("C2", team="T1", name="other", members=["UOUT", "UADA"])
    fake.channel("CNOBOT", team="T1", name="nobot", members=["UADA"], bot_in=False)
    fake.channel("COLD", team="T1", name="old", members=["UADA"], is_archived=True)
    yield fake
    assert fake.breaches == []


class Candor:
    """The whole bot in this process, on one database and the fake Slack, with its rings at hand."""

    def __init__(self, house: House, door: InProcessDoor, travel: Clock) -> None:
        self.house, self.door, self.travel = house, door, travel

    @property
    def database(self) -> Database:
        return self.house.database

    def ring(self) -> None:
        """One ring of the calendar and one of the courier, now."""
        ring(self.house.bell(self.travel.now), self.house.rooms)
        self.house.courier.deliver_due(self.travel.now)

    def ring_at(self, instant: datetime) -> None:
        self.travel.to(instant)
        self.ring()

    def deliver(self) -> int:
        return self.house.courier.deliver_due(self.travel.now)


BuildCandor = Callable[..., Candor]


class AtOnce(Executor):
    """Runs what it is given before `submit` returns, so that a test can look at it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@pytest.fixture
def build_candor(slack: Slack, database: Database, travel: Clock) -> Iterator[BuildCandor]:
    """Builds a bot: `build_candor(team="T1", redraws=Redraws(...), **settings)`."""
    pools: list[ThreadPoolExecutor] = []

    def build(team: str = "T1", redraws: Redraws | None = None, **given: object) -> Candor:
        settings = Settings(bot_token=f"xoxb-{team}", app_token="xapp-test", **given)  # type: ignore[arg-type]
        client = FakeClient(slack, token=f"xoxb-{team}", retry_handlers=[])
        pools.append(ThreadPoolExecutor(20))
        house = build_house(
            settings,
            client,
            OneWorkspace.connect(client),
            database,
            executor=pools[-1],
            redraws=redraws or Redraws(AtOnce()),
            post_reply=slack.post_response_url,
            per_channel=timedelta(0) if settings.pace_per_minute > 1_000 else PER_CHANNEL,
        )
        logs.quiet()
        door = InProcessDoor(house.app)
        slack.door = door
        return Candor(house, door, travel)

    yield build
    for pool in pools:
        pool.shutdown()


@pytest.fixture
def candor(build_candor: BuildCandor) -> Candor:
    """The bot of workspace T1, with a pace that tests don't feel."""
    return build_candor(pace_per_minute=6_000)


@pytest.fixture
def ada(slack: Slack, candor: Candor) -> Person:
    """A member of #team, in Berlin."""
    return slack.person("UADA", team="T1")
