"""The only place that asks the time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path


def unmoved() -> datetime:
    """The machine's own time, for what only concerns this process."""
    return datetime.now(UTC)


_source: Callable[[], datetime] = unmoved


def now() -> datetime:
    """This instant, aware, in UTC; moved by the offset file where one is followed."""
    return _source()


def ticks() -> float:
    """Seconds that only ever grow, for measuring how long something took or is remembered."""
    return time.monotonic()


def follow(offset_file: Path) -> None:
    """Add the seconds that stand in `offset_file` (a number; absent or empty is 0) to every `now()`.

    For demos and tests that compress days; settings.py refuses it unless Slack is a stand-in on loopback.
    """

    def shifted() -> datetime:
        return unmoved() + offset(offset_file)

    use(shifted)


def offset(offset_file: Path) -> timedelta:
    """How far the clock is moved at the moment."""
    try:
        return timedelta(seconds=float(offset_file.read_text() or 0))
    except (OSError, ValueError):
        return timedelta(0)


def use(source: Callable[[], datetime]) -> None:
    """Ask `source` from now on."""
    global _source
    _source = source


def restore() -> None:
    """Ask the machine again."""
    use(unmoved)
