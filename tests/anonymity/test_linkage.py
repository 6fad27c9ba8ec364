"""Whose answer is which: every attacker is as good as chance on our store, and wins on one that leaks."""

from __future__ import annotations

import pytest

from tests.anonymity import scoreboard
from tests.anonymity.linkage import PEOPLE, Scores, most_by_chance, score

QUICK = 8  # surveys; `make attack` plays 200


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def scores(request: pytest.FixtureRequest) -> Scores:
    """Ten to twenty seconds: some forty surveys, with a copy of the database after every submission."""
    return score(request.param, QUICK)


def test_no_attacker_is_better_than_chance_unless_we_admit_it(scores: Scores) -> None:
    assert {one.attack.says: one.right for one in scores.attacks if not one.holds} == {}


def test_every_attacker_wins_on_a_store_that_leaks(scores: Scores) -> None:
    assert {one.attack.says: one.control for one in scores.attacks if one.control <= 0.95} == {}


def test_with_the_wrapped_key_the_secret_and_all_copies_tell_everything_as_we_admit(scores: Scores) -> None:
    [admitted] = [one for one in scores.attacks if one.attack.admitted]
    assert admitted.right == admitted.links == QUICK * PEOPLE


def test_the_live_key_tells_for_sure_only_the_first_answer_in_a_box(scores: Scores) -> None:
    assert scores.certain == {1: 1.0} | dict.fromkeys(range(2, PEOPLE + 1), 0.0)


def test_how_often_all_in_a_box_say_the_same_is_reckoned_right() -> None:
    all_of_two = [one == other for one in scoreboard.ALIKE for other in scoreboard.ALIKE]
    assert scoreboard.alike(2) == sum(all_of_two) / len(all_of_two)


def test_within_a_submission_the_live_key_tells_that_one_answer(scores: Scores) -> None:
    """Until the old key is overwritten both states of the box open: milliseconds, after a crash till the ring."""
    assert scores.between == dict.fromkeys(range(1, PEOPLE + 1), 1.0) | {2: 2.0}, "with two, the first one as well"


def test_of_200_surveys_271_right_guesses_are_the_most() -> None:
    assert most_by_chance(200) == 271


def test_the_readme_shows_what_was_measured_on_the_store_as_it_is() -> None:
    """The store's files have changed since the table was written: run `make attack`."""
    [block] = scoreboard.BLOCK.findall(scoreboard.README.read_text(encoding="utf-8"))
    assert f"Store: `{scoreboard.hash_of_the_store()}`" in block
