"""SECURITY-AND-DATA.md, made from what is really there: manifest, tables, settings."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from bot import manifest
from bot.settings import Settings
from storage.schema import Base

TARGET = Path(__file__).parent.parent / "SECURITY-AND-DATA.md"

KEPT = {  # table: (how long, who in Slack can see it)
    "account": (
        "until 30 days after publishing, or until its author deletes it",
        "its author; after the reveal those asked",
    ),
    "act": ("a year", "admins, on App Home"),
    "answer": (
        "as long as its prompt, and a year longer",
        "only its author until the round closes; then the channel",
    ),
    "decision_right": ("until it is taken out of the registry", "everybody of the workspace, by asking"),
    "delivery": ("14 days after it was settled", "nobody; it holds ids only"),
    "finding": ("as long as its review", "the channel, and those asked"),
    "demo_ask": ("40 days", "nobody; the person alone was asked"),
    "demo_day": ("as long as the ritual, and a year longer", "the channel"),
    "demo_event": ("as long as its demo day", "the channel"),
    "demo_feed": (
        "until its person revokes it or leaves, and as long as its demo day",
        "nobody; a hash of the address",
    ),
    "demo_host": ("while they are in the channel", "nobody; who hosts next stands in the line-up"),
    "installation": ("until it is uninstalled", "nobody"),
    "keeper": ("as long as the ritual, and a year longer", "the channel"),
    "miss": ("90 days", "those who look after the registry; without names"),
    "moment": ("as long as its review", "the channel, and those asked"),
    "nudge": ("14 days after it was told", "the person"),
    "oauth_state": ("ten minutes", "nobody"),
    "override": ("as long as the ritual, and a year longer", "the channel"),
    "pace": ("a day", "nobody"),
    "person": ("until the person is forgotten", "the person, by `/candor my-data`"),
    "prompt": ("as long as the ritual, and a year longer", "the channel"),
    "pulse": ("until the workspace is forgotten", "the channel, once it is closed"),
    "pulse_keeper": ("as long as the pulse", "the channel"),
    "pulse_picked": ("until the pulse begins", "nobody"),
    "pulse_plan": ("as long as the ritual, and a year longer", "the channel"),
    "quotation": ("as long as its review", "who is quoted; as they choose, whoever reads the report"),
    "registry": ("as long as the registry", "nobody"),
    "registry_keeper": ("as long as the registry", "whoever asks to change it"),
    "review": ("until it is deleted with its workspace", "the channel, and those asked"),
    "review_action": ("as long as its review", "the channel, and those asked"),
    "review_channel": ("as it was set", "the channel"),
    "review_person": ("as long as its review", "the channel, and those asked"),
    "role": ("until it is named anew", "everybody of the workspace, by asking"),
    "round": ("as long as its prompt, and a year longer", "the channel"),
    "schedule": ("as long as the ritual, and a year longer", "the channel"),
    "showing": ("as long as its demo day", "the channel"),
    "sealed_box": ("until it closes", "nobody"),
    "sealed_occasion": ("as long as its seats", "nobody"),
    "sealed_seat": (
        "of a pulse: 90 days, then until the next result is compared with it, at most `CANDOR_PULSE_SEATS_DAYS` "
        "(400) after it closed; of a prompt's round: 14 days",
        "nobody",
    ),
}


def written() -> str:
    """The whole page."""
    return f"""# Security and data

This page is made by `python -m bot security` from the manifest, the tables and the settings, and a test fails when it
is out of date.

## What Candor may do in Slack

| scope | for | without it |
|---|---|---|
{_scopes()}

The first {len(manifest.core_scopes())} are needed; the others may be declined, and their features stay hidden. Candor reads no messages but the threads
of its own questions (to count who answered), its own posts (to see whether one went through) and the messages that
somebody put on a review's timeline, by their menu or a pin (to quote them and follow their edits), and none of them
without the history scopes.

## What it keeps

| table | what is in it | how long | who sees it |
|---|---|---|---|
{_tables()}

People are kept as Slack's ids; no names, no mail addresses, no pictures. `/candor my-data` tells anybody what is kept
of them.

## Where data goes

To Slack, and nowhere else: `CANDOR_SLACK_BASE_URL` (default `{Settings.model_fields["slack_base_url"].default}`), the sockets it names, and the
`hooks.slack.com` addresses that come with a click. There is no telemetry, no error service, no language model. Search,
calendars, holidays and question packs run offline, from files of this project.

## What is never logged

Answers, questions, tokens, request bodies, the messages of exceptions. A test pushes a marker through every path, the
failing ones too, and looks for it in every log record and every table.

## Secrets

{_secrets()}

Tokens of workspaces that installed over OAuth lie encrypted in the database; the keys are in `CANDOR_TOKEN_KEYS`, the
first one encrypts. To change keys, put the new one in front, run `python -m bot rotate-tokens`, and take the old one
out. With one workspace the token stands in the environment alone.

## Back up, restore, erase

- **Back up.** Postgres: `pg_dump`. SQLite: `sqlite3 candor.db ".backup copy.db"` while it runs; a bare copy of the file
  without its `-wal` may be torn. Keep the keys of `CANDOR_TOKEN_KEYS` elsewhere than the backups. Leave
  `CANDOR_KEY_DIR` out of every backup: a copy of it, beside copies of the database, tells who said what.
- **Restore.** Stop Candor, put the database back, start it. What was due meanwhile is caught up within its grace and
  left out after that; nothing is posted twice that Slack can be asked about. What is sealed and was answered since
  the backup can't be opened any more; `doctor` counts it.
- **Erase a workspace.** Uninstalling the app erases its rows at once, and in any case within 14 days.
  `python -m bot forget-workspace ID` does it by hand. Backups are yours to delete.
- **Erase a person.** `python -m bot forget-person ID` erases answers, roles and wishes in every ritual, and the name in
  every record. What they wrote in Slack is Slack's. An answer in a sealed box can't be found by anybody, so it stays
  with the others; that they answered stands inside the box until it closes.

## Report a weakness

Please open a security advisory in the repository where you got this, or write to who runs your Candor. Say what you
did and what you saw; you get an answer before anything is made public.
"""


def _scopes() -> str:
    loaded = manifest.load()["oauth_config"]["scopes"]
    names = dict.fromkeys([*loaded["bot"], *loaded["bot_optional"]])
    return "\n".join(f"| `{name}` | {manifest.SCOPES[name][0]} | {manifest.SCOPES[name][1]} |" for name in names)


def _tables() -> str:
    rows = []
    for mapper in sorted(Base.registry.mappers, key=lambda one: str(one.class_.__tablename__)):
        name = str(mapper.class_.__tablename__)
        what = " ".join((mapper.class_.__doc__ or "").split("\n\n")[0].split())
        how_long, who = KEPT[name]
        rows.append(f"| `{name}` | {what} | {how_long} | {who} |")
    return "\n".join(rows)


def _secrets() -> str:
    secret = [name for name, field in Settings.model_fields.items() if isinstance(field.default, SecretStr)]
    return "\n".join(f"- `CANDOR_{name.upper()}`: {Settings.model_fields[name].description}" for name in secret)
