"""`/candor`: what happens here, why then, pause, resume, skip, quiet, home, my-data, help."""

from __future__ import annotations

import pytest

from bot.blocks.candor import NAMED
from storage.forgetting import PEOPLE
from storage.schema import Answer, Nudge, Round, Schedule
from storage.schema import Person as Known
from tests.conftest import BuildCandor, Candor
from tests.slack import Person, Slack
from tests.test_prompts import QUESTION, at, heard, only, question, rows, set_up, words


def say(person: Person, text: str, channel: str = "C1") -> str:
    reply = person.command("/candor", text, channel=channel)
    assert reply.acked
    return heard(person)


@pytest.mark.parametrize("text", ["", "list", "LIST"])
def test_the_list_tells_what_happens_here(candor: Candor, ada: Person, text: str) -> None:
    set_up(ada)
    listed = say(ada, text)
    for part in (QUESTION, "Tue 24 Nov 2026, 10:00 · Tue 1 Dec 2026, 10:00 · Tue 8 Dec", "<@UADA>"):
        assert part in listed


def test_an_empty_channel_is_told_how_to_begin(candor: Candor, ada: Person) -> None:
    for asked in ("", "help"):
        told = say(ada, asked)
        assert "`/prompt help`, `/pulse help`, `/postmortem help`, `/whodecides help` and `/demoday help`" in told


def test_it_names_only_what_is_switched_on(build_candor: BuildCandor, ada: Person) -> None:
    build_candor(rituals=("demo_day",))
    assert say(ada, "").endswith("`/demoday help` tells how to begin something.")


def test_where_candor_isnt_it_says_how_to_invite_it(candor: Candor, ada: Person) -> None:
    assert "/invite @Candor" in say(ada, "", channel="CNOBOT")


def test_a_stranger_is_told_nothing(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(ada)
    stranger = slack.person("UOUT", team="T1")
    for text, channel in (("list", "C1"), ("why 1", "C1"), ("why 1", "C2")):
        stranger.command("/candor", text, channel=channel)
        assert heard(stranger).startswith("This belongs to a channel that you aren't in")


def test_why_tells_the_days_off(candor: Candor, ada: Person) -> None:
    set_up(ada, {"country": "de"}, kind="weekdays")
    candor.travel.to(at("2026-12-23 12:00"))
    told = say(ada, "why 1")
    assert "• ~Fri 25 Dec 2026, 10:00~ left out: day off: Christmas Day" in told
    assert "• Thu 24 Dec 2026, 10:00: every weekday" in told
    for day in ("2026-12-24", "2026-12-25", "2026-12-28"):
        candor.ring_at(at(f"{day} 10:00"))
    assert [asked.occurrence for asked in rows(candor, Round)] == [
        at("2026-12-24 10:00"),
        at("2026-12-28 10:00"),
    ]


def test_both_days_of_christmas_are_left_out(candor: Candor, ada: Person) -> None:
    set_up(ada, {"country": "DE", "rule": "FREQ=DAILY"}, kind="rule")
    candor.travel.to(at("2026-12-24 12:00"))
    told = say(ada, "why 1")
    assert told.count("left out: day off") == 2
    assert "~Sat 26 Dec 2026, 10:00~" in told


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (
            "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=28;BYHOUR=2;BYMINUTE=30",
            "Sun 28 Mar 2027, 03:30: the clocks go forward, so 02:30 becomes 03:30",
        ),
        (
            "FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=31;BYHOUR=2;BYMINUTE=30",
            "Sun 31 Oct 2027, 02:30: the clocks go back, so this is the first of two 02:30",
        ),
    ],
    ids=["gap", "overlap"],
)
def test_why_tells_of_the_clocks(candor: Candor, ada: Person, rule: str, told: str) -> None:
    set_up(ada, {"rule": rule}, kind="rule")
    assert told in say(ada, "why 1")


def test_why_tells_of_a_skip_and_of_a_pause(candor: Candor, ada: Person) -> None:
    set_up(ada)
    say(ada, "skip 1")
    assert "• ~Tue 24 Nov 2026, 10:00~ left out: skipped" in say(ada, "why")
    say(ada, "pause 1 for 2 weeks")
    assert "Paused: by <@UADA> until Mon 7 Dec 2026, 13:00." in say(ada, "why 1")


