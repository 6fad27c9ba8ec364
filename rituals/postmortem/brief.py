"""The facilitator's page: where accounts differ in time, in what people believed, in what they watched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from rituals.postmortem.accounts import Opened
from rituals.postmortem.kit import Kit

CLOCK = re.compile(r"\b([01]?\d|2[0-3])[:.]([0-5]\d)\b(?!\.\d)")
WATCHED = re.compile(
    r"\b(?:dashboards?|graphs?|logs?|alerts?|alarms?|metrics?|pagers?|tickets?|traces?|status page|terminal|"
    r"queue|queues|monitor(?:s|ing)?|runbooks?|diff|build|pipeline|chat|channel|phone|e-?mails?)\b",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
LONGEST = 240


@dataclass(frozen=True)
class Brief:
    """One page: each part is (who, what) and empty where nothing was said."""

    times: tuple[tuple[str, str], ...]
    believed: tuple[tuple[str, str], ...]
    watched: tuple[tuple[str, str], ...]
    questions: tuple[str, ...]


def brief_of(opened: Sequence[Opened], kit: Kit) -> Brief:
    """Made of what was said, word for word; what it means is the conversation's."""
    times, believed, watched = [], [], []
    for one in opened:
        who = label(one.share, one.person, one.role, kit)
        said = "\n".join(one.answers.values())
        hours = sorted({f"{int(hour):02}:{minute}" for hour, minute in CLOCK.findall(said)})
        if hours:
            times.append(
                (who, f"first names {hours[0]}" + (f", then {', '.join(hours[1:6])}" if hours[1:] else ""))
            )
        if "first" in one.answers:
            believed.append((who, SENTENCE.split(one.answers["first"].strip())[0][:LONGEST]))
        screens = sorted({found.lower() for found in WATCHED.findall(said)})
        if screens:
            watched.append((who, ", ".join(screens[:8])))
    by_words = itemgetter(1)  # an order of its own could tell who "a responder" is
    return Brief(
        tuple(sorted(times, key=by_words)),
        tuple(sorted(believed, key=by_words)),
        tuple(sorted(watched, key=by_words)),
        kit.conversation[:5],
    )


def label(share: str | None, person: str | None, role: str, kit: Kit) -> str:
    """How somebody is called: as they chose."""
    if share == "name" and person:
        return f"<@{person}>"
    return "A responder" if share == "responder" else kit.role_title(role)
