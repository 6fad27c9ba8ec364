"""Between the form and the result: a channel is archived, we are removed from it, somebody is deactivated."""

from __future__ import annotations

from datetime import timedelta

from storage.schema import Delivery, Pulse, PulsePicked, SealedBox
from tests.conftest import Candor
from tests.slack import Person, Slack
from tests.slack.records import Json
from tests.test_prompts import heard, only, rows, words
from tests.test_pulse import CHANNEL, TEAM, answer, begin, candor, closed, everyone, in_channel, launched

__all__ = ["candor"]  # a fixture


def answered(candor: Candor, slack: Slack, ada: Person) -> None:
    """A pulse that all have answered."""
    launched(candor, ada)
    for person in everyone(slack):
        answer(person)
        person.close()


def told(person: Person) -> str:
    return str(person.direct_messages[-1]["text"])


def unarchive(slack: Slack) -> None:
    slack.channels[CHANNEL].is_archived = False
    slack.notify("T1", {"type": "channel_unarchive", "channel": CHANNEL, "user": "UADA"})


# --- before it begins -------------------------------------------------------------------------------------


def test_in_a_channel_archived_before_it_begins_nobody_is_asked(candor: Candor, slack: Slack, ada: Person) -> None:
    begin(ada)
    slack.archive(CHANNEL, by="UADA")
    candor.ring()
    assert only(candor, Pulse).state == "unable"
    assert told(ada).startswith(
        "The pulse for <#CPULSE> did not begin, and nobody was asked. That channel is archived."
    )
    assert [person.direct_messages for person in everyone(slack)[1:]] == [[]] * 5


