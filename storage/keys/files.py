"""Keys in files of a private directory, outside the database and its backups.

`.root` are 32 random bytes, made with the directory. Their hash is the directory's id, which every row
remembers; an empty box is sealed under a key derived from them, so that launching writes no file.

A box's file has two places for a key, a block apart, and is written where it stands: the new key goes beside the
old one, the row is committed, the old one is overwritten with zeros. A temporary file renamed over it would leave
each old key in a free block of the disk, and need twice the flushes.
"""

from __future__ import annotations

import hmac
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from storage.keys.custody import (
    KEY_BYTES,
    Held,
    KeyLost,
    KeysElsewhere,
    Sealed,
    lock_up,
    new_key,
    place,
    unlock,
)
from storage.keys.locks import Locks

ROOT, LOCKS = ".root", ".locks"
PLACE_BYTES = 4_096  # each of the two places has a block of the disk to itself: writing one can't tear the other
CHECK_BYTES = 16
SAME_TIME = (946_684_800 * 10**9,) * 2  # every file is of 2000-01-01: when it was written is nobody's business


class FileKeys:
    """Keys in files. The directory is made when it is first needed."""

    provable = True

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._locks = Locks(directory / LOCKS)

    def keeper(self) -> str:
        return _id_of(self._root())

    def _root(self, *, make: bool = False) -> bytes:
        """Read anew each time: the directory may be mounted after we started. Raises KeysElsewhere."""
        with _within_reach():
            try:
                root = (self.directory / ROOT).read_bytes()
            except FileNotFoundError:
                if not make:
                    raise
                make_private(self.directory)
                _create_once(self.directory / ROOT, os.urandom(KEY_BYTES))
                root = (self.directory / ROOT).read_bytes()
        if len(root) != KEY_BYTES:
            raise KeysElsewhere
        return root

    # --- boxes ------------------------------------------------------------------------------------------

    @contextmanager
    def hold(self, workspace: str, occasion: str, box: int) -> Iterator[Held]:
        with self.hold_all(workspace, occasion, [box]) as held:
            yield held[0]

    @contextmanager
    def hold_all(self, workspace: str, occasion: str, boxes: Sequence[int]) -> Iterator[Sequence[Held]]:
        root = self._root()
        files = [self._file(workspace, occasion, str(box), "box") for box in boxes]
        with ExitStack() as stack:
            with _within_reach():
                stack.enter_context(self._locks.take([file.name for file in files]))
            held = []
            for box, file in zip(boxes, files, strict=True):
                bound = place("box", workspace, occasion, str(box))
                held.append(_HeldFile(box, file, bound, root))
            yield held
            # Not in a `finally`: after an exception nobody knows which of the two keys the row has. And the row
            # is committed: where the old key can't be overwritten now, a ring does it, and nobody is told no.
            with suppress(OSError):
                for one in held:
                    one.settle()

    def seal_empty(self, workspace: str, occasion: str, box: int, plaintext: bytes) -> Sealed:
        root, bound = self._root(make=True), place("box", workspace, occasion, str(box))
        self._file(workspace, occasion, str(box), "box")  # refuses a name that could not be kept later
        return lock_up(_empty_key(root, bound), _id_of(root), plaintext, bound)

    def opens(self, workspace: str, occasion: str, box: int, sealed: Sealed) -> bool:
        bound = place("box", workspace, occasion, str(box))
        try:
            _HeldFile(box, self._file(workspace, occasion, str(box), "box"), bound, self._root()).open(sealed)
        except KeyLost:
            return False
        return True

    def half_done(self) -> Sequence[tuple[str, str, int]]:
        found = []
        with _within_reach():
            for file in self._files("", "box"):
                named = re.fullmatch(r"([^.]+)\.([^.]+)\.(\d+)\.box", file.name)
                if named and all(_read_places(file)):
                    found.append((named[1].replace("+", "/"), named[2], int(named[3])))
        return found

    def is_destroyed(self, workspace: str, occasion: str) -> bool:
        self._root()
        with _within_reach():
            return not self._files(f"{_word(workspace)}.{_word(occasion)}.")

    # --- single rows ------------------------------------------------------------------------------------

    def seal(self, workspace: str, occasion: str, row: str, plaintext: bytes) -> Sealed:
        root, file = self._root(make=True), self._file(workspace, occasion, row, "row")
        with _within_reach():
            key = _read_places(file)[0]
            if key is None:
                _create_once(file, _written(new_key()))
                key = _read_places(file)[0]
        if key is None:
            raise KeysElsewhere
        return lock_up(key, _id_of(root), plaintext, place("row", workspace, occasion, row))

    def open(self, workspace: str, occasion: str, row: str, sealed: Sealed) -> bytes:
        if sealed.keeper != self.keeper():
            raise KeysElsewhere
        with _within_reach():
            key = _read_places(self._file(workspace, occasion, row, "row"))[0]
        opened = unlock(key, sealed, place("row", workspace, occasion, row)) if key else None
        if opened is None:
            raise KeyLost
        return opened

    def destroy(self, workspace: str, occasion: str | None = None, row: str | None = None) -> None:
        if not self.directory.exists():
            return  # no key was ever kept here
        if occasion is None:
            start = _word(workspace) + ("" if workspace.endswith("/") else ".")
        else:
            start = f"{_word(workspace)}.{_word(occasion)}." + ("" if row is None else f"{_word(row)}.row")
        with _within_reach():
            files = self._files(start)
            with self._locks.take([file.name for file in files]):
                for file in files:
                    _erase(file)
            if files:
                _flush_folder(self.directory)

    # --- names ------------------------------------------------------------------------------------------

    def _file(self, workspace: str, occasion: str, name: str, kind: str) -> Path:
        return self.directory / ".".join((_word(workspace), _word(occasion), _word(name), kind))

    def _files(self, start: str, kind: str = "") -> list[Path]:
        names = sorted(os.listdir(self.directory))  # noqa: PTH208 (names are all we need)
        return [
            self.directory / name
            for name in names
            if name.startswith(start) and name.endswith(kind) and not name.startswith(".")
        ]


