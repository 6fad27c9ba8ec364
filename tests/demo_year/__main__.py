"""`python -m tests.demo_year`: the year on SQLite, every message in a table, and 1 when a claim doesn't hold."""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import select

from storage import open_database
from storage.schema import DemoEvent
from tests.demo_year import said as claims
from tests.demo_year.cities import BEGIN, CITIES, SERIES, ZONES
from tests.demo_year.playing import Year
from tests.demo_year.world import world

NAMES = {
    "demo.message": "sign-up, agenda, recap (one message)",
    "demo.link": "start link",
    "demo.cancelled": "doesn't take place",
    "demo.turn": "host: your turn",
    "demo.empty": "host: an empty day",
    "demo.recap": "host: the recap's draft",
    "demo.ask": "may we ask you?",
    "demo.up": "presenter: moved up",
    "demo.eve": "presenter: the day before",
    "demo.with": "partner: named by a presenter",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.demo_year", description=__doc__)
    parser.add_argument("--days", type=int, default=371)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--brief", action="store_true", help="the summary only")
    asked = parser.parse_args()
    print(legend(with_columns=not asked.brief))
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(20) as pool:
        database = open_database(f"sqlite:///{Path(folder) / 'year.db'}")
        database.migrate()
        with world(database, pool, keys=Path(folder) / "keys", begin=BEGIN) as (candor, slack):
            year = Year(candor, slack, asked.seed)
            year.play(asked.days)
            found = claims.everything_said(year)
            if not asked.brief:
                show_each(year, found)
            broken = show_claims(year, found)
            assert slack.breaches == []
        database.close()
    return 1 if broken else 0


def legend(*, with_columns: bool) -> str:
    """Who the people and channels are, and what stands in the columns: a line each."""
    people = ", ".join(f"U{letter}1, U{letter}2 ... in {CITIES[letter]}" for letter in ZONES)
    channels = ", ".join(series.channel for series in SERIES)
    lines = [
        f"People: {people}. Channels, each with a demo day of its own city and people of all three: {channels}."
    ]
    if with_columns:
        lines.append(
            "Columns: when its reader had the message (on their own clock; in a channel on that of its city), the "
            "person or channel it went to, what it was, and which demo day it was about (its channel and date)."
        )
    return "\n".join(lines) + "\n"


def show_each(year: Year, found: list[claims.Said]) -> None:
    with year.candor.database.reading() as session:
        events = {one.id: one for one in session.scalars(select(DemoEvent)).all()}
    print("| when, on the reader's clock | to | what | demo day |\n|---|---|---|---|")
    for one in found:
        event = events[one.event]
        about = f"{one.channel[1:].lower()} {event.at:%d %b %Y}"
        print(f"| {one.local:%a %d %b %Y, %H:%M %Z} | {one.to} | {NAMES[one.kind]} | {about} |")
    print()


def show_claims(year: Year, found: list[claims.Said]) -> int:
    """The counts, and what must hold; how much of it doesn't."""
    table = claims.counts(found)
    print("| message | how many | most per event and receiver | earliest, latest hour |\n|---|---|---|---|")
    for kind, name in NAMES.items():
        of_kind = [one for one in found if one.kind == kind]
        hours = sorted(f"{one.local:%H:%M}" for one in of_kind) or ["none"]
        most = max(Counter((one.event, one.to) for one in of_kind).values(), default=0)
        print(f"| {name} | {len(of_kind)} | {most} | {hours[0]}, {hours[-1]} |")
    with year.candor.database.reading() as session:
        events = session.scalars(select(DemoEvent)).all()
    held = [one for one in events if one.held_at]
    print(f"\n{len(events)} demo days came up, {len(held)} took place, {len(found)} things were said, ", end="")
    print(f"{len({(one.to, one.message) for one in found})} messages, {year.rings} rings.")
    for series in SERIES:
        hosted = Counter(one.turn_of for one in held if one.channel == series.channel)
        print(
            f"hosted in {series.name}: "
            + ", ".join(f"{who} {times}" for who, times in sorted(hosted.items(), key=str))
        )
    print(f"most for one host: {max(table['host'].values(), default=0)} of {claims.MOST['host']}; ", end="")
    print(f"for one presenter: {max(table['presenter'].values(), default=0)} of {claims.MOST['presenter']}\n")
    wrong = 0
    for name, broken in claims.all_of_it(year, found).items():
        print(f"{'ok   ' if not broken else 'WRONG'} {name}")
        for one in broken:
            print(f"      {one}")
        wrong += len(broken)
    return wrong


if __name__ == "__main__":
    raise SystemExit(main())