def test_picked_people_are_not_asked_either_where_the_result_could_go_nowhere(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    ten = [f"UP{number}" for number in range(10)]
    for one in ten:
        slack.user(one, team="T1", name=one.lower(), tz=None)
    begin(ada, audience="picked", picked=ten)
    slack.channels[CHANNEL].is_archived = True  # and nobody told us
    candor.ring()
    assert only(candor, Pulse).state == "unable"
    assert "That channel is archived" in told(ada)
    assert rows(candor, PulsePicked) == [], "whom somebody picked is known no longer than it is needed"


def test_where_we_were_removed_before_it_begins_nobody_is_asked(candor: Candor, slack: Slack, ada: Person) -> None:
    begin(ada)
    slack.leave(CHANNEL, "UBOT")
    candor.ring()
    assert only(candor, Pulse).state == "unable"
    assert "I'm not in that channel yet. Type `/invite @Candor` there" in told(ada)


def test_an_archived_channel_starts_no_pulse(candor: Candor, slack: Slack, ada: Person) -> None:
    ada.command("/pulse", "start", channel=CHANNEL)
    slack.archive(CHANNEL, by="UADA")
    ada.submit()
    ada.submit()
    assert "That channel is archived. Unarchive it or pick another one." in words(ada.modal)
    assert rows(candor, Pulse) == []


# --- while it is open -------------------------------------------------------------------------------------


def test_a_result_that_cant_be_posted_is_told_to_who_looks_after_it_but_not_what_it_is(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    answered(candor, slack, ada)
    slack.archive(CHANNEL, by="UADA")
    assert closed(candor).state == "closed"
    assert rows(candor, SealedBox) == []
    for _ in range(3):
        candor.travel.move(minutes=1)
        candor.ring()
    assert in_channel(slack) == []
    assert [one["text"] for one in ada.direct_messages[1:]] == [told(ada)]
    assert "is over, and I can't post its result in <#CPULSE>" in told(ada)
    assert "agree" not in told(ada), "nobody reads it before everybody does"
    assert [len(person.direct_messages) for person in everyone(slack)[1:]] == [1] * 5


def with_nowhere_to_post(candor: Candor, slack: Slack, ada: Person) -> Json:
    """A pulse that closed while its channel was archived: what whoever looks after it is told."""
    answered(candor, slack, ada)
    slack.archive(CHANNEL, by="UADA")
    closed(candor)
    candor.ring()
    return ada.direct_messages[-1]


def test_once_the_channel_can_be_spoken_to_again_the_result_is_posted_at_a_click(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    message = with_nowhere_to_post(candor, slack, ada)
    ada.click("Post the result", on=message)
    assert "That channel is archived" in heard(ada)
    unarchive(slack)
    ada.click("Post the result", on=message)
    assert "on its way to <#CPULSE>" in heard(ada)
    candor.travel.move(minutes=1)
    candor.ring()
    assert ["*6 of 6* answered." in one for one in in_channel(slack)] == [True]
    ada.click("Post the result", on=message)
    assert "The channel has it already" in heard(ada)
    candor.ring()
    assert len(in_channel(slack)) == 1


def test_it_is_posted_at_a_click_even_when_the_outbox_has_forgotten_it(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    message = with_nowhere_to_post(candor, slack, ada)
    with candor.database.begin() as session:
        for one in rows(candor, Delivery):
            session.delete(session.get_one(Delivery, one.id))
    unarchive(slack)
    ada.click("Post the result", on=message)
    candor.ring()
    assert len(in_channel(slack)) == 1


def test_where_it_fails_once_more_it_is_told_once_more(candor: Candor, slack: Slack, ada: Person) -> None:
    answered(candor, slack, ada)
    slack.archive(CHANNEL, by="UADA")
    closed(candor)
    candor.ring()
    unarchive(slack)
    ada.click("Post the result", on=ada.direct_messages[-1])
    slack.archive(CHANNEL, by="UADA")
    before = len(ada.direct_messages)
    for _ in range(3):
        candor.travel.move(minutes=1)
        candor.ring()
    assert len(ada.direct_messages) == before + 1


def test_only_who_looks_after_it_posts_it(candor: Candor, slack: Slack, ada: Person) -> None:
    answered(candor, slack, ada)
    slack.archive(CHANNEL, by="UADA")
    closed(candor)
    candor.ring()
    ben = slack.person("UBEN", team="T1")
    [row] = [one for one in ada.direct_messages[-1]["blocks"] if one["type"] == "actions"]
    forged = {"type": "message", "ts": slack.next_ts(), "user": "UBOT", "text": "forged", "blocks": [row]}
    slack.channels["C1"].messages.append(forged)
    unarchive(slack)
    ben.click("Post the result", on=forged)
    assert "Only <@UADA> can change this one" in heard(ben)
    candor.ring()
    assert in_channel(slack) == []


def test_few_answers_lost_keys_and_an_early_end_are_told_too_when_the_channel_is_gone(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    launched(candor, ada)
    ada.command("/pulse", "end", channel=CHANNEL)
    slack.archive(CHANNEL, by="UADA")
    ada.click("End it now", on=ada.ephemerals[-1])
    for _ in range(2):
        candor.travel.move(minutes=1)
        candor.ring()
    assert only(candor, Pulse).state == "ended"
    assert "can't post its result" in told(ada)


def test_what_we_heard_is_not_taken_where_nobody_could_read_it(candor: Candor, slack: Slack, ada: Person) -> None:
    answered(candor, slack, ada)
    closed(candor)
    ada.click("Answer it", on=slack.channels[CHANNEL].messages[0])
    slack.archive(CHANNEL, by="UADA")
    ada.submit({"heard": "Meetings.", "will": "Half of them go."})
    assert "That channel is archived" in str(ada.form_errors)
    assert only(candor, Pulse).answered_at is None
    unarchive(slack)
    ada.submit()
    candor.travel.move(minutes=1)
    candor.ring()
    assert "Half of them go." in in_channel(slack)[-1]


def test_people_answer_while_the_channel_is_archived(candor: Candor, slack: Slack, ada: Person) -> None:
    """They were invited, and the result waits for them."""
    launched(candor, ada)
    slack.archive(CHANNEL, by="UADA")
    answer(ada)
    assert "Your answer is in the box" in words(ada.modal)


# --- somebody is deactivated ------------------------------------------------------------------------------


def test_who_was_deactivated_before_it_begins_is_not_asked(candor: Candor, slack: Slack, ada: Person) -> None:
    slack.users["UOUT"].deleted = True
    assert launched(candor, ada).invited == len(TEAM) - 1
    assert slack.person("UOUT", team="T1").direct_messages == []


def test_of_ten_who_were_picked_one_who_was_deactivated_meanwhile_is_one_too_few(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    ten = [f"UP{number}" for number in range(10)]
    for one in ten:
        slack.user(one, team="T1", name=one.lower(), tz=None)
    begin(ada, audience="picked", picked=ten)
    slack.users["UP3"].deleted = True
    candor.ring()
    assert only(candor, Pulse).state == "unable"
    assert "it takes at least ten of them" in told(ada)


def test_who_is_deactivated_while_it_is_open_stops_nobody_and_stays_among_the_invited(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    """Whether they had answered is known to nobody, so neither may their leaving take anything away."""
    pulse = launched(candor, ada)
    for person in everyone(slack)[:5]:
        answer(person)
        person.close()
    slack.users["UOUT"].deleted = True
    candor.ring_at(pulse.closes_at - timedelta(hours=20))
    candor.ring_at(pulse.closes_at)
    candor.travel.move(minutes=1)
    candor.ring()
    assert "*5 of 6* answered." in in_channel(slack)[0]
    reminders = [one for one in rows(candor, Delivery) if one.kind == "pulse.reminder"]
    assert {one.to for one in reminders if one.state == "dropped"} == {"UOUT"}
    assert rows(candor, SealedBox) == []
