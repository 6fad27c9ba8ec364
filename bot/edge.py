"""The HTTP edge: what Slack posts is measured, its signature checked, and only then read.

A WSGI application in front of Bolt. Bolt by itself parses a body before it checks the signature (an unsigned
`payload=notjson` is a 500), and logs whole bodies when a signature is wrong; here a request that isn't
Slack's gets its status and one log line without a word of it, and Bolt is handed what was read and looked at.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus

from slack_bolt import App, BoltRequest

from bot import clock
from bot.answered import Answered
from bot.pages import Environ, Page, Response
from bot.payloads import Garbled, is_event, is_ours, read_payload

log = logging.getLogger("candor.edge")

MOST_BYTES = 1_000_000  # Slack's largest is a view of 250 kB, percent-encoded up to three times that
OLDEST_SECONDS = 300  # Slack's own limit for replays
EVENTS = "/slack/events"

StartResponse = Callable[[str, list[tuple[str, str]]], object]


class NotSlack(Exception):
    """A request that isn't Slack's, or can't be read: a status and a code for the log."""

    def __init__(self, status: HTTPStatus, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class Edge:
    """`pages` are further paths that answer GET: health, installation, what rituals show.

    `is_slacks` knows Slack's addresses.
    """

    def __init__(
        self, app: App, signing_secret: str, pages: Mapping[str, Page], is_slacks: Callable[[str], bool]
    ) -> None:
        self._app, self._secret, self._pages = app, signing_secret.encode(), pages
        self._is_slacks = is_slacks
        self._answered: Answered[Response] = Answered()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            response = self._answer(environ)
        except NotSlack as refused:
            log.warning("refused a request: %s %s", refused.status.value, refused.code)
            response = Response(refused.status, refused.status.phrase)
        body = response.body.encode("utf-8", "replace")
        start_response(
            f"{response.status.value} {response.status.phrase}",
            [
                ("Content-Type", response.content_type),
                ("Content-Length", str(len(body))),
                ("X-Content-Type-Options", "nosniff"),
                *response.headers.items(),
            ],
        )
        return [b"" if environ.get("REQUEST_METHOD") == "HEAD" else body]

    def _answer(self, environ: Environ) -> Response:
        path, method = environ.get("PATH_INFO", ""), environ.get("REQUEST_METHOD", "")
        if path == EVENTS:
            if method != "POST":
                raise NotSlack(HTTPStatus.METHOD_NOT_ALLOWED, "not_a_post")
            return self._take(environ)
        page = self._pages.get(path) or self._pages.get(path[: path.rfind("/", 1) + 1])
        if page is None:
            raise NotSlack(HTTPStatus.NOT_FOUND, "no_such_page")
        if method not in ("GET", "HEAD"):
            raise NotSlack(HTTPStatus.METHOD_NOT_ALLOWED, "not_a_get")
        return page(environ)

    def _take(self, environ: Environ) -> Response:
        body = read_body(environ)
        signature = environ.get("HTTP_X_SLACK_SIGNATURE", "")
        check_signature(self._secret, body, environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP", ""), signature)
        content_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        try:
            payload = read_payload(body, content_type, self._is_slacks)
            request = BoltRequest(body=payload, headers=retry_headers(environ), mode="socket_mode")
        except (Garbled, AttributeError, LookupError, TypeError, ValueError):
            raise NotSlack(HTTPStatus.BAD_REQUEST, "garbled") from None
        # Slack signs every retry anew: the same signature again is a replay, or a proxy's second try
        broken = Response(HTTPStatus.INTERNAL_SERVER_ERROR)
        return self._answered.once(signature, lambda: self._dispatch(request), broken)

    def _dispatch(self, request: BoltRequest) -> Response:
        """Bolt's answer. An event to which nobody listens is not Slack's fault, and not to be sent again."""
        if not is_ours(request.body):
            return Response(HTTPStatus.OK)
        told = self._app.dispatch(request)
        if told.status == HTTPStatus.NOT_FOUND and is_event(request.body):
            return Response(HTTPStatus.OK)
        kind = told.headers.get("content-type", ["text/plain; charset=utf-8"])[0]
        return Response(HTTPStatus(told.status), told.body or "", kind)


def retry_headers(environ: Environ) -> dict[str, str | Sequence[str]]:
    """The two headers by which Slack says that an event comes again, as Bolt knows them."""
    names = ("HTTP_X_SLACK_RETRY_NUM", "HTTP_X_SLACK_RETRY_REASON")
    return {
        name.removeprefix("HTTP_").lower().replace("_", "-"): [environ[name]] for name in names if name in environ
    }


def read_body(environ: Environ) -> bytes:
    """The whole body, MOST_BYTES at the most. Raises NotSlack."""
    length = environ.get("CONTENT_LENGTH") or ""
    most = MOST_BYTES + 1
    if length:
        if not length.isascii() or not length.isdigit():
            raise NotSlack(HTTPStatus.BAD_REQUEST, "bad_length")
        if len(length.lstrip("0")) > 9 or int(length) > MOST_BYTES:
            raise NotSlack(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
        most = int(length)
    elif not environ.get("wsgi.input_terminated"):
        return b""
    try:
        body: bytes = environ["wsgi.input"].read(most)
    except OSError:  # the line dropped, or the chunks are no chunks
        raise NotSlack(HTTPStatus.BAD_REQUEST, "cut_off") from None
    if length and len(body) < most:
        raise NotSlack(HTTPStatus.BAD_REQUEST, "cut_off")
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
