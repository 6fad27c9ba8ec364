"""The HTTP edge: what Slack posts is measured, its signature checked, and only then read.

A WSGI application in front of Bolt. Bolt by itself parses a body before it checks the signature (an unsigned
`payload=notjson` is a 500), and logs whole bodies when a signature is wrong; here a request that isn't
Slack's gets its status and one log line without a word of it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from slack_bolt import App, BoltRequest

from bot import clock

log = logging.getLogger("candor.edge")

MOST_BYTES = 1_000_000  # Slack's largest is a view of 250 kB, percent-encoded up to three times that
OLDEST_SECONDS = 300  # Slack's own limit for replays
EVENTS = "/slack/events"

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]


@dataclass(frozen=True)
class Response:
    """What goes back: a status, text or JSON, perhaps further headers."""

    status: HTTPStatus
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


class NotSlack(Exception):
    """A request that isn't Slack's, or can't be read: a status and a code for the log."""

    def __init__(self, status: HTTPStatus, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


Page = Callable[[Environ], Response]


class Edge:
    """`pages` are further paths that answer GET: health, installation."""

    def __init__(self, app: App, signing_secret: str, pages: Mapping[str, Page]) -> None:
        self._app, self._secret, self._pages = app, signing_secret.encode(), pages

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            response = self._answer(environ)
        except NotSlack as refused:
            log.warning("refused a request: %s %s", refused.status.value, refused.code)
            response = Response(refused.status, refused.status.phrase)
        body = response.body.encode()
        start_response(
            f"{response.status.value} {response.status.phrase}",
            [
                ("Content-Type", response.content_type),
                ("Content-Length", str(len(body))),
                *response.headers.items(),
            ],
        )
        return [body]

    def _answer(self, environ: Environ) -> Response:
        path, method = environ.get("PATH_INFO", ""), environ.get("REQUEST_METHOD", "")
        if path == EVENTS:
            if method != "POST":
                raise NotSlack(HTTPStatus.METHOD_NOT_ALLOWED, "not_a_post")
            return self._take(environ)
        page = self._pages.get(path)
        if page is None:
            raise NotSlack(HTTPStatus.NOT_FOUND, "no_such_page")
        if method not in ("GET", "HEAD"):
            raise NotSlack(HTTPStatus.METHOD_NOT_ALLOWED, "not_a_get")
        return page(environ)

    def _take(self, environ: Environ) -> Response:
        body = read_body(environ)
        check_signature(
            self._secret,
            body,
            environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP", ""),
            environ.get("HTTP_X_SLACK_SIGNATURE", ""),
        )
        content_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        text = check_payload(body, content_type)
        headers: dict[str, str | list[str]] = {"content-type": [content_type]}
        for name in ("HTTP_X_SLACK_RETRY_NUM", "HTTP_X_SLACK_RETRY_REASON"):
            if name in environ:
                headers[name.removeprefix("HTTP_").lower().replace("_", "-")] = [environ[name]]
        told = self._app.dispatch(BoltRequest(body=text, headers=headers))  # type: ignore[arg-type]
        kind = told.headers.get("content-type", ["text/plain; charset=utf-8"])[0]
        return Response(HTTPStatus(told.status), told.body or "", kind)


def read_body(environ: Environ) -> bytes:
    """The whole body, MOST_BYTES at the most. Raises NotSlack."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length:
        if not length.isascii() or not length.isdigit():
            raise NotSlack(HTTPStatus.BAD_REQUEST, "bad_length")
        if int(length) > MOST_BYTES:
            raise NotSlack(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
        body: bytes = environ["wsgi.input"].read(int(length))
        if len(body) < int(length):
            raise NotSlack(HTTPStatus.BAD_REQUEST, "cut_off")
        return body
    if not environ.get("wsgi.input_terminated"):
        return b""
    body = environ["wsgi.input"].read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise NotSlack(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
    return body


def check_signature(secret: bytes, body: bytes, timestamp: str, signature: str) -> None:
    """Slack's signature v0: HMAC-SHA256 over `v0:timestamp:body`, no older than five minutes.

    Raises NotSlack (401). A header that came twice arrives joined by a comma, and is no number.
    """
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise NotSlack(HTTPStatus.UNAUTHORIZED, "bad_timestamp")
    if abs(clock.unmoved().timestamp() - int(timestamp)) > OLDEST_SECONDS:
        raise NotSlack(HTTPStatus.UNAUTHORIZED, "stale")
    expected = "v0=" + hmac.new(secret, b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        raise NotSlack(HTTPStatus.UNAUTHORIZED, "bad_signature")


def check_payload(body: bytes, content_type: str) -> str:
    """The body as text, once it is sure that Bolt can read it. Raises NotSlack (400)."""
    try:
        text = body.decode("utf-8")
        if content_type == "application/json":
            loaded: Any = json.loads(text)
        else:
            form = parse_qs(text, keep_blank_values=True, strict_parsing=True)
            loaded = json.loads(form["payload"][0]) if "payload" in form else form
    except (ValueError, RecursionError):
        raise NotSlack(HTTPStatus.BAD_REQUEST, "garbled") from None
    if not isinstance(loaded, dict):
        raise NotSlack(HTTPStatus.BAD_REQUEST, "garbled")
    return text
