"""Prompts in channels that come and go: archived, left, invited again."""

from __future__ import annotations

import pytest

from storage.schema import Delivery, Nudge, Round, Schedule
from tests.conftest import Candor
from tests.slack import Person, Slack
from tests.test_prompts import at, only, rows, set_up


@pytest.fixture
def running(candor: Candor, ada: Person) -> Candor:
    """Number 1 asks #team on Tuesdays at 10:00 in Berlin; Ada looks after it."""
    set_up(ada)
    return candor


def test_an_archived_channel_pauses_its_prompts_and_who_looks_after_them_hears_why(
    running: Candor, slack: Slack, ada: Person
) -> None:
    slack.archive("C1", "UBEN")
    assert only(running, Schedule).paused_because == "the channel is archived."
    running.ring_at(at("2026-11-24 10:00"))
    assert rows(running, Round) == []
    [told] = ada.direct_messages
    assert "I paused #1 in <#C1>: the channel is archived." in told["text"]


def test_an_unarchived_channel_goes_on(running: Candor, slack: Slack) -> None:
    slack.archive("C1", "UBEN")
    slack.channels["C1"].is_archived = False
    slack.event(team="T1", type="channel_unarchive", channel="C1", user="UBEN")
    schedule = only(running, Schedule)
    assert (schedule.paused_because, schedule.next_due) == (None, at("2026-11-24 10:00"))


def test_a_removed_bot_pauses_and_goes_on_when_invited_again(running: Candor, slack: Slack, ada: Person) -> None:
    slack.leave("C1", "UBOT")
    assert "I'm not in the channel any more" in (only(running, Schedule).paused_because or "")
    running.ring_at(at("2026-11-24 10:00"))
    assert len(ada.direct_messages) == 1
    slack.join("C1", "UBOT", inviter="UBEN")
    assert only(running, Schedule).next_due == at("2026-12-01 10:00")
    [told] = slack.person("UBEN", team="T1").ephemerals
    assert "What was paused here goes on now: 1." in told["text"]
    assert slack.channels["C1"].messages == []


def test_what_somebody_paused_stays_paused_when_the_bot_comes_back(
    running: Candor, slack: Slack, ada: Person
) -> None:
    ada.command("/prompt", "pause 1", channel="C1")
    slack.leave("C1", "UBOT")
    slack.join("C1", "UBOT", inviter="UBEN")
    assert only(running, Schedule).next_due is None


def test_a_channel_found_archived_when_posting_pauses_too(running: Candor, slack: Slack, ada: Person) -> None:
    slack.channels["C1"].is_archived = True  # no event came
    running.ring_at(at("2026-11-24 10:00"))
    assert (only(running, Delivery).state, only(running, Delivery).reason) == ("dropped", "is_archived")
    assert only(running, Schedule).paused_because == "the channel is archived."
    running.ring_at(at("2026-11-24 10:01"))
    assert [nudge.kind for nudge in rows(running, Nudge)] == ["prompts.paused"]
    assert len(ada.direct_messages) == 1


def test_only_who_invites_candor_hears_of_it(candor: Candor, slack: Slack) -> None:
    slack.join("CNOBOT", "UBOT", inviter="UADA")
    [told] = slack.person("UADA", team="T1").ephemerals
    assert told["text"].startswith("Thank you for having me in <#CNOBOT>.")
    assert slack.channels["CNOBOT"].messages == []


def test_somebody_else_who_joins_hears_nothing(running: Candor, slack: Slack) -> None:
    slack.join("C1", "UOUT", inviter="UADA")
    assert slack.person("UOUT", team="T1").ephemerals == []
    assert only(running, Schedule).paused_because is None
