"""The courier's hands: many at once, in order in each channel, and nobody held up by somebody else's trouble."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from typing import Any
from urllib.request import Request

import pytest
from sqlalchemy import select

import storage.outbox as outbox
from bot.blocks.common import Message
from bot.courier import HANDS, IN_DOUBT, Courier
from bot.rooms import Posting
from bot.workspaces import OneWorkspace
from storage import Database, Session
from storage.schema import Delivery
from tests.conftest import CORE_SCOPES, Clock
from tests.slack import FakeClient, Slack
from tests.test_courier import NOTE, Several, say

FAST = 60_000  # a minute: two hundred at once
PATIENCE = 10.0  # seconds


class Watched(FakeClient):
    """A client that tells who is calling where, and whose calls wait while `gate` is closed."""

    def __init__(self, slack: Slack, token: str, gate: Event) -> None:
        super().__init__(slack, token=token, retry_handlers=[])
        self.gate, self.counting, self.calling = gate, Lock(), Counter[str]()
        self.most, self.said = Counter[str](), defaultdict[str, list[str]](list)

    def chat_postMessage(self, *, channel: str, **more: Any) -> Any:  # noqa: N802  (the SDK's name)
        with self.counting:
            self.calling[channel] += 1
            self.most[channel] = max(self.most[channel], self.calling[channel])
            self.said[channel].append(more["text"])
        try:
            return super().chat_postMessage(channel=channel, **more)
        finally:
            with self.counting:
                self.calling[channel] -= 1

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        if not self.gate.wait(PATIENCE):
            raise TimeoutError
        return super()._perform_urllib_http_request_internal(url, req)


class Post:
    """A post office with all its hands, and two workspaces; T1's line can be made to hang."""

    def __init__(self, slack: Slack, database: Database, postings: dict[str, Posting] = NOTE) -> None:
        slack.team("T2", token="xoxb-T2")
        self.slack, self.database = slack, database
        self.gate, opened = Event(), Event()
        opened.set()
        self.gate.set()
        self.one, self.two = Watched(slack, "xoxb-T1", self.gate), Watched(slack, "xoxb-T2", opened)
        workspaces = Several(OneWorkspace.connect(self.one), OneWorkspace.connect(self.two))
        self.courier = Courier(database, workspaces, postings, FAST, per_channel=timedelta(0))

    def owe(self, to: str, *, workspace: str = "T1", kind: str = "note", note: object = 1) -> None:
        now = self.slack.now()
        with self.database.begin() as session:
            key = f"{workspace}:{to}:{note}"
            facts = {"note": note}
            outbox.owe(session, workspace, key=key, kind=kind, to=to, facts=facts, due=now, now=now)

    def people(self, count: int, workspace: str) -> list[str]:
        return [self.slack.user(f"U{workspace}{number:03}", team=workspace).id for number in range(count)]

    def ends(self, workspace: str = "T1") -> Counter[tuple[str, str | None]]:
        with self.database.reading() as session:
            rows = session.scalars(select(Delivery).where(Delivery.workspace == workspace)).all()
        return Counter((row.state, row.reason) for row in rows)

    @contextmanager
    def open(self) -> Iterator[None]:
        """All hands at work, until the end of the block; then what is in hand is finished."""
        stopping = Event()

        def work() -> None:
            while not stopping.is_set():
                self.courier.keep_posting(stopping)
                stopping.wait(0.01)
            self.courier.finish()

        desk = Thread(target=work)
        desk.start()
        try:
            yield
        finally:
            self.gate.set()
            stopping.set()
            desk.join(PATIENCE)

    def until(self, so: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not so():
            assert time.monotonic() < end
            time.sleep(0.01)

    def until_said(self, client: Watched, count: int) -> None:
        self.until(lambda: sum(map(len, client.said.values())) >= count)


@pytest.fixture
def post(slack: Slack, database: Database) -> Post:
    return Post(slack, database)


def test_a_fan_out_is_posted_by_many_hands_each_message_once(post: Post) -> None:
    people = post.people(60, "T2")
    for person in people:
        post.owe(person, workspace="T2")
    with post.open():
        post.until_said(post.two, 60)
    assert post.ends("T2") == {("done", None): 60}
    assert {len(said) for said in post.two.said.values()} == {1}


def test_a_workspace_whose_calls_hang_takes_no_hand_from_another(post: Post) -> None:
    """T1 has more to say than there are hands, and none of its calls comes back meanwhile."""
    for number in range(HANDS + 20):
        post.owe(f"UX{number:03}")
    people = post.people(40, "T2")
    for person in people:
        post.owe(person, workspace="T2")
    post.gate.clear()
    with post.open():
        post.until_said(post.two, 40)
        post.until(lambda: post.ends("T2") == {("done", None): 40})
        hanging = sum(post.one.calling.values())
    assert 1 < hanging <= HANDS // 2, "it has hands, and leaves as many to the others"


def test_where_history_cannot_be_read_only_a_few_are_under_way_at_once(slack: Slack, database: Database) -> None:
    """Each of them would stay in doubt in a crash."""
    slack.teams["T1"].scopes = set(CORE_SCOPES)
    post = Post(slack, database)
    for number in range(20):
        post.owe(f"UX{number:03}")
    post.gate.clear()
    with post.open():
        post.until_said(post.one, IN_DOUBT)
        with database.reading() as session:
            leased = session.scalars(select(Delivery.id).where(Delivery.ambiguous)).all()
        assert len(leased) == IN_DOUBT


def test_in_each_channel_one_message_at_a_time_and_in_order(post: Post) -> None:
    post.slack.latency = 0.005
    channels = ["C1", "C2"]
    for note in range(12):
        for channel in channels:
            post.owe(channel, note=note)
    with post.open():
        post.until_said(post.one, 24)
    assert {post.one.most[channel] for channel in channels} == {1}
    for channel in channels:
        assert post.one.said[channel] == [f"Note {note}." for note in range(12)]


def test_retry_after_holds_the_couriers_of_every_process(post: Post, travel: Clock) -> None:
    other = Courier(
        post.database, OneWorkspace.connect(FakeClient(post.slack, token="xoxb-T1", retry_handlers=[])), NOTE, FAST
    )
    post.slack.fail_next("chat.postMessage", retry_after=30)
    post.owe("C1")
    post.courier.deliver_due(travel.now)
    post.owe("C2")
    assert other.deliver_due(travel.move(seconds=29)) == 0
    assert other.deliver_due(travel.move(seconds=1)) > 0


def test_what_cannot_be_worded_leaves_the_rest_of_its_batch_alone(slack: Slack, database: Database) -> None:
    def broken(*_: Any) -> Message:
        raise RuntimeError

    post = Post(slack, database, {"broken": Posting(broken), **NOTE})
    people = post.people(9, "T2")
    for number, person in enumerate(people):
        post.owe(person, workspace="T2", kind="broken" if number == 4 else "note")
    with post.open():
        post.until(lambda: post.ends("T2")["done", None] == 8)
    assert post.ends("T2") == {("done", None): 8, ("owed", "bug"): 1}


def test_what_cannot_be_noted_leaves_the_rest_of_its_batch_alone(slack: Slack, database: Database) -> None:
    def settled(_session: Session, delivery: Delivery, _ts: str, _seen: Any, _now: datetime) -> None:
        if delivery.facts["note"] == 4:
            raise RuntimeError

    post = Post(slack, database, {"note": Posting(say, settled=settled)})
    for number, person in enumerate(post.people(9, "T2")):
        post.owe(person, workspace="T2", note=number)
    with post.open():
        post.until_said(post.two, 9)
    assert post.ends("T2") == {("done", None): 8, ("owed", None): 1}


def test_what_is_in_hand_is_finished_and_nothing_more_is_begun(post: Post) -> None:
    post.owe("C1")
    post.gate.clear()
    with post.open():
        post.until_said(post.one, 1)
        post.owe("C2")  # perhaps begun, perhaps not; never left half done
    assert post.ends() in ({("done", None): 2}, {("done", None): 1, ("owed", None): 1})
    with post.database.reading() as session:
        assert not any(session.scalars(select(Delivery.ambiguous)))