@pytest.mark.parametrize("verb", ["stop", "pause"])
def test_why_promises_no_date_of_what_is_stopped_or_paused(candor: Candor, ada: Person, verb: str) -> None:
    set_up(ada)
    ada.command("/prompt", f"{verb} 1", channel="C1")
    assert "Tue 24 Nov" not in say(ada, "why 1")


def test_pause_resume_and_skip_do_as_they_say(candor: Candor, ada: Person) -> None:
    set_up(ada)
    assert say(ada, "pause 1").startswith("#1 in <#C1> is paused")
    assert only(candor, Schedule).next_due is None
    assert say(ada, "resume 1").startswith("#1 in <#C1> goes on. Next: Tue 24 Nov 2026, 10:00")
    assert say(ada, "skip 1").startswith("#1 in <#C1> leaves out Tue 24 Nov 2026, 10:00")
    assert only(candor, Schedule).next_due == at("2026-12-01 10:00")


def test_with_two_rituals_it_asks_which_one(candor: Candor, ada: Person) -> None:
    set_up(ada)
    set_up(ada)
    assert say(ada, "skip").startswith("Which one? Put its number behind the word, like `skip 3`")
    assert {schedule.next_due for schedule in rows(candor, Schedule)} == {at("2026-11-24 10:00")}


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("quiet", "2026-12-07 13:00"),
        ("quiet 10 days", "2026-12-03 13:00"),
        ("quiet for a month", "2026-12-23 13:00"),
    ],
)
def test_quiet_holds_reminders_back_and_off_brings_them_back(
    candor: Candor, ada: Person, text: str, until: str
) -> None:
    say(ada, text)
    assert only(candor, Known).quiet_until == at(until)
    assert "You hear from me again" in say(ada, "quiet off")
    assert only(candor, Known).quiet_until is None


def test_who_is_quiet_gets_no_reminder(candor: Candor, ada: Person) -> None:
    set_up(ada, {"at": "09:00"})
    say(ada, "quiet 3 weeks")
    for day in ("2026-11-24", "2026-11-26", "2026-12-01", "2026-12-03"):
        candor.ring_at(at(f"{day} 09:00"))
    candor.ring_at(at("2026-12-03 10:00"))
    assert len(rows(candor, Nudge)) == 1
    assert ada.direct_messages == []


@pytest.mark.parametrize("text", ["quiet forever", "quiet <!channel>", "quiet 0 days"])
def test_a_span_that_isnt_one_is_refused_and_pings_nobody(candor: Candor, ada: Person, text: str) -> None:
    assert "Say it like `2 weeks`" in say(ada, text)
    assert rows(candor, Known) == []


def test_home_is_redrawn(candor: Candor, ada: Person) -> None:
    assert "Home tab" in say(ada, "home")
    assert "Begin something" in words(ada.home)


def test_my_data_counts_what_has_my_name_on_it(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(ada, answers="form")
    candor.ring_at(at("2026-11-24 10:00"))
    ada.click("Answer", on=question(slack))
    ada.submit({"words": "A secret plan"})
    say(ada, "quiet 2 weeks")
    told = say(ada, "my-data")
    for part in (
        "Europe/Berlin",
        "1 ritual that you look after",
        "1 answer that you gave",
        "quiet until Tue 8 Dec 2026",
    ):
        assert part in told
    assert only(candor, Answer).words not in told
    assert "look after" not in say(slack.person("UBEN", team="T1"), "my-data")


def test_my_data_has_words_for_every_column_that_holds_a_person() -> None:
    assert set(NAMED) == set(PEOPLE)


@pytest.mark.parametrize("text", ["help", "dance", "`*<!here>*`"])
def test_help_and_unknown_words_tell_what_there_is(candor: Candor, ada: Person, text: str) -> None:
    told = say(ada, text)
    assert "*What `/candor` can do*" in told
    assert ("I don't know" in told) == (text != "help")
