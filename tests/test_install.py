"""Installing over OAuth: the way there and back, sealed tokens, several workspaces and whole organisations."""

from __future__ import annotations

import json
import logging
import sqlite3
from base64 import b64decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from slack_sdk import WebClient
from sqlalchemy import String, cast, select, update

from bot import logs
from bot.edge import Edge
from bot.house import House, build_house
from bot.install import AppOfSlack, Install
from bot.scheduler import sweep
from bot.settings import load_settings
from bot.workspaces import InstalledWorkspaces
from storage import Database
from storage.installations import BadKey, LostKey, TokenKeys, installation, lost_tokens, seal_all_again
from storage.schema import Base, Installation, OAuthState
from tests.conftest import Clock
from tests.fuzz_edge import SECRET, ask, request
from tests.slack import FakeClient, InProcessDoor, Slack
from tests.slack.payloads import event_callback
from tests.slack.refusals import Answer
from tests.test_ring import ONE, set_up_prompt

KEY = TokenKeys.new_key()


class Orgs(Slack):
    """A Slack in which a code may be for a whole organisation."""

    org_codes: dict[str, str]

    def web_api(self, method: str, token: str, args: dict[str, Any]) -> Answer:
        if method == "oauth.v2.access":
            assert b64decode(token.removeprefix("Basic ")) == b"C.1:shh-secret"
            of_all = self.org_codes.get(str(args["code"]))
            answer = super().web_api(method, token, args)
            if of_all and answer.body["ok"]:
                body = answer.body | {"team": None, "is_enterprise_install": True}
                return Answer(body | {"enterprise": {"id": of_all, "name": "Acme Corp"}})
            return answer
        return super().web_api(method, token, args)


@pytest.fixture
def slack(travel: Clock) -> Iterator[Orgs]:
    fake = Orgs(now=travel)
    fake.org_codes = {}
    # EGRID, because a shorter id may stand by chance in a random hexadecimal version that is searched
    for team, enterprise in (("T1", None), ("T2", None), ("T3", "EGRID")):
        fake.team(team, bot_user=f"UBOT{team}", token=f"xoxb-secret-{team}", enterprise_id=enterprise)
        fake.user(f"UMEMBER{team[1:]}", team=team, name=team.lower(), tz="Europe/Berlin")
        fake.channel(f"CTEAM{team[1:]}", team=team, members=[f"UMEMBER{team[1:]}"])
    yield fake
    assert fake.breaches == []


class Host:
    """One process in HTTP mode, and a browser in front of it."""

    def __init__(self, slack: Orgs, database: Database, travel: Clock, keys: str = KEY) -> None:
        self.slack, self.database, self.travel = slack, database, travel
        self.keys = TokenKeys(keys.split(","))
        self.pool = ThreadPoolExecutor(20)
        self.workspaces = InstalledWorkspaces(database, self.keys, self.client_for)
        ours = AppOfSlack("C.1", "shh-secret", "https://slack.com/api/")
        install = Install(ours, database, self.keys, self.workspaces, self.client_for)
        self.house: House = build_house(
            load_settings(pace_per_minute=6_000), self.client_for("", ""), self.workspaces, database,
            executor=self.pool, post_reply=slack.post_response_url, per_channel=timedelta(0),
        )  # fmt: skip
        logs.quiet()
        self.edge = Edge(self.house.app, SECRET, install.pages(), self.house.replies.is_slacks)
        self.door = InProcessDoor(self.house.app)

    def client_for(self, token: str, team: str) -> WebClient:
        return FakeClient(self.slack, token=token, retry_handlers=[], team_id=team or None)

    def get(self, path: str, query: str = "", cookie: str = "") -> tuple[int, dict[str, str], str]:
        return ask(self.edge, request(method="GET", path=path, QUERY_STRING=query, HTTP_COOKIE=cookie))

    def begin(self) -> tuple[str, str]:
        """The state that Slack is given, and the cookie."""
        status, headers, _ = self.get("/slack/install")
        assert status == 302
        asked = parse_qs(urlsplit(headers["Location"]).query)
        assert headers["Location"].startswith("https://slack.com/oauth/v2/authorize?")
        assert asked["client_id"] == ["C.1"]
        assert "chat:write" in asked["scope"][0]
        return asked["state"][0], headers["Set-Cookie"].partition(";")[0]

    def install(self, team: str, org: str | None = None) -> tuple[int, str]:
        state, cookie = self.begin()
        code = f"code-{team}-{len(self.slack.calls)}"
        self.slack.oauth_codes[code] = team
        if org:
            self.slack.org_codes[code] = org
        status, _, body = self.get("/slack/oauth_redirect", f"code={code}&state={state}", cookie)
        assert not any(secret in body for secret in ("xoxb", code, state, "shh-secret"))
        return status, body


