"""`python -m tests.chaos --minutes 10`: the long form, its table, and exit code 1 when a promise is broken."""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bot.courier import IN_DOUBT
from tests.chaos.counting import Count
from tests.chaos.course import course
from tests.postgres import PostgresServer

NAMES = {"sqlite": "SQLite, one process", "postgres": "Postgres, three processes"}
CANNOT = f"""\
Not promised: without the three history scopes nobody can ask Slack whether it has a message. Then what was on
its way in a crash or behind a lost reply (at most {IN_DOUBT} messages of a process) is said once more (questions,
notes), or left unsaid and told in the outbox (digests, reminders); nothing else is touched. Where a token is
revoked, what is due then is given up, and `python -m bot outbox --stuck` says why."""
KILLS = 6  # a course, with the history scopes, and as many without


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--on", choices=("sqlite", "postgres"), action="append")
    parser.add_argument("--only", nargs="*", help="some of the faults, by their short names in faults.py")
    asked = parser.parse_args()
    seed = asked.seed if asked.seed is not None else random.randrange(1_000_000)
    end = time.monotonic() + 60 * asked.minutes
    table: dict[tuple[str, str], Count] = {}
    with tempfile.TemporaryDirectory() as folder, PostgresServer() as postgres:
        run = 0
        while run == 0 or time.monotonic() < end:
            for kind in asked.on or ["sqlite", "postgres"]:
                print(f"seed {seed}, {kind}", flush=True)
                for count in one_course(kind, Path(folder), seed, run, postgres, asked.only):
                    table.setdefault((count.fault, kind), Count(count.fault)).add(count)
                    print(f"  {'FAILED' if count.wrong else 'kept'}  {count.fault}", flush=True)
                    if time.monotonic() > end and run:
                        break
            run, seed = run + 1, seed + 1
    show(table)
    return any(count.wrong for count in table.values())


def one_course(
    kind: str, folder: Path, seed: int, run: int, postgres: PostgresServer, only: list[str] | None
) -> Iterator[Count]:
    """All faults once, on a fresh database."""
    here, name = folder / f"{kind}-{run}", f"chaos_{run}"
    if kind == "sqlite":
        yield from course(f"sqlite:///{here}/candor.db", here, seed, kills=KILLS, only=only)
        return
    postgres.create_database(name)
    yield from course(postgres.url(name), here, seed, kills=KILLS, only=only, postgres=postgres)
    postgres.drop_database(name)


def show(table: dict[tuple[str, str], Count]) -> None:
    """The table of faults in Markdown, as the README carries it, and below it what was not kept."""
    print("\n| fault | on | tried | deliveries | lost | doubled | given up, told |\n|---|---|---|---|---|---|---|")
    for (fault, kind), count in sorted(table.items()):
        told = (count.tried, count.owed, count.lost, count.doubled, count.unsaid)
        print(f"| {fault} | {NAMES[kind]} | {' | '.join(f'{one:,}' for one in told)} |")
    print(f"\n{CANNOT}")
    for count in table.values():
        for wrong in count.wrong:
            print(f"\nBROKEN  {wrong}")


if __name__ == "__main__":
    sys.exit(main())
