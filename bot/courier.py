"""The courier: posts what is owed. The only retry policy in the house.

Each delivery takes three steps: a transaction that takes the lease, a call to Slack outside of any, and a
transaction that settles. A crash between the last two leaves the row ambiguous: Slack may have the message.
Slack knows no idempotency key, so before an ambiguous delivery is posted again, its job id is looked for in
the channel's history, where that scope was granted; elsewhere each kind decides whether to repeat.
"""

from __future__ import annotations

import json
import logging
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from itertools import islice
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

import storage.outbox as outbox
from bot import clock
from bot.blocks.common import Json, Message
from bot.rooms import Posting
from bot.workspaces import Installation, Workspaces
from rituals.calendar.schedules import pause_channel
from storage import Database, Session, why_no_answer
from storage.schema import Delivery

log = logging.getLogger("candor.courier")

LEASE = timedelta(seconds=60)  # longer than a call may take (10 s), with what comes before and after
TRIES = 6
PER_CHANNEL = timedelta(seconds=1)  # Slack: about one message a second to a channel
BURST = 3  # so many messages may go at once before a workspace's pace counts
LOOK_BACK = timedelta(hours=2)  # all tries before the last lie within half an hour; clocks may differ by one
LOOK_PAGES = 10  # of 200 messages
METADATA = "candor_delivery"
NOTE_AGAIN_SECONDS = (0.2, 0.5, 1, 2, 4)  # while the database is away; the lease is longer

UNREACHABLE = {  # the channel can't be spoken to: its rituals pause and say why
    "is_archived": "the channel is archived.",
    "channel_not_found": "I can't see the channel any more. Invite me with `/invite @Candor`, then resume.",
    "not_in_channel": "I'm not in the channel any more. Invite me with `/invite @Candor`, then resume.",
}
FOR_GOOD = {  # nothing that waiting would mend
    "account_inactive",
    "invalid_auth",
    "token_revoked",
    "missing_scope",
    "user_not_found",
    "user_disabled",
    "cannot_dm_bot",
    "restricted_action",
    "invalid_blocks",
    "invalid_arguments",
    "msg_too_long",
    "message_not_found",
    "thread_not_found",
    "msg_blocks_too_long",
    "no_text",
    "invalid_metadata_format",
    "not_authed",
    "token_expired",
    "cant_update_message",
    "edit_window_closed",
    *UNREACHABLE,
}
FAULTS = (SlackApiError, SlackClientError, HTTPException, OSError)  # all that a call can end in
UNSURE = {"fatal_error", "internal_error", "request_timeout", "service_unavailable"}  # may have been taken


@contextmanager
def keep_going(doing: str) -> Iterator[None]:
    """Log a bug once and let the loop go on: one bad row must not hold up the others.

    A database that is gone, locked or full for a while is no bug: all of it stands there to be found again.
    """
    try:
        yield
    except Exception as bug:
        if (why := why_no_answer(bug)) is not None:
            log.warning("the database doesn't answer (%s) while %s; the next ring tries again", why, doing)
        else:
            log_bug(log, doing, bug)


def log_bug(logger: logging.Logger, doing: str, bug: BaseException) -> None:
    """One entry with the trace, and without the exception's message, which may hold people's words."""
    where = "".join(traceback.format_tb(bug.__traceback__))
    logger.error("a bug while %s: %s\n%s", doing, type(bug).__name__, where.rstrip())


