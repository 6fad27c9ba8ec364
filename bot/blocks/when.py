"""When something of the calendar happens: the boxes that all its forms share with their readers, and its dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.blocks.common import Json, day_box, escape, field, section, text_box, there
from rituals.calendar.recurrence import Occurrence
from rituals.calendar.rules import read_zone
from rituals.errors import InvalidField

EARLIEST_YEAR, LATEST_YEAR = 2000, 2200  # beyond these it is a slip of the hand


def first_day_field(first: str, label: str = "Not before", hint: str | None = None) -> Json:
    """The day from which on it happens; `first` is an ISO date."""
    return field("first", label, day_box(date.fromisoformat(first)), hint=hint)


def read_first_day(given: dict[str, Any], otherwise: str) -> date:
    """The day that was chosen, or else the one that stood there. Raises InvalidField."""
    try:
        first = date.fromisoformat(given["first"] or otherwise)
    except ValueError:
        raise InvalidField("first", "Choose a date.") from None
    if not EARLIEST_YEAR <= first.year <= LATEST_YEAR:
        raise InvalidField("first", f"Choose a date between {EARLIEST_YEAR} and {LATEST_YEAR}.")
    return first


def zone_field(zone: str) -> Json:
    """The time zone, as text: the list of all is longer than a choice may be."""
    return field("zone", "Time zone", text_box(initial=zone), hint="Like Europe/Berlin or Asia/Kolkata.")


def read_zone_of(given: dict[str, Any]) -> str:
    """The zone that was typed. Raises UnknownZone."""
    return read_zone((given["zone"] or "").strip())


def country_field(country: str | None) -> Json:
    """Whose public holidays are left out; its reader is `read_country`."""
    return field(
        "country",
        "Leave out the public holidays of",
        text_box(initial=country, placeholder="DE, US, IN, or with a region DE-BY"),
        hint="A country code; empty for none.",
        optional=True,
    )


def listed(dates: Sequence[Occurrence]) -> str:
    """Dates, a line each, with the reason for any that isn't where its rule puts it."""
    notes = [f" ({escape(one.note)})" if one.note else "" for one in dates]
    return "\n".join(f"• {there(one.at, one.zone)}{note}" for one, note in zip(dates, notes, strict=True))


def moved(difference: tuple[Sequence[Occurrence], Sequence[Occurrence]]) -> Json:
    """Which dates go and which come by an edit, before it is saved."""
    gone, come = difference
    lines = [f"• goes: {there(one.at, one.zone)}" for one in gone]
    lines += [f"• comes: {there(one.at, one.zone)}" for one in come]
    return section("*What this edit moves*\n" + ("\n".join(lines) or "No date moves."))
