"""Guests read what their channel may read, and start, add and are asked nothing: every way in is tried."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from storage.schema import Base, Review
from tests.conftest import BuildCandor, Candor
from tests.slack import Person, Slack
from tests.slack.forms import elements_in
from tests.test_postmortem import WHAT, begin, people, reveal
from tests.test_prompts import heard, only, words

SORRY = "Guests and people from other companies"
READS = {"pm_report", "pm_later", "pm_actions"}  # what today's members of a channel may read
THEIRS = {"pm_read"}  # for those who were asked
KEPT = ("review", "moment", "finding", "quotation", "review_action", "account")


def kept(candor: Candor) -> dict[str, Any]:
    with candor.database.reading() as session:
        return {name: repr(session.execute(select(Base.metadata.tables[name])).all()) for name in KEPT}


@pytest.fixture
def guest(slack: Slack, candor: Candor) -> Person:
    """A guest of #team."""
    return slack.person("UGUEST", team="T1")


def test_a_guest_starts_nothing_by_command_or_menu(
    slack: Slack, candor: Candor, ada: Person, guest: Person
) -> None:
    said = ada.says("Checkout is slow", channel="C1")
    before = kept(candor)
    guest.command("/postmortem", "start", channel="C1")
    assert SORRY in heard(guest)
    guest.message_shortcut("pm_start_message", said)
    assert SORRY in heard(guest)
    assert guest.modal is None
    guest.open_home()
    guest.click("pm_start")
    assert SORRY in words(guest.modal)
    assert kept(candor) == before


def test_a_guest_adds_no_message_to_a_timeline(slack: Slack, candor: Candor, ada: Person, guest: Person) -> None:
    begin(ada)
    guest.message_shortcut("pm_add_message", ada.says("The queue is full", channel="C1"))
    assert SORRY in heard(guest)
    assert guest.modal is None


def to_stage(slack: Slack, candor: Candor, ada: Person, stage: str) -> None:
    begin(ada)
    ada.command("/postmortem", "timeline 1", channel="C1")
    ada.click("Add a line", on=ada.ephemerals[-1])
    ada.submit({"words": "The alert fired", "at": "2026-11-23 09:40"})
    ada.close()
    ada.command("/postmortem", "status 1", channel="C1")
    if stage == "accounts":
        return
    reveal(slack, candor)
    [dee] = people(slack, "UDEE")
    dee.command("/postmortem", "status 1", channel="C1")
    dee.click("Add an action", on=dee.ephemerals[-1])
    dee.submit({"words": "Give each service a pool of its own"})
    dee.close()
    if stage == "soak":
        dee.click("On to the quotes", on=dee.ephemerals[-1])
    assert only(candor, Review).stage == stage


@pytest.mark.parametrize("stage", ["accounts", "conversation", "soak"])
@pytest.mark.parametrize("shows", ["status 1", "timeline 1", "actions all"])
def test_no_button_lets_a_guest_add_or_move_anything(
    slack: Slack, candor: Candor, ada: Person, guest: Person, stage: str, shows: str
) -> None:
    to_stage(slack, candor, ada, stage)
    before = kept(candor)
    guest.command("/postmortem", shows, channel="C1")
    shown = guest.ephemerals[-1]
    tried = {one["action_id"] for _, one in elements_in(shown["blocks"]) if one["type"] == "button"}
    for action in tried - READS:
        guest.click(action, on=shown)
        said = "belongs to people" if action in THEIRS else SORRY
        assert guest.modal is None, action
        assert said in heard(guest), action
    assert kept(candor) == before


def clicks(shows: str, button: str) -> Callable[[Person], None]:
    def open_form(person: Person) -> None:
        person.command("/postmortem", shows, channel="C1")
        person.click(button, on=person.ephemerals[-1])

    return open_form


FORMS: dict[str, tuple[str, Callable[[Person], None], dict[str, Any]]] = {
    "pm_moment": ("accounts", clicks("timeline 1", "Add a line"), {"words": "x", "at": "2026-11-23 09:41"}),
    "pm_lines": ("accounts", clicks("timeline 1", "Paste lines"), {"lines": "2026-11-23 09:41, me, it"}),
    "pm_correct": ("accounts", clicks("timeline 1", "Correct"), {"words": "The alert was late"}),
    "pm_interim": ("accounts", clicks("status 1", "Interim note"), {"words": "We look into it"}),
    "pm_finding": ("conversation", clicks("status 1", "Add what we learned"), {"words": "One shared pool"}),
    "pm_action": ("conversation", clicks("status 1", "Add an action"), {"words": "Split the pool of checkout"}),
    "pm_summary": ("soak", clicks("status 1", "Write the summary"), {"summary": "It was slow"}),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_was_open_when_somebody_became_a_guest_stores_nothing(
    slack: Slack, candor: Candor, build_candor: BuildCandor, ada: Person, form: str
) -> None:
    stage, open_form, given = FORMS[form]
    to_stage(slack, candor, ada, stage)
    [ben] = people(slack, "UBEN")
    open_form(ben)
    assert ben.modal is not None
    assert ben.modal["callback_id"] == form
    slack.users["UBEN"].is_restricted = True
    candor = build_candor(pace_per_minute=6_000)  # what it remembered of him is three minutes old
    before = kept(candor)
    ben.submit(given)
    assert SORRY in str(ben.form_errors)
    assert kept(candor) == before


@pytest.mark.parametrize("form", ["pm_start", "pm_roles"])
def test_who_became_a_guest_in_the_middle_starts_nothing(
    slack: Slack, candor: Candor, build_candor: BuildCandor, form: str
) -> None:
    [ben] = people(slack, "UBEN")
    ben.command("/postmortem", "start", channel="C1")
    given: dict[str, Any] = WHAT
    if form == "pm_roles":
        ben.submit(WHAT)
        given = {"facilitator": "UDEE"}
    slack.users["UBEN"].is_restricted = True
    candor = build_candor(pace_per_minute=6_000)
    ben.submit(given)
    assert SORRY in str(ben.form_errors)
    assert "(" not in kept(candor)["review"]


def test_a_guest_is_neither_suggested_to_facilitate_nor_asked_to_own_an_action(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    slack.users["UAAA"] = slack.user("UAAA", team="T1", name="aaa", is_restricted=True)
    ada.command("/postmortem", "start", channel="C1")
    ada.submit(WHAT)
    [who] = [one["element"] for one in (ada.modal or {})["blocks"] if one.get("block_id") == "facilitator"]
    assert not {"UAAA", "UGUEST"} & {one["value"] for one in who["options"]}
    slack.users["UDEE"].is_restricted = True
    candor.house.people._known.clear()
    ada.submit({"facilitator": "UDEE"})
    assert "can't facilitate" in str(ada.form_errors)
    slack.users["UDEE"].is_restricted = False
    candor.house.people._known.clear()
    ada.submit({"facilitator": "UDEE"})
    ada.close()
    ada.command("/postmortem", "timeline 1", channel="C1")
    reveal(slack, candor)
    ada.command("/postmortem", "status 1", channel="C1")
    ada.click("Add an action", on=ada.ephemerals[-1])
    assert not {"UAAA", "UGUEST"} & set(re.findall(r"U[A-Z]+", str(ada.modal)))
    slack.users["UBEN"].is_restricted = True
    candor.house.people._known.clear()
    ada.submit({"words": "Split the pool of checkout", "owner": "UBEN"})
    assert "can't be asked" in str(ada.form_errors)
