"""Two workspaces on one database: no id of one opens anything from the other, by any verb of storage.

The doors are tried in tests/test_workspaces_doors.py.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

import storage.calendar
import storage.decisions
import storage.demo_day
import storage.forgetting
import storage.installations
import storage.nudges
import storage.outbox
import storage.pace
import storage.people
import storage.postmortem
import storage.prompts
import storage.pulse
import storage.rows
import storage.sealed
from rituals import nudges
from rituals.decisions.entry import Entry, stamp
from rituals.decisions.lookup import Lookups
from storage import Database, Session
from storage.database import NotInWorkspace
from storage.keys import Sealed
from storage.schema import (
    Answer,
    Base,
    Delivery,
    Finding,
    Moment,
    Nudge,
    Prompt,
    Pulse,
    Quotation,
    Review,
    ReviewAction,
    Round,
    Schedule,
)
from tests.conftest import NOON, BuildCandor, Candor
from tests.slack import Slack
from tests.test_courier import UNHURRIED
from tests.test_decisions import fill
from tests.test_ring import ONE, set_up_prompt

ROOMS: tuple[ModuleType, ...] = (
    storage.calendar,
    storage.decisions,
    storage.demo_day,
    storage.forgetting,
    storage.installations,
    storage.nudges,
    storage.outbox,
    storage.pace,
    storage.people,
    storage.postmortem,
    storage.prompts,
    storage.pulse,
    storage.rows,
    storage.sealed,
)
LATER_DUE = ONE + timedelta(days=9)
LOCAL = "2026-11-25T13:00:00"
AREA = Entry("ten-rollback", "SECRET area", "SECRET lead", aliases=("undo a deploy",), guardrail="SECRET limit")
MISS = "SECRET miss?"
BOX = Sealed("keeper", b"nonce of ours", b"SECRET box", None)


PARTS: dict[type[Any], dict[str, Any]] = {
    Moment: {
        "source": "C1/1.0", "at": ONE, "words": "SECRET moment", "person": "UADA", "who": "", "permalink": "",
        "knew": "", "expected": "", "sure": "", "was": {"said": []}, "is_gone": False, "added_by": "UADA",
    },
    Finding: {"kind": "condition", "words": "SECRET condition", "added_by": "UADA"},
    Quotation: {
        "person": "UADA", "source": "first", "moment_id": None, "words": "SECRET quote", "share": "name",
        "state": "asked",
    },
    ReviewAction: {
        "finding_id": None, "words": "SECRET action", "sign": "", "worse": "", "owner": "UADA", "due": ONE,
        "state": "asked", "reason": "", "ticket": "", "done_at": None, "reminded": 0, "remind_at": None,
        "helped": {},
    },
}  # fmt: skip


def add_review(session: Session, workspace: str, person: str) -> Review:
    """A review of one person, in #team."""
    when = {
        "began": NOON,
        "ended": NOON,
        "started_at": ONE,
        "since": ONE,
        "due": LATER_DUE,
        "actions_due": LATER_DUE,
    }
    added, _ = storage.postmortem.add_review(
        session, workspace, {person: "responder"}, origin="V1", channel="C1", title="SECRET title",
        severity="SEV2", zone="UTC", facilitator=person, started_by=person, stage="accounts", **when,
    )  # fmt: skip
    return added


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
    right: int
    review: int
    pulse: int = 0
    demo: int = 0
    event: int = 0
    showing: int = 0
    ref: str = AREA.ref
    role: str = AREA.decide
    seen: str = stamp(AREA)

    @property
    def schedule_and_date(self) -> str:
        """What the *Skip the next* of a row carries."""
        return f"{self.schedule} {int(self.next_due.timestamp())}"


def add_second_team(slack: Slack) -> None:
    """T2, whose admin is Eve."""
    slack.team("T2", bot_user="UBOT2", token="xoxb-T2")
    slack.user("UEVE", team="T2", name="eve", is_admin=True)
    slack.channel("C9", team="T2", name="theirs", members=["UEVE"])


