"""Two workspaces on one database: no id of one opens anything from the other."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from slack_bolt import App
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

import storage.calendar
import storage.forgetting
import storage.installations
import storage.nudges
import storage.outbox
import storage.people
import storage.prompts
from rituals import nudges
from storage import Database, Session
from storage.database import NotInWorkspace
from storage.schema import Answer, Base, Delivery, Nudge, Prompt, Round, Schedule
from tests.conftest import NOON, BuildCandor, Candor, Clock
from tests.slack import Person, Slack
from tests.test_ring import ONE, set_up_prompt

ROOMS: tuple[ModuleType, ...] = (
    storage.calendar,
    storage.forgetting,
    storage.installations,
    storage.nudges,
    storage.outbox,
    storage.people,
    storage.prompts,
)
LOCAL = "2026-11-25T13:00:00"


@dataclass
class Theirs:
    """What T1 has, and T2 tries."""

    schedule: int
    prompt: int
    round: int
    answer: int
    nudge: int
    delivery: int
    next_due: datetime

    @property
    def schedule_and_date(self) -> str:
        """What the *Skip the next* of a row carries."""
        return f"{self.schedule} {int(self.next_due.timestamp())}"


@pytest.fixture
def second(slack: Slack) -> None:
    slack.team("T2", bot_user="UBOT2", token="xoxb-T2")
    slack.user("UEVE", team="T2", name="eve", is_admin=True)
    slack.channel("C9", team="T2", name="theirs", members=["UEVE"])


@pytest.fixture
def one(second: None, build_candor: BuildCandor) -> Candor:
    return build_candor("T1", pace_per_minute=6_000)


@pytest.fixture
def two(one: Candor, build_candor: BuildCandor) -> Candor:
    """Built last: people of both workspaces knock at its door, with their own team's id."""
    return build_candor("T2", pace_per_minute=6_000)


@pytest.fixture
def theirs(one: Candor, travel: Clock) -> Theirs:
    """A prompt of T1 with an open round, an answer, a skipped date, a reminder and deliveries."""
    number = set_up_prompt(one.database, answers="form", question="SECRET of T1?")
    one.ring_at(ONE)
    with one.database.begin() as session:
        [asked], [prompt] = session.scalars(select(Round)).all(), session.scalars(select(Prompt)).all()
        storage.prompts.put_answer(session, "T1", asked.id, "UADA", "SECRET answer", ONE)
        storage.calendar.set_override(session, "T1", number, LOCAL, None, "UADA", ONE)
        nudges.want(session, "T1", "UADA", key="k", kind="prompt.silent", facts={"schedule": number}, now=ONE)
        storage.people.remember(session, "T1", "UADA", zone="Europe/Berlin")
        storage.people.note_act(session, "T1", "UADA", "skipped", f"prompts {number}", ONE)
    with one.database.reading() as session:
        return Theirs(
            number,
            prompt.id,
            asked.id,
            session.scalars(select(Answer.id)).one(),
            session.scalars(select(Nudge.id)).one(),
            session.scalars(select(Delivery.id)).one(),
            session.scalars(select(Schedule.next_due)).one() or ONE,
        )


@pytest.fixture
def eve(slack: Slack, two: Candor) -> Person:
    """An admin of T2, who knows every number of T1."""
    return slack.person("UEVE", team="T2")


def kept(database: Database, workspace: str = "T1") -> dict[str, list[tuple[Any, ...]]]:
    """Every row of a workspace, as it is."""
    with database.reading() as session:
        return {
            table.name: [
                tuple(row) for row in session.execute(select(table).where(table.c.workspace == workspace)).all()
            ]
            for table in Base.metadata.sorted_tables
        }


# --- every verb of storage ------------------------------------------------------------------------------

Try = Callable[[Session, Theirs], Any]
calendar, outbox, people, prompts = storage.calendar, storage.outbox, storage.people, storage.prompts

