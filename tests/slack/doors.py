"""What a door onto the bot looks like: it takes a payload there and brings the ack back."""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Json = dict[str, Any]
Envelope = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True)
class Ack:
    """What came back: `acked` false when nothing did, or not in time."""

    acked: bool
    body: Json | str = field(default_factory=dict)
    late: bool = False


@dataclass(frozen=True)
class Retry:
    """Why an event comes again: the number of the retry and Slack's reason."""

    number: int
    reason: str = "http_timeout"


class Door(Protocol):
    """In process, through a socket, or over HTTP."""

    def deliver(self, envelope: Envelope, payload: Json, limit: float, retry: Retry | None = None) -> Ack:
        """Take a payload to the bot and wait at most `limit` seconds for its ack."""
