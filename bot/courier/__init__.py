"""The courier: posts what is owed, with several hands.

Each delivery takes three steps: a transaction that takes the lease, a call to Slack outside of any, and a
transaction that settles. A crash between the last two leaves the row ambiguous: Slack may have the message.
Slack knows no idempotency key, so before an ambiguous delivery is posted again, its job id is looked for in
the channel's history, where that scope was granted; elsewhere each kind decides whether to repeat.

Many are leased at once, and many settled at once, but never more than are posted this moment: each lease goes
straight to a free hand, so that a crash leaves in doubt only what was really on its way.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import groupby
from queue import Empty, SimpleQueue
from threading import Event
from typing import TypeVar

import storage.outbox as outbox
import storage.pace
from bot import clock
from bot.courier.errand import Errand, word_together
from bot.courier.going import keep_going, log_bug
from bot.courier.outcome import FOR_GOOD, TRIES, UNREACHABLE, backoff
from bot.courier.readback import METADATA, may_look_everywhere
from bot.rooms import Posting
from bot.workspaces import Workspaces
from rituals.calendar.schedules import pause_channel
from storage import Database, Session
from storage.pace import Pacing, Speed
from storage.schema import Delivery

__all__ = [
    "FOR_GOOD",
    "LEASE",
    "METADATA",
    "PER_CHANNEL",
    "TRIES",
    "UNREACHABLE",
    "Courier",
    "backoff",
    "keep_going",
    "log_bug",
]

log = logging.getLogger("candor.courier")

T = TypeVar("T")

LEASE = timedelta(seconds=60)  # longer than a call may take (10 s), with what comes before and after
PER_CHANNEL = timedelta(seconds=1)  # Slack: about one message a second to a channel
BURST = 3  # so many messages may go at once before a pace counts
AT_ONCE = timedelta(seconds=0.2)  # what falls within so little may go at once, at any pace
HANDS = 200  # threads, started as they are needed; a workspace may have half of them
IN_DOUBT = 3  # hands for a workspace whose history we can't read: what is under way in a crash stays in doubt
MOST = 100  # leased in one transaction
TURN_SECONDS = 0.05  # while there is much to do, leases and settlements of so long go together
CALM_SECONDS = 0.5  # the longest wait for a hand before looking for more to do
FINISH_SECONDS = 8.0  # what is in hand when we are told to stop


class Courier:
    """Posts for all workspaces; any number of couriers may share one database."""

    def __init__(
        self,
        database: Database,
        workspaces: Workspaces,
        postings: Mapping[str, Posting],
        pace_per_minute: int,
        per_channel: timedelta = PER_CHANNEL,
    ) -> None:
        self._database = database
        self._workspaces = workspaces
        self._postings = postings
        every = timedelta(minutes=1) / pace_per_minute
        self._pacing = Pacing(
            Speed(every, max((BURST - 1) * every, AT_ONCE)), Speed(per_channel, (BURST - 1) * per_channel)
        )
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="courier")
        self._out: Counter[str] = Counter()  # how many hands are under way for each workspace
        self._back: SimpleQueue[Errand] = SimpleQueue()
        self._to_note: list[Errand] = []  # back, but the database doesn't know yet

    # -- with one hand

    def deliver_due(self, now: datetime, limit: int = 500) -> int:
        """Post what is due and what the pace allows now, one after the other; returns how many were tried."""
        for tried in range(limit):
            taken = self._take(now, hands=1)
            if not taken:
                return tried
            for errand in taken:
                errand.run(self._database, now)
            self._to_note += taken
            self._note(now)
        return limit

    # -- with all hands

    def keep_posting(self, stopping: Event) -> None:
        """Post until nothing is due and every hand is back; a slow one holds up nobody else meanwhile."""
        while not stopping.is_set():
            sent = self._send_out()
            if not sent and not self._out.total():
                self._note(clock.now())
                return
            if sent:
                stopping.wait(TURN_SECONDS)
            self._take_back(0 if sent else CALM_SECONDS)

    def finish(self) -> None:
        """Take back what is in hand, for a while; begin nothing more."""
        end = clock.ticks() + FINISH_SECONDS
        while (self._out.total() or self._to_note) and clock.ticks() < end:
            self._take_back(CALM_SECONDS)
        self._hands.shutdown(wait=False, cancel_futures=True)

    def _send_out(self) -> int:
        """Give what is due to hands that are free; how many went out."""
        now = clock.now()
        taken = self._take(now, HANDS - self._out.total())
        word_together(taken, self._database, now)
        for errand in taken:
            self._out[errand.workspace] += 1
            self._hands.submit(self._run, errand, now)
        return len(taken)

    def _run(self, errand: Errand, now: datetime) -> None:
        errand.run(self._database, now)
        self._back.put(errand)

    def _take_back(self, seconds: float) -> None:
        """Wait at most so long for a hand to come back, and note how it went with all that are."""
        with suppress(Empty):
            errand = self._back.get(timeout=seconds)
            while True:
                self._out -= Counter([errand.workspace])  # one that has none out is forgotten
                self._to_note.append(errand)
                errand = self._back.get_nowait()
        self._note(clock.now())

    # -- before, and afterwards

    def _take(self, now: datetime, hands: int) -> list[Errand]:
        """Lease what so many hands can post this moment."""
        found: list[Delivery] = []
        if hands < 1:
            return []
        with keep_going("looking for what is due"), self._database.reading() as session:
            found = outbox.find_due(
                session,
                now,
                self._pacing,
                speaks_for=self._workspaces.known(),
                steps_over=[workspace for workspace in self._out if self._share(workspace, hands) < 1],
                most=min(hands, MOST),
            )
        taken: list[Errand] = []
        for workspace, theirs in _by_workspace(found, lambda one: one.workspace):
            with keep_going("taking a lease"):
                ours, client = self._workspaces.find(workspace), self._workspaces.client(workspace)
                most = self._share(workspace, hands)
                with self._database.begin() as session:
                    leased = outbox.claim(session, workspace, theirs, self._pacing, now, now + LEASE, most=most)
                taken += [Errand(one, self._postings.get(one.kind), ours, client) for one in leased]
        return taken

    def _share(self, workspace: str, hands: int) -> int:
        """How many of the free hands a workspace may have more.

        However long its calls take, it never has more than are left for others.
        """
        ours, out = self._workspaces.find(workspace), self._out[workspace]
        share = (hands - out + 1) // 2
        return share if ours is not None and may_look_everywhere(ours) else min(share, IN_DOUBT - out)

    def _note(self, now: datetime) -> None:
        """Store how all that came back went; what the database doesn't take now is kept for the next time."""
        to_note, self._to_note = self._to_note, []
        for workspace, theirs in _by_workspace(to_note, lambda one: one.workspace):
            self._note_of(workspace, theirs, now)

    def _note_of(self, workspace: str, errands: list[Errand], now: datetime) -> None:
        with keep_going("noting what was posted") as went, self._database.begin() as session:
            _settle(session, workspace, errands, self._pacing, now)
        if went.database_away:
            self._to_note += errands
        elif went.broke and len(errands) > 1:
            for errand in errands:  # so that one that breaks leaves the others alone
                self._note_of(workspace, [errand], now)
        elif not went.broke:
            for errand in errands:
                errand.tell(log)


