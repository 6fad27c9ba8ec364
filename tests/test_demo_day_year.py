"""A year of fortnightly demo days in Berlin, New York and Kolkata: what is said, to whom, and when for them."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from storage import Database
from storage.schema import DemoEvent, DemoHost
from tests.demo_year.cities import SERIES
from tests.demo_year.playing import Year
from tests.demo_year.said import all_of_it, everything_said
from tests.demo_year.world import world

SPRING = datetime(2027, 2, 22, 4, 30, tzinfo=UTC)  # a Monday


@pytest.mark.timeout(300)
def test_a_year_in_three_cities_keeps_to_hours_holidays_and_the_page_s_table(
    database: Database, tmp_path: Path
) -> None:
    """Some ten seconds: two months of it, with the holidays of spring and both changes of the clocks.

    `make year` plays all of it with the same claims, and prints every message.
    """
    with (
        ThreadPoolExecutor(20) as pool,
        world(database, pool, keys=tmp_path / "keys", begin=SPRING) as (candor, slack),
    ):
        year = Year(candor, slack, seed=2)
        year.play(60)
        said = everything_said(year)
        broken = {name: found for name, found in all_of_it(year, said).items() if found}
        assert broken == {}
        assert slack.breaches == []
        kinds = Counter(one.kind for one in said)
        for kind in ("message", "link", "cancelled", "turn", "empty", "recap", "ask", "up", "eve", "with"):
            assert kinds[f"demo.{kind}"] > 0, f"the year tells nothing about {kind}"
        with database.reading() as session:
            events = session.scalars(select(DemoEvent)).all()
            turns = session.scalars(select(DemoHost)).all()
    assert kinds["demo.message"] == len(events) > 10, "one message each"
    assert year.left.keys() == {series.channel for series in SERIES}, "in every city a host has left"
    for act in (one for one in year.acts if one.what == "left"):
        [event] = [one for one in events if one.id == act.event]
        assert event.held_at is not None
        assert event.host not in (None, act.person), "the next one hosted"
        told = [one for one in said if one.kind == "demo.turn" and one.event == event.id and one.at >= act.at]
        assert [one.to for one in told] == [event.host], "and was told in time"
    was_away = {act.person for act in year.acts if act.what == "away"}
    for number in {one.demo_day_id for one in turns}:
        counts = [one.turns for one in turns if one.demo_day_id == number and one.person not in was_away]
        assert max(counts) - min(counts) <= 1, "fair among those who were there all the time"
