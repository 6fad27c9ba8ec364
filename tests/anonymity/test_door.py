"""Attacks through Slack's door: what a submission does, and whether any word or name can be found afterwards."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from rituals.pulse.asking import asked_in
from rituals.pulse.publishing import publish
from storage.schema import Delivery, Pulse, SealedBox
from tests.anonymity.test_writes import written
from tests.conftest import Candor
from tests.slack import Person, Slack
from tests.test_prompts import only, rows, words
from tests.test_pulse import CHANNEL, ITEMS, TEAM, answer, candor, closed, everyone, launched
from tests.test_workspaces import kept

__all__ = ["candor"]  # a fixture

MARKER = "canary-pulse-6b1e"
GIVEN: dict[str, Sequence[int | str]] = {
    person: [(place + number) % 7 + 1 for place in range(ITEMS)] for number, person in enumerate(TEAM)
}


def filled(person: Person, comment: str | None = None) -> None:
    """Open the form and fill it in, without sending it."""
    person.click("Answer the pulse", on=person.direct_messages[0])
    boxes = {f"item_{place}": str(one) for place, one in enumerate(GIVEN[person.id])}
    person.fill(boxes | ({"comment": comment} if comment else {}))


@pytest.mark.parametrize("seed", range(3))
def test_the_result_is_the_same_bytes_under_any_order(
    candor: Candor, slack: Slack, ada: Person, seed: int
) -> None:
    """As if all had been handed to `publish` in the order of the alphabet."""
    launched(candor, ada)
    order = everyone(slack)
    Random(seed).shuffle(order)
    for person in order:
        answer(person, GIVEN[person.id], f"Comment of {GIVEN[person.id]}.")
    pulse = closed(candor)
    answers = [[int(one) for one in GIVEN[person]] for person in sorted(TEAM)]
    comments = [f"Comment of {GIVEN[person]}." for person in sorted(TEAM)]
    assert pulse.result == publish(asked_in(pulse), answers, comments, invited=len(TEAM), k=5).in_json()


def test_a_submission_writes_one_row_and_calls_nothing_on_slack(candor: Candor, slack: Slack, ada: Person) -> None:
    launched(candor, ada)
    for person in everyone(slack):
        filled(person)
        before, calls = kept(candor.database), len(slack.calls)
        with written(candor.database) as heard:
            person.submit()
        after = kept(candor.database)
        assert [statement.split()[:2] for statement in heard] == [["UPDATE", "sealed_box"]]
        assert {table for table in before if before[table] != after[table]} == {"sealed_box"}
        assert len(slack.calls) == calls
        assert "Your answer is in the box" in words(person.modal)


def test_a_last_look_at_a_comment_writes_nothing(candor: Candor, slack: Slack, ada: Person) -> None:
    launched(candor, ada)
    filled(ada, "Only a look.")
    calls = len(slack.calls)
    with written(candor.database) as heard:
        ada.submit()
    assert "This is how your comment will read" in words(ada.modal)
    assert heard == []
    assert len(slack.calls) == calls


def test_each_form_three_times_and_all_at_once_counts_each_person_once(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    launched(candor, ada)
    people = everyone(slack)[:5]
    payloads = []
    for person in people:
        filled(person)
        payloads += [person.submit().payload] * 3
    Random(5).shuffle(payloads)
    with ThreadPoolExecutor(20) as at_once:
        list(at_once.map(lambda payload: slack.deliver("interactive", payload), payloads))
    told = closed(candor).result or ""
    assert '"n":5' in told
    assert only(candor, Pulse).state == "closed"


def test_twenty_at_once_are_all_in_or_told_that_they_are_not(candor: Candor, slack: Slack, ada: Person) -> None:
    more = [f"UMANY{number:02}" for number in range(14)]
    for one in more:
        slack.user(one, team="T1", name=one.lower(), tz=None)
    slack.channels[CHANNEL].members.extend(more)
    launched(candor, ada)
    people = [slack.person(one, team="T1") for one in [*TEAM, *more]]
    for person in people:
        person.click("Answer the pulse", on=person.direct_messages[0])
        person.fill({f"item_{place}": "6" for place in range(ITEMS)})
    with ThreadPoolExecutor(20) as at_once:
        list(at_once.map(lambda person: person.submit(), people))
    told = [person for person in people if "Your answer is in the box" in words(person.modal)]
    assert all(person in told or person.form_errors for person in people)
    assert f'"n":{len(told)}' in (closed(candor).result or "")


# --- the marker -----------------------------------------------------------------------------------------


def tables_with(candor: Candor, mark: str) -> set[str]:
    return {table for table, found in kept(candor.database).items() if mark in repr(found)}


def said_by_us(slack: Slack) -> str:
    places = [channel.messages for channel in slack.channels.values()]
    whispers = list(slack.ephemerals.values())
    return repr([*places, *whispers, slack.homes])


def test_no_word_is_found_anywhere_while_it_is_open_or_after_it_was_refused(
    candor: Candor, slack: Slack, ada: Person, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    launched(candor, ada)
    ben = slack.person("UBEN", team="T1")
    answer(ben, GIVEN["UBEN"], f"Nobody reads {MARKER}.")  # taken
    ben.close()
    answer(ben, GIVEN["UBEN"], f"Nobody reads {MARKER} twice.")  # refused: a second one
    assert "can't be changed" in str(ben.form_errors)
    filled(ada, f"{MARKER} " * 40)
    ada.submit(as_client=False)  # refused: too long
    (tmp_path / "keys").rename(tmp_path / "elsewhere")
    cem = slack.person("UCEM", team="T1")
    answer(cem, GIVEN["UCEM"], f"No keys for {MARKER}.")  # refused: the keys are away
    assert cem.form_errors
    candor.ring()

    assert tables_with(candor, MARKER) == set()
    assert MARKER not in said_by_us(slack)
    assert MARKER not in caplog.text
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or MARKER.encode() not in file.read_bytes(), file.name


def test_nobody_who_answered_is_named_in_a_log_or_a_row_that_others_lack(
    candor: Candor, slack: Slack, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    launched(candor, ada)
    before = {table: found for table, found in kept(candor.database).items() if table != "sealed_box"}
    caplog.clear()
    caplog.set_level(logging.DEBUG, logger="candor")
    answer(slack.person("UBEN", team="T1"), GIVEN["UBEN"])
    assert {table: found for table, found in kept(candor.database).items() if table != "sealed_box"} == before
    assert "UBEN" not in caplog.text


def test_comments_below_five_answers_are_gone_for_good(
    candor: Candor, slack: Slack, ada: Person, tmp_path: Path
) -> None:
    launched(candor, ada)
    for person in everyone(slack)[:4]:
        answer(person, GIVEN[person.id], f"{MARKER} of four")
        person.close()
    assert closed(candor).state == "few"
    assert rows(candor, SealedBox) == []
    assert tables_with(candor, MARKER) == set()
    assert MARKER not in said_by_us(slack)
    assert not list((tmp_path / "keys").glob("*.box"))
    assert all("UBEN" not in repr(one.facts) for one in rows(candor, Delivery))
