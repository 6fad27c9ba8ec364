"""One area of the registry as a value, and all that can be wrong with it."""

from __future__ import annotations

import calendar
import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
DOORS = {
    "two-way": "two-way",
    "two way": "two-way",
    "reversible": "two-way",
    "costly": "costly",
    "one-way": "one-way",
    "one way": "one-way",
    "irreversible": "one-way",
    "": "",
}
LISTS = ("aliases", "agree_or_veto", "consult", "inform")
LONGEST_ALIAS = 120
LONGEST_ROLE = 80
LONGEST_REF = 40
TEXTS = {  # column: the longest it may be
    "area": 120,
    "category": 60,
    "framework": 30,
    "decide": 80,
    "drive": 80,
    "deputy": 80,
    "guardrail": 500,
    "escalation": 80,
    "escalate_after": 60,
}
COLUMNS = (
    "id", "area", "category", "aliases", "framework", "decide", "drive", "agree_or_veto", "consult", "inform",
    "deputy", "delegation_level", "door", "guardrail", "escalation", "escalate_after", "review_by",
)  # fmt: skip
REQUIRED = ("area", "decide")


@dataclass(frozen=True)
class Entry:
    """Who decides in one area. People stand here as roles, or as `<@U...>` where a person was picked.

    `door` is two-way, costly, one-way or empty; `delegation_level` 1 to 7 (Management 3.0) or None;
    `review_by` an ISO date or None.
    """

    ref: str
    area: str
    decide: str
    aliases: tuple[str, ...] = ()
    category: str = ""
    framework: str = ""
    drive: str = ""
    agree_or_veto: tuple[str, ...] = ()
    consult: tuple[str, ...] = ()
    inform: tuple[str, ...] = ()
    deputy: str = ""
    delegation_level: int | None = None
    door: str = ""
    guardrail: str = ""
    escalation: str = ""
    escalate_after: str = ""
    review_by: str | None = None


def read_entry(cells: Mapping[str, str]) -> tuple[Entry | None, dict[str, str]]:
    """An entry from the texts of a row or a form, or None and what is wrong, by column."""
    said = {
        name: PERSON.sub(r"<@\1>", " ".join((cells.get(name) or "").replace("\0", "").split())) for name in COLUMNS
    }
    wrong: dict[str, str] = {}
    for name in REQUIRED:
        if not said[name]:
            wrong[name] = f"{name} is empty"
    if _deciders(said["decide"]) > 1:
        wrong["decide"] = f"there are two deciders ({said['decide'][:60]}): exactly one may decide"
    for name, longest in TEXTS.items():
        if len(said[name]) > longest:
            wrong[name] = f"{name} has {len(said[name]):,} characters, and {longest} are the most"
    if len(said["id"]) > LONGEST_REF:
        wrong["id"] = f"the id has {len(said['id'])} characters, and {LONGEST_REF} are the most"
    for name in LISTS:
        longest = LONGEST_ALIAS if name == "aliases" else LONGEST_ROLE
        if too_long := [part for part in _parts(said[name]) if len(part) > longest]:
            wrong[name] = f'{name}: "{too_long[0][:30]}…" has more than {longest} characters'
    door = DOORS.get(said["door"].lower())
    if door is None:
        wrong["door"] = f'the door "{said["door"][:30]}" is unknown: two-way, costly or one-way'
    level = said["delegation_level"]
    if level and not re.fullmatch("[1-7]", level):
        wrong["delegation_level"] = f'the delegation level "{level[:20]}" is not a number from 1 to 7'
    review, fault = _read_day(said["review_by"])
    if fault:
        wrong["review_by"] = fault
    if wrong:
        return None, wrong
    read: dict[str, Any] = {name: said[name] for name in TEXTS} | {name: _parts(said[name]) for name in LISTS}
    level_read = int(level) if level else None
    return Entry(said["id"], door=door or "", delegation_level=level_read, review_by=review, **read), {}


def _parts(words: str) -> tuple[str, ...]:
    """The parts between |, each once, however it is written."""
    return tuple({part.strip().lower(): part.strip() for part in words.split("|") if part.strip()}.values())


def _deciders(words: str) -> int:
    named = [part for part in re.split("[|;,]", words) if part.strip()]
    return max(len(named), len(PERSON.findall(words)))


def _read_day(words: str) -> tuple[str | None, str | None]:
    """(ISO date, None), or (None, what is wrong). A month means its last day."""
    if not words:
        return None, None
    try:
        if found := re.fullmatch(r"(\d{4})-(\d{2})", words):
            year, month = int(found[1]), int(found[2])
            return date(year, month, calendar.monthrange(year, month)[1]).isoformat(), None
        return date.fromisoformat(words).isoformat(), None
    except (ValueError, calendar.IllegalMonthError):
        return None, f'the review date "{words[:20]}" is not a date such as 2027-03-31 or 2027-03'


def cells_of(entry: Entry) -> dict[str, str]:
    """The texts of an entry, as a file or a form shows them."""
    told = {name: getattr(entry, name) for name in COLUMNS if name != "id"}
    return {
        "id": entry.ref,
        **{
            name: "|".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
            for name, value in told.items()
        },
    }


def free_ref(area: str, taken: Collection[str]) -> str:
    """A reference for an area that came without one: its name, unless that is too long or `taken` (lower case)."""
    if len(area) <= LONGEST_REF and area.lower() not in taken:
        return area
    short, place = area[: LONGEST_REF - 10].rstrip(), 2
    while f"{short} {place}".lower() in taken:
        place += 1
    return f"{short} {place}"


def stamp(entry: Entry) -> str:
    """A short mark of an entry as it is, by which a form notices that somebody else changed it."""
    return hashlib.sha256(repr(entry).encode()).hexdigest()[:16]
