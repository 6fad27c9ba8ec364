"""The app manifest for Slack: manifest.yml, and its variants."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import yaml

SOURCE = Path(__file__).parent.parent / "manifest.yml"

COMMANDS = {
    "prompts": ("/prompt",),
    "pulse": ("/pulse",),
    "postmortem": ("/postmortem",),
    "decisions": ("/whodecides",),
    "demo_day": ("/demoday",),
}  # by ritual; what isn't named here is always there

NEEDED_BY = {  # scopes, events and shortcuts that only these rituals need
    "files:write": {"postmortem", "pulse", "demo_day"},
    "canvases:write": {"postmortem"},
    "reactions:read": {"postmortem"},
    "reaction_added": {"postmortem"},
    "pm_start_message": {"postmortem"},
    "pm_add_message": {"postmortem"},
}

SHORT = {  # by ritual: what the app is for, in the few words beside its name
    "prompts": "questions on a rhythm",
    "pulse": "pulses without names",
    "postmortem": "reviews of incidents",
    "decisions": "who may decide what",
    "demo_day": "demo days",
}
AIMS = (  # what it helps a team to do, and the rituals any of which does
    ("to speak up safely", {"prompts", "pulse"}),
    ("to learn from failure", {"postmortem"}),
    ("to show work early", {"demo_day"}),
    ("to know who may decide", {"decisions"}),
)
LONG = {  # by ritual: a sentence of the long description
    "prompts": "It asks a channel a question on a rhythm that you choose, collects the answers in a thread or by "
    "a form, and closes each round with a digest.",
    "pulse": "It takes a team's pulse without keeping who said what, and shows nothing with fewer than five "
    "answers.",
    "postmortem": "It leads through the review of an incident, in which everybody is heard before anybody is "
    "read.",
    "decisions": "It tells you, and only you, who decides and whether you may just do it.",
    "demo_day": "It plans demo days with one message that is sign-up, agenda and recap.",
}

SCOPES = {  # what each scope is for, and what is missing without it
    "chat:write": ("posts questions, digests and private reminders", "nothing works"),
    "commands": ("slash commands and forms", "nothing works"),
    "users:read": ("time zones; who is an admin, a guest or a bot", "nothing works"),
    "im:write": ("opens the direct message for a private reminder", "no private reminders"),
    "channels:read": ("who is in a public channel; that it was archived", "no rituals in public channels"),
    "groups:read": ("who is in a private channel; that it was archived", "no rituals in private channels"),
    "channels:history": (
        "counts answers in the threads of public channels; looks whether a message went through",
        "threads are not counted; after a broken line a question may come twice",
    ),
    "groups:history": (
        "the same for private channels",
        "threads are not counted; after a broken line a question may come twice",
    ),
    "im:history": (
        "looks whether a private reminder went through",
        "after a broken line a private reminder may be missing",
    ),
    "files:write": (
        "sends the report of a review as Markdown, demo days as a calendar file, and the chart of a pulse as a "
        "picture where Slack's own is not taken",
        "the report comes as text, in a direct message; dates of demo days and the chart as text, too",
    ),
    "canvases:write": (
        "makes the report of a review a canvas of its channel too",
        "the report is no canvas",
    ),
    "reactions:read": (
        "puts a message with a pin on the timeline of a review, where the history of its channel may be read",
        "messages come to a timeline by their menu only",
    ),
}


def load() -> dict[str, Any]:
    """manifest.yml as it stands."""
    loaded: dict[str, Any] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    return loaded


def variant(rituals: Sequence[str], *, prefix: str = "", http_url: str | None = None) -> dict[str, Any]:
    """The manifest for the rituals that are switched on.

    `prefix` stands in front of each command; `http_url` is where Slack reaches us without Socket Mode.
    """
    manifest = load()
    off = {command for ritual, commands in COMMANDS.items() if ritual not in rituals for command in commands}
    commands = [one for one in manifest["features"]["slash_commands"] if one["command"] not in off]
    spare = {one for one, needing in NEEDED_BY.items() if needing.isdisjoint(rituals)}
    scopes, events = manifest["oauth_config"]["scopes"], manifest["settings"]["event_subscriptions"]
    for kind in scopes:
        scopes[kind] = [one for one in scopes[kind] if one not in spare]
    events["bot_events"] = [one for one in events["bot_events"] if one not in spare]
    for one in commands:
        one["command"] = f"/{prefix}{one['command'][1:]}"
    manifest["features"]["slash_commands"] = commands
    shortcuts = [one for one in manifest["features"]["shortcuts"] if one["callback_id"] not in spare]
    manifest["features"]["shortcuts"] = shortcuts
    if not shortcuts:
        del manifest["features"]["shortcuts"]
    manifest["display_information"] |= descriptions(rituals)
    if http_url is not None:
        url = http_url.rstrip("/") + "/slack/events"
        manifest["settings"]["socket_mode_enabled"] = False
        manifest["settings"]["event_subscriptions"]["request_url"] = url
        manifest["settings"]["interactivity"]["request_url"] = url
        manifest["oauth_config"]["redirect_urls"] = [http_url.rstrip("/") + "/slack/oauth_redirect"]
        for one in commands:
            one["url"] = url
    return manifest


def descriptions(rituals: Collection[str]) -> dict[str, str]:
    """What the app says of itself, for these rituals; for all of them it stands in manifest.yml.

    Slack takes 140 characters of the short one, and of the long one from 174 to 4,000.
    """
    short = [words for ritual, words in SHORT.items() if ritual in rituals]
    aims = [aim for aim, serving in AIMS if not serving.isdisjoint(rituals)] or ["to keep its rituals"]
    but = ", except of a message that somebody puts on the timeline of a review" if "postmortem" in rituals else ""
    sentences = [
        f"Candor helps a team {_listed(aims)}.",
        *(words for ritual, words in LONG.items() if ritual in rituals),
        "It speaks only when somebody set something up, sends at most one private reminder a day beside those for "
        f"what you took on yourself, and keeps no copy of what is written in threads{but}.",
        "You run it on a machine of your own.",
    ]
    told = _listed(short) if short and len(short) < len(SHORT) else "team rituals and psychological safety"
    return {"description": told[0].upper() + told[1:], "long_description": " ".join(sentences)}


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


def printed(manifest: dict[str, Any]) -> str:
    """The manifest as YAML, in the order of manifest.yml."""
    return yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=110)


def core_scopes() -> set[str]:
    """The scopes without which nothing works. Slack lists what can be declined among them, too."""
    return set(load()["oauth_config"]["scopes"]["bot"]) - optional_scopes()


def optional_scopes() -> set[str]:
    """The scopes that an installer may decline."""
    return set(load()["oauth_config"]["scopes"]["bot_optional"])
