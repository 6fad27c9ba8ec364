"""A prompt that is there: listed, edited, paused, resumed, skipped, shared, stopped; by words and by buttons."""

from __future__ import annotations

from typing import Any

import pytest

from storage.schema import Act, Delivery, Keeper, Prompt, Round, Schedule
from tests.conftest import Candor
from tests.slack import Person, Slack
from tests.test_prompts import QUESTION, at, heard, only, rows, set_up, words


@pytest.fixture
def running(candor: Candor, ada: Person) -> Candor:
    """Number 1 asks #team on Tuesdays at 10:00 in Berlin; Ada looks after it."""
    set_up(ada)
    return candor


def say(person: Person, text: str) -> str:
    reply = person.command("/prompt", text, channel="C1")
    assert reply.acked
    return heard(person)


def test_the_list_shows_the_question_its_next_dates_and_who_looks_after_it(running: Candor, ada: Person) -> None:
    listed = say(ada, "list")
    assert QUESTION in listed
    assert "Every Tuesday at 10:00 (Europe/Berlin)" in listed
    assert "Next: Tue 24 Nov 2026, 10:00 · Tue 1 Dec 2026, 10:00 · Tue 8 Dec 2026, 10:00" in listed
    assert "Looked after by <@UADA>" in listed


def test_an_empty_list_offers_to_ask_something(candor: Candor, ada: Person) -> None:
    say(ada, "list")
    ada.click("Ask something", on=ada.ephemerals[-1])
    assert "For <#C1>" in words(ada.modal)


def test_an_edit_shows_what_moves_before_it_is_saved(running: Candor, ada: Person) -> None:
    ada.command("/prompt", "edit 1", channel="C1")
    ada.submit({"question": "What changed?"})
    ada.submit({"days": ["WE"]})
    look = words(ada.modal)
    assert "goes: Tue 24 Nov 2026, 10:00" in look
    assert "comes: Wed 25 Nov 2026, 10:00" in look
    assert only(running, Schedule).next_due == at("2026-11-24 10:00")
    ada.submit()
    assert only(running, Schedule).next_due == at("2026-11-25 10:00")
    assert only(running, Prompt).question == "What changed?"
    assert only(running, Act).verb == "changed"


def test_an_edit_of_the_question_alone_moves_no_date(running: Candor, ada: Person) -> None:
    say(ada, "list")
    ada.click("prompt_edit", on=ada.ephemerals[-1])
    ada.submit({"question": "What changed?"})
    ada.submit()
    assert "No date moves." in words(ada.modal)


@pytest.mark.parametrize(
    ("text", "until", "next_due"),
    [
        ("pause 1", None, None),
        ("pause", None, None),
        ("pause 1 for 2 weeks", "2026-12-07 13:00", "2026-12-08 10:00"),
        ("pause 1 until 2026-12-24", "2026-12-24 00:00", "2026-12-29 10:00"),
    ],
)
def test_a_pause_lasts_as_long_as_it_was_said(
    running: Candor, ada: Person, text: str, until: str | None, next_due: str | None
) -> None:
    assert say(ada, text).startswith("#1 in <#C1> is paused")
    schedule = only(running, Schedule)
    assert schedule.paused_until == (at(until) if until else None)
    assert schedule.next_due == (at(next_due) if next_due else None)
    running.ring_at(at("2026-11-24 10:00"))
    assert rows(running, Round) == []
    if next_due:
        running.ring_at(at(next_due))
        assert len(rows(running, Round)) == 1
        assert only(running, Schedule).paused_because is None


def test_a_list_names_who_paused(running: Candor, ada: Person) -> None:
    say(ada, "pause 1")
    assert "Paused: by <@UADA>." in say(ada, "list")


def test_resume_goes_on_from_the_next_date(running: Candor, ada: Person) -> None:
    say(ada, "pause 1")
    running.ring_at(at("2026-11-27 12:00"))
    assert "Next: Tue 1 Dec 2026, 10:00" in say(ada, "resume 1")
    assert only(running, Schedule).next_due == at("2026-12-01 10:00")


def test_skip_leaves_out_one_date(running: Candor, ada: Person) -> None:
    assert say(ada, "skip 1").startswith("#1 in <#C1> leaves out Tue 24 Nov 2026, 10:00. Next: Tue 1 Dec 2026")
    running.ring_at(at("2026-11-24 10:00"))
    assert rows(running, Round) == []
    running.ring_at(at("2026-12-01 10:00"))
    assert len(rows(running, Round)) == 1


