"""Every message that Slack was given in the year, with its reader's own clock, and what must hold for each.

The messages are read from the fake Slack; Candor's tables only tell which event each is about.
Days off come from the holidays library, and what people did from the log that they kept themselves.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import select

from storage.schema import Delivery, DemoEvent, Nudge
from tests.demo_year.cities import SERIES, zone_of
from tests.demo_year.playing import BY_CHANNEL, Year

PARTS = {  # what a direct message can hold, by the words it begins with
    "demo.turn": "You host the demo day in",
    "demo.empty": "Nobody has signed up for",
    "demo.recap": "This would be the recap",
    "demo.ask": "May I ask you to show something",
    "demo.up": "You moved up",
    "demo.eve": "You show something next",
    "demo.with": "would like to show this together with you",
}
HOST = ("demo.turn", "demo.empty", "demo.recap")
PRESENTER = ("demo.up", "demo.eve", "demo.with", "demo.yours")
A_MONTH, SEVEN_DAYS = timedelta(days=30), timedelta(days=7)
MOST = {"message": 1, "reply": 1, "presenter": 2, "host": 3}  # the page's table, per event


@dataclass(frozen=True)
class Said:
    """One thing said: a message in a channel, or a part of a direct message (several can share one)."""

    at: datetime
    to: str
    kind: str
    event: int
    channel: str
    mentions: frozenset[str]
    message: str  # its ts
    accepted: bool

    @property
    def is_private(self) -> bool:
        return self.to.startswith("U")

    @property
    def local(self) -> datetime:
        """On the clock of who reads it: the person's, or the series' for a channel."""
        zone = zone_of(self.to) if self.is_private else BY_CHANNEL[self.to].zone
        return self.at.astimezone(ZoneInfo(zone))


def everything_said(year: Year) -> list[Said]:
    """All of it in order; raises AssertionError for a message that no part of ours explains."""
    found = [*_in_channels(year), *_in_private(year)]
    return sorted(found, key=lambda one: (one.at, one.to, one.kind))


def _deliveries(year: Year) -> dict[tuple[str, str], Delivery]:
    with year.candor.database.reading() as session:
        done = session.scalars(select(Delivery).where(Delivery.state == "done")).all()
    return {(one.channel or "", one.ts or ""): one for one in done if one.kind != "demo.drawn"}


def _in_channels(year: Year) -> Iterator[Said]:
    known = _deliveries(year)
    for series in SERIES:
        for message in year.slack.channels[series.channel].messages:
            owed = known[series.channel, message["ts"]]
            mentions = frozenset(re.findall(r"<@(U\w+)>", message["text"]))
            at = _instant(message["ts"])
            yield Said(
                at, series.channel, owed.kind, owed.facts["event"], series.channel, mentions, message["ts"], False
            )


def _in_private(year: Year) -> Iterator[Said]:
    known = _deliveries(year)
    with year.candor.database.reading() as session:
        nudges = {one.id: one for one in session.scalars(select(Nudge)).all()}
        channels = {one.id: one.channel for one in session.scalars(select(DemoEvent)).all()}
    for channel in year.slack.channels.values():
        for message in channel.messages if channel.is_im else []:
            parts = [nudges[one] for one in known[channel.id, message["ts"]].facts["nudges"]]
            said = [
                one
                for one in parts
                if PARTS[one.kind] in message["text"] and f"<#{channels[one.facts['event']]}>" in message["text"]
            ]
            assert said, message["text"]
            for one in said:
                event = one.facts["event"]
                yield Said(
                    _instant(message["ts"]),
                    one.person,
                    one.kind,
                    event,
                    channels[event],
                    frozenset(),
                    message["ts"],
                    one.accepted,
                )


def _instant(ts: str) -> datetime:
    return datetime.fromtimestamp(int(float(ts)), UTC)


# --- what must hold; each returns what breaks it ----------------------------------------------------------


def out_of_hours(said: Iterable[Said], year: Year) -> list[Said]:
    """Outside of 8 to 20, or at a weekend, of who reads it."""
    return [
        one
        for one in said
        if not (8 <= one.local.hour < 20 and one.local.weekday() < 5) and not follows_on_an_act(one, year)
    ]


def on_a_holiday(said: Iterable[Said], year: Year) -> list[Said]:
    """On a public holiday of the series' country, by the own date of who reads it."""
    off = days_off()
    return [
        one
        for one in said
        if one.local.date() in off[BY_CHANNEL[one.channel].country] and not follows_on_an_act(one, year)
    ]


