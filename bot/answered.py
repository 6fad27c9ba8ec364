"""The same request twice is one request: what was answered is remembered, and said again."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTime
from http import HTTPStatus
from threading import Lock
from typing import Generic, Protocol, TypeVar

from bot.clock import ticks

log = logging.getLogger("candor")

ANSWER_SECONDS = 3.0  # how long Slack waits
REMEMBERED_SECONDS = 600.0  # twice as long as a signature is good, and longer than Slack comes again
MOST, MOST_BYTES = 2_000, 4_000_000  # about a kilobyte each, and what was answered


class Said(Protocol):
    """What goes back to Slack: the edge's response, or Bolt's."""

    @property
    def status(self) -> int: ...

    @property
    def body(self) -> str: ...


T = TypeVar("T", bound=Said)


class Answered(Generic[T]):
    """What was answered to each request of the last minutes, by its name.

    Each process remembers by itself; between processes it is the unique keys of the tables that do nothing twice.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[float, T | Future[T]]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def once(self, name: str, answer: Callable[[], T], otherwise: T) -> T:
        """The answer to the request of this name: asked for once, and waited for where it is under way.

        `otherwise` is said where there is none: it takes too long, or broke. What was not answered well may be
        asked again, and is answered anew.
        """
        now = ticks()
        coming: Future[T] = Future()
        with self._lock:
            self._forget(now)
            _, known = self._known.setdefault(name, (now, coming))
        if known is not coming:
            log.warning("answered a request again: it came twice")
            try:
                return known.result(ANSWER_SECONDS) if isinstance(known, Future) else known
            except NotInTime:
                return otherwise
        said = otherwise
        try:
            said = answer()
        finally:
            with self._lock:
                if said.status == HTTPStatus.OK:
                    self._known[name] = (now, said)
                    self._bytes += len(said.body)
                else:
                    del self._known[name]
            coming.set_result(said)
        return said

    def _forget(self, now: float) -> None:
        """What is older than anything that comes again, or more than should be kept."""
        while self._known:
            oldest, (since, said) = next(iter(self._known.items()))
            if now - since < REMEMBERED_SECONDS and len(self._known) < MOST and self._bytes < MOST_BYTES:
                return
            if isinstance(said, Future):
                return  # still under way
            self._bytes -= len(said.body)
            del self._known[oldest]
