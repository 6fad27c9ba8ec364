"""Two workspaces on one database: nothing of one is seen or changed from the other, through any door."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import App

from tests.conftest import BuildCandor, Candor
from tests.slack import Person, Slack
from tests.test_decisions import HIRING, fill
from tests.test_decisions_keeping import FIRST
from tests.test_ring import ONE, set_up_prompt
from tests.test_workspaces import MISS, Theirs, add_second_team, kept, set_up_theirs


@pytest.fixture
def one(slack: Slack, build_candor: BuildCandor) -> Candor:
    add_second_team(slack)
    return build_candor("T1", pace_per_minute=6_000)


@pytest.fixture
def two(one: Candor, build_candor: BuildCandor) -> Candor:
    """Built last: people of both workspaces knock at its door, with their own team's id."""
    return build_candor("T2", pace_per_minute=6_000)


@pytest.fixture
def theirs(one: Candor) -> Theirs:
    return set_up_theirs(one)


@pytest.fixture
def eve(slack: Slack, two: Candor) -> Person:
    """An admin of T2, which has a registry of its own. She knows every number of T1, and every reference."""
    fill(two.database, HIRING, keepers=["UEVE"], workspace="T2")
    return slack.person("UEVE", team="T2")


def nothing_of_t1(*shown: Any) -> None:
    """Neither words nor people of T1 stand in what Eve sees."""
    said = json.dumps(shown)
    assert "SECRET" not in said
    assert "UADA" not in said


@pytest.mark.parametrize("command", ["/candor", "/prompt"])
@pytest.mark.parametrize("verb", ["why", "pause", "resume", "skip", "edit", "stop", "share"])
def test_a_number_of_another_workspace_is_not_found(
    two: Candor, theirs: Theirs, eve: Person, command: str, verb: str
) -> None:
    before = kept(two.database)
    assert eve.command(command, f"{verb} {theirs.schedule} <@UEVE>", channel="C9").acked, "a refusal is an answer"
    assert kept(two.database) == before
    assert eve.modal is None or eve.modal["callback_id"] == "notice"
    said = json.dumps([eve.ephemerals, eve.modal])
    assert "can't find" in said or "I don't know" in said
    nothing_of_t1(said)


WORDS = ["{right}", "{ref}", "undo a deploy", "edit {right}", "edit {ref}", "edit undo a deploy", "role {role}",
         "role {right}", "roles", "new", "ten"]  # fmt: skip


@pytest.mark.parametrize("words", WORDS)
def test_the_registry_of_another_workspace_is_not_found(
    two: Candor, theirs: Theirs, eve: Person, words: str
) -> None:
    before = kept(two.database), kept(two.database, "T2")["decision_right"]
    assert eve.command("/whodecides", words.format(**vars(theirs)), channel="C9").acked
    assert (kept(two.database), kept(two.database, "T2")["decision_right"]) == before
    assert eve.ephemerals or eve.modal, "a refusal is an answer"
    nothing_of_t1(eve.ephemerals, eve.modal)


CLICKS = [
    ("prompt_edit", "schedule"), ("schedule_pause", "schedule"), ("schedule_resume", "schedule"),
    ("schedule_skip", "schedule_and_date"), ("schedule_stop", "schedule"), ("prompt_answer", "round"),
    ("prompt_answers", "round"), ("nudge_fine", "schedule"), ("nudge_once_a_week", "schedule"),
    ("nudge_afternoon", "schedule"), ("nudge_none", "schedule"), ("decision_show_0", "right"),
    ("decision_show_1", "right"), ("decision_show_2", "right"), ("decision_none", "right"),
    ("decision_teach", "right"), ("decision_name", "role"), ("decision_ten", "ref"), ("audit", "schedule"),
    ("pulse_answer", "pulse"), ("pulse_comments", "pulse"), ("pulse_heard", "pulse"), ("pulse_end", "pulse"),
    ("pulse_edit", "schedule"), ("pulse_post", "pulse"), ("pulse_review", "review"),
    ("demo_edit", "schedule"), ("demo_open_sign_up", "event"), ("demo_nothing", "event"), ("demo_away", "event"),
    ("demo_cancel", "event"), ("demo_mode_async", "event"), ("demo_mode_open", "event"),
    ("demo_open_recap", "event"), ("demo_not_me", "event"), ("demo_offer", "event"),
    *[(f"pm_{name}", "review") for name in (
        "account", "read", "read_on", "mine", "delete", "next", "back", "report", "moment", "correct", "lines",
        "finding", "summary", "interim", "choose", "quotes", "action", "later", "shape", "actions", "accept",
        "decline", "done", "move", "drop", "ticket", "check", "hand_on", "calendar", "thread")],
]  # fmt: skip


