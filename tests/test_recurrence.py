"""Recurrence: what holds for every rule, in every zone, from every moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

import storage.calendar
from rituals.calendar import schedules
from rituals.calendar.recurrence import NeverFires, Occurrence, Plan, check, follow, resolve, upcoming
from rituals.calendar.rules import read_rule
from rituals.calendar.schedules import Timing, difference
from rituals.errors import Refusal
from rituals.who_may import Asker
from storage import Database
from tests.test_ring import set_up_prompt

SOON = timedelta(days=6 * 366)  # how far the plain reference is followed beyond `after`
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "America/Santiago",
         "Pacific/Apia", "Asia/Kathmandu", "Asia/Kolkata", "Africa/Casablanca", "Asia/Tehran")  # fmt: skip
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def one_of(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return values.map(lambda value: f";{name}={value}")


def numbers(lowest: int, highest: int, *, from_end: bool = False) -> st.SearchStrategy[str]:
    single = st.integers(lowest, highest)
    if from_end:
        single = single | st.integers(-highest, -lowest)
    return st.lists(single, min_size=1, max_size=3, unique=True).map(lambda some: ",".join(map(str, some)))


weekdays = st.lists(st.sampled_from(DAYS), min_size=1, max_size=4, unique=True).map(",".join)
nth_days = st.tuples(st.integers(1, 5) | st.integers(-5, -1), st.sampled_from(DAYS)).map(
    lambda it: f"{it[0]}{it[1]}"
)
nothing = st.just("")
by_day = one_of("BYDAY", weekdays)
in_month = one_of("BYMONTHDAY", numbers(1, 31, from_end=True)) | one_of("BYDAY", nth_days) | by_day
set_pos = one_of("BYSETPOS", numbers(1, 3, from_end=True))
week_start = nothing | one_of("WKST", st.sampled_from(DAYS))
bodies = st.one_of(
    st.tuples(st.just("DAILY"), nothing | by_day | one_of("BYMONTH", numbers(1, 12))),
    st.tuples(st.just("WEEKLY"), (nothing | by_day).flatmap(lambda it: week_start.map(lambda end: it + end))),
    st.tuples(
        st.just("MONTHLY"), nothing | in_month | in_month.flatmap(lambda it: set_pos.map(lambda end: it + end))
    ),
    st.tuples(
        st.just("YEARLY"),
        nothing
        | one_of("BYMONTH", numbers(1, 12)).flatmap(lambda it: (nothing | in_month).map(lambda end: it + end))
        | one_of("BYYEARDAY", numbers(1, 366, from_end=True))
        | one_of("BYWEEKNO", numbers(1, 53)).flatmap(lambda it: by_day.map(lambda end: it + end)),
    ),
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    freq, by = draw(bodies)
    interval = draw(st.integers(1, 5))
    count = draw(nothing | one_of("COUNT", st.integers(1, 40).map(str)))
    start = draw(st.datetimes(datetime(2005, 1, 1), datetime(2035, 12, 31))).replace(second=0, microsecond=0)
    return Plan(f"FREQ={freq};INTERVAL={interval}{by}{count}", start, draw(st.sampled_from(ZONES)))


@st.composite
def moments(draw: st.DrawFn) -> tuple[Plan, datetime]:
    """A plan, and a moment from before its start to fourteen years later."""
    plan = draw(plans())
    hours = draw(st.integers(-24 * 60, 24 * 366 * 14))
    return plan, resolve(plan.start, plan.zone) + timedelta(hours=hours)


def plainly(plan: Plan, until: datetime) -> list[datetime]:
    """All instants of a plan up to `until`, by dateutil from the very start, sorted, each once."""
    last = until.replace(tzinfo=None) + timedelta(days=3)
    rule, counted = rrulestr(plan.rule, dtstart=plan.start), []
    for wall in rule:
        if wall > last:
            break
        counted.append(resolve(wall, plan.zone))
    return sorted({at for at in counted if at <= until})


@given(moments())
@settings(max_examples=300, deadline=None)
def test_following_from_nearby_gives_what_following_from_the_start_gives(moment: tuple[Plan, datetime]) -> None:
    """A few hundred rules through up to twenty years: some seconds."""
    plan, after = moment
    until = after + SOON
    expected = [at for at in plainly(plan, until) if at > after][:5]
    assert [one.at for one in upcoming(plan, after, 5) if one.at <= until] == expected


@given(moments())
@settings(max_examples=150, deadline=None)
def test_instants_grow_strictly_after_and_never_before_the_start(moment: tuple[Plan, datetime]) -> None:
    plan, after = moment
    dates = upcoming(plan, after, 12)
    assert all(one.at < two.at for one, two in pairwise(dates))
    assert all(one.at > after and one.local >= plan.start for one in dates)


@given(moments())
@settings(max_examples=100, deadline=None)
def test_each_date_is_the_next_one_after_the_date_before(moment: tuple[Plan, datetime]) -> None:
    plan, after = moment
    dates = upcoming(plan, after, 4)
    for one, two in pairwise(dates):
        assert upcoming(plan, one.at, 1) == [two]


@given(moments(), st.data())
@settings(max_examples=100, deadline=None)
def test_a_skipped_date_is_left_out_and_the_others_stay(
    moment: tuple[Plan, datetime], data: st.DataObject
) -> None:
    plan, after = moment
    dates = upcoming(plan, after, 6)
    if not dates:
        return
    gone = data.draw(st.sampled_from(dates))
    skipping = Plan(plan.rule, plan.start, plan.zone, {}, {gone.local: None})
    left = [one.at for one in dates if one != gone]
    assert [one.at for one in upcoming(skipping, after, 6)][: len(left)] == left
    told = [one for one in follow_some(skipping, after) if one.skipped]
    assert [(one.at, one.note) for one in told] == [(gone.at, "skipped")]


@given(moments(), st.data(), st.integers(-200, 200))
@settings(max_examples=100, deadline=None)
def test_a_moved_date_appears_in_its_order_and_the_others_stay(
    moment: tuple[Plan, datetime], data: st.DataObject, hours: int
) -> None:
    plan, after = moment
    dates = upcoming(plan, after, 6)
    if not dates:
        return
    gone = data.draw(st.sampled_from(dates))
    to = gone.local + timedelta(hours=hours, minutes=7)
    moved = Plan(plan.rule, plan.start, plan.zone, {}, {gone.local: to})
    at = resolve(to, plan.zone)
    expected = sorted({*(one.at for one in dates if one != gone), *([at] if at > after else [])})
    got = [one.at for one in upcoming(moved, after, 7)]
    horizon = dates[-1].at
    assert [one for one in got if one < horizon] == [one for one in expected if one < horizon]


def follow_some(plan: Plan, after: datetime) -> list[Occurrence]:
    return list(islice(follow(plan, after), 12))


# --- by hand --------------------------------------------------------------------------------------------

TUESDAYS = Plan("FREQ=WEEKLY;BYDAY=TU", datetime(2026, 12, 1, 10), "Europe/Berlin")
BEFORE = datetime(2026, 11, 23, tzinfo=UTC)


def days(plan: Plan, count: int = 4) -> list[str]:
    return [f"{one.there:%d %b %H:%M}" for one in upcoming(plan, BEFORE, count)]


def test_a_moved_date_says_where_it_came_from() -> None:
    plan = Plan(
        TUESDAYS.rule, TUESDAYS.start, TUESDAYS.zone, {}, {datetime(2026, 12, 8, 10): datetime(2026, 12, 10, 15)}
    )
    assert days(plan) == ["01 Dec 10:00", "10 Dec 15:00", "15 Dec 10:00", "22 Dec 10:00"]
    assert upcoming(plan, BEFORE, 2)[1].note == "moved from Tue 8 Dec, 10:00"


def test_a_date_may_move_past_the_one_that_follows() -> None:
    plan = Plan(
        TUESDAYS.rule, TUESDAYS.start, TUESDAYS.zone, {}, {datetime(2026, 12, 1, 10): datetime(2026, 12, 9, 10)}
    )
    assert days(plan) == ["08 Dec 10:00", "09 Dec 10:00", "15 Dec 10:00", "22 Dec 10:00"]


def after_an_edit(database: Database, start: datetime) -> list[str]:
    """The dates of TUESDAYS when somebody moved the 8th, and then the form was saved with this start."""
    timing = Timing(TUESDAYS.rule, TUESDAYS.start, TUESDAYS.zone)
    number = set_up_prompt(database, rule=timing.rule, start=timing.start, zone=timing.zone, now=BEFORE)
    with database.begin() as session:
        moved, to = datetime(2026, 12, 8, 10).isoformat(), datetime(2026, 12, 10, 15).isoformat()
        storage.calendar.set_override(session, "T1", number, moved, to, "UADA", BEFORE)
        row = schedules.to_change(session, "T1", number, Asker("UADA"))
        schedules.retime(session, row, replace(timing, start=start), 1, "an edit", Asker("UADA"), BEFORE)
    with database.reading() as session:
        return days(schedules.plan_of(session, schedules.find(session, "T1", number)))


def test_a_move_of_a_date_that_the_rule_does_not_give_any_more_is_no_date(database: Database) -> None:
    """The rule was edited from 10:00 to 11:00 after somebody moved the 8th."""
    dates = after_an_edit(database, datetime(2026, 12, 1, 11))
    assert dates == ["01 Dec 11:00", "08 Dec 11:00", "15 Dec 11:00", "22 Dec 11:00"]


def test_an_edit_that_leaves_the_rule_alone_leaves_a_moved_date_where_it_is(database: Database) -> None:
    dates = after_an_edit(database, TUESDAYS.start)
    assert dates == ["01 Dec 10:00", "10 Dec 15:00", "15 Dec 10:00", "22 Dec 10:00"]


def test_a_day_off_is_told_with_its_reason_and_left_out() -> None:
    plan = Plan(TUESDAYS.rule, TUESDAYS.start, TUESDAYS.zone, {date(2026, 12, 8): "A feast"})
    assert days(plan) == ["01 Dec 10:00", "15 Dec 10:00", "22 Dec 10:00", "29 Dec 10:00"]
    [off] = [one for one in follow_some(plan, BEFORE) if one.skipped]
    assert (f"{off.there:%d %b}", off.note) == ("08 Dec", "day off: A feast")


def test_the_difference_names_what_goes_and_what_comes() -> None:
    thursdays = Plan("FREQ=WEEKLY;BYDAY=TU,TH", TUESDAYS.start, TUESDAYS.zone)
    gone, come = difference(TUESDAYS, thursdays, BEFORE)
    assert (gone, [f"{one.there:%d %b}" for one in come]) == ([], ["03 Dec", "10 Dec"])
    gone, come = difference(thursdays, TUESDAYS, BEFORE)
    assert ([f"{one.there:%d %b}" for one in gone], come) == (["03 Dec", "10 Dec"], [])


@given(moments())
@settings(max_examples=60, deadline=None)
def test_an_edit_that_changes_nothing_moves_nothing(moment: tuple[Plan, datetime]) -> None:
    plan, now = moment
    assert difference(plan, plan, now) == ([], [])


def test_the_difference_to_a_plan_that_is_over_is_all_that_comes() -> None:
    over = Plan("FREQ=WEEKLY;UNTIL=20261101", datetime(2026, 10, 6, 10), TUESDAYS.zone)
    gone, come = difference(over, TUESDAYS, BEFORE)
    assert (gone, len(come)) == ([], 5)


def test_a_rule_in_its_hundredth_year_is_followed_from_nearby() -> None:
    """No timing: what is asked of dateutil is counted by how far from the start it begins."""
    old = Plan("FREQ=DAILY", datetime(1926, 1, 1, 10), "UTC")
    [first, *_] = follow_some(old, BEFORE)
    assert first.at == datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.mark.parametrize("rule", ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31"])
def test_a_rule_that_never_falls_on_a_date_is_refused(rule: str) -> None:
    with pytest.raises(NeverFires):
        check(Plan(rule, datetime(2026, 1, 1), "UTC"))


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    sentence = "."
    try:
        read_rule(text)
    except Refusal as refused:
        sentence = refused.sentence
    assert sentence.endswith((".", "?"))
