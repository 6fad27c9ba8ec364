"""What is kept of who decides, who may change it, and what a change would do."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import storage.decisions as rows
from rituals.decisions.entry import Entry
from rituals.errors import GuestsMayNot, InvalidField, NotFound, Refusal
from rituals.who_may import Asker
from storage import Session
from storage.people import note_act
from storage.schema import Right, Role

PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")


class NotYourRegistry(Refusal):
    """Only {keepers} can change who decides what, or an admin of the workspace. Please ask them."""

    marked = frozenset({"keepers"})


@dataclass(frozen=True)
class Difference:
    """What an import would do, by the areas' names; `changed` says which columns, too."""

    added: tuple[str, ...]
    changed: tuple[tuple[str, tuple[str, ...]], ...]
    removed: tuple[str, ...]

    @property
    def is_nothing(self) -> bool:
        return not (self.added or self.changed or self.removed)


def entry_of(kept: Right) -> Entry:
    """A stored row as a value."""
    told: dict[str, Any] = {one.name: getattr(kept, one.name) for one in fields(Entry)}
    told |= {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
    return Entry(**told)


def all_entries(session: Session, workspace: str) -> list[Entry]:
    """The registry, by reference."""
    return [entry_of(kept) for kept in rows.rights(session, workspace)]


def may_change(session: Session, workspace: str, asker: Asker) -> None:
    """Those who look after the registry, and admins; anybody of the team while there is none.

    Raises GuestsMayNot, NotYourRegistry.
    """
    if asker.is_guest:
        raise GuestsMayNot
    keepers = rows.keepers(session, workspace)
    if asker.is_admin or asker.person in keepers or (not keepers and not rows.version(session, workspace)):
        return
    raise NotYourRegistry(keepers=" and ".join(f"<@{keeper}>" for keeper in keepers) or "an admin")


def looks_after(session: Session, workspace: str, asker: Asker) -> bool:
    """Whether a person may teach and mend the registry."""
    return not asker.is_guest and (asker.is_admin or asker.person in rows.keepers(session, workspace))


def difference(before: Sequence[Entry], after: Sequence[Entry]) -> Difference:
    """What becomes of the registry `before` when it is replaced by `after`."""
    old, new = {one.ref: one for one in before}, {one.ref: one for one in after}
    changed = [
        (one.area, names)
        for ref, one in new.items()
        if ref in old
        and (names := tuple(f.name for f in fields(Entry) if getattr(one, f.name) != getattr(old[ref], f.name)))
    ]
    return Difference(
        added=tuple(one.area for ref, one in new.items() if ref not in old),
        changed=tuple(changed),
        removed=tuple(one.area for ref, one in old.items() if ref not in new),
    )


def replace_all(
    session: Session, workspace: str, entries: Sequence[Entry], keepers: Collection[str], by: str, now: datetime
) -> Difference:
    """Make these entries the registry. `keepers` look after it if nobody does so far; `by` is who did it."""
    before = all_entries(session, workspace)
    told = difference(before, entries)
    if not rows.keepers(session, workspace):
        rows.add_keepers(session, workspace, keepers)
    if told.is_nothing:
        return told
    kept = {one.ref: one for one in before}
    rows.drop_rights(session, workspace, [ref for ref in kept if ref not in {one.ref for one in entries}])
    for one in entries:
        if kept.get(one.ref) != one:
            _put(session, workspace, one, now)
    rows.touch(session, workspace)
    note_act(session, workspace, by, "imported", "registry", now)
    return told


def save(session: Session, workspace: str, entry: Entry, asker: Asker, now: datetime) -> Entry:
    """Add an entry, or change the one with its reference. Raises InvalidField for a name or an alias twice."""
    others = [one for one in all_entries(session, workspace) if one.ref != entry.ref]
    if any(one.area.lower() == entry.area.lower() for one in others):
        raise InvalidField("area", "There is an area of that name already. Edit that one, or choose another name.")
    for alias in entry.aliases:
        for one in others:
            if alias.lower() in {known.lower() for known in one.aliases}:
                raise InvalidField("aliases", f'"{alias[:60]}" leads to "{one.area}" already.')
    entry = entry if entry.ref else replace(entry, ref=entry.area[:40])
    _put(session, workspace, entry, now)
    rows.touch(session, workspace)
    note_act(session, workspace, asker.person, "changed", f"decision {entry.ref}"[:60], now)
    return entry


def _put(session: Session, workspace: str, entry: Entry, now: datetime) -> None:
    told = {one.name: getattr(entry, one.name) for one in fields(Entry) if one.name != "ref"}
    columns = {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}
    rows.put_right(session, workspace, entry.ref, **columns, confirmed_on=now.date().isoformat())


def teach(session: Session, workspace: str, right_id: int, words: str, asker: Asker, now: datetime) -> Entry:
    """A question becomes an alias of an area. Raises NotFound, NotYourRegistry."""
    may_change(session, workspace, asker)
    kept = rows.right(session, workspace, right_id)
    if kept is None:
        raise NotFound
    entry = entry_of(kept)
    alias = " ".join(words.replace("|", " ").split())[:120]
    if alias.lower() not in {known.lower() for known in entry.aliases}:
        entry = save(session, workspace, replace(entry, aliases=(*entry.aliases, alias)), asker, now)
    rows.forget_miss(session, workspace, words)
    return entry


# --- roles ----------------------------------------------------------------------------------------------


def roles_in(entry: Entry) -> tuple[str, ...]:
    """Every role that an entry names, the decider first."""
    named = (entry.decide, entry.drive, entry.deputy, entry.escalation)
    each = [*named, *entry.agree_or_veto, *entry.consult, *entry.inform]
    return tuple(dict.fromkeys(role for role in each if role and not PERSON.fullmatch(role)))


class Who:
    """Says who a role is in this workspace: a mention where somebody was named, else the role's own name."""

    def __init__(self, known: Sequence[Role]) -> None:
        self._known = {role.name.lower(): role for role in known}

    def is_named(self, role: str) -> bool:
        found = self._known.get(role.lower())
        return bool(PERSON.fullmatch(role)) or (found is not None and bool(found.person or found.group))

    def person(self, role: str) -> str | None:
        """The person's id; None for a user group and for a role without anybody."""
        if found := PERSON.fullmatch(role):
            return found[1]
        known = self._known.get(role.lower())
        return known.person if known else None

    def group(self, role: str) -> str | None:
        """The user group's id, if a role is one."""
        known = self._known.get(role.lower())
        return known.group if known else None


def who(session: Session, workspace: str) -> Who:
    """The roles of a workspace, as they are now."""
    return Who(rows.roles(session, workspace))


def roles_without_anybody(session: Session, workspace: str) -> list[tuple[str, int]]:
    """(role, in how many areas it decides) for every role nobody was named for, the deciders first."""
    known = who(session, workspace)
    counted: dict[str, int] = {}
    for entry in all_entries(session, workspace):
        for role in roles_in(entry):
            if not known.is_named(role):
                counted[role] = counted.get(role, 0) + (role == entry.decide)
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))