@pytest.mark.parametrize(("action", "which"), CLICKS)
def test_a_click_with_an_id_of_another_workspace_does_nothing(
    slack: Slack, two: Candor, theirs: Theirs, eve: Person, action: str, which: str
) -> None:
    element = {
        "type": "button",
        "action_id": action,
        "value": str(getattr(theirs, which)),
        "text": {"type": "plain_text", "text": "Go"},
    }
    blocks = [{"type": "actions", "block_id": "forged", "elements": [element]}]
    forged = {"type": "message", "ts": slack.next_ts(), "user": "UBOT2", "text": "forged", "blocks": blocks}
    slack.channels["C9"].messages.append(forged)
    before, drawn = kept(two.database), json.dumps(slack.channels["C9"].messages)
    assert eve.click(action, on=forged).acked
    assert kept(two.database) == before
    redrawn = [] if json.dumps(slack.channels["C9"].messages) == drawn else slack.channels["C9"].messages
    assert eve.ephemerals or eve.modal or redrawn, "a refusal is an answer"
    nothing_of_t1(eve.ephemerals, slack.stacks["UEVE"], redrawn)


FORMS = {
    "prompt_answer": "can't find", "prompt_sealed": "has closed",
    "prompt_when": "can't find", "prompt_check": "can't find",
    "decision_area": "Somebody else changed this", "decision_teach": "can't find that area",
}  # fmt: skip
ALIKE = {"decision_name", "decision_area", "decision_ten"}  # they carry words that both workspaces may have
NO_ID = {
    "prompt_first": "begins something",
    "prompt_new": "begins something",
    "prompt_what": "carries on what prompt_when reads",
    "pulse_first": "begins something",
    "pm_start": "begins something",
}
BY_STORAGE = {  # forms whose ids are tried where they are looked up: tests/test_workspaces.py has every verb
    "pulse_answer", "pulse_check", "pulse_heard", "pulse_start", "pulse_when",
    "demo_check", "demo_move", "demo_recap", "demo_setting", "demo_sign_up",
    *[f"pm_{name}" for name in ("account", "action", "check", "choose", "correct", "drop", "finding", "follow_up",
      "hand_on", "interim", "lines", "moment", "move", "quotes", "roles", "start", "summary", "ticket")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "tried"),
    [("action", {action for action, _ in CLICKS} | NO_ID.keys() - {"prompt_what"}),
     ("view", FORMS.keys() | ALIKE | BY_STORAGE | NO_ID.keys() - {"prompt_new", "pulse_first"})],
)  # fmt: skip
def test_the_clicks_and_forms_tried_here_are_all_that_carry_an_id(
    build_candor: BuildCandor, monkeypatch: pytest.MonkeyPatch, kind: str, tried: set[str]
) -> None:
    registered: list[str] = []
    register: Callable[..., Any] = getattr(App, kind)

    def note(app: App, constraints: str) -> Any:
        registered.append(constraints)
        return register(app, constraints)

    monkeypatch.setattr(App, kind, note)
    build_candor()
    assert sorted(registered) == sorted(tried)


def open_form(slack: Slack, two: Candor, eve: Person, form: str) -> dict[str, Any]:
    """Let Eve open a form of her own workspace; what she fills in."""
    match form:
        case "prompt_answer" | "prompt_sealed":
            set_up_prompt(two.database, workspace="T2", channel="C9", answers="form", keeper="UEVE", now=ONE)
            two.ring_at(ONE.replace(day=24))
            eve.click("Answer", on=slack.channels["C9"].messages[-1])
            return {"words": "mine"}
        case "prompt_when" | "prompt_check":
            eve.command("/prompt", channel="C9")
            eve.submit({"question": "What now?"})
            if form == "prompt_check":
                eve.submit()
            return {}
        case "decision_teach":
            eve.command("/whodecides", "may I paint the moon?", channel="C9")
            eve.click("This belongs to …", on=eve.ephemerals[-1])
            return {}
    words = {
        "decision_area": f"edit {HIRING.area}",
        "decision_name": f"role {HIRING.decide}",
        "decision_ten": "ten",
    }
    eve.command("/whodecides", words[form], channel="C9")
    return {}


