"""A bare Bolt app beside which ours is measured: it opens a form at a click, and takes a filled one.

python -m tests.bench.bare URL THREADS [PORT]: Socket Mode, or HTTP at the port by gunicorn's threads.
"""

from __future__ import annotations

import logging
import ssl
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

SECRET = "bench"
FORM = {
    "type": "modal",
    "callback_id": "prompt_answer",
    "title": {"type": "plain_text", "text": "Your answer"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "words",
            "label": {"type": "plain_text", "text": "Your answer"},
            "element": {"type": "plain_text_input", "action_id": "words", "multiline": True},
        }
    ],
}


def echo_app(client: WebClient, threads: int, authorize: Callable[..., AuthorizeResult] | None = None) -> App:
    """Bolt with the same pool, and nothing else; it asks Slack once who it is, unless `authorize` knows."""
    app = App(
        client=client,
        authorize=authorize,
        signing_secret=SECRET,
        token_verification_enabled=False,
        listener_executor=ThreadPoolExecutor(threads),
    )

    @app.action("prompt_answer")
    def open_form(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.view("prompt_answer")
    def take_form(ack: Ack) -> None:
        ack(response_action="update", view=FORM)

    return app


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    base_url, threads = sys.argv[1], int(sys.argv[2])
    # one TLS context, as ours: without it Bolt alone is ten times slower
    app = echo_app(WebClient("xoxb-bench", base_url=base_url, ssl=ssl.create_default_context()), threads)
    if len(sys.argv) > 3:
        serve_http(app, threads, int(sys.argv[3]))
        return
    SocketModeHandler(app, "xapp-bench", concurrency=threads).start()  # type: ignore[no-untyped-call]


def serve_http(app: App, threads: int, port: int) -> None:
    from gunicorn.app.base import BaseApplication
    from slack_bolt.adapter.wsgi import SlackRequestHandler

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            given = {"bind": f"127.0.0.1:{port}", "worker_class": "gthread", "threads": threads, "keepalive": 0}
            for name, value in (given | {"control_socket_disable": True, "loglevel": "warning"}).items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return SlackRequestHandler(app)

    Server().run()


if __name__ == "__main__":
    main()
