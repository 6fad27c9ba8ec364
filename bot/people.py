"""Who is asking, and who is in the room: Slack's answers, remembered for minutes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.clock import ticks
from rituals.errors import Refusal
from rituals.who_may import Asker, Channel

T = TypeVar("T")

REMEMBERED_SECONDS = 180.0
MOST_PAGES = 20
A_PAGE = 1_000
LISTED = 100  # options of a select


class NotAChannel(Refusal):
    """Rituals live in channels. Please type this in the channel that it is for."""


class People:
    """Asks Slack about people and channels; what it said is good for three minutes.

    Slack is asked outside of any transaction. Slack's refusals other than "not there" rise as SlackApiError.
    """

    def __init__(self, admins: tuple[str, ...] = (), remembered_seconds: float = REMEMBERED_SECONDS) -> None:
        self._admins = frozenset(admins)
        self._seconds = remembered_seconds
        self._known: dict[Hashable, tuple[float, Any]] = {}
        self._lock = Lock()

    def _remembered(self, key: Hashable, ask: Callable[[], T]) -> T:
        with self._lock:
            known = self._known.get(key)
        if known is not None and known[0] > ticks():
            found: T = known[1]
            return found
        fresh = ask()
        with self._lock:
            if len(self._known) > 50_000:
                self._known.clear()
            self._known[key] = (ticks() + self._seconds, fresh)
        return fresh

    def forget(self, workspace: str, channel: str) -> None:
        """Ask again about this channel: somebody came, left, archived it."""
        with self._lock:
            for key in [key for key in self._known if key[1:3] == (workspace, channel)]:  # type: ignore[index]
                del self._known[key]

    def asker(self, client: WebClient, workspace: str, person: str) -> Asker:
        """The person as rules need them. Somebody whom Slack doesn't know is a guest, and has left."""
        return self._remembered(
            ("asker", workspace, person), lambda: ask_slack(client, workspace, person, self._admins)
        )

    def known(self, workspace: str, person: str) -> Asker | None:
        """The person as far as it is remembered; None where Slack would have to be asked."""
        with self._lock:
            until, known = self._known.get(("asker", workspace, person), (0.0, None))
        return known if until > ticks() else None

    def channel(self, client: WebClient, workspace: str, channel: str, person: str) -> Channel:
        """A channel as `person` meets it. Raises NotAChannel for a direct message."""
        if channel.startswith("D"):
            raise NotAChannel
        told = self._remembered(("channel", workspace, channel), lambda: self._channel(client, channel))
        has_candor = bool(told.get("is_member"))
        members = self.members(client, workspace, channel) if has_candor else frozenset()
        return Channel(
            id=channel,
            name=told.get("name", ""),
            people=int(told.get("num_members") or len(members)) - has_candor,
            has_candor=has_candor,
            has_asker=person in members,
            is_archived=bool(told.get("is_archived")),
        )

    def _channel(self, client: WebClient, channel: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = client.conversations_info(channel=channel, include_num_members=True)["channel"]
        except SlackApiError as refused:
            if refused.response.get("error") in ("channel_not_found", "missing_scope"):
                return {}
            raise
        if found.get("is_im") or found.get("is_mpim"):
            raise NotAChannel
        return found

    def members(self, client: WebClient, workspace: str, channel: str) -> frozenset[str]:
        """Everybody in a channel, bots too."""

        def ask() -> frozenset[str]:
            return frozenset(
                _pages(
                    lambda cursor: client.conversations_members(channel=channel, limit=A_PAGE, cursor=cursor),
                    "members",
                )
            )

        return self._remembered(("members", workspace, channel), ask)

    def why_closed(self, client: WebClient, workspace: str, channel: str) -> str | None:
        """Why we can't speak in a channel, in Slack's word for it (`is_archived`, ...); None when we can."""
        try:
            self.members(client, workspace, channel)
        except SlackApiError as refused:
            why = refused.response.get("error")
            if why in ("channel_not_found", "not_in_channel", "is_archived"):
                return str(why)
            raise
        told = self._remembered(("channel", workspace, channel), lambda: self._channel(client, channel))
        if told.get("is_archived"):
            return "is_archived"
        return "not_in_channel" if told and not told.get("is_member") else None

    def team_of(self, client: WebClient, workspace: str, channel: str) -> list[str]:
        """Who of a channel can be asked something, as of now: no bots, no guests, nobody who has left."""
        self.forget(workspace, channel)
        members = sorted(self.members(client, workspace, channel))
        return [person for person in members if not self.asker(client, workspace, person).is_guest]

    def everybody(self, client: WebClient, workspace: str) -> list[tuple[str, str]] | None:
        """(id, name) of all people of a small workspace, by name; None when a list can't hold them."""

        def ask() -> list[tuple[str, str]] | None:
            page = client.users_list(limit=200)
            with self._lock:  # it says of everybody in it what users.info would say
                for user in page["members"]:
                    described = describe(user, workspace, self._admins)
                    self._known["asker", workspace, user["id"]] = (ticks() + self._seconds, described)
            people = [
                (user["id"], user.get("real_name") or user.get("name", ""))
                for user in page["members"]
                if not (user.get("is_bot") or user.get("deleted") or user["id"] == "USLACKBOT")
            ]
            more = (page.get("response_metadata") or {}).get("next_cursor")
            return None if more or len(people) > LISTED else sorted(people, key=lambda known: known[1].lower())

        return self._remembered(("everybody", workspace, ""), ask)

    def shared_channels(self, client: WebClient, workspace: str, person: str) -> list[tuple[str, str]]:
        """(id, name) of the channels that both Candor and `person` are in, by name."""
        ours = dict(self._remembered(("ours", workspace, ""), lambda: _channels(client)))
        theirs = self._remembered(("theirs", workspace, person), lambda: _channels(client, user=person))
        return sorted(
            ((channel, name) for channel, name in theirs if channel in ours), key=lambda known: known[1].lower()
        )


def ask_slack(client: WebClient, workspace: str, person: str, admins: frozenset[str] = frozenset()) -> Asker:
    """Ask Slack about one person. Raises SlackApiError, but for somebody whom Slack doesn't know."""
    try:
        user = client.users_info(user=person)["user"]
    except SlackApiError as refused:
        if refused.response.get("error") in ("user_not_found", "user_not_visible"):
            return Asker(person, is_guest=True, has_left=True)
        raise
    return describe(user, workspace, admins)


def describe(user: dict[str, Any], workspace: str, admins: frozenset[str] = frozenset()) -> Asker:
    """What users.info or users.list say of somebody, as rules need it."""
    team = workspace.rpartition("/")[2]
    return Asker(
        user["id"],
        is_admin=bool(user.get("is_admin") or user.get("is_owner")) or user["id"] in admins,
        is_guest=any(
            user.get(flag) for flag in ("is_restricted", "is_ultra_restricted", "is_bot", "is_stranger", "deleted")
        )
        or ("/" not in workspace and user.get("team_id", team) != team),
        has_left=bool(user.get("deleted")),
        zone=user.get("tz") or None,
    )


def _channels(client: WebClient, **whose: str) -> list[tuple[str, str]]:
    return [
        (channel["id"], channel.get("name", ""))
        for channel in _pages(
            lambda cursor: client.users_conversations(
                types="public_channel,private_channel", exclude_archived=True, limit=A_PAGE, cursor=cursor, **whose
            ),
            "channels",
        )
        if not (channel.get("is_im") or channel.get("is_mpim"))
    ]


def _pages(ask: Callable[[str | None], Any], name: str) -> list[Any]:
    """All pages of a Slack list, up to twenty thousand entries."""
    found: list[Any] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = ask(cursor)
        found += page[name]
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
        if cursor is None:
            break
    return found
