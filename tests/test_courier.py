"""The courier: each message once, whatever Slack, the line or the process does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from slack_sdk import WebClient

import storage.outbox as outbox
from bot.blocks.common import Message, message, section
from bot.courier import FOR_GOOD, LEASE, METADATA, TRIES, Courier, backoff
from bot.rooms import Posting, Repeat
from bot.workspaces import Installation, OneWorkspace
from storage import Database, Session
from storage.pace import Pacing, Speed
from storage.schema import Delivery
from tests.conftest import CORE_SCOPES, NOON, Clock
from tests.slack import FakeClient, Slack


def say(session: Session, delivery: Delivery, seen: Any, now: datetime) -> Message | None:
    return message([section(f"Note {delivery.facts['note']}.")])


def reply_to_first(session: Session, delivery: Delivery, seen: Any, now: datetime) -> Message | None:
    first = outbox.delivery(session, delivery.workspace, "a")
    assert first is not None
    return message([section("A reply.")], thread_ts=first.ts or "")


UNHURRIED = Pacing(Speed(timedelta(0), timedelta(0)), Speed(timedelta(0), timedelta(0)))
NOTE = {"note": Posting(say), "once": Posting(say, repeat="at_most_once")}


class Several(OneWorkspace):
    """Some workspaces behind the same methods, as the next issue will have them."""

    def __init__(self, *each: OneWorkspace) -> None:
        self._each = {one.installation.id: one for one in each}

    def known(self) -> frozenset[str]:
        return frozenset(self._each)

    def find(self, workspace: str) -> Installation | None:
        return self._each[workspace].installation if workspace in self._each else None

    def client(self, workspace: str) -> WebClient | None:
        return self._each[workspace].client(workspace) if workspace in self._each else None


class Office:
    """A courier, what it is owed, and its clock."""

    def __init__(
        self,
        slack: Slack,
        database: Database,
        travel: Clock,
        postings: Mapping[str, Posting] = NOTE,
        teams: tuple[str, ...] = ("T1",),
        pace: int = 6_000,
    ) -> None:
        self.slack, self.database, self.travel = slack, database, travel
        clients = [FakeClient(slack, token=f"xoxb-{team}", retry_handlers=[]) for team in teams]
        workspaces = Several(*[OneWorkspace.connect(client) for client in clients])
        self.courier = Courier(database, workspaces, postings, pace)

    def owe(self, key: str, *, kind: str = "note", to: str = "C1", workspace: str = "T1", **more: Any) -> None:
        now = self.travel.now
        with self.database.begin() as session:
            outbox.owe(session, workspace, key=key, kind=kind, to=to, facts={"note": 1}, due=now, now=now, **more)

    def run(self, **by: float) -> int:
        return self.courier.deliver_due(self.travel.move(**by))

    def row(self, key: str, workspace: str = "T1") -> Delivery:
        with self.database.reading() as session:
            row = outbox.delivery(session, workspace, key)
        assert row is not None
        return row

    def end(self, key: str) -> tuple[str, str | None]:
        row = self.row(key)
        return row.state, row.reason

    @property
    def said(self) -> int:
        return len(self.slack.channels["C1"].messages)

    @property
    def tries(self) -> int:
        return len(self.slack.calls_of("chat.postMessage"))


@pytest.fixture
def office(slack: Slack, database: Database, travel: Clock) -> Office:
    return Office(slack, database, travel)


@pytest.fixture
def poor(slack: Slack, database: Database, travel: Clock) -> Office:
    """An office whose bot was granted the core scopes only: it can't read history."""
    slack.teams["T1"].scopes = set(CORE_SCOPES)
    return Office(slack, database, travel)


def test_a_message_is_posted_and_remembered(office: Office) -> None:
    office.owe("a")
    assert office.run() == 1
    row = office.row("a")
    [posted] = office.slack.channels["C1"].messages
    assert (row.state, row.channel, row.ts, row.ambiguous) == ("done", "C1", posted["ts"], False)
    assert office.run(hours=1) == 0


def test_to_a_person_the_direct_messages_id_is_remembered(office: Office) -> None:
    office.owe("a", to="UADA")
    office.run()
    assert office.row("a").channel == office.slack.direct_channel(office.slack.teams["T1"], "UADA").id


def test_metadata_is_the_opaque_job_id_and_nothing_else(office: Office) -> None:
    office.owe("a")
    office.run()
    [posted] = office.slack.channels["C1"].messages
    job = office.row("a").job
    assert posted["metadata"] == {"event_type": METADATA, "event_payload": {"job": job}}
    assert len(job) == 32
    assert int(job, 16)


def test_what_stands_in_a_thread_is_found_there_and_not_said_again(
    slack: Slack, database: Database, travel: Clock
) -> None:
    office = Office(slack, database, travel, {"root": NOTE["note"], "reply": Posting(reply_to_first)})
    office.owe("a", kind="root")
    office.run()
    office.owe("b", kind="reply")
    slack.fail_next("chat.postMessage", drop_reply=True)
    office.run(seconds=2)
    office.run(minutes=2)
    assert (office.end("b"), office.said) == (("done", None), 2)


