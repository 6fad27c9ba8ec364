"""The manifest: what Slack's schema asks, the four things it doesn't, and nothing that isn't used."""

from __future__ import annotations

import inspect
import json
from collections import Counter
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from slack_bolt import App
from slack_sdk import WebClient

from bot import manifest
from bot.__main__ import main
from bot.house import build_house
from bot.settings import RITUALS, load_settings
from bot.switchboard import Operator
from bot.workspaces import Installation, OneWorkspace
from storage import open_database

Json = dict[str, Any]

SCHEMA = Path(__file__).parents[2] / "shared" / "data" / "slack" / "manifest.schema.2.0.0.json"
URL = "https://candor.example.com"
CORE = {"chat:write", "commands", "users:read", "im:write", "channels:read", "groups:read"}

BOT_SCOPES = {  # those of Slack's list that a bot of our kind may ask for
    *("app_mentions:read", "bookmarks:read", "bookmarks:write", "canvases:read", "canvases:write"),
    *("channels:history", "channels:join", "channels:manage", "channels:read", "chat:write"),
    *("chat:write.customize", "chat:write.public", "commands", "dnd:read", "emoji:read", "files:read"),
    *("files:write", "groups:history", "groups:read", "groups:write", "im:history", "im:read", "im:write"),
    *("links:read", "links:write", "metadata.message:read", "mpim:history", "mpim:read", "mpim:write"),
    *("pins:read", "pins:write", "reactions:read", "reactions:write", "reminders:read", "reminders:write"),
    *("team:read", "usergroups:read", "usergroups:write", "users.profile:read", "users:read"),
    *("users:read.email", "users:write"),
}
EVENTS: dict[str, set[str]] = {  # event → any of these scopes; none is needed where the set is empty
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "channel_archive": {"channels:read"},
    "channel_deleted": {"channels:read"},
    "channel_id_changed": {"channels:read", "groups:read"},
    "channel_left": {"channels:read"},
    "channel_rename": {"channels:read"},
    "channel_unarchive": {"channels:read"},
    "group_archive": {"groups:read"},
    "group_deleted": {"groups:read"},
    "group_left": {"groups:read"},
    "group_rename": {"groups:read"},
    "group_unarchive": {"groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "reaction_added": {"reactions:read"},
    "reaction_removed": {"reactions:read"},
    "team_join": {"users:read"},
    "tokens_revoked": set(),
    "user_change": {"users:read"},
}


def beyond_the_schema(read: Json) -> list[str]:
    """What Slack's schema lets pass: bogus names, events without scope, missing addresses, too many shortcuts."""
    scopes = [scope for kind in read["oauth_config"]["scopes"].values() for scope in kind]
    subscribed = read["settings"].get("event_subscriptions", {})
    events = subscribed.get("bot_events", [])
    wrong = [f"no such scope: {scope}" for scope in scopes if scope not in BOT_SCOPES]
    asked_for, can_be_declined = (read["oauth_config"]["scopes"][kind] for kind in ("bot", "bot_optional"))
    wrong += [f"not asked for: {scope}" for scope in can_be_declined if scope not in asked_for]
    wrong += [f"no such event: {event}" for event in events if event not in EVENTS]
    wrong += [
        f"no scope for {event}"
        for event in events
        if (needed := EVENTS.get(event)) and not needed & set(read["oauth_config"]["scopes"]["bot"])
    ]
    if not read["settings"]["socket_mode_enabled"]:
        wrong += [f"no url for {one['command']}" for one in read["features"]["slash_commands"] if "url" not in one]
        for part in ("event_subscriptions", "interactivity"):
            wrong += [] if "request_url" in read["settings"].get(part, {}) else [f"no request_url in {part}"]
    kinds = Counter(one["type"] for one in read["features"].get("shortcuts", []))
    return wrong + [f"{count} {kind} shortcuts" for kind, count in kinds.items() if count > 5]


VARIANTS = {
    "as it stands": manifest.load(),
    "all rituals": manifest.variant(RITUALS),
    "no ritual": manifest.variant(()),
    "one ritual": manifest.variant(("decisions",)),
    "http": manifest.variant(RITUALS, http_url=URL),
    "prefix": manifest.variant(RITUALS, prefix="team-"),
    "printed": yaml.safe_load(manifest.printed(manifest.variant(RITUALS, prefix="team-", http_url=URL))),
}
each_variant = pytest.mark.parametrize("read", VARIANTS.values(), ids=list(VARIANTS))


@pytest.mark.skipif(not SCHEMA.is_file(), reason="Slack's manifest schema is not beside this checkout")
@each_variant
def test_slacks_schema_has_nothing_to_say(read: Json) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert [error.message for error in Draft7Validator(schema).iter_errors(read)] == []


@each_variant
def test_what_the_schema_lets_pass_is_right_too(read: Json) -> None:
    assert beyond_the_schema(read) == []


def test_the_checks_beyond_the_schema_bite() -> None:
    broken = manifest.load()
    broken["oauth_config"]["scopes"] = {"bot": ["chat:write", "chat:wright"], "bot_optional": ["channels:read"]}
    broken["settings"] |= {"event_subscriptions": {"bot_events": ["channel_archive", "lunch"]}}
    broken["settings"]["socket_mode_enabled"] = False
    broken["features"]["slash_commands"] = [{"command": "/candor", "description": "…"}]
    broken["features"]["shortcuts"] = [{"type": "global"}] * 6
    assert beyond_the_schema(broken) == [
        "no such scope: chat:wright",
        "not asked for: channels:read",
        "no such event: lunch",
        "no scope for channel_archive",
        "no url for /candor",
        "no request_url in event_subscriptions",
        "no request_url in interactivity",
        "6 global shortcuts",
    ]


# --- only what is used ----------------------------------------------------------------------------------


def commands_of(read: Json) -> set[str]:
    return {one["command"] for one in read["features"]["slash_commands"]}


def built(tmp_path: Path, **given: Any) -> App:
    """The app as `serve` builds it, without Slack."""
    database = open_database(f"sqlite:///{tmp_path}/candor.db")
    client = WebClient("xoxb-ours")
    ours = Installation("T1", "T1", None, "Team", "UBOT", "B1", frozenset())
    app = build_house(load_settings(**given), client, OneWorkspace(client, ours), database).app
    database.close()
    return app


def heard(app: App, what: str) -> set[str]:
    """What Bolt's matchers wait for: `command` or `event_type`, from the closure that Bolt keeps it in."""
    (operator,) = app._listeners
    assert isinstance(operator, Operator)
    matchers: Iterable[Any] = (matcher for listener in operator.listeners for matcher in listener.matchers)
    known = (inspect.getclosurevars(matcher.func).nonlocals.get(what) for matcher in matchers)
    return {name for name in known if name is not None}


def test_every_command_is_listened_to_and_every_listener_has_its_command(tmp_path: Path) -> None:
    assert heard(built(tmp_path), "command") == commands_of(manifest.load())


def test_every_event_is_listened_to_and_every_listener_has_its_event(tmp_path: Path) -> None:
    subscribed = manifest.load()["settings"]["event_subscriptions"]["bot_events"]
    assert heard(built(tmp_path), "event_type") == set(subscribed)
    assert len(subscribed) == len(set(subscribed))


def test_a_ritual_switched_off_takes_its_command_with_it(tmp_path: Path) -> None:
    app = built(tmp_path, rituals=())
    assert heard(app, "command") == commands_of(manifest.variant(())) == {"/candor"}


def test_a_ritual_switched_off_takes_its_scopes_and_events_with_it() -> None:
    rest = manifest.variant(tuple(ritual for ritual in RITUALS if ritual != "postmortem"))
    scopes = {scope for kind in rest["oauth_config"]["scopes"].values() for scope in kind}
    only_for_reviews = {"canvases:write", "reactions:read"}
    assert scopes == set(manifest.SCOPES) - only_for_reviews
    assert "reaction_added" not in rest["settings"]["event_subscriptions"]["bot_events"]
    assert "reaction_added" in manifest.load()["settings"]["event_subscriptions"]["bot_events"]


def test_a_prefix_renames_commands_here_and_there(tmp_path: Path) -> None:
    app = built(tmp_path, prefix="team-")
    assert heard(app, "command") == commands_of(manifest.variant(RITUALS, prefix="team-"))
    assert "/team-candor" in heard(app, "command")


def test_every_scope_says_what_it_is_for_and_what_is_missing_without_it() -> None:
    assert manifest.core_scopes() | manifest.optional_scopes() == set(manifest.SCOPES)
    assert all(purpose and without for purpose, without in manifest.SCOPES.values())


def test_six_scopes_are_the_core_and_the_rest_can_be_declined() -> None:
    assert manifest.core_scopes() == CORE
    assert manifest.optional_scopes().isdisjoint(CORE)


def test_every_ritual_that_can_be_switched_on_names_its_commands() -> None:
    assert set(manifest.COMMANDS) == set(RITUALS)


# --- what it says of itself -----------------------------------------------------------------------------

CHOICES = [chosen for count in range(len(RITUALS) + 1) for chosen in combinations(RITUALS, count)]
SIGNS = {  # by ritual: a word that only its sentences have
    "prompts": "question",
    "pulse": "pulse",
    "postmortem": "incident",
    "decisions": "may just do it",
    "demo_day": "demo days",
}


@pytest.mark.parametrize("chosen", CHOICES, ids="-".join)
def test_whatever_is_on_the_descriptions_fit_slack_and_tell_of_nothing_else(chosen: tuple[str, ...]) -> None:
    shown = manifest.variant(chosen)["display_information"]
    assert 1 <= len(shown["description"]) <= 140
    assert 174 <= len(shown["long_description"]) <= 4_000
    assert {ritual for ritual, sign in SIGNS.items() if sign in shown["long_description"]} == set(chosen)
    assert ("except of a message" in shown["long_description"]) is ("postmortem" in chosen)


def test_manifest_yml_says_what_is_said_for_all_rituals() -> None:
    told = manifest.descriptions(RITUALS)
    assert manifest.load()["display_information"] == manifest.load()["display_information"] | told


def test_the_variant_keeps_the_order_of_manifest_yml() -> None:
    assert manifest.printed(manifest.variant(RITUALS)) == manifest.printed(manifest.load())


def test_the_shortcuts_of_reviews_go_with_them() -> None:
    assert len(manifest.variant(("postmortem",))["features"]["shortcuts"]) == 2
    assert "shortcuts" not in manifest.variant(("decisions",))["features"]


# --- python -m bot manifest -----------------------------------------------------------------------------


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> Json:
    assert main(["manifest", *words]) == 0
    read: Json = yaml.safe_load(capsys.readouterr().out)
    return read


def test_the_verb_prints_the_manifest_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys) == manifest.load()


