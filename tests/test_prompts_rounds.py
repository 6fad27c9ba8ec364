"""A round of a prompt: asked on its minute or late, answered, closed, and what silence leads to."""

from __future__ import annotations

import pytest

from storage.schema import Answer, Delivery, Nudge, Round, Schedule
from storage.schema import Person as Known
from tests.conftest import CORE_SCOPES, BuildCandor, Candor
from tests.slack import Person, Slack
from tests.test_prompts import QUESTION, at, heard, only, question, rows, set_up, words

TUESDAY, THURSDAY = at("2026-11-24 10:00"), at("2026-11-26 10:00")


def test_the_question_comes_at_its_minute_and_once(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(ada)
    candor.ring_at(at("2026-11-24 09:59"))
    assert slack.channels["C1"].messages == []
    for _ in range(3):
        candor.ring_at(TUESDAY)
    [posted] = slack.channels["C1"].messages
    assert QUESTION in posted["text"]
    assert "Answer in the thread, until" in posted["text"]
    asked = only(candor, Round)
    assert (asked.occurrence, asked.closes_at, asked.ts, asked.late) == (TUESDAY, THURSDAY, posted["ts"], False)


@pytest.mark.parametrize(("late", "asked"), [("10:05", 1), ("12:00", 1), ("12:01", 0), ("23:00", 0)])
def test_a_late_question_comes_within_two_hours_and_is_left_out_afterwards(
    candor: Candor, slack: Slack, ada: Person, late: str, asked: int
) -> None:
    set_up(ada)
    candor.ring_at(at(f"2026-11-24 {late}"))
    assert len(slack.channels["C1"].messages) == asked
    assert only(candor, Schedule).next_due == at("2026-12-01 10:00")


def test_who_is_asked_late_is_told_why(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(ada)
    candor.ring_at(at("2026-11-24 11:30"))
    assert "This comes late: I was not running at" in question(slack)["text"]
    assert only(candor, Round).late


def test_of_a_week_that_nobody_ran_nothing_old_is_asked(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(ada, kind="weekdays")
    candor.ring_at(at("2026-12-01 10:30"))
    assert only(candor, Round).occurrence == at("2026-12-01 10:00")


def test_late_on_another_day_is_left_out(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(ada, {"rule": "FREQ=WEEKLY;BYDAY=TU;BYHOUR=23;BYMINUTE=30"}, kind="rule")
    candor.ring_at(at("2026-11-25 00:15"))
    assert slack.channels["C1"].messages == []


def answer(person: Person, on: object, words: str) -> str:
    person.click("Answer", on=on)  # type: ignore[arg-type]
    person.submit({"words": words})
    return str((person.modal or {})["blocks"][0]["text"]["text"])


def test_answers_by_form_are_kept_changed_and_shown_with_names_at_the_close(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    set_up(ada, answers="form")
    candor.ring_at(TUESDAY)
    ben = slack.person("UBEN", team="T1")
    assert answer(ada, question(slack), "Tests <@UCEM>") == "Your answer is in."
    assert answer(ben, question(slack), "People") == "Your answer is in."
    assert answer(ada, question(slack), "Rain") == "Your answer is changed."
    assert [(one.person, one.words) for one in rows(candor, Answer)] == [("UADA", "Rain"), ("UBEN", "People")]
    candor.ring_at(at("2026-11-26 09:59"))
    assert len(slack.channels["C1"].messages) == 1
    for _ in range(2):
        candor.ring_at(THURSDAY)
    posted, digest = slack.channels["C1"].messages
    assert digest["thread_ts"] == posted["ts"]
    assert digest["text"] == "*2 answers*\n<@UADA>\n>Rain\n<@UBEN>\n>People"
    assert "Closed. 2 people answered" in posted["text"]
    assert "prompt_answer" not in str(posted["blocks"])
    assert (only(candor, Round).closed_at, only(candor, Round).answer_count) == (THURSDAY, 2)


def test_many_long_answers_are_all_readable_behind_a_button(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(ada, answers="form")
    candor.ring_at(TUESDAY)
    answer(ada, question(slack), "long " * 199 + "end")
    candor.ring_at(THURSDAY)
    digest = slack.channels["C1"].messages[-1]
    assert "Some are longer than shown here." in digest["text"]
    ben = slack.person("UBEN", team="T1")
    ben.click("Read all answers", on=digest)
    assert "end" in words(ben.modal)


def in_the_thread(slack: Slack, *people: str) -> None:
    ts = question(slack)["ts"]
    for person in people:
        slack.person(person, team="T1").says("I did", channel="C1", thread_ts=ts)


@pytest.mark.parametrize(
    ("people", "told"),
    [
        ([], "Closed, without answers this time."),
        (["UADA", "UADA"], "Closed. 1 person answered; read it in the thread."),
        (["UADA", "UBEN", "UCEM"], "Closed. 3 people answered; read it in the thread."),
    ],
)
def test_in_a_thread_people_are_counted_at_the_close(
    candor: Candor, slack: Slack, ada: Person, people: list[str], told: str
) -> None:
    set_up(ada)
    candor.ring_at(TUESDAY)
    in_the_thread(slack, *people)
    candor.ring_at(THURSDAY)
    assert told in question(slack)["text"]
    assert only(candor, Round).answer_count == len(set(people))
    assert len(slack.channels["C1"].messages) == 1 + len(people)


def test_without_the_history_scope_nobody_is_counted_and_nobody_nagged(
    build_candor: BuildCandor, slack: Slack
) -> None:
    slack.teams["T1"].scopes = set(CORE_SCOPES)
    candor = build_candor(pace_per_minute=6_000)
    set_up(slack.person("UADA", team="T1"))
    for day in ("2026-11-24", "2026-11-26", "2026-12-01", "2026-12-03"):
        candor.ring_at(at(f"{day} 10:00"))
    assert "Closed. The next question comes" in slack.channels["C1"].messages[0]["text"]
    assert [asked.answer_count for asked in rows(candor, Round)] == [None, None]
    assert rows(candor, Nudge) == []
    assert slack.calls_of("conversations.replies") == []


def test_in_a_private_channel_without_its_scope_the_round_still_closes(
    build_candor: BuildCandor, slack: Slack
) -> None:
    slack.teams["T1"].scopes = {*CORE_SCOPES, "channels:history"}
    slack.channels["C1"].is_private = True  # its id starts with C, as those of all newer private channels
    candor = build_candor(pace_per_minute=6_000)
    set_up(slack.person("UADA", team="T1"))
    candor.ring_at(TUESDAY)
    candor.ring_at(THURSDAY)
    assert "Closed." in question(slack)["text"]


def test_a_daily_round_closes_when_the_next_one_begins(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(ada, kind="weekdays")
    candor.ring_at(TUESDAY)
    candor.ring_at(at("2026-11-25 10:00"))
    first, second = rows(candor, Round)
    assert (first.closed_at, second.closed_at) == (at("2026-11-25 10:00"), None)


def test_a_weekend_is_no_working_day(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(ada, {"days": ["FR"]})
    candor.ring_at(at("2026-11-27 10:00"))
    assert only(candor, Round).closes_at == at("2026-12-01 10:00")


# --- two silent rounds ------------------------------------------------------------------------------------


def two_silent_rounds(candor: Candor) -> None:
    for day in ("2026-11-24", "2026-11-26", "2026-12-01", "2026-12-03"):
        candor.ring_at(at(f"{day} 09:00"))


@pytest.fixture
def silence(candor: Candor, slack: Slack, ada: Person) -> Candor:
    """Two rounds without an answer, asked and closed at 09:00; Ada's hour is 10:00."""
    set_up(ada, {"at": "09:00"})
    two_silent_rounds(candor)
    return candor


def test_after_two_silent_rounds_who_looks_after_it_is_asked_once_at_their_hour(
    silence: Candor, slack: Slack, ada: Person
) -> None:
    silence.ring_at(at("2026-12-03 09:59"))
    assert ada.direct_messages == []
    for minute in range(3):
        silence.ring_at(at(f"2026-12-03 10:0{minute}"))
    [asked] = ada.direct_messages
    assert "Nobody answered the last two rounds in <#C1>" in asked["text"]
    assert slack.person("UBEN", team="T1").direct_messages == []


def test_a_prompt_that_was_answered_asks_nobody(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(ada, {"at": "09:00"})
    candor.ring_at(at("2026-11-24 09:00"))
    in_the_thread(slack, "UBEN")
    two_silent_rounds(candor)
    assert rows(candor, Nudge) == []


@pytest.mark.parametrize("button", ["prompt_edit", "schedule_stop", "nudge_fine"])
def test_each_button_of_the_reminder_works_and_counts_as_heard(
    silence: Candor, slack: Slack, ada: Person, button: str
) -> None:
    silence.ring_at(at("2026-12-03 10:00"))
    ada.click(button, on=ada.direct_messages[0])
    if button == "prompt_edit":
        assert QUESTION in str(ada.modal)
    else:
        assert heard(ada) == (
            "#1 in <#C1> is stopped." if button == "schedule_stop" else "Good, it stays as it is."
        )
    assert (only(silence, Schedule).ended_at is not None) == (button == "schedule_stop")
    assert only(silence, Nudge).minded_at is not None


def test_a_co_keeper_is_asked_at_the_hour_of_their_own_zone(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(ada, {"at": "09:00"})
    ada.command("/prompt", "share 1 <@UBEN>", channel="C1")
    two_silent_rounds(candor)
    ben = slack.person("UBEN", team="T1")
    candor.ring_at(at("2026-12-03 09:59", "America/New_York"))
    assert ben.direct_messages == []
    candor.ring_at(at("2026-12-03 10:00", "America/New_York"))
    assert len(ben.direct_messages) == 1
    assert [known.zone for known in rows(candor, Known)] == ["Europe/Berlin", "America/New_York"]


def test_a_question_that_somebody_deleted_does_not_hold_the_courier(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    set_up(ada)
    candor.ring_at(TUESDAY)
    slack.channels["C1"].messages.clear()
    candor.ring_at(THURSDAY)
    assert only(candor, Round).closed_at == THURSDAY
    assert {owed.kind: owed.state for owed in rows(candor, Delivery)}["prompt.closed"] == "dropped"
