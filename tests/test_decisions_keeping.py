"""Decisions, kept: the form of an area, names for roles, a question that teaches, the monthly radar."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

import storage.decisions as kept
from rituals.decisions.entry import Entry
from rituals.decisions.lookup import remember_miss
from rituals.decisions.registry import save
from rituals.errors import InvalidField
from rituals.who_may import Asker
from storage.schema import Act, Delivery, Miss
from tests.conftest import NOON, Candor
from tests.slack import Person, Slack
from tests.test_decisions import HIRING, ROLLBACK, VENDOR, ask, fill, heard, misses, registry, shown

FIRST = datetime(2026, 12, 1, 10, 30, tzinfo=UTC)  # a Tuesday, past the usual hour


def audited(candor: Candor) -> list[tuple[str, str]]:
    with candor.database.reading() as session:
        return [(act.person, act.verb) for act in session.scalars(select(Act).order_by(Act.id))][1:]


# --- the form of an area --------------------------------------------------------------------------------


def test_a_new_area_is_found_at_once(candor: Candor, ada: Person) -> None:
    fill(candor.database)
    ada.command("/whodecides", "new", channel="C1")
    ada.submit(
        {"area": "Office plants", "decide": "<@UCEM|cem>", "aliases": "flowers | cactus", "door": "two-way"}
    )
    assert "is in the registry" in shown(ada)
    assert "*Who decides:* <@UCEM>" in ask(ada, "cactus")
    assert audited(candor) == [("UADA", "changed")]


def test_an_edit_changes_what_it_shows_and_keeps_the_rest(candor: Candor, ada: Person) -> None:
    many = tuple(f"team number {number} of the whole large organisation" for number in range(100))
    before = replace(ROLLBACK, category="delivery", framework="DACI", drive="lead", inform=many, consult=many)
    fill(candor.database, before, VENDOR)
    ada.command("/whodecides", "edit undo a deploy", channel="C1")
    assert "Too long for a form, so it stays as it is: Whom to ask first" in shown(ada)
    ada.submit({"decide": "product lead", "review_by": "2027-02"})
    after = replace(before, decide="product lead", review_by="2027-02-28")
    assert registry(candor.database) == [after, VENDOR]


WRONG = [
    ({"decide": "ada | ben"}, "decide", "two deciders"),
    ({"decide": "<@UADA> and <@UBEN>"}, "decide", "two deciders"),
    ({"review_by": "soon"}, "review_by", "is not a date"),
    ({"area": "NEW supplier"}, "area", "There is an area of that name already"),
    ({"aliases": "x|New Vendor"}, "aliases", 'leads to "New supplier" already'),
    ({"guardrail": "x" * 501}, "guardrail", "501 characters"),
    ({"aliases": "x" * 121}, "aliases", "more than 120"),
]


@pytest.mark.parametrize(("given", "under", "says"), WRONG, ids=[str(one[0])[:40] for one in WRONG])
def test_what_is_wrong_is_said_under_its_box_and_nothing_is_saved(
    candor: Candor, ada: Person, given: dict[str, str], under: str, says: str
) -> None:
    fill(candor.database)
    before = registry(candor.database)
    ada.command("/whodecides", "edit undo a deploy", channel="C1")
    ada.submit(given)
    assert says in ada.form_errors[under]
    assert registry(candor.database) == before


def test_of_two_who_edit_one_area_the_second_is_told(slack: Slack, candor: Candor, ada: Person) -> None:
    fill(candor.database)
    dee = slack.person("UDEE", team="T1")
    for person in (ada, dee):
        person.command("/whodecides", "edit undo a deploy", channel="C1")
    ada.submit({"deputy": "cfo"})
    dee.submit({"decide": "dee"})
    assert "Somebody else changed this" in json.dumps(dee.form_errors)
    assert registry(candor.database)[0] == replace(ROLLBACK, deputy="cfo")


def test_of_two_who_add_one_area_the_second_is_told(slack: Slack, candor: Candor, ada: Person) -> None:
    fill(candor.database, HIRING)
    dee = slack.person("UDEE", team="T1")
    for person in (ada, dee):
        person.command("/whodecides", "new", channel="C1")
    for person in (ada, dee):
        person.submit({"area": "Office plants", "decide": person.id})
    assert "There is an area of that name" in dee.form_errors["area"]
    assert [one.decide for one in registry(candor.database) if one != HIRING] == ["UADA"]


@pytest.mark.parametrize("there", [(), (HIRING,)], ids=["the first one", "one more"])
def test_many_who_add_one_area_in_one_moment_add_it_once(candor: Candor, there: tuple[Entry, ...]) -> None:
    """Straight at the rules, each in a transaction of its own."""
    if there:
        fill(candor.database, *there)

    def add(number: int) -> str:
        with suppress(InvalidField), candor.database.begin() as session:
            return save(session, "T1", Entry("", "Plants", f"U{number}"), Asker("UADA"), NOON).decide
        return ""

    with ThreadPoolExecutor(8) as pool:
        won = [one for one in pool.map(add, range(8)) if one]
    assert won == [one.decide for one in registry(candor.database) if one not in there]
    assert len(won) == 1


def test_a_new_area_never_takes_the_place_of_a_renamed_one(candor: Candor, ada: Person) -> None:
    for words, area in (("new", "Plants"), ("edit plants", "Flowers"), ("new", "Plants")):
        ada.command("/whodecides", words, channel="C1")
        ada.submit({"area": area, "decide": "gardener"})
        ada.close()
    long = "A name of an area that is longer than any reference may be"
    for number in (1, 2):
        ada.command("/whodecides", "new", channel="C1")
        ada.submit({"area": f"{long} {number}", "decide": "gardener"})
        ada.close()
    areas = {one.area for one in registry(candor.database)}
    assert areas == {"Plants", "Flowers", f"{long} 1", f"{long} 2"}


def test_an_area_that_was_imported_away_isnt_saved_back(candor: Candor, ada: Person) -> None:
    fill(candor.database)
    ada.command("/whodecides", "edit undo a deploy", channel="C1")
    fill(candor.database, HIRING)
    ada.submit({"decide": "ada"})
    assert "Somebody else changed this" in json.dumps(ada.form_errors)
    assert registry(candor.database) == [HIRING]


def test_editing_what_isnt_there_is_a_sentence(candor: Candor, ada: Person) -> None:
    fill(candor.database)
    assert ask(ada, "edit zzyzx") == "I can't find that area. `/whodecides` and a few words look again."


# --- names for roles ------------------------------------------------------------------------------------


def test_a_role_becomes_a_person_and_another_one_and_a_user_group(candor: Candor, ada: Person) -> None:
    fill(candor.database, replace(ROLLBACK, deputy="Finance Lead"))
    assert "*finance lead* (a role)" in ask(ada, "undo a deploy")
    assert "*1 role has nobody yet.*" not in ask(ada, "roles")
    ada.click("decision_name", on=ada.ephemerals[-1], value="finance lead")
    ada.submit({"person": "UBEN"})
    ada.close()
    said = ask(ada, "undo a deploy")
    assert "*Who decides:* <@UBEN> (finance lead)" in said
    assert "*Stands in:* <@UBEN> (Finance Lead)" in said
    for given, expected in (({"person": "UCEM"}, "<@UCEM>"), ({"group": "s0123abcd"}, "<!subteam^S0123ABCD>")):
        ada.command("/whodecides", "role Finance lead", channel="C1")
        ada.submit(given)
        ada.close()
        assert f"*Who decides:* {expected} (finance lead)" in ask(ada, "undo a deploy")
    assert ask(ada, "roles") == "Every role in the registry has somebody."


@pytest.mark.parametrize(
    ("given", "under"),
    [({}, "person"), ({"person": "UBEN", "group": "S0123ABCD"}, "person"), ({"group": "finance people"}, "group"),
     ({"group": "SÄÖÜÄÖÜ"}, "group"), ({"group": "U0123ABCD"}, "group"), ({"group": "S" * 21}, "group")],
)  # fmt: skip
def test_one_of_person_and_group_is_named(candor: Candor, ada: Person, given: dict[str, str], under: str) -> None:
    fill(candor.database)
    ada.command("/whodecides", "role finance lead", channel="C1")
    ada.submit(given)
    assert ada.form_errors.keys() == {under}
    with candor.database.reading() as session:
        assert kept.roles(session, "T1") == []


def test_a_role_that_no_area_names_is_a_sentence(candor: Candor, ada: Person) -> None:
    fill(candor.database)
    assert "No area names that role" in ask(ada, "role king")


# --- a question that teaches ----------------------------------------------------------------------------


def test_a_gap_becomes_an_alias_and_then_an_answer(candor: Candor, ada: Person) -> None:
    before = fill(candor.database)[0].confirmed_on
    candor.travel.move(days=20)
    for question in ("Über-Zzyzx?", "ÜBER-ZZYZX?"):
        assert "only a default" in ask(ada, question)
    ada.click("This belongs to …", on=ada.ephemerals[-1])
    ada.submit({"words": "über zzyzx", "area": "Rolling back a release"})
    assert "leads to *Rolling back a release* now" in shown(ada)
    assert "*Who decides:*" in ask(ada, "über-zzyzx?")
    assert misses(candor.database) == [], "the questions it came from are answered"
    with candor.database.reading() as session:
        assert kept.rights(session, "T1")[0].confirmed_on == before, "teaching confirms nothing"
    assert audited(candor) == [("UADA", "taught")]


def test_a_gap_becomes_a_new_area(candor: Candor, ada: Person) -> None:
    fill(candor.database)
    ask(ada, "zzyzx | or zzyzzy?")
    ada.click("This belongs to …", on=ada.ephemerals[-1])
    ada.submit({"area": "new"})
    ada.submit({"area": "Zeds", "decide": "zed lead"})
    assert "*Zeds*" in ask(ada, "zzyzx or zzyzzy?")
    assert misses(candor.database) == []


def test_words_that_lead_elsewhere_are_not_taught_twice(candor: Candor, ada: Person) -> None:
    fill(candor.database)
    ask(ada, "zzyzx")
    ada.click("This belongs to …", on=ada.ephemerals[-1])
    ada.submit({"words": "New Vendor", "area": "Hiring an engineer"})
    assert 'leads to "New supplier" already' in ada.form_errors["words"]
    ada.submit({"words": "x" * 121})
    assert "120 are the most" in ada.form_errors["words"]
    assert HIRING in registry(candor.database)


def test_who_may_not_teach_isnt_asked_to(slack: Slack, candor: Candor) -> None:
    fill(candor.database)
    ben = slack.person("UBEN", team="T1")
    ask(ben, "zzyzx")
    assert "This belongs to" not in json.dumps(ben.ephemerals)


# --- the radar ------------------------------------------------------------------------------------------


def told(person: Person) -> list[str]:
    return [message["text"] for message in person.direct_messages if "without an owner" in message["text"]]


def test_once_a_month_the_keepers_hear_what_was_asked_in_vain(slack: Slack, candor: Candor, ada: Person) -> None:
    fill(candor.database, keepers=("UADA", "UDEE"))
    for person, question in (("UBEN", "zzyzx?"), ("UCEM", "Zzyzx"), ("UGUEST", "may <@UELI> rest <!here>?")):
        ask(slack.person(person, team="T1"), question)
    for ring in range(4):
        candor.ring_at(FIRST + timedelta(hours=ring))
    dee, ben = slack.person("UDEE", team="T1"), slack.person("UBEN", team="T1")
    assert len(told(ada)) == len(told(dee)) == 1
    assert told(ben) == []
    [said] = told(ada)
    assert "zzyzx? (2 times)" in said
    assert "may somebody rest &lt;!here&gt;?" in said
    assert not any(name in said for name in ("UBEN", "UCEM", "UGUEST", "UELI"))


def test_the_radar_keeps_to_the_budget_and_says_nothing_of_nothing(candor: Candor, ada: Person) -> None:
    fill(candor.database)
    candor.ring_at(FIRST)
    assert told(ada) == []
    ask(ada, "zzyzx")
    with candor.database.begin() as session:
        session.add(
            Delivery(
                workspace="T1", key="x", kind="nudge.bundle", to="UADA", facts={}, state="done", ts="1.0",
                channel="D1", job="x", due=FIRST, created_at=FIRST, settled_at=FIRST,
            )
        )  # fmt: skip
    candor.ring_at(FIRST + timedelta(minutes=10))
    assert told(ada) == [], "one a day"
    candor.ring_at(FIRST + timedelta(days=1))
    assert len(told(ada)) == 1


def test_a_gap_that_was_closed_meanwhile_isnt_told(candor: Candor, ada: Person) -> None:
    fill(candor.database)
    ask(ada, "zzyzx")
    candor.ring_at(FIRST.replace(hour=5))  # before anybody's hour
    with candor.database.begin() as session:
        kept.forget_misses(session, "T1", ["ZZYZX"])
    candor.ring_at(FIRST)
    assert told(ada) == []


@pytest.mark.parametrize("day", [2, 15, 28])
def test_gaps_are_deleted_after_ninety_days_in_any_week_of_a_month(candor: Candor, day: int) -> None:
    asked = NOON.replace(day=day)
    with candor.database.begin() as session:
        remember_miss(session, "T1", "zzyzx", asked)
    candor.ring_at(asked + timedelta(days=90))
    assert len(misses(candor.database)) == 1
    candor.ring_at(asked + timedelta(days=91))
    with candor.database.reading() as session:
        assert session.scalars(select(Miss)).all() == []


def test_every_order_of_whodecides_is_in_its_help(candor: Candor, ada: Person) -> None:
    for order in ("roles", "role", "new", "edit", "ten"):
        assert f"`/whodecides {order}" in ask(ada, "help")
    assert heard(ada) == ask(ada, "")
