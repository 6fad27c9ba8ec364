"""Calendar files, read back by parsers that aren't ours: every date, over ten years, is the one that we keep."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile
from random import Random

import pytest
import recurring_ical_events
from icalendar import Calendar

from rituals.calendar.cadence import days_off
from rituals.calendar.ics import Matter, Silence, calendar, one, series, uid
from rituals.calendar.recurrence import Plan, follow, wall_times

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
START = datetime(2026, 12, 1, 10)
TEN_YEARS = timedelta(days=3_653)
MATTER = Matter("demo-1@candor", 3, "Demo day", 60, "Room 1", "Show early work.")
RULES = {
    "every week": "FREQ=WEEKLY;BYDAY=TU",
    "every other week": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
    "twice a week": "FREQ=WEEKLY;BYDAY=MO,TH",
    "every other week, on a Sunday of a week that begins on Sundays": "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,TU",
    "the second Tuesday": "FREQ=MONTHLY;BYDAY=2TU",
    "the last Friday": "FREQ=MONTHLY;BYDAY=-1FR",
    "the 31st": "FREQ=MONTHLY;BYMONTHDAY=31",
    "every third month": "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1",
    "every day": "FREQ=DAILY;INTERVAL=3",
    "the last working day": "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "once a year": "FREQ=YEARLY",
    "thirty times": "FREQ=WEEKLY;BYDAY=WE;COUNT=30",
    "until a day": "FREQ=WEEKLY;BYDAY=MO;UNTIL=20290630",
}
PLACES = {"Europe/Berlin": "DE", "America/New_York": "US", "Asia/Kolkata": "IN", "Australia/Lord_Howe": "AU"}


def read(file: bytes) -> Calendar:
    """Parsed strictly: a component with an error, or a value that has to be guessed, fails."""
    parsed = Calendar.from_ical(file)
    assert isinstance(parsed, Calendar)
    assert not parsed.errors
    assert not [component.errors for component in parsed.walk() if component.errors]
    assert parsed.to_ical() == file
    return parsed


def expanded(file: bytes, ends: datetime) -> list[datetime]:
    """Every instant on which an event begins, as the independent library works it out."""
    found = recurring_ical_events.of(read(file)).between(NOW - timedelta(days=10), ends)
    return sorted(event.start.astimezone(UTC) for event in found)


def ours(plan: Plan, ends: datetime, silence: Silence | None = None) -> list[datetime]:
    dates = takewhile(lambda date: date.at < ends, follow(plan, NOW - timedelta(days=10)))
    return [date.at for date in dates if not date.skipped and not (silence and silence.covers(date.at))]


def changed(plan: Plan, country: str, chance: Random) -> Plan:
    """The same plan with days off, skips and moves: over a clock change, to another day, before the one before."""
    frozen = {date.fromisoformat(day): name for day, name in days_off(country, 2026, 2028).items()}
    moves: dict[datetime, datetime | None] = {}
    for wall in list(islice(wall_times(plan, plan.start), 60)):
        match chance.randrange(6):
            case 0:
                moves[wall] = None
            case 1:
                moves[wall] = wall + timedelta(
                    days=chance.choice((-2, -1, 1, 2, 26)), minutes=chance.choice((0, 7))
                )
    return Plan(plan.rule, plan.start, plan.zone, frozen, moves)


# Ten years of dates in four zones, by a library that is thorough and slow: a second each.
@pytest.mark.timeout(120)
@pytest.mark.parametrize("zone", PLACES)
@pytest.mark.parametrize("name", RULES)
def test_two_libraries_agree_with_us_on_every_date_of_ten_years(name: str, zone: str) -> None:
    chance = Random(f"{name} {zone}")
    plan = changed(Plan(RULES[name], START, zone), PLACES[zone], chance)
    ends = NOW + TEN_YEARS
    told = expanded(calendar("Demo days", series(MATTER, plan, NOW)), ends)
    assert told == ours(plan, ends)
    assert len(told) > 5


CLOCK_CHANGES = [
    ("Europe/Berlin", datetime(2026, 3, 29, 2, 30)),  # isn't there
    ("Europe/Berlin", datetime(2026, 10, 25, 2, 30)),  # is there twice
    ("America/New_York", datetime(2026, 11, 1, 1, 30)),
]


@pytest.mark.parametrize(("zone", "start"), CLOCK_CHANGES)
def test_a_time_that_a_clock_change_leaves_out_or_repeats_is_told_as_we_keep_it(
    zone: str, start: datetime
) -> None:
    plan = Plan("FREQ=YEARLY", start, zone)
    file = read(calendar("Demo days", series(MATTER, plan, NOW)))
    began = recurring_ical_events.of(file).between(start - timedelta(days=1), start + timedelta(days=1))
    assert [event.start.astimezone(UTC) for event in began] == [
        date.at for date in islice(follow(plan, start.replace(tzinfo=UTC) - timedelta(days=1)), 1)
    ]


@pytest.mark.parametrize("ends", [None, datetime(2027, 3, 1, tzinfo=UTC)])
@pytest.mark.parametrize("rule", ["FREQ=WEEKLY;BYDAY=TU", "FREQ=WEEKLY;BYDAY=TU;COUNT=40"])
def test_what_a_pause_covers_is_not_in_the_file(rule: str, ends: datetime | None) -> None:
    silence = Silence(datetime(2026, 12, 20, tzinfo=UTC), ends)
    plan = Plan(rule, START, "Europe/Berlin")
    horizon = NOW + timedelta(days=700)
    told = expanded(calendar("Demo days", series(MATTER, plan, NOW, silence)), horizon)
    assert told == ours(plan, horizon, silence)
    assert not [at for at in told if silence.covers(at)]
    assert len(told) == 3 if ends is None else len(told) > 20


def test_a_pause_before_the_first_date_leaves_an_empty_calendar() -> None:
    plan = Plan("FREQ=WEEKLY;BYDAY=TU", START, "Europe/Berlin")
    file = calendar("Demo days", series(MATTER, plan, NOW, Silence(NOW, None)))
    assert not read(file).events


def test_one_event_says_when_where_and_what() -> None:
    at = datetime(2026, 12, 1, 9, tzinfo=UTC)
    odd = Matter("demo-1@candor", 4, "Demos; early, \\ and\x07 late", 45, "https://meet.example/a,b", "One\ntwo")
    (event,) = read(calendar("Demo day", [one(odd, at, "Europe/Berlin", NOW)])).events
    begins = event.decoded("dtstart")
    assert begins == at
    assert str(begins.tzinfo) == "Europe/Berlin"
    assert event.duration == timedelta(minutes=45)
    assert (event["uid"], event["sequence"], event["status"]) == ("demo-1@candor", 4, "CONFIRMED")
    assert (event["summary"], event["location"]) == ("Demos; early, \\ and late", "https://meet.example/a,b")
    assert event["description"] == "One\ntwo"


@pytest.mark.parametrize("days", [0, 3])
@pytest.mark.parametrize("is_cancelled", [False, True])
def test_an_event_of_a_series_stands_in_its_place_and_not_beside_it(days: int, is_cancelled: bool) -> None:
    """Over a clock change: the third date is the Tuesday after clocks went on."""
    plan = Plan("FREQ=WEEKLY;BYDAY=TU", datetime(2027, 3, 16, 10), "Europe/Berlin")
    ends = NOW + timedelta(days=200)
    third = ours(plan, ends)[2]
    alone = one(
        MATTER, third + timedelta(days=days), plan.zone, NOW, stands_for=datetime(2027, 3, 30, 10),
        is_cancelled=is_cancelled,
    )  # fmt: skip
    (parsed,) = read(calendar("Demo day", [alone])).events
    assert parsed.decoded("recurrence-id") == third
    both = read(calendar("Demo days", [*series(MATTER, plan, NOW), alone]))
    found = recurring_ical_events.of(both).between(NOW, ends)
    taking_place = sorted(event.start.astimezone(UTC) for event in found if event.get("status") != "CANCELLED")
    expected = [at for at in ours(plan, ends) if at != third]
    assert taking_place == (expected if is_cancelled else sorted([*expected, third + timedelta(days=days)]))


def test_names_are_other_ones_in_a_database_that_counts_anew() -> None:
    assert uid("demo-day", "E1/T1", 1, NOW) == "demo-day-1-20261126T120000Z.E1-T1@candor"
    assert uid("demo-day", "T1", 1, NOW) != uid("demo-day", "T1", 1, NOW + timedelta(seconds=1))


def test_a_cancelled_event_keeps_its_name_and_says_so() -> None:
    at = datetime(2026, 12, 1, 9, tzinfo=UTC)
    (event,) = read(calendar("Demo day", [one(MATTER, at, "Asia/Kolkata", NOW, is_cancelled=True)])).events
    assert (event["uid"], event["status"]) == (MATTER.uid, "CANCELLED")


def test_every_zone_that_is_named_is_described() -> None:
    plan = Plan("FREQ=WEEKLY;BYDAY=TU", START, "Europe/Berlin")
    file = read(calendar("Demo days", series(MATTER, plan, NOW)))
    assert [str(zone["tzid"]) for zone in file.timezones] == ["Europe/Berlin"]
