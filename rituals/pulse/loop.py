"""What the team is told afterwards: what we heard, what we'll do, what we won't."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import storage.pulse as rows
from rituals.errors import InvalidField, NotFound, Refusal
from rituals.pulse.asking import owe_channel
from rituals.who_may import Asker, may_change
from storage import Session
from storage.schema import Pulse

LONGEST = 900


class NothingToAnswer(Refusal):
    """There is no result here that waits for an answer."""


class AnsweredAlready(Refusal):
    """This result was answered already; the answer stands in the channel."""


@dataclass(frozen=True)
class Heard:
    """The answer to a result; `wont` may be empty."""

    heard: str
    will: str
    wont: str


def to_answer(session: Session, workspace: str, pulse_id: int, asker: Asker) -> Pulse:
    """The pulse, when this person may answer its result.

    Raises NotFound, NotYours, NothingToAnswer, AnsweredAlready.
    """
    pulse = rows.pulse(session, workspace, pulse_id)
    if pulse is None:
        raise NotFound
    may_change(asker, rows.keepers_of(session, workspace, pulse_id))
    if pulse.state != "closed":
        raise NothingToAnswer
    if pulse.answered_at is not None:
        raise AnsweredAlready
    return pulse


def answer(session: Session, workspace: str, pulse_id: int, asker: Asker, said: Heard, now: datetime) -> None:
    """Store the answer to a result and owe it to the channel. Raises what `to_answer` raises, and InvalidField."""
    pulse = to_answer(session, workspace, pulse_id, asker)
    for box, words in (("heard", said.heard), ("will", said.will), ("wont", said.wont)):
        if not words.strip() and box != "wont":
            raise InvalidField(box, "Write a few words first.")
        if len(words) > LONGEST:
            raise InvalidField(box, f"This has {len(words):,} characters. Please keep it within {LONGEST}.")
    pulse.heard, pulse.will, pulse.wont = said.heard.strip(), said.will.strip(), said.wont.strip()
    pulse.answered_at = now
    owe_channel(session, pulse, "heard", now, now)