def put_in(view: dict[str, Any], **carried: Any) -> None:
    """Into the private metadata of a real form."""
    view["private_metadata"] = json.dumps(json.loads(view["private_metadata"]) | carried)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_carries_an_id_of_another_workspace_is_refused(
    slack: Slack, two: Candor, theirs: Theirs, eve: Person, form: str
) -> None:
    given = open_form(slack, two, eve, form)
    view = eve.modal
    assert view is not None
    if form == "prompt_sealed":  # a sealed round needs five people, and Eve has none: her open one is forged
        view["callback_id"] = form
    assert view["callback_id"] == form
    match form:
        case "prompt_answer" | "prompt_sealed":
            put_in(view, round=theirs.round)
        case "decision_area":
            put_in(view, ref=theirs.ref, seen=theirs.seen)
            given = {"area": "Stolen"}
        case "decision_teach":
            [box] = [block for block in view["blocks"] if block["block_id"] == "area"]
            forged = {"text": {"type": "plain_text", "text": "Go"}, "value": str(theirs.right)}
            box["element"]["options"].append(forged)
            given = {"area": str(theirs.right)}
        case _:
            put_in(view, schedule=theirs.schedule, version=1)
    before = kept(two.database), kept(two.database, "T2")
    eve.submit(given)
    assert (kept(two.database), kept(two.database, "T2")) == before
    assert FORMS[form] in json.dumps([eve.form_errors, eve.modal])


@pytest.mark.parametrize("form", sorted(ALIKE))
def test_a_form_with_the_words_of_another_workspace_changes_its_own(
    slack: Slack, two: Candor, theirs: Theirs, eve: Person, form: str
) -> None:
    """A role, a question and one of the ten areas have no id, and may be named alike in both."""
    open_form(slack, two, eve, form)
    view = eve.modal
    assert view is not None
    assert view["callback_id"] == form
    given: dict[str, Any] = {}
    match form:
        case "decision_name":
            put_in(view, role=theirs.role)
            given = {"person": "UEVE"}
        case "decision_area":
            view["private_metadata"] = json.dumps({"question": MISS})
            given = {"area": "SECRET area", "aliases": "undo a deploy"}
        case "decision_ten":
            given = {theirs.ref: "UEVE"}
    before = kept(two.database), kept(two.database, "T2")
    eve.submit(given)
    assert eve.form_errors == {}
    assert kept(two.database) == before[0]
    assert kept(two.database, "T2") != before[1]


def test_a_channel_of_another_workspace_gets_no_prompt(two: Candor, theirs: Theirs, eve: Person) -> None:
    eve.command("/prompt", channel="C9")
    eve.submit({"question": "What now?"})
    eve.submit()
    assert eve.modal is not None
    carried = json.loads(eve.modal["private_metadata"]) | {"channel": "C1"}
    eve.modal["private_metadata"] = json.dumps(carried)
    before = kept(two.database, "T2")
    eve.submit()
    assert kept(two.database, "T2")["schedule"] == before["schedule"] == []


def test_home_lists_and_audit_show_nothing_of_another_workspace(two: Candor, theirs: Theirs, eve: Person) -> None:
    eve.open_home()
    for words in ("list", "my-data", "why"):
        eve.command("/candor", words, channel="C9")
    eve.command("/prompt", "list", channel="C9")
    eve.command("/whodecides", "roles", channel="C9")
    eve.click("audit", on=eve.home)
    assert "imported" in json.dumps(eve.modal), "T2's own act"
    nothing_of_t1(eve.home, eve.ephemerals, eve.modal)


def test_the_radar_tells_each_workspace_its_own_gaps(
    slack: Slack, one: Candor, two: Candor, theirs: Theirs, eve: Person
) -> None:
    """One ring wants them all; whoever speaks for a workspace tells its people."""
    eve.command("/whodecides", "may I paint the moon?", channel="C9")
    two.ring_at(FIRST)
    one.ring()
    assert "paint the moon" in json.dumps(eve.direct_messages)
    nothing_of_t1(eve.direct_messages)
    told = json.dumps(slack.person("UADA", team="T1").direct_messages)
    assert MISS in told
    assert "paint the moon" not in told


def test_the_bot_of_one_workspace_leaves_what_the_other_ones_owes(
    slack: Slack, one: Candor, two: Candor, theirs: Theirs
) -> None:
    """Two processes, each with its own token, on one database: each posts its own, and drops nothing else's."""
    set_up_prompt(two.database, workspace="T2", channel="C9", keeper="UEVE", now=ONE)
    two.travel.to(ONE.replace(day=24))
    one.ring()
    two.ring()
    assert len(slack.channels["C9"].messages) == 1
    assert {call.token for call in slack.calls if call.args.get("channel") == "C9"} == {"xoxb-T2"}