def test_over_http_every_address_is_ours_and_the_socket_is_off(capsys: pytest.CaptureFixture[str]) -> None:
    read = printed(capsys, "--http", f"{URL}/")
    addresses = {one["url"] for one in read["features"]["slash_commands"]}
    addresses |= {read["settings"][part]["request_url"] for part in ("event_subscriptions", "interactivity")}
    assert addresses == {f"{URL}/slack/events"}
    assert read["settings"]["socket_mode_enabled"] is False
    assert read["oauth_config"]["redirect_urls"] == [f"{URL}/slack/oauth_redirect"]


def test_the_prefix_of_the_settings_is_the_prefix_of_the_manifest(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CANDOR_PREFIX", "team-")
    names = ("candor", "demoday", "postmortem", "prompt", "pulse", "whodecides")
    assert commands_of(printed(capsys)) == {f"/team-{name}" for name in names}
    assert commands_of(printed(capsys, "--prefix", "acme-")) == {
        "/acme-candor",
        "/acme-demoday",
        "/acme-prompt",
        "/acme-pulse",
        "/acme-postmortem",
        "/acme-whodecides",
    }


@pytest.mark.parametrize(
    "words", [["--prefix", "Team X"], ["--prefix", "a" * 40], ["--http", "candor"], ["--http", "http://candor"]]
)
def test_a_manifest_that_slack_would_refuse_is_not_printed(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["manifest", *words]) == 2
    out, said = capsys.readouterr()
    assert (out, said.count("\n")) == ("", 1)
