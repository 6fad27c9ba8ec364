"""Stopping: the first signal lets what is in hand finish, within ten seconds; the second ends us at once.

What an end interrupts is found again: nothing was acknowledged that isn't stored, and leases end by themselves.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from types import FrameType

log = logging.getLogger("candor")

GRACE_SECONDS = 10
MARGIN_SECONDS = 0.5  # so that we are gone within the ten, whatever still hangs
SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stopping:
    """Whether somebody told us to stop; `told` is set by the first signal."""

    def __init__(self) -> None:
        self.told = threading.Event()

    def listen(self) -> None:
        """Hear SIGTERM and SIGINT from now on; only in the main thread."""
        for number in SIGNALS:
            signal.signal(number, self._hear)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        if self.told.is_set():
            leave(number)
        self.told.set()
        last = threading.Timer(GRACE_SECONDS - MARGIN_SECONDS, leave, [0])
        last.daemon = True
        last.start()


def leave(number: int) -> None:
    """End this process now, without a goodbye: 0, or by the custom of shells 128 and the signal's number."""
    log.warning("leaving what is still in hand; it is found again" if number == 0 else "stopping at once")
    logging.shutdown()
    os._exit(128 + number if number else 0)