def follows_on_an_act(one: Said, year: Year) -> bool:
    """Whether it says in the channel what somebody has done this minute: they called it off."""
    called_off = [act.at for act in year.acts if act.event == one.event and act.what == "called off"]
    return one.kind == "demo.cancelled" and any(abs(one.at - at) < timedelta(minutes=2) for at in called_off)


def days_off() -> dict[str, dict[date, str]]:
    countries = {series.country for series in SERIES}
    return {one: dict(holidays.country_holidays(one, years=(2027, 2028))) for one in countries}


def after_it_was_done(said: Iterable[Said], year: Year) -> list[Said]:
    """Said to somebody who had done it by then, or whom it didn't concern any more."""
    broken = []
    for one in said:
        before = [act for act in year.acts if act.at <= one.at and act.event == one.event]
        theirs = [act.what for act in before if act.person == one.to]
        shows = _who_shows(act for act in before)
        wrong = {
            "demo.ask": one.to in shows or "nothing" in theirs,
            "demo.eve": one.to not in shows and "named" not in theirs,
            "demo.up": one.to not in shows,
            "demo.with": "not me" in theirs,
            "demo.turn": "away" in theirs or "left" in theirs,
            "demo.empty": bool(shows) or "open floor" in [act.what for act in before],
            "demo.recap": "recapped" in [act.what for act in before],
            "demo.link": not one.mentions <= shows | {act.person for act in before if act.what == "named"},
        }
        if wrong.get(one.kind, False) or (one.is_private and "called off" in [act.what for act in before]):
            broken.append(one)
    return broken


def _who_shows(acts: Iterable[object]) -> set[str]:
    shows: set[str] = set()
    for act in acts:
        what, person = getattr(act, "what", ""), getattr(act, "person", "")
        if what == "signed":
            shows.add(person)
        elif what == "withdrew":
            shows.discard(person)
    return shows


def counts(said: Iterable[Said]) -> dict[str, Counter[tuple[int, str]]]:
    """How often each of the page's table was said, by (event, receiver)."""
    found: dict[str, Counter[tuple[int, str]]] = defaultdict(Counter)
    for one in said:
        row = "host" if one.kind in HOST else "presenter" if one.kind in PRESENTER else one.kind
        row = {"demo.message": "message", "demo.link": "reply", "demo.cancelled": "reply"}.get(row, row)
        found[row][one.event, one.to] += 1
    return found


def over_the_table(said: Iterable[Said]) -> list[str]:
    """What the page's table allows less of."""
    found = counts(said)
    return [
        f"{row} of event {event} to {to}: {times}"
        for row, most in MOST.items()
        for (event, to), times in found[row].items()
        if times > most
    ]


def asked_too_soon(said: Iterable[Said]) -> list[Said]:
    """Asked to show something within thirty days of the last time, in whichever channel."""
    last: dict[str, datetime] = {}
    broken = []
    for one in said:
        if one.kind == "demo.ask":
            # wanted a moment, up to a few days, before it was said; so thirty days less those
            if one.to in last and one.at - last[one.to] < A_MONTH - timedelta(days=5):
                broken.append(one)
            last[one.to] = one.at
    return broken


def over_the_budget(said: Iterable[Said]) -> list[str]:
    """More than one direct message on a day of their own or three in seven days, but for what they took on."""
    by_person: dict[str, dict[str, datetime]] = defaultdict(dict)
    for one in said:
        if one.is_private and not one.accepted:
            by_person[one.to][one.message] = one.at
    accepted = {one.message for one in said if one.accepted}
    broken = []
    for person, messages in by_person.items():
        times = sorted(at for ts, at in messages.items() if ts not in accepted)
        days = Counter(at.astimezone(ZoneInfo(zone_of(person))).date() for at in times)
        broken += [f"{person}: {times} on {day}" for day, times in days.items() if times > 1]
        broken += [f"{person}: over three in the week of {at}" for at in times if _in_a_week(times, at) > 3]
    return broken


def _in_a_week(times: list[datetime], first: datetime) -> int:
    return sum(first <= at < first + SEVEN_DAYS for at in times)


def all_of_it(year: Year, said: list[Said]) -> dict[str, list[Said] | list[str]]:
    """Every claim, with what breaks it."""
    return {
        "none out of hours (8 to 20 on a working day, on the reader's clock)": out_of_hours(said, year),
        "none on a public holiday of the series, by the reader's own date": on_a_holiday(said, year),
        "none to somebody who has done it": after_it_was_done(said, year),
        "per event no more than the table says": over_the_table(said),
        "nobody is asked to show something twice within a month": asked_too_soon(said),
        "one direct message a day and three a week, but for what they signed up for": over_the_budget(said),
    }
