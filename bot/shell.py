"""What the verbs of a shell share: the database of the settings, the workspace that is meant, files and ids."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.settings import BadSettings, load_settings
from rituals.errors import Refusal
from storage import Database, NoAnswer, open_database
from storage.people import workspaces_known

LONGEST = 40  # of a workspace's id, with its organisation


class WhichWorkspace(Refusal):
    """Which workspace? Name it with --workspace, like T0123ABCD ({known})."""


class NoPerson(Refusal):
    """{given} is no member id of Slack's: write U or W and then capitals and digits, like U0123ABCD."""


class NoWorkspace(Refusal):
    """{given} is no id of a workspace: write it like T0123ABCD, on Enterprise Grid like E0123ABCD/T0123ABCD."""


class NoSuchFile(Refusal):
    """There is no file {file}."""


class CantRead(Refusal):
    """{file} can't be read: it is a folder, or you may not read it."""


class NotUtf8(Refusal):
    """{file} isn't text in UTF-8. Write it as UTF-8 and try again."""


def add_workspace(parser: argparse.ArgumentParser) -> None:
    """Give a verb its `--workspace`."""
    parser.add_argument("--workspace", metavar="ID", help="the team id; may be left out when there is only one")


@contextmanager
def opened() -> Iterator[Database]:
    """The database of the settings, with its tables there. Raises BadSettings when it doesn't answer."""
    settings = load_settings()
    database = open_database(settings.database_url.get_secret_value(), synchronous=settings.sqlite_synchronous)
    try:
        database.migrate()
        yield database
    except NoAnswer as fault:
        raise BadSettings([f"CANDOR_DATABASE_URL: the database doesn't answer ({fault.why})."]) from None
    finally:
        database.close()


def which_workspace(database: Database, named: str | None) -> str:
    """The workspace that was named, or the only one there is. Raises NoWorkspace, WhichWorkspace."""
    if named:
        return check_workspace(named)
    with database.reading() as session:
        known = workspaces_known(session)
    if len(known) != 1:
        raise WhichWorkspace(known=f"known here: {', '.join(known)}" if known else "none is known here yet")
    return known[0]


def check_person(given: str) -> str:
    """A member id as it was given. Raises NoPerson: nothing is kept of a mistyped one, as of an erased one."""
    if not re.fullmatch("[UW][A-Z0-9]{1,19}", given):
        raise NoPerson(given=given)
    return given


def check_workspace(given: str) -> str:
    """The id of one workspace as it was given. Raises NoWorkspace."""
    if not re.fullmatch("(E[A-Z0-9]+/)?T[A-Z0-9]+", given) or len(given) > LONGEST:
        raise NoWorkspace(given=given)
    return given


def check_workspaces(given: str) -> str:
    """The id of a workspace, or of a whole organisation with its slash: "E1" is "E1/". Raises NoWorkspace."""
    if re.fullmatch("E[A-Z0-9]+/?", given) and len(given) <= LONGEST:
        return f"{given.rstrip('/')}/"  # no rows lie under "E1" alone, so it can mean nothing else
    return check_workspace(given)


def read_text(file: Path) -> str:
    """A text file, without its byte order mark. Raises NoSuchFile, CantRead, NotUtf8."""
    try:
        given = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise NoSuchFile(file=file) from None
    except OSError:
        raise CantRead(file=file) from None
    return as_text(given, str(file))


def as_text(given: bytes, whence: str) -> str:
    """Bytes as text, without a byte order mark. Raises NotUtf8 with `whence` they come."""
    try:
        return given.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotUtf8(file=whence) from None
