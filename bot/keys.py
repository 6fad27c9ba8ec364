"""Who keeps the keys of sealed answers, from the settings; and what can be wrong with their folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.settings import Settings, split_keys
from storage import check_url
from storage.keys import Custody, FileKeys, WrappedKeys

MOUNTS = Path("/proc/self/mounts")  # Linux; elsewhere nothing is said of the file system
IN_MEMORY = {"tmpfs", "ramfs"}
OF_THE_CONTAINER = {"overlay", "aufs"}
OVER_THE_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"}


def custody_of(settings: Settings) -> Custody:
    """The custody that the settings name. The folder of key files is made when a key is first needed."""
    if settings.custody == "wrapped":
        return WrappedKeys(split_keys(settings.key_secrets))
    return FileKeys(settings.key_dir)


@dataclass(frozen=True)
class Fault:
    """Something about the folder of keys, and what to do: without that it is only a hint."""

    said: str
    mend: str | None = None


def faults_of_the_folder(folder: Path, database_url: str) -> Iterator[Fault]:
    """Look at the folder of key files, and at where it lies, whether it is there or not yet. Changes nothing."""
    place = folder.absolute()
    real = place.resolve()
    elsewhere = "Set CANDOR_KEY_DIR to a private folder elsewhere."
    if place.exists() and not place.is_dir():
        yield Fault(f"{folder} is a file", elsewhere)
        return
    if place.is_dir():
        yield from _modes(place)
    url = check_url(database_url)
    if url.get_backend_name() == "sqlite":
        home = Path(str(url.database)).absolute().resolve().parent
        if home == real or real in home.parents:
            yield Fault(f"the database lies in {folder}: a copy of the one holds the other", elsewhere)
        elif home == real.parent:
            yield Fault(f"{folder} lies beside the database: a backup may take both", elsewhere)
    if any((one / ".git").exists() for one in (real, *real.parents)):
        yield Fault(f"{folder} lies in a git checkout", elsewhere)
    kind = file_system_of(real, _read_mounts())
    if kind in IN_MEMORY:
        yield Fault(f"{folder} lies in memory ({kind}): its keys are gone with the next restart", elsewhere)
    elif kind in OF_THE_CONTAINER:
        yield Fault(
            f"{folder} lies in the container ({kind}) and goes with it; where Candor serves, mount a volume"
        )
    elif kind in OVER_THE_NETWORK:
        yield Fault(f"{folder} lies on a network drive ({kind}): flock must work there, and no backup take it")


def _modes(place: Path) -> Iterator[Fault]:
    if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        yield Fault(f"{place} can't be read or written by us", "Run `doctor` as who serves, or mend its owner.")
    if stat.S_IMODE(place.stat().st_mode) & 0o077:
        yield Fault(f"others than its owner may enter {place}", f"chmod -R go= {place}")


def _read_mounts() -> str:
    return MOUNTS.read_text() if MOUNTS.exists() else ""


def file_system_of(place: Path, mounts: str) -> str:
    """The kind of file system that a path is on, from the lines of /proc/self/mounts; empty when nobody knows."""
    found, longest = "", -1
    for line in mounts.splitlines():
        _, point, kind, *_ = line.split(" ")
        where = Path(point.replace("\\040", " "))
        if (where == place or where in place.parents) and len(where.parts) >= longest:
            found, longest = kind, len(where.parts)
    return found
