"""Bad input to a prompt's forms and commands: one clear sentence each, nothing half-saved or doubled."""

from __future__ import annotations

from typing import Any

import pytest

from storage.schema import Act, Answer, Keeper, Prompt, Round, Schedule
from tests.conftest import Candor
from tests.slack import Person, Slack
from tests.test_prompts import (
    LONG,
    QUESTION,
    at,
    heard,
    nothing_is_kept,
    only,
    question,
    rows,
    set_up,
    what,
    words,
)

Json = dict[str, Any]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("", "Write the question that you want to ask, or choose a pack."),
        (" \n\t ", "Write the question that you want to ask, or choose a pack."),
        (LONG, "This has 3,000 characters. Please keep the question within 500."),
    ],
    ids=["nothing", "blanks", "3000"],
)
def test_a_question_of_nothing_or_too_much_is_refused_under_its_box(
    candor: Candor, ada: Person, asked: str, told: str
) -> None:
    what(ada, question=asked)
    assert ada.form_errors == {"question": told}
    assert nothing_is_kept(candor)


def test_a_short_question_with_endless_blanks_goes_its_way(candor: Candor, ada: Person) -> None:
    set_up(ada, question="What" + " " * 2_900 + "now?")
    assert only(candor, Prompt).question == "What now?"


@pytest.mark.parametrize(
    ("box", "given", "told"),
    [
        ("zone", "Europe/Berlim", "Did you mean Europe/Berlin"),
        ("zone", "Mars/Phobos", "Zones look like Europe/Berlin."),
        ("country", "XX", "Use a code like DE, US or IN."),
        ("country", "DE-XX", "DE has no region XX. Try DE alone."),
    ],
)
def test_an_unknown_zone_or_country_is_refused_under_its_box(
    candor: Candor, ada: Person, box: str, given: str, told: str
) -> None:
    what(ada)
    ada.submit({box: given})
    assert list(ada.form_errors) == [box]
    assert told in ada.form_errors[box]
    assert nothing_is_kept(candor)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "date never comes"),
        ("FREQ=MINUTELY", "the shortest rhythm is once a day"),
        ("FREQ=DAILY;BYHOUR=9;BYMINUTE=0,1,2", "at most once a day"),
        ("FREQ=WEEKLY;BYDAY=TU;UNTIL=20250101", "Choose a later end or an earlier start"),
        ("every Tuesday", "A rule looks like FREQ=WEEKLY;BYDAY=TU"),
        ("FREQ=WEEKLY;BYDAY=" + ",".join(["MO"] * 900), "rule"),
    ],
    ids=["never", "minutely", "minutes", "ends-first", "words", "endless"],
)
def test_a_rule_that_cant_be_kept_is_refused_under_its_box(
    candor: Candor, ada: Person, rule: str, told: str
) -> None:
    what(ada, kind="rule")
    ada.submit({"rule": rule})
    assert list(ada.form_errors) == ["rule"]
    assert told in ada.form_errors["rule"]
    assert nothing_is_kept(candor)


def test_a_date_that_no_year_has_is_refused(candor: Candor, ada: Person) -> None:
    what(ada, kind="yearly")
    ada.submit({"month": "2", "day": "30", "short": "skip"})
    assert list(ada.form_errors.values()) == ["This date never comes: choose another day or month."]


def test_days_all_unticked_are_asked_for(candor: Candor, ada: Person) -> None:
    what(ada)
    ada.submit({"days": []}, as_client=False)
    assert ada.form_errors == {"days": "Choose at least one day."}
    assert nothing_is_kept(candor)


@pytest.mark.parametrize("first", ["0001-01-01", "9999-12-31"])
def test_a_first_day_at_the_end_of_time_is_no_bug(candor: Candor, ada: Person, first: str) -> None:
    what(ada)
    ada.submit({"first": first, "days": ["FR"]})
    assert "Something broke" not in str(ada.form_errors)
    assert nothing_is_kept(candor)


def test_a_double_clicked_start_starts_once(candor: Candor, slack: Slack, ada: Person) -> None:
    what(ada)
    ada.submit({"days": ["TU"]})
    reply = ada.submit()
    again = slack.deliver("interactive", reply.payload)
    assert "Saved" in str(again.ack)
    assert [len(rows(candor, table)) for table in (Schedule, Prompt, Keeper)] == [1, 1, 1]


def edit(person: Person, *, at: str = "11:00") -> None:
    """Take the first prompt through its forms to the last look, at another time of day."""
    person.command("/prompt", "edit 1", channel="C1")
    person.submit()
    person.submit({"at": at})