class _HeldFile:
    """One box while it is held."""

    def __init__(self, box: int, file: Path, bound: bytes, root: bytes) -> None:
        self.box = box
        self._file, self._bound, self._root = file, bound, root
        self._opened_by: bytes | None = None
        self._sealed_by: bytes | None = None

    def open(self, sealed: Sealed) -> bytes:
        if sealed.keeper != _id_of(self._root):
            raise KeysElsewhere
        with _within_reach():
            keys = [key for key in _read_places(self._file) if key]
        # Last, the key of the empty box: as it was launched, or as a database has it that was put back to then.
        for key in (*keys, _empty_key(self._root, self._bound)):
            opened = unlock(key, sealed, self._bound)
            if opened is not None:
                self._opened_by = key
                return opened
        raise KeyLost

    def seal(self, plaintext: bytes) -> Sealed:
        if self._opened_by is None or self._sealed_by is not None:
            raise RuntimeError("a held box is opened once, then sealed once")
        self._sealed_by = new_key()
        with _within_reach():
            other = 1 if _read_places(self._file)[0] == self._opened_by else 0
            _write_place(self._file, other, _written(self._sealed_by), os.O_CREAT)
            if self._opened_by == _empty_key(self._root, self._bound):  # the file itself may be new
                _flush_folder(self._file.parent)
        return lock_up(self._sealed_by, _id_of(self._root), plaintext, self._bound)

    def settle(self) -> None:
        """Leave only the key of the row as it is now; does nothing for a box that was not opened."""
        keep = self._sealed_by or self._opened_by
        for which, key in enumerate(_read_places(self._file) if keep else ()):
            if key and key != keep:
                _write_place(self._file, which, bytes(KEY_BYTES + CHECK_BYTES))


@contextmanager
def _within_reach() -> Iterator[None]:
    """Any fault of the file system means "try again": a key is lost only when its place is readable and empty."""
    try:
        yield
    except OSError as fault:
        raise KeysElsewhere(type(fault).__name__) from None


def _id_of(root: bytes) -> str:
    return sha256(b"id" + root).hexdigest()[:32]


def _empty_key(root: bytes, bound: bytes) -> bytes:
    return hmac.digest(root, bound, "sha256")


def _word(name: str) -> str:
    """A part of a file's name. Workspaces of an organisation have a slash ("E1/T1")."""
    if not re.fullmatch(r"[A-Za-z0-9_/-]{1,40}", name):
        raise ValueError("not a name that a file can have")
    return name.replace("/", "+")


def make_private(directory: Path) -> None:
    """Make a directory that only we may read, unless it is there."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)


def _written(key: bytes) -> bytes:
    """A key with its check, so that one which was torn while it was written is not taken for a key."""
    return key + sha256(key).digest()[:CHECK_BYTES]


def _read_places(file: Path) -> tuple[bytes | None, bytes | None]:
    """Both keys of a file; None where there is none, or where it was torn."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None, None
    try:
        content = os.pread(descriptor, 2 * PLACE_BYTES, 0)
    finally:
        os.close(descriptor)
    slots = (content[at : at + KEY_BYTES + CHECK_BYTES] for at in (0, PLACE_BYTES))
    first, second = (slot[:KEY_BYTES] if slot and slot == _written(slot[:KEY_BYTES]) else None for slot in slots)
    return first, second


def _write_place(file: Path, which: int, content: bytes, flags: int = 0) -> None:
    with _open(file, flags) as descriptor:
        os.pwrite(descriptor, content, which * PLACE_BYTES)


def _erase(file: Path) -> None:
    with _open(file) as descriptor:
        os.pwrite(descriptor, bytes(2 * PLACE_BYTES), 0)
    file.unlink()


@contextmanager
def _open(file: Path, flags: int = 0) -> Iterator[int]:
    """A file to be written to; on disk when the block ends, with a time that tells nothing."""
    descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | flags, 0o600)
    try:
        yield descriptor
        os.utime(descriptor, ns=SAME_TIME)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _create_once(file: Path, content: bytes) -> None:
    """Make a file whole or not at all; the one that is there wins."""
    draft = file.with_name(f".{os.urandom(8).hex()}.new")
    with _open(draft, os.O_CREAT | os.O_EXCL) as descriptor:
        os.write(descriptor, content)
    try:
        os.link(draft, file)
    except FileExistsError:
        pass  # somebody else was quicker
    finally:
        draft.unlink()
    _flush_folder(file.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