def set_up_theirs(one: Candor) -> Theirs:
    """In T1 a prompt with an open round, an answer, a skipped date, a reminder, deliveries; and a registry."""
    number = set_up_prompt(one.database, answers="form", question="SECRET of T1?")
    [area] = fill(one.database, AREA)
    one.ring_at(ONE)
    with one.database.begin() as session:
        [asked], [prompt] = session.scalars(select(Round)).all(), session.scalars(select(Prompt)).all()
        storage.prompts.put_answer(session, "T1", asked.id, "UADA", "SECRET answer", ONE)
        storage.calendar.set_override(session, "T1", number, LOCAL, None, "UADA", ONE)
        nudges.want(session, "T1", "UADA", key="k", kind="prompt.silent", facts={"schedule": number}, now=ONE)
        storage.people.remember(session, "T1", "UADA", zone="Europe/Berlin")
        storage.people.note_act(session, "T1", "UADA", "skipped", f"prompts {number}", ONE)
        storage.people.note_act(session, "T1", "UADA", "named", f"role {AREA.decide}", ONE)
        storage.decisions.name_role(session, "T1", AREA.decide.lower(), "UADA", None)
        storage.decisions.add_miss(session, "T1", MISS, ONE.date().isoformat())
        storage.sealed.launch(
            session, "T1", "pulse-1", {"UADA": 0}, {0: BOX}, k=5, bucket=99, answer_bytes=9, comments=0
        )
        review = add_review(session, "T1", "UADA")
        storage.postmortem.put_account(session, "T1", review.id, "UADA", "role", BOX)
        for table, columns in PARTS.items():
            storage.postmortem.add_part(session, "T1", table, review.id, **columns)
        storage.postmortem.set_hints(session, "T1", "C1", "soft")
    demo, event, showing = set_up_demo_day(one, number)
    with one.database.reading() as session:
        return Theirs(
            number,
            prompt.id,
            asked.id,
            session.scalars(select(Answer.id)).one(),
            session.scalars(select(Nudge.id)).one(),
            session.scalars(select(Delivery.id)).one(),
            session.scalars(select(Schedule.next_due)).one() or ONE,
            area.id,
            review.id,
            set_up_pulse(one, number),
            demo,
            event,
            showing,
        )


def set_up_pulse(one: Candor, schedule_id: int) -> int:
    """In T1 a pulse, with somebody who looks after it and somebody who was picked; and what asks it again."""
    with one.database.begin() as session:
        pulses.add_plan(session, "T1", schedule_id, **PULSE_PLAN)
        added = pulses.add_pulse(session, "T1", ["UADA"], ["UBEN"], **PULSE)
        assert added is not None
        return added.id


def set_up_demo_day(one: Candor, schedule_id: int) -> tuple[int, int, int]:
    """In T1 a demo day with an event, somebody who shows something, a host, somebody who was asked."""
    with one.database.begin() as session:
        day = demos.add_demo_day(session, "T1", schedule_id, slots=1, minutes=5, place="x", look_at=None)
        event = demos.add_event(session, "T1", day.id, **EVENT, steps=[], held_at=ONE)
        shown = demos.add_showing(session, "T1", event.id, **SHOWING)
        demos.put_host(session, "T1", day.id, "UADA", 1, ONE)
        demos.put_feed(session, "T1", day.id, "UADA", "h1", ONE)
        demos.note_ask(session, "T1", event.id, "UBEN", ONE, asked_at=ONE, has_nothing=True, is_away=True)
        return day.id, event.id, shown.id


@pytest.fixture
def one(slack: Slack, build_candor: BuildCandor) -> Candor:
    add_second_team(slack)
    return build_candor("T1", pace_per_minute=6_000)


