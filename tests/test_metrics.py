"""/metrics of the real process: what is counted, that processes add up, and that no label tells of anybody."""

from __future__ import annotations

import random
import re
import urllib.request
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from storage import Database
from tests.chaos.harness import World
from tests.conftest import EVERY_SCOPE
from tests.fuzz_edge import SECRET
from tests.slack import HttpDoor
from tests.test_http import free_port

AN_ID = re.compile(r"\b[UWCGDTE][0-9A-Z]{2,}\b|\d")
KINDS = {"prompt.question", "prompt.closed", "prompt.digest", "nudge.bundle"}


def scraped(port: int) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Every sample, by its name and its labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as told:
        found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
        for family in text_string_to_metric_families(told.read().decode()):
            for sample in family.samples:
                found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
        return found


# A real process, or two of them over HTTP, have to start: some seconds.
@pytest.mark.parametrize("door", ["socket", "http"])
def test_what_was_delivered_is_counted_by_kind_over_all_processes_and_names_nobody(
    door: str, database: Database, tmp_path: Path
) -> None:
    port = free_port()
    processes = 2 if door == "http" and database.engine.dialect.name == "postgresql" else 1
    world = World(
        database.engine.url.render_as_string(hide_password=False), tmp_path, random.Random(1), EVERY_SCOPE
    )
    if door == "http":
        world.bots.environment |= {
            "CANDOR_HTTP": str(port),
            "CANDOR_SIGNING_SECRET": SECRET,
            "CANDOR_PROCESSES": str(processes),
        }
    else:
        world.bots.environment["CANDOR_HEALTH_PORT"] = str(port)
    try:
        world.bots.start()
        if door == "http":
            HttpDoor(f"http://127.0.0.1:{port}/slack/events", SECRET, world.slack)
        world.slack.channel("CTEAM", team="T1", members=["UADA"])
        ada = world.slack.person("UADA", team="T1")
        for _ in range(4):
            assert ada.command("/candor", "help", channel="CTEAM").acked
        world.ask(3)
        world.drain()
        world.finish(3)
        world.drain()
        done = (("kind", "prompt.question"), ("outcome", "done"))
        world.wait_for(lambda: scraped(port).get("candor_deliveries_total", {}).get(done) == 3)
        for _ in range(4):  # whichever process answers
            told = scraped(port)
            assert told["candor_deliveries_total"][done] == 3
            assert told["candor_ack_seconds_count"][(("request", "command"),)] == 4
        assert told["candor_queue_age_seconds"] == {(): 0.0}
        assert "candor_ring_lateness_seconds_count" in told
        labels = {label for samples in told.values() for found in samples for label in found}
        named = {value for name, value in labels if name not in ("le", "pid")}
        assert {value for value in named if AN_ID.search(value)} == set()
        assert {value for name, value in labels if name == "kind"} <= KINDS
        assert {name for name, _ in labels} <= {"kind", "outcome", "request", "le"}
    finally:
        world.close()


def test_reading_the_words_of_a_verb_does_not_load_the_library_that_counts() -> None:
    import subprocess
    import sys

    looked = "import sys, bot.__main__; sys.exit('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", looked], check=False).returncode == 0


def test_a_process_whose_database_is_away_still_tells_the_rest(tmp_path: Path) -> None:
    from bot import metrics
    from storage import open_database

    nowhere = open_database(f"sqlite:///{tmp_path}/no/such/folder/candor.db")
    told = metrics.page(nowhere)({}).body
    assert "candor_deliveries" in told
    assert "candor_queue_age_seconds " not in told
    nowhere.close()
