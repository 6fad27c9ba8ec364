"""Cadences: what a form offers becomes a rule, and comes back as it was."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rituals.calendar.cadence import (
    DAYS,
    KINDS,
    NTH,
    WORKING_DAYS,
    Cadence,
    days_off,
    once_a_day,
    read_cadence,
    read_country,
)
from rituals.calendar.rules import BadRule, TooOften, read_rule
from rituals.calendar.spans import HowLong, read_span, read_until
from rituals.errors import InvalidField, Refusal

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
some_days = (
    st.lists(st.sampled_from(DAYS), min_size=1, unique=True)
    .map(lambda chosen: tuple(day for day in DAYS if day in chosen))
    .filter(lambda chosen: chosen != WORKING_DAYS)
)
dates = st.tuples(st.integers(1, 31), st.sampled_from(("skip", "last")))


def dated(kind: str) -> st.SearchStrategy[Cadence]:
    return dates.map(lambda it: Cadence(kind, day=it[0], short=it[1] if it[0] > 28 else "skip"))


cadences = st.one_of(
    st.sampled_from(("weekdays", "first_working_day", "last_working_day")).map(Cadence),
    some_days.map(lambda days: Cadence("weekly", days)),
    st.tuples(some_days, st.integers(2, 12)).map(lambda it: Cadence("weeks", it[0], it[1])),
    dated("month_day"),
    dated("quarterly"),
    st.tuples(st.sampled_from(sorted(NTH)), st.sampled_from(DAYS)).map(
        lambda it: Cadence("month_weekday", (it[1],), nth=it[0])
    ),
    st.tuples(dated("yearly"), st.integers(1, 12)).map(
        lambda it: Cadence("yearly", day=it[0].day, short=it[0].short, month=it[1])
    ),
)


@given(cadences)
def test_what_a_form_chose_comes_back_from_its_rule(cadence: Cadence) -> None:
    assert read_cadence(cadence.as_rule()) == cadence


@given(cadences)
def test_every_rule_of_the_form_is_sound_and_once_a_day(cadence: Cadence) -> None:
    rule = cadence.as_rule()
    assert read_rule(rule).freq in ("WEEKLY", "MONTHLY", "YEARLY")
    assert once_a_day(rule) == rule


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY;COUNT=5;BYDAY=MO",
        "FREQ=WEEKLY;WKST=SU;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=5MO",
        "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15",
        "FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1",
        "FREQ=WEEKLY;BYDAY=MO;UNTIL=20271231",
        "FREQ=WEEKLY",
    ],
)
def test_any_other_rule_stays_a_rule_of_ones_own(rule: str) -> None:
    assert read_cadence(rule) == Cadence("rule", rule=rule)
    assert read_cadence(rule).as_rule() == rule


WORDS = [
    (Cadence("weekdays"), "every weekday"),
    (Cadence("weekly", ("TU",)), "every Tuesday"),
    (Cadence("weekly", ("TH", "TU")), "every Tuesday and Thursday"),
    (Cadence("weekly", ("MO", "WE", "FR")), "every Monday, Wednesday and Friday"),
    (Cadence("weekly", DAYS), "every day"),
    (Cadence("weeks", ("TU",), 2), "every second week on Tuesday"),
    (Cadence("weeks", ("TU", "FR"), 3), "every third week on Tuesday and Friday"),
    (Cadence("weeks", ("MO",), 6), "every 6 weeks on Monday"),
    (Cadence("month_day", day=1), "every month on the 1st"),
    (Cadence("month_day", day=2), "every month on the 2nd"),
    (Cadence("month_day", day=3), "every month on the 3rd"),
    (Cadence("month_day", day=11), "every month on the 11th"),
    (Cadence("month_day", day=12), "every month on the 12th"),
    (Cadence("month_day", day=13), "every month on the 13th"),
    (Cadence("month_day", day=21), "every month on the 21st"),
    (Cadence("month_day", day=31, short="last"), "every month on the 31st, or the month's last day"),
    (Cadence("month_day", day=30), "every month on the 30th, in the months that have it"),
    (Cadence("month_weekday", ("TU",), nth=2), "on the second Tuesday of every month"),
    (Cadence("month_weekday", ("FR",), nth=-1), "on the last Friday of every month"),
    (Cadence("first_working_day"), "on the first working day of every month"),
    (Cadence("last_working_day"), "on the last working day of every month"),
    (Cadence("quarterly", day=15), "every three months on the 15th"),
    (Cadence("yearly", day=1, month=12), "every year on 1 December"),
    (Cadence("yearly", day=29, month=2, short="last"), "every year on 29 February, or the month's last day"),
    (Cadence("rule", rule="FREQ=DAILY;INTERVAL=3"), "by the rule FREQ=DAILY;INTERVAL=3"),
]


@pytest.mark.parametrize(("cadence", "words"), WORDS, ids=[words for _, words in WORDS])
def test_a_cadence_is_said_as_people_say_it(cadence: Cadence, words: str) -> None:
    assert cadence.in_words() == words


def test_every_kind_of_the_form_has_its_words() -> None:
    assert {cadence.kind for cadence, _ in WORDS} == KINDS.keys()


# --- refusals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["weekly", "weeks", "month_weekday"])
def test_no_day_is_refused_under_the_days(kind: str) -> None:
    with pytest.raises(InvalidField) as refused:
        Cadence(kind).as_rule()
    assert refused.value.field == "days"


@pytest.mark.parametrize("part", ["BYHOUR=9,15", "BYMINUTE=0,30", "BYSECOND=0,1"])
def test_two_times_a_day_are_refused(part: str) -> None:
    with pytest.raises(BadRule) as refused:
        once_a_day(f"FREQ=DAILY;{part}")
    assert refused.value.field == "rule"
    assert "once a day" in refused.value.sentence


@pytest.mark.parametrize("rule", ["", "every tuesday", "BYDAY=MO", "FREQ=SOMETIMES", "FREQ=WEEKLY;BYDAY=XX"])
def test_a_rule_of_ones_own_must_be_a_rule(rule: str) -> None:
    with pytest.raises(BadRule):
        Cadence("rule", rule=rule).as_rule()


def test_every_minute_is_too_often() -> None:
    with pytest.raises(TooOften):
        Cadence("rule", rule="FREQ=MINUTELY").as_rule()


@pytest.mark.parametrize(
    "written", ["RRULE:FREQ=WEEKLY;BYDAY=TU", " freq=weekly;byday=tu; ", "FREQ=WEEKLY;BYDAY=TU"]
)
def test_a_rule_is_kept_in_one_way_of_writing(written: str) -> None:
    assert Cadence("rule", rule=written).as_rule() == "FREQ=WEEKLY;BYDAY=TU"


@pytest.mark.parametrize(
    ("typed", "kept"), [("de", "DE"), (" US ", "US"), ("de-by", "DE-BY"), ("", None), ("  ", None)]
)
def test_a_country_is_read(typed: str, kept: str | None) -> None:
    assert read_country(typed) == kept


@pytest.mark.parametrize("typed", ["Germany", "XX", "DE-ZZ", "DE-", "-", "DE-BY-X", "*", "<!channel>"])
def test_an_unknown_country_is_refused_under_its_box(typed: str) -> None:
    with pytest.raises(InvalidField) as refused:
        read_country(typed)
    assert refused.value.field == "country"


def test_days_off_are_those_of_the_country_and_its_region() -> None:
    assert days_off(None, 2026, 2027) == {}
    bavaria, germany = days_off("DE-BY", 2026, 2026), days_off("DE", 2026, 2026)
    assert "2026-12-25" in germany
    assert "2026-08-15" in bavaria.keys() - germany.keys() or "2026-01-06" in bavaria.keys() - germany.keys()


# --- spans ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "days"),
    [("2 weeks", 14), ("for 10 days", 10), ("a month", 30), ("1 day", 1), ("for a week", 7), ("3 MONTHS", 90)],
)
def test_a_span_is_read(words: str, days: int) -> None:
    assert read_span(words) == timedelta(days=days)
    assert read_until(words, "UTC", NOW) == NOW + timedelta(days=days)


@pytest.mark.parametrize(
    "words", ["", "0 days", "soon", "2 years", "1000 days", "-1 week", "until later", "२ weeks ago"]
)
def test_a_span_that_is_none_is_refused(words: str) -> None:
    with pytest.raises(HowLong):
        read_span(words)


def test_until_is_the_first_moment_of_that_day_there() -> None:
    assert read_until("", "UTC", NOW) is None
    assert read_until("until 2026-12-01", "Asia/Kolkata", NOW) == datetime(2026, 11, 30, 18, 30, tzinfo=UTC)
    assert read_until("2026-12-01", "America/New_York", NOW) == datetime(2026, 12, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize("words", ["until 2026-02-30", "until 2026-13-01", "2026-1-1", "until never"])
def test_a_day_that_is_none_is_refused(words: str) -> None:
    with pytest.raises(HowLong):
        read_until(words, "UTC", NOW)


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York", "UTC"])
@pytest.mark.parametrize("words", ["until 0001-01-01", "until 9999-12-31"])
def test_the_ends_of_the_calendar_are_read_or_refused(words: str, zone: str) -> None:
    with suppress(Refusal):
        read_until(words, zone, NOW)


@given(st.text(max_size=40))
def test_any_words_are_read_or_refused(words: str) -> None:
    with suppress(Refusal):
        read_until(words, "UTC", NOW)
    with suppress(Refusal):
        read_country(words)
