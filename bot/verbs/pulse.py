"""`python -m bot pulse`: whether anything is left of a closed pulse."""

from __future__ import annotations

import argparse
from typing import Any

import storage.pulse as rows
from bot.keys import custody_of
from bot.settings import load_settings
from bot.shell import add_workspace, opened, which_workspace
from rituals import sealed
from rituals.errors import NotFound, Refusal
from rituals.pulse import keeping
from rituals.pulse.asking import name

SAID = {
    "purged": "Purged: no box, no key, and no trace of a box in the database's files.",
    "not yet": "Not yet: it is open, or something of it is left. The next ring tries again; look in a minute.",
    "forgotten": "Forgotten: it was purged long ago, and since then all that could be looked at was deleted.",
    "not provable": "Not provable: its keys lay in the database, wrapped, so old copies of it hold them too.",
}


class NoSuchPulse(Refusal):
    """There is no pulse {number} in workspace {workspace}. `python -m bot audit --workspace {workspace}` shows
    those that somebody started.
    """


class NotBegun(Refusal):
    """Pulse {number} has no boxes: it begins later, or couldn't begin."""


def add_verbs(verbs: Any) -> None:
    """Hang `pulse verify-purge` into the parser."""
    parser = verbs.add_parser("pulse", help="what is left of a closed pulse")
    each = parser.add_subparsers(required=True, metavar="VERB")
    words = "look whether anything is left of the boxes of a pulse, or of their keys"
    purge = each.add_parser("verify-purge", help=words, description=f"{words.capitalize()}. Exit code 0: purged.")
    purge.add_argument("id", type=int, metavar="ID", help="the pulse's number, as the audit shows it")
    add_workspace(purge)
    purge.set_defaults(run=run_verify)


def run_verify(asked: argparse.Namespace) -> int:
    """0 when it is purged, 1 when not yet or when nobody can prove it, or not any more."""
    with opened() as database:
        workspace = which_workspace(database, asked.workspace)
        with database.reading() as session:
            if rows.pulse(session, workspace, asked.id) is None:
                raise NoSuchPulse(number=asked.id, workspace=workspace)
            if keeping.is_forgotten(session, workspace, asked.id):
                print(SAID["forgotten"])
                return 1
        try:
            found = sealed.purged(database, custody_of(load_settings()), workspace, name(asked.id))
        except NotFound:
            raise NotBegun(number=asked.id) from None
    print(SAID[found])
    return 0 if found == "purged" else 1
