"""The short form of chaos: the real process is killed and hindered, and every delivery is counted."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.chaos.course import course
from tests.postgres import ENVIRONMENT_VARIABLE, PostgresServer

IN_SHORT = ("thread", "locked")  # the others are in `make chaos`
KILLS = 1


# Real processes are started and killed, and each start takes a second or two: the promise is about them.
@pytest.mark.timeout(180)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_whatever_happens_every_delivery_is_said_as_often_as_promised(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    seed, url, server = random.randrange(1_000_000), f"sqlite:///{tmp_path}/candor.db", None
    if kind == "postgres":
        server = request.getfixturevalue("postgres")
        server.create_database(f"chaos_{seed}")
        url = server.url(f"chaos_{seed}")
    wrong = [
        words
        for count in course(url, tmp_path, seed, kills=KILLS, only=IN_SHORT, postgres=crashable(server))
        for words in count.wrong
    ]
    if server is not None:
        server.drop_database(f"chaos_{seed}")
    assert not wrong, f"seed {seed}:\n" + "\n".join(wrong)


def crashable(server: PostgresServer | None) -> PostgresServer | None:
    """The server, unless CANDOR_TEST_DATABASE_URL names one that isn't ours to crash."""
    return None if os.environ.get(ENVIRONMENT_VARIABLE) else server
