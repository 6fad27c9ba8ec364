"""Which workspaces have installed us, and the client that speaks to each."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from functools import cache

from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.wording import WordedClient, Wording


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


def web_client(token: str, base_url: str, wording: Wording | None = None) -> WebClient:
    """A client without retries of its own: the courier has the only retry policy."""
    client = WordedClient(token=token, base_url=base_url, ssl=tls_context(), timeout=10, retry_handlers=[])
    client.wording = wording or Wording()
    return client


class OneWorkspace:
    """The workspace whose token stands in the settings.

    Several workspaces come with OAuth, behind the same methods.
    """

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
        """The workspaces that we can speak to; None when that is all there are."""
        return frozenset({self.installation.id})

    def find(self, workspace: str) -> Installation | None:
        """The installation of a workspace; None when it isn't ours."""
        return self.installation if workspace == self.installation.id else None

    def client(self, workspace: str) -> WebClient | None:
        """The client that speaks to a workspace; None when it isn't ours."""
        return self._client if workspace == self.installation.id else None

    def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        """Bolt's question for every request, answered from memory rather than by auth.test."""
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
