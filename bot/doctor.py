"""`python -m bot doctor`: looks at everything that can be wrong, and says how to mend each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

import storage.outbox
from bot import clock, manifest
from bot.keys import custody_of, faults_of_the_folder
from bot.settings import BadSettings, Settings, read_address, require_tokens, split_keys
from bot.workspaces import OneWorkspace, web_client
from rituals import sealed
from rituals.errors import Refusal
from rituals.prompts.packs import load_packs
from storage import Database, NoAnswer, open_database
from storage.installations import TokenKeys, count_installations, lost_tokens
from storage.keys import KeysElsewhere

CLOCK_MAY_DIFFER = timedelta(seconds=60)
STUCK = timedelta(minutes=15)


@dataclass(frozen=True)
class Finding:
    """One look: `mend` says what to do, None when all is well. A `hint` is no fault."""

    what: str
    said: str
    mend: str | None = None
    is_hint: bool = False


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at settings, packs, database, outbox, keys, tokens, scopes and clock, one after the other."""
    yield from _settings(settings)
    yield from _database(settings)
    yield from _keys(settings)
    if settings.http:
        yield from _http(settings)
    client = web_client(settings.bot_token.get_secret_value(), settings.slack_base_url)
    if settings.bot_token.get_secret_value():
        yield from _slack(client)
    if settings.app_token.get_secret_value() and not settings.http:
        yield from _app_token(settings)


def _settings(settings: Settings) -> Iterator[Finding]:
    try:
        require_tokens(settings)
        yield Finding("settings", f"rituals: {', '.join(settings.rituals)}")
    except BadSettings as bad:
        for sentence in bad.sentences:
            yield Finding("settings", sentence, mend=sentence)
    try:
        packs = load_packs(settings.packs_dir)
        yield Finding("question packs", f"{len(packs)} can be used")
    except Refusal as bad_pack:
        yield Finding("question packs", bad_pack.sentence, mend="Mend that file, or unset CANDOR_PACKS_DIR.")


def _database(settings: Settings) -> Iterator[Finding]:
    database = open_database(settings.database_url.get_secret_value(), synchronous=settings.sqlite_synchronous)
    kind = database.engine.dialect.name
    try:
        if database.is_empty():
            yield Finding("database", f"{kind} answers; `serve` makes the tables when it starts")
            return
        if not database.is_current():
            mend = "Run `python -m bot migrate`; `serve` does it by itself when it starts."
            yield Finding("database", f"{kind} answers, its tables are not up to date", mend=mend)
            return
        yield Finding("database", f"{kind} answers, tables are up to date")
        if database.logs_values():
            said = "writes the values of statements into its log: who reads that sees who answers, and when"
            yield Finding("database", f"{kind} {said}", mend="Set log_parameter_max_length = 0 in Postgres.")
        with database.reading() as session:
            stuck = storage.outbox.stuck(session, clock.now(), STUCK)
        said = ", ".join(f"{one.id} {one.kind} ({one.reason or 'never tried'})" for one in stuck[:5])
        yield Finding(
            "outbox",
            f"{len(stuck)} deliveries are more than 15 minutes late: {said}" if stuck else "nothing is late",
            mend="Is `serve` running? Brackets hold what Slack answered; `python -m bot outbox` lists and mends."
            if stuck
            else None,
        )
    except NoAnswer as fault:
        mend = (
            "Check CANDOR_DATABASE_URL: does the server run, is the folder there, may we write and create tables?"
        )
        yield Finding("database", f"{kind} doesn't answer ({fault.why})", mend=mend)
    finally:
        database.close()


def _keys(settings: Settings) -> Iterator[Finding]:
    if settings.custody == "file":
        folder = settings.key_dir
        faults = list(faults_of_the_folder(folder, settings.database_url.get_secret_value()))
        for fault in faults:
            yield Finding("keys", fault.said, mend=fault.mend, is_hint=fault.mend is None)
        if not faults and not folder.exists():
            yield Finding("keys", f"{folder} is made when a key is first needed")
    elif not split_keys(settings.key_secrets):
        return  # told among the settings
    database = open_database(settings.database_url.get_secret_value(), synchronous=settings.sqlite_synchronous)
    try:
        if not database.is_empty() and database.is_current():
            yield from _boxes(settings, database)
    except NoAnswer:
        return  # told already
    finally:
        database.close()


