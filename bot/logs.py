"""Logs: one line an event, and never anybody's words."""

from __future__ import annotations

import logging
import sys

from pythonjsonlogger.json import JsonFormatter


def set_up(level: str, form: str = "text") -> None:
    """Log to stderr at `level`, as text or as JSON, one line an event.

    Bolt prints a request's whole body at INFO when its signature is wrong, and the SDK prints payloads at
    DEBUG: neither happens whatever the level.
    """
    handler = logging.StreamHandler(sys.stderr)
    if form == "json":
        parts = {"asctime": "at", "levelname": "level", "name": "logger"}
        handler.setFormatter(JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s", rename_fields=parts))
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
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


class _DropAll(logging.Filter):
    """Bolt's line on a wrong signature carries the body; ours doesn't, so Bolt's goes."""

    def filter(self, record: logging.LogRecord) -> bool:
        return False
