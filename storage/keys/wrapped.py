"""Keys in the rows themselves, wrapped by a secret of the environment.

For machines without a private disk that all processes share. Whoever has backups *and* the secret can link
answers: the consent text says so.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.keys.custody import (
    KEY_BYTES,
    NONCE_BYTES,
    Held,
    KeysElsewhere,
    Sealed,
    lock_up,
    new_key,
    place,
    unlock,
)

WRAPPED = "wrapped"


class BadSecret(ValueError):
    """A secret that can't wrap anything; its text says how to make one, and holds no secret."""


class WrappedKeys:
    """The first secret wraps, all unwrap. Raises BadSecret."""

    provable = False

    def __init__(self, secrets: Sequence[str]) -> None:
        try:
            self._secrets = [urlsafe_b64decode(secret) for secret in secrets]
        except (NotBase64, ValueError):
            self._secrets = []
        # Not Fernet, as for tokens: what Fernet makes tells the second in which it was made
        if not self._secrets or any(len(secret) != KEY_BYTES for secret in self._secrets):
            raise BadSecret(
                "each must be 32 random bytes in URL-safe base64, as `python -m bot new-key` prints them"
            )

    def keeper(self) -> str:
        return WRAPPED

    @contextmanager
    def hold(self, workspace: str, occasion: str, box: int) -> Iterator[Held]:
        yield _HeldRow(self, box, place("box", workspace, occasion, str(box)))

    @contextmanager
    def hold_all(self, workspace: str, occasion: str, boxes: Sequence[int]) -> Iterator[Sequence[Held]]:
        yield [_HeldRow(self, box, place("box", workspace, occasion, str(box))) for box in boxes]

    def seal_empty(self, workspace: str, occasion: str, box: int, plaintext: bytes) -> Sealed:
        return self.seal_at(place("box", workspace, occasion, str(box)), plaintext)

    def opens(self, workspace: str, occasion: str, box: int, sealed: Sealed) -> bool:
        self.open_at(place("box", workspace, occasion, str(box)), sealed)
        return True

    def half_done(self) -> Sequence[tuple[str, str, int]]:
        return ()

    def is_destroyed(self, workspace: str, occasion: str) -> bool:
        return True

    def seal(self, workspace: str, occasion: str, row: str, plaintext: bytes) -> Sealed:
        return self.seal_at(place("row", workspace, occasion, row), plaintext)

    def open(self, workspace: str, occasion: str, row: str, sealed: Sealed) -> bytes:
        return self.open_at(place("row", workspace, occasion, row), sealed)

    def destroy(self, workspace: str, occasion: str | None = None, row: str | None = None) -> None:
        """Nothing to do: the key goes with its row."""

    def seal_at(self, bound: bytes, plaintext: bytes) -> Sealed:
        key, nonce = new_key(), os.urandom(NONCE_BYTES)
        wrapped = nonce + AESGCM(self._secrets[0]).encrypt(nonce, key, bound)
        return lock_up(key, WRAPPED, plaintext, bound, wrapped)

    def open_at(self, bound: bytes, sealed: Sealed) -> bytes:
        if sealed.keeper != WRAPPED:
            raise KeysElsewhere
        wrapped = sealed.wrapped_key or b""
        for secret in self._secrets:
            try:
                key = AESGCM(secret).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound)
            except (InvalidTag, ValueError):
                continue
            opened = unlock(key, sealed, bound)
            if opened is not None:
                return opened
        # Another secret may be in the environment of another process: nothing is declared lost for it
        raise KeysElsewhere


class _HeldRow:
    """One box; the database's own lock on its row is all that is held."""

    def __init__(self, custody: WrappedKeys, box: int, bound: bytes) -> None:
        self.box = box
        self._custody, self._bound = custody, bound

    def open(self, sealed: Sealed) -> bytes:
        return self._custody.open_at(self._bound, sealed)

    def seal(self, plaintext: bytes) -> Sealed:
        return self._custody.seal_at(self._bound, plaintext)
