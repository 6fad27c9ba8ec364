"""What the verbs of a shell share: the database of the settings, and the workspace that is meant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.settings import BadSettings, load_settings
from rituals.errors import Refusal
from storage import Database, NoAnswer, open_database
from storage.people import workspaces_known


class WhichWorkspace(Refusal):
    """Which workspace? Name it with --workspace, like T0123ABCD ({known})."""


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
        return named
    with database.reading() as session:
        known = workspaces_known(session)
    if len(known) != 1:
        raise WhichWorkspace(known=f"known here: {', '.join(known)}" if known else "none is known here yet")
    return known[0]