def _boxes(settings: Settings, database: Database) -> Iterator[Finding]:
    try:
        count, lost = sealed.openable(database, custody_of(settings))
    except KeysElsewhere:
        yield Finding(
            "sealed boxes",
            "this is not where their keys are, or it can't be read; people are asked to try again",
            mend="Set CANDOR_CUSTODY, CANDOR_KEY_DIR and CANDOR_KEY_SECRETS as they were when these began.",
        )
        return
    if lost:
        mend = (
            "Their keys are gone, or the database was put back to an earlier day: end those rituals, begin anew."
        )
        yield Finding("sealed boxes", f"{lost} of {count} that are open can't be opened any more", mend=mend)
    elif count:
        yield Finding("sealed boxes", f"the keys open all {count}")


def _http(settings: Settings) -> Iterator[Finding]:
    host, port = read_address(settings.http)
    open_to_all = host not in ("127.0.0.1", "::1", "localhost")
    yield Finding(
        "http",
        f"{settings.processes} process(es) at {host}:{port}"
        + ("; let only your proxy, which speaks TLS, reach it" if open_to_all else ""),
        is_hint=open_to_all,
    )
    if not settings.many_workspaces:
        return
    keys = split_keys(settings.token_keys)
    database = open_database(settings.database_url.get_secret_value(), synchronous=settings.sqlite_synchronous)
    try:
        if not keys or database.is_empty() or not database.is_current():
            return
        with database.reading() as session:
            count, lost = count_installations(session), lost_tokens(session, TokenKeys(keys))
        mend = "Put the key that sealed them back into CANDOR_TOKEN_KEYS, behind the new one."
        yield Finding(
            "installations",
            f"no key opens the tokens of {len(lost)} of {count}"
            if lost
            else f"{count}, and the keys open them all",
            mend=mend if lost else None,
        )
    except NoAnswer:
        return  # told already
    finally:
        database.close()


def _ask(ask: Callable[[], OneWorkspace]) -> OneWorkspace | str:
    try:
        return ask()
    except SlackApiError as refused:
        return str(refused.response.get("error"))
    except (SlackClientError, OSError) as away:
        return type(away).__name__


def _slack(client: WebClient) -> Iterator[Finding]:
    headers: dict[str, str] = {}

    def connect() -> OneWorkspace:
        told = client.auth_test()
        headers.update({name.lower(): str(value) for name, value in (told.headers or {}).items()})
        return OneWorkspace.connect(client)

    found = _ask(connect)
    if isinstance(found, str):
        mend = "Copy CANDOR_BOT_TOKEN again from OAuth & Permissions; is Slack reachable from here?"
        yield Finding("bot token", f"Slack says {found}", mend=mend)
        return
    ours = found.installation
    yield Finding("bot token", f"belongs to {ours.name or ours.team}")
    missing = manifest.core_scopes() - ours.scopes
    mend = "Compare OAuth & Permissions with manifest.yml, add what is missing, and install the app again."
    yield Finding(
        "scopes",
        f"missing: {', '.join(sorted(missing))}" if missing else "all that are needed are granted",
        mend=mend if missing else None,
    )
    for scope in sorted(manifest.optional_scopes() - ours.scopes):
        purpose, without = manifest.SCOPES[scope]
        yield Finding("scopes", f"{scope} ({purpose}) isn't granted: {without}", is_hint=True)
    if "date" in headers:
        apart = abs(parsedate_to_datetime(headers["date"]) - clock.unmoved())
        wrong = apart > CLOCK_MAY_DIFFER
        yield Finding(
            "clock",
            f"{int(apart.total_seconds())} s apart from Slack's",
            mend="Let the machine follow a time server (timedatectl set-ntp true)." if wrong else None,
        )


def _app_token(settings: Settings) -> Iterator[Finding]:
    client = web_client(settings.app_token.get_secret_value(), settings.slack_base_url)
    try:
        client.apps_connections_open(app_token=settings.app_token.get_secret_value())
        yield Finding("app token", "opens a socket")
    except (SlackApiError, SlackClientError, OSError) as refused:
        said = refused.response.get("error") if isinstance(refused, SlackApiError) else type(refused).__name__
        mend = "Create an app-level token with connections:write under Basic Information: CANDOR_APP_TOKEN."
        yield Finding("app token", f"Slack says {said}", mend=mend)
