"""Nudges: private reminders that keep to each person's day, hour and patience."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

import storage.nudges as rows
from bot.scheduler import ring_nudges
from rituals import nudges
from rituals.calendar import schedules
from rituals.who_may import Asker
from storage.people import person, remember
from storage.schema import Delivery, Nudge
from tests.conftest import Candor
from tests.slack import Person, Slack
from tests.slack.records import Json
from tests.test_ring import set_up_prompt

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
TUNE = "Once a week at most"


def want(candor: Candor, *keys: str, who: str = "UADA", number: int | None = None) -> None:
    """A reminder about a silent prompt, now; each key about a prompt of its own unless `number` is given."""
    for key in keys:
        about = number or set_up_prompt(candor.database, question=f"About {key}?", keeper=who)
        with candor.database.begin() as session:
            nudges.want(
                session,
                "T1",
                who,
                key=key,
                kind="prompt.silent",
                facts={"schedule": about},
                now=candor.travel.now,
            )


def in_zone(candor: Candor, who: str, zone: str) -> None:
    with candor.database.begin() as session:
        remember(session, "T1", who, zone=zone)


def ring_through(candor: Candor, days: Iterable[int], hours: Iterable[int] = range(24)) -> None:
    """Ring every hour of these days, counted from Monday; the calendar stays silent."""
    hours = list(hours)
    for day in days:
        for hour in hours:
            candor.travel.to(MONDAY + timedelta(days=day, hours=hour))
            nudge_only(candor)


def nudge_only(candor: Candor) -> None:
    ring_nudges(candor.database, candor.travel.now)
    candor.deliver()


def sent_at(candor: Candor) -> list[datetime]:
    """When the bundles were taken by Slack."""
    with candor.database.reading() as session:
        bundles = select(Delivery).where(Delivery.kind == "nudge.bundle").order_by(Delivery.id)
        return [row.settled_at for row in session.scalars(bundles) if row.settled_at]


def test_all_that_waits_comes_in_one_message(candor: Candor, ada: Person) -> None:
    want(candor, "one", "two", "three")
    ring_through(candor, [0])
    [said] = ada.direct_messages
    assert all(f"About {key}?" in said["text"] for key in ("one", "two", "three"))


def test_wanted_twice_with_one_key_is_said_once(candor: Candor, ada: Person) -> None:
    number = set_up_prompt(candor.database, question="About one?")
    want(candor, "one", "one", number=number)
    ring_through(candor, [0])
    assert ada.direct_messages[0]["text"].count("About one?") == 1


def test_two_matters_of_one_prompt_still_make_a_message(candor: Candor, ada: Person) -> None:
    """A daily prompt can be silent twice before its keeper has room: Slack refuses two blocks of one id."""
    number = set_up_prompt(candor.database, question="About one?")
    want(candor, "round 2", "round 4", number=number)
    ring_through(candor, [0])
    assert len(ada.direct_messages) == 1


def test_one_a_day_and_two_in_any_seven_days_so_that_a_third_is_left_for_what_cannot_wait(
    candor: Candor, ada: Person
) -> None:
    """Something new is wanted every hour, for three weeks; some 500 rings, a few seconds."""
    number = set_up_prompt(candor.database)
    for day in range(21):
        for hour in range(8, 20):
            candor.travel.to(MONDAY + timedelta(days=day, hours=hour))
            want(candor, f"{day}-{hour}", number=number)
            with candor.database.begin() as session:
                nudges.bundle(session, "T1", "UADA", candor.travel.now)
    with candor.database.reading() as session:
        told = sorted({at for at in session.scalars(select(Nudge.told_at)) if at})
    assert len(told) == 6
    assert len({at.date() for at in told}) == 6
    assert all(at.weekday() < 5 for at in told)
    assert all(sum(one <= at < one + timedelta(days=7) for at in told) <= 2 for one in told)


@pytest.mark.parametrize(
    ("zone", "hour"), [("Europe/Berlin", 9), ("America/New_York", 15), ("Asia/Kolkata", 5), ("UTC", 10)]
)
def test_it_comes_at_the_persons_own_ten_o_clock(candor: Candor, slack: Slack, zone: str, hour: int) -> None:
    """Rings are on the full hour; half past four in UTC is ten in Kolkata."""
    candor.travel.to(MONDAY)
    in_zone(candor, "UADA", zone)
    want(candor, "one")
    ring_through(candor, [0])
    assert sent_at(candor) == [MONDAY + timedelta(hours=hour)]


def test_who_chose_an_hour_hears_then(candor: Candor) -> None:
    candor.travel.to(MONDAY)
    with candor.database.begin() as session:
        remember(session, "T1", "UADA", zone="UTC", nudge_hour=14)
    want(candor, "one")
    ring_through(candor, [0])
    assert sent_at(candor) == [MONDAY + timedelta(hours=14)]


def test_a_weekend_waits_for_monday(candor: Candor) -> None:
    candor.travel.to(MONDAY + timedelta(days=4, hours=19))
    want(candor, "one")
    ring_through(candor, [4], [20, 22])
    ring_through(candor, [5, 6, 7])
    assert sent_at(candor) == [MONDAY + timedelta(days=7, hours=10)]


def test_nobody_hears_anything_while_quiet(candor: Candor, ada: Person) -> None:
    candor.travel.to(MONDAY)
    with candor.database.begin() as session:
        remember(session, "T1", "UADA", quiet_until=MONDAY + timedelta(days=2))
    want(candor, "one")
    ring_through(candor, [0, 1])
    assert ada.direct_messages == []
    ring_through(candor, [2])
    assert len(ada.direct_messages) == 1


def test_what_found_no_room_in_time_is_not_sent(candor: Candor, ada: Person) -> None:
    with candor.database.begin() as session:
        remember(session, "T1", "UADA", quiet_until=candor.travel.now + nudges.WORTH_SAYING)
    want(candor, "one")
    ring_through(candor, range(1, 12))
    assert ada.direct_messages == []


def test_candor_quiet_and_quiet_off(candor: Candor, ada: Person) -> None:
    ada.command("/candor", "quiet 10 days", channel="C1")
    with candor.database.reading() as session:
        known = person(session, "T1", "UADA")
    assert known is not None
    assert known.quiet_until == candor.travel.now + timedelta(days=10)
    ada.command("/candor", "quiet off", channel="C1")
    want(candor, "one")
    ring_through(candor, [0, 1])
    assert len(ada.direct_messages) == 1


def test_a_span_that_is_none_is_refused_with_a_sentence(candor: Candor, ada: Person) -> None:
    ada.command("/candor", "quiet forever and ever", channel="C1")
    assert "forever and ever" in ada.ephemerals[-1]["text"]
    with candor.database.reading() as session:
        known = person(session, "T1", "UADA")
    assert known is None or known.quiet_until is None


# --- closed matters ---------------------------------------------------------------------------------------


def test_a_closed_matter_is_left_out_of_the_bundle(candor: Candor, ada: Person) -> None:
    want(candor, "one", "two")
    stop(candor, 1)
    ring_through(candor, [0])
    [said] = ada.direct_messages
    assert "About two?" in said["text"]
    assert "About one?" not in said["text"]


def stop(candor: Candor, number: int) -> None:
    with candor.database.begin() as session:
        row = schedules.find(session, "T1", number)
        schedules.end(session, row, Asker("UADA"), candor.travel.now)


def test_when_all_is_closed_nothing_is_sent_and_nothing_counts_as_ignored(candor: Candor, ada: Person) -> None:
    for day, key in enumerate(("one", "two")):
        candor.travel.to(MONDAY + timedelta(days=day, hours=9))
        want(candor, key)
        stop(candor, day + 1)
        ring_through(candor, [day], range(10, 18))
    candor.travel.to(MONDAY + timedelta(days=2, hours=9))
    want(candor, "three")
    ring_through(candor, [2], range(10, 18))
    [said] = ada.direct_messages
    assert "Too often?" not in said["text"]


# --- patience ---------------------------------------------------------------------------------------------


def three_messages(candor: Candor, ada: Person, *, press: str | None = None, on: int = 0) -> Json:
    """Three reminders within eight days; `press` a button of message `on`. The third message."""
    for number, day in enumerate((0, 1, 7)):
        candor.travel.to(MONDAY + timedelta(days=day, hours=11))
        want(candor, f"day {day}")
        nudge_only(candor)
        if press is not None and number == on:
            ada.click(press, on=ada.direct_messages[-1])
    assert len(ada.direct_messages) == 3
    return ada.direct_messages[-1]


def test_after_two_ignored_it_asks_too_often_wrong_time_or_stop(candor: Candor, ada: Person) -> None:
    last = three_messages(candor, ada)
    assert "Too often? The wrong time? Or none at all?" in last["text"]
    assert all("Too often?" not in one["text"] for one in ada.direct_messages[:2])


@pytest.mark.parametrize("on", [0, 1])
@pytest.mark.parametrize("button", ["Keep it as it is", "Change question or rhythm", "Stop it"])
def test_any_button_of_a_reminder_is_an_answer_to_it(candor: Candor, ada: Person, button: str, on: int) -> None:
    last = three_messages(candor, ada, press=button, on=on)
    assert "Too often?" not in last["text"]


@pytest.mark.parametrize(
    ("button", "column", "value"),
    [(TUNE, "nudges_a_week", 1), ("In the afternoon", "nudge_hour", 14), ("As it is", "quiet_until", None)],
)
def test_its_buttons_are_followed(
    candor: Candor, ada: Person, button: str, column: str, value: int | None
) -> None:
    ada.click(button, on=three_messages(candor, ada))
    with candor.database.reading() as session:
        known = person(session, "T1", "UADA")
        minded = list(session.scalars(select(Nudge.minded_at).order_by(Nudge.told_at)))
    assert getattr(known, column, None) == value
    assert minded == [None, None, candor.travel.now]
    assert ada.ephemerals[-1]["text"].strip()


def test_once_a_week_means_once_in_seven_days(candor: Candor, ada: Person) -> None:
    ada.click(TUNE, on=three_messages(candor, ada))
    for day in (8, 9, 10, 11):
        candor.travel.to(MONDAY + timedelta(days=day, hours=11))
        want(candor, f"day {day}")
        nudge_only(candor)
    assert len(ada.direct_messages) == 3
    candor.travel.to(MONDAY + timedelta(days=14, hours=12))
    nudge_only(candor)
    assert len(ada.direct_messages) == 4


def test_none_at_all_means_none_until_quiet_off(candor: Candor, ada: Person) -> None:
    ada.click("None at all", on=three_messages(candor, ada))
    candor.travel.to(MONDAY + timedelta(days=60, hours=11))
    want(candor, "later")
    nudge_only(candor)
    assert len(ada.direct_messages) == 3
    ada.command("/candor", "quiet off", channel="C1")
    nudge_only(candor)
    assert len(ada.direct_messages) == 4


def test_what_was_told_is_forgotten_after_fourteen_days(candor: Candor) -> None:
    want(candor, "one")
    ring_through(candor, [0])
    want(candor, "two")
    with candor.database.begin() as session:
        rows.sweep(session, MONDAY + timedelta(days=14, hours=20))
        kept = list(session.scalars(select(Nudge.key)))
    assert kept == ["two:UADA"]
