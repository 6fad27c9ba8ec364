"""Figures, each beside its baseline and its aim: a table to read and JSON to keep."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One line: `ours` and `bare` in the same unit; `aim` in words, `met` when it can be told."""

    part: str
    what: str
    ours: float | None
    unit: str
    bare: float | None = None
    aim: str = ""
    met: bool | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours by bare: above 1 is good for rates and bad for times."""
        return self.ours / self.bare if self.ours is not None and self.bare else None


def median(values: Sequence[float]) -> float:
    return percentile(values, 0.5)


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which `part` of them lie; 0 where there is none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)] if ordered else 0.0


def skipped(part: str, why: str) -> Figure:
    return Figure(part, "skipped", None, "", note=why)


def table(figures: Sequence[Figure]) -> str:
    """The figures as lines of a table."""
    head = ("part", "what", "ours", "bare", "ratio", "aim", "note")
    lines = [head, *[_line(one) for one in figures]]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _line(one: Figure) -> tuple[str, ...]:
    verdict = {True: "met", False: "MISSED", None: ""}[one.met]
    return (
        one.part,
        one.what,
        _number(one.ours, one.unit),
        _number(one.bare, one.unit),
        "" if one.ratio is None else f"{one.ratio:.2f}",
        f"{one.aim} {verdict}".strip(),
        one.note,
    )


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    shown = f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
    return f"{shown} {unit}".strip()


def write_json(figures: Sequence[Figure], file: Path, load_before: float) -> None:
    """All figures with the machine they were taken on; `load_before` tells whether others were at work."""
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    kept = {
        "machine": machine | {"load_before": load_before},
        "figures": [asdict(one) | {"ratio": one.ratio} for one in figures],
    }
    file.write_text(json.dumps(kept, indent=1) + "\n")
