"""Who keeps the keys of what is sealed: files outside the database, or the database itself under one secret.

Two custodies, one shape. A box is opened while it is held:

    with custody.hold(workspace, occasion, box) as held, sessions.begin(durable=True) as session:
        ...held.open(...), held.seal(...), UPDATE...

`hold` first, the transaction second: its exit, after the COMMIT, leaves only the new key. When anything raises,
both the old and the new one stay, and whoever opens next tries both.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

WRAPPED = "wrapped"  # the keeper's name when the key lies in the row itself


class KeysElsewhere(Exception):
    """The keys are out of reach: another directory is mounted, or this one can't be read. Try again later."""


class KeyLost(Exception):
    """The right directory is there, and the key of this box or row is not in it (or is older than the row)."""


@dataclass(frozen=True)
class Sealed:
    """What a row keeps of something sealed: columns keeper String(32), nonce LargeBinary(12), and two more."""

    keeper: str
    nonce: bytes
    ciphertext: bytes
    wrapped_key: bytes | None  # None: the key is in a file


class Held(Protocol):
    """A box that nobody else can open until it is let go."""

    box: int

    def open(self, sealed: Sealed) -> bytes:
        """The plaintext. Raises KeysElsewhere, KeyLost."""

    def seal(self, plaintext: bytes) -> Sealed:
        """Seal under a fresh key, which is on disk when this returns; the old key still opens the old row."""


class Custody(Protocol):
    """Keeps keys. `provable`: whether a key that was destroyed is gone from backups too."""

    provable: bool

    def keeper(self) -> str:
        """The name of this custody, as rows remember it. Raises KeysElsewhere."""

    def hold(self, workspace: str, occasion: str, box: int) -> AbstractContextManager[Held]:
        """Hold one box; other threads and processes wait. Raises KeysElsewhere after two seconds of waiting."""

    def hold_all(
        self, workspace: str, occasion: str, boxes: Sequence[int]
    ) -> AbstractContextManager[Sequence[Held]]:
        """Hold all boxes of an occasion, to close it."""

    # --- single rows: one key each, made once, destroyed to delete ------------------------------------------

    def seal(self, workspace: str, occasion: str, row: str, plaintext: bytes) -> Sealed:
        """Seal a row ("postmortem-3", "12") under its own key, made when it is first needed. Raises KeysElsewhere."""

    def open(self, workspace: str, occasion: str, row: str, sealed: Sealed) -> bytes:
        """What was sealed. Raises KeysElsewhere, KeyLost."""

    def destroy(self, workspace: str, occasion: str | None = None, row: str | None = None) -> None:
        """Destroy the key of one row, of all rows and boxes of an occasion, or of a workspace; after the COMMIT.

        Doing it twice is harmless. Raises KeysElsewhere.
        """


class FileKeys:
    """Keys in files of a private directory, outside the database and its backups."""

    provable = True

    def __init__(self, directory: Path) -> None:
        self.directory = directory


class WrappedKeys:
    """Keys in the rows, wrapped by secrets of the environment: the first wraps, all unwrap. Raises BadSecret.

    Whoever has backups *and* a secret can link answers.
    """

    provable = False

    def __init__(self, secrets: Sequence[str]) -> None:
        raise NotImplementedError
