"""Decisions: who may keep the registry, ten areas to begin with, and answers that only the asker sees."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

import storage.decisions as kept
from rituals.decisions.entry import Entry
from rituals.decisions.lookup import LONGEST_QUESTION, Lookups
from rituals.decisions.registry import all_entries, replace_all
from storage import Database
from storage.schema import Act, Miss, Right
from tests.conftest import NOON, BuildCandor, Candor
from tests.slack import Person, Slack

Json = dict[str, Any]

ROLLBACK = Entry(
    "R1", "Rolling back a release", "finance lead", aliases=("undo a deploy",), door="two-way", delegation_level=6
)
VENDOR = Entry("R2", "New supplier", "<@UBEN>", aliases=("new vendor", "buy software"), door="costly")
HIRING = Entry("R3", "Hiring an engineer", "people lead", aliases=("job offer",), door="one-way")
THREE = (ROLLBACK, VENDOR, HIRING)


def fill(
    database: Database, *entries: Entry, keepers: Sequence[str] = ("UADA",), workspace: str = "T1"
) -> Sequence[Right]:
    """Make these the registry of a workspace; its rows."""
    with database.begin() as session:
        replace_all(session, workspace, entries or THREE, keepers, "shell", NOON)
    with database.reading() as session:
        return kept.rights(session, workspace)


def registry(database: Database, workspace: str = "T1") -> list[Entry]:
    with database.reading() as session:
        return all_entries(session, workspace)


def misses(database: Database) -> Sequence[Miss]:
    with database.reading() as session:
        return session.scalars(select(Miss).order_by(Miss.id)).all()


def ask(person: Person, question: str) -> str:
    """Ask, and what was answered."""
    person.command("/whodecides", question, channel="C1")
    return heard(person)


def heard(person: Person) -> str:
    return str(person.ephemerals[-1]["text"])


def shown(person: Person) -> str:
    """The open form, as text."""
    assert person.modal is not None
    return json.dumps(person.modal["blocks"], ensure_ascii=False)


# --- who may --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["ten", "new"])
def test_a_guest_keeps_no_registry(slack: Slack, candor: Candor, words: str) -> None:
    guest = slack.person("UGUEST", team="T1")
    assert "Guests" in ask(guest, words)
    assert guest.modal is None


def test_a_guest_gets_an_answer(slack: Slack, candor: Candor) -> None:
    fill(candor.database)
    assert "<@UBEN>" in ask(slack.person("UGUEST", team="T1"), "new vendor")


@pytest.mark.parametrize("words", ["ten", "new", "edit undo a deploy", "role finance lead"])
def test_only_those_who_look_after_it_and_admins_change_the_registry(
    slack: Slack, candor: Candor, ada: Person, words: str
) -> None:
    fill(candor.database)
    ben, dee = slack.person("UBEN", team="T1"), slack.person("UDEE", team="T1")
    assert (
        ask(ben, words)
        == "Only <@UADA> or an admin of the workspace can change who decides what. Please ask them."
    )
    assert ben.modal is None
    for may in (ada, dee):
        may.command("/whodecides", words, channel="C1")
        assert may.modal is not None


def test_a_registry_that_nobody_looks_after_is_changed_by_admins_alone(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    fill(candor.database, keepers=())
    assert ask(ada, "new") == "Only an admin of the workspace can change who decides what. Please ask them."
    dee = slack.person("UDEE", team="T1")
    dee.command("/whodecides", "new", channel="C1")
    dee.submit({"area": "Holidays", "decide": "line manager"})
    with candor.database.reading() as session:
        assert kept.keepers(session, "T1") == ["UDEE"]


def test_a_form_opened_before_the_rights_went_is_refused(slack: Slack, candor: Candor, ada: Person) -> None:
    ben = slack.person("UBEN", team="T1")
    ben.command("/whodecides", "new", channel="C1")  # there is no registry yet: anybody may begin one
    fill(candor.database)
    ben.submit({"area": "Everything", "decide": "ben"})
    assert "Only <@UADA>" in json.dumps(ben.form_errors)
    assert registry(candor.database) == list(THREE)


# --- start with ten -------------------------------------------------------------------------------------


def test_ten_areas_then_a_question(candor: Candor, ada: Person) -> None:
    assert "Nobody has written down yet" in ask(ada, "may I roll back a release?")
    ada.click("Start with ten", on=ada.ephemerals[-1])
    ada.submit({"ten-rollback": "UBEN", "ten-data": "UCEM"})
    assert "*Who decides:* <@UBEN>" in ask(ada, "may I roll back a release?")
    with candor.database.reading() as session:
        assert kept.keepers(session, "T1") == ["UADA"], "whoever began looks after it"


def test_ten_with_nobody_picked_is_refused_and_keeps_nothing(candor: Candor, ada: Person) -> None:
    ada.command("/whodecides", "ten", channel="C1")
    ada.submit()
    assert "at least one" in json.dumps(ada.form_errors)
    assert not registry(candor.database)


def test_ten_again_offers_what_is_left_and_leaves_a_renamed_area_alone(candor: Candor, ada: Person) -> None:
    ada.command("/whodecides", "ten", channel="C1")
    ada.submit({"ten-release": "UBEN"})
    ada.close()
    ada.command("/whodecides", "edit releasing to users", channel="C1")
    ada.submit({"area": "Shipping"})
    ada.close()
    ada.command("/whodecides", "ten", channel="C1")
    assert "ten-release" not in shown(ada)
    ada.submit({"ten-hire": "UCEM"})
    assert {one.area: one.decide for one in registry(candor.database)} == {
        "Shipping": "<@UBEN>",
        "Hiring and roles in the team": "<@UCEM>",
    }


def test_ten_leaves_an_alias_with_the_area_that_has_it(candor: Candor, ada: Person) -> None:
    fill(candor.database, replace(HIRING, aliases=("DEPLOY",)))
    ada.command("/whodecides", "ten", channel="C1")
    ada.submit({"ten-release": "UBEN"})
    assert ada.form_errors == {}
    [release] = [one for one in registry(candor.database) if one.ref == "ten-release"]
    assert "deploy" not in release.aliases
    assert "ship" in release.aliases


def test_a_large_workspace_picks_its_people_by_name(slack: Slack, candor: Candor, ada: Person) -> None:
    for number in range(120):
        slack.user(f"UX{number}", team="T1", name=f"x{number}")
    ada.command("/whodecides", "ten", channel="C1")
    assert "users_select" in shown(ada)
    ada.submit({"ten-hire": "UX119"})
    assert [one.decide for one in registry(candor.database)] == ["<@UX119>"]


# --- asking ---------------------------------------------------------------------------------------------


def test_only_the_asker_sees_question_and_answer(slack: Slack, candor: Candor, ada: Person) -> None:
    fill(candor.database)
    for question in ("new vendor", "may I paint the moon green?", "release supplier engineer"):
        ask(ada, question)
    assert slack.channels["C1"].messages == []
    assert not slack.person("UBEN", team="T1").ephemerals


def test_an_empty_registry_says_so_and_gives_the_default(candor: Candor, ada: Person) -> None:
    said = ask(ada, "may I paint the wall?")
    assert "Nobody has written down yet who decides what here." in said
    assert "That is only a default." in said


def test_a_gap_is_kept_with_its_day_and_without_a_name(candor: Candor, ada: Person) -> None:
    fill(candor.database)
    said = ask(ada, "may <@UBEN|ben> paint the <!channel> moon?")
    assert "&lt;!channel&gt;" in said
    [miss] = misses(candor.database)
    assert (miss.words, miss.day) == ("may somebody paint the <!channel> moon?", "2026-11-23")
    assert {column.name for column in Miss.__table__.columns} == {"workspace", "id", "words", "day"}
    with candor.database.reading() as session:
        assert [act.person for act in session.scalars(select(Act))] == ["shell"], "asking is no act"


BAD = [
    ("why " * 750, "Ask in one sentence"),
    (" \t ", "What `/whodecides` can do"),
    ("help", "What `/whodecides` can do"),
    ("???", "Ask in a few words"),
    ("🎉🎉", "Ask in a few words"),
    ("שלום, מי מחליט?", "only a default"),
    ("誰が決めますか", "only a default"),
    ("<!channel> <!everyone> <https://evil.example|click>", "only a default"),
    ("x" * LONGEST_QUESTION, "only a default"),
    ("&" * (LONGEST_QUESTION - 1) + "x", "only a default"),
]


@pytest.mark.parametrize(("question", "says"), BAD, ids=[question[:12] for question, _ in BAD])
def test_whatever_is_asked_one_clear_answer_comes_and_nobody_is_pinged(
    slack: Slack, candor: Candor, ada: Person, question: str, says: str
) -> None:
    fill(candor.database)
    assert says in ask(ada, question)
    assert "<!" not in heard(ada).replace("<!date", "")
    assert slack.breaches == []


def test_an_unsure_answer_is_a_menu_and_none_of_these_is_a_gap(candor: Candor, ada: Person) -> None:
    twins = [
        replace(VENDOR, ref=f"V{n}", area=f"{kind} contract", aliases=())
        for n, kind in enumerate(("Supplier", "Customer", "Landlord"))
    ]
    fill(candor.database, *twins)
    assert "not sure" in ask(ada, "contract")
    assert not misses(candor.database)
    ada.click("Customer contract", on=ada.ephemerals[-1])
    assert "*Customer contract*" in heard(ada)
    ask(ada, "contract")
    ada.click("None of these", on=ada.ephemerals[-1])
    assert "only a default" in heard(ada)
    assert [miss.words for miss in misses(candor.database)] == ["contract"]


def test_an_area_that_went_while_the_menu_stood_there_is_a_sentence(candor: Candor, ada: Person) -> None:
    twins = [replace(VENDOR, ref=kind, area=f"{kind} contract", aliases=()) for kind in ("Supplier", "Customer")]
    fill(candor.database, *twins)
    ask(ada, "contract")
    menu = ada.ephemerals[-1]
    fill(candor.database, HIRING)
    ada.click("Customer contract", on=menu)
    assert heard(ada) == "I can't find that area. `/whodecides` and a few words look again."


def test_another_process_hears_of_a_change(database: Database) -> None:
    """Two processes on one database, and a registry that was forgotten and set up anew."""
    here, there = Lookups(), Lookups()

    def answers() -> set[str | None]:
        with database.reading() as session:
            found = [lookups.ask(session, "T1", "undo a deploy") for lookups in (here, there)]
        return {one.candidates[0][1].decide if one.candidates else None for one in found}

    fill(database, ROLLBACK)
    assert answers() == {"finance lead"}
    fill(database, replace(ROLLBACK, decide="<@UCEM>"))
    assert answers() == {"<@UCEM>"}


def test_what_was_forgotten_isnt_answered_from_memory(database: Database) -> None:
    from storage.forgetting import forget_workspace

    lookups = Lookups()
    fill(database, ROLLBACK)
    with database.reading() as session:
        assert lookups.ask(session, "T1", "undo a deploy").kind == "direct"
    with database.begin() as session:
        forget_workspace(session, "T1")
    fill(database, HIRING)
    with database.reading() as session:
        assert all(entry == HIRING for _, entry in lookups.ask(session, "T1", "undo a deploy").candidates)


# --- two workspaces -------------------------------------------------------------------------------------


def test_nothing_of_one_workspace_is_found_or_changed_from_the_other(
    slack: Slack, candor: Candor, build_candor: BuildCandor
) -> None:
    slack.team("T2", bot_user="UBOT2", token="xoxb-T2")
    slack.user("UEVE", team="T2", name="eve", is_admin=True)
    slack.channel("C9", team="T2", name="theirs", members=["UEVE"])
    theirs = fill(candor.database)
    two = build_candor("T2", pace_per_minute=6_000)
    eve = slack.person("UEVE", team="T2")
    eve.command("/whodecides", "undo a deploy", channel="C9")
    assert "Nobody has written down yet" in heard(eve)
    fill(two.database, HIRING, keepers=["UEVE"], workspace="T2")
    button = {"type": "button", "action_id": "decision_show_0", "text": {"type": "plain_text", "text": "Go"}}
    element = button | {"value": f"{theirs[0].id} x"}
    forged: Json = {"type": "message", "ts": slack.next_ts(), "user": "UBOT2", "text": "forged"}
    forged["blocks"] = [{"type": "actions", "block_id": "b", "elements": [element]}]
    slack.channels["C9"].messages.append(forged)
    eve.click("Go", on=forged)
    assert "can't find that area" in heard(eve)
    eve.command("/whodecides", "edit hiring", channel="C9")
    assert eve.modal is not None
    eve.modal["private_metadata"] = json.dumps({"ref": "R1", "seen": "x"})
    eve.submit({"area": "Stolen"})
    eve.command("/whodecides", "moon painting", channel="C9")
    eve.click("This belongs to …", on=eve.ephemerals[-1])
    assert eve.modal is not None
    [select_box] = [block for block in eve.modal["blocks"] if block["block_id"] == "area"]
    select_box["element"]["options"].append(
        {"text": {"type": "plain_text", "text": "x"}, "value": str(theirs[0].id)}
    )
    eve.submit({"area": str(theirs[0].id)})
    assert "can't find that area" in json.dumps(eve.form_errors)
    assert registry(two.database) == list(THREE)
    assert registry(two.database, "T2") == [HIRING]