def test_after_a_sleep_in_the_midst_of_a_delivery_another_may_have_said_it(
    slack: Slack, database: Database, travel: Clock
) -> None:
    def sleep(*_: Any) -> None:
        if travel.now < NOON + timedelta(minutes=1):
            travel.move(minutes=5)

    office = Office(slack, database, travel, {"note": Posting(say, look=sleep)})
    office.owe("a")
    office.run()
    assert (office.said, office.row("a").reason) == (0, "lease_over")
    office.run(minutes=1)
    assert (office.said, office.end("a")) == (1, ("done", None))


def test_a_clock_that_went_ahead_and_came_back_stops_nobody(office: Office) -> None:
    office.owe("a")
    office.run(hours=1)
    office.travel.move(hours=-1)
    office.owe("b")
    assert office.run(seconds=1) == 1


# --- Slack asks to wait -----------------------------------------------------------------------------------


def test_retry_after_holds_the_whole_workspace_and_counts_as_no_try(office: Office) -> None:
    office.owe("a")
    office.owe("b", to="UADA")
    office.slack.fail_next("chat.postMessage", retry_after=30)
    office.run()
    assert office.tries == 1
    office.run(seconds=29.9)
    assert office.tries == 1, "not a moment before Slack allows it"
    office.run(seconds=0.1)
    office.run(seconds=1)  # after a wait the pace begins anew, without a burst
    assert [office.end("a"), office.end("b")] == [("done", None), ("done", None)]
    assert office.row("a").attempts == 1


def test_retry_after_is_kept_at_a_slow_pace_too(slack: Slack, database: Database, travel: Clock) -> None:
    office = Office(slack, database, travel, pace=54)
    office.owe("a")
    office.owe("b", to="UADA")
    slack.fail_next("chat.postMessage", retry_after=30)
    office.run()
    office.run(seconds=28.5)
    assert office.tries == 1


def test_another_workspace_goes_on_meanwhile(slack: Slack, database: Database, travel: Clock) -> None:
    slack.team("T2", token="xoxb-T2")
    slack.channel("C9", team="T2")
    office = Office(slack, database, travel, teams=("T1", "T2"))
    slack.fail_next("chat.postMessage", retry_after=300)
    office.owe("a")
    office.run()
    office.owe("b", to="C9", workspace="T2")
    office.owe("c")
    office.run(seconds=1)
    assert office.row("b", "T2").state == "done"
    assert (office.said, office.tries) == (0, 2)


def test_a_hundred_times_429_is_still_no_reason_to_give_up(office: Office) -> None:
    office.slack.fail_next("chat.postMessage", retry_after=1, times=20)
    office.owe("a")
    for _ in range(21):
        office.run(seconds=2)
    assert (office.end("a"), office.said) == (("done", None), 1)


# --- Slack is in trouble ----------------------------------------------------------------------------------


def test_a_server_error_is_tried_six_times_further_and_further_apart(office: Office) -> None:
    office.slack.fail_next("chat.postMessage", status=503, times=100)
    office.owe("a")
    at = []
    for _ in range(700):
        before = office.tries
        office.run(seconds=5)
        at += [office.travel.now] if office.tries > before else []
    assert len(at) == TRIES
    gaps = [later - earlier for earlier, later in pairwise(at)]
    assert gaps == [backoff(attempt) for attempt in range(1, TRIES)]
    assert office.end("a") == ("dropped", "service_unavailable")


def test_a_refused_connection_waits_and_leaves_no_doubt(poor: Office) -> None:
    poor.owe("a", kind="once")
    poor.slack.down = True
    poor.run()
    row = poor.row("a")
    assert (row.state, row.ambiguous, row.reason) == ("owed", False, "unreachable")
    poor.slack.down = False
    poor.run(seconds=5)
    assert (poor.end("a"), poor.said) == (("done", None), 1)


def test_a_lost_reply_is_found_in_the_history_by_its_metadata(office: Office) -> None:
    office.slack.fail_next("chat.postMessage", drop_reply=True)
    office.owe("a")
    office.run()
    assert (office.said, office.row("a").ambiguous) == (1, True)
    office.run(minutes=1)
    row = office.row("a")
    assert (office.said, row.state, row.ts) == (1, "done", office.slack.channels["C1"].messages[0]["ts"])


def test_a_lost_reply_in_a_direct_message_is_found_too(office: Office) -> None:
    office.slack.fail_next("chat.postMessage", drop_reply=True)
    office.owe("a", to="UADA")
    office.run()
    office.run(minutes=1)
    assert (office.tries, office.end("a")) == (1, ("done", None))


def test_a_message_that_the_history_does_not_have_is_posted(office: Office) -> None:
    office.slack.fail_next("chat.postMessage", status=500)
    office.owe("a", kind="once")
    office.run()
    office.run(minutes=1)
    assert (office.said, office.end("a")) == (1, ("done", None))


