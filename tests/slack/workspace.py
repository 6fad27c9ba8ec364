"""The state behind both doors: who is in which channel, what was said, which forms are open."""

import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from tests.slack.pace import Pace
from tests.slack.records import ApiCall, Canvas, Channel, File, Json, ResponseUrl, Team, Trigger, User
from tests.slack.refusals import Fault, Faults, Refused

T = TypeVar("T")

TRIGGER_LIVES = 3.0  # seconds
RESPONSE_URL_LIVES, RESPONSE_URL_USES = 30 * 60.0, 5
MODAL_STACK = 3

EVERY_SCOPE = (
    "chat:write",
    "commands",
    "im:write",
    "users:read",
    "channels:read",
    "groups:read",
    "im:read",
    "im:history",
    "channels:history",
    "groups:history",
    "team:read",
    "files:write",
    "reactions:write",
    "canvases:write",
)
USUAL_EVENTS = frozenset(
    {"app_home_opened", "app_uninstalled", "tokens_revoked", "user_change"}
    | {"member_joined_channel", "member_left_channel", "channel_archive"}
)


class Workspaces:
    """Everything Slack knows. Many threads call; each takes `lock` for as long as it reads or writes.

    `now` gives messages their ts; `monotonic` (seconds) ages triggers, response urls and rate buckets.
    """

    def __init__(self, now: Callable[[], datetime], monotonic: Callable[[], float] = time.monotonic) -> None:
        self.now, self.monotonic = now, monotonic
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.canvases: dict[str, Canvas] = {}
        self.oauth_codes: dict[str, str] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.stacks: dict[str, list[Json]] = defaultdict(list)  # open modals per user, the top one last
        self.homes: dict[str, Json] = {}
        self.ephemerals: dict[str, list[Json]] = defaultdict(list)
        self.typed: dict[str, Json] = defaultdict(dict)  # what people filled in, per view id or channel:ts
        self.tickets: set[str] = set()  # sockets granted by apps.connections.open and not yet used
        self.calls: list[ApiCall] = []
        self.timeouts: list[Json] = []  # payloads whose ack came too late, or never
        self.breaches: list[str] = []  # house rules broken by messages Slack itself would accept
        self.subscribed = set(USUAL_EVENTS)
        self.ack_limit = 3.0
        self.api_base = "https://slack.com/api/"
        self.socket_base = "wss://wss-primary.slack.com/socket/"
        self.response_base = "https://hooks.slack.com/actions/"
        self.upload_base = "https://files.slack.com/upload/v1/"
        self.page_size: int | None = None  # None: only the caller's limit and Slack's thousand count
        self.enforce_tiers = False
        self.down = False
        self.latency = 0.0  # seconds
        self.latency_of: dict[str, float] = {}  # of single methods, in place of it
        self.under_way = 0  # calls that came and are not answered yet
        self.faults, self.pace = Faults(), Pace()
        self._last_ts = 0
        self._numbers = itertools.count(1)

    # -- who and where

    def team(
        self,
        id: str,
        *,
        scopes: Iterable[str] = EVERY_SCOPE,
        bot_user: str | None = None,
        token: str | None = None,
        app_token: str = "xapp-1",
        app_id: str = "A1",
        bot_id: str | None = None,
        enterprise_id: str | None = None,
        name: str | None = None,
    ) -> Team:
        team = Team(
            id=id,
            token=token or f"xoxb-{id}",
            app_token=app_token,
            app_id=app_id,
            bot_user=bot_user or f"UBOT{id}",
            bot_id=bot_id or f"B{id}",
            scopes=set(scopes),
            name=name or f"Team {id}",
            enterprise_id=enterprise_id,
        )
        self.teams[id] = team
        self.user(team.bot_user, team=id, name="candor", is_bot=True, tz=None)
        return team

    def user(
        self, id: str, *, team: str, name: str | None = None, real_name: str | None = None, **more: Any
    ) -> User:
        name = name or id.lower()
        self.users[id] = User(id=id, name=name, real_name=real_name or name.title(), team_id=team, **more)
        return self.users[id]

    def channel(
        self,
        id: str,
        *,
        team: str,
        name: str | None = None,
        members: Iterable[str] = (),
        bot_in: bool = True,
        is_private: bool = False,
        is_archived: bool = False,
    ) -> Channel:
        bot = [self.teams[team].bot_user] if bot_in else []
        everyone = list(dict.fromkeys([*members, *bot]))
        self.channels[id] = Channel(id, name or id.lower(), team, is_private, is_archived, members=everyone)
        return self.channels[id]

    def direct_channel(self, team: Team, user: str) -> Channel:
        """The DM between the bot and a user, opened when first needed."""
        id = f"D{user[1:]}{team.id}"
        if id not in self.channels:
            members = [user, team.bot_user]
            self.channels[id] = Channel(id, "directmessage", team.id, is_private=True, is_im=True, members=members)
        return self.channels[id]

    def channel_seen_by(self, team: Team, id: str) -> Channel:
        """Raises Refused("channel_not_found") for another team's channel or a private one without the bot."""
        channel = self.channels.get(id)
        hidden = channel is None or channel.team_id != team.id
        if channel is None or hidden or (channel.is_private and team.bot_user not in channel.members):
            raise Refused("channel_not_found")
        return channel

    def user_seen_by(self, team: Team, id: str) -> User | None:
        """A user of the team, or a stranger who shares one of its channels."""
        user = self.users.get(id)
        if user is None or user.team_id == team.id:
            return user
        shared = any(id in one.members for one in self.channels.values() if one.team_id == team.id)
        return user if shared else None

    # -- what is lent out

    def fresh(self, letter: str) -> str:
        return f"{letter}{next(self._numbers):08d}"

    def next_ts(self) -> str:
        """A message's ts: the moved clock's time, later than every ts before."""
        self._last_ts = max(self._last_ts + 1, int(self.now().timestamp() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def lend_trigger(self, user: str, team: str) -> str:
        id = f"{self.fresh('')}.{team}"
        self.triggers[id] = Trigger(user, team, self.monotonic())
        return id

    def lend_response_url(self, user: str, team: str, channel: str, message_ts: str | None = None) -> str:
        id = self.fresh("R")
        self.response_urls[id] = ResponseUrl(user, team, channel, self.monotonic(), message_ts)
        return f"{self.response_base}{id}"

    def spend_trigger(self, id: Any) -> Trigger:
        """Raises Refused for a trigger that is unknown, used before, or older than three seconds."""
        trigger = self.triggers.get(str(id))
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if self.monotonic() - trigger.born > TRIGGER_LIVES:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger

    # -- misfortune and patience

    def fail_next(
        self,
        method: str,
        *,
        error: str | None = None,
        status: int | None = None,
        retry_after: int | None = None,
        drop_reply: bool = False,
        times: int = 1,
    ) -> None:
        """Arm a fault for the next `times` calls of a method, or of "response_url".

        `error`: ok=false. `status`: an HTTP error. `retry_after`: 429. `drop_reply`: done, answer lost.
        """
        self.faults.arm(method, Fault(error, status, retry_after, drop_reply, times))

    def wait_for(self, found: Callable[[], T], timeout: float = 5.0) -> T:
        """Wait until `found()` is truthy and give it back; for bots in another thread or process."""
        with self.changed:
            if not self.changed.wait_for(lambda: bool(found()), timeout):
                raise AssertionError(f"not seen within {timeout} s")
            return found()

    def calls_of(self, method: str) -> list[Json]:
        """The arguments of every call of one method, in order."""
        return [call.args for call in self.calls if call.method == method]
