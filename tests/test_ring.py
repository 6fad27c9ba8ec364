"""The ring: what is due starts once, on time, through crashes, bugs, edits and restarts."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from freezegun import freeze_time
from sqlalchemy import select, update

from bot import clock
from bot.scheduler import ring_calendar
from rituals.calendar import schedules
from rituals.calendar.due import Claim
from rituals.calendar.schedules import Timing
from rituals.prompts import asking
from rituals.prompts.asking import Asked
from rituals.who_may import Asker
from storage import Database, Session
from storage.calendar import schedule
from storage.schema import Round, Schedule
from tests.conftest import NOON, BuildCandor, Candor
from tests.slack import Slack

ONE = NOON + timedelta(hours=1)
AT_ONE = ONE.replace(tzinfo=None)
ADA = Asker("UADA")
origins = count()


def set_up_prompt(
    database: Database,
    *,
    workspace: str = "T1",
    channel: str = "C1",
    rule: str = "FREQ=DAILY",
    start: datetime = AT_ONE,
    zone: str = "UTC",
    country: str | None = None,
    question: str = "What now?",
    answers: str = "thread",
    keeper: str = "UADA",
    now: datetime = NOON,
) -> int:
    """A prompt every day at 13:00, unless told otherwise; the id of its schedule."""
    with database.begin() as session:
        return asking.set_up(
            session,
            workspace,
            channel=channel,
            asked=Asked(question, None, answers),
            timing=Timing(rule, start, zone, country),
            keepers=[keeper],
            origin=f"test{next(origins)}",
            packs={},
            now=now,
        ).id


def stored(database: Database, schedule_id: int, workspace: str = "T1") -> Schedule:
    with database.reading() as session:
        found = schedule(session, workspace, schedule_id)
    assert found is not None
    return found


def rounds(database: Database) -> list[Round]:
    with database.reading() as session:
        return list(session.scalars(select(Round).order_by(Round.id)))


def ring(candor: Candor, now: datetime, begin: Callable[[Session, Claim, datetime], Any] | None = None) -> int:
    room = candor.house.rooms["prompts"]
    return ring_calendar(candor.database, {"prompts": replace(room, begin=begin or room.begin)}, now)


def test_what_is_due_starts_once_and_the_next_date_is_set(candor: Candor) -> None:
    it = set_up_prompt(candor.database)
    assert ring(candor, ONE - timedelta(seconds=1)) == 0
    assert [ring(candor, ONE), ring(candor, ONE)] == [1, 0]
    assert stored(candor.database, it).next_due == ONE + timedelta(days=1)
    assert [asked.occurrence for asked in rounds(candor.database)] == [ONE]


def test_two_rings_at_once_start_each_schedule_once(candor: Candor) -> None:
    for _ in range(30):
        set_up_prompt(candor.database)
    with ThreadPoolExecutor(2) as two:
        claimed = list(two.map(lambda _: ring(candor, ONE), range(2)))
    assert sum(claimed) == 30
    assert len(rounds(candor.database)) == 30


def test_two_hundred_due_at_once_all_start(candor: Candor) -> None:
    """Some 200 transactions with a commit each: a second or two."""
    for _ in range(200):
        set_up_prompt(candor.database)
    assert ring(candor, ONE) == 200
    assert len(rounds(candor.database)) == 200


def test_a_ritual_that_raises_keeps_its_place_and_the_others_have_their_turn(candor: Candor) -> None:
    bad, good = set_up_prompt(candor.database), set_up_prompt(candor.database)

    def begin(session: Session, claim: Claim, now: datetime) -> object:
        if claim.schedule.id == bad:
            raise RuntimeError
        return candor.house.rooms["prompts"].begin(session, claim, now)

    ring(candor, ONE, begin)
    assert stored(candor.database, bad).next_due == ONE
    assert stored(candor.database, good).next_due == ONE + timedelta(days=1)
    assert ring(candor, ONE + timedelta(minutes=1)) == 1, "mended, it starts"


@pytest.mark.parametrize("broken", [{"zone": "Mars/Olympus"}, {"rule": "FREQ=SOMETIMES"}, {"start": "long ago"}])
def test_a_row_that_cannot_be_read_holds_up_nobody(candor: Candor, broken: dict[str, str]) -> None:
    """The zone left the system's table, say; its schedule is the first in the queue, for ever."""
    bad, good = set_up_prompt(candor.database), set_up_prompt(candor.database)
    with candor.database.begin() as session:
        session.execute(update(Schedule).where(Schedule.id == bad).values(**broken))
    ring(candor, ONE)
    assert stored(candor.database, good).next_due == ONE + timedelta(days=1)