@pytest.mark.parametrize("trouble", ["down", "429", "503"])
def test_a_history_that_cannot_be_read_now_is_no_answer(office: Office, trouble: str) -> None:
    """The doubt stays until the history was really seen; nothing is posted twice meanwhile."""
    office.slack.fail_next("chat.postMessage", drop_reply=True)
    office.owe("a")
    office.run()
    if trouble == "down":
        office.slack.down = True
    elif trouble == "429":
        office.slack.fail_next("conversations.history", retry_after=10)
    else:
        office.slack.fail_next("conversations.history", status=503)
    office.run(minutes=1)
    office.slack.down = False
    office.run(minutes=10)
    office.run(minutes=10)
    assert (office.said, office.end("a")) == (1, ("done", None))


@pytest.mark.parametrize(
    ("kind", "said", "end"), [("note", 2, ("done", None)), ("once", 1, ("dropped", "perhaps_posted"))]
)
def test_without_history_each_kind_decides_whether_to_repeat(
    poor: Office, kind: Repeat, said: int, end: tuple[str, str | None]
) -> None:
    poor.slack.fail_next("chat.postMessage", drop_reply=True)
    poor.owe("a", kind=kind)
    poor.run()
    poor.run(minutes=1)
    poor.run(hours=1)
    assert (poor.said, poor.end("a")) == (said, end)


def test_doubt_survives_a_later_refusal(poor: Office) -> None:
    """Lost reply, then a look that fails: what may be there must still not be posted again."""
    looked: list[int] = []

    def look(*_: Any) -> None:
        looked.append(1)
        if len(looked) == 2:
            raise OSError

    postings = {"once": Posting(say, repeat="at_most_once", look=look)}
    office = Office(poor.slack, poor.database, poor.travel, postings)
    office.slack.fail_next("chat.postMessage", drop_reply=True)
    office.owe("a", kind="once")
    for _ in range(4):
        office.run(minutes=10)
    assert (office.said, office.end("a")) == (1, ("dropped", "perhaps_posted"))


# --- the process dies -------------------------------------------------------------------------------------


def crash_once() -> Posting:
    crashed: list[bool] = []

    def settled(*_: Any) -> None:
        if not crashed:
            crashed.append(True)
            raise RuntimeError

    return Posting(say, settled=settled)


def test_a_crash_after_slacks_ok_posts_nothing_twice(slack: Slack, database: Database, travel: Clock) -> None:
    office = Office(slack, database, travel, {"note": crash_once()})
    office.owe("a")
    office.run()
    assert (office.said, office.row("a").state) == (1, "owed")
    office.run(seconds=59)
    assert office.tries == 1, "the lease still stands"
    office.run(seconds=2)
    assert (office.said, office.end("a")) == (1, ("done", None))


def test_a_crash_before_slack_was_called_loses_nothing(office: Office) -> None:
    office.owe("a")
    with office.database.begin() as session:
        found = outbox.find_due(session, office.travel.now, UNHURRIED, speaks_for=None)
        assert outbox.claim(session, "T1", found, UNHURRIED, office.travel.now, office.travel.now + LEASE)
    office.run(seconds=61)
    assert (office.said, office.end("a")) == (1, ("done", None))


# --- no, for good -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", sorted(FOR_GOOD))
def test_a_refusal_for_good_drops_the_delivery_at_once_with_its_reason(office: Office, reason: str) -> None:
    office.slack.fail_next("chat.postMessage", error=reason)
    office.owe("a")
    office.run()
    office.run(hours=1)
    assert (office.tries, office.end("a")) == (1, ("dropped", reason))


def test_what_comes_too_late_is_dropped(office: Office) -> None:
    office.owe("a", expires_at=office.travel.now + timedelta(hours=2))
    office.run(hours=2)
    assert (office.tries, office.end("a")) == (0, ("dropped", "too_late"))


def test_nothing_left_to_say_is_settled_without_a_word(slack: Slack, database: Database, travel: Clock) -> None:
    office = Office(slack, database, travel, {"note": Posting(lambda *_: None)})
    office.owe("a")
    office.run()
    assert (office.tries, office.end("a")) == (0, ("done", None))


def test_a_posting_that_breaks_holds_up_nobody_and_is_dropped_in_the_end(
    slack: Slack, database: Database, travel: Clock
) -> None:
    def broken(*_: Any) -> Message:
        raise RuntimeError

    office = Office(slack, database, travel, {"broken": Posting(broken), **NOTE})
    office.owe("a", kind="broken")
    office.owe("b")
    office.run()
    office.run(seconds=1)  # the channel's next turn
    assert (office.end("b"), office.row("a").state) == (("done", None), "owed")
    for _ in range(TRIES + 1):
        office.run(hours=1)
    assert office.end("a")[0] == "dropped"
    assert office.row("a").attempts <= TRIES + 1
