"""Who asked for quiet: the invitation waits for that and for nothing else, and stays on their App Home."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from rituals.nudges import be_quiet
from storage.outbox import QUIET, stuck
from storage.schema import Delivery, Nudge
from tests.conftest import Candor
from tests.slack import Person, Slack
from tests.test_prompts import at, heard, rows, words
from tests.test_pulse import CHANNEL, ITEMS, TEAM, answer, begin, candor, closed, launched

__all__ = ["candor"]  # a fixture

NOT_EVERY_ROWS = {"id", "key", "to", "job", "channel", "ts"}  # what is each delivery's own, whoever did what


def quiet(person: Person, words: str = "1 day") -> None:
    person.command("/candor", f"quiet {words}", channel="C1")
    assert "quiet until" in heard(person) or "You hear from me again" in heard(person)


def messages(person: Person) -> list[str]:
    return [str(one["text"]) for one in person.direct_messages]


def theirs(candor: Candor, *people: str) -> list[Delivery]:
    return [one for one in rows(candor, Delivery) if one.to in people]


@pytest.fixture
def ben(slack: Slack) -> Person:
    return slack.person("UBEN", team="T1")


@pytest.fixture
def cem(slack: Slack) -> Person:
    return slack.person("UCEM", team="T1")


def test_the_invitation_waits_until_the_quiet_ends_and_stands_on_app_home(
    candor: Candor, ada: Person, ben: Person
) -> None:
    quiet(ben)
    until = candor.travel.now + timedelta(days=1)
    launched(candor, ada)
    assert messages(ben) == []
    assert len(messages(ada)) == 1
    ben.open_home()
    assert "open until" in words(ben.home)
    candor.ring_at(until - timedelta(seconds=1))
    assert messages(ben) == []
    candor.ring_at(until)
    assert messages(ben) == messages(ada), "word for word the same"
    candor.ring_at(until + timedelta(hours=1))
    assert len(messages(ben)) == 1


def test_who_is_quiet_answers_from_app_home(candor: Candor, ada: Person, ben: Person) -> None:
    quiet(ben)
    launched(candor, ada)
    ben.open_home()
    ben.click("Answer the pulse", on=ben.home)
    ben.submit({f"item_{place}": "6" for place in range(ITEMS)})
    assert "Your answer is in the box" in words(ben.modal)


def test_what_waits_looks_the_same_whether_they_answered_or_not(
    candor: Candor, ada: Person, ben: Person, cem: Person
) -> None:
    """Every column that isn't the name of one of both: in the tables, and in what Slack is told, when."""
    for person in (ben, cem):
        quiet(person)
    launched(candor, ada)
    ben.open_home()
    ben.click("Answer the pulse", on=ben.home)
    ben.submit({f"item_{place}": "6" for place in range(ITEMS)})
    ben.close()

    def seen(person: Person) -> list[dict[str, Any]]:
        kept = theirs(candor, person.id)
        assert len(kept) == 2
        return [
            {column.name: getattr(one, column.name) for column in Delivery.__table__.columns}
            | dict.fromkeys(NOT_EVERY_ROWS)
            for one in kept
        ]

    for hours in (0, 1, 23, 24, 30, 48, 60, 75):
        candor.ring_at(at("2026-11-23 13:00") + timedelta(hours=hours))
        assert seen(ben) == seen(cem), hours
        assert messages(ben) == messages(cem), hours


def test_a_reminder_waits_too_when_the_invitation_came_before_the_quiet(
    candor: Candor, ada: Person, ben: Person
) -> None:
    pulse = launched(candor, ada)
    remind_at = pulse.closes_at - timedelta(days=1)
    candor.travel.to(remind_at - timedelta(minutes=1))
    quiet(ben, "1 day")
    candor.ring_at(remind_at)
    assert len(messages(ben)) == 1
    assert len(messages(ada)) == 2
    candor.ring_at(remind_at + timedelta(hours=23, minutes=59))
    assert messages(ben) == messages(ada)


def test_who_comes_back_after_the_reminders_hour_gets_the_invitation_alone(
    candor: Candor, ada: Person, ben: Person
) -> None:
    """It comes late enough to remind, and two at one moment are one too many."""
    quiet(ben, "3 days")
    pulse = launched(candor, ada)
    candor.ring_at(pulse.closes_at - timedelta(hours=20))
    assert messages(ben) == []
    candor.ring_at(at("2026-11-26 13:00"))
    assert messages(ben) == messages(ada)[:1]
    candor.ring_at(at("2026-11-26 13:05"))
    assert len(messages(ben)) == 1


def test_quiet_beyond_the_closing_hour_gets_no_message_at_all(candor: Candor, ada: Person, ben: Person) -> None:
    quiet(ben, "2 weeks")
    launched(candor, ada)
    closed(candor)
    candor.ring_at(at("2026-12-08 13:00"))
    assert messages(ben) == []
    assert {one.state for one in theirs(candor, "UBEN")} <= {"dropped", "done"}


def test_quiet_off_brings_it_and_a_longer_quiet_puts_it_off(candor: Candor, ada: Person, ben: Person) -> None:
    quiet(ben, "1 day")
    launched(candor, ada)
    quiet(ben, "2 days")
    candor.ring()
    candor.ring_at(at("2026-11-24 13:00"))
    assert messages(ben) == []
    quiet(ben, "off")
    candor.ring()
    assert len(messages(ben)) == 1


def test_another_workspaces_person_of_the_same_id_stays_quiet(candor: Candor, ada: Person, ben: Person) -> None:
    quiet(ben, "1 day")
    launched(candor, ada)
    before = theirs(candor, "UBEN")
    with candor.database.begin() as session:
        be_quiet(session, "T2", "UBEN", "off", candor.travel.now)
    assert [one.due for one in theirs(candor, "UBEN")] == [one.due for one in before]


def test_waiting_is_no_failed_try_and_holds_up_nobody(candor: Candor, ada: Person, ben: Person) -> None:
    quiet(ben)
    launched(candor, ada)
    for minutes in range(10):
        quiet(ben, "1 day")  # asked again and again, it is looked at again and again
        candor.travel.move(minutes=minutes)
        candor.ring()
    [waits] = [one for one in theirs(candor, "UBEN") if one.kind == "pulse.invitation"]
    assert (waits.state, waits.attempts, waits.reason, waits.ambiguous) == ("owed", 0, QUIET, False)
    with candor.database.reading() as session:
        assert stuck(session, candor.travel.now, timedelta(minutes=30)) == []
    sent = [one for one in rows(candor, Delivery) if one.kind == "pulse.invitation" and one.state == "done"]
    assert len(sent) == len(TEAM) - 1


def test_what_who_looks_after_it_is_told_waits_too(candor: Candor, slack: Slack, ada: Person) -> None:
    begin(ada)
    quiet(ada)
    slack.archive(CHANNEL, by="UADA")
    candor.ring()
    assert messages(ada) == []
    candor.travel.move(days=1)
    candor.ring()
    assert "did not begin" in messages(ada)[-1]


def test_help_and_privacy_say_what_waits_and_for_what(candor: Candor, ada: Person) -> None:
    for asked in ("help", "privacy"):
        ada.command("/pulse", asked, channel=CHANNEL)
        assert "asked me for quiet" in heard(ada)


def test_the_budget_of_nudges_is_not_touched_by_a_pulse(candor: Candor, ada: Person, ben: Person) -> None:
    """An invitation counts as sent, never as ignored."""
    launched(candor, ada)
    answer(ben)
    assert rows(candor, Nudge) == []
