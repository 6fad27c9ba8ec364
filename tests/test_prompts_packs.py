"""Packs: what is offered, in which order their questions come, and a folder of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from rituals.prompts.packs import BadPack, load_packs
from storage.schema import Prompt, Round, Schedule
from tests.conftest import BuildCandor, Candor
from tests.slack import Person, Slack
from tests.test_prompts import at, only, question, rows, set_up, what, words

PACK = """title: {title}
why: 'For tests.'
cadence: weekdays
answers: {answers}
questions:
  - id: a
    ask: First?
  - id: b
    ask: Second?
  - id: c
    ask: Third?
"""


def offered(person: Person) -> list[str]:
    person.command("/prompt", channel="C1")
    assert person.modal is not None
    [box] = [block for block in person.modal["blocks"] if block.get("block_id") == "pack"]
    return [option["value"] for option in box["element"]["options"]]


def test_all_packs_are_offered(candor: Candor, ada: Person) -> None:
    packs = load_packs(None)
    assert len(packs) == 10
    assert set(offered(ada)) == {"own", *packs}
    assert {name for name, pack in packs.items() if pack.answers == "sealed"} == {"debt", "concerns"}


def test_a_pack_brings_its_rhythm_along(candor: Candor, ada: Person) -> None:
    what(ada, pack="vision", answers="form", question=None)
    assert "Day of the month" in words(ada.modal)
    ada.submit()
    assert "Every three months on the 23rd" in words(ada.modal)


def test_a_pack_asks_each_question_once_before_it_begins_again(
    build_candor: BuildCandor, slack: Slack, tmp_path: Path
) -> None:
    (tmp_path / "three.yaml").write_text(PACK.format(title="Three", answers="thread"))
    candor = build_candor(pace_per_minute=6_000, packs_dir=tmp_path)
    set_up(slack.person("UADA", team="T1"), pack="three", question=None)
    for day in ("24", "25", "26", "27", "30"):
        candor.ring_at(at(f"2026-11-{day} 10:00"))
    assert [asked.question for asked in rows(candor, Round)] == [
        "First?",
        "Second?",
        "Third?",
        "First?",
        "Second?",
    ]
    assert only(candor, Prompt).asked == ["a", "b"]


def test_a_pack_of_ones_own_wins_over_ours(build_candor: BuildCandor, slack: Slack, tmp_path: Path) -> None:
    (tmp_path / "learning.yaml").write_text(PACK.format(title="Our learning", answers="thread"))
    build_candor(packs_dir=tmp_path)
    ada = slack.person("UADA", team="T1")
    assert "gratitude" in offered(ada)
    assert "Pack: Our learning" in str(ada.modal)
    assert "Pack: Learning" not in str(ada.modal)


def test_vision_shows_the_written_direction_beside_the_answers(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(
        ada,
        {"beside": "Calm <!here> tools", "first": "2026-11-24", "day": "24"},
        pack="vision",
        answers="form",
        question=None,
    )
    candor.ring_at(at("2026-11-24 10:00"))
    ada.click("Answer", on=question(slack))
    ada.submit({"words": "Quiet tools"})
    candor.ring_at(at("2026-11-26 10:00"))
    digest = slack.channels["C1"].messages[-1]["text"]
    assert ">Quiet tools" in digest
    assert digest.endswith("*Our direction, as it is written today*\n>Calm &lt;!here&gt; tools")


def test_a_pack_that_was_taken_away_asks_nothing_and_says_so(
    build_candor: BuildCandor, slack: Slack, tmp_path: Path
) -> None:
    (tmp_path / "three.yaml").write_text(PACK.format(title="Three", answers="thread"))
    build_candor(packs_dir=tmp_path)
    ada = slack.person("UADA", team="T1")
    set_up(ada, pack="three", question=None)
    candor = build_candor(pace_per_minute=6_000)
    candor.ring_at(at("2026-11-24 10:00"))
    assert rows(candor, Round) == []
    assert only(candor, Schedule).next_due == at("2026-11-25 10:00")
    ada.command("/prompt", "list", channel="C1")
    assert "Pack three, which is no longer there: edit or stop it" in ada.ephemerals[-1]["text"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("- a list", "it needs title, why, cadence, answers and questions"),
        (": : :\n- [", "it is not YAML in UTF-8"),
        (PACK.format(title="x" * 41, answers="thread"), "title must be a text of 1 to 40 characters"),
        (PACK.format(title="Three", answers="shouted"), "answers must be one of thread, form, sealed"),
        (PACK.format(title="Three", answers="form") + "colour: red\n", "I don't know colour"),
        (PACK.format(title="Three", answers="form") + "beside: [1]\n", "beside must be"),
    ],
)
def test_a_pack_that_cant_be_used_is_named_with_its_fault(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "ours.yaml").write_text(text)
    with pytest.raises(BadPack) as refused:
        load_packs(tmp_path)
    assert f"The question pack ours.yaml can't be used: {why}" in refused.value.sentence
