"""The outbox: what is owed stands once, is taken by one courier at a time, and keeps Slack's pace."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

import storage.outbox as outbox
import storage.pace as pace
from bot.courier import LEASE, UNREACHABLE, Courier
from bot.workspaces import OneWorkspace
from storage import Database
from storage.outbox import Posted
from storage.pace import Pacing, Speed
from storage.schema import Delivery, Pace
from tests.conftest import NOON, Candor, Clock
from tests.slack import FakeClient, Slack
from tests.test_courier import NOTE, UNHURRIED, Office
from tests.test_ring import set_up_prompt, stored

SECOND = timedelta(seconds=1)


def owe(database: Database, key: str, *, due: datetime = NOON, to: str = "C1", workspace: str = "T1") -> bool:
    with database.begin() as session:
        return outbox.owe(session, workspace, key=key, kind="note", to=to, facts={"note": 1}, due=due, now=NOON)


def lease(database: Database, now: datetime) -> Delivery | None:
    """What a courier does before it posts, without its pace; the channel is free again at once."""
    with database.begin() as session:
        leased = []
        for found in outbox.find_due(session, now, UNHURRIED, speaks_for=None):
            leased = outbox.claim(session, found.workspace, [found], UNHURRIED, now, now + LEASE)
            pace.unblock(session, found.workspace, leased)
        return leased[0] if leased else None


def rows(database: Database) -> list[Delivery]:
    with database.reading() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def test_owing_twice_with_one_key_is_one_row(database: Database) -> None:
    assert [owe(database, "a"), owe(database, "a")] == [True, False]
    assert owe(database, "a", workspace="T2")
    assert [(row.workspace, row.key) for row in rows(database)] == [("T1", "a"), ("T2", "a")]


def test_a_settled_key_is_not_owed_again(database: Database) -> None:
    owe(database, "a")
    taken = lease(database, NOON)
    assert taken is not None
    with database.begin() as session:
        assert outbox.settle_posted(session, "T1", [Posted(taken.id, 1, "C1", "1.0")], NOON) == {taken.id}
    assert not owe(database, "a")


def test_what_is_due_first_goes_first_and_then_what_was_owed_first(database: Database) -> None:
    for key, seconds in (("later", 2), ("second", 1), ("third", 1), ("first", 0)):
        owe(database, key, due=NOON + seconds * SECOND)
    now, order = NOON + 2 * SECOND, []
    while (taken := lease(database, now)) is not None:
        order.append(taken.key)
    assert order == ["first", "second", "third", "later"]


def test_what_is_not_due_yet_stays(database: Database) -> None:
    owe(database, "a", due=NOON + SECOND)
    assert lease(database, NOON) is None


def test_what_is_of_a_workspace_that_we_cannot_speak_for_is_stepped_over(database: Database) -> None:
    owe(database, "theirs")
    owe(database, "ours", workspace="T2")
    with database.begin() as session:
        found = {
            speaks_for: [row.key for row in outbox.find_due(session, NOON, UNHURRIED, speaks_for=speaks_for)]
            for speaks_for in (None, frozenset({"T2"}), frozenset({"T3"}), frozenset[str]())
        }
        beyond = outbox.find_due(session, NOON, UNHURRIED, speaks_for=None, steps_over=["T1"])
    assert list(found.values()) == [["theirs"], ["ours"], [], []]
    assert [row.key for row in beyond] == ["ours"]


def test_a_leased_row_is_nobody_elses_until_the_lease_ends(database: Database) -> None:
    owe(database, "a")
    first = lease(database, NOON)
    assert first is not None
    assert lease(database, NOON + LEASE - SECOND) is None
    second = lease(database, NOON + LEASE)
    assert second is not None
    with database.reading() as session:
        row = session.get_one(Delivery, first.id)
    assert (row.attempts, row.ambiguous, row.attempted_at) == (2, True, NOON + LEASE)


def test_who_lost_the_lease_settles_nothing(database: Database) -> None:
    owe(database, "a")
    lease(database, NOON)
    taken = lease(database, NOON + LEASE)
    assert taken is not None
    with database.begin() as session:
        assert not outbox.settle_posted(session, "T1", [Posted(taken.id, 1, "C1", "1.0")], NOON)
        assert not outbox.drop(session, "T1", taken.id, 1, reason="x", now=NOON)
        later = NOON + timedelta(hours=1)
        assert not outbox.postpone(session, "T1", taken.id, 1, due=later, reason="x", ambiguous=False)
        assert outbox.settle_posted(session, "T1", [Posted(taken.id, 2, "C1", "2.0")], NOON)


def test_two_couriers_that_ask_at_once_for_the_first_time_are_put_in_order(database: Database) -> None:
    """Nobody meets an error, and no channel is taken twice."""
    workspaces = [f"T{number}" for number in range(20)]
    for workspace in workspaces:
        for key in ("a", "b"):
            owe(database, key, workspace=workspace)
    with database.reading() as session:
        due = outbox.find_due(session, NOON, UNHURRIED, speaks_for=None, most=40)

    def take(workspace: str) -> list[str]:
        found = [row for row in due if row.workspace == workspace]
        with database.begin() as session:
            return [
                row.key for row in outbox.claim(session, workspace, found, UNHURRIED, NOON, NOON + LEASE, most=9)
            ]

    with ThreadPoolExecutor(2) as two:
        taken = list(two.map(take, [workspace for workspace in workspaces for _ in range(2)]))
    assert sorted(taken) == [[]] * 20 + [["a"]] * 20


def test_many_are_claimed_at_once_one_of_each_channel_and_as_many_as_the_pace_allows(database: Database) -> None:
    for key, to in (("a", "C1"), ("b", "C1"), ("c", "C2"), ("d", "C3"), ("e", "C4")):
        owe(database, key, to=to)
    three = Pacing(Speed(SECOND, 2 * SECOND), Speed(SECOND, 2 * SECOND))

    def claimed(now: datetime) -> list[str]:
        with database.begin() as session:
            found = outbox.find_due(session, now, three, speaks_for=None, most=9)
            return [row.key for row in outbox.claim(session, "T1", found, three, now, now + LEASE, most=9)]

    assert claimed(NOON) == ["a", "c", "d"]
    assert claimed(NOON) == []
    assert claimed(NOON + SECOND) == ["e"]
    assert claimed(NOON + 30 * SECOND) == [], "somebody is still about the first one of its channel"
    with database.begin() as session:
        first = outbox.delivery(session, "T1", "a")
        assert first is not None
        outbox.settle_posted(session, "T1", [Posted(first.id, 1, "C1", "1.0")], NOON)
        pace.unblock(session, "T1", [first])
    assert claimed(NOON + 30 * SECOND) == ["b"]


@given(
    every=st.integers(1, 5_000), burst=st.integers(0, 10_000), gaps=st.lists(st.integers(0, 8_000), max_size=30)
)
def test_however_turns_are_taken_a_lane_keeps_its_pace(every: int, burst: int, gaps: list[int]) -> None:
    """Milliseconds. In any stretch of time no more turns than its length allows, with the burst in front."""
    speed = Speed(timedelta(milliseconds=every), timedelta(milliseconds=burst))
    free_at, now, taken = NOON, NOON, list[datetime]()
    for gap in gaps:
        now += timedelta(milliseconds=gap)
        turns = speed.turns(free_at, now)
        free_at = speed.begin(free_at, now) + turns * speed.every
        taken += [now] * turns
    furthest = NOON  # a turn's time, less what the turns before it may take
    for number, at in enumerate(taken):
        due = at - number * speed.every
        furthest = max(furthest, due)
        assert furthest - due <= speed.burst
    assert not taken or speed.turns(free_at, now) == 0, "what is allowed was taken"


def test_a_lane_that_is_free_beyond_all_reason_is_free_now() -> None:
    """The clock was an hour ahead, and came back."""
    speed = Speed(SECOND, 2 * SECOND)
    assert speed.turns(NOON + timedelta(hours=1), NOON) == 3
    assert speed.begin(NOON + timedelta(hours=1), NOON) == NOON


def test_settled_rows_go_after_fourteen_days_and_nothing_else(database: Database) -> None:
    for key in ("done", "dropped", "young", "owed"):
        owe(database, key)
    with database.begin() as session:
        ids = {row.key: row.id for row in session.scalars(select(Delivery))}
        outbox.settle_posted(session, "T1", [Posted(ids["done"], 0, "C1", "1.0")], NOON)
        outbox.drop(session, "T1", ids["dropped"], 0, reason="is_archived", now=NOON)
        young = [Posted(ids["young"], 0, "C1", "1.0")]
        outbox.settle_posted(session, "T1", young, NOON + timedelta(days=1))
        session.add(Pace(workspace="T1", lane="C1", free_at=NOON))
        pace.hold(session, "T1", NOON + timedelta(days=14))
    with database.begin() as session:
        outbox.sweep(session, NOON + timedelta(days=14))
    assert len(rows(database)) == 4, "fourteen days to the second are kept"
    with database.begin() as session:
        outbox.sweep(session, NOON + timedelta(days=14, seconds=1))
        lanes = list(session.scalars(select(Pace.lane)))
    assert [row.key for row in rows(database)] == ["young", "owed"]
    assert lanes == [pace.WHOLE_WORKSPACE]


# --- two couriers over one database -----------------------------------------------------------------------


@pytest.fixture
def crowd(slack: Slack) -> list[str]:
    """Sixty people, each a lane of their own."""
    return [slack.user(f"U{number:03}", team="T1").id for number in range(60)]


def two_couriers(slack: Slack, database: Database, pace: int) -> list[Courier]:
    return [
        Courier(database, OneWorkspace.connect(FakeClient(slack, token="xoxb-T1", retry_handlers=[])), NOTE, pace)
        for _ in range(2)
    ]


def test_two_couriers_in_two_threads_post_each_delivery_once(
    slack: Slack, database: Database, crowd: list[str]
) -> None:
    for number in range(50):
        owe(database, f"note{number}", to=crowd[number])

    def work(courier: Courier) -> None:
        for second in range(40):
            courier.deliver_due(NOON + second * SECOND)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, two_couriers(slack, database, 60_000)))
    assert len(slack.calls_of("chat.postMessage")) == 50
    assert {len(slack.direct_channel(slack.teams["T1"], id).messages) for id in crowd[:50]} == {1}
    assert {(row.state, row.attempts) for row in rows(database)} == {("done", 1)}


def test_two_couriers_keep_the_pace_of_a_workspace_for_three_minutes(
    slack: Slack, database: Database, crowd: list[str], travel: Clock
) -> None:
    """Some 160 posts in a row: this takes a second or two."""
    slack.monotonic = lambda: travel.now.timestamp()
    slack.enforce_tiers = True
    for number in range(180):
        owe(database, f"note{number}", to=crowd[number % 60])
    couriers = two_couriers(slack, database, 54)
    for turn in range(90):
        couriers[turn % 2].deliver_due(travel.move(seconds=2))
    calls = [call.at for call in slack.calls if call.method == "chat.postMessage"]
    assert 157 <= len(calls) <= 162 + 3
    for start in calls[::20]:
        assert sum(start <= at < start + timedelta(minutes=1) for at in calls) <= 54 + 3
    assert sum(row.state == "done" for row in rows(database)) == len(calls), "no 429 at all"


@pytest.mark.parametrize("pace", [54, 300])
def test_a_channel_gets_about_one_message_a_second(
    slack: Slack, database: Database, travel: Clock, pace: int
) -> None:
    """Slack's limit for a channel stands, however fast the workspace may be."""
    slack.monotonic = lambda: travel.now.timestamp()
    slack.enforce_tiers = True
    office = Office(slack, database, travel, pace=pace)
    for number in range(30):
        office.owe(f"note{number}")
    for _ in range(40):
        office.run(milliseconds=250)
    said = len(slack.channels["C1"].messages)
    assert 8 <= said <= 10 + 3
    assert len(slack.calls_of("chat.postMessage")) == said, "no 429 at all"