@pytest.fixture
def host(slack: Orgs, database: Database, travel: Clock) -> Iterator[Host]:
    built = Host(slack, database, travel)
    yield built
    built.pool.shutdown()


def found_in(database: Database, words: str) -> set[str]:
    """Every column in which some words stand."""
    with database.reading() as session:
        return {
            f"{table.name}.{column.name}"
            for table in Base.metadata.sorted_tables
            for column in table.columns
            if session.execute(select(1).select_from(table).where(cast(column, String).contains(words))).first()
        }


def test_two_workspaces_install_and_each_is_answered_with_its_own_token(host: Host, slack: Orgs) -> None:
    assert host.install("T1")[0] == 200
    status, body = host.install("T2")
    assert (status, "Team T2" in body) == (200, True)
    slack.calls.clear()
    for team in ("T1", "T2"):
        slack.person(f"UMEMBER{team[1:]}", team=team).open_home()
    assert {call.token for call in slack.calls} == {"xoxb-secret-T1", "xoxb-secret-T2"}
    assert [call.token for call in slack.calls if call.method == "auth.test"] == []


def test_no_token_stands_in_clear_anywhere(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    host.install("T1")
    assert found_in(host.database, "xoxb") == set()
    assert "xoxb" not in caplog.text
    assert "shh-secret" not in caplog.text
    if host.database.engine.dialect.name == "sqlite":
        file = str(host.database.engine.url.database)
        sqlite3.connect(file).execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with open(file, "rb") as raw:  # noqa: PTH123
            assert b"xoxb" not in raw.read()


# --- the way back ---------------------------------------------------------------------------------------


def refused(host: Host, query: str, cookie: str) -> str:
    before = len(host.slack.calls_of("oauth.v2.access"))
    status, headers, body = host.get("/slack/oauth_redirect", query, cookie)
    assert (status, headers["Cache-Control"]) == (400, "no-store")
    assert len(host.slack.calls_of("oauth.v2.access")) == before
    with host.database.reading() as session:
        assert session.scalars(select(Installation)).all() == []
    return body


def test_an_install_comes_back_once_to_its_own_browser_within_ten_minutes(host: Host, travel: Clock) -> None:
    host.slack.oauth_codes["c"] = "T1"
    state, cookie = host.begin()
    assert "another browser" in refused(host, f"code=c&state={state}", "")
    _, others = host.begin()
    assert "another browser" in refused(host, f"code=c&state={state}", others)
    assert "another browser" in refused(host, "code=c&state=x", cookie)
    assert "another browser" in refused(host, "code=c", "")
    invented = "__Host-candor-install=abc"
    assert "finished before" in refused(host, "code=c&state=abc", invented)
    travel.move(minutes=11)
    assert "took too long" in refused(host, f"code=c&state={state}", cookie)
    state, cookie = host.begin()
    assert host.get("/slack/oauth_redirect", f"code=c&state={state}", cookie)[0] == 200
    assert host.get("/slack/oauth_redirect", f"code=c&state={state}", cookie)[0] == 400
    with host.database.reading() as session:
        assert not session.scalars(select(OAuthState).where(OAuthState.digest.contains(state))).all()


def test_what_slack_refuses_is_one_sentence(host: Host) -> None:
    state, cookie = host.begin()
    assert "called off" in refused(host, f"error=access_denied&state={state}", cookie)
    state, cookie = host.begin()
    assert "no code" in refused(host, f"state={state}", cookie)
    state, cookie = host.begin()
    status, _, body = host.get("/slack/oauth_redirect", f"code=bogus&state={state}", cookie)
    assert (status, "didn&#x27;t take" in body or "didn't take" in body) == (400, True)
    host.slack.down = True
    state, cookie = host.begin()
    status, _, body = host.get("/slack/oauth_redirect", f"code=c&state={state}", cookie)
    assert (status, "couldn't be asked" in body) == (400, True)


def test_a_name_of_markup_is_shown_as_words(host: Host) -> None:
    host.slack.teams["T1"].name = "<script>alert(1)</script>"
    assert "<script>" not in host.install("T1")[1]


def test_the_cookie_is_what_browsers_expect_and_only_get_installs(host: Host) -> None:
    _, headers, _ = host.get("/slack/install")
    parts = {part.strip() for part in headers["Set-Cookie"].split(";")[1:]}
    assert parts == {"Path=/", "Max-Age=600", "Secure", "HttpOnly", "SameSite=Lax"}
    for method in ("HEAD", "POST"):
        assert ask(host.edge, request(method=method, path="/slack/install"))[0] == 405


# --- keys -----------------------------------------------------------------------------------------------


def test_a_key_is_rotated_without_losing_a_token(host: Host, travel: Clock) -> None:
    host.install("T1")
    fresh = TokenKeys.new_key()
    with host.database.begin() as session:
        assert seal_all_again(session, TokenKeys([fresh, KEY])) == (1, [])
    alone = InstalledWorkspaces(host.database, TokenKeys([fresh]), host.client_for)
    client = alone.client("T1")
    assert client is not None
    assert client.token == "xoxb-secret-T1"
    with host.database.reading() as session:
        assert lost_tokens(session, TokenKeys([KEY])) == ["T1"]
        row = installation(session, "T1")
        assert row is not None
        with pytest.raises(LostKey):
            TokenKeys([KEY]).open("T1", row.sealed_token)


def test_a_token_that_no_key_opens_speaks_to_nobody_and_is_left_as_it_is(host: Host) -> None:
    host.install("T1")
    other = TokenKeys([TokenKeys.new_key()])
    assert InstalledWorkspaces(host.database, other, host.client_for).client("T1") is None
    with host.database.begin() as session:
        assert seal_all_again(session, other) == (0, ["T1"])
    assert InstalledWorkspaces(host.database, host.keys, host.client_for).client("T1") is not None


def test_a_token_moved_to_another_workspace_does_not_open(host: Host) -> None:
    host.install("T1")
    host.install("T2")
    with host.database.begin() as session:
        stolen = select(Installation.sealed_token).where(Installation.workspace == "T1").scalar_subquery()
        session.execute(update(Installation).where(Installation.workspace == "T2").values(sealed_token=stolen))
    assert InstalledWorkspaces(host.database, host.keys, host.client_for).client("T2") is None


@pytest.mark.parametrize("key", ["short", "ü" * 44, "A" * 43])
def test_a_bad_key_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(BadKey) as bad:
        TokenKeys([key])
    assert key not in str(bad.value)


# --- leaving --------------------------------------------------------------------------------------------


def lived_in(host: Host, team: str) -> None:
    """A prompt with an open round that was asked, with one date more that is owed."""
    set_up_prompt(
        host.database,
        workspace=team,
        channel=f"CTEAM{team[1:]}",
        keeper=f"UMEMBER{team[1:]}",
        question=f"SECRET {team}?",
    )


def rows_of(database: Database, workspace: str) -> dict[str, int]:
    with database.reading() as session:
        return {
            table.name: len(
                session.execute(select(1).select_from(table).where(table.c.workspace == workspace)).all()
            )
            for table in Base.metadata.sorted_tables
        }


def ring(host: Host) -> None:
    from bot.scheduler import ring as ring_now

    ring_now(host.house.bell(host.travel.now), host.house.rooms)
    host.house.courier.deliver_due(host.travel.now)


def test_one_of_two_uninstalls_and_nothing_of_it_is_found_and_everything_of_the_other(
    host: Host, slack: Orgs, travel: Clock
) -> None:
    for team in ("T1", "T2"):
        host.install(team)
        lived_in(host, team)
    travel.to(ONE)
    ring(host)
    before = rows_of(host.database, "T2")
    assert before["round"] == before["installation"] == 1
    calls = len(slack.calls)
    slack.uninstall("T1")
    assert len(slack.calls) == calls, "the token is dead: Slack is asked nothing"
    assert not any(rows_of(host.database, "T1").values())
    for words in ('"T1"', "UMEMBER1", "CTEAM1", "UBOTT1", "SECRET T1"):
        assert found_in(host.database, words) == set(), words
    assert rows_of(host.database, "T2") == before
    travel.move(days=7)
    ring(host)
    assert {call.token for call in slack.calls[calls:]} == {"xoxb-secret-T2"}


@pytest.mark.parametrize(
    "order", [["tokens_revoked", "app_uninstalled"], ["app_uninstalled"] * 2 + ["tokens_revoked"]]
)
def test_farewells_in_any_order_and_twice(host: Host, slack: Orgs, travel: Clock, order: list[str]) -> None:
    host.install("T1")
    lived_in(host, "T1")
    slack.teams["T1"].token_state = "token_revoked"
    for kind in order:
        more: dict[str, Any] = {"tokens": {"bot": ["UBOTT1"]}} if kind == "tokens_revoked" else {}
        assert slack.event(team="T1", type=kind, event_id="Ev7", **more).acked
    assert not any(rows_of(host.database, "T1").values())
    slack.teams["T1"].token_state = "live"
    travel.move(minutes=1)
    assert host.install("T1")[0] == 200
    slack.person("UMEMBER1", team="T1").open_home()
    assert slack.person("UMEMBER1", team="T1").home is not None


def test_a_farewell_that_comes_after_a_new_install_changes_nothing(host: Host, slack: Orgs, travel: Clock) -> None:
    host.install("T1")
    late = event_callback(slack, slack.teams["T1"], {"type": "app_uninstalled"})
    travel.move(minutes=5)
    host.install("T1")
    slack.deliver("events_api", late)
    assert rows_of(host.database, "T1")["installation"] == 1


def test_a_persons_revoked_token_is_nothing_to_us(host: Host, slack: Orgs) -> None:
    host.install("T1")
    slack.event(team="T1", type="tokens_revoked", tokens={"oauth": ["UMEMBER1"], "bot": []})
    assert rows_of(host.database, "T1")["installation"] == 1


def test_what_hinders_the_deleting_is_made_up_for_by_the_sweep(
    host: Host, slack: Orgs, travel: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.install("T1")
    lived_in(host, "T1")
    with monkeypatch.context() as hindered:
        hindered.setattr("bot.leaving.forget_workspace", lambda *_: 1 / 0)
        slack.event(team="T1", type="app_uninstalled")
    assert rows_of(host.database, "T1")["schedule"] == 1
    travel.to(ONE)
    calls = len(slack.calls)
    ring(host)
    assert len(slack.calls) == calls, "gone at once: nothing is posted"
    sweep(host.house.bell(travel.now), host.house.rooms)
    assert not any(rows_of(host.database, "T1").values())


def test_another_process_notices_an_install_a_new_token_and_a_farewell(
    host: Host, slack: Orgs, database: Database, travel: Clock
) -> None:
    other = InstalledWorkspaces(database, host.keys, host.client_for, remembered_seconds=0.0)
    assert other.find("T1") is None
    host.install("T1")
    assert other.find("T1") is not None
    slack.teams["T1"].token = "xoxb-secret-new"
    travel.move(minutes=1)
    host.install("T1")
    client = other.client("T1")
    assert client is not None
    assert client.token == "xoxb-secret-new"
    slack.teams["T1"].token_state = "account_inactive"
    slack.event(team="T1", type="app_uninstalled")
    assert other.find("T1") is None
    assert other.client("T1") is None
    assert other.authorize(None, "T1") is None


# --- organisations --------------------------------------------------------------------------------------


def test_one_install_serves_every_workspace_of_an_organisation(host: Host, slack: Orgs) -> None:
    assert host.install("T3", org="EGRID") == (200, host.install("T3", org="EGRID")[1])
    with host.database.reading() as session:
        assert session.scalars(select(Installation.workspace)).all() == ["EGRID/"]
    slack.person("UMEMBER3", team="T3").open_home()
    slack.person("UMEMBER3", team="T3").command("/candor", "quiet 2 weeks", channel="CTEAM3")
    assert rows_of(host.database, "EGRID/T3")["person"] == 1
    ours = host.workspaces.find("EGRID/T9")
    assert ours is not None
    assert (ours.id, ours.team) == ("EGRID/T9", "T9")
    assert host.workspaces.find("E2/T3") is None
    assert host.workspaces.find("T3") is None


def test_a_team_that_installed_by_itself_is_asked_first(host: Host, slack: Orgs) -> None:
    host.install("T3", org="EGRID")
    slack.teams["T3"].token = "xoxb-secret-own"
    host.install("T3")
    client, of_another = host.workspaces.client("EGRID/T3"), host.workspaces.client("EGRID/T9")
    assert client is not None
    assert of_another is not None
    assert (client.token, of_another.token) == ("xoxb-secret-own", "xoxb-secret-T3")


def test_an_organisation_that_leaves_takes_all_its_workspaces_along(host: Host, slack: Orgs) -> None:
    host.install("T1")
    host.install("T3", org="EGRID")
    slack.person("UMEMBER3", team="T3").command("/candor", "quiet 2 weeks", channel="CTEAM3")
    said = event_callback(slack, slack.teams["T3"], {"type": "app_uninstalled"})
    said["authorizations"][0] |= {"is_enterprise_install": True, "team_id": None}
    slack.deliver("events_api", json.loads(json.dumps(said)))
    assert found_in(host.database, "EGRID") == set()
    assert rows_of(host.database, "T1")["installation"] == 1