TRIED: dict[str, Try] = {
    "calendar.schedule": lambda s, it: calendar.schedule(s, "T2", it.schedule),
    "calendar.schedule_of_origin": lambda s, it: calendar.schedule_of_origin(s, "T2", "test0"),
    "calendar.schedules_of_channel": lambda s, it: calendar.schedules_of_channel(s, "T2", "C1"),
    "calendar.schedules_kept_by": lambda s, it: calendar.schedules_kept_by(s, "T2", "UADA", 9),
    "calendar.keepers_of": lambda s, it: calendar.keepers_of(s, "T2", it.schedule),
    "calendar.set_keepers": lambda s, it: calendar.set_keepers(s, "T2", it.schedule, ["UEVE"]),
    "calendar.overrides_of": lambda s, it: calendar.overrides_of(s, "T2", it.schedule),
    "calendar.set_override": lambda s, it: calendar.set_override(
        s, "T2", it.schedule, LOCAL, "2026-12-24T13:00:00", "UEVE", ONE
    ),
    "calendar.drop_overrides": lambda s, it: calendar.drop_overrides(s, "T2", it.schedule),
    "calendar.change": lambda s, it: calendar.change(s, "T2", it.schedule, 1, ended_at=ONE),
    "forgetting.forget_workspace": lambda s, it: storage.forgetting.forget_workspace(s, "T2"),
    "forgetting.forget_person": lambda s, it: storage.forgetting.forget_person(s, "T2", "UADA"),
    "forgetting.still_named": lambda s, it: storage.forgetting.still_named(s, "T2", "UADA"),
    "installations.installation": lambda s, it: storage.installations.installation(s, "T2"),
    "installations.mark_gone": lambda s, it: storage.installations.mark_gone(s, "T2", ONE),
    "nudges.waiting_for": lambda s, it: storage.nudges.waiting_for(s, "T2", "UADA", ONE),
    "nudges.tell": lambda s, it: storage.nudges.tell(s, "T2", [s.get_one(Nudge, it.nudge)], ONE),
    "nudges.times_told": lambda s, it: storage.nudges.times_told(s, "T2", "UADA", NOON),
    "nudges.last_two_ignored": lambda s, it: storage.nudges.last_two_ignored(s, "T2", "UADA"),
    "nudges.mind": lambda s, it: storage.nudges.mind(s, "T2", "UADA", ONE),
    "nudges.nudge": lambda s, it: storage.nudges.nudge(s, "T2", it.nudge),
    "nudges.forget": lambda s, it: storage.nudges.forget(s, "T2", "k"),
    "nudges.drop": lambda s, it: storage.nudges.drop(s, "T2", [it.nudge]),
    "outbox.hold": lambda s, it: outbox.hold(s, "T2", ONE),
    "outbox.take_pace": lambda s, it: outbox.take_pace(s, "T2", "C1", ONE - NOON, ONE - NOON, ONE) and None,
    "outbox.settle": lambda s, it: outbox.settle(s, "T2", it.delivery, 1, now=ONE, reason="x"),
    "outbox.postpone": lambda s, it: outbox.postpone(s, "T2", it.delivery, 1, due=ONE, reason="x", ambiguous=True),
    "outbox.delivery": lambda s, it: outbox.delivery(s, "T2", f"prompt:{it.round}:question"),
    "people.person": lambda s, it: people.person(s, "T2", "UADA"),
    "people.acts": lambda s, it: people.acts(s, "T2", 9),
    "prompts.add_prompt": lambda s, it: prompts.add_prompt(s, "T2", it.schedule, question="x", answers="form"),
    "prompts.prompt": lambda s, it: prompts.prompt(s, "T2", it.prompt),
    "prompts.prompt_of": lambda s, it: prompts.prompt_of(s, "T2", it.schedule),
    "prompts.open_round": lambda s, it: prompts.open_round(
        s, "T2", it.prompt, occurrence=ONE, question="x", opened_at=ONE, closes_at=ONE, channel="C1"
    ),
    "prompts.round_of": lambda s, it: prompts.round_of(s, "T2", it.round),
    "prompts.lock_round": lambda s, it: prompts.lock_round(s, "T2", it.round),
    "prompts.open_rounds_of": lambda s, it: prompts.open_rounds_of(s, "T2", it.prompt),
    "prompts.claim_close": lambda s, it: prompts.claim_close(s, "T2", it.round, ONE),
    "prompts.put_answer": lambda s, it: prompts.put_answer(s, "T2", it.round, "UADA", "x", ONE),
    "prompts.answers_of": lambda s, it: prompts.answers_of(s, "T2", it.round),
    "prompts.answer_by": lambda s, it: prompts.answer_by(s, "T2", it.round, "UADA"),
    "prompts.answer_count_by": lambda s, it: prompts.answer_count_by(s, "T2", "UADA"),
    "prompts.open_rounds_in": lambda s, it: prompts.open_rounds_in(s, "T2", ["C1"], 9),
}
ONLY_ADDS = {  # they take no id of another row: what they add is the caller's own
    "calendar.add_schedule", "installations.put_installation", "nudges.want", "outbox.owe",
    "people.remember", "people.note_act",
}  # fmt: skip
OF_ALL = {  # the ring, the courier and the sweep work for every workspace; each row says whose it is
    "calendar.find_due", "calendar.claim_due", "forgetting.workspaces_of", "installations.count_installations",
    "installations.lost_tokens", "installations.put_state", "installations.seal_all_again",
    "installations.spend_state", "installations.sweep", "nudges.people_waiting", "nudges.sweep", "outbox.find_due",
    "outbox.take_lease", "outbox.stuck", "outbox.sweep", "prompts.rounds_to_close",
}  # fmt: skip


def verbs() -> dict[str, Callable[..., Any]]:
    return {
        f"{room.__name__.removeprefix('storage.')}.{name}": verb
        for room in ROOMS
        for name, verb in inspect.getmembers(room, inspect.isfunction)
        if verb.__module__ == room.__name__ and not name.startswith("_")
        if "session" in inspect.signature(verb).parameters
    }


