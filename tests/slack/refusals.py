"""How the fake says no: Slack's documented error codes, HTTP refusals, and lines that drop."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


class Refused(Exception):
    """Slack answers 200 with ok=false and this error code; `more` joins the body beside it."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error, self.more = error, more


class TooMany(Exception):
    """Slack answers 429; come back after so many seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class LineDropped(Exception):
    """The request was read and the connection closed without an answer."""


class Unreachable(Exception):
    """Nobody is listening at Slack's address."""


@dataclass(frozen=True)
class Answer:
    """What goes back over the wire."""

    body: Json
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Fault:
    """One misfortune a test has armed for a method; `times` counts down."""

    error: str | None = None
    status: int | None = None
    retry_after: int | None = None
    drop_reply: bool = False
    times: int = 1


class Faults:
    """The armed misfortunes, per method, used in the order they were armed."""

    def __init__(self) -> None:
        self._armed: dict[str, list[Fault]] = defaultdict(list)

    def arm(self, method: str, fault: Fault) -> None:
        self._armed[method].append(fault)

    def next(self, method: str) -> Fault | None:
        queue = self._armed[method]
        if not queue:
            return None
        fault = queue[0]
        fault.times -= 1
        if fault.times == 0:
            queue.pop(0)
        return fault