@dataclass(frozen=True)
class Outcome:
    """How a call ended: `ts` when Slack took it, else why not; `unsure` when Slack may have taken it."""

    ts: str | None = None
    channel: str | None = None
    reason: str | None = None
    unsure: bool = False
    retry_after: timedelta | None = None


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
        self._every = timedelta(minutes=1) / pace_per_minute
        self._burst = self._every * (BURST - 1)
        self._per_channel = per_channel

    def deliver_due(self, now: datetime, limit: int = 500) -> int:
        """Post what is due and what the pace allows now; returns how many were tried."""
        for tried in range(limit):
            with self._database.begin() as session:
                delivery = self._lease(session, now)
            if delivery is None:
                return tried
            with keep_going(f"posting {delivery.kind}"):
                self._deliver(delivery, now)
        return limit

    def _lease(self, session: Any, now: datetime) -> Delivery | None:
        delivery = outbox.find_due(session, now, self._burst, self._workspaces.known())
        if delivery is None:
            return None
        was_ambiguous = delivery.ambiguous
        workspace, lane = delivery.workspace, delivery.to
        free = outbox.take_pace(
            session, workspace, outbox.WHOLE_WORKSPACE, self._every, self._burst, now
        ) and outbox.take_pace(session, workspace, lane, self._per_channel, self._burst, now)
        if not free or not outbox.take_lease(session, delivery, now, now + LEASE):
            session.rollback()  # another process took the turn, or the row: the next ring looks again
            return None
        session.refresh(delivery)
        session.expunge(delivery)
        delivery.ambiguous = was_ambiguous  # as the last attempt left it; the row itself is ambiguous now
        return delivery

    def _deliver(self, delivery: Delivery, now: datetime) -> None:
        posting = self._postings.get(delivery.kind)
        client = self._workspaces.client(delivery.workspace)
        ours = self._workspaces.find(delivery.workspace)
        if delivery.attempts > TRIES:
            return self._settle(delivery, posting, Outcome(reason=delivery.reason or "too_many_tries"), None, now)
        if delivery.expires_at is not None and delivery.expires_at <= now:
            return self._settle(delivery, posting, Outcome(reason="too_late"), None, now)
        if posting is None or client is None or ours is None:
            return self._settle(delivery, posting, Outcome(reason="nobody_to_post_it"), None, now)
        try:
            found = None
            ask_slack = delivery.ambiguous and _may_look(ours, delivery)
            if ask_slack:
                found = _find_posted(client, delivery, "")
                if found is not None:
                    return self._settle(delivery, posting, found, None, now)
            seen = posting.look(client, ours, self._database, delivery) if posting.look else None
            with self._database.reading() as session:
                words = posting.render(session, delivery, seen, now)
            if ask_slack and words is not None and words.thread_ts:  # a channel's history shows no threads
                found = _find_posted(client, delivery, words.thread_ts)
                if found is not None:
                    return self._settle(delivery, posting, found, seen, now)
            if ask_slack:
                delivery.ambiguous = False  # Slack doesn't have it
        except FAULTS as fault:
            outcome = _refused(fault)
            if outcome.reason in FOR_GOOD:
                return self._settle(delivery, posting, outcome, None, now)
            return self._again(delivery, outcome.reason or "unknown", outcome.retry_after, now)
        except Exception as bug:
            if why_no_answer(bug) is not None:
                raise  # the lease ends by itself
            log_bug(log, f"wording {delivery.kind}", bug)
            return self._again(delivery, "bug", None, now)  # nothing was sent: no doubt about it
        if words is None:
            return self._settle(delivery, posting, Outcome(), seen, now)
        if delivery.ambiguous and posting.repeat == "at_most_once" and words.edits is None:
            return self._settle(delivery, posting, Outcome(reason="perhaps_posted"), seen, now)
        if clock.now() >= delivery.due:  # we slept, or the clock jumped: by now it may be another's
            return self._again(delivery, "lease_over", None, now)
        outcome = _post(client, delivery, words)
        if outcome.ts is not None or outcome.reason in FOR_GOOD:
            return self._settle(delivery, posting, outcome, seen, now)
        delivery.ambiguous = delivery.ambiguous or outcome.unsure  # a doubt outlives a later, plain refusal
        return self._again(delivery, outcome.reason or "unknown", outcome.retry_after, now)

    def _settle(
        self, delivery: Delivery, posting: Posting | None, outcome: Outcome, seen: Any, now: datetime
    ) -> None:
        def note(session: Session) -> None:
            settled = outbox.settle(
                session,
                delivery.workspace,
                delivery.id,
                delivery.attempts,
                now=now,
                channel=outcome.channel,
                ts=outcome.ts,
                reason=outcome.reason,
            )
            if settled and outcome.reason is None and posting is not None and posting.settled is not None:
                posting.settled(session, delivery, outcome.ts or "", seen, now)
            if settled and outcome.reason in UNREACHABLE and delivery.to.startswith(("C", "G")):
                pause_channel(session, delivery.workspace, delivery.to, UNREACHABLE[outcome.reason], now)

        self._note(note)
        if outcome.reason:
            log.warning("dropped %s (delivery %s): %s", delivery.kind, delivery.id, outcome.reason)

    def _again(self, delivery: Delivery, reason: str, retry_after: timedelta | None, now: datetime) -> None:
        if delivery.attempts >= TRIES and retry_after is None:
            return self._settle(delivery, None, Outcome(reason=reason), None, now)
        due = now + (retry_after or backoff(delivery.attempts))

        def note(session: Session) -> None:
            outbox.postpone(
                session,
                delivery.workspace,
                delivery.id,
                delivery.attempts,
                due=due,
                reason=reason,
                ambiguous=delivery.ambiguous,
                counts=retry_after is None,
            )
            if retry_after is not None:
                outbox.hold(session, delivery.workspace, due, self._burst)

        self._note(note)
        log.info("later: %s (delivery %s): %s", delivery.kind, delivery.id, reason)
        return None

    def _note(self, note: Callable[[Session], None]) -> None:
        """Store how a call ended, patiently: what Slack has and no row knows of might be said twice."""
        for pause in NOTE_AGAIN_SECONDS:
            try:
                with self._database.begin() as session:
                    return note(session)
            except Exception as fault:
                if (why := why_no_answer(fault)) is None:
                    raise
                log.warning("the database doesn't answer (%s) to what was posted; again in %s s", why, pause)
            time.sleep(pause)
        with self._database.begin() as session:
            return note(session)


