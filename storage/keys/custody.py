"""What both custodies have in common: their shape, their refusals, and the seal itself."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


class KeysElsewhere(Exception):
    """The keys are out of reach: another directory is mounted, or this one can't be read. Try again later."""


class KeyLost(Exception):
    """The right directory is there, and the key is not in it, or is older or newer than the row."""


@dataclass(frozen=True)
class Sealed:
    """What a row keeps of something sealed."""

    keeper: str  # String(32): who has the key
    nonce: bytes  # LargeBinary(12)
    ciphertext: bytes
    wrapped_key: bytes | None  # None: the key is in a file


class Held(Protocol):
    """A box that nobody else can open until it is let go."""

    @property
    def box(self) -> int: ...

    def open(self, sealed: Sealed) -> bytes:
        """The plaintext. Raises KeysElsewhere, KeyLost."""
        ...

    def seal(self, plaintext: bytes) -> Sealed:
        """Seal under a fresh key, which is on disk when this returns; the old key still opens the old row."""
        ...


class Custody(Protocol):
    """Keeps keys."""

    @property
    def provable(self) -> bool:
        """Whether a key that was destroyed is gone from the database's backups too."""
        ...

    def keeper(self) -> str:
        """The name of this custody, as rows remember it. Raises KeysElsewhere."""
        ...

    def hold(self, workspace: str, occasion: str, box: int) -> AbstractContextManager[Held]:
        """Hold one box; other threads and processes wait. Raises KeysElsewhere after two seconds of waiting."""
        ...

    def hold_all(
        self, workspace: str, occasion: str, boxes: Sequence[int]
    ) -> AbstractContextManager[Sequence[Held]]:
        """Hold several boxes of an occasion, to close it."""
        ...

    def seal_empty(self, workspace: str, occasion: str, box: int, plaintext: bytes) -> Sealed:
        """Seal a new box, in the launching transaction: no file is written, so a rollback leaves nothing."""
        ...

    def opens(self, workspace: str, occasion: str, box: int, sealed: Sealed) -> bool:
        """Whether a box could be opened. Nothing is held, made or changed. Raises KeysElsewhere."""
        ...

    def half_done(self) -> Sequence[tuple[str, str, int]]:
        """Boxes (workspace, occasion, box) with two keys: somebody is at work on them, or died there."""
        ...

    def is_destroyed(self, workspace: str, occasion: str) -> bool:
        """Whether no key of this occasion is left. Raises KeysElsewhere."""
        ...

    # --- single rows ------------------------------------------------------------------------------------

    def seal(self, workspace: str, occasion: str, row: str, plaintext: bytes) -> Sealed:
        """Seal a row ("postmortem-3", "12") under its own key, made when first needed. Raises KeysElsewhere.

        A key whose transaction rolls back stays, opens nothing, and serves the next try.
        """
        ...

    def open(self, workspace: str, occasion: str, row: str, sealed: Sealed) -> bytes:
        """What was sealed. Raises KeysElsewhere, KeyLost."""
        ...

    def destroy(self, workspace: str, occasion: str | None = None, row: str | None = None) -> None:
        """Destroy the key of a row, of all boxes and rows of an occasion, or of a workspace ("E1/": of all of E1).

        Doing it twice is harmless. Raises KeysElsewhere. A wrapped key goes with its row: nothing to do.
        """
        ...


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def lock_up(key: bytes, keeper: str, plaintext: bytes, bound: bytes, wrapped_key: bytes | None = None) -> Sealed:
    """Seal, with the place it belongs to bound in: put into another row, it doesn't open."""
    nonce = os.urandom(NONCE_BYTES)
    return Sealed(keeper, nonce, AESGCM(key).encrypt(nonce, plaintext, bound), wrapped_key)


def unlock(key: bytes, sealed: Sealed, bound: bytes) -> bytes | None:
    """The plaintext; None when this isn't the key."""
    try:
        return AESGCM(key).decrypt(sealed.nonce, sealed.ciphertext, bound)
    except InvalidTag:
        return None


def place(kind: str, workspace: str, occasion: str, name: str) -> bytes:
    """The associated data: a box or row of one occasion of one workspace, unmistakably."""
    return "\0".join((kind, workspace, occasion, name)).encode()
