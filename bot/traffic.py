"""Whether Slack is waiting for us right now: what can wait keeps out of the way until it isn't."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from bot.clock import ticks

CALM_SECONDS = 0.2  # in a burst the next request comes sooner


class Traffic:
    """The requests that this process has in hand, and when the last one was answered."""

    def __init__(self) -> None:
        self._in_hand, self._answered = 0, float("-inf")
        self._lock = Lock()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Around the answer to a request."""
        with self._lock:
            self._in_hand += 1
        try:
            yield
        finally:
            with self._lock:
                self._in_hand -= 1
                self._answered = ticks()

    def is_calm(self) -> bool:
        """Nobody waits, and nobody has come for a moment."""
        with self._lock:
            return not self._in_hand and ticks() - self._answered > CALM_SECONDS
