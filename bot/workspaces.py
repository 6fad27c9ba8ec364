"""Which workspaces have installed us, and the client that speaks to each."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from threading import Lock
from typing import Protocol

from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

import storage.schema
from bot.clock import ticks
from bot.wording import WordedClient, Wording
from storage import Database
from storage.installations import LostKey, TokenKeys, installation

log = logging.getLogger("candor")

LOOK_AGAIN_SECONDS = 3.0  # after so long every process knows of an install or a farewell in another one
MOST_REMEMBERED = 10_000


@dataclass(frozen=True)
class Installation:
    """One workspace: `id` keys every row of it, `scopes` are those that were really granted."""

    id: str
    team: str
    enterprise: str | None
    name: str
    bot_user: str
    bot_id: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        return scope in self.scopes


def workspace_id(team: str, enterprise: str | None) -> str:
    """The id under which rows are kept: the team's, with the enterprise's in front on Enterprise Grid."""
    return f"{enterprise}/{team}" if enterprise else team


@cache
def tls_context() -> ssl.SSLContext:
    """One context for every client: building one costs 30 to 50 ms of CPU, and the SDK builds one per call."""
    return ssl.create_default_context()


def web_client(token: str, base_url: str, wording: Wording | None = None, team: str | None = None) -> WebClient:
    """A client without retries of its own: the courier has the only retry policy.

    `team` says which workspace is meant, where the token is a whole organisation's.
    """
    client = WordedClient(
        token=token, base_url=base_url, ssl=tls_context(), timeout=10, retry_handlers=[], team_id=team
    )
    client.wording = wording or Wording()
    return client


class Workspaces(Protocol):
    """Who has installed us: the one of the settings, or all that came by OAuth."""

    def known(self) -> frozenset[str] | None:
        """The workspaces that we can speak to; None when that is all there are."""

    def find(self, workspace: str) -> Installation | None:
        """The installation of a workspace; None when it isn't ours."""

    def client(self, workspace: str) -> WebClient | None:
        """The client that speaks to a workspace; None when it isn't ours."""

    def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        """Bolt's question for every request, answered from memory rather than by auth.test."""

    def look_again(self, workspace: str) -> None:
        """Something changed: forget what is remembered of a workspace."""


class OneWorkspace:
    """The workspace whose token stands in the settings."""

    def __init__(self, client: WebClient, installation: Installation) -> None:
        self._client = client
        self.installation = installation

    @classmethod
    def connect(cls, client: WebClient) -> OneWorkspace:
        """Ask Slack once who we are. Raises slack_sdk.errors.SlackApiError when the token isn't good."""
        told = client.auth_test()
        granted = {name.lower(): value for name, value in (told.headers or {}).items()}.get("x-oauth-scopes", "")
        return cls(
            client,
            Installation(
                id=workspace_id(told["team_id"], told.get("enterprise_id")),
                team=told["team_id"],
                enterprise=told.get("enterprise_id"),
                name=told.get("team", ""),
                bot_user=told["user_id"],
                bot_id=told.get("bot_id", ""),
                scopes=frozenset(scope.strip() for scope in str(granted).split(",") if scope.strip()),
            ),
        )

    def known(self) -> frozenset[str] | None:
        return frozenset({self.installation.id})

    def find(self, workspace: str) -> Installation | None:
        return self.installation if workspace == self.installation.id else None

    def client(self, workspace: str) -> WebClient | None:
        return self._client if workspace == self.installation.id else None

    def look_again(self, workspace: str) -> None:
        """Its token stands in the settings: there is nothing to look at."""

    def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        ours = self.installation
        if team_id != ours.team:
            return None
        return AuthorizeResult(
            enterprise_id=ours.enterprise,
            team_id=ours.team,
            bot_user_id=ours.bot_user,
            bot_id=ours.bot_id,
            bot_token=self._client.token,
        )


@dataclass(frozen=True)
class _Seen:
    """What the table said of one key, and until when it is believed."""

    until: float
    version: str
    installation: Installation | None
    token: str


class InstalledWorkspaces:
    """Everybody who installed us by OAuth, read from the table and remembered for a few seconds."""

    def __init__(
        self,
        database: Database,
        keys: TokenKeys,
        client_for: Callable[[str, str], WebClient],
        remembered_seconds: float = LOOK_AGAIN_SECONDS,
    ) -> None:
        """`client_for` makes a client from a token and a team's id."""
        self._database, self._keys, self._client_for = database, keys, client_for
        self._seconds = remembered_seconds
        self._seen: dict[str, _Seen] = {}
        self._clients: dict[str, tuple[str, WebClient]] = {}
        self._lock = Lock()

    def known(self) -> frozenset[str] | None:
        return None

    def find(self, workspace: str) -> Installation | None:
        found = self._look(workspace)
        return None if found is None else found.installation

    def client(self, workspace: str) -> WebClient | None:
        found = self._look(workspace)
        if found is None or found.installation is None:
            return None
        with self._lock:
            token, client = self._clients.get(workspace, ("", None))
        if client is None or token != found.token:
            client = self._client_for(found.token, found.installation.team)
            with self._lock:
                if len(self._clients) > MOST_REMEMBERED:
                    self._clients.clear()
                self._clients[workspace] = (found.token, client)
        return client

    def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        found = self._look(workspace_id(team_id or "", enterprise_id))
        if found is None or found.installation is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=found.installation.bot_user,
            bot_id=found.installation.bot_id,
            bot_token=found.token,
        )

    def look_again(self, workspace: str) -> None:
        with self._lock:
            self._seen.pop(workspace, None)
            self._clients.pop(workspace, None)

    def _look(self, workspace: str) -> _Seen | None:
        """The team's own installation first, then that of its whole organisation."""
        enterprise, _, team = workspace.rpartition("/")
        found = self._seen_of(workspace)
        if found.installation is not None or not enterprise or not team:
            return found if found.installation is not None else None
        of_all = self._seen_of(workspace_id("", enterprise))
        if of_all.installation is None:
            return None
        return replace(of_all, installation=replace(of_all.installation, id=workspace, team=team))

    def _seen_of(self, key: str) -> _Seen:
        now = ticks()
        with self._lock:
            seen = self._seen.get(key)
        if seen is not None and seen.until > now:
            return seen
        with self._database.reading() as session:
            row = installation(session, key)
        if row is not None and seen is not None and row.version == seen.version:
            fresh = replace(seen, until=now + self._seconds)
        else:
            fresh = self._read(row, now + self._seconds)
        with self._lock:
            if len(self._seen) > MOST_REMEMBERED:
                self._seen.clear()
            self._seen[key] = fresh
        return fresh

    def _read(self, row: storage.schema.Installation | None, until: float) -> _Seen:
        if row is None:
            return _Seen(until, "", None, "")
        try:
            token = self._keys.open(row.workspace, row.sealed_token)
        except LostKey:
            log.error("no key of CANDOR_TOKEN_KEYS opens the token of %s", row.workspace)
            return _Seen(until, row.version, None, "")
        ours = Installation(
            id=row.workspace,
            team=row.team,
            enterprise=row.enterprise,
            name=row.name,
            bot_user=row.bot_user,
            bot_id=row.bot_id,
            scopes=frozenset(row.scopes.split(",")),
        )
        return _Seen(until, row.version, ours, token)
