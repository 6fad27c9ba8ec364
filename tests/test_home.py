"""App Home: how to begin, what waits for me, what I look after."""

from __future__ import annotations

from storage.schema import Answer, Schedule
from tests.conftest import Candor
from tests.slack import Person, Slack
from tests.test_prompts import QUESTION, at, nothing_is_kept, rows, set_up, words


def test_an_empty_home_offers_a_way_to_begin(candor: Candor, ada: Person) -> None:
    ada.open_home()
    assert "Ask this team one question every week" in words(ada.home)
    assert "You look after" not in words(ada.home)


def test_the_messages_tab_draws_nothing(candor: Candor, ada: Person) -> None:
    ada.open_home(tab="messages")
    assert ada.home is None


def test_a_guest_who_wants_to_begin_is_told_why_not(candor: Candor, slack: Slack) -> None:
    guest = slack.person("UGUEST", team="T1")
    guest.open_home()
    reply = guest.click("prompt_first", on=guest.home)
    assert reply.acked
    assert "Guests and people from other companies can take part" in words(guest.modal)
    assert nothing_is_kept(candor)


def test_home_shows_what_i_look_after_with_its_dates_and_nobody_elses(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    set_up(ada)
    ada.open_home()
    for part in (QUESTION, "in <#C1>", "Tue 24 Nov 2026, 10:00 · Tue 1 Dec 2026, 10:00 · Tue 8 Dec 2026, 10:00"):
        assert part in words(ada.home)
    ben = slack.person("UBEN", team="T1")
    ben.open_home()
    assert QUESTION not in words(ben.home)


def test_a_question_by_form_waits_on_the_home_of_members_until_they_answer(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    set_up(ada, answers="form")
    candor.ring_at(at("2026-11-24 10:00"))
    ben, stranger = slack.person("UBEN", team="T1"), slack.person("UOUT", team="T1")
    for person in (ben, stranger):
        person.open_home()
    assert "Waiting for you" not in words(stranger.home)
    assert "Waiting for you" in words(ben.home)
    ben.click("prompt_answer", on=ben.home)
    ben.submit({"words": "Rain"})
    ben.close()
    assert [answer.person for answer in rows(candor, Answer)] == ["UBEN"]
    assert "Waiting for you" not in words(ben.home)


def test_a_prompt_is_edited_from_home(candor: Candor, ada: Person) -> None:
    set_up(ada)
    ada.open_home()
    ada.click("prompt_edit", on=ada.home)
    ada.submit()
    ada.submit({"days": ["FR"]})
    ada.submit()
    assert rows(candor, Schedule)[0].next_due == at("2026-11-27 10:00")
    assert "Fri 27 Nov 2026" in words(ada.home)


def test_home_tells_that_i_wanted_quiet(candor: Candor, ada: Person) -> None:
    ada.command("/candor", "quiet 2 weeks", channel="C1")
    ada.open_home()
    assert "You asked for quiet until Mon 7 Dec 2026, 13:00" in words(ada.home)


def test_twenty_five_prompts_still_fit_a_home(candor: Candor, ada: Person) -> None:
    for number in range(25):
        set_up(ada, question=f"Question {number}?" + "x" * 470)
    ada.open_home()
    assert "Question 24?" in words(ada.home)
