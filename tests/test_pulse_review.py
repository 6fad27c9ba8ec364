"""A pulse among the people of a review: begun by who facilitated it, under the rules of those who are picked."""

from __future__ import annotations

import pytest

from storage.schema import Delivery, Pulse, Review, SealedSeat
from tests.conftest import BuildCandor, Candor
from tests.slack import Person, Slack
from tests.test_postmortem import WHAT
from tests.test_prompts import heard, only, rows, words
from tests.test_pulse import CHANNEL, TEAM, answer, begin, candor, closed, in_channel, launched

__all__ = ["candor"]  # a fixture

ASK = "Ask its people a pulse"
THERE = ("UADA", "UBEN", "UCEM", "UELI", "UOUT")


@pytest.fixture
def dee(slack: Slack, candor: Candor) -> Person:
    """Who facilitates; no admin here, so that what she may is what a facilitator may."""
    slack.users["UDEE"].is_admin = False
    return slack.person("UDEE", team="T1")


def reviewed(candor: Candor, ada: Person, dee: Person, *there: str, number: int = 1) -> None:
    """A review of these people, opened at once, without quotes, and published."""
    ada.command("/postmortem", "start", channel=CHANNEL)
    ada.submit(WHAT | {"channel": CHANNEL, "people": list(there)})
    ada.submit({"facilitator": "UDEE"})
    ada.close()
    for step in ("Open the accounts", "On to the quotes", "Publish"):
        dee.command("/postmortem", f"status {number}", channel=CHANNEL)
        dee.click(step, on=dee.ephemerals[-1])
    assert rows(candor, Review)[-1].stage == "published"
    candor.ring()
    candor.travel.move(days=1)  # they were asked for their accounts today
    candor.ring()


def ask_its_people(dee: Person, number: int = 1, **boxes: str) -> None:
    dee.command("/postmortem", f"status {number}", channel=CHANNEL)
    dee.click(ASK, on=dee.ephemerals[-1])
    dee.submit(boxes)
    assert dee.form_errors == {}
    dee.submit()
    assert words(dee.modal).startswith("The invitations are on their way"), words(dee.modal)
    dee.close()


def test_who_facilitated_asks_the_five_who_were_there_and_nobody_else(
    candor: Candor, slack: Slack, ada: Person, dee: Person
) -> None:
    reviewed(candor, ada, dee, *THERE)
    assert ASK in str(dee.ephemerals[-1]), "the button comes with the news that it is published"
    dee.click(ASK, on=dee.ephemerals[-1])
    assert "For the 5 people of review 1" in words(dee.modal)
    assert "Who is asked" not in words(dee.modal)
    dee.submit()
    assert "Asked: the people of review 1." in words(dee.modal)
    dee.submit()
    dee.close()
    candor.ring()
    pulse = only(candor, Pulse)
    assert (pulse.state, pulse.audience, pulse.invited) == ("open", "review", len(THERE))
    assert {one.person for one in rows(candor, SealedSeat)} == set(THERE)
    assert {one.to for one in rows(candor, Delivery) if one.kind == "pulse.invitation"} == set(THERE)
    assert "The people of review 1 are asked how things are" in ada.direct_messages[-1]["text"]
    for one in THERE:
        person = slack.person(one, team="T1")
        person.command("/pulse", "respond", channel=CHANNEL)
        assert "Asked: the people of review 1." in words(person.modal)
        person.submit({f"item_{place}": "6" for place in range(7)})
        person.close()
    assert closed(candor).state == "closed"
    assert "*5 of 5* answered." in in_channel(slack)[-1]


def test_from_eight_people_on_it_asks_two_questions_about_the_review_itself(
    candor: Candor, slack: Slack, ada: Person, dee: Person
) -> None:
    more = [slack.user(f"UMORE{number}", team="T1", name=f"more {number}", tz=None) for number in range(3)]
    slack.channels[CHANNEL].members += [one.id for one in more]
    reviewed(candor, ada, dee, *THERE, *(one.id for one in more))
    ask_its_people(dee)
    candor.ring()
    assert (only(candor, Pulse).instrument, only(candor, Pulse).invited) == ("after-review", 8)
    first = slack.person("UMORE0", team="T1")
    first.command("/pulse", "respond", channel=CHANNEL)
    assert "I learned something in this review that changes how I work." in words(first.modal)
    assert "In this review I could say what I saw." in words(first.modal)


def test_nobody_else_may_ask_them(candor: Candor, slack: Slack, ada: Person, dee: Person) -> None:
    reviewed(candor, ada, dee, *THERE)
    button = dee.ephemerals[-1]
    ada.command("/postmortem", "status 1", channel=CHANNEL)
    assert ASK not in str(ada.ephemerals[-1])
    slack.ephemerals["UADA"].append(button)  # however she came by it
    ada.click(ASK, on=button)
    assert "Whoever facilitated this review asks its people: <@UDEE>" in heard(ada)
    assert rows(candor, Pulse) == []


