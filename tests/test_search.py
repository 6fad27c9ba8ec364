"""The search of the registry: aliases win, typos are repaired, and an area is only named when it is sure."""

from __future__ import annotations

import csv
import string
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rituals.search import Area, Index

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
SAMPLE = DATA / "decision_rights_sample.csv"
PRACTICE = DATA / "decision_queries_practice.csv"
KEPT_APART = yaml.safe_load((Path(__file__).parent / "decision_questions.yaml").read_text(encoding="utf-8"))
needs_sample = pytest.mark.skipif(
    not SAMPLE.is_file(), reason="../shared/data with the sample registry is not here"
)

AREAS = [
    Area("1", "Production schema migration", ("alter table", "drop column"), "architecture"),
    Area("2", "Feature flag rollout", ("flip the flag", "canary"), "release"),
    Area("3", "Rolling back a release", ("revert", "undo deploy"), "release"),
    Area("4", "Leave and time off", ("vacation", "days off"), "people"),
    Area("5", "On-call rotation changes", ("pager rota",), "reliability"),
    Area("6", "Customer discount above the limit", ("deal discount", "Sonderpreis"), "money"),
]
INDEX = Index(AREAS)
HOSPITAL = [Area(id, name, tuple(aliases.split("|")), kind) for id, name, kind, aliases in KEPT_APART["hospital"]]

Question = tuple[str, str, frozenset[str]]  # kind, words, the areas that are right; none for unanswerable ones


@dataclass(frozen=True)
class Figures:
    """How an index did: shares of the answerable questions, and counts of answers that should not be."""

    first: float
    three: float
    wrong: int
    named_without_reason: int
    typos: int


def measure(index: Index, questions: Iterable[Question]) -> Figures:
    asked = [(kind, index.ask(words), right) for kind, words, right in questions]
    answerable = [(kind, answer, right) for kind, answer, right in asked if right]
    first = [(kind, answer.candidates[:1] and answer.candidates[0] in right) for kind, answer, right in answerable]
    return Figures(
        first=sum(bool(hit) for _, hit in first) / len(answerable),
        three=sum(not right.isdisjoint(answer.candidates) for _, answer, right in answerable) / len(answerable),
        wrong=sum(answer.kind == "direct" and answer.area not in right for _, answer, right in answerable),
        named_without_reason=sum(answer.kind == "direct" for _, answer, right in asked if not right),
        typos=sum(kind == "typo" and bool(hit) for kind, hit in first),
    )


def sample() -> list[Area]:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        return [
            Area(row["id"], row["area"], tuple(row["aliases"].split("|")), row["category"], row["guardrail"])
            for row in csv.DictReader(file)
        ]


def kept_apart(when: str, registry: str) -> list[Question]:
    rows: Sequence[tuple[str, str, str]] = KEPT_APART[when][registry]
    return [(kind, words, frozenset() if area == "none" else frozenset([area])) for kind, words, area in rows]


# --- behaviour ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "area"),
    [
        ("who decides about a feature flag rollout?", "2"),
        ("may I revert", "3"),
        ("can I drop a column", "1"),
        ("my vacation?", "4"),
        ("oncall rotation", "5"),
        ("Who approves a Sonderpreis?", "6"),
    ],
)
def test_the_words_of_an_area_or_an_alias_are_answered_directly(question: str, area: str) -> None:
    answer = INDEX.ask(question)
    assert (answer.kind, answer.area, answer.candidates[0]) == ("direct", area, area)


@pytest.mark.parametrize(
    ("question", "area"),
    [
        ("shcema migraton", "1"),
        ("featrue falg", "2"),
        ("vacaton", "4"),
        ("rotaion of the pagr", "5"),
        ("discuont", "6"),
    ],
)
def test_typos_are_repaired(question: str, area: str) -> None:
    assert INDEX.ask(question).candidates[0] == area


@pytest.mark.parametrize(
    ("question", "area"),
    [
        ("we want the previous version back", "3"),
        ("could they get it for twenty percent less", "6"),
        ("a long weekend", "4"),
    ],
)
def test_other_words_for_the_same_matter_find_it_but_are_never_named_as_sure(question: str, area: str) -> None:
    answer = INDEX.ask(question)
    assert (answer.kind, answer.area) == ("menu", None)
    assert area in answer.candidates


def test_an_alias_taught_yesterday_is_answered_directly_today() -> None:
    words = "who can hand out zebra stickers"
    assert INDEX.ask(words).kind == "none"
    taught = [*AREAS[:-1], Area("6", AREAS[5].area, (*AREAS[5].aliases, words), "money")]
    assert (Index(taught).ask(words).kind, Index(taught).ask("zebra stickers?").area) == ("direct", "6")


