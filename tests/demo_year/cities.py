"""Three teams, each with a demo day in its own city, and with people of all three zones in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tests.conftest import EVERY_SCOPE
from tests.slack import Slack

BEGIN = datetime(2027, 1, 4, 4, 30, tzinfo=UTC)  # a Monday, ten in the morning in Kolkata
ZONES = {"B": "Europe/Berlin", "N": "America/New_York", "K": "Asia/Kolkata"}
CITIES = {"B": "Berlin", "N": "New York", "K": "Kolkata"}
LATER = "UB9"  # comes in April


@dataclass(frozen=True)
class Series:
    """A demo day every other week; `first` and `at` are local, and meet a holiday of `country` now and then."""

    channel: str
    name: str
    zone: str
    country: str
    weekday: str
    at: str
    first: str
    slots: int
    members: tuple[str, ...]

    @property
    def keeper(self) -> str:
        return self.members[0]


def _people(*groups: str) -> tuple[str, ...]:
    return tuple(f"U{group[0]}{number}" for group in groups for number in group[1:])


SERIES = (
    Series("CBERLIN", "berlin", ZONES["B"], "DE", "TH", "15:00", "2027-01-14", 3, _people("B1234", "N12", "K12")),
    Series(
        "CNEWYORK", "new-york", ZONES["N"], "US", "TH", "11:00", "2027-01-07", 2, _people("N1234", "B12", "K23")
    ),
    Series(
        "CKOLKATA", "kolkata", ZONES["K"], "IN", "TU", "16:00", "2027-01-12", 4, _people("K1234", "B23", "N34")
    ),
)


def zone_of(person: str) -> str:
    return ZONES[person[1]]


def settle(slack: Slack) -> None:
    """Put everybody into a fake Slack: four people a city, one who comes later, three channels."""
    slack.team("T1", scopes=EVERY_SCOPE, bot_user="UBOT", token="xoxb-T1", app_token="xapp-T1")
    for person in sorted({one for series in SERIES for one in series.members} | {LATER}):
        slack.user(person, team="T1", name=person.lower(), tz=zone_of(person))
    for series in SERIES:
        slack.channel(series.channel, team="T1", name=series.name, members=series.members)