def _may_look(ours: Installation, delivery: Delivery) -> bool:
    """Whether the history may be read in which a delivery would stand.

    Private channels have ids like public ones, so both scopes are needed where we can't tell.
    """
    if delivery.to.startswith(("U", "W", "D")):
        return ours.may("im:history")
    return ours.may("channels:history") and ours.may("groups:history")


def _find_posted(client: WebClient, delivery: Delivery, thread_ts: str) -> Outcome | None:
    """Look for the job id in the channel's history, or in a thread of it; None when it isn't there."""
    channel = delivery.to
    if channel.startswith(("U", "W")):
        channel = client.conversations_open(users=channel)["channel"]["id"]
    since = (delivery.attempted_at or delivery.created_at) - LOOK_BACK
    where: Json = {"channel": channel, "oldest": str(since.timestamp()), "limit": 200}
    where["include_all_metadata"] = True
    if thread_ts:
        pages = client.conversations_replies(ts=thread_ts, **where)
    else:
        pages = client.conversations_history(**where)
    for page in islice(pages, LOOK_PAGES):
        for posted in page["messages"]:
            if posted.get("metadata", {}).get("event_payload", {}).get("job") == delivery.job:
                return Outcome(ts=posted["ts"], channel=channel)
    return None


def backoff(attempt: int) -> timedelta:
    """How long to wait after the attempt of this number (from 1): 5 s, 20 s, 80 s, 5 min, 21 min."""
    return timedelta(seconds=5 * 4 ** (attempt - 1))


def _post(client: WebClient, delivery: Delivery, words: Message) -> Outcome:
    try:
        if words.edits is not None:
            if not words.edits:
                return Outcome(reason="message_not_found")
            told = client.chat_update(channel=delivery.to, ts=words.edits, text=words.text, blocks=words.blocks)
        else:
            told = client.chat_postMessage(
                channel=delivery.to,
                text=words.text,
                blocks=words.blocks,
                thread_ts=words.thread_ts or None,
                metadata={"event_type": METADATA, "event_payload": {"job": delivery.job}},
                unfurl_links=False,
                unfurl_media=False,
            )
    except FAULTS as fault:
        return _refused(fault)
    return Outcome(ts=told["ts"], channel=told["channel"])


def _refused(refused: Exception) -> Outcome:
    """What an exception of the SDK means: a definite no, a wait, or an end that nobody knows."""
    if isinstance(refused, SlackApiError):
        response = refused.response
        status = getattr(response, "status_code", 200)
        try:
            error = str(response.get("error") or status)
        except (ValueError, json.JSONDecodeError):
            error = str(status)
        if status == 429 or error in ("ratelimited", "rate_limited"):
            wait = int((getattr(response, "headers", None) or {}).get("Retry-After", 30))
            return Outcome(reason="ratelimited", retry_after=timedelta(seconds=max(wait, 1)))
        return Outcome(reason=error[:80], unsure=status >= 500 or error in UNSURE)
    if isinstance(refused, ConnectionRefusedError) or "refused" in str(getattr(refused, "reason", "")):
        return Outcome(reason="unreachable")
    return Outcome(reason="no_reply", unsure=True)
