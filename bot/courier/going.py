"""Keeping a loop going: one bad row must not hold up the others."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.logs import trace_of
from storage import why_no_answer

log = logging.getLogger("candor.courier")


@dataclass
class Went:
    """How the block went: wholly, or broken by a bug, or the database was away."""

    broke: bool = False
    database_away: bool = False


@contextmanager
def keep_going(doing: str) -> Iterator[Went]:
    """Log a bug once and let the loop go on.

    A database that is gone, locked or full for a while is no bug: all of it stands there to be found again.
    """
    went = Went()
    try:
        yield went
    except Exception as bug:
        if (why := why_no_answer(bug)) is not None:
            went.database_away = True
            log.warning("the database doesn't answer (%s) while %s; the next ring tries again", why, doing)
        else:
            went.broke = True
            log_bug(log, doing, bug)


def log_bug(logger: logging.Logger, doing: str, bug: BaseException) -> None:
    """One line with the trace, and without the exception's message, which may hold people's words."""
    logger.error("a bug while %s: %s", doing, trace_of(bug))
