"""Logs: one line an event, and never anybody's words."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

from pythonjsonlogger.json import JsonFormatter


def set_up(level: str, form: str = "text") -> None:
    """Log to stderr at `level`, as text or as JSON, one line an event.

    Bolt prints a request's whole body at INFO when its signature is wrong, and the SDK prints payloads at
    DEBUG: neither happens whatever the level.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    quiet()


def quiet() -> None:
    """Take the bodies out of other people's log lines."""
    logging.getLogger("slack_sdk").setLevel(max(logging.INFO, logging.getLogger().level))
    logging.getLogger("slack_sdk.web").setLevel(logging.CRITICAL)  # we log what follows from it, once
    logging.getLogger("slack_bolt").setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    verification = logging.getLogger("slack_bolt.RequestVerification")
    if not any(isinstance(known, _DropAll) for known in verification.filters):
        verification.addFilter(_DropAll())


def trace_of(error: BaseException) -> str:
    """What broke and where, in one line, without the exception's message: people's words may stand in it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in reversed(frames))
    return f"{type(error).__name__} in {where}"


class _WithoutMessages(logging.Formatter):
    """What other people's libraries log with a trace, we write as our own."""

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return trace_of(ei[1])


class _Text(_WithoutMessages):
    """A line an event; breaks within one are written out."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).replace("\n", "\\n")


class _Json(_WithoutMessages, JsonFormatter):
    """An object a line: at (UTC), level, logger, message, and exc_info where something broke."""

    def __init__(self) -> None:
        renamed = {"levelname": "level", "name": "logger"}
        JsonFormatter.__init__(self, "%(levelname)s %(name)s %(message)s", rename_fields=renamed, timestamp="at")


class _DropAll(logging.Filter):
    """Bolt's line on a wrong signature carries the body; ours doesn't, so Bolt's goes."""

    def filter(self, record: logging.LogRecord) -> bool:
        return False