@pytest.fixture
def theirs(one: Candor) -> Theirs:
    return set_up_theirs(one)


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
decisions, pace, sealed = storage.decisions, storage.pace, storage.sealed
postmortem = storage.postmortem
demos, pulses = storage.demo_day, storage.pulse
PULSE: dict[str, Any] = {
    "channel": "C1",
    "instrument": "team-safety",
    "asked": {},
    "terms": {},
    "audience": "picked",
    "comments": True,
    "k": 5,
    "invited": 10,
    "state": "open",
    "opened_at": ONE,
    "closes_at": ONE + timedelta(days=30),
    "origin": "SECRET form",
}
PULSE_PLAN: dict[str, Any] = {"instrument": "team-safety", "own": "SECRET words", "days": 3, "comments": True}
LATER = ONE + timedelta(minutes=5)
EVENT: dict[str, Any] = {
    "local": LOCAL,
    "at": LATER + timedelta(days=1),
    "channel": "C1",
    "opened_at": ONE,
    "look_at": None,
    "seen_version": 1,
}
SHOWING: dict[str, Any] = {
    "person": "UADA",
    "waits": False,
    "title": "SECRET title",
    "audience": "",
    "minutes": 5,
    "signed_at": ONE,
}

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
    "decisions.version": lambda s, it: decisions.version(s, "T2"),
    "decisions.lock": lambda s, it: decisions.lock(s, "T2"),
    "decisions.touch": lambda s, it: decisions.touch(s, "T2"),
    "decisions.rights": lambda s, it: decisions.rights(s, "T2"),
    "decisions.right": lambda s, it: decisions.right(s, "T2", it.right),
    "decisions.change_rights": lambda s, it: decisions.change_rights(s, "T2", [{"ref": it.ref, "area": "x"}]),
    "decisions.drop_rights": lambda s, it: decisions.drop_rights(s, "T2", [it.ref]),
    "decisions.keepers": lambda s, it: decisions.keepers(s, "T2"),
    "decisions.roles": lambda s, it: decisions.roles(s, "T2"),
    "decisions.name_role": lambda s, it: decisions.name_role(s, "T2", it.role.lower(), "UEVE", None),
    "decisions.misses_since": lambda s, it: decisions.misses_since(s, "T2", "2020-01-01"),
    "decisions.forget_misses": lambda s, it: decisions.forget_misses(s, "T2", [MISS]),
    "demo_day.add_demo_day": lambda s, it: demos.add_demo_day(
        s, "T2", it.schedule, slots=1, minutes=5, place="x", look_at=None
    ),
    "demo_day.demo_day": lambda s, it: demos.demo_day(s, "T2", it.demo),
    "demo_day.demo_day_of": lambda s, it: demos.demo_day_of(s, "T2", it.schedule),
    "demo_day.lock_demo_day": lambda s, it: demos.lock_demo_day(s, "T2", it.demo),
    "demo_day.add_event": lambda s, it: demos.add_event(s, "T2", it.demo, **EVENT, steps=[]),
    "demo_day.event": lambda s, it: demos.event(s, "T2", it.event),
    "demo_day.lock_event": lambda s, it: demos.lock_event(s, "T2", it.event),
    "demo_day.events_of": lambda s, it: demos.events_of(s, "T2", it.demo),
    "demo_day.events_in": lambda s, it: demos.events_in(s, "T2", ["C1"], NOON),
    "demo_day.past_events": lambda s, it: demos.past_events(s, "T2", "C1", 9),
    "demo_day.showings": lambda s, it: demos.showings(s, "T2", it.event),
    "demo_day.showing_by": lambda s, it: demos.showing_by(s, "T2", it.event, "UADA"),
    "demo_day.showing_with": lambda s, it: demos.showing_with(s, "T2", it.event, "UBEN"),
    "demo_day.shown_here": lambda s, it: demos.shown_here(s, "T2", it.demo),
    "demo_day.look_again": lambda s, it: demos.look_again(s, "T2", "C1", "UADA", ONE),
    "demo_day.add_showing": lambda s, it: demos.add_showing(s, "T2", it.event, **SHOWING),
    "demo_day.drop_showing": lambda s, it: demos.drop_showing(s, "T2", it.showing),
    "demo_day.has_shown": lambda s, it: demos.has_shown(s, "T2", "UADA"),
    "demo_day.hosts": lambda s, it: demos.hosts(s, "T2", it.demo),
    "demo_day.put_host": lambda s, it: demos.put_host(s, "T2", it.demo, "UADA", 9, ONE),
    "demo_day.drop_host": lambda s, it: demos.drop_host(s, "T2", it.demo, "UADA"),
    "demo_day.note_ask": lambda s, it: demos.note_ask(s, "T2", it.event, "UBEN", ONE, is_away=False),
    "demo_day.ask_of": lambda s, it: demos.ask_of(s, "T2", it.event, "UBEN"),
    "demo_day.asked_at": lambda s, it: demos.asked_at(s, "T2", ["UBEN"]),
    "demo_day.have_nothing": lambda s, it: demos.have_nothing(s, "T2", it.event),
    "demo_day.put_feed": lambda s, it: demos.put_feed(s, "T2", it.demo, "UADA", "h2", ONE),
    "demo_day.drop_feed": lambda s, it: demos.drop_feed(s, "T2", it.demo, "UADA"),
    "demo_day.away_from": lambda s, it: demos.away_from(s, "T2", it.event),
    "forgetting.forget_workspace": lambda s, it: storage.forgetting.forget_workspace(s, "T2"),
    "forgetting.kept_of": lambda s, it: storage.forgetting.kept_of(s, "T2", "UADA"),
    "forgetting.forget_person": lambda s, it: storage.forgetting.forget_person(s, "T2", "UADA"),
    "forgetting.still_named": lambda s, it: storage.forgetting.still_named(s, "T2", "UADA"),
    "installations.installation": lambda s, it: storage.installations.installation(s, "T2"),
    "installations.mark_gone": lambda s, it: storage.installations.mark_gone(s, "T2", ONE),
    "nudges.waiting_for": lambda s, it: storage.nudges.waiting_for(s, "T2", "UADA", ONE),
    "nudges.tell": lambda s, it: storage.nudges.tell(s, "T2", [s.get_one(Nudge, it.nudge)], ONE),
    "nudges.times_wanted": lambda s, it: storage.nudges.times_wanted(s, "T2", "UADA", ["prompt.silent"], "k"),
    "nudges.last_two_ignored": lambda s, it: storage.nudges.last_two_ignored(s, "T2", "UADA"),
    "nudges.mind": lambda s, it: storage.nudges.mind(s, "T2", "UADA", ONE),
    "nudges.nudge": lambda s, it: storage.nudges.nudge(s, "T2", it.nudge),
    "nudges.forget": lambda s, it: storage.nudges.forget(s, "T2", "k"),
    "nudges.drop": lambda s, it: storage.nudges.drop(s, "T2", [it.nudge]),
    "outbox.claim": lambda s, it: outbox.claim(
        s, "T2", [s.get_one(Delivery, it.delivery)], UNHURRIED, LATER, LATER + (ONE - NOON), most=9
    ),
    "outbox.drop": lambda s, it: outbox.drop(s, "T2", it.delivery, 1, reason="x", now=ONE),
    "outbox.settle_posted": lambda s, it: outbox.settle_posted(
        s, "T2", [outbox.Posted(it.delivery, s.get_one(Delivery, it.delivery).attempts, "C1", "1.0")], ONE
    ),
    "outbox.postpone": lambda s, it: outbox.postpone(s, "T2", it.delivery, 1, due=ONE, reason="x", ambiguous=True),
    "nudges.said_to": lambda s, it: storage.nudges.said_to(s, "T2", ["C1", "UADA"], NOON),
    "outbox.look_again": lambda s, it: outbox.look_again(s, "T2", "UADA", ONE),
    "outbox.owe_again": lambda s, it: outbox.owe_again(s, "T2", f"prompt:{it.round}:question", due=ONE, now=ONE),
    "outbox.delivery": lambda s, it: outbox.delivery(s, "T2", f"prompt:{it.round}:question"),
    "pace.channels": lambda s, it: pace.channels(s, "T2", ["C1"]),
    "pace.hold": lambda s, it: pace.hold(s, "T2", ONE),
    "pace.lock": lambda s, it: pace.lock(s, "T2", ONE) and None,
    "pace.take": lambda s, it: pace.take(s, "T2", ["C1"], {}, UNHURRIED, ONE, ONE),
    "pace.unblock": lambda s, it: pace.unblock(s, "T2", [s.get_one(Delivery, it.delivery)]),
    "people.person": lambda s, it: people.person(s, "T2", "UADA"),
    "people.people": lambda s, it: people.people(s, "T2", ["UADA"]),
    "people.acts": lambda s, it: people.acts(s, "T2", 9),
    "prompts.add_prompt": lambda s, it: prompts.add_prompt(s, "T2", it.schedule, question="x", answers="form"),
    "prompts.prompt": lambda s, it: prompts.prompt(s, "T2", it.prompt),
    "prompts.prompt_of": lambda s, it: prompts.prompt_of(s, "T2", it.schedule),
    "prompts.open_round": lambda s, it: prompts.open_round(
        s, "T2", it.prompt, occurrence=ONE, question="x", opened_at=ONE, closes_at=ONE, channel="C1"
    ),
    "prompts.round_of": lambda s, it: prompts.round_of(s, "T2", it.round),
    "prompts.round_for": lambda s, it: prompts.round_for(s, "T2", it.round, "UADA"),
    "prompts.keep_round_open": lambda s, it: prompts.keep_round_open(s, "T2", it.round),
    "prompts.lock_round": lambda s, it: prompts.lock_round(s, "T2", it.round),
    "prompts.open_rounds_of": lambda s, it: prompts.open_rounds_of(s, "T2", it.prompt),
    "prompts.claim_close": lambda s, it: prompts.claim_close(s, "T2", it.round, ONE),
    "prompts.put_answer": lambda s, it: prompts.put_answer(s, "T2", it.round, "UADA", "x", ONE),
    "prompts.answers_of": lambda s, it: prompts.answers_of(s, "T2", it.round),
    "prompts.answer_by": lambda s, it: prompts.answer_by(s, "T2", it.round, "UADA"),
    "postmortem.review": lambda s, it: postmortem.review(s, "T2", it.review),
    "postmortem.lock_review": lambda s, it: postmortem.lock_review(s, "T2", it.review),
    "postmortem.reviews_of": lambda s, it: postmortem.reviews_of(s, "T2", ["C1"], "UADA", 9),
    "postmortem.open_reviews_in": lambda s, it: postmortem.open_reviews_in(s, "T2", "C1"),
    "postmortem.drop_person": lambda s, it: postmortem.drop_person(s, "T2", it.review, "UADA"),
    "postmortem.country_of_last": lambda s, it: postmortem.country_of_last(s, "T2", "UADA"),
    "postmortem.facilitations": lambda s, it: postmortem.facilitations(s, "T2"),
    "postmortem.people_of": lambda s, it: postmortem.people_of(s, "T2", it.review),
    "postmortem.unanswered_by": lambda s, it: postmortem.unanswered_by(s, "T2", "UADA"),
    "postmortem.put_account": lambda s, it: postmortem.put_account(s, "T2", it.review, "UADA", "name", BOX),
    "postmortem.account_of": lambda s, it: postmortem.account_of(s, "T2", it.review, "UADA"),
    "postmortem.accounts_of": lambda s, it: postmortem.accounts_of(s, "T2", it.review),
    "postmortem.accounts_by": lambda s, it: postmortem.accounts_by(s, "T2", "UADA"),
    "postmortem.drop_account": lambda s, it: postmortem.drop_account(s, "T2", it.review),
    "postmortem.add_part": lambda s, it: postmortem.add_part(s, "T2", Finding, it.review, **PARTS[Finding]),
    "postmortem.part": lambda s, it: any(postmortem.part(s, "T2", table, 1) for table in PARTS),
    "postmortem.parts_of": lambda s, it: any(postmortem.parts_of(s, "T2", table, it.review) for table in PARTS),
    "postmortem.moments_of": lambda s, it: postmortem.moments_of(s, "T2", it.review),
    "postmortem.drop_part": lambda s, it: postmortem.drop_part(s, "T2", Moment, 1),
    "postmortem.findings_in": lambda s, it: postmortem.findings_in(s, "T2", [it.review], "condition"),
    "postmortem.quotations_asked": lambda s, it: postmortem.quotations_asked(s, "T2", "UADA"),
    "postmortem.actions_done_by": lambda s, it: postmortem.actions_done_by(s, "T2", "UADA", ONE, NOON),
    "postmortem.actions_by": lambda s, it: postmortem.actions_by(s, "T2", "UADA"),
    "postmortem.hints_of": lambda s, it: postmortem.hints_of(s, "T2", "C1") != "sure",
    "rows.row_of": lambda s, it: storage.rows.row_of(s, "T2", Round, it.round),
    "prompts.open_rounds_in": lambda s, it: prompts.open_rounds_in(s, "T2", ["C1"], 9),
    "pulse.pulse": lambda s, it: pulses.pulse(s, "T2", it.pulse),
    "pulse.lock_pulse": lambda s, it: pulses.lock_pulse(s, "T2", it.pulse),
    "pulse.lock_to_launch": lambda s, it: pulses.lock_to_launch(s, "T2", it.pulse),
    "pulse.drop_picked": lambda s, it: pulses.drop_picked(s, "T2", it.pulse),
    "pulse.add_plan": lambda s, it: pulses.add_plan(s, "T2", it.schedule, **PULSE_PLAN),
    "pulse.plan_of": lambda s, it: pulses.plan_of(s, "T2", it.schedule),
    "pulse.coming_again": lambda s, it: pulses.coming_again(s, "T2", "C1", "team-safety"),
    "pulse.asked_before": lambda s, it: pulses.asked_before(s, "T2", "C1", "team-safety"),
    "pulse.keepers_of": lambda s, it: pulses.keepers_of(s, "T2", it.pulse),
    "pulse.picked_for": lambda s, it: pulses.picked_for(s, "T2", it.pulse),
    "pulse.pulses_in": lambda s, it: pulses.pulses_in(s, "T2", "C1", 9),
    "pulse.closed_before": lambda s, it: pulses.closed_before(s, "T2", s.get_one(Pulse, it.pulse)),
    "pulse.launched_since": lambda s, it: pulses.launched_since(s, "T2", ONE),
    "pulse.of_origin": lambda s, it: pulses.of_origin(s, "T2", "SECRET form"),
    "sealed.occasion_of": lambda s, it: sealed.occasion_of(s, "T2", "pulse-1"),
    "sealed.seat_of": lambda s, it: sealed.seat_of(s, "T2", "pulse-1", "UADA"),
    "sealed.people_of": lambda s, it: sealed.people_of(s, "T2", "pulse-1"),
    "sealed.occasions_of": lambda s, it: sealed.occasions_of(s, "T2", "UADA"),
    "sealed.boxes_of": lambda s, it: sealed.boxes_of(s, "T2", "pulse-1"),
    "sealed.lock_box": lambda s, it: sealed.lock_box(s, "T2", "pulse-1", 0),
    "sealed.replace_box": lambda s, it: sealed.replace_box(s, "T2", "pulse-1", 0, BOX, "00", BOX),
    "sealed.end": lambda s, it: sealed.end(s, "T2", "pulse-1"),
    "sealed.mark_purged": lambda s, it: sealed.mark_purged(s, "T2", "pulse-1"),
    "sealed.forget": lambda s, it: sealed.forget(s, "T2", "pulse-1"),
}
ONLY_ADDS = {  # they take no id of another row: what they add is the caller's own
    "calendar.add_schedule", "decisions.add_keepers", "decisions.add_miss", "decisions.add_rights",
    "installations.put_installation", "nudges.want",
    "outbox.owe", "outbox.owe_each", "pulse.add_pulse", "people.remember", "people.note_act",
    "sealed.launch", "postmortem.add_review", "postmortem.set_hints",
}  # fmt: skip
OF_ALL = {  # they work for every workspace, and no listener calls them; each row says whose it is
    "the ring starts and ends what is due": {
        "calendar.find_due", "calendar.claim_due", "nudges.people_waiting", "prompts.rounds_to_close",
        "prompts.rounds_to_seat", "sealed.to_purge", "pulse.waiting", "pulse.to_close", "pulse.results_dropped",
        "postmortem.actions_to_remind", "postmortem.reviews_due", "postmortem.reviews_to_clear",
        "demo_day.days_to_open", "demo_day.events_to_tend", "demo_day.feed_at",
        "decisions.workspaces_with_misses",  # only whose they are; the words are read workspace by workspace
    },
    "the courier posts what is owed": {"outbox.find_due", "pace.waiting_workspaces"},
    "/metrics and the doctor look for what is late": {"outbox.oldest_due", "outbox.stuck"},
    "the sweep goes by age alone": {
        "calendar.sweep", "decisions.sweep", "demo_day.sweep", "installations.gone", "installations.sweep",
        "nudges.sweep", "outbox.sweep", "pace.sweep", "people.sweep", "prompts.rounds_to_forget",
        "pulse.to_forget",
    },
    "the shell, whose user has the whole database": {
        "forgetting.workspaces_of", "outbox.listed", "outbox.mend", "people.workspaces_known",
    },
    "keys and counts of the whole installation": {
        "installations.count_installations", "installations.lost_tokens", "installations.seal_all_again",
        "sealed.open_boxes",
    },
    "an install that is under way has no workspace yet": {"installations.put_state", "installations.spend_state"},
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
    assert verbs().keys() - with_workspace == set().union(*OF_ALL.values())
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
    "pulse.add_plan": TRIED["pulse.add_plan"],
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


CHANGES = ("touch", "change_rights", "drop_rights", "name_role", "forget_misses")


@pytest.mark.parametrize("verb", CHANGES)
def test_what_is_named_alike_in_both_changes_in_one_of_them(one: Candor, theirs: Theirs, verb: str) -> None:
    """References, roles and questions are words: T2 may have the very same ones, and changes its own."""
    fill(one.database, AREA, workspace="T2")
    with one.database.begin() as session:
        decisions.name_role(session, "T2", theirs.role.lower(), "UADA", None)
        decisions.add_miss(session, "T2", MISS, ONE.date().isoformat())
    before = kept(one.database), kept(one.database, "T2")
    with one.database.begin() as session:
        TRIED[f"decisions.{verb}"](session, theirs)
    assert kept(one.database) == before[0]
    assert kept(one.database, "T2") != before[1]


def test_one_process_keeps_the_searches_of_its_workspaces_apart(one: Candor, theirs: Theirs) -> None:
    lookups = Lookups()
    with one.database.reading() as session:
        [(_, found)] = lookups.ask(session, "T1", "undo a deploy").candidates
        assert found == AREA
        assert lookups.ask(session, "T2", "undo a deploy").registry_is_empty
        assert lookups.ask(session, "T1", "undo a deploy").kind == "direct"
