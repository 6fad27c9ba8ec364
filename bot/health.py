"""/healthz: whether the database answers, the ring rings and the socket lives; 200 or 503."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from slack_sdk.socket_mode.builtin import SocketModeClient

from bot import clock
from bot.pages import Environ, Page, Response
from bot.scheduler import Rings
from storage import Database, NoAnswer

log = logging.getLogger("candor")

SILENT_AFTER = timedelta(seconds=60)  # a ring takes seconds; a minute without one is a fault

Health = Callable[[], tuple[bool, dict[str, object]]]


def health_of(database: Database, rings: Rings, socket: SocketModeClient | None = None) -> Health:
    """A look at this process: (all is well, what was seen)."""
    began = clock.unmoved()

    def look() -> tuple[bool, dict[str, object]]:
        now = clock.unmoved()
        try:
            database.ping()
            answers = "ok"
        except NoAnswer as fault:
            answers = fault.why
        rang = rings.last_rang
        well = answers == "ok" and now - (rang or began) < SILENT_AFTER
        seen: dict[str, object] = {"database": answers, "last_ring": _told(rang)}
        if socket is not None:
            connected = bool(socket.is_connected())
            session = socket.current_session
            pong = session.last_ping_pong_time if session is not None else None
            last = datetime.fromtimestamp(pong, UTC) if pong else None
            seen["socket"] = {"connected": connected, "last_sign_of_life": _told(last)}
            well = well and connected
        return well, seen

    return look


def _told(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat(timespec="seconds")


def health_page(health: Health) -> Page:
    """/healthz: the JSON of a look."""

    def answer(_environ: Environ) -> Response:
        well, seen = health()
        status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
        return Response(status, json.dumps(seen), "application/json", {"Cache-Control": "no-store"})

    return answer


class HealthServer:
    """Answers a few pages beside Socket Mode, and nothing else."""

    def __init__(self, host: str, port: int, pages: Mapping[str, Page]) -> None:
        """Raises OSError when the address can't be had."""

        class Answers(BaseHTTPRequestHandler):
            timeout = 5  # seconds for a request to come in

            def do_GET(self) -> None:
                page = pages.get(self.path)
                response = page({}) if page is not None else Response(HTTPStatus.NOT_FOUND)
                sent = response.body.encode()
                self.send_response(response.status)
                self.send_header("Content-Type", response.content_type)
                self.send_header("Content-Length", str(len(sent)))
                for name, value in response.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_: object) -> None:
                """Somebody asks every few seconds: nothing to say."""

        self._server = ThreadingHTTPServer((host, port), Answers)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="health", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
