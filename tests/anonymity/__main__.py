"""`make attack`: all attacks in full, some ten minutes; prints the scoreboard and writes the README's table."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.anonymity import killing, scoreboard, test_no_certainty
from tests.anonymity.linkage import SURVEYS, address, score

STRIDE = 9  # lines between two kills


def killing_line(kind: str) -> str:
    """Kill processes, and say in a line how many. Raises CalledProcessError when something was lost or twice."""
    with TemporaryDirectory() as folder, address(kind, Path(folder)) as new_url:
        kills = {
            what: sum(killing.run(new_url(), Path(folder) / f"keys-{what}", what, STRIDE).values())
            for what in ("first", "take", "close")
        }
    name = {"sqlite": "SQLite", "postgres": "Postgres"}[kind]
    return (
        f"{name}: processes killed at {kills['first'] + kills['take']} points of a submission and "
        f"{kills['close']} of closing: none left an answer half taken, lost or counted twice."
    )


def proof_lines() -> tuple[list[str], bool]:
    """What the exhaustive proof found, for the README; and whether it holds, and its controls are caught."""
    rows = test_no_certainty.score()
    holds = all(bool(found) is what.startswith("control") for what, _, found in rows)
    proofs = [(what, found) for what, _, found in rows if not what.startswith("control")]
    caught = [
        f"{what.removeprefix('control: ')} ({found})" for what, _, found in rows if what.startswith("control")
    ]
    return [
        f"What is published, over all sets of answers: {sum(found for _, found in proofs)} results after which "
        f"anybody could be certain of another's answer ({'; '.join(what for what, _ in proofs)}).",
        f"Rules that say too much are caught by the same reckoning: {'; '.join(caught)}.",
    ], holds


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.anonymity", description=__doc__)
    asked.add_argument("--surveys", type=int, default=SURVEYS, help=f"fewer than {SURVEYS} write nothing")
    surveys = asked.parse_args().surveys
    scores = {kind: score(kind, surveys) for kind in ("sqlite", "postgres")}
    failed = 0
    for kind, one in scores.items():
        for won in one.attacks:
            failed += not won.holds
            mark = "admitted" if won.attack.admitted else "holds" if won.holds else "BROKEN"
            guesses = f"{won.right:5} of {won.links}, on a leaking store {won.control:4.0%}"
            sys.stdout.write(f"{mark:8} {kind:8} {guesses}: {won.attack.says}\n")
    try:
        killed = [killing_line(kind) for kind in scores]
    except subprocess.CalledProcessError as bad:
        sys.stderr.write(bad.stderr)
        return 1
    proved, holds = proof_lines()
    failed += not holds
    block = scoreboard.table(scores, [*proved, *killed])
    sys.stdout.write(f"\n{block}\n")
    if surveys == SURVEYS:
        scoreboard.write(block)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
