"""One errand: a leased delivery on its way to Slack, by one hand, outside of any writing transaction."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from slack_sdk import WebClient

from bot import clock
from bot.blocks.common import Message
from bot.courier.going import keep_going
from bot.courier.outcome import FAULTS, TRIES, Outcome, refused
from bot.courier.readback import METADATA, find_posted, may_look
from bot.metrics import DELIVERIES
from bot.papers import Canvas, File, draw, upload
from bot.rooms import Later, Parcel, Posting
from bot.workspaces import Installation
from storage import Database
from storage.outbox import QUIET, Posted
from storage.schema import Delivery

BUG = Outcome(reason="bug", again=True)


@dataclass
class Errand:
    """What a hand is given, and what it brings back: the `outcome`, and what it had `seen` in Slack.

    `delivery.ambiguous` is as the last attempt left it: the row itself is ambiguous while the errand lasts.
    """

    delivery: Delivery
    posting: Posting | None
    ours: Installation | None
    client: WebClient | None
    words: Parcel | Later | None = None
    is_worded: bool = False
    seen: Any = None
    outcome: Outcome = BUG  # unless something better is known

    @property
    def workspace(self) -> str:
        return self.delivery.workspace

    @property
    def gives_up(self) -> bool:
        """Whether it is tried no more. A wait that Slack asks for, or a person, is no try."""
        outcome = self.outcome
        last = self.delivery.attempts >= TRIES and not outcome.is_no_try
        return outcome.reason is not None and (last or not outcome.again)

    @property
    def asks_slack_nothing(self) -> bool:
        """Whether its words can be found without a question to Slack first."""
        return self.posting is not None and self.posting.look is None and not self.delivery.ambiguous

    def posted(self) -> Posted:
        """What the outbox is told when it went well."""
        return Posted(self.delivery.id, self.delivery.attempts, self.outcome.channel, self.outcome.ts)

    def tell(self, log: logging.Logger) -> None:
        """Count it; a line in the log when it did not go well."""
        kind, number, reason = self.delivery.kind, self.delivery.id, self.outcome.reason
        DELIVERIES.labels(kind, "dropped" if self.gives_up else "later" if reason else "done").inc()
        if self.gives_up:
            log.warning("dropped %s (delivery %s): %s", kind, number, reason)
        elif reason is not None:
            log.info("later: %s (delivery %s): %s", kind, number, reason)

    def run(self, database: Database, now: datetime) -> None:
        """Do it; whatever happens, `outcome` tells afterwards. A doubt outlives a later, plain refusal."""
        with keep_going(f"posting {self.delivery.kind}") as went:
            self.outcome = self._try(database, now)
        if went.database_away:
            self.outcome = Outcome(reason="database_away", again=True)
        if self.outcome.unsure:
            self.delivery.ambiguous = True

    def _try(self, database: Database, now: datetime) -> Outcome:
        delivery, posting = self.delivery, self.posting
        if delivery.attempts > TRIES:
            return Outcome(reason=delivery.reason or "too_many_tries")
        if delivery.expires_at is not None and delivery.expires_at <= now:
            return Outcome(reason="too_late")
        if posting is None or self.client is None or self.ours is None:
            return Outcome(reason="nobody_to_post_it")
        try:
            words = self._word(posting, self.client, self.ours, database, now)
        except FAULTS as fault:
            outcome = refused(fault)
            return Outcome(reason=outcome.reason, again=outcome.again, retry_after=outcome.retry_after)
        if isinstance(words, Later):  # longer than it is worth anything, it need not wait
            until = min(words.until, delivery.expires_at or words.until)
            return Outcome(reason=QUIET, again=True, not_before=until)
        if words is None or isinstance(words, Outcome):
            return words or Outcome()
        is_edit = isinstance(words, Message) and words.edits is not None
        if delivery.ambiguous and posting.repeat == "at_most_once" and not is_edit:
            return Outcome(reason="perhaps_posted")
        if clock.now() >= delivery.due:  # we slept, or the clock jumped: by now it may be another's
            return Outcome(reason="lease_over", again=True)
        self.outcome = Outcome(reason="bug", again=True, unsure=True)  # from here on
        return _post(self.client, delivery, words)

    def _word(
        self, posting: Posting, client: WebClient, ours: Installation, database: Database, now: datetime
    ) -> Parcel | Outcome | Later | None:
        """What to post; where Slack has them already, how that ended; None when nothing is left to say."""
        if self.is_worded:
            return self.words
        delivery = self.delivery
        ask_slack = delivery.ambiguous and may_look(ours, delivery)
        if ask_slack and (found := find_posted(client, delivery)) is not None:
            return found
        self.seen = posting.look(client, ours, database, delivery) if posting.look else None
        with database.reading() as session:
            words = posting.render(session, delivery, self.seen, now)
        if ask_slack and isinstance(words, Message) and words.thread_ts:  # a channel's history shows no threads
            found = find_posted(client, delivery, words.thread_ts)
        elif ask_slack and isinstance(words, File):
            found = find_posted(client, delivery, words.thread_ts, file_name=words.name)
        else:
            found = None
        if ask_slack and found is None and not isinstance(words, Canvas):
            delivery.ambiguous = False  # Slack doesn't have it
        return found or words


def word_together(errands: Sequence[Errand], database: Database, now: datetime) -> None:
    """Word what needs nothing from Slack in one look at the database: most of a fan-out says the same.

    What breaks, and what comes behind it, is left to the hands.
    """
    with keep_going("wording what is owed"), database.reading() as session:
        for errand in errands:
            if errand.posting is not None and errand.asks_slack_nothing:
                errand.words = errand.posting.render(session, errand.delivery, None, now)
                errand.is_worded = True


def _post(client: WebClient, delivery: Delivery, words: Parcel) -> Outcome:
    if isinstance(words, Message):
        return _post_message(client, delivery, words)
    try:
        if isinstance(words, File):
            return Outcome(ts=upload(client, delivery.to, words), channel=delivery.to)
        return Outcome(ts=draw(client, delivery.to, words), channel=delivery.to)
    except FAULTS as fault:
        return refused(fault)


def _post_message(client: WebClient, delivery: Delivery, words: Message) -> Outcome:
    outcome = _say(client, delivery, words)
    if outcome.reason == "invalid_blocks" and words.plainer is not None:  # a plain no: nothing was posted
        return replace(_say(client, delivery, replace(words, blocks=words.plainer)), plainly=True)
    return outcome


def _say(client: WebClient, delivery: Delivery, words: Message) -> Outcome:
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
        return refused(fault)
    return Outcome(ts=told["ts"], channel=told["channel"])
