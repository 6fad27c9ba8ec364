"""Every fault: how it is made, what may follow from it, and that the next thing works afterwards."""

from __future__ import annotations

import resource
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.courier import IN_DOUBT
from rituals.calendar.schedules import Timing
from rituals.errors import ChangedMeanwhile
from rituals.prompts.asking import Asked, change
from rituals.who_may import Asker
from storage.schema import Prompt, Round, Schedule
from tests.chaos.counting import Count, check_log, count_since
from tests.chaos.harness import ELSEWHEN, KEEPER, WEEKLY, World
from tests.postgres import PostgresServer

LOAD = 12  # deliveries that a fault meets
NONE, SECOND, MINUTE = timedelta(0), timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATENCY = 0.03  # seconds: most of a bot's time passes between its two transactions


@contextmanager
def under(
    world: World,
    fault: str,
    *,
    tells: str | None = None,
    may_drop: tuple[str, ...] = (),
    may_repeat: bool = False,
) -> Iterator[Count]:
    """Make a fault in the block; afterwards all must be delivered, told, counted, and the next thing work."""
    count, after, mark = Count(fault, tried=1), world.last_row(), len(world.bots.log.lines)
    try:
        yield count
        world.drain()
        world.ask(2)
        world.drain()
    except AssertionError as stuck:
        count.promise(False, str(stuck))
        world.mend()
    count_since(world, after, count, may_drop=may_drop, may_repeat=may_repeat)
    check_log(world, mark, count, tells)


