"""Lines to Slack that are kept for the next call.

slack_sdk opens a new line, with a new TLS handshake, for every call: 1.9 ms of CPU, where a call through a kept
line costs 0.15 ms. It has no setting for it, and neither has urllib, so the step that opens the line is replaced,
with the standard library's own client. A line that lay unused for a while is not used again: Slack may be
about to close it, and a call that is lost on it would leave us in doubt whether it was heard.
"""

from __future__ import annotations

import os
import select
from collections import defaultdict, deque
from http import HTTPStatus
from http.client import HTTPConnection, HTTPSConnection
from io import BytesIO
from threading import Lock
from typing import Any, cast
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request

from slack_sdk import WebClient

from bot.clock import ticks

UNUSED_SECONDS = 15.0  # servers keep a silent line for a minute or more


class Lines:
    """Open lines that nobody uses just now, the latest first, by where they lead."""

    def __init__(self, unused_seconds: float = UNUSED_SECONDS) -> None:
        self._seconds = unused_seconds
        self.forget()

    def forget(self) -> None:
        """Leave them to whom they belong: after a fork they are the parent's."""
        self._free: dict[tuple[str, str], deque[tuple[HTTPConnection, float]]] = defaultdict(deque)
        self._lock = Lock()

    def take(self, scheme: str, host: str) -> HTTPConnection | None:
        """A line that is still good; None when a new one must be opened."""
        youngest = ticks() - self._seconds
        while True:
            with self._lock:
                free = self._free[scheme, host]
                while free and free[0][1] < youngest:
                    free.popleft()[0].close()
                if not free:
                    return None
                line = free.pop()[0]
            if _is_quiet(line):
                return line
            line.close()

    def put(self, scheme: str, host: str, line: HTTPConnection) -> None:
        with self._lock:
            self._free[scheme, host].append((line, ticks()))


LINES = Lines()
os.register_at_fork(after_in_child=LINES.forget)


def _is_quiet(line: HTTPConnection) -> bool:
    """Whether nothing came on a line since its last answer; what comes then is its end."""
    if line.sock is None:
        return False
    asked = select.poll()
    asked.register(line.sock, select.POLLIN)
    return not asked.poll(0)


class KeptLinesClient(WebClient):
    """slack_sdk's client, over kept lines; through a proxy it goes its own way."""

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        if self.proxy:
            return super()._perform_urllib_http_request_internal(url, req)
        to = urlsplit(url)
        line = LINES.take(to.scheme, to.netloc) or self._open(to.scheme, to.netloc)
        path = f"{to.path}?{to.query}" if to.query else to.path
        kept = False
        try:
            line.request(req.get_method(), path, cast(bytes, req.data), dict(req.header_items()))
            answer = line.getresponse()
            body = answer.read()
            kept = not answer.will_close
        finally:
            if kept:
                LINES.put(to.scheme, to.netloc, line)
            else:
                line.close()
        if answer.status != HTTPStatus.OK:  # as urllib does; the SDK reads the answer from it
            raise HTTPError(url, answer.status, answer.reason, answer.headers, BytesIO(body))
        return {"status": answer.status, "headers": answer.headers, "body": body.decode()}

    def _open(self, scheme: str, host: str) -> HTTPConnection:
        if scheme == "https":
            return HTTPSConnection(host, timeout=self.timeout, context=self.ssl)
        return HTTPConnection(host, timeout=self.timeout)