def test_no_verb_of_storage_is_forgotten_here() -> None:
    with_workspace = {name for name, verb in verbs().items() if "workspace" in inspect.signature(verb).parameters}
    assert TRIED.keys() | ONLY_ADDS == with_workspace
    assert verbs().keys() - with_workspace == OF_ALL
    seen = {room.__name__.removeprefix("storage.") for room in ROOMS}
    with_rows = {path.stem for path in storage_files()} - {"__init__", "database", "schema"}
    assert seen == with_rows, "a new room of storage belongs into ROOMS"


def storage_files() -> list[Path]:
    return list(Path(storage.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("verb", sorted(TRIED))
def test_an_id_of_another_workspace_finds_and_changes_nothing(one: Candor, theirs: Theirs, verb: str) -> None:
    before = kept(one.database)
    found: Any = None
    with suppress(NotInWorkspace, IntegrityError), one.database.begin() as session:  # both are a no
        found = TRIED[verb](session, theirs)
    assert kept(one.database) == before
    assert not found, "not even to look at"


HUNG: dict[str, Try] = {
    "calendar.set_keepers": TRIED["calendar.set_keepers"],
    "calendar.set_override": lambda s, it: calendar.set_override(
        s, "T2", it.schedule, "2027-01-01T13:00:00", None, "UEVE", ONE
    ),
    "prompts.add_prompt": TRIED["prompts.add_prompt"],
    "prompts.open_round": lambda s, it: prompts.open_round(
        s, "T2", it.prompt, occurrence=NOON, question="x", opened_at=ONE, closes_at=ONE, channel="C1"
    ),
    "prompts.put_answer": lambda s, it: prompts.put_answer(s, "T2", it.round, "UEVE", "x", ONE),
}


@pytest.mark.parametrize("verb", sorted(HUNG))
def test_nothing_is_hung_under_a_row_of_another_workspace(one: Candor, theirs: Theirs, verb: str) -> None:
    """A second line behind the checks of rituals/: no row of T2 whose parent is T1's."""
    with pytest.raises((NotInWorkspace, IntegrityError)), one.database.begin() as session:
        HUNG[verb](session, theirs)
    assert not any(kept(one.database, "T2").values())


# --- every door -----------------------------------------------------------------------------------------


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
    assert "SECRET" not in said


CLICKS = [
    ("prompt_edit", "schedule"), ("schedule_pause", "schedule"), ("schedule_resume", "schedule"),
    ("schedule_skip", "schedule_and_date"), ("schedule_stop", "schedule"), ("prompt_answer", "round"),
    ("prompt_answers", "round"), ("nudge_fine", "schedule"), ("nudge_once_a_week", "schedule"),
    ("nudge_afternoon", "schedule"), ("nudge_none", "schedule"),
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
    before = kept(two.database)
    assert eve.click(action, on=forged).acked
    assert kept(two.database) == before
    assert "SECRET" not in json.dumps([eve.ephemerals, slack.stacks["UEVE"]])


def test_the_clicks_above_are_all_that_carry_an_id(
    build_candor: BuildCandor, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered: list[str] = []
    register = App.action

    def note(app: App, constraints: str) -> Any:
        registered.append(constraints)
        return register(app, constraints)

    monkeypatch.setattr(App, "action", note)
    build_candor()
    assert sorted(registered) == sorted([*(action for action, _ in CLICKS), "prompt_first", "prompt_new"])


@pytest.mark.parametrize("form", ["prompt_answer", "prompt_when", "prompt_check"])
def test_a_form_that_carries_an_id_of_another_workspace_is_refused(
    slack: Slack, two: Candor, theirs: Theirs, eve: Person, form: str
) -> None:
    """The private metadata of a real form, with T1's number put in."""
    if form == "prompt_answer":
        number = set_up_prompt(two.database, workspace="T2", channel="C9", answers="form", keeper="UEVE", now=ONE)
        assert number
        two.ring_at(ONE.replace(day=24))
        eve.click("Answer", on=slack.channels["C9"].messages[-1])
        given: dict[str, Any] = {"words": "mine"}
        changed = {"round": theirs.round}
    else:
        eve.command("/prompt", channel="C9")
        eve.submit({"question": "What now?"})
        if form == "prompt_check":
            eve.submit()
        given, changed = {}, {"schedule": theirs.schedule, "version": 1}
    view = eve.modal
    assert view is not None
    assert view["callback_id"] == form
    view["private_metadata"] = json.dumps(json.loads(view["private_metadata"]) | changed)
    before = kept(two.database)
    eve.submit(given)
    assert kept(two.database) == before
    assert "can't find" in json.dumps([eve.form_errors, eve.modal])


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


def test_home_and_lists_show_nothing_of_another_workspace(two: Candor, theirs: Theirs, eve: Person) -> None:
    eve.open_home()
    for words in ("list", "my-data", "why"):
        eve.command("/candor", words, channel="C9")
    eve.command("/prompt", "list", channel="C9")
    assert "SECRET" not in json.dumps([eve.home, eve.ephemerals])


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
