"""What the verbs of a shell share: the database of the settings, and the workspace that is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from bot.settings import BadSettings, load_settings
from rituals.errors import Refusal
from storage import Database, NoAnswer, open_database
from storage.people import workspaces_known


class WhichWorkspace(Refusal):
    """Which workspace? Name it with --workspace, like T0123ABCD ({known})."""


class NoSuchId(Refusal):
    """{given} is no id of Slack's. A workspace's begins with T, a person's with U or W, like U0123ABCD."""


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
    """The workspace that was named, or the only one there is. Raises WhichWorkspace."""
    if named:
        check_id("(E[A-Z0-9]+/)?T[A-Z0-9]+", named, 40)
        return named
    with database.reading() as session:
        known = workspaces_known(session)
    if len(known) != 1:
        raise WhichWorkspace(known=f"known here: {', '.join(known)}" if known else "none is known here yet")
    return known[0]


def check_id(shape: str, given: str, longest: int) -> None:
    """Raise NoSuchId unless `given` has the shape (a regular expression) of an id."""
    if not re.fullmatch(shape, given) or len(given) > longest:
        raise NoSuchId(given=given)
