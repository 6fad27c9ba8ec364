"""Slack's rate tiers: how often an app may call each method of a workspace."""

import math
from dataclasses import dataclass
from typing import Final

from tests.slack.refusals import TooMany

PER_MINUTE: Final = {1: 1, 2: 20, 3: 50, 4: 100}

TIERS: Final = {
    "apps.connections.open": 1,
    "canvases.create": 2,
    "bots.info": 3,
    "chat.delete": 3,
    "chat.postEphemeral": 4,
    "chat.update": 3,
    "conversations.history": 3,
    "conversations.info": 3,
    "conversations.list": 2,
    "conversations.members": 4,
    "conversations.open": 3,
    "conversations.replies": 3,
    "files.completeUploadExternal": 4,
    "files.getUploadURLExternal": 4,
    "oauth.v2.access": 4,
    "reactions.add": 3,
    "team.info": 3,
    "users.conversations": 2,
    "users.info": 4,
    "users.list": 2,
    "views.open": 4,
    "views.publish": 4,
    "views.push": 4,
    "views.update": 4,
}
SPECIAL: Final = {"auth.test": 600, "chat.getPermalink": 300}  # per minute
POST_BURST = 4  # chat.postMessage: one a second per channel, "short bursts" allowed


@dataclass
class Bucket:
    """Tokens that come back steadily; a call takes one."""

    size: float
    per_second: float
    tokens: float
    at: float

    def take(self, now: float) -> None:
        """Raises TooMany when the bucket is empty."""
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.per_second)
        self.at = now
        if self.tokens < 1:
            raise TooMany(math.ceil((1 - self.tokens) / self.per_second))
        self.tokens -= 1


class Pace:
    """One bucket per method and workspace; posting has one per channel."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def take(self, method: str, team: str, channel: str, now: float) -> None:
        if method == "chat.postMessage":
            self._bucket((method, channel), POST_BURST, 1, now).take(now)
            return
        per_minute = SPECIAL.get(method) or PER_MINUTE[TIERS[method]]
        self._bucket((method, team), per_minute, per_minute / 60, now).take(now)

    def _bucket(self, key: tuple[str, str], size: float, per_second: float, now: float) -> Bucket:
        return self._buckets.setdefault(key, Bucket(size, per_second, size, now))