def _settle(session: Session, workspace: str, errands: Sequence[Errand], pacing: Pacing, now: datetime) -> None:
    waits = [errand.outcome.retry_after for errand in errands if errand.outcome.retry_after is not None]
    if waits:
        storage.pace.hold(session, workspace, now + max(waits), pacing.workspace.burst)
    through = [errand for errand in errands if errand.outcome.reason is None]
    if through:
        settled = outbox.settle_posted(session, workspace, [errand.posted() for errand in through], now)
        for errand in through:
            if errand.delivery.id in settled and errand.posting is not None and errand.posting.settled is not None:
                errand.posting.settled(session, errand.delivery, errand.outcome.ts or "", errand.seen, now)
            if errand.delivery.id in settled and errand.outcome.plainly and errand.posting is not None:
                errand.posting.plainly(session, errand.delivery, errand.outcome.ts or "", errand.seen, now)
    for errand in errands:
        if errand.outcome.reason is not None:
            _put_off_or_drop(session, errand, errand.outcome.reason, now)
    storage.pace.unblock(session, workspace, [errand.delivery for errand in errands])


def _put_off_or_drop(session: Session, errand: Errand, reason: str, now: datetime) -> None:
    delivery, outcome = errand.delivery, errand.outcome
    which = (session, delivery.workspace, delivery.id, delivery.attempts)
    if not errand.gives_up:
        due = outcome.not_before or now + (outcome.retry_after or backoff(delivery.attempts))
        outbox.postpone(*which, due=due, reason=reason, ambiguous=delivery.ambiguous, counts=not outcome.is_no_try)
        return
    is_channel = delivery.to.startswith(("C", "G"))
    if outbox.drop(*which, reason=reason, now=now) and reason in UNREACHABLE and is_channel:
        pause_channel(session, delivery.workspace, delivery.to, UNREACHABLE[reason], now)


def _by_workspace(those: Sequence[T], whose: Callable[[T], str]) -> Iterator[tuple[str, list[T]]]:
    for workspace, theirs in groupby(sorted(those, key=whose), whose):
        yield workspace, list(theirs)
