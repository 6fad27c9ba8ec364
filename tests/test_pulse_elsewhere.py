"""Two pulses, and the difference between their results: what one audience tells about another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from rituals.pulse import asking, launching
from rituals.pulse.consent import Terms
from rituals.pulse.history import moved
from rituals.pulse.instruments import LOOP, load_instruments
from storage import Database
from storage.forgetting import forget_person
from storage.keys import FileKeys
from storage.schema import Pulse
from tests.conftest import NOON, Candor
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


def test_nor_by_a_question_of_somebodys_own_whatever_its_words(candor: Candor, ada: Person, but_one: str) -> None:
    """It may say the same as a statement in other words, and no reckoning can tell."""
    launched(candor, ada)
    own = {"instrument": "one-question", "own": f"  {SIXTH.upper()}  "}
    assert ask_in(candor, ada, but_one, **own).state == "unable"
    assert ask_in(candor, ada, but_one, **own | {"own": "Mistakes are forgiven here."}).state == "unable"
    assert "it may be the same in other words" in ada.direct_messages[-1]["text"]
    assert ask_in(candor, ada, but_one, instrument="culture").state == "open", "six other statements"


@pytest.mark.parametrize(
    "typed", ["My mаnager deserves my trust.", "My manager, deserves my trust", "MY manager deserves… my trust?"]
)
def test_nor_by_the_same_words_with_another_mark_or_a_letter_that_looks_alike(
    candor: Candor, slack: Slack, ada: Person, typed: str
) -> None:
    own = {"instrument": "one-question", "own": "My manager deserves my trust."}
    assert ask_in(candor, ada, CHANNEL, **own).state == "open"
    slack.channel("CFAR", team="T1", name="far", members=list(TEAM))
    assert ask_in(candor, ada, "CFAR", **own | {"own": typed}).state == "unable"


def crowd(slack: Slack, many: int) -> list[str]:
    ids = [f"UP{number:02}" for number in range(many)]
    for one in ids:
        slack.user(one, team="T1", name=one.lower(), tz=None)
    return ids


def states(candor: Candor, slack: Slack, audiences: Sequence[Sequence[str]], **boxes: Any) -> list[str]:
    """What becomes of a pulse in a channel of each of these."""
    found = []
    for number, people in enumerate(audiences):
        channel = f"CR{number}"
        slack.channel(channel, team="T1", name=channel.lower(), members=list(people))
        found.append(ask_in(candor, slack.person(people[0], team="T1"), channel, **boxes).state)
    return found


def test_two_halves_and_all_but_one_of_both_are_not_three_channels_of_one_statement(
    candor: Candor, slack: Slack
) -> None:
    """What both halves said, less what eleven of the twelve said, is what the twelfth said."""
    ids = crowd(slack, 12)
    assert states(candor, slack, [ids[:6], ids[6:], ids[:11]]) == ["open", "open", "unable"]


def test_nor_are_two_halves_and_two_other_halves_four(candor: Candor, slack: Slack) -> None:
    ids = crowd(slack, 12)
    third = [*ids[:3], *ids[6:9]]
    fourth = [*ids[3:6], *ids[9:11]]
    assert states(candor, slack, [ids[:6], ids[6:], third, fourth]) == ["open", "open", "open", "unable"]


def test_a_whole_and_its_halves_may_be_asked(candor: Candor, slack: Slack) -> None:
    ids = crowd(slack, 12)
    assert states(candor, slack, [ids[:6], ids[6:], ids]) == ["open"] * 3


def test_a_channel_that_is_asked_last_doesnt_go_round_the_rule_for_those_who_are_picked(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    ids = crowd(slack, 20)
    slack.channel("CALL", team="T1", name="all", members=["UADA", *ids])
    for number, picked in enumerate((ids[:10], ids[10:])):
        own = {"instrument": "one-question", "own": f"Number {number}.", "audience": "picked", "picked": picked}
        assert ask_in(candor, ada, ("CALL", CHANNEL)[number], **own).state == "open"
    assert states(candor, slack, [ids[:19]], instrument="culture") == ["unable"]


def test_what_is_asked_about_pulses_themselves_doesnt_go_to_nearly_the_same_people_twice(
    candor: Candor, slack: Slack, ada: Person, but_one: str
) -> None:
    """Both are a second pulse; the later of them leaves that statement out, and asks the rest."""
    first = {CHANNEL: {"instrument": "team-safety"}, but_one: {"instrument": "culture"}}
    for channel, boxes in first.items():
        assert ask_in(candor, ada, channel, **boxes).state == "open"
    for person in everyone(slack):
        for channel, count in ((CHANNEL, 7), (but_one, 6)):
            if person.id in slack.channels[channel].members:
                person.command("/pulse", "respond", channel=channel)
                person.submit({f"item_{place}": "4" for place in range(count)})
                person.close()
    candor.ring_at(max(one.closes_at for one in rows(candor, Pulse)))
    candor.ring()
    for channel in first:
        ada.click("Answer it", on=slack.channels[channel].messages[-1])
        ada.submit({"heard": "All is well.", "will": "Nothing."})
        ada.close()
    candor.travel.move(days=29)
    again = [ask_in(candor, ada, channel, **boxes) for channel, boxes in first.items()]
    assert [one.state for one in again] == ["open", "open"]
    assert [LOOP.text in str(one.asked) for one in again] == [True, False]


def test_workspaces_of_one_organisation_are_reckoned_together(database: Database, tmp_path: Path) -> None:
    """Their people have the same ids: a channel of all but one may lie in the workspace beside."""
    keys, people = FileKeys(tmp_path / "keys"), [f"W{number}" for number in range(6)]
    instrument = load_instruments(None)["culture"]
    terms = Terms("file", 5, "somebody", False, "all", "soon", "1")
    opened = []
    for workspace, invited in (("E1/T1", people), ("E1/T2", people[:-1]), ("E2/T2", people[:-1])):
        plan = asking.Plan("C1", instrument.name, "", asking.closing(2, NOON), True)
        with database.begin() as session:
            added = asking.ask(
                session, workspace, plan, instrument, terms, keepers=["W0"], origin=workspace, now=NOON
            )
            assert added is not None
            opened.append(launching.launch(session, keys, workspace, added.id, invited, NOON))
    assert opened == [True, False, True]


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
