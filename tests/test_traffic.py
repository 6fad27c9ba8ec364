"""What can wait, waits while Slack waits for us."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from bot.home import Redraws
from bot.traffic import Traffic
from tests.conftest import BuildCandor
from tests.slack import Slack
from tests.test_prompts import at, set_up, words


class Later(Executor):
    """Keeps what it is given until somebody has time."""

    def __init__(self) -> None:
        self.kept: list[Callable[[], Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.kept.append(lambda: fn(*args, **kwargs))
        return Future()

    def run(self) -> None:
        while self.kept:
            self.kept.pop(0)()


def test_it_is_not_calm_while_a_request_is_answered_nor_right_after() -> None:
    traffic = Traffic()
    assert traffic.is_calm()
    with traffic.one():
        assert not traffic.is_calm()
    assert not traffic.is_calm()


def test_a_home_is_drawn_once_for_many_changes_and_only_when_nobody_waits(
    build_candor: BuildCandor, slack: Slack
) -> None:
    later, looks = Later(), iter([True, False, False, True])
    candor = build_candor(redraws=Redraws(later, lambda: next(looks)), pace_per_minute=6_000)
    ben = slack.person("UBEN", team="T1")
    set_up(slack.person("UADA", team="T1"), answers="form")
    later.run()
    candor.ring_at(at("2026-11-24 10:00"))
    ben.open_home()
    for answer in ("Rain", "Snow"):
        ben.click("prompt_answer", on=ben.home)
        ben.submit({"words": answer})
        ben.close()
    assert "Waiting for you" in words(ben.home)
    assert len(later.kept) == 1
    later.run()
    assert "Waiting for you" not in words(ben.home)
    assert next(looks, None) is None


def test_in_a_crowd_the_last_ones_to_act_are_drawn(build_candor: BuildCandor, slack: Slack) -> None:
    later = Later()
    candor = build_candor(redraws=Redraws(later, most=2), pace_per_minute=6_000)
    crowd = [slack.person(one, team="T1") for one in ("UADA", "UBEN", "UCEM")]
    set_up(crowd[0], answers="form")
    later.run()
    candor.ring_at(at("2026-11-24 10:00"))
    for person in crowd:
        person.open_home()
        person.click("prompt_answer", on=person.home)
        person.submit({"words": "Rain"})
        person.close()
    later.run()
    assert ["Waiting for you" in words(person.home) for person in crowd] == [True, False, False]
