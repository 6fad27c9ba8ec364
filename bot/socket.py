"""Socket Mode: the line through which Slack speaks to us, and how we hang up."""

from __future__ import annotations

import logging
from contextlib import suppress
from socket import SHUT_RDWR

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.settings import Settings
from bot.workspaces import web_client

PING_SECONDS = 3.0  # a server that is gone is noticed after five of these; with 5 s it took up to 28.6 s


def line_of(settings: Settings, app: App, ping_seconds: float = PING_SECONDS) -> SocketModeHandler:
    """The line to Slack, not connected yet; it is opened again by itself when its other end dies."""
    token = settings.app_token.get_secret_value()
    return SocketModeHandler(
        app,
        app_token=token,
        logger=logging.getLogger("candor.socket"),
        web_client=web_client(token, settings.slack_base_url),
        concurrency=settings.listener_threads,
        ping_interval=ping_seconds,
    )


def hang_up(line: SocketModeHandler) -> None:
    """Take nothing more, answer what was taken, and only then close.

    The SDK by itself closes first, and what is in hand can't be acknowledged any more: somebody would see a
    failure beside a form that was stored. It also lets us wait four seconds for its own threads to look up.
    """
    client = line.client
    client.auto_reconnect_enabled = False
    client.closed = True
    client.enqueue_message("")  # wakes whoever waits for a message; it means nothing
    client.message_processor.shutdown()  # type: ignore[no-untyped-call]
    while not client.message_queue.empty():
        client.process_message()  # type: ignore[no-untyped-call]
    client.message_workers.shutdown(wait=True)
    client.current_session_state.terminated = True
    session = client.current_session
    if session is not None and session.sock is not None:
        with suppress(OSError):  # it may be dead already
            session.sock.shutdown(SHUT_RDWR)  # wakes whoever reads
    line.close()  # type: ignore[no-untyped-call]
