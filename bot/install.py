"""Installing: somebody comes from a link, goes to Slack and comes back with a code, which we trade for a token.

The way back is bound to the browser that set out: the state in the address must be the one in its cookie, was
given out by us, not ten minutes ago, and counts once. No page shows anything of a token, a code or a state.
"""

from __future__ import annotations

import hmac
import html
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot import clock, manifest
from bot.edge import NotSlack
from bot.pages import Environ, Page, Response
from bot.workspaces import Workspaces, workspace_id
from storage import Database
from storage.installations import TokenKeys, put_installation, put_state, spend_state

log = logging.getLogger("candor.install")

INSTALL, RETURN = "/slack/install", "/slack/oauth_redirect"
LIVES = timedelta(minutes=10)
COOKIE = "__Host-candor-install"  # __Host-: browsers take it only over TLS (or from this machine), for us alone

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body{{font:1.1rem/1.6 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}}</style>
</head><body><h1>{title}</h1><p>{words}</p></body></html>
"""


@dataclass(frozen=True)
class AppOfSlack:
    """Our app as Slack knows it; `base_url` is its Web API, and its pages stand on the same host."""

    client_id: str
    client_secret: str
    base_url: str

    @property
    def authorize_url(self) -> str:
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}/oauth/v2/authorize"


@dataclass(frozen=True)
class Grant:
    """What Slack gave for a code. `team` is empty where it is for a whole organisation."""

    token: str
    team: str
    enterprise: str | None
    name: str
    bot_user: str
    scopes: tuple[str, ...]
    bot_id: str = ""


class Install:
    """The two pages of an install."""

    def __init__(
        self,
        ours: AppOfSlack,
        database: Database,
        keys: TokenKeys,
        workspaces: Workspaces,
        client_for: Callable[[str, str], WebClient],
    ) -> None:
        """`client_for` makes a client from a token (none, to trade a code) and a team's id."""
        self._ours, self._database, self._keys = ours, database, keys
        self._workspaces, self._client_for = workspaces, client_for

    def pages(self) -> Mapping[str, Page]:
        return {INSTALL: self.begin, RETURN: self.finish}

    def begin(self, environ: Environ) -> Response:
        """Send the browser to Slack, with a state that it carries in its cookie too."""
        _only_get(environ)
        state, now = secrets.token_urlsafe(32), clock.now()
        with self._database.begin() as session:
            if not put_state(session, state, now, now + LIVES):
                return page(
                    HTTPStatus.TOO_MANY_REQUESTS,
                    "Not now",
                    "Too many people install at once. Please try again in ten minutes.",
                )
        scopes = sorted(manifest.core_scopes() | manifest.optional_scopes())
        asked = urlencode({"client_id": self._ours.client_id, "scope": ",".join(scopes), "state": state})
        there = f"{self._ours.authorize_url}?{asked}"
        headers = HEADERS | {"Location": there, "Set-Cookie": _cookie(state, int(LIVES.total_seconds()))}
        return Response(HTTPStatus.FOUND, "", "text/html; charset=utf-8", headers)

    def finish(self, environ: Environ) -> Response:
        """Take the browser back from Slack: check where it came from, trade the code, keep the token."""
        _only_get(environ)
        given = _query(environ)
        state, code = given.get("state", ""), given.get("code", "")
        if not state or not hmac.compare_digest(state.encode(), _state_of_cookie(environ).encode()):
            return _refused(
                "other_browser", "This install was begun in another browser, or too long ago. Please begin again."
            )
        with self._database.begin() as session:
            good = spend_state(session, state, clock.now())
        if not good:
            return _refused("bad_state", "This install was finished before, or took too long. Please begin again.")
        if given.get("error"):
            return _refused("declined", "Slack says that it was called off. Nothing was installed.")
        if not code:
            return _refused("no_code", "Slack sent no code along. Please begin again.")
        try:
            granted = self._trade(code)
        except SlackApiError as refused:
            return _refused(
                str(refused.response.get("error"))[:40], "Slack didn't take the code. Please begin again."
            )
        except (SlackClientError, OSError) as away:
            return _refused(type(away).__name__, "Slack couldn't be asked just now. Please begin again.")
        if granted is None:
            return _refused("odd_grant", "Slack's answer wasn't about a bot. Please begin again.")
        self._keep(granted)
        name = granted.name or "and thank you"
        log.info("installed")
        return page(
            HTTPStatus.OK,
            "Candor is installed",
            f"Welcome, {html.escape(name)}. Open Slack, invite <b>@Candor</b> to a channel, and type "
            "<code>/candor help</code> there.",
            {"Set-Cookie": _cookie("", 0)},
        )

    def _trade(self, code: str) -> Grant | None:
        """What Slack gives for a code; None when it isn't what we asked for. Raises what the SDK raises."""
        told = self._client_for("", "").oauth_v2_access(
            client_id=self._ours.client_id, client_secret=self._ours.client_secret, code=code
        )
        of_all = bool(told.get("is_enterprise_install"))
        team, enterprise = {} if of_all else told.get("team") or {}, told.get("enterprise") or {}
        grant = Grant(
            token=str(told.get("access_token") or ""),
            team=team.get("id", ""),
            enterprise=enterprise.get("id"),
            name=str((enterprise if of_all else team).get("name") or ""),
            bot_user=str(told.get("bot_user_id") or ""),
            scopes=tuple(scope for scope in str(told.get("scope") or "").split(",") if scope),
        )
        whose = grant.enterprise if of_all else grant.team
        if told.get("token_type") != "bot" or not (grant.token and grant.bot_user and whose):
            return None
        known = self._client_for(grant.token, grant.team).auth_test()
        return replace(grant, bot_id=str(known.get("bot_id") or ""))

    def _keep(self, grant: Grant) -> None:
        """Store an installation, its token sealed."""
        workspace = workspace_id(grant.team, grant.enterprise)
        with self._database.begin() as session:
            put_installation(
                session,
                workspace,
                team=grant.team,
                enterprise=grant.enterprise,
                name=grant.name,
                bot_user=grant.bot_user,
                bot_id=grant.bot_id,
                scopes=grant.scopes,
                sealed_token=self._keys.seal(workspace, grant.token),
                now=clock.now(),
            )
        self._workspaces.look_again(workspace)


def page(status: HTTPStatus, title: str, words: str, headers: Mapping[str, str] | None = None) -> Response:
    """One page: a title and one sentence, which is HTML already."""
    return Response(
        status, PAGE.format(title=title, words=words), "text/html; charset=utf-8", HEADERS | dict(headers or {})
    )


def _refused(code: str, words: str) -> Response:
    log.warning("an install was refused: %s", code)
    again = f' <a href="{INSTALL}">Begin again</a>'
    return page(HTTPStatus.BAD_REQUEST, "That didn't work", words + again, {"Set-Cookie": _cookie("", 0)})


def _only_get(environ: Environ) -> None:
    if environ.get("REQUEST_METHOD") != "GET":
        raise NotSlack(HTTPStatus.METHOD_NOT_ALLOWED, "not_a_get")


def _query(environ: Environ) -> dict[str, str]:
    """The first value of each parameter. Raises NotSlack."""
    try:
        fields = parse_qs(environ.get("QUERY_STRING", ""), errors="strict", max_num_fields=20)
    except ValueError:
        raise NotSlack(HTTPStatus.BAD_REQUEST, "garbled") from None
    return {name: values[0] for name, values in fields.items()}


def _cookie(state: str, seconds: int) -> str:
    return f"{COOKIE}={state}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax"


def _state_of_cookie(environ: Environ) -> str:
    try:
        found = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found is not None else ""
