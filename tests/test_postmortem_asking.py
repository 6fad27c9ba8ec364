"""Who is asked for an account: in time for the form, by day for each person, and nobody who can't be asked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from storage.schema import Review, ReviewPerson
from tests.conftest import NOON, Candor
from tests.slack import Person, Slack
from tests.test_postmortem import WHAT, asked, give, people
from tests.test_prompts import only, rows, words

MANY = 230  # people of a workspace that no single list of Slack's holds
UNKNOWN = [f"UX{number:03}" for number in range(205, 225)]  # beyond the first page


@pytest.fixture
def large(slack: Slack) -> Slack:
    """A workspace of which Candor knows the first two hundred people only."""
    for number in range(MANY):
        slack.user(f"UX{number:03}", team="T1", tz="Europe/Berlin")
    return slack


def start(person: Person, *chosen: str, facilitator: str = "UDEE") -> None:
    person.command("/postmortem", "start", channel="C1")
    assert person.submit(WHAT | {"people": list(chosen)}).acked
    assert person.submit({"facilitator": facilitator}).acked
    assert "has begun" in words(person.modal), words(person.modal)
    person.close()


def requests(slack: Slack, person: str) -> list[str]:
    messages = slack.direct_channel(slack.teams["T1"], person).messages
    return [one["text"] for one in messages if "what you saw is part of it" in one["text"]]


def test_twenty_strangers_of_a_large_workspace_are_started_within_three_seconds(
    large: Slack, candor: Candor, ada: Person
) -> None:
    """Over a second, because Slack takes 0.3 s to tell who somebody is, and that is what is measured."""
    large.latency_of["users.info"] = 0.3
    start(ada, *UNKNOWN, facilitator="UX229")
    large.latency_of.clear()
    assert large.timeouts == []
    assert len(large.calls_of("users.info")) <= 2, "who starts it and who facilitates; the others wait"
    candor.ring()
    assert all(len(requests(large, one)) == 1 for one in UNKNOWN)
    assert "20 people are asked" in asked(large)["text"]


def test_strangers_are_named_by_slack_beside_their_part(large: Slack, candor: Candor, ada: Person) -> None:
    ada.command("/postmortem", "start", channel="C1")
    ada.submit(WHAT | {"people": UNKNOWN[:2]})
    assert f"<@{UNKNOWN[0]}>" in words(ada.modal)
    assert f"<@{UNKNOWN[1]}>" in words(ada.modal)


def test_who_sleeps_is_asked_at_eight_on_their_own_clock_and_reminded_by_day(
    large: Slack, candor: Candor, ada: Person
) -> None:
    large.users[UNKNOWN[0]].tz = "Pacific/Auckland"  # one in the morning, at noon in London
    start(ada, "UADA", UNKNOWN[0])
    candor.ring()
    assert requests(large, "UADA")
    assert not requests(large, UNKNOWN[0])
    eight = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
    candor.ring_at(eight.replace(hour=18, minute=59))
    assert not requests(large, UNKNOWN[0])
    candor.ring_at(eight)
    assert len(requests(large, UNKNOWN[0])) == 1
    assert only(candor, Review).due == datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    half = eight.replace(day=24, hour=15, minute=30)  # half of what was left: half past four in the morning there
    candor.ring_at(half)
    assert len(requests(large, UNKNOWN[0])) == 1
    candor.ring_at(eight.replace(day=24))
    assert [one[:11] for one in requests(large, UNKNOWN[0])[1:]] == ["A reminder,"]


@pytest.mark.parametrize("why", ["is_restricted", "is_bot", "deleted"])
def test_a_stranger_who_cannot_be_asked_is_left_out_and_nobody_waits_for_them(
    large: Slack, candor: Candor, ada: Person, why: str
) -> None:
    setattr(large.users[UNKNOWN[0]], why, True)
    start(ada, "UADA", UNKNOWN[0])
    give(ada, candor)
    assert only(candor, Review).due > candor.travel.now
    candor.ring()
    candor.ring()
    assert not requests(large, UNKNOWN[0])
    assert [one.person for one in rows(candor, ReviewPerson)] == ["UADA"]
    assert "1 people are asked" in asked(large)["text"]
    candor.ring_at(candor.travel.move(minutes=16))
    assert only(candor, Review).stage == "conversation", "everybody who can be asked has answered"


def test_a_guest_among_people_we_know_is_never_asked(slack: Slack, candor: Candor, ada: Person) -> None:
    start(ada, "UADA", "UCEM", "UGUEST")
    candor.ring_at(NOON)
    assert not requests(slack, "UGUEST")
    assert requests(slack, "UCEM")


def test_who_left_after_the_start_is_left_out(slack: Slack, candor: Candor, ada: Person) -> None:
    start(ada, "UADA", "UCEM")
    slack.users["UCEM"].deleted = True
    candor.ring()
    assert [one.person for one in rows(candor, ReviewPerson)] == ["UADA"]
    assert people(slack, "UCEM")[0].direct_messages == []
