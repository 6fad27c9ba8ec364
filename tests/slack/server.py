"""The door with sockets: Slack's Web API, Socket Mode and response urls on a loopback port."""

import asyncio
import itertools
import json
import threading
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from socket import SHUT_RDWR

from aiohttp import WSMsgType, web

from tests.slack.chat import answer_response_url
from tests.slack.doors import Ack, Envelope, Json, Retry
from tests.slack.fake import Slack
from tests.slack.files import take_upload
from tests.slack.refusals import LineDropped, Refused, Unreachable
from tests.slack.web_api import read_arguments

MOST_SOCKETS = 10
EVENT_RETRIES = 3
CLOSING = 0.3  # seconds a socket may take to say goodbye
MOST_CALLS_AT_ONCE = 64


class SocketGone(Exception):
    """The socket died before it brought the ack."""


class SlackServer:
    """Serves one fake on 127.0.0.1 until stopped; starting it makes it the fake's door."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self.base_url = ""  # known once started
        self._loop = asyncio.new_event_loop()
        self._workers = ThreadPoolExecutor(MOST_CALLS_AT_ONCE, thread_name_prefix="fake-slack")
        self._sockets: list[web.WebSocketResponse] = []
        self._turn = itertools.count()
        self._waiting: dict[str, tuple[web.WebSocketResponse, asyncio.Future[Json]]] = {}
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake-slack", daemon=True)
        self._runner: web.AppRunner | None = None

    # -- its life

    def start(self) -> "SlackServer":
        self._thread.start()
        port = asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)
        at = f"127.0.0.1:{port}"
        self.base_url = self.slack.api_base = f"http://{at}/api/"
        self.slack.socket_base = f"ws://{at}/socket/"
        self.slack.response_base = f"http://{at}/response/"
        self.slack.upload_base = f"http://{at}/upload/"
        self.slack.door = self
        return self

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._workers.shutdown()
        self._loop.close()

    def __enter__(self) -> "SlackServer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def _open(self) -> int:
        app = web.Application(client_max_size=50_000_000)
        app.router.add_post("/api/{method}", self._call)
        app.router.add_get("/socket/{ticket}", self._socket)
        app.router.add_post("/response/{id}", self._respond)
        app.router.add_post("/upload/{id}", self._upload)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port: int = self._runner.addresses[0][1]
        return port

    async def _close(self) -> None:
        assert self._runner is not None
        for socket in list(self._sockets):
            await socket.close()
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task() and task.get_name().startswith("envelope"):
                task.cancel()
        await self._runner.cleanup()

    # -- what the bot asks for

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        body = await request.read()
        try:
            args = read_arguments(body, request.headers.get("Content-Type", ""))
            answer = await self._loop.run_in_executor(self._workers, self.slack.web_api, method, token, args)
        except Refused as refused:
            return web.json_response({"ok": False, "error": refused.error})
        except (Unreachable, LineDropped):
            return _cut(request)
        # dumped here, under the lock, because bodies show live state
        with self.slack.lock:
            text = json.dumps(answer.body)
        return web.Response(
            text=text, status=answer.status, headers=dict(answer.headers), content_type="application/json"
        )

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        try:
            job = self._loop.run_in_executor(
                self._workers, answer_response_url, self.slack, str(request.url), body
            )
            status, words = await job
        except (Unreachable, LineDropped):
            return _cut(request)
        return web.Response(text=words, status=status)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        status, words = take_upload(self.slack, str(request.url), await request.read())
        return web.Response(text=words, status=status)

    # -- Socket Mode

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        ticket = request.match_info["ticket"]
        if self.slack.down or ticket not in self.slack.tickets:
            return web.Response(status=401)
        self.slack.tickets.discard(ticket)
        socket = web.WebSocketResponse(timeout=CLOSING)
        await socket.prepare(request)
        if len(self._sockets) == MOST_SOCKETS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        app_id = next(iter(self.slack.teams.values())).app_id
        hello: Json = {"type": "hello", "connection_info": {"app_id": app_id}}
        hello["num_connections"] = len(self._sockets) + 1
        await socket.send_json(hello | {"debug_info": {"approximate_connection_time": 3600}})
        with self.slack.changed:
            self._sockets.append(socket)
            self.slack.changed.notify_all()
        try:
            async for frame in socket:
                if frame.type == WSMsgType.TEXT and frame.data.startswith("{"):
                    self._take_ack(json.loads(frame.data))
        finally:
            self._sockets.remove(socket)
            for asked, ack in list(self._waiting.values()):
                if asked is socket and not ack.done():
                    ack.set_exception(SocketGone())
        return socket

    def _take_ack(self, answer: Json) -> None:
        asked = self._waiting.get(answer.get("envelope_id", ""))
        if asked and not asked[1].done():
            asked[1].set_result(answer.get("payload") or {})

    @property
    def sockets(self) -> int:
        """How many sockets the bot has open; `slack.wait_for(lambda: server.sockets)` waits for the first."""
        return len(self._sockets)

    def refresh_sockets(self, reason: str = "refresh_requested") -> None:
        """Ask the bot to reconnect and close its sockets, as Slack does every hour or so."""
        asyncio.run_coroutine_threadsafe(self._refresh(reason), self._loop).result(10)

    async def _refresh(self, reason: str) -> None:
        for socket in list(self._sockets):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})
            await socket.close()

    def cut_sockets(self) -> None:
        """End every socket without a goodbye, as when a server is killed."""
        for socket in list(self._sockets):
            socket.get_extra_info("socket").shutdown(SHUT_RDWR)

    def deliver(self, envelope: Envelope, payload: Json, limit: float, retry: Retry | None = None) -> Ack:
        """To one of the sockets. An event whose socket dies is sent again; a click is lost with it."""
        body = json.loads(json.dumps(payload))
        sent: Future[Json] = asyncio.run_coroutine_threadsafe(self._send(envelope, body, retry), self._loop)
        try:
            return Ack(acked=True, body=sent.result(limit))
        except NotInTime:
            return Ack(acked=False, late=True)
        except SocketGone:
            return Ack(acked=False)

    async def _send(self, envelope: Envelope, payload: Json, retry: Retry | None) -> Json:
        task = asyncio.current_task()
        assert task is not None
        task.set_name("envelope")
        is_event = envelope == "events_api"
        for number in range(EVENT_RETRIES + 1):
            while is_event and not self._sockets:
                await asyncio.sleep(0.01)
            try:
                return await self._send_once(envelope, payload, retry)
            except SocketGone:
                if not is_event or number == EVENT_RETRIES:
                    raise
                retry = Retry(number + 1, "connection_failed")
        raise SocketGone

    async def _send_once(self, envelope: Envelope, payload: Json, retry: Retry | None) -> Json:
        if not self._sockets:
            raise SocketGone
        socket = self._sockets[next(self._turn) % len(self._sockets)]
        id = str(uuid.uuid4())
        ack: asyncio.Future[Json] = self._loop.create_future()
        self._waiting[id] = (socket, ack)
        frame: Json = {"type": envelope, "envelope_id": id, "payload": payload}
        frame["accepts_response_payload"] = envelope != "events_api"
        if envelope == "events_api":
            frame |= {
                "retry_attempt": retry.number if retry else 0,
                "retry_reason": retry.reason if retry else "",
            }
        try:
            await socket.send_json(frame)
            return await ack
        except ConnectionError:
            raise SocketGone from None
        finally:
            del self._waiting[id]


def _cut(request: web.Request) -> web.StreamResponse:
    """Close the line without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
