"""The two forms that start a review: what happened and who was there, then each one's role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.blocks.common import (
    Json,
    carried,
    checkboxes,
    context,
    field,
    modal,
    notice,
    option,
    read_form,
    section,
    select,
    text_box,
)
from bot.blocks.when import country_field
from rituals.calendar.cadence import read_country
from rituals.calendar.rules import read_zone
from rituals.errors import InvalidField
from rituals.postmortem.hours import read_moment
from rituals.postmortem.kit import Kit
from rituals.postmortem.reviews import LONGEST_TITLE, Incident, check_people, check_span, clean

People = Sequence[tuple[str, str]]
TICKS = 10  # options of one group of checkboxes
MOST_TICKED = 40  # beyond that people are looked for by name
SEVERITIES = {
    "SEV1": "SEV1: most people felt it",
    "SEV2": "SEV2: many people felt it",
    "SEV3": "SEV3: a few people felt it",
    "SEV4": "SEV4: nobody outside felt it",
}


@dataclass(frozen=True)
class Begun:
    """The first form, read: times are instants, people ids."""

    title: str
    severity: str
    began: datetime
    ended: datetime
    zone: str
    country: str | None
    channel: str
    people: tuple[str, ...]


def first(
    channels: People,
    everybody: People | None,
    zone: str,
    now: datetime,
    *,
    country: str | None = None,
    channel: str = "",
    title: str = "",
) -> Json:
    """What happened, when, and who was there. `everybody` None: more people than a list can hold."""
    local = now.astimezone(ZoneInfo(zone))
    blocks = [
        field("title", "What happened?", text_box(initial=title[:LONGEST_TITLE], placeholder="Checkout was slow")),
        field("severity", "How far did it reach?", select([option(*one) for one in SEVERITIES.items()], "SEV2")),
        field("began", "It began", text_box(initial=f"{local:%Y-%m-%d} "), hint="Like 2026-11-23 14:05"),
        field("ended", "It ended", text_box(initial=f"{local:%Y-%m-%d %H:%M}")),
        field("zone", "On clocks of", text_box(initial=zone), hint="A time zone, like Europe/Berlin"),
        country_field(country),
        field(
            "channel",
            "The team's channel",
            select([option(*one) for one in channels[:100]], channel),
            hint="The team that it belongs to, not the channel of the incident: that one may be archived.",
        ),
        *_people(everybody),
    ]
    return modal("pm_start", "Review an incident", blocks, submit="Next")


def _people(everybody: People | None) -> list[Json]:
    ask, hint = "Who was there?", "Each of them is asked what they saw, in private."
    if everybody is None or len(everybody) > MOST_TICKED:
        return [field("people", ask, {"type": "multi_users_select"}, hint=hint)]
    groups = [everybody[at : at + TICKS] for at in range(0, len(everybody), TICKS)]
    return [
        field(
            f"people{number or ''}",
            ask if not number else "And who else?",
            checkboxes([option(*one) for one in group]),
            hint=hint if not number else None,
            optional=True,
        )
        for number, group in enumerate(groups)
    ]


def read_first(view: Json, now: datetime) -> Begun:
    """Raises InvalidField under the box that must be mended."""
    given = read_form(view)
    try:
        zone = read_zone((given["zone"] or "").strip())
    except ValueError:
        raise InvalidField("zone", "I don't know this time zone. Write it like Europe/Berlin.") from None
    people = tuple(one for name, box in given.items() if name.startswith("people") for one in box or [])
    check_people(people)
    began = read_moment(given["began"] or "", zone, "began", now)
    ended = read_moment(given["ended"] or "", zone, "ended", now)
    check_span(began, ended)
    title = clean(" ".join((given["title"] or "").split()), "title", needed=True, most=LONGEST_TITLE)
    country = read_country(given["country"] or "")
    return Begun(title, given["severity"], began, ended, zone, country, given["channel"] or "", people)


def roles(begun: Begun, kit: Kit, everybody: People | None, team: People | None, suggested: str | None) -> Json:
    """Who had which part, and who of the `team` facilitates (None: more people than a list can hold).

    Whose name we weren't told is named by Slack, above their box.
    """
    names = dict(everybody or [])
    choices = [option(name, role.title) for name, role in kit.roles.items()]
    first_role = next(iter(kit.roles))
    who: Json = {"type": "users_select"}
    if team:
        who = select([option(*one) for one in team[:100]], suggested)
    elif suggested:
        who["initial_user"] = suggested
    blocks = [
        section("*Which part did each have?* It decides one of the questions they are asked."),
        *(block for one in begun.people for block in _role(one, names.get(one), select(choices, first_role))),
        field(
            "facilitator",
            "Who facilitates?",
            who,
            hint="Best somebody who was not involved: by rotation, this one.",
        ),
        context(kit.ground_rules),
    ]
    carries = {
        "title": begun.title,
        "severity": begun.severity,
        "began": begun.began.isoformat(),
        "ended": begun.ended.isoformat(),
        "zone": begun.zone,
        "country": begun.country,
        "channel": begun.channel,
        "people": list(begun.people),
    }
    return modal("pm_roles", "Who had which part", blocks, submit="Start", carries=carries)


def _role(person: str, name: str | None, choice: Json) -> list[Json]:
    asked = field(f"role_{person}", name or "Their part", choice)
    return [asked] if name else [section(f"<@{person}>"), asked]


def read_roles(view: Json) -> Incident:
    """What both forms say together."""
    told, given = carried(view), read_form(view)
    return Incident(
        title=told["title"],
        severity=told["severity"],
        began=datetime.fromisoformat(told["began"]),
        ended=datetime.fromisoformat(told["ended"]),
        zone=told["zone"],
        country=told["country"],
        channel=told["channel"],
        people={one: given[f"role_{one}"] for one in told["people"]},
        facilitator=given["facilitator"] or "",
    )


def started(review_id: int, left_out: int = 0) -> Json:
    """It runs."""
    lines = [
        f"Review {review_id} has begun. Everybody chosen is asked in private, by day on their own clock.",
        "Nobody reads an account before all are opened: not you, not the facilitator.",
    ]
    if left_out:
        lines.append(f"{left_out} of those chosen can't be asked: they left, or are guests or bots.")
    return notice("Begun", *lines)
