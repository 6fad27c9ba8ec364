"""What is kept of who decides, who may change it, and what a change would do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import storage.decisions as rows
from rituals.decisions.entry import LONGEST_ALIAS, PERSON, Entry, free_ref, stamp
from rituals.errors import ChangedMeanwhile, GuestsMayNot, InvalidField, Refusal
from rituals.who_may import Asker
from storage import Session
from storage.people import note_act
from storage.schema import Right, Role


class NotYourRegistry(Refusal):
    """Only {keepers} can change who decides what. Please ask them."""

    marked = frozenset({"keepers"})


class NoSuchArea(Refusal):
    """I can't find that area. `/whodecides` and a few words look again."""


class NoSuchRole(Refusal):
    """No area names that role. `/whodecides roles` lists those that nobody is named for."""


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
    named = ", ".join(f"<@{keeper}>" for keeper in keepers)
    raise NotYourRegistry(keepers=f"{named}{' or ' if named else ''}an admin of the workspace")


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
    rows.lock(session, workspace)
    before = all_entries(session, workspace)
    told = difference(before, entries)
    if not rows.keepers(session, workspace):
        rows.add_keepers(session, workspace, keepers)
    if told.is_nothing:
        return told
    kept, wanted = {one.ref: one for one in before}, {one.ref for one in entries}
    rows.drop_rights(session, workspace, [ref for ref in kept if ref not in wanted])
    today = now.date().isoformat()
    rows.add_rights(session, workspace, [_columns(one, today) for one in entries if one.ref not in kept])
    changed = [one for one in entries if one.ref in kept and kept[one.ref] != one]
    rows.change_rights(session, workspace, [_columns(one, today) for one in changed])
    rows.touch(session, workspace)
    note_act(session, workspace, by, "imported", "registry", now)
    return told


def save(
    session: Session, workspace: str, entry: Entry, asker: Asker, now: datetime, *, seen: str | None = None
) -> Entry:
    """Add an entry, or change the one with its reference, which counts as confirming it.

    `seen` is the stamp of the entry that was edited; None for one that must be new, or that was just read.
    Raises InvalidField for a name or an alias twice, ChangedMeanwhile when another one stands there by now.
    """
    rows.lock(session, workspace)  # two at once: the second one sees what the first one wrote
    known = {one.ref: one for one in all_entries(session, workspace)}
    if seen is not None and (entry.ref not in known or stamp(known[entry.ref]) != seen):
        raise ChangedMeanwhile
    _check_names(entry, [one for one in known.values() if one.ref != entry.ref])
    entry = entry if entry.ref else replace(entry, ref=free_ref(entry.area, {ref.lower() for ref in known}))
    today = now.date().isoformat()
    put = rows.change_rights if entry.ref in known else rows.add_rights
    put(session, workspace, [_columns(entry, today)])
    rows.touch(session, workspace)
    note_act(session, workspace, asker.person, "changed", f"decision {entry.ref}"[:60], now)
    return entry


def _check_names(entry: Entry, others: Sequence[Entry]) -> None:
    if any(one.area.lower() == entry.area.lower() for one in others):
        raise InvalidField("area", "There is an area of that name already. Edit that one, or choose another name.")
    for alias in entry.aliases:
        for one in others:
            if alias.lower() in {known.lower() for known in one.aliases}:
                raise InvalidField("aliases", f'"{alias[:60]}" leads to "{one.area}" already.')


def _columns(entry: Entry, confirmed_on: str | None) -> dict[str, Any]:
    told = {one.name: getattr(entry, one.name) for one in fields(Entry)}
    columns = {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}
    return columns | {"confirmed_on": confirmed_on}


def teach(
    session: Session, workspace: str, right_id: int, words: str, question: str, asker: Asker, now: datetime
) -> Entry:
    """Words become an alias of an area, and the `question` that they came from counts as answered.

    The area isn't confirmed by that. Raises NoSuchArea, NotYourRegistry, InvalidField.
    """
    may_change(session, workspace, asker)
    rows.lock(session, workspace)
    kept = rows.right(session, workspace, right_id)
    if kept is None:
        raise NoSuchArea
    entry, alias = entry_of(kept), as_alias(words)
    if len(alias) > LONGEST_ALIAS:
        raise InvalidField("words", f"That has {len(alias)} characters; {LONGEST_ALIAS} are the most. Shorten it.")
    if alias.lower() not in {known.lower() for known in entry.aliases}:
        others = [one for one in all_entries(session, workspace) if one.ref != entry.ref]
        entry = replace(entry, aliases=(*entry.aliases, alias))
        _check_names(entry, others)
        rows.change_rights(session, workspace, [_columns(entry, kept.confirmed_on)])
        rows.touch(session, workspace)
        note_act(session, workspace, asker.person, "taught", f"decision {entry.ref}"[:60], now)
    rows.forget_misses(session, workspace, [words, question])
    return entry


def as_alias(words: str) -> str:
    """Somebody's words as one alias: the sign that separates aliases is taken out."""
    return " ".join(words.replace("|", " ").split())


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
