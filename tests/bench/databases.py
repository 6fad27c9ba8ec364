"""Fresh databases of both kinds, and what a bench puts into them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from rituals.calendar.schedules import Timing
from rituals.prompts.asking import Asked, prompt_of, set_up
from storage import Database, open_database
from storage.prompts import open_rounds_of
from tests.postgres import PostgresServer

TEAM = "T1"
KINDS = ("sqlite", "postgres")
POOL = 40  # as bot/http.py opens it


class Databases:
    """Opens empty, migrated databases; Postgres is a server of our own, without fsync."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._numbers = folder, itertools.count(1)
        self._postgres: PostgresServer | None = None

    @contextmanager
    def fresh(self, kind: str) -> Iterator[Database]:
        name = f"bench_{next(self._numbers)}"
        database = open_database(self._address(kind, name), pool_size=POOL)
        database.migrate()
        yield database
        database.close()
        if kind == "postgres" and self._postgres is not None:
            self._postgres.drop_database(name)
        else:
            for file in self._folder.glob(f"{name}.db*"):
                file.unlink()

    def _address(self, kind: str, name: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{self._folder / name}.db"
        if self._postgres is None:
            self._postgres = PostgresServer()
        self._postgres.create_database(name)
        return self._postgres.url(name)

    def close(self) -> None:
        if self._postgres is not None:
            self._postgres.close()


def address(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def add_round(database: Database, channel: str, now: datetime) -> int:
    """A prompt answered by form, whose first round stands in the channel and takes answers; the round's id."""
    with database.begin() as session:
        schedule = set_up(
            session,
            TEAM,
            channel=channel,
            asked=Asked("What went well?", None, "form"),
            timing=Timing("FREQ=WEEKLY", now.replace(tzinfo=None, microsecond=0) + timedelta(days=2), "UTC"),
            keepers=["U0"],
            origin=f"bench:{channel}",
            packs={},
            now=now,
            ask_now=True,
        )
        opened = open_rounds_of(session, TEAM, prompt_of(session, schedule).id)[0]
        opened.ts, opened.closes_at = "1.000001", now + timedelta(days=1)
        return opened.id
