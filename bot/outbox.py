"""`python -m bot outbox`: what is owed to Slack, what is stuck and why, and mending it by hand."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

import storage.outbox as rows
from bot.clock import now
from bot.shell import opened
from rituals.errors import Refusal
from storage import Database
from storage.schema import Delivery

LATE = timedelta(minutes=15)


class NoSuchDelivery(Refusal):
    """There is no delivery {number} that is still owed. `python -m bot outbox` lists those that are.
    What is just on its way can be mended in a minute."""


def add_verb(verbs: Any) -> None:
    """Hang `outbox` into the parser."""
    made = verbs.add_parser("outbox", help="what is owed to Slack, and mending what is stuck")
    made.add_argument(
        "--stuck", action="store_true", help="only what is more than 15 minutes late, or was dropped"
    )
    made.add_argument("--retry", type=int, metavar="ID", help="try this one again now, as if for the first time")
    made.add_argument("--drop", type=int, metavar="ID", help="give this one up")
    made.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """List, retry or drop; 1 when `--stuck` found something."""
    with opened() as database:
        if asked.retry is not None or asked.drop is not None:
            _mend(database, asked)
            return 0
        with database.reading() as session:
            listed = rows.listed(session, now(), LATE if asked.stuck else None)
        for delivery in listed:
            print(_line(delivery))
    what = "stuck" if asked.stuck else "owed"
    print(f"{len(listed)} {what}." if listed else f"Nothing is {what}.")
    return 1 if asked.stuck and listed else 0


def _mend(database: Database, asked: argparse.Namespace) -> None:
    number = asked.retry if asked.retry is not None else asked.drop
    reason = None if asked.retry is not None else "dropped_by_hand"
    with database.begin() as session:
        if not rows.mend(session, number, reason, now()):
            raise NoSuchDelivery(number=number)
    print(f"Delivery {number} is {'tried again now' if reason is None else 'given up'}.")


def _line(delivery: Delivery) -> str:
    state = "dropped" if delivery.state == "dropped" else f"due {delivery.due:%Y-%m-%d %H:%M:%S}Z"
    doubt = ", perhaps posted" if delivery.ambiguous else ""
    why = f" ({delivery.reason}{doubt})" if delivery.reason or doubt else ""
    whose = f"{delivery.id:>8}  {delivery.workspace}  {delivery.kind:18} to {delivery.to:12}"
    return f"{whose} {state}, {delivery.attempts} tries{why}"