def test_a_crash_before_the_commit_leaves_it_to_the_next_ring(candor: Candor) -> None:
    it = set_up_prompt(candor.database)

    def die(session: Session, claim: Claim, now: datetime) -> object:
        candor.house.rooms["prompts"].begin(session, claim, now)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ring(candor, ONE, die)
    assert rounds(candor.database) == []
    assert stored(candor.database, it).next_due == ONE
    assert ring(candor, ONE) == 1


def test_of_several_missed_dates_one_at_most_is_caught_up(candor: Candor) -> None:
    set_up_prompt(candor.database)
    claims: list[Claim] = []

    def begin(session: Session, claim: Claim, now: datetime) -> object:
        claims.append(claim)
        return candor.house.rooms["prompts"].begin(session, claim, now)

    ring(candor, ONE + timedelta(days=4, hours=1), begin)
    [claim] = claims
    assert claim.missed == 4
    [asked] = rounds(candor.database)
    assert (asked.occurrence, asked.late) == (ONE + timedelta(days=4), True)


def test_too_late_for_its_day_it_is_left_out_and_the_next_one_comes(candor: Candor) -> None:
    it = set_up_prompt(candor.database)
    ring(candor, ONE + timedelta(hours=2, seconds=1))
    assert rounds(candor.database) == []
    assert stored(candor.database, it).next_due == ONE + timedelta(days=1)


def test_next_due_is_only_a_cache_and_the_rule_decides(candor: Candor) -> None:
    it = set_up_prompt(candor.database)
    with candor.database.begin() as session:
        session.execute(update(Schedule).values(next_due=NOON - timedelta(days=3)))
    ring(candor, NOON)
    assert rounds(candor.database) == []
    assert stored(candor.database, it).next_due == ONE


def test_a_schedule_without_a_further_date_ends(candor: Candor) -> None:
    it = set_up_prompt(candor.database, rule="FREQ=DAILY;COUNT=2")
    for day in range(3):
        ring(candor, ONE + timedelta(days=day))
    ended = stored(candor.database, it)
    assert (ended.next_due, ended.ended_at) == (None, ONE + timedelta(days=1))
    assert len(rounds(candor.database)) == 2


def edit(database: Database, schedule_id: int, question: str, start: datetime, now: datetime) -> None:
    with database.begin() as session:
        asking.change(
            session,
            "T1",
            schedule_id,
            asked=Asked(question, None, "thread"),
            timing=Timing("FREQ=DAILY", start.replace(tzinfo=None), "UTC"),
            seen_version=1,
            origin=f"edit{next(origins)}",
            asker=ADA,
            packs={},
            now=now,
        )


def test_a_better_question_saved_while_it_is_due_is_asked_all_the_same(candor: Candor) -> None:
    """Saved in the seconds between the minute and the ring: the date stays, so it must not be lost."""
    it = set_up_prompt(candor.database)
    edit(candor.database, it, "What else?", ONE, ONE + timedelta(seconds=2))
    ring(candor, ONE + timedelta(seconds=5))
    assert [asked.question for asked in rounds(candor.database)] == ["What else?"]


def test_an_edit_to_a_later_hour_while_it_is_due_asks_once_at_the_later_hour(candor: Candor) -> None:
    it = set_up_prompt(candor.database)
    edit(candor.database, it, "What else?", ONE + timedelta(hours=2), ONE + timedelta(seconds=2))
    for minutes in (1, 60, 120, 121):
        ring(candor, ONE + timedelta(minutes=minutes))
    assert [asked.occurrence for asked in rounds(candor.database)] == [ONE + timedelta(hours=2)]


