"""Runs Candor: Socket Mode or HTTP, the ring and the courier, until a signal ends it."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot import clock, metrics
from bot.health import HealthServer, health_of, health_page
from bot.house import build_house
from bot.http import client_of, open_pool, serve_http
from bot.logs import quiet
from bot.scheduler import Rings
from bot.settings import BadSettings, Settings, read_address, require_tokens, split_keys
from bot.socket import hang_up, line_of
from bot.stopping import Stopping
from bot.workspaces import OneWorkspace
from storage import Database, NoAnswer
from storage.installations import TokenKeys, lost_tokens

log = logging.getLogger("candor")

CONNECT_TRIES_SECONDS = (1, 2, 4, 8, 15, 30)


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises BadSettings when a secret or the database can't be used."""
    require_tokens(settings)
    if settings.clock_file is not None:
        clock.follow(settings.clock_file)
    stopping = Stopping()
    stopping.listen()

    database = open_pool(settings)
    prepare(settings, database)
    if settings.many_workspaces:
        database.close()
        return serve_http(settings, None)
    client = client_of(settings, settings.bot_token.get_secret_value(), "")
    workspaces = connect(client, stopping.told)
    if workspaces is None:
        return None
    if settings.http:
        database.close()
        return serve_http(settings, workspaces.installation)
    return serve_socket(settings, database, client, workspaces, stopping.told)


def prepare(settings: Settings, database: Database) -> None:
    """Bring the tables to their newest shape, and see that the keys open every token. Raises BadSettings."""
    try:
        database.migrate()
    except NoAnswer as fault:
        raise BadSettings(
            [f"CANDOR_DATABASE_URL: the database doesn't answer ({fault.why}). Is it there, and running?"]
        ) from None
    if settings.many_workspaces:
        with database.reading() as session:
            lost = lost_tokens(session, TokenKeys(split_keys(settings.token_keys)))
        if lost:
            raise BadSettings(
                [
                    f"CANDOR_TOKEN_KEYS: none of the keys opens the tokens of {len(lost)} workspaces. "
                    "Put back the key that sealed them, behind the new one."
                ]
            )


def serve_socket(
    settings: Settings,
    database: Database,
    client: WebClient,
    workspaces: OneWorkspace,
    stopping: threading.Event,
) -> None:
    """Serve the one workspace through a socket. Raises BadSettings when the health port can't be had."""
    executor = ThreadPoolExecutor(settings.listener_threads, thread_name_prefix="listener")
    house = build_house(settings, client, workspaces, database, executor=executor)
    rings = Rings(house, settings.ring_seconds)
    line = line_of(settings, house.app)
    health, pages = (
        None,
        {
            "/healthz": health_page(health_of(database, rings, line.client)),
            "/metrics": metrics.page(database),
        },
    )
    if settings.health_port:
        try:
            health = HealthServer(*read_address(settings.health_port), pages)
        except OSError as taken:
            raise BadSettings(
                [f"CANDOR_HEALTH_PORT: {settings.health_port} can't be listened to ({taken.strerror})."]
            ) from None
        health.start()
    quiet()
    rings.start()
    line.connect()  # type: ignore[no-untyped-call]
    log.info(
        "serving %s with %s", workspaces.installation.name or workspaces.installation.id, ", ".join(house.rooms)
    )
    stopping.wait()
    log.info("stopping")
    hang_up(line)
    rings.stop()
    executor.shutdown(wait=True)
    house.redraws.stop()
    if health is not None:
        health.stop()
    database.close()


def connect(client: WebClient, stopping: threading.Event) -> OneWorkspace | None:
    """Ask Slack who we are, patiently while the network is away; None when we are told to stop meanwhile.

    Raises BadSettings when Slack doesn't take the token.
    """
    for seconds in (*CONNECT_TRIES_SECONDS, *[CONNECT_TRIES_SECONDS[-1]] * 10_000):
        try:
            return OneWorkspace.connect(client)
        except SlackApiError as refused:
            error = refused.response.get("error")
            if error in ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"):
                raise BadSettings(
                    [f"CANDOR_BOT_TOKEN: Slack says {error}. Copy it again from OAuth & Permissions of your app."]
                ) from None
            log.warning("Slack is not ready (%s); trying again in %s s", error, seconds)
        except (SlackClientError, OSError) as away:
            log.warning("Slack can't be reached (%s); trying again in %s s", type(away).__name__, seconds)
        if stopping.wait(seconds):
            return None
    return None
