"""Pulses that come again: set up with their dates, begun by the calendar, left out with a kind sentence."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from rituals.calendar.recurrence import Plan, upcoming
from rituals.pulse.recurring import GRACE, cadence_of, often_of
from storage.schema import Delivery, Pulse, PulsePlan, Schedule
from tests.conftest import BuildCandor, Candor
from tests.slack import Person, Slack
from tests.test_prompts import at, heard, only, rows, words
from tests.test_pulse import CHANNEL, TEAM, answer, candor, closed, everyone, in_channel

__all__ = ["candor"]  # a fixture

FIRST = at("2026-12-01 10:00")  # a Tuesday, eight days after today
WHEN = {"first": "2026-12-01", "at": "10:00"}


def set_up(person: Person, when: Any = WHEN, **boxes: Any) -> str:
    """Through the three forms; what the last look showed."""
    person.command("/pulse", "start", channel=CHANNEL)
    person.submit({"often": "monthly"} | boxes)
    assert person.form_errors == {}
    person.submit(when)
    assert person.form_errors == {}
    shown = words(person.modal)
    person.submit()
    assert words(person.modal).startswith("Saved for"), words(person.modal)
    person.close()
    return shown


def say(person: Person, text: str) -> str:
    person.command("/pulse", text, channel=CHANNEL)
    return heard(person)


def answered_and_closed(candor: Candor, slack: Slack, ada: Person, *, heard_back: bool = True) -> None:
    """All answer the pulse that is open, it closes, and the result is answered."""
    for person in everyone(slack):
        person.command("/pulse", "respond", channel=CHANNEL)
        items = [block["block_id"] for block in (person.modal or {})["blocks"] if block["type"] == "input"]
        person.submit({box: "6" for box in items if box.startswith("item_")})
        person.close()
    assert closed(candor).state == "closed"
    if heard_back:
        ada.click("Answer it", on=slack.channels[CHANNEL].messages[-1])
        ada.submit({"heard": "All is well.", "will": "Nothing changes, because nothing is wrong."})
        ada.close()


# --- set up -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("often", "rhythm", "dates"),
    [
        (
            "monthly",
            "On the first Tuesday of every month at 10:00",
            ["1 Dec 2026", "5 Jan 2027", "2 Feb 2027"],
        ),
        (
            "six-weeks",
            "Every 6 weeks on Tuesday at 10:00",
            ["1 Dec 2026", "12 Jan 2027", "23 Feb 2027"],
        ),
        (
            "quarterly",
            "Every 13 weeks on Tuesday at 10:00",
            ["1 Dec 2026", "2 Mar 2027", "1 Jun 2027"],
        ),
    ],
)
def test_the_next_three_dates_are_shown_before_anything_is_saved(
    candor: Candor, ada: Person, often: str, rhythm: str, dates: list[str]
) -> None:
    ada.command("/pulse", "start", channel=CHANNEL)
    ada.submit({"often": often})
    ada.submit(WHEN)
    shown = words(ada.modal)
    for part in (
        rhythm,
        *(f"• Tue {one}, 10:00" for one in dates),
        "Run by the platform team",
        "It closes on Fri 4 Dec 2026",
    ):
        assert part in shown
    assert rows(candor, Schedule) == []
    ada.submit()
    kept = only(candor, Schedule)
    assert (kept.next_due, kept.ritual, kept.channel) == (FIRST, "pulse", CHANNEL)
    assert only(candor, PulsePlan).schedule_id == kept.id
    assert rows(candor, Pulse) == []


@pytest.mark.parametrize("often", ["monthly", "six-weeks", "quarterly"])
@pytest.mark.parametrize("day", range(1, 32))
def test_no_two_dates_are_less_than_four_weeks_apart(often: str, day: int) -> None:
    """Neither over the shortest month nor from a fifth week to a fourth."""
    first = datetime(2027, 1, day, 10)
    rule = cadence_of(often, first.date()).as_rule()
    dates = upcoming(Plan(rule, first, "America/New_York"), at("2026-12-31 23:00"), 30)
    assert dates[0].local == first
    assert min(b.local - a.local for a, b in pairwise(dates)) >= timedelta(weeks=4)
    assert often_of(rule) == often


def test_a_double_click_on_start_sets_up_one(candor: Candor, ada: Person) -> None:
    ada.command("/pulse", "start", channel=CHANNEL)
    ada.submit({"often": "monthly"})
    ada.submit(WHEN)
    reply = ada.submit()
    ada.slack.deliver("interactive", reply.payload)
    assert len(rows(candor, Schedule)) == len(rows(candor, PulsePlan)) == 1


def test_people_who_were_picked_dont_come_again(candor: Candor, ada: Person) -> None:
    ada.command("/pulse", "start", channel=CHANNEL)
    ada.submit({"often": "monthly", "audience": "picked", "picked": list(TEAM)})
    assert "asks whoever is in the channel then" in ada.form_errors["audience"]


def test_the_same_questions_come_again_once_in_a_channel(candor: Candor, ada: Person) -> None:
    set_up(ada)
    ada.command("/pulse", "start", channel=CHANNEL)
    ada.submit({"often": "quarterly"})
    ada.submit(WHEN)
    assert "come again in this channel already" in str(ada.form_errors)
    ada.close()
    ada.close()
    set_up(ada, instrument="culture")
    assert len(rows(candor, Schedule)) == 2


def test_a_first_date_that_would_be_left_out_is_refused(candor: Candor, slack: Slack, ada: Person) -> None:
    ada.command("/pulse", "start", channel=CHANNEL)
    ada.submit()
    ada.submit()
    ada.close()
    candor.ring()
    ada.command("/pulse", "start", channel=CHANNEL)
    ada.submit({"often": "monthly"})
    ada.submit(WHEN)
    assert "Please wait until 21 December 2026" in str(ada.form_errors)
    ada.submit({"first": "2026-12-21"})
    assert ada.form_errors == {}


@pytest.mark.parametrize("first", ["0999-01-01", "2999-01-01"])
def test_a_day_beyond_reason_is_refused_under_its_box(candor: Candor, ada: Person, first: str) -> None:
    ada.command("/pulse", "start", channel=CHANNEL)
    ada.submit({"often": "monthly"})
    ada.submit(WHEN | {"first": first})
    assert "between 2000 and 2200" in ada.form_errors["first"]


# --- like any other schedule ------------------------------------------------------------------------------


def test_it_is_listed_with_its_dates_and_who_looks_after_it(candor: Candor, ada: Person) -> None:
    assert "No pulse comes again" in say(ada, "list")
    set_up(ada)
    for listed in (say(ada, "list"), say(ada, "list")):
        for part in ("Pulse: Team safety, open for 3 days", "Tue 1 Dec 2026, 10:00 · Tue 5 Jan", "<@UADA>"):
            assert part in listed
    ada.open_home()
    assert "Pulse: Team safety" in words(ada.home)


def test_it_is_paused_resumed_skipped_shared_and_stopped(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(ada)
    ben = slack.person("UBEN", team="T1")
    assert "Only <@UADA> can change this one" in say(ben, "pause 1")
    assert "is paused" in say(ada, "pause 1")
    assert only(candor, Schedule).next_due is None
    assert "goes on" in say(ada, "resume 1")
    assert "leaves out Tue 1 Dec 2026" in say(ada, "skip 1")
    assert only(candor, Schedule).next_due == at("2027-01-05 10:00")
    assert "looked after by <@UBEN> too" in say(ada, "share 1 <@UBEN>")
    candor.ring_at(FIRST)
    assert rows(candor, Pulse) == []
    assert "is stopped" in say(ben, "stop 1")
    candor.ring_at(at("2027-01-05 10:00"))
    assert rows(candor, Pulse) == []


def test_an_edit_shows_what_moves_and_what_is_asked_changes(candor: Candor, ada: Person) -> None:
    set_up(ada)
    say_edit = ada.command("/pulse", "edit 1", channel=CHANNEL)
    assert say_edit.acked
    assert "Every month, on a weekday" in words(ada.modal)
    ada.submit({"often": "six-weeks", "instrument": "culture", "days": "5"})
    ada.submit({"at": "09:00"})
    shown = words(ada.modal)
    assert "goes: Tue 1 Dec 2026, 10:00" in shown
    assert "comes: Tue 1 Dec 2026, 09:00" in shown
    ada.submit()
    kept, plan = only(candor, Schedule), only(candor, PulsePlan)
    assert kept.next_due == at("2026-12-01 09:00")
    assert (plan.instrument, plan.days) == ("culture", 5)


def test_an_edit_on_an_older_version_saves_nothing(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(ada)
    ada.command("/pulse", "edit 1", channel=CHANNEL)
    ada.submit({"days": "7"})
    ada.submit()
    say(slack.person("UDEE", team="T1"), "skip 1")
    ada.submit()
    assert "Somebody else changed this" in words(ada.modal)
    assert only(candor, PulsePlan).days == 3


# --- it rings ---------------------------------------------------------------------------------------------


def test_it_begins_at_its_date_with_all_its_rules_and_comes_again(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    set_up(ada)
    candor.ring_at(FIRST - timedelta(seconds=1))
    assert rows(candor, Pulse) == []
    candor.ring_at(FIRST)
    pulse = only(candor, Pulse)
    assert (pulse.state, pulse.invited, pulse.occurrence) == ("open", len(TEAM), FIRST)
    assert pulse.terms["operator"] == "the platform team"
    assert [len(person.direct_messages) for person in everyone(slack)] == [1] * len(TEAM)
    assert in_channel(slack) == [], "that it begins is no message to the channel"
    answered_and_closed(candor, slack, ada)
    candor.ring_at(at("2027-01-05 10:00"))
    assert [one.state for one in rows(candor, Pulse)] == ["closed", "open"]
    assert "I believe something will change" in str(rows(candor, Pulse)[-1].asked)
    assert only(candor, Schedule).next_due == at("2027-02-02 10:00")


def test_a_date_is_begun_once_however_often_it_rings(
    candor: Candor, build_candor: BuildCandor, ada: Person
) -> None:
    set_up(ada)
    other = build_candor(pace_per_minute=6_000, operator="the platform team")
    for one in (candor, other, candor):
        one.ring_at(FIRST)
    assert len(rows(candor, Pulse)) == 1


def test_whoever_looks_after_it_looks_after_each_of_its_pulses(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(ada)
    say(ada, "share 1 <@UBEN>")
    candor.ring_at(FIRST)
    ben = slack.person("UBEN", team="T1")
    say(ben, "end")
    ben.click("End it now", on=ben.ephemerals[-1])
    assert only(candor, Pulse).state == "ended"


def test_a_late_start_does_not_take_the_next_date_away(candor: Candor, slack: Slack, ada: Person) -> None:
    """From the fourth Tuesday of January to that of February are four weeks to the minute."""
    set_up(ada, WHEN | {"first": "2027-01-26"})
    candor.ring_at(at("2027-01-26 10:00") + GRACE)
    answered_and_closed(candor, slack, ada)
    candor.ring_at(at("2027-02-23 10:00"))
    assert [one.state for one in rows(candor, Pulse)] == ["closed", "open"]


# --- it is left out ---------------------------------------------------------------------------------------


def left_out(slack: Slack, why: str) -> None:
    """The channel read one sentence, and nothing else was said in this case to anybody."""
    told = [one for one in in_channel(slack) if "is left out this time" in one]
    assert len(told) == 1, in_channel(slack)
    assert f"The pulse *Team safety* is left out this time, because {why}" in told[0]
    assert "The next one is due" in told[0]


def test_while_the_last_one_waits_for_its_answer_it_is_left_out_once(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    set_up(ada)
    candor.ring_at(FIRST)
    answered_and_closed(candor, slack, ada, heard_back=False)
    for _ in range(3):
        candor.ring_at(at("2027-01-05 10:00"))
        candor.travel.move(minutes=1)
        candor.ring()
    left_out(slack, "the last one still waits to be answered")
    assert len(rows(candor, Pulse)) == 1
    assert only(candor, Schedule).next_due == at("2027-02-02 10:00")
    ada.click("Answer it", on=next(one for one in slack.channels[CHANNEL].messages if "answered." in one["text"]))
    ada.submit({"heard": "All is well.", "will": "Nothing."})
    candor.ring_at(at("2027-02-02 10:00"))
    assert rows(candor, Pulse)[-1].state == "open"


def test_with_too_few_people_it_is_left_out_and_the_calendar_goes_on(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    set_up(ada)
    gone = [one for one in TEAM if one not in ("UADA", "UBEN")]
    for one in gone:
        slack.channels[CHANNEL].members.remove(one)
    candor.ring_at(FIRST)
    left_out(slack, "there are too few of you here just now")
    assert only(candor, Pulse).state == "unable"
    assert [one.kind for one in rows(candor, Delivery)] == ["pulse.skipped"]
    slack.channels[CHANNEL].members.extend(gone)
    candor.ring_at(at("2027-01-05 10:00"))
    assert rows(candor, Pulse)[-1].state == "open"


def test_without_an_operator_it_is_left_out(
    candor: Candor, build_candor: BuildCandor, slack: Slack, ada: Person
) -> None:
    set_up(ada)
    build_candor(pace_per_minute=6_000).ring_at(FIRST)
    left_out(slack, "nobody has told me who runs the machine")
    assert rows(candor, Pulse) == []


def test_what_nearly_the_same_people_were_asked_elsewhere_is_left_out(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    set_up(ada)
    slack.channel("CBUTONE", team="T1", name="but-one", members=list(TEAM[:-1]))
    ada.command("/pulse", "start", channel="CBUTONE")
    ada.submit()
    ada.submit()
    ada.close()
    candor.ring()
    candor.ring_at(FIRST)
    left_out(slack, "nearly all of you were asked this lately")
    assert "point at the few" not in str([one.direct_messages for one in everyone(slack)])


def test_what_was_begun_by_hand_meanwhile_is_not_asked_again(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(ada)
    candor.travel.to(FIRST - timedelta(days=1))
    ada.command("/pulse", "start", channel=CHANNEL)
    ada.submit()
    ada.submit()
    ada.close()
    candor.ring()
    candor.ring_at(FIRST)
    left_out(slack, "the last one is still open")


def test_questions_that_are_gone_are_left_out(
    candor: Candor, build_candor: BuildCandor, slack: Slack, ada: Person
) -> None:
    set_up(ada)
    with candor.database.begin() as session:
        session.get_one(PulsePlan, 1).instrument = "vanished"
    candor.ring_at(FIRST)
    [told] = in_channel(slack)
    assert "is left out this time, because its questions aren't there any more" in told
    assert "whose questions are no longer there" in say(ada, "list")


# --- not running when it was due --------------------------------------------------------------------------


def test_within_a_day_it_begins_late_and_says_why(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(ada)
    candor.ring_at(FIRST + GRACE)
    pulse = only(candor, Pulse)
    assert pulse.state == "open"
    assert pulse.closes_at > FIRST + GRACE + timedelta(days=3), "nobody has less time for that"
    [told] = in_channel(slack)
    assert "begins late: I was not running at" in told


def test_after_a_day_it_is_left_out_and_after_a_quarter_it_is_caught_up_at_most_once(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    set_up(ada)
    candor.ring_at(at("2027-03-02 10:00") + GRACE + timedelta(seconds=1))
    left_out(slack, "I was not running when it was due")
    assert rows(candor, Pulse) == []
    assert only(candor, Schedule).next_due == at("2027-04-06 10:00")


# --- its channel ------------------------------------------------------------------------------------------


def test_in_a_channel_that_is_archived_it_pauses_and_who_looks_after_it_is_told(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    set_up(ada)
    slack.archive(CHANNEL, by="UADA")
    assert only(candor, Schedule).next_due is None
    candor.ring_at(at("2026-11-24 10:00"))
    candor.ring_at(FIRST)
    assert rows(candor, Pulse) == []
    assert "I paused #1 in <#CPULSE>: the channel is archived." in ada.direct_messages[-1]["text"]


def test_where_nobody_heard_of_the_archiving_it_pauses_when_it_is_due(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    set_up(ada)
    slack.channels[CHANNEL].is_archived = True
    candor.ring_at(FIRST)
    assert only(candor, Pulse).state == "unable"
    assert only(candor, Schedule).paused_because == "the channel is archived."
    candor.travel.move(minutes=5)
    candor.ring()
    assert [one["text"] for one in ada.direct_messages] == [ada.direct_messages[-1]["text"]]
    assert "the channel is archived" in ada.direct_messages[-1]["text"]


def test_it_is_answered_like_one_that_was_begun_by_hand(candor: Candor, slack: Slack, ada: Person) -> None:
    """The same invitation, the same button, the same box."""
    set_up(ada)
    candor.ring_at(FIRST)
    answer(ada)
    assert "Your answer is in the box" in words(ada.modal)
