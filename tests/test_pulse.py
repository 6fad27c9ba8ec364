"""The pulse, from its form to the answer to its result, as people meet it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from storage.schema import Delivery, Pulse, SealedBox, SealedSeat
from tests.conftest import BuildCandor, Candor
from tests.slack import Person, Slack
from tests.test_prompts import heard, only, rows, words

Json = dict[str, Any]

ITEMS = 7
TEAM = ("UADA", "UBEN", "UCEM", "UDEE", "UELI", "UOUT")
CHANNEL = "CPULSE"


# --- what all tests of the pulse use ----------------------------------------------------------------------


@pytest.fixture
def candor(slack: Slack, build_candor: BuildCandor) -> Candor:
    """A bot that says who runs it, and a channel of six, a guest and the bot."""
    slack.channel(CHANNEL, team="T1", name="six", members=[*TEAM, "UGUEST"])
    return build_candor(pace_per_minute=6_000, operator="the platform team")


def begin(person: Person, **boxes: Any) -> None:
    """Start a pulse for the channel through both forms."""
    person.command("/pulse", "start", channel=CHANNEL)
    person.submit(boxes)
    assert person.form_errors == {}
    person.submit()
    assert words(person.modal).startswith("The invitations are on their way"), words(person.modal)
    person.close()


def launched(candor: Candor, person: Person, **boxes: Any) -> Pulse:
    begin(person, **boxes)
    candor.ring()
    return only(candor, Pulse)


def answer(person: Person, given: Sequence[int | str] = (6,) * ITEMS, comment: str | None = None) -> None:
    """Answer by the button of the invitation, and look at a comment once more."""
    person.click("Answer the pulse", on=person.direct_messages[0])
    boxes: Json = {f"item_{place}": str(one) for place, one in enumerate(given)}
    person.submit(boxes | ({"comment": comment} if comment else {}))
    if comment and not person.form_errors:
        assert "This is how your comment will read" in words(person.modal)
        person.submit()


def closed(candor: Candor) -> Pulse:
    """Move to the closing hour, ring, and let the courier post."""
    candor.ring_at(rows(candor, Pulse)[-1].closes_at)
    candor.travel.move(minutes=1)
    candor.ring()
    return rows(candor, Pulse)[-1]


def in_channel(slack: Slack) -> list[str]:
    return [str(one["text"]) for one in slack.channels[CHANNEL].messages]


def everyone(slack: Slack) -> list[Person]:
    return [slack.person(one, team="T1") for one in TEAM]


# --- the journey ------------------------------------------------------------------------------------------


def test_from_the_form_to_the_result_and_its_answer(candor: Candor, slack: Slack, ada: Person) -> None:
    pulse = launched(candor, ada)
    assert (pulse.state, pulse.invited) == ("open", len(TEAM))
    for person in everyone(slack)[:5]:
        answer(person, comment="Too many meetings." if person.id == "UCEM" else None)
        assert "Your answer is in the box" in words(person.modal)
        person.close()
    assert in_channel(slack) == []
    assert closed(candor).state == "closed"
    [told] = in_channel(slack)
    assert "*5 of 6* answered." in told
    assert "as high as we may show for 5 answers" in told
    assert "Too many meetings." in told
    assert rows(candor, SealedBox) == []

    ada.click("Answer it", on=slack.channels[CHANNEL].messages[0])
    ada.submit({"heard": "Meetings.", "will": "Half of them go.", "wont": "The weekly stays."})
    candor.travel.move(minutes=1)
    candor.ring()
    assert "Half of them go." in in_channel(slack)[-1]


def test_everybody_gets_the_same_invitation_and_the_same_reminder(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    pulse = launched(candor, ada)
    answer(slack.person("UBEN", team="T1"))
    candor.ring_at(pulse.closes_at - timedelta(hours=23))
    told = {tuple(one["text"] for one in person.direct_messages) for person in everyone(slack)}
    assert [len(messages) for messages in told] == [2]
    assert slack.person("UGUEST", team="T1").direct_messages == []


def test_app_home_shows_the_same_row_before_and_after_an_answer(candor: Candor, slack: Slack, ada: Person) -> None:
    launched(candor, ada)
    ben = slack.person("UBEN", team="T1")
    ben.open_home()
    before = ben.home
    assert "open until" in words(before)
    answer(ben)
    assert ben.home is before
    ben.close()
    ben.open_home()
    assert words(ben.home) == words(before)


def test_fewer_than_five_answers_tell_nothing_but_that(candor: Candor, slack: Slack, ada: Person) -> None:
    launched(candor, ada)
    for person in everyone(slack)[:4]:
        answer(person)
    assert closed(candor).state == "few"
    [told] = in_channel(slack)
    assert "Fewer than five answered" in told
    assert "4" not in told


def test_a_second_answer_is_refused_and_changes_nothing(candor: Candor, slack: Slack, ada: Person) -> None:
    launched(candor, ada)
    answer(ada)
    ada.close()
    [before] = rows(candor, SealedBox)
    answer(ada, [1] * ITEMS)
    assert "Your answer is in. It can't be changed any more" in str(ada.form_errors)
    [after] = rows(candor, SealedBox)
    assert before.nonce == after.nonce


def test_the_consent_names_who_runs_it_first_when_they_lead(
    slack: Slack, build_candor: BuildCandor, ada: Person, candor: Candor
) -> None:
    build_candor(pace_per_minute=6_000, operator="UADA")
    ada.command("/pulse", "start", channel=CHANNEL)
    ada.submit()
    assert "*Please note first:* <@UADA> runs this Candor" in words(ada.modal)


def test_without_an_operator_no_pulse_begins(slack: Slack, build_candor: BuildCandor, ada: Person) -> None:
    build_candor(pace_per_minute=6_000)
    slack.channel(CHANNEL, team="T1", name="six", members=[*TEAM])
    ada.command("/pulse", "start", channel=CHANNEL)
    assert "set CANDOR_OPERATOR" in heard(ada)


def test_under_five_people_there_is_an_honest_no(candor: Candor, slack: Slack, ada: Person) -> None:
    ada.command("/pulse", "start", channel="C2")
    ada.submit({})
    assert "at least five people" in str(ada.form_errors)
    assert rows(candor, Pulse) == []


def test_four_people_and_a_guest_are_too_few_and_who_set_it_up_hears_why(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    ada.command("/pulse", "start", channel="C1")
    ada.submit({})
    ada.submit()
    candor.ring()
    assert only(candor, Pulse).state == "unable"
    assert rows(candor, SealedSeat) == []
    assert "at least five people: with 4" in ada.direct_messages[-1]["text"]


def test_a_new_pulse_waits_for_the_answer_to_the_last(candor: Candor, slack: Slack, ada: Person) -> None:
    launched(candor, ada)
    for person in everyone(slack):
        answer(person)
        person.close()
    closed(candor)
    candor.travel.move(days=30)
    candor.ring()
    assert "has waited two weeks for an answer" in in_channel(slack)[-1]
    ada.command("/pulse", "start", channel=CHANNEL)
    ada.submit()
    assert "still waits for its answer" in str(ada.form_errors)
    ada.close()
    ada.click("Answer it", on=slack.channels[CHANNEL].messages[0])
    ada.submit({"heard": "All is well.", "will": "Nothing changes, because nothing is wrong."})
    ada.close()
    begin(ada)
    candor.ring()
    ada.click("Answer the pulse", on=ada.direct_messages[-1])
    assert "I believe something will change because of this." in words(ada.modal)


def test_ending_early_destroys_and_the_channel_is_told(candor: Candor, slack: Slack, ada: Person) -> None:
    launched(candor, ada)
    answer(slack.person("UBEN", team="T1"), comment="Never to be read.")
    ada.command("/pulse", "end", channel=CHANNEL)
    ada.click("End it now", on=ada.ephemerals[-1])
    candor.travel.move(minutes=1)
    candor.ring()
    assert rows(candor, SealedBox) == []
    [told] = in_channel(slack)
    assert "Every answer was destroyed unread" in told
    assert "Never to be read." not in told
    cem = slack.person("UCEM", team="T1")
    cem.click("Answer the pulse", on=cem.direct_messages[0])
    assert "This one has closed" in heard(cem)


def test_a_double_click_on_start_starts_one(candor: Candor, ada: Person) -> None:
    ada.command("/pulse", "start", channel=CHANNEL)
    ada.submit()
    reply = ada.submit()
    ada.slack.deliver("interactive", reply.payload)
    assert len(rows(candor, Pulse)) == 1


def test_facts_hold_no_words(candor: Candor, slack: Slack, ada: Person) -> None:
    launched(candor, ada)
    assert {frozenset(one.facts) for one in rows(candor, Delivery)} == {frozenset({"pulse"})}
