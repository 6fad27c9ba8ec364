"""What came of something, good or bad, is worth a slot: it is offered where somebody looks at an outcome."""

from __future__ import annotations

from storage.schema import Showing
from tests.conftest import Candor
from tests.slack import Person, Slack
from tests.test_demo_day import set_up
from tests.test_postmortem import people
from tests.test_postmortem_owners import daily, owned
from tests.test_prompts import at, only, words

OFFER = "Show it on a demo day"


def a_month_later(slack: Slack, candor: Candor, *, day: str = "2026-12-28 12:00") -> Person:
    """UBEN, who finished an action more than thirty days ago; the sign-up of 31 December opened on the 24th."""
    owned(slack, candor, done=True)
    while candor.travel.now < at(day):
        daily(candor, 1)
    [ben] = people(slack, "UBEN")
    return ben


def answer_check(person: Person) -> None:
    person.open_home()
    person.click("Did it help?", on=person.home)
    person.submit({"helped": "not", "in_place": "no"})


def test_who_says_whether_an_action_helped_is_offered_a_slot_to_tell_what_happened(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    set_up(ada)
    ben = a_month_later(slack, candor)
    answer_check(ben)
    assert "What happened, good or bad" in words(ben.modal)
    ben.click(OFFER)
    ben.submit({"audience": "whoever has a pool of their own"})
    assert "You're on the list" in str(ben.modal)
    shown = only(candor, Showing)
    assert (shown.person, shown.title) == ("UBEN", "What happened: Alert on a full pool")


def test_where_no_sign_up_is_open_in_a_channel_of_theirs_nothing_is_offered(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    ben = a_month_later(slack, candor)
    set_up(ada, first="2027-01-14")
    candor.ring()
    answer_check(ben)
    assert "Saved" in words(ben.modal)
    assert OFFER not in str(ben.modal)


def test_the_form_to_sign_up_names_what_they_finished_and_nobody_elses(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    set_up(ada)
    ben = a_month_later(slack, candor)
    ben.command("/demoday", "sign-up", channel="C1")
    assert "What came of “Alert on a full pool”" in words(ben.modal)
    ben.close()
    ada.command("/demoday", "sign-up", channel="C1")
    assert "What came of" not in words(ada.modal)


def test_a_slot_that_was_taken_before_keeps_its_title(slack: Slack, candor: Candor, ada: Person) -> None:
    set_up(ada)
    ben = a_month_later(slack, candor)
    ben.command("/demoday", "sign-up", channel="C1")
    ben.submit({"title": "The new search"})
    ben.close()
    answer_check(ben)
    ben.click(OFFER)
    ben.submit()
    assert only(candor, Showing).title == "The new search"