def test_who_is_no_facilitator_any_more_is_refused_at_the_last_step(
    candor: Candor, slack: Slack, ada: Person, dee: Person
) -> None:
    reviewed(candor, ada, dee, *THERE)
    dee.click(ASK, on=dee.ephemerals[-1])
    dee.submit()
    with candor.database.begin() as session:
        session.get_one(Review, 1).facilitator = "UADA"
    dee.submit()
    assert "Whoever facilitated this review asks its people: <@UADA>" in words(dee.modal) + str(dee.form_errors)
    assert rows(candor, Pulse) == []


def test_a_review_of_four_gets_an_honest_no(candor: Candor, ada: Person, dee: Person) -> None:
    reviewed(candor, ada, dee, *THERE[:4])
    dee.click(ASK, on=dee.ephemerals[-1])
    assert "at least five people: with 4" in heard(dee)
    assert rows(candor, Pulse) == []


def test_who_left_meanwhile_isnt_asked_and_four_are_too_few(
    candor: Candor, slack: Slack, build_candor: BuildCandor, ada: Person, dee: Person
) -> None:
    reviewed(candor, ada, dee, *THERE)
    ask_its_people(dee)
    slack.users["UOUT"].deleted = True
    candor = build_candor(pace_per_minute=6_000, operator="the platform team")  # which remembers nobody
    candor.ring()
    assert only(candor, Pulse).state == "unable"
    assert rows(candor, SealedSeat) == []
    assert "at least five people: with 4" in dee.direct_messages[-1]["text"]


def test_a_review_that_is_not_published_yet_asks_nobody(
    candor: Candor, slack: Slack, ada: Person, dee: Person
) -> None:
    reviewed(candor, ada, dee, *THERE)
    button = dee.ephemerals[-1]
    with candor.database.begin() as session:
        session.get_one(Review, 1).stage = "soak"
    dee.click(ASK, on=button)
    assert "once the review is published" in heard(dee)


def test_nearly_the_people_of_the_channels_pulse_are_not_asked_after_it(
    candor: Candor, slack: Slack, ada: Person, dee: Person
) -> None:
    """All of the channel but one: the difference between both results would be that one's answer."""
    launched(candor, ada)
    reviewed(candor, ada, dee, *THERE)
    ask_its_people(dee, instrument="culture")
    candor.ring()
    assert [one.state for one in rows(candor, Pulse)] == ["open", "unable"]
    assert "comparing both results would point at the few" in dee.direct_messages[-1]["text"]


def test_nor_is_the_channel_after_them(candor: Candor, slack: Slack, ada: Person, dee: Person) -> None:
    reviewed(candor, ada, dee, *THERE)
    ask_its_people(dee)
    candor.ring()
    begin(ada, instrument="culture")
    candor.ring()
    assert [one.state for one in rows(candor, Pulse)] == ["open", "unable"]


def test_two_reviews_whose_people_differ_by_one_are_not_both_asked(
    candor: Candor, slack: Slack, ada: Person, dee: Person
) -> None:
    slack.user("UFAY", team="T1", name="fay", tz=None)
    slack.channels[CHANNEL].members.append("UFAY")
    reviewed(candor, ada, dee, *THERE)
    ask_its_people(dee)
    candor.ring()
    reviewed(candor, ada, dee, *THERE[1:], "UFAY", number=2)
    ask_its_people(dee, number=2, instrument="culture")
    candor.ring()
    assert [one.state for one in rows(candor, Pulse)] == ["open", "unable"]


@pytest.mark.parametrize("off", ["pulse", "postmortem"])
def test_where_one_of_both_rituals_is_off_there_is_no_way(
    slack: Slack, candor: Candor, build_candor: BuildCandor, ada: Person, dee: Person, off: str
) -> None:
    reviewed(candor, ada, dee, *THERE)
    button = dee.ephemerals[-1]
    others = tuple(one for one in ("prompts", "pulse", "postmortem", "decisions", "demo_day") if one != off)
    build_candor(pace_per_minute=6_000, operator="the platform team", rituals=others)
    if off == "pulse":
        dee.command("/postmortem", "status 1", channel=CHANNEL)
        assert ASK not in str(dee.ephemerals[-1])
    else:
        dee.click(ASK, on=button)
        assert dee.modal is None
        assert "isn't there any more" in heard(dee) or "can't find" in heard(dee)


def test_the_terms_of_an_older_pulse_are_still_told(candor: Candor, slack: Slack, ada: Person) -> None:
    """What was frozen before anybody could ask the people of a review says nothing of who is asked."""
    launched(candor, ada)
    with candor.database.begin() as session:
        kept = session.get_one(Pulse, 1)
        kept.terms = {name: value for name, value in kept.terms.items() if name != "asked"}
    answer(slack.person("UBEN", team="T1"))
    assert "Your answer is in the box" in words(slack.person("UBEN", team="T1").modal)
    assert len(TEAM) == only(candor, Pulse).invited