def test_skip_leaves_out_one_date_also_when_it_is_due_already(candor: Candor) -> None:
    it = set_up_prompt(candor.database)
    with candor.database.begin() as session:
        row = schedules.find(session, "T1", it)
        skipped = schedules.skip_next(session, row, ADA, ONE + timedelta(seconds=2))
    for day in range(3):
        ring(candor, ONE + timedelta(days=day, seconds=5))
    days = {(asked.occurrence - ONE).days for asked in rounds(candor.database)}
    assert days == {0, 1, 2} - {(skipped.at - ONE).days}


def test_pause_resume_and_skip_move_the_next_date(candor: Candor) -> None:
    it = set_up_prompt(candor.database)

    def told(change: Callable[[Session, Schedule], object]) -> datetime | None:
        with candor.database.begin() as session:
            change(session, schedules.find(session, "T1", it))
        return stored(candor.database, it).next_due

    def day(number: int) -> datetime:
        return ONE + timedelta(days=number)

    assert told(lambda s, row: schedules.skip_next(s, row, ADA, NOON)) == day(1)
    assert told(lambda s, row: schedules.skip_next(s, row, ADA, NOON)) == day(2)
    assert told(lambda s, row: schedules.pause(s, row, day(5), "by ada", ADA, NOON)) == day(6)
    assert told(lambda s, row: schedules.pause(s, row, None, "by ada", ADA, NOON)) is None
    assert told(lambda s, row: schedules.resume(s, row, ADA, NOON)) == day(2), "what was skipped stays skipped"


def test_a_pause_with_an_end_is_over_when_its_first_date_comes(candor: Candor) -> None:
    it = set_up_prompt(candor.database)
    with candor.database.begin() as session:
        row = schedules.find(session, "T1", it)
        schedules.pause(session, row, ONE + timedelta(days=2, hours=1), "by ada", ADA, NOON)
    for day in range(5):
        ring(candor, ONE + timedelta(days=day))
    assert [(asked.occurrence - ONE).days for asked in rounds(candor.database)] == [3, 4]
    assert stored(candor.database, it).paused_because is None


def test_days_off_of_later_years_are_added_as_they_come_near(candor: Candor) -> None:
    it = set_up_prompt(candor.database, country="DE", zone="Europe/Berlin")
    before = stored(candor.database, it)
    assert before.days_off_through == 2028
    ring(candor, datetime(2027, 1, 2, 12, tzinfo=UTC))
    after = stored(candor.database, it)
    assert after.days_off_through == 2029
    assert {"2029-12-25"} <= after.days_off.keys() - before.days_off.keys()
    assert {day: after.days_off[day] for day in before.days_off} == before.days_off, "frozen is frozen"


def test_a_month_of_weekday_prompts_through_two_restarts(slack: Slack, build_candor: BuildCandor) -> None:
    """The whole app under a frozen clock: Bolt, forms, ring, courier; some 450 rings, a few seconds."""
    clock.restore()
    slack.now = clock.now
    with freeze_time("2026-11-29T20:00:00Z", real_asyncio=True, ignore=["psycopg_pool"]) as frozen:
        candor = build_candor(pace_per_minute=6_000)
        ada = slack.person("UADA", team="T1")
        ada.command("/prompt", channel="C1")
        ada.submit({"question": "What surprised you?", "kind": "weekdays"})
        ada.submit({"at": "10:00", "zone": "Europe/Berlin", "country": "DE"})
        ada.submit()
        day = datetime(2026, 11, 30, tzinfo=UTC)
        for number in range(33):
            if number in (9, 20):
                candor = build_candor(pace_per_minute=6_000)  # a restart: nothing but the database is kept
            for minutes in (0, 538, 539, 540, 541, 542, 600, 900):
                frozen.move_to(day + timedelta(days=number, minutes=minutes))
                candor.travel.to(clock.now())
                candor.ring()
    asked = [datetime.fromtimestamp(float(one["ts"]), UTC) for one in slack.channels["C1"].messages]
    off = {"2026-12-25", "2027-01-01"}
    expected = [
        day + timedelta(days=number, hours=9)
        for number in range(33)
        if (day + timedelta(days=number)).weekday() < 5 and f"{day + timedelta(days=number):%Y-%m-%d}" not in off
    ]
    assert [at.replace(second=0, microsecond=0) for at in asked] == expected
    assert all("What surprised you?" in one["text"] for one in slack.channels["C1"].messages)
