"""The pulse when somebody does what they may not, or something is away: a kind sentence, nothing half-saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.schema import Pulse, SealedBox
from tests.conftest import BuildCandor, Candor
from tests.slack import Person, Slack
from tests.test_prompts import heard, only, rows, words
from tests.test_pulse import CHANNEL, ITEMS, TEAM, answer, begin, candor, closed, everyone, in_channel, launched

__all__ = ["candor"]  # a fixture


def nonces(candor: Candor) -> list[bytes]:
    return [box.nonce for box in rows(candor, SealedBox)]


@pytest.mark.parametrize("who", ["UGUEST", "ULATE"])
def test_who_was_not_invited_hears_so_and_nothing_is_stored(candor: Candor, slack: Slack, who: str) -> None:
    ada = slack.person("UADA", team="T1")
    launched(candor, ada)
    slack.user("ULATE", team="T1", name="late", tz=None)
    slack.channels[CHANNEL].members.append("ULATE")
    before = nonces(candor)
    slack.person(who, team="T1").command("/pulse", "respond", channel=CHANNEL)
    assert "You weren't among those who were asked" in heard(slack.person(who, team="T1"))
    assert nonces(candor) == before


def test_a_form_that_was_open_when_it_closed_is_refused(candor: Candor, slack: Slack, ada: Person) -> None:
    launched(candor, ada)
    for person in everyone(slack)[1:]:
        answer(person)
        person.close()
    ada.click("Answer the pulse", on=ada.direct_messages[0])
    told = closed(candor).result
    ada.submit({f"item_{place}": "1" for place in range(ITEMS)})
    assert "has closed" in str(ada.form_errors)
    assert only(candor, Pulse).result == told


def test_at_the_closing_hour_it_is_closed_even_before_the_ring(candor: Candor, slack: Slack, ada: Person) -> None:
    pulse = launched(candor, ada)
    ada.click("Answer the pulse", on=ada.direct_messages[0])
    before = nonces(candor)
    candor.travel.to(pulse.closes_at)
    ada.submit({f"item_{place}": "1" for place in range(ITEMS)})
    assert "has closed" in str(ada.form_errors)
    assert nonces(candor) == before


def test_while_the_keys_are_away_the_filled_form_stays_and_can_be_sent_again(
    candor: Candor, slack: Slack, ada: Person, tmp_path: Path
) -> None:
    launched(candor, ada)
    answer(slack.person("UBEN", team="T1"))
    ada.click("Answer the pulse", on=ada.direct_messages[0])
    (tmp_path / "keys").rename(tmp_path / "elsewhere")
    ada.submit({f"item_{place}": "6" for place in range(ITEMS)})
    assert "Please try again in a minute." in str(ada.form_errors)
    candor.ring()  # neither is anything declared lost
    assert only(candor, Pulse).state == "open"
    for stray in [tmp_path / "keys"] if (tmp_path / "keys").exists() else []:
        for file in stray.iterdir():
            file.unlink()
        stray.rmdir()
    (tmp_path / "elsewhere").rename(tmp_path / "keys")
    ada.submit()
    assert "Your answer is in the box" in words(ada.modal)


def test_another_workspaces_pulse_is_nowhere(
    candor: Candor, slack: Slack, ada: Person, build_candor: BuildCandor
) -> None:
    launched(candor, ada)
    ada.click("Answer the pulse", on=ada.direct_messages[0])
    slack.team(
        "T2", scopes=tuple(slack.teams["T1"].scopes), bot_user="UBOT2", token="xoxb-T2", app_token="xapp-T2"
    )
    slack.user("UFAR", team="T2", name="far", tz=None)
    slack.channel("CFAR", team="T2", name="far", members=["UFAR"])
    build_candor(team="T2", pace_per_minute=6_000, operator="the platform team")
    far = slack.person("UFAR", team="T2")
    before = nonces(candor)
    far.command("/pulse", "respond", channel="CFAR")
    assert "No pulse is open" in heard(far)
    assert nonces(candor) == before


def test_a_channel_that_was_archived_still_closes_and_purges(candor: Candor, slack: Slack, ada: Person) -> None:
    launched(candor, ada)
    for person in everyone(slack):
        answer(person)
        person.close()
    slack.archive(CHANNEL, by="UADA")
    assert closed(candor).state == "closed"
    assert rows(candor, SealedBox) == []
    assert in_channel(slack) == []


def test_a_long_comment_is_refused_under_its_box(candor: Candor, ada: Person) -> None:
    launched(candor, ada)
    ada.click("Answer the pulse", on=ada.direct_messages[0])
    before = nonces(candor)
    ada.submit({f"item_{place}": "6" for place in range(ITEMS)} | {"comment": "é" * 501}, as_client=False)
    assert "comment" in ada.form_errors
    assert nonces(candor) == before


def test_a_comment_that_was_changed_after_the_last_look_is_shown_again(candor: Candor, ada: Person) -> None:
    launched(candor, ada)
    ada.click("Answer the pulse", on=ada.direct_messages[0])
    before = nonces(candor)
    ada.submit({f"item_{place}": "6" for place in range(ITEMS)} | {"comment": "We met Ben on Tuesday."})
    assert "It seems to name somebody" in words(ada.modal)
    assert "It names a day" in words(ada.modal)
    ada.submit({"comment": "We met “late”."})
    assert 'We met "late".' in words(ada.modal)
    assert nonces(candor) == before
    ada.submit()
    assert "Your answer is in the box" in words(ada.modal)
    assert nonces(candor) != before


def test_the_one_question_needs_its_words(candor: Candor, ada: Person) -> None:
    ada.command("/pulse", "start", channel=CHANNEL)
    ada.submit({"instrument": "one-question"})
    assert "Write one statement" in str(ada.form_errors)
    ada.submit({"own": "I know *why* we do <!channel> this."})
    ada.submit()
    candor.ring()
    ada.close()
    ada.click("Answer the pulse", on=ada.direct_messages[0])
    assert "I know *why* we do" in words(ada.modal)


def test_nine_picked_people_are_too_few(candor: Candor, ada: Person) -> None:
    ada.command("/pulse", "start", channel=CHANNEL)
    ada.submit({"audience": "picked", "picked": list(TEAM)})
    assert "at least ten" in str(ada.form_errors)
    ada.submit({"audience": "picked", "picked": []})
    assert "Pick the people" in str(ada.form_errors)
    assert rows(candor, Pulse) == []


def test_all_of_a_channel_but_one_can_not_be_picked_after_it(candor: Candor, slack: Slack, ada: Person) -> None:
    """The design compares picked people with picked people only; a whole channel beside them tells as much."""
    more = [f"UMORE{number}" for number in range(6)]
    for one in more:
        slack.user(one, team="T1", name=one.lower(), tz=None)
    slack.channels[CHANNEL].members.extend(more)
    launched(candor, ada)
    ada.command("/pulse", "start", channel=CHANNEL)
    ada.submit({"instrument": "culture", "audience": "picked", "picked": [*TEAM, *more][1:]})
    ada.submit()
    candor.ring()
    assert [one.state for one in rows(candor, Pulse)] == ["open", "unable"]
    assert "comparing both results would point at the few" in ada.direct_messages[-1]["text"]


def test_only_who_looks_after_it_ends_it_or_answers_its_result(candor: Candor, slack: Slack, ada: Person) -> None:
    launched(candor, ada)
    ben = slack.person("UBEN", team="T1")
    ben.command("/pulse", "end", channel=CHANNEL)
    assert "Only <@UADA> can change this one" in heard(ben)
    for person in everyone(slack):
        answer(person)
        person.close()
    closed(candor)
    ben.click("Answer it", on=slack.channels[CHANNEL].messages[0])
    assert "Only <@UADA> can change this one" in heard(ben)


def test_the_same_questions_wait_four_weeks_even_after_too_few(candor: Candor, ada: Person) -> None:
    launched(candor, ada)
    ada.command("/pulse", "start", channel=CHANNEL)
    ada.submit()
    assert "open in this channel already" in str(ada.form_errors)
    ada.close()
    closed(candor)
    ada.command("/pulse", "start", channel=CHANNEL)
    ada.submit()
    assert "less than four weeks ago" in str(ada.form_errors)
    ada.close()
    candor.travel.move(days=28)
    begin(ada)
