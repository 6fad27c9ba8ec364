"""Settings: environment variables that start with CANDOR_, or the same lines in .env."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.faults import in_words
from storage import check_url
from storage.installations import TokenKeys
from storage.keys import WrappedKeys

RITUALS = ("prompts", "pulse", "postmortem", "decisions", "demo_day")


class BadSettings(Exception):
    """One or more settings can't be used; each of `sentences` says which, and what to do."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(*sentences)
        self.sentences = sentences


class Settings(BaseSettings):
    """Built once, in __main__; values are handed on. Each field's description is its line in the README."""

    model_config = SettingsConfigDict(
        env_prefix="CANDOR_", env_file=".env", extra="ignore", hide_input_in_errors=True, validate_default=True
    )

    bot_token: SecretStr = Field(
        SecretStr(""), description="The bot's token (xoxb-...), from *OAuth & Permissions*. Required by `serve`."
    )
    app_token: SecretStr = Field(
        SecretStr(""),
        description="The app-level token (xapp-...) with `connections:write`. Required by `serve`.",
    )
    http: str = Field(
        "",
        description="`[HOST:]PORT` to listen to HTTP instead of Socket Mode, behind a proxy that speaks TLS.",
    )
    signing_secret: SecretStr = Field(
        SecretStr(""),
        description="The app's signing secret, from *Basic Information*. Required by HTTP.",
    )
    processes: int = Field(
        1, ge=1, le=64, description="HTTP only: how many processes share the work; more than one needs Postgres."
    )
    client_id: str = Field(
        "", description="The app's client id, to let several workspaces install it. Then there is no bot token."
    )
    client_secret: SecretStr = Field(SecretStr(""), description="The app's client secret, with the client id.")
    token_keys: SecretStr = Field(
        SecretStr(""),
        description="Keys that encrypt the tokens of workspaces, separated by commas; the first encrypts. "
        "`python -m bot new-key` prints one.",
    )
    health_port: str = Field(
        "",
        description="Socket Mode only: `[HOST:]PORT` for `/healthz` and `/metrics`. HTTP has them anyway.",
    )
    database_url: SecretStr = Field(  # a password may stand in it
        SecretStr("sqlite:///candor.db"),
        description="Where everything is kept: `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/NAME`.",
    )
    custody: Literal["file", "wrapped"] = Field(
        "file",
        description="Where the keys of sealed answers are: `file` (in CANDOR_KEY_DIR), or `wrapped` in the "
        "database by CANDOR_KEY_SECRETS, for machines without a private disk that all processes share.",
    )
    key_dir: Path = Field(
        Path("~/.local/state/candor/keys"),
        description="The private folder of key files: in no backup, not with the database, in no git checkout.",
    )
    key_secrets: SecretStr = Field(
        SecretStr(""),
        description="`wrapped` only: secrets that wrap the keys, separated by commas; the first wraps. "
        "`python -m bot new-key` prints one.",
    )
    sqlite_synchronous: Literal["NORMAL", "FULL"] = Field(
        "NORMAL",
        description="SQLite only: NORMAL survives a crash of Candor, FULL a crash of the machine as well.",
    )
    rituals: Annotated[tuple[str, ...], NoDecode] = Field(
        RITUALS, description="The rituals that are switched on, separated by commas."
    )
    admins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Member ids (U...) who may act as admins beside the workspace's own, separated by commas."
    )
    prefix: str = Field(
        "",
        description="In front of every command, when another app has the same one: `team-` makes `/team-prompt`.",
    )
    public_url: str = Field(
        "",
        description="HTTP only: where people's programs reach us, such as `https://candor.example.com`. With it, "
        "`/demoday calendar address` gives out addresses of calendars.",
    )
    operator: str = Field(
        "",
        max_length=80,
        description="Who runs the machine: a member id (U...) or a name. Everybody who is asked in a pulse reads "
        "it; without it no pulse begins.",
    )
    pulse_k: int = Field(
        5, ge=5, le=50, description="A pulse shows nothing with fewer answers. It can be raised, never lowered."
    )
    pulse_seats_days: int = Field(
        400,
        ge=90,
        le=800,
        description="Who was invited to a pulse is kept until the next result is compared with it, and no longer "
        "than so many days.",
    )
    instruments_dir: Path | None = Field(
        None, description="A folder with pulse questions of your own (YAML, as in rituals/instruments)."
    )
    packs_dir: Path | None = Field(
        None, description="A folder with question packs of your own (YAML, as in rituals/packs)."
    )
    review_dir: Path | None = Field(
        None, description="A folder with a `kit.yaml` of your own: questions, roles and sizes of reviews."
    )
    review_accounts_days: int = Field(
        30, ge=1, le=365, description="Sealed accounts of a review are deleted so many days after it is published."
    )
    pace_per_minute: int = Field(
        54, ge=1, le=60_000, description="At most so many messages a minute to one workspace, over all processes."
    )
    listener_threads: int = Field(
        100, ge=5, le=1_000, description="How many clicks and commands are worked on at once."
    )
    ring_seconds: float = Field(5.0, ge=0.05, le=60, description="How often the calendar is asked what is due.")
    log_level: Literal["INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="How much is logged. Never anybody's words, at any level; there is no DEBUG."
    )
    log_format: Literal["text", "json"] = Field("text", description="How: `text`, or `json` for an object a line.")
    slack_base_url: str = Field(
        "https://slack.com/api/",
        description="Slack's Web API; another address is a stand-in, for demos and tests.",
    )
    plain_dates: bool = Field(
        False,
        description="Write dates out in the schedule's zone, for a stand-in that can't show each reader's own.",
    )
    clock_file: Path | None = Field(
        None,
        description="A file with seconds to add to the clock. Only with a stand-in for Slack on this machine.",
    )

    @field_validator("rituals", "admins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("rituals")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [name for name in value if name not in RITUALS]:
            raise ValueError(f"there is no ritual {', '.join(unknown)}; choose from {', '.join(RITUALS)}")
        return value

    @field_validator("database_url")
    @classmethod
    def _readable(cls, value: SecretStr) -> SecretStr:
        check_url(value.get_secret_value())
        return value

    @field_validator("http", "health_port")
    @classmethod
    def _address(cls, value: str) -> str:
        if value:
            read_address(value)
        return value

    @field_validator("prefix")
    @classmethod
    def _short(cls, value: str) -> str:
        if not re.fullmatch("([a-z0-9]{1,15}-)?", value):
            raise ValueError("write up to 15 small letters or digits and a hyphen behind them, like team-")
        return value

    @field_validator("public_url")
    @classmethod
    def _over_tls(cls, value: str) -> str:
        return value and check_https(value)

    @field_validator("token_keys")
    @classmethod
    def _good_keys(cls, value: SecretStr) -> SecretStr:
        if keys := split_keys(value):
            TokenKeys(keys)  # BadKey is a ValueError with a sentence
        return value

    @field_validator("key_secrets")
    @classmethod
    def _good_secrets(cls, value: SecretStr) -> SecretStr:
        if secrets := split_keys(value):
            WrappedKeys(secrets)  # BadSecret is a ValueError with a sentence
        return value

    @field_validator("key_dir")
    @classmethod
    def _at_home(cls, value: Path) -> Path:
        return value.expanduser()

    @field_validator("slack_base_url")
    @classmethod
    def _ends_with_slash(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("write it like https://slack.com/api/")
        return value if value.endswith("/") else value + "/"

    @model_validator(mode="after")
    def _clock_only_on_loopback(self) -> Settings:
        if self.clock_file is not None and not self.has_stand_in:
            raise ValueError(
                "CANDOR_CLOCK_FILE moves the clock, which is only for a stand-in for Slack on this machine: "
                "remove it, or set CANDOR_SLACK_BASE_URL to a loopback address"
            )
        return self

    @property
    def many_workspaces(self) -> bool:
        """Whether workspaces install us by OAuth; else there is the one whose token is set."""
        return bool(self.client_id)

    @property
    def has_stand_in(self) -> bool:
        """Whether Slack's base URL is this machine itself."""
        host = urlsplit(self.slack_base_url).hostname or ""
        try:
            return host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False


def load_settings(**given: Any) -> Settings:
    """Read the environment and .env; what is `given` are options of the command line, which win.

    Raises BadSettings with one sentence per fault, which names the option where it came from one.
    """
    try:
        return Settings(**given)
    except ValidationError as faults:
        raise BadSettings([in_words(fault, given) for fault in faults.errors()]) from None


def split_keys(keys: SecretStr) -> list[str]:
    """The keys that stand in CANDOR_TOKEN_KEYS, the first one first."""
    return [key.strip() for key in keys.get_secret_value().split(",") if key.strip()]


def read_address(words: str) -> tuple[str, int]:
    """`[HOST:]PORT` as host and port; without a host it is this machine alone. Raises ValueError."""
    host, _, port = words.rpartition(":")
    if not port.isascii() or not port.isdigit() or not 1 <= int(port[:6]) <= 65_535:
        raise ValueError("write it like 3000 or 0.0.0.0:3000")
    if any(letter.isspace() or letter in "/@" for letter in host):
        raise ValueError("write it like 3000 or 0.0.0.0:3000")
    return host.strip("[]") or "127.0.0.1", int(port)


def check_https(words: str) -> str:
    """The address at which others reach us, as it was given. Raises ValueError."""
    if not re.fullmatch(r"https://[^\s/?#][^\s?#]*", words):
        raise ValueError("write an address that begins with https://, like https://candor.example.com")
    return words


WHERE = {
    "bot_token": "Install the app and copy the Bot User OAuth Token from OAuth & Permissions",
    "app_token": "Create an app-level token with connections:write under Basic Information",
    "signing_secret": "Copy the Signing Secret from Basic Information",
    "client_secret": "Copy the Client Secret from Basic Information",
    "token_keys": "Make a key with `python -m bot new-key`, and keep a copy of it",
}
STARTS = {"bot_token": "xoxb-", "app_token": "xapp-"}


def require_tokens(settings: Settings) -> None:
    """Raise BadSettings unless what this way of serving needs is there and looks like what it is."""
    names = ["bot_token", "app_token"]
    if settings.http:
        names = ["client_secret", "token_keys"] if settings.many_workspaces else ["bot_token"]
        names.append("signing_secret")
    wrong = []
    for name in names:
        secret: SecretStr = getattr(settings, name)
        start = STARTS.get(name, "")
        if not secret.get_secret_value():
            wrong.append(f"CANDOR_{name.upper()} is missing. {WHERE[name]}.")
        elif not secret.get_secret_value().startswith(start):
            wrong.append(f"CANDOR_{name.upper()} doesn't start with {start}. {WHERE[name]}.")
    wrong += _clashes(settings)
    if wrong:
        raise BadSettings(wrong)


def _clashes(settings: Settings) -> list[str]:
    """Settings that are good each by itself, and not together."""
    wrong = []
    if settings.many_workspaces and not settings.http:
        wrong.append(
            "CANDOR_CLIENT_ID needs CANDOR_HTTP: workspaces install us over HTTP. Set it, or remove this."
        )
    if settings.many_workspaces and settings.bot_token.get_secret_value():
        wrong.append(
            "CANDOR_BOT_TOKEN and CANDOR_CLIENT_ID exclude each other: "
            "remove the token to let workspaces install us, or the client id to serve one."
        )
    if settings.custody == "wrapped" and not settings.key_secrets.get_secret_value():
        wrong.append(
            "CANDOR_CUSTODY=wrapped needs CANDOR_KEY_SECRETS. "
            "Make a secret with `python -m bot new-key`, and keep it apart from the backups."
        )
    if settings.processes > 1 and not settings.http:
        wrong.append("CANDOR_PROCESSES needs CANDOR_HTTP: in Socket Mode start `serve` several times instead.")
    if settings.processes > 1 and settings.database_url.get_secret_value().startswith("sqlite"):
        wrong.append("CANDOR_PROCESSES must be 1 with SQLite: set CANDOR_DATABASE_URL to a Postgres for more.")
    return wrong
