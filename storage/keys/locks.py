"""Locks between threads and processes: a fixed number of empty files, which tell nothing of who came when."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock
from time import sleep
from zlib import crc32

HOW_MANY = 64  # two boxes in 64 wait for each other without need; a file for each would have to be removed safely
PATIENCE_SECONDS = 2.0  # Slack waits three for the ack
NAP_SECONDS = 0.005


class Locks:
    """Locks by name. Threads of this process queue up in memory; only other processes meet at the file."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._threads = [Lock() for _ in range(HOW_MANY)]

    @contextmanager
    def take(self, names: Sequence[str]) -> Iterator[None]:
        """Hold these, always in the same order: two who want several don't wait for each other.

        Raises TimeoutError when somebody keeps one for two seconds, OSError when the files are out of reach.
        """
        with ExitStack() as stack:
            for number in sorted({crc32(name.encode()) % HOW_MANY for name in names}):
                if not self._threads[number].acquire(timeout=PATIENCE_SECONDS):
                    raise TimeoutError
                stack.callback(self._threads[number].release)
                stack.callback(os.close, self._lock_file(number))
            yield

    def _lock_file(self, number: int) -> int:
        """The open file; closing it lets go, and so does the end of the process, however it comes."""
        self._directory.mkdir(mode=0o700, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(self._directory / f"{number:02}", flags, 0o600)
        for _ in range(round(PATIENCE_SECONDS / NAP_SECONDS)):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                sleep(NAP_SECONDS)
            else:
                return descriptor
        os.close(descriptor)
        raise TimeoutError