def in_flow(world: World) -> None:
    """Owe a load, and wait until some of it is through."""
    before = world.posts
    world.ask(LOAD)
    wanted = before + world.dice.randint(1, LOAD // 3)
    world.wait_for(lambda: world.posts >= wanted)


def doctor_says(world: World, count: Count, words: str) -> None:
    said = world.bots.doctor()
    count.promise(words in said, f"doctor doesn't say {words!r}:\n{said}")


def killed(world: World, times: int, *, may_look: bool) -> Count:
    """Kill one of the processes in the midst of questions by the form, by the ring, and of digests.

    Where history can't be read, what was on its way may be said once more, or be left unsaid, as its kind wants;
    and no process has more than a few on their way.
    """
    fault = "kill -9" if may_look else "kill -9, no history scopes"
    dropped = () if may_look else ("perhaps_posted",)
    world.slack.latency = LATENCY
    with under(world, fault, may_drop=dropped, may_repeat=not may_look) as count:
        for _ in range(times):
            before = world.posts
            world.finish(LOAD // 2)
            world.ask(LOAD // 2)
            world.ask(LOAD // 2, first=world.hands.told() + SECOND)
            wanted = before + world.dice.randint(1, LOAD)
            world.wait_for(lambda wanted=wanted: world.posts >= wanted)  # type: ignore[misc]
            time.sleep(world.dice.uniform(0, 2 * LATENCY))  # any moment of a delivery
            on_their_way = len(world.bots.running) * IN_DOUBT
            world.bots.kill_one()
            doubt = world.on_their_way() - count.in_doubt  # those of earlier kills are leased still
            count.promise(may_look or len(doubt) <= on_their_way, f"{len(doubt)} were on their way")
            count.in_doubt |= doubt
            world.bots.start()
    count.tried = times
    world.slack.latency = 0
    return count


def slack_down(world: World) -> Count:
    """Ten minutes without Slack, two seconds of ours."""
    with under(world, "Slack down for ten minutes", tells="no_reply") as count:
        in_flow(world)
        world.slack.down = True
        world.ask(LOAD)
        for _ in range(10):
            world.hands.jump(MINUTE)
            world.quiet(0.2)
        doctor_says(world, count, "mend  bot token")
        world.slack.down = False
    return count


def five_hundreds(world: World) -> Count:
    """Slack answers 503, and has not taken what it was given."""
    with under(world, "5xx", tells="service_unavailable") as count:
        world.slack.fail_next("chat.postMessage", status=503, times=LOAD)
        world.ask(LOAD)
    return count


def reply_lost(world: World) -> Count:
    """Slack takes the message, and its reply is lost."""
    with under(world, "reply lost", tells="no_reply") as count:
        world.slack.fail_next("chat.postMessage", drop_reply=True, times=LOAD)
        world.ask(LOAD)
    return count


def digest_reply_lost(world: World) -> Count:
    """The same for what is said in a thread."""
    with under(world, "reply lost, in a thread", tells="no_reply") as count:
        world.ask(LOAD)
        world.drain()
        world.slack.fail_next("chat.postMessage", drop_reply=True, times=LOAD // 2)
        world.finish(LOAD)
    return count


def too_many(world: World) -> Count:
    """429 in the flow; nobody may call before Retry-After is over."""
    with under(world, "429 with Retry-After", tells="ratelimited") as count:
        world.ask(LOAD)
        for _ in range(3):
            world.slack.fail_next("chat.postMessage", retry_after=30)
            world.ask(1)
            world.drain()
    return count


def token_revoked(world: World) -> Count:
    """The token is taken away in the flow; what is due then is given up, and the row says why."""
    with under(world, "token revoked", tells="token_revoked", may_drop=("token_revoked",)) as count:
        world.slack.latency = LATENCY
        in_flow(world)
        world.team.token_state = "token_revoked"
        world.ask(LOAD)
        world.drain()
        doctor_says(world, count, "token_revoked")
        world.team.token_state, world.slack.latency = "live", 0
    return count


def postgres_restarted(world: World, server: PostgresServer) -> Count:
    """Postgres crashes and comes back."""
    with under(world, "Postgres restarted", tells="the database doesn't answer") as count:
        world.slack.latency = LATENCY
        in_flow(world)
        server.stop(signal.SIGQUIT)
        doctor_says(world, count, "doesn't answer")
        server.start()
        world.slack.latency = 0
        world.database.engine.dispose()
    return count


def sqlite_locked(world: World) -> Count:
    """Another process keeps SQLite's lock for four seconds."""
    with under(world, "SQLite locked", tells="the database doesn't answer") as count:
        world.slack.latency = LATENCY
        in_flow(world)
        with closing(sqlite3.connect(world.database.engine.url.database or "", isolation_level=None)) as other:
            other.execute("PRAGMA busy_timeout = 5000")
            other.execute("BEGIN IMMEDIATE")
            time.sleep(4)  # longer than a writer waits
            other.execute("ROLLBACK")
        world.slack.latency = 0
    return count


def disk_full(world: World) -> Count:
    """No file may grow any more, and then they may again."""
    with under(world, "disk full", tells="the database doesn't answer") as count:
        world.slack.latency = LATENCY
        in_flow(world)
        mark = len(world.bots.log.lines)
        limit_files(world, 0)
        try:
            world.wait_for(lambda: "the database doesn't answer" in world.bots.log.since(mark))
        finally:
            limit_files(world, resource.RLIM_INFINITY)
        world.slack.latency = 0
    return count


def limit_files(world: World, most: int) -> None:
    for bot in world.bots.running:
        resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


def clock_jumps(world: World) -> Count:
    """The bots' clock goes an hour ahead and comes back, then an hour behind and comes back."""
    with under(world, "clock an hour wrong, and back") as count:
        for wrong in (HOUR, NONE, -HOUR, NONE):
            world.slack.fail_next("chat.postMessage", drop_reply=True, times=2)
            world.ask(LOAD)
            world.hands.mislead(wrong)
            after = world.last_row()
            world.ask(2)
            said = f"nothing is said any more after the clock went to {wrong}"
            world.wait_for(lambda after=after: any(row.ts for row in world.rows(after)), said=said)  # type: ignore[misc]
    return count


def asleep(world: World) -> Count:
    """The machine sleeps over three fire times: one question is asked, late, and says so."""
    fires = world.hands.told() + 5 * SECOND
    with under(world, "asleep over three fire times", tells="dates were missed") as count:
        schedules = world.ask(3, first=fires, rule="FREQ=DAILY")
        world.bots.send(signal.SIGSTOP)
        world.hands.jump(2 * DAY + 10 * MINUTE)
        world.bots.send(signal.SIGCONT)
        world.wait_for(lambda: all(asked(world, one) for one in schedules))
        for schedule in schedules:
            late = [one.late for one in asked(world, schedule)]
            count.promise(late == [True], f"asked {len(late)} times, late: {late}")
    end(world, schedules)
    return count


def edited_while_it_fires(world: World) -> Count:
    """Prompts are moved to the next day at the very moment at which they fire."""
    fires = (world.hands.told() + 2 * SECOND).replace(microsecond=0)
    with under(world, "edited while it fires") as count:
        schedules = world.ask(LOAD, first=fires)
        world.wait_for(lambda: world.hands.told() >= fires - SECOND / 20)
        for number, schedule in enumerate(schedules):
            move(world, schedule, f"edit-{number}-{schedule}", fires + DAY)
            time.sleep(world.dice.uniform(0, 0.03))  # the ring comes meanwhile, or doesn't
        world.drain()
        before = {one: len(asked(world, one)) for one in schedules}
        world.hands.jump(fires + DAY + SECOND - world.hands.told())
        world.wait_for(lambda: all(len(asked(world, one)) > before[one] for one in schedules))
        for schedule in schedules:
            times = [one.occurrence for one in asked(world, schedule)]
            kept = times in ([fires + DAY], [fires, fires + DAY])
            count.promise(kept, f"schedule {schedule} was asked at {times}, not at {fires + DAY}")
    end(world, schedules)
    return count


def move(world: World, schedule_id: int, origin: str, to: datetime) -> None:
    """Save an edit as the form does; again where the ring was faster."""
    for _ in range(20):
        try:
            with world.database.begin() as session:
                seen = session.get_one(Schedule, schedule_id)
                change(
                    session,
                    "T1",
                    schedule_id,
                    asked=Asked("Another question?", None, "form"),
                    timing=Timing(WEEKLY, to.replace(tzinfo=None), "UTC"),
                    seen_version=seen.version,
                    origin=origin,
                    asker=Asker(KEEPER),
                    packs={},
                    now=world.hands.told(),
                )
            return
        except (ChangedMeanwhile, OperationalError):
            continue


def asked(world: World, schedule_id: int) -> list[Round]:
    """The rounds of a prompt, earliest first."""
    with world.database.reading() as session:
        of_it = select(Round).join(Prompt, Prompt.id == Round.prompt_id).where(Prompt.schedule_id == schedule_id)
        return list(session.scalars(of_it.order_by(Round.occurrence)))


def end(world: World, schedules: list[int]) -> None:
    """Take these out of the calendar."""
    with world.database.begin() as session:
        for schedule in schedules:
            session.get_one(Schedule, schedule).next_due = world.hands.told() + ELSEWHEN


def two_at_once(world: World) -> Count:
    """Two processes start at once on an empty database, before all else."""
    with under(world, "two start on an empty database") as count:
        world.bots.start(2)
        world.ask(LOAD)
    return count


ON_BOTH: dict[str, Callable[[World], Count]] = {
    "down": slack_down,
    "5xx": five_hundreds,
    "reply": reply_lost,
    "thread": digest_reply_lost,
    "429": too_many,
    "revoked": token_revoked,
    "clock": clock_jumps,
    "edited": edited_while_it_fires,
    "asleep": asleep,
}
ON_SQLITE: dict[str, Callable[[World], Count]] = {"locked": sqlite_locked, "disk": disk_full}
