"""The door without sockets: a Bolt app in this process, and a WebClient whose requests end in the fake."""

import copy
import http.client
import io
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, wait
from contextlib import contextmanager
from email.message import Message
from typing import Any, cast
from urllib.error import HTTPError, URLError
from urllib.request import Request

from slack_bolt import App, BoltContext, BoltRequest, Respond
from slack_sdk import WebClient
from slack_sdk.web.file_upload_v2_result import FileUploadV2Result
from slack_sdk.webhook import WebhookResponse

from tests.slack.chat import answer_response_url
from tests.slack.doors import Ack, Envelope, Json, Retry
from tests.slack.fake import Slack
from tests.slack.files import take_upload
from tests.slack.refusals import LineDropped, Unreachable
from tests.slack.web_api import read_arguments

SETTLE = 10.0  # seconds a listener may go on after its ack before a test gives up on it


class FakeClient(WebClient):
    """slack_sdk's own client down to the request; the wire itself leads into the fake.

    So encoding, retry handlers, pagination and SlackApiError are the real ones.
    """

    def __init__(self, slack: Slack, token: str | None = None, **more: Any) -> None:
        if token is None and slack.teams:
            token = next(iter(slack.teams.values())).token
        super().__init__(token=token, base_url=slack.api_base, **more)
        self.slack = slack

    def __deepcopy__(self, memo: dict[int, Any]) -> "FakeClient":
        return copy.copy(self)

    def standing_in_for(self, client: WebClient) -> "FakeClient":
        """A fake client with the token and retry policy of a real one."""
        stand_in = FakeClient(self.slack, client.token or "", retry_handlers=list(client.retry_handlers))
        stand_in.default_params = dict(client.default_params)
        return stand_in

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        body = cast(bytes, req.data or b"")
        args = read_arguments(body, req.get_header("Content-type") or "")
        token = (req.get_header("Authorization") or "").removeprefix("Bearer ")
        with _the_line():
            answer = self.slack.web_api(url.rsplit("/", 1)[-1], token, args)
        headers = dict(answer.headers) | {"Content-Type": "application/json; charset=utf-8"}
        text = json.dumps(answer.body)
        if answer.status != 200:
            fields = Message()
            for name, value in headers.items():
                fields[name] = value
            raise HTTPError(url, answer.status, "refused", fields, io.BytesIO(text.encode()))
        return {"status": 200, "headers": headers, "body": text}

    def _upload_file(self, *, url: str, data: bytes, **rest: Any) -> FileUploadV2Result:
        status, words = take_upload(self.slack, url, data)
        return FileUploadV2Result(status=status, body=words)


@contextmanager
def _the_line() -> Iterator[None]:
    """Turns the fake's misfortunes into what urllib raises for them."""
    try:
        yield
    except Unreachable:
        raise URLError(ConnectionRefusedError(111, "Connection refused")) from None
    except LineDropped:
        raise http.client.RemoteDisconnected("Remote end closed connection without response") from None


class FakeRespond(Respond):
    """`respond()` whose post ends in the fake."""

    def __init__(self, slack: Slack, response_url: str) -> None:
        super().__init__(response_url=response_url)
        self.slack = slack

    def __call__(self, text: Any = "", **more: Any) -> WebhookResponse:  # type: ignore[override]
        given = text if isinstance(text, dict) else {"text": text} | more
        body = {key: value for key, value in given.items() if value is not None}
        with _the_line():
            status, words = answer_response_url(self.slack, self.response_url or "", body)
        return WebhookResponse(url=self.response_url or "", status_code=status, body=words, headers={})


class LentContext(BoltContext):
    """Bolt builds a real WebClient for every request; here it becomes a fake one as it is put down."""

    slack: Slack

    def __setitem__(self, key: str, value: Any) -> None:
        if key == "client" and not isinstance(value, FakeClient):
            value = FakeClient(self.slack).standing_in_for(value)
        super().__setitem__(key, value)


class WatchedExecutor(Executor):
    """Bolt's thread pool, with a way to wait until the listeners it runs are done."""

    def __init__(self, pool: Executor) -> None:
        self.pool = pool
        self.running: list[Future[Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = self.pool.submit(fn, *args, **kwargs)
        self.running.append(future)
        return future

    def settle(self) -> None:
        """Raises AssertionError when a listener is still at it after SETTLE seconds."""
        running, self.running = self.running, []
        assert not wait(running, SETTLE).not_done, f"a listener still runs after {SETTLE} s"


class InProcessDoor:
    """Hands each delivery to `app.dispatch`, and comes back when the listeners are done.

    The app's own client must be a FakeClient; its fake gets this door.
    """

    def __init__(self, app: App) -> None:
        assert isinstance(app.client, FakeClient), "build the app with client=FakeClient(slack)"
        self.app, self.slack = app, app.client.slack
        runner = app.listener_runner
        runner.listener_executor = WatchedExecutor(runner.listener_executor)
        runner.lazy_listener_runner.executor = WatchedExecutor(  # type: ignore[attr-defined]
            runner.lazy_listener_runner.executor  # type: ignore[attr-defined]
        )
        self.pools = (runner.listener_executor, runner.lazy_listener_runner.executor)  # type: ignore[attr-defined]
        self.slack.door = self

    def deliver(self, envelope: Envelope, payload: Json, limit: float, retry: Retry | None = None) -> Ack:
        headers: dict[str, str | Sequence[str]] = {}
        if retry:
            headers = {"x-slack-retry-num": str(retry.number), "x-slack-retry-reason": retry.reason}
        body = json.loads(json.dumps(payload))
        request = BoltRequest(mode="socket_mode", body=body, headers=headers)
        request.context = self._lent(request.context)
        started = time.monotonic()
        response = self.app.dispatch(request)
        late = time.monotonic() - started > limit
        for pool in self.pools:
            pool.settle()
        if late or response.status != 200:
            return Ack(acked=False, late=late)
        words = response.body or ""
        is_json = response.headers.get("content-type", [""])[0].startswith("application/json")
        return Ack(acked=True, body=json.loads(words) if words and is_json else words)

    def _lent(self, context: BoltContext) -> LentContext:
        lent = LentContext(context)
        lent.slack = self.slack
        if context.response_url:
            lent["respond"] = FakeRespond(self.slack, context.response_url)
        return lent