def test_a_stopped_prompt_asks_no_more_and_cant_be_changed(running: Candor, ada: Person) -> None:
    assert say(ada, "stop 1") == "#1 in <#C1> is stopped."
    running.ring_at(at("2026-11-24 10:00"))
    assert rows(running, Round) == []
    assert say(ada, "resume 1") == "This one is over. `/candor help` tells how to begin a new one."
    assert "Nothing is asked" in say(ada, "list")


def test_who_shares_it_may_change_it_and_the_audit_knows(running: Candor, slack: Slack, ada: Person) -> None:
    ben = slack.person("UBEN", team="T1")
    ben.command("/prompt", "pause 1", channel="C1")
    assert heard(ben) == "Only <@UADA> can change this one, or an admin of the workspace. Please ask them."
    say(ada, "share 1 <@UBEN|ben>")
    assert [keeper.person for keeper in rows(running, Keeper)] == ["UADA", "UBEN"]
    assert say(ben, "pause 1").startswith("#1 in <#C1> is paused")
    assert [act.verb for act in rows(running, Act)] == ["shared", "paused"]


def test_an_admin_may_change_it_and_a_guest_may_not(running: Candor, slack: Slack, ada: Person) -> None:
    guest = slack.person("UGUEST", team="T1")
    guest.command("/prompt", "stop 1", channel="C1")
    assert heard(guest).startswith("Guests and people from other companies can take part")
    assert only(running, Schedule).ended_at is None
    assert say(slack.person("UDEE", team="T1"), "stop 1") == "#1 in <#C1> is stopped."


def test_a_stranger_sees_no_list(running: Candor, slack: Slack) -> None:
    stranger = slack.person("UOUT", team="T1")
    stranger.command("/prompt", "list", channel="C1")
    assert heard(stranger).startswith("This belongs to a channel that you aren't in")


@pytest.mark.parametrize("text", ["help", "dance"])
def test_help_and_unknown_words_tell_what_there_is(candor: Candor, ada: Person, text: str) -> None:
    told = say(ada, text)
    assert "*What `/prompt` can do*" in told
    assert ("I don't know `dance`" in told) == (text == "dance")


CLICKS: list[tuple[str, dict[str, Any]]] = [
    ("Pause", {"next_due": None, "paused_until": None, "ended_at": None}),
    ("Skip the next", {"next_due": at("2026-12-01 10:00"), "ended_at": None}),
    ("Stop", {"next_due": None, "ended_at": at("2026-11-23 13:00")}),
]


@pytest.mark.parametrize(("button", "columns"), CLICKS)
def test_the_buttons_of_the_list_do_it_and_redraw_the_list(
    running: Candor, ada: Person, button: str, columns: dict[str, Any]
) -> None:
    say(ada, "list")
    ada.click(button, on=ada.ephemerals[-1])
    kept = only(running, Schedule)
    assert {name: getattr(kept, name) for name in columns} == columns
    assert len(ada.ephemerals) == 1
    assert heard(ada).startswith("#1 ")
    if button == "Pause":
        ada.click("Resume", on=ada.ephemerals[-1])
        assert only(running, Schedule).next_due == at("2026-11-24 10:00")


@pytest.mark.parametrize(("button", "columns"), CLICKS)
def test_the_buttons_of_app_home_do_it_and_redraw_the_home(
    running: Candor, ada: Person, button: str, columns: dict[str, Any]
) -> None:
    ada.open_home()
    before = words(ada.home)
    ada.click(button, on=ada.home)
    kept = only(running, Schedule)
    assert {name: getattr(kept, name) for name in columns} == columns
    assert words(ada.home) != before
    if button == "Pause":
        ada.click("Resume", on=ada.home)
        assert words(ada.home) == before


def test_an_edit_that_ends_before_the_pause_does_is_answered_in_words(candor: Candor, ada: Person) -> None:
    set_up(ada, {"rule": "FREQ=WEEKLY;BYDAY=TU"}, kind="rule")
    say(ada, "pause 1 until 2026-12-24")
    ada.command("/prompt", "edit 1", channel="C1")
    ada.submit({"kind": "rule"})
    ada.submit({"rule": "FREQ=WEEKLY;BYDAY=TU;UNTIL=20261210"})
    ada.submit()
    assert "Something broke" not in words(ada.modal)


def test_nothing_is_owed_before_its_time(running: Candor) -> None:
    running.ring_at(at("2026-11-24 09:59"))
    assert rows(running, Delivery) == []
