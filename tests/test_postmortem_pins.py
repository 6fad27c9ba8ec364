"""A pin on a message puts it on the timeline of its channel's review, where Slack may tell us."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from storage.schema import Moment
from tests.conftest import EVERY_SCOPE, BuildCandor, Candor
from tests.slack import Person, Slack
from tests.test_postmortem import begin, people, reveal
from tests.test_postmortem_report import publish
from tests.test_prompts import heard, only, rows

PIN = "pushpin"


@pytest.fixture
def candor(slack: Slack, build_candor: BuildCandor) -> Candor:
    """With the scope for reactions, and subscribed to them."""
    slack.subscribed.add("reaction_added")
    slack.teams["T1"].scopes = {*EVERY_SCOPE, "reactions:read"}
    return build_candor(pace_per_minute=6_000)


def test_a_pin_adds_the_message_with_its_own_time_author_and_link(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    begin(ada)
    [ben] = people(slack, "UBEN")
    said = ben.says("Pool exhausted on <@UADA> checkout-3", channel="C1")
    candor.travel.move(minutes=20)
    ada.reacts(PIN, said)
    moment = only(candor, Moment)
    assert moment.at == datetime.fromtimestamp(float(said["ts"]), UTC)
    assert (moment.person, moment.added_by) == ("UBEN", "UADA")
    assert moment.words == "Pool exhausted on somebody checkout-3"
    assert moment.permalink.endswith(said["ts"].replace(".", ""))
    assert "stands on the timeline of review 1" in heard(ada)
    assert ben.ephemerals == [], "only who pinned it hears of it"


def test_an_answer_in_a_thread_can_be_pinned_too(slack: Slack, candor: Candor, ada: Person) -> None:
    begin(ada)
    root = ada.says("Anybody else?", channel="C1")
    ada.reacts(PIN, ada.says("Yes, since nine", channel="C1", thread_ts=root["ts"]))
    assert only(candor, Moment).words == "Yes, since nine"


def test_the_same_message_pinned_twice_and_from_its_menu_stands_there_once(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    begin(ada)
    [ben] = people(slack, "UBEN")
    said = ada.says("The queue is full", channel="C1")
    ada.reacts(PIN, said)
    ben.reacts(PIN, said)
    assert "on the timeline already" in heard(ben)
    ben.message_shortcut("pm_add_message", said)
    ben.submit()
    assert len(rows(candor, Moment)) == 1


@pytest.mark.parametrize("name", ["eyes", "pushpin::skin-tone-2", "round_pushpin"])
def test_another_reaction_means_nothing(slack: Slack, candor: Candor, ada: Person, name: str) -> None:
    begin(ada)
    ada.reacts(name, ada.says("The queue is full", channel="C1"))
    assert rows(candor, Moment) == []
    assert ada.ephemerals == []


def test_a_pin_means_nothing_where_no_review_is_open(slack: Slack, candor: Candor, ada: Person) -> None:
    ada.reacts(PIN, ada.says("Cake!", channel="C1"))
    publish(slack, candor)
    told = len(ada.ephemerals)
    ada.reacts(PIN, ada.says("More cake!", channel="C1"))
    ada.reacts(PIN, ada.says("Elsewhere", channel="C2"))
    assert rows(candor, Moment) == []
    assert len(ada.ephemerals) == told


def test_with_two_open_reviews_it_is_the_newer_one(slack: Slack, candor: Candor, ada: Person) -> None:
    begin(ada)
    begin(ada)
    ada.reacts(PIN, ada.says("The queue is full", channel="C1"))
    assert only(candor, Moment).review_id == 2


@pytest.mark.parametrize("who", ["UGUEST", "UOUT"])
def test_a_guest_and_somebody_from_outside_add_nothing_by_a_pin(
    slack: Slack, candor: Candor, ada: Person, who: str
) -> None:
    begin(ada)
    said = ada.says("The queue is full", channel="C1")
    item = {"type": "message", "channel": "C1", "ts": said["ts"]}
    slack.event(team="T1", type="reaction_added", user=who, reaction=PIN, item=item, item_user="UADA")
    assert rows(candor, Moment) == []
    assert slack.person(who, team="T1").ephemerals == []


def test_the_review_s_own_message_is_no_part_of_its_timeline(slack: Slack, candor: Candor, ada: Person) -> None:
    begin(ada)
    candor.ring()
    ada.reacts(PIN, slack.channels["C1"].messages[-1])
    assert rows(candor, Moment) == []


@pytest.mark.parametrize("lacks", [{"reactions:read"}, {"channels:history", "groups:history"}])
def test_without_the_scopes_nothing_changes(
    slack: Slack, build_candor: BuildCandor, ada: Person, lacks: set[str]
) -> None:
    slack.teams["T1"].scopes -= lacks
    candor = build_candor(pace_per_minute=6_000)
    begin(ada)
    said = ada.says("The queue is full", channel="C1")
    item = {"type": "message", "channel": "C1", "ts": said["ts"]}
    slack.event(team="T1", type="reaction_added", user="UADA", reaction=PIN, item=item, item_user="UADA")
    assert rows(candor, Moment) == []
    assert slack.calls_of("conversations.replies") == []


def test_a_message_of_a_bot_or_a_guest_names_nobody_and_asks_nobody(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    begin(ada)
    [dee, guest] = people(slack, "UDEE", "UGUEST")
    said = guest.says("It is slow for us too", channel="C1")
    alarm = {"type": "message", "user": "UALARM", "bot_id": "BALARM", "text": "Fired", "ts": slack.next_ts()}
    alarm["bot_profile"] = {"name": "Pager"}  # type: ignore[assignment]
    slack.channels["C1"].messages.append(alarm)
    ada.reacts(PIN, said)
    ada.reacts(PIN, alarm)
    assert [(one.person, one.who) for one in rows(candor, Moment)] == [
        (None, "somebody outside the team"),
        (None, "Pager"),
    ]
    reveal(slack, candor)
    dee.command("/postmortem", "status 1", channel="C1")
    dee.click("On to the quotes", on=dee.ephemerals[-1])
    candor.ring()
    assert guest.direct_messages == []


def test_a_picture_without_words_is_answered_kindly(slack: Slack, candor: Candor, ada: Person) -> None:
    begin(ada)
    ada.reacts(PIN, ada.says("", channel="C1"))
    assert rows(candor, Moment) == []
    assert "write something" in heard(ada)
