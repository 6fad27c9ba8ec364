"""Start with ten: common areas that nearly every team meets, to pick a decider for each."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import storage.decisions as rows
from rituals.decisions.entry import Entry
from rituals.decisions.files import read_file
from rituals.decisions.registry import all_entries, may_change, save
from rituals.errors import Refusal
from rituals.who_may import Asker
from storage import Session

TEN = Path(__file__).with_name("ten.yaml")


class NobodyPicked(Refusal):
    """Pick a person for at least one of the areas; the others can wait."""


def ten() -> list[Entry]:
    """The ten areas; `decide` is a placeholder until somebody is picked."""
    return read_file(TEN)


def left_of_ten(session: Session, workspace: str) -> list[Entry]:
    """Those of the ten that the registry doesn't have, by name or by reference (one may have been renamed)."""
    kept = all_entries(session, workspace)
    known = {one.ref for one in kept} | {one.area.lower() for one in kept}
    return [one for one in ten() if one.ref not in known and one.area.lower() not in known]


def begin(session: Session, workspace: str, picked: dict[str, str], asker: Asker, now: datetime) -> list[Entry]:
    """Store the areas for which a person (id) was picked, by reference; the asker looks after the registry.

    An area that is there already stays as it is, and so does an alias that leads elsewhere already.
    Raises NobodyPicked, and what `may_change` raises.
    """
    may_change(session, workspace, asker)
    if not any(picked.get(one.ref) for one in ten()):
        raise NobodyPicked
    rows.lock(session, workspace)
    taken = {alias.lower() for one in all_entries(session, workspace) for alias in one.aliases}
    chosen = [
        replace(
            one,
            decide=f"<@{picked[one.ref]}>",
            aliases=tuple(alias for alias in one.aliases if alias.lower() not in taken),
        )
        for one in left_of_ten(session, workspace)
        if picked.get(one.ref)
    ]
    rows.add_keepers(session, workspace, [asker.person])
    return [save(session, workspace, one, asker, now) for one in chosen]