# --- what it means for the rituals ---------------------------------------------------------------------


@pytest.mark.parametrize("reason", sorted(UNREACHABLE))
def test_an_unreachable_channel_pauses_its_schedules_with_the_reason(
    candor: Candor, slack: Slack, reason: str
) -> None:
    here, elsewhere = set_up_prompt(candor.database), set_up_prompt(candor.database, channel="C2")
    slack.fail_next("chat.postMessage", error=reason)
    candor.travel.move(hours=1)
    candor.ring()
    paused, goes_on = stored(candor.database, here), stored(candor.database, elsewhere)
    assert (paused.paused_because, paused.next_due) == (UNREACHABLE[reason], None)
    assert (goes_on.paused_because, goes_on.next_due is None) == (None, False)


def test_who_looks_after_a_paused_ritual_is_told(candor: Candor, slack: Slack) -> None:
    """As pause_channel promises; the text for it (messages.paused_note) is there."""
    set_up_prompt(candor.database)
    slack.archive("C1", by="UADA")
    candor.travel.move(hours=1)
    candor.ring()
    candor.travel.move(hours=22)
    candor.ring()
    said = slack.person("UADA", team="T1").direct_messages
    assert len(said) == 1
    assert "I paused #1" in said[0]["text"]


def test_no_words_of_a_question_stand_in_any_delivery(candor: Candor) -> None:
    set_up_prompt(candor.database, question="CANARY what now?", answers="form")
    for hours in (1, 24, 24, 24):
        candor.travel.move(hours=hours)
        candor.ring()
    with candor.database.reading() as session:
        kept = [
            {name: value for name, value in vars(row).items() if not name.startswith("_")}
            for row in session.scalars(select(Delivery))
        ]
    assert {row["kind"] for row in kept} >= {"prompt.question", "prompt.closed"}
    assert "CANARY" not in repr(kept)
    facts = [fact for row in kept for fact in row["facts"].values()]
    assert all(isinstance(fact, int) or all(isinstance(one, int) for one in fact) for fact in facts)
