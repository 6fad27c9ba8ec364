"""Decisions, in words: what an answer says for each door and level, and that Slack takes whatever we build."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks.common import message
from bot.blocks.decisions import answers, forms
from bot.blocks.decisions.answers import Reader
from rituals.decisions.entry import Entry, read_entry
from rituals.decisions.lookup import LONGEST_QUESTION
from rituals.decisions.registry import Who
from rituals.decisions.starting import ten
from storage.schema import Role
from tests.conftest import Candor
from tests.slack import Person, Slack, problems_in_message, problems_in_view
from tests.slack.limits import every_text
from tests.test_blocks import NASTY, words
from tests.test_decisions import ROLLBACK, ask, fill

Json = dict[str, Any]
TODAY = date(2026, 11, 23)
NAMED = Who(
    [Role(name="finance lead", person="UBEN", group=None), Role(name="board", person=None, group="S0BOARD")]
)
NOBODY = Who([])
FULL = replace(
    ROLLBACK, guardrail="Within an hour", agree_or_veto=("board",), consult=("finance lead", "sre lead"),
    drive="sre lead", deputy="board", inform=("<@UADA>",), escalation="board", escalate_after="2 working days",
    review_by="2027-01-31",
)  # fmt: skip


def answer(entry: Entry, who: Who = NOBODY, reader: str = "UASKS", gone: Sequence[str] = ()) -> str:
    return message(answers.answer(entry, who, TODAY, "2026-11-01", Reader(reader, frozenset(gone)))).text


def test_an_answer_says_all_that_is_written_down() -> None:
    assert answer(FULL, NAMED).splitlines() == [
        "*Rolling back a release*",
        "*Who decides:* <@UBEN> (finance lead)",
        "*How:* Handed to the team, which decides, and tells them afterwards.",
        "*May you just do it?* *Yes, if it's your team's work.* It can be undone, so go ahead. "
        "But first, those who must agree have to.",
        "*Within:* Within an hour",
        "*Must agree:* <!subteam^S0BOARD> (board)",
        "*Ask first:* <@UBEN> (finance lead), *sre lead* (a role)",
        "*Drives it:* *sre lead* (a role)",
        "*Stands in:* <!subteam^S0BOARD> (board)",
        "*Tell afterwards:* <@UADA>",
        "*No answer after 2 working days?* Turn to <!subteam^S0BOARD> (board).",
        "Confirmed on 2026-11-01. It is looked at again by 2027-01-31.",
    ]


def test_an_answer_says_nothing_of_what_isnt_written_down() -> None:
    assert answer(Entry("1", "Tea", "anyone")).splitlines() == [
        "*Tea*",
        "*Who decides:* *anyone* (a role)",
        "*May you just do it?* *Ask first.* Whether it can be undone isn't written down.",
        "Confirmed on 2026-11-01.",
    ]


DOORS = ("two-way", "costly", "one-way", "")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("level", [None, 1, 2, 3, 4, 5, 6, 7])
def test_yes_is_said_only_where_the_team_decides_and_it_can_be_undone(door: str, level: int | None) -> None:
    [may] = [
        line for line in answer(replace(ROLLBACK, door=door, delegation_level=level)).splitlines() if "May" in line
    ]
    handed = level is not None and level >= 5
    assert may.startswith("*May you just do it?* *Yes") == (handed and door in ("two-way", "costly"))
    assert ("your team" in may) == handed, "who isn't of the team gets no yes"
    assert ("can't be undone" in may) == (door == "one-way")
    assert ("isn't written down" in may) == (door == "" or (door == "two-way" and level is None))


@pytest.mark.parametrize("door", DOORS)
def test_whoever_decides_is_told_so(door: str) -> None:
    said = answer(replace(ROLLBACK, door=door, delegation_level=2), NAMED, reader="UBEN")
    assert "*Who decides:* you, <@UBEN> (finance lead)" in said
    assert "yours to decide" in said
    assert "*How:* You decide, and explain it to the team." in said


@pytest.mark.parametrize(
    ("review", "says"),
    [(None, "Confirmed on 2026-11-01."), ("2026-11-23", "It is looked at again by 2026-11-23."),
     ("2026-11-22", "Unconfirmed since 2026-11-22: ask before you rely on it.")],
)  # fmt: skip
def test_a_review_that_is_over_makes_an_answer_unconfirmed(review: str | None, says: str) -> None:
    assert answer(replace(ROLLBACK, review_by=review)).endswith(says)


def test_an_answer_about_somebody_who_left_says_so_and_where_to_turn(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    gone = replace(ROLLBACK, decide="<@UBEN>")
    slack.users["UBEN"].deleted = True
    for entry, turn in (
        (replace(gone, deputy="<@UCEM>"), "*Until somebody else is named:* turn to <@UCEM>."),
        (replace(gone, deputy="<@UNOONE>", escalation="board"), "turn to *board* (a role)."),
        (gone, "*Nobody else is named yet:* ask those who look after the registry, or your manager."),
    ):
        fill(candor.database, entry)
        said = ask(ada, "undo a deploy")
        assert "*Who decides:* <@UBEN> (has left)" in said
        assert turn in said


def test_an_answer_comes_though_slack_cant_say_who_left(slack: Slack, candor: Candor, ada: Person) -> None:
    fill(candor.database, replace(ROLLBACK, decide="<@UBEN>"))
    ask(ada, "help")  # who asks is known for minutes
    slack.fail_next("users.info", error="internal_error")
    assert "*Who decides:* <@UBEN>\n" in ask(ada, "undo a deploy")


# --- whatever people write ------------------------------------------------------------------------------


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """Any entry that the reader of rows lets through, the longest ones above all."""
    roles = st.lists(words(80), max_size=60).map("|".join)
    cells = {
        "id": draw(words(40)), "area": draw(words(120)), "category": draw(words(60)), "decide": draw(words(80)),
        "drive": draw(words(80)), "deputy": draw(words(80)), "escalation": draw(words(80)),
        "guardrail": draw(words(500)), "escalate_after": draw(words(60)), "inform": draw(roles),
        "consult": draw(roles), "agree_or_veto": draw(roles), "door": draw(st.sampled_from(DOORS)),
        "aliases": "|".join(draw(st.lists(words(120), max_size=80))),
        "delegation_level": draw(st.sampled_from(["", "1", "5"])),
        "review_by": draw(st.sampled_from(["", "2020-01"])),
    }  # fmt: skip
    entry, _ = read_entry(cells)
    return entry or replace(FULL, guardrail="&" * 500, consult=tuple(f"{n}{'&' * 78}" for n in range(60)))


questions = words(LONGEST_QUESTION).map(lambda typed: " ".join(typed.split())).filter(bool)
gaps = st.lists(st.tuples(questions, st.integers(1, 99)), min_size=1, max_size=15)
missing = st.lists(st.tuples(words(80), st.integers(0, 99)), max_size=120, unique_by=lambda one: one[0])
people = st.none() | st.lists(words(80, empty=True), max_size=100).map(
    lambda names: [(f"U{number}", name) for number, name in enumerate(names or ["x"])]
)


@settings(max_examples=150, deadline=None)
@given(entry=entries(), others=st.lists(entries(), max_size=2), question=questions, gaps=gaps, missing=missing)
def test_slack_takes_every_message(
    entry: Entry, others: list[Entry], question: str, gaps: list[tuple[str, int]], missing: list[tuple[str, int]]
) -> None:
    for built in (
        answers.answer(entry, NAMED, TODAY, None, Reader("U1")),
        answers.menu(question, [(2**40 + place, one) for place, one in enumerate([entry, *others])]),
        answers.none(question, may_teach=True),
        answers.none(question, may_teach=False, empty=True),
        answers.who_is_missing(missing),
        answers.radar(gaps),
    ):
        told = message(built)
        assert problems_in_message({"text": told.text, "blocks": told.blocks}) == []


@settings(max_examples=150, deadline=None)
@given(entry=entries(), question=questions, people=people, count=st.sampled_from([0, 1, 99, 100, 500]))
def test_slack_takes_every_form(
    entry: Entry, question: str, people: list[tuple[str, str]] | None, count: int
) -> None:
    areas = [(number, entry.area) for number in range(count)]
    for view in (
        forms.area_form(entry),
        forms.area_form(None, question, question),
        forms.ten_form(ten(), people),
        forms.name_form(entry.decide, people),
        forms.teach_form(question, areas),
        forms.taught(question, entry),
        forms.saved(entry),
    ):
        assert problems_in_view(view) == []


@settings(max_examples=100, deadline=None)
@given(entry=entries())
def test_a_form_sent_back_untouched_changes_nothing(entry: Entry) -> None:
    view = forms.area_form(entry)
    state: Json = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            chosen = element.get("initial_option")
            given = {"selected_option": chosen} if chosen else {"value": element.get("initial_value")}
            state[block["block_id"]] = {block["block_id"]: given}
    assert forms.read_area(view | {"state": {"values": state}}, entry) == entry


@pytest.mark.parametrize("nasty", NASTY, ids=range(len(NASTY)))
def test_peoples_words_stay_words(nasty: str) -> None:
    entry = replace(FULL, area=nasty[:120] or "x", guardrail=nasty[:500], decide=nasty[:80], consult=(nasty[:80],))
    built = [
        answers.answer(entry, NOBODY, TODAY, None, Reader("U1")),
        answers.none(nasty, may_teach=True),
        answers.radar([(nasty, 1)]),
        answers.who_is_missing([(nasty, 1)] * 12),
        forms.name_form(nasty, None)["blocks"],
        forms.taught(nasty, entry)["blocks"],
    ]
    for said in every_text(built, only="mrkdwn"):
        assert not re.search("<[!@#h]", said.replace("<@UADA>", "")), said
