"""`python -m tests.blameless`: found and false by family; `train` makes the weights anew."""

# ruff: noqa: T201

from __future__ import annotations

import argparse

from tests.blameless.counting import count, practice, table
from tests.blameless.sentences import read
from tests.blameless.train import train, write


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.blameless", description=__doc__)
    asked.add_argument("what", nargs="?", choices=["count", "train"], default="count")
    if asked.parse_args().what == "train":
        weights = train(list(read("open")))
        write(weights)
        print(f"{len(weights.blame)} weights.")
        return
    for title in ("practice", "apart", "fresh", "held", "open"):
        given = list(practice() if title == "practice" else read(title))
        if given:
            print(table(title, count(given)), end="\n\n")


if __name__ == "__main__":
    main()