def test_two_areas_that_fit_alike_are_a_menu_in_the_order_of_the_registry() -> None:
    twins = [Area("b", "Opening a branch"), Area("a", "Closing a branch"), Area("c", "Paint")]
    assert INDEX.ask("pager discount").kind == "menu"
    answer = Index(twins).ask("the branch")
    assert (answer.kind, answer.candidates) == ("menu", ("b", "a"))


@pytest.mark.parametrize(
    "question",
    [
        "",
        "   ",
        "?",
        "😀🎉🚀",
        ":tada: :wave:",
        "<@U123ABC>",
        "who decides?",
        "where is the lunch menu",
        "谁决定午餐",
        "Wo gibt es Kaffee",
    ],
)
def test_what_no_area_is_about_has_no_entry(question: str) -> None:
    answer = INDEX.ask(question)
    assert (answer.kind, answer.area, answer.candidates) == ("none", None, ())


def test_an_empty_registry_answers_none() -> None:
    assert Index([]).ask("who decides about flags").kind == "none"


def test_a_registry_of_one_area_and_an_area_made_of_stop_words_can_be_asked() -> None:
    assert Index([Area("1", "Flags")]).ask("flags").area == "1"
    assert Index([Area("1", "Who decides what")]).ask("who decides what").candidates == ("1",)


@pytest.mark.parametrize(
    "words", ["who decides " * 250, "x" * 3000, "qzxv " * 600, "migration flag vacatoin " * 130, "é́" * 1500]
)
def test_three_thousand_characters_are_answered_in_a_moment(words: str) -> None:
    began = time.perf_counter()
    INDEX.ask(words)
    assert time.perf_counter() - began < 0.5  # two ms measured; half a second is a loaded machine


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300) | st.text(alphabet=string.ascii_lowercase + " ", max_size=200))
def test_any_text_gets_an_answer_that_keeps_its_promises(words: str) -> None:
    answer = INDEX.ask(words)
    assert answer == INDEX.ask(words)
    assert (answer.kind == "none") == (answer.candidates == ())
    assert len(set(answer.candidates)) == len(answer.candidates) <= 3
    assert answer.area == (answer.candidates[0] if answer.kind == "direct" else None)


def test_two_indexes_of_one_registry_answer_alike() -> None:
    questions = [words for _, words, _ in kept_apart("late", "hospital")]
    one, other = Index(HOSPITAL), Index(HOSPITAL)
    assert [one.ask(words) for words in questions] == [other.ask(words) for words in questions]


def test_a_sentence_model_can_find_what_no_word_does_but_cannot_make_it_sure() -> None:
    def meaning(texts: Sequence[str]) -> list[list[float]]:
        return [[1.0, 0.0] if "discount" in text or "haggle" in text else [0.0, 1.0] for text in texts]

    answer = Index(AREAS, meaning).ask("zyx haggle")
    assert (answer.kind, answer.candidates[0]) == ("menu", "6")


# --- figures: floors a little below what was measured, so that a regression shows ---------------------------


@pytest.mark.parametrize(("when", "first", "three"), [("early", 0.78, 0.90), ("late", 0.33, 0.50)])
def test_a_hospital_is_answered_as_well_as_a_software_company(when: str, first: float, three: float) -> None:
    figures = measure(Index(HOSPITAL), kept_apart(when, "hospital"))
    assert figures.first >= first
    assert figures.three >= three
    assert (figures.wrong, figures.named_without_reason) == (0, 0)


@needs_sample
@pytest.mark.parametrize(("when", "first", "three"), [("early", 0.81, 0.93), ("late", 0.33, 0.55)])
def test_questions_kept_apart_find_their_area_in_the_sample_registry(
    when: str, first: float, three: float
) -> None:
    figures = measure(Index(sample()), kept_apart(when, "sample"))
    assert figures.first >= first
    assert figures.three >= three
    assert figures.wrong == 0
    assert figures.named_without_reason == 0


@needs_sample
def test_the_practice_questions_reach_what_the_issue_asks() -> None:
    areas = sample()
    ids = {area.area: area.id for area in areas}
    with PRACTICE.open(encoding="utf-8", newline="") as file:
        questions = [
            (
                row["kind"],
                row["query"],
                frozenset(
                    ids[name] for name in [row["expected_area"], *row["also_acceptable"].split("|")] if name in ids
                ),
            )
            for row in csv.DictReader(file)
        ]
    figures = measure(Index(areas), questions)
    assert figures.first >= 0.80
    assert figures.three >= 0.88
    assert figures.typos >= 17
    assert figures.wrong <= 1
    assert figures.named_without_reason == 0