def test_a_double_clicked_save_says_that_it_is_saved(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(ada)
    edit(ada)
    reply = ada.submit()
    again = slack.deliver("interactive", reply.payload)
    assert only(candor, Schedule).start == "2026-11-23T11:00:00"
    assert [act.verb for act in rows(candor, Act)] == ["changed"]
    assert "nothing of yours was saved" not in str(again.ack)


def test_of_two_who_edit_at_once_the_second_is_told_and_nothing_is_lost(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    set_up(ada)
    dee = slack.person("UDEE", team="T1")  # an admin
    edit(ada, at="11:00")
    edit(dee, at="12:00")
    ada.submit()
    dee.submit()
    assert words(dee.modal).startswith("Somebody else changed this while you were editing")
    assert only(candor, Schedule).start == "2026-11-23T11:00:00"


@pytest.mark.parametrize("number", ["7", "999999999999999999", "9" * 30, "#12"])
@pytest.mark.parametrize("verb", ["edit", "pause", "skip", "stop", "share"])
def test_a_number_that_doesnt_exist_changes_nothing(
    candor: Candor, slack: Slack, ada: Person, verb: str, number: str
) -> None:
    set_up(ada)
    before = only(candor, Schedule).version
    ada.command("/prompt", f"{verb} {number} <@UBEN>" if verb == "share" else f"{verb} {number}", channel="C1")
    assert "/candor list" in heard(ada)
    after = only(candor, Schedule)
    assert (after.version, after.ended_at, after.paused_because) == (before, None, None)
    assert [keeper.person for keeper in rows(candor, Keeper)] == ["UADA"]


@pytest.mark.parametrize("verb", ["stop please", "skip tomorrow", "resume everything"])
def test_words_that_are_no_number_stop_and_skip_nothing(candor: Candor, ada: Person, verb: str) -> None:
    set_up(ada)
    before = only(candor, Schedule)
    ada.command("/prompt", verb, channel="C1")
    after = only(candor, Schedule)
    assert (after.version, after.ended_at, after.next_due) == (before.version, None, before.next_due)


@pytest.mark.parametrize("verb", ["edit", "pause", "skip", "stop"])
def test_a_number_of_another_channel_is_refused_to_strangers(
    candor: Candor, slack: Slack, ada: Person, verb: str
) -> None:
    set_up(ada)
    stranger = slack.person("UOUT", team="T1")
    stranger.command("/prompt", f"{verb} 1", channel="C2")
    assert stranger.modal is None
    assert len(stranger.ephemerals) == 1
    assert QUESTION not in heard(stranger)
    assert (only(candor, Schedule).version, only(candor, Schedule).ended_at) == (1, None)


@pytest.mark.parametrize(
    ("words_given", "told"),
    [
        ("pause 1 until 2026-11-01", "That day has passed already"),
        ("pause 1 until 2026-02-30", "I don't know how long"),
        ("pause 1 until 0001-01-01", "."),
        ("pause 1 until 9999-12-31", "."),
        ("pause 1 for 0 days", "I don't know how long"),
        ("pause 1 <!channel>", "I don't know how long"),
        ("share 1", "With whom?"),
        ("dance 1", "I don't know `dance`"),
        ("<!here>", "I don't know"),
    ],
)
def test_words_that_cant_be_followed_get_a_sentence(
    candor: Candor, ada: Person, words_given: str, told: str
) -> None:
    set_up(ada)
    reply = ada.command("/prompt", words_given, channel="C1")
    assert reply.acked
    assert told in heard(ada)
    assert "Something broke" not in heard(ada)
    assert only(candor, Keeper).person == "UADA"


def test_where_nothing_is_asked_a_verb_says_so(candor: Candor, ada: Person) -> None:
    ada.command("/prompt", "pause", channel="C1")
    assert "Put its number behind" not in heard(ada)


@pytest.mark.parametrize("guest", ["UGUEST", "UBOT", "UNOBODY"])
def test_a_guest_a_bot_or_nobody_cant_be_made_to_look_after_it(candor: Candor, ada: Person, guest: str) -> None:
    set_up(ada)
    ada.command("/prompt", f"share 1 <@{guest}>", channel="C1")
    assert only(candor, Keeper).person == "UADA"


# --- answers ----------------------------------------------------------------------------------------------


@pytest.fixture
def asked(candor: Candor, slack: Slack, ada: Person) -> Json:
    """A question answered by a form, in #team since Tuesday at 10:00."""
    set_up(ada, answers="form")
    candor.ring_at(at("2026-11-24 10:00"))
    return question(slack)


def test_an_answer_after_the_close_is_refused(candor: Candor, slack: Slack, ada: Person, asked: Json) -> None:
    ada.click("Answer", on=asked)
    candor.travel.to(at("2026-11-26 10:00"))
    ada.submit({"words": "Too late"})
    assert ada.form_errors["words"].startswith("This round is closed")
    ben = slack.person("UBEN", team="T1")
    ben.click("Answer", on=asked)
    assert ben.modal is None
    assert heard(ben).startswith("This round is closed")
    assert rows(candor, Answer) == []


def test_an_answer_from_somebody_who_left_is_refused(
    candor: Candor, slack: Slack, ada: Person, asked: Json
) -> None:
    ben = slack.person("UBEN", team="T1")
    ben.click("Answer", on=asked)
    slack.leave("C1", "UBEN")
    ben.submit({"words": "From outside"})
    assert ben.form_errors["words"].startswith("This belongs to a channel that you aren't in")
    assert rows(candor, Answer) == []


@pytest.mark.parametrize(("given", "told"), [("  ", "Write a few words first."), (LONG, "3,000 characters")])
def test_an_answer_of_nothing_or_too_much_is_refused(
    candor: Candor, ada: Person, asked: Json, given: str, told: str
) -> None:
    ada.click("Answer", on=asked)
    ada.submit({"words": given})
    assert told in ada.form_errors["words"]
    assert rows(candor, Answer) == []


def test_a_double_clicked_answer_is_one_answer(candor: Candor, slack: Slack, ada: Person, asked: Json) -> None:
    ada.click("Answer", on=asked)
    reply = ada.submit({"words": "A thing"})
    slack.deliver("interactive", reply.payload)
    assert only(candor, Answer).words == "A thing"
    assert only(candor, Round).closed_at is None
