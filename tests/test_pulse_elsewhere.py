"""Two pulses, and the difference between their results: what one audience tells about another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from rituals.pulse.history import moved
from storage.forgetting import forget_person
from storage.schema import Pulse
from tests.conftest import Candor
from tests.slack import Person, Slack
from tests.test_prompts import rows
from tests.test_pulse import CHANNEL, TEAM, answer, begin, candor, closed, everyone, launched

__all__ = ["candor"]  # a fixture

SIXTH = "If I make a mistake on our team, it is not held against me"
BUT_ONE = "CBUTONE"


@pytest.fixture
def but_one(slack: Slack) -> str:
    """A channel of all but one of the other."""
    slack.channel(BUT_ONE, team="T1", name="but-one", members=list(TEAM[:-1]))
    return BUT_ONE


def ask_in(candor: Candor, person: Person, channel: str, **boxes: Any) -> Pulse:
    person.command("/pulse", "start", channel=channel)
    person.submit(boxes)
    person.submit()
    person.close()
    candor.ring()
    return rows(candor, Pulse)[-1]


def test_all_but_one_are_not_asked_the_same_in_another_channel(candor: Candor, ada: Person, but_one: str) -> None:
    """What six said, less what five of them said, is what the sixth said."""
    launched(candor, ada)
    assert ask_in(candor, ada, but_one).state == "unable"
    assert "or nearly these, were asked the same in the last four weeks" in ada.direct_messages[-1]["text"]


def test_nor_by_a_question_in_the_words_of_a_statement(candor: Candor, ada: Person, but_one: str) -> None:
    launched(candor, ada)
    own = {"instrument": "one-question", "own": f"  {SIXTH.upper()}  "}
    assert ask_in(candor, ada, but_one, **own).state == "unable"
    assert ask_in(candor, ada, but_one, **own | {"own": "We finish what we start."}).state == "open"


def test_after_four_weeks_they_may_be(candor: Candor, ada: Person, but_one: str) -> None:
    launched(candor, ada)
    candor.travel.move(days=29)
    assert ask_in(candor, ada, but_one).state == "open"


def test_a_channel_is_not_asked_the_same_again_without_somebody_who_left(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    """The same statement by another name, an hour after somebody was taken out of the channel."""
    launched(candor, ada)
    slack.channels[CHANNEL].members.remove("UOUT")
    assert ask_in(candor, ada, CHANNEL, instrument="one-question", own=SIXTH).state == "unable"


def test_who_is_left_after_somebody_was_forgotten_are_not_the_same_audience(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    """Else a trend between six and five people would be told, and it is the answer of who left."""
    launched(candor, ada)
    for person in everyone(slack):
        answer(person)
        person.close()
    closed(candor)
    ada.click("Answer it", on=slack.channels[CHANNEL].messages[0])
    ada.submit({"heard": "All is well.", "will": "Nothing."})
    ada.close()
    with candor.database.begin() as session:
        forget_person(session, "T1", "UOUT")
    slack.channels[CHANNEL].members.remove("UOUT")
    candor.travel.move(days=29)
    begin(ada)
    candor.ring()
    second = rows(candor, Pulse)[-1]
    assert second.invited == 5
    for person in everyone(slack)[:5]:
        person.command("/pulse", "respond", channel=CHANNEL)
        person.submit({f"item_{place}": "2" for place in range(8)})
        person.close()
    told = closed(candor)
    assert told.state == "closed"
    with candor.database.reading() as session:
        assert moved(session, told) is None
    assert "A new baseline" in str(slack.channels[CHANNEL].messages[-1]["text"])


def test_neither_do_they_pass_for_the_same_when_they_are_picked(candor: Candor, slack: Slack, ada: Person) -> None:
    eleven = [f"UP{number}" for number in range(11)]
    for one in eleven:
        slack.user(one, team="T1", name=one.lower(), tz=None)
    slack.channels[CHANNEL].members += eleven
    first = ask_in(candor, ada, CHANNEL, audience="picked", picked=eleven)
    assert (first.state, first.invited) == ("open", 11)
    with candor.database.begin() as session:
        forget_person(session, "T1", eleven[-1])
    candor.ring_at(first.closes_at + timedelta(days=29))
    assert ask_in(candor, ada, CHANNEL, audience="picked", picked=eleven[:-1]).state == "unable"


def test_who_was_asked_is_not_picked_for_the_same_in_another_channel(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    """Ten picked out of sixteen: far enough apart for any other question, and too near for the same."""
    ten = [f"UP{number}" for number in range(10)]
    for one in ten:
        slack.user(one, team="T1", name=one.lower(), tz=None)
    slack.channels[CHANNEL].members += ten
    slack.channel(BUT_ONE, team="T1", name="ten", members=["UADA", *ten])
    launched(candor, ada)
    assert ask_in(candor, ada, BUT_ONE, audience="picked", picked=ten).state == "unable"
    assert "Some of these people were asked the same" in ada.direct_messages[-1]["text"]
    other = {"instrument": "culture", "audience": "picked", "picked": ten}
    assert ask_in(candor, ada, BUT_ONE, **other).state == "open"
