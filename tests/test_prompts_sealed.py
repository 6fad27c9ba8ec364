"""Sealed rounds through Slack's door: nobody's name, opened together, from five answers on, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from storage.schema import Answer, Base, Round, SealedBox, SealedSeat
from tests.conftest import Candor
from tests.slack import Person, Slack
from tests.test_prompts import at, heard, only, question, rows, set_up, what, words

PEOPLE = ("UADA", "UBEN", "UCEM", "UDEE", "UELI", "UOUT")
OPENS, CLOSES = at("2026-11-24 10:00"), at("2026-11-26 10:00")
MARKER = "canary-5c1"


@pytest.fixture
def six(slack: Slack) -> list[Person]:
    """The six of a channel with a guest and Candor in it."""
    slack.channel("C6", team="T1", name="six", members=[*PEOPLE, "UGUEST"])
    return [slack.person(one, team="T1") for one in PEOPLE]


def asked(candor: Candor, person: Person, **boxes: Any) -> Round:
    """A sealed question that was just posted."""
    set_up(person, channel="C6", answers="sealed", **boxes)
    candor.ring_at(OPENS)
    return only(candor, Round)


def answer(slack: Slack, person: Person, said: str) -> None:
    person.click("prompt_answer", on=question(slack, "C6"))
    person.submit({"words": said})


def closed(candor: Candor, slack: Slack, people: Sequence[Person]) -> str:
    """What the channel reads at the end, of these people's answers."""
    for number, person in enumerate(people):
        answer(slack, person, f"answer {number} {MARKER}")
    candor.ring_at(CLOSES)
    candor.ring()
    return "\n".join(words(one) for one in slack.channels["C6"].messages)


def test_five_answers_come_out_together_without_names(candor: Candor, slack: Slack, six: list[Person]) -> None:
    opened = asked(candor, six[0])
    assert (opened.sealed, opened.invited) == (True, 6)
    told = closed(candor, slack, six[:5])
    assert sorted(only(candor, Round).unsealed or []) == [f"answer {number} {MARKER}" for number in range(5)]
    assert all(f"answer {number} {MARKER}" in told for number in range(5))
    assert "5 people answered" in told
    assert not any(person in told for person in PEOPLE)
    assert rows(candor, SealedBox) == []
    assert rows(candor, Answer) == []


@pytest.mark.parametrize("answered", [0, 4])
def test_fewer_than_five_are_never_opened_and_not_counted(
    candor: Candor, slack: Slack, six: list[Person], answered: int
) -> None:
    asked(candor, six[0])
    told = closed(candor, slack, six[:answered])
    assert "Fewer than five answered, so nothing is shown, and nothing is kept." in told
    assert MARKER not in told
    assert only(candor, Round).unsealed == []
    assert only(candor, Round).answer_count is None


def test_until_the_end_no_table_file_or_message_holds_a_word_of_an_answer(
    candor: Candor, slack: Slack, six: list[Person], tmp_path: Path
) -> None:
    asked(candor, six[0])
    for person in six:
        answer(slack, person, f"{MARKER} from me")
    with candor.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(text(f'SELECT * FROM "{table.name}"')):
                assert MARKER not in str(row)
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or MARKER.encode() not in file.read_bytes(), file
    assert MARKER not in str([one.messages for one in slack.channels.values()])


def test_an_answer_asks_slack_nothing_and_a_second_one_is_refused(
    candor: Candor, slack: Slack, six: list[Person]
) -> None:
    asked(candor, six[0])
    ben = six[1]
    ben.click("prompt_answer", on=question(slack, "C6"))
    heard_before = len(slack.calls)
    ben.submit({"words": "once"})
    assert len(slack.calls) == heard_before
    assert "Your answer is in the box." in words(ben.modal)
    ben.close()
    answer(slack, ben, "twice")
    assert "It can't be changed any more, because nobody can find it" in str(ben.form_errors)


def test_a_guest_and_whoever_came_later_have_no_seat(candor: Candor, slack: Slack, six: list[Person]) -> None:
    asked(candor, six[0])
    assert {one.person for one in rows(candor, SealedSeat)} == set(PEOPLE)
    guest = slack.person("UGUEST", team="T1")
    guest.click("prompt_answer", on=question(slack, "C6"))
    assert "You weren't among those who were asked" in heard(guest)


def test_it_stays_on_everybodys_home_until_it_closes_answered_or_not(
    candor: Candor, slack: Slack, six: list[Person]
) -> None:
    asked(candor, six[0])
    answer(slack, six[1], "done")
    for person in six[1:3]:
        person.open_home()
        assert "What surprised you?" in words(person.home)
    candor.ring_at(CLOSES)
    six[1].open_home()
    assert "What surprised you?" not in words(six[1].home)


def test_a_channel_of_four_can_not_be_asked_sealed(candor: Candor, ada: Person, slack: Slack) -> None:
    slack.channel("C4", team="T1", name="four", members=PEOPLE[:4])
    what(ada, channel="C4", answers="sealed")
    assert "at least 5 people" in str(ada.form_errors)


def test_where_too_few_are_left_nothing_is_asked(candor: Candor, slack: Slack, six: list[Person]) -> None:
    set_up(six[0], channel="C6", answers="sealed")
    slack.channels["C6"].members[:] = [*PEOPLE[:4], "UBOT"]
    candor.ring_at(OPENS)
    assert only(candor, Round).invited == 4
    assert slack.channels["C6"].messages == []


def test_a_pack_that_is_sealed_is_sealed_whatever_was_chosen(
    candor: Candor, slack: Slack, six: list[Person]
) -> None:
    what(six[0], channel="C6", pack="concerns", question=None, answers="thread")
    six[0].submit()
    six[0].submit()
    candor.ring_at(at("2026-12-28 12:00"))
    assert all(one.sealed for one in rows(candor, Round))


def test_a_round_whose_key_is_gone_is_told_and_the_next_one_works(
    candor: Candor, slack: Slack, six: list[Person]
) -> None:
    asked(candor, six[0])
    answer(slack, six[1], "lost")
    keys = Path(os.environ["CANDOR_KEY_DIR"])
    for file in keys.iterdir():
        if file.is_file() and not file.name.startswith("."):
            file.unlink()
    candor.ring_at(CLOSES)
    candor.ring()
    assert "The key to the answers is gone" in words(question(slack, "C6"))
    candor.ring_at(at("2026-12-01 10:00"))
    assert rows(candor, Round)[-1].invited == 6


def test_with_the_keys_out_of_reach_nothing_is_taken_and_nothing_closed(
    candor: Candor, slack: Slack, six: list[Person], tmp_path: Path
) -> None:
    asked(candor, six[0])
    keys = Path(os.environ["CANDOR_KEY_DIR"])
    away = tmp_path / "away"
    shutil.move(keys, away)
    answer(slack, six[1], "later")
    assert "Please try again in a minute" in str(six[1].form_errors)
    candor.ring_at(CLOSES)
    assert only(candor, Round).closed_at is None
    shutil.move(away, keys)
    candor.ring()
    assert only(candor, Round).closed_at == CLOSES


def test_the_marks_of_a_keyboard_are_gone_and_the_lines_of_an_answer_are_kept(
    candor: Candor, slack: Slack, six: list[Person]
) -> None:
    """A mark that nobody sees could be one that its author told somebody of."""
    asked(candor, six[0])
    for person in six[:5]:
        answer(slack, person, "It\u2019s\u00a0fine\u200b\u2026\r\nReally.")
    candor.ring_at(CLOSES)
    assert only(candor, Round).unsealed == ["It's fine...\nReally."] * 5
