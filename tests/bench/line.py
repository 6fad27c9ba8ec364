"""A Slack that costs almost nothing: canned answers after a set latency, TLS for the calls, one fast WebSocket.

The strict fake checks every block under one lock, which is right for tests and too slow beside a bare Bolt.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

T = TypeVar("T")
Json = dict[str, Any]

SCOPES = (  # with history: without, the courier has only a few messages on their way at once
    "chat:write,commands,users:read,im:write,channels:read,groups:read,channels:history,groups:history,im:history"
)
WEBSOCKET = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def certificate(folder: Path) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key in one file, made anew; SSL_CERT_FILE may name it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


class Line:
    """Serves on 127.0.0.1 in a thread; remembers when each call came and when each envelope was acknowledged.

    `latency` are the seconds that every Web API call takes; `members` are in every channel.
    """

    def __init__(self, pem: Path, latency: float = 0.0, members: int = 0) -> None:
        self.latency = latency
        self.calls: Counter[str] = Counter()
        self.came: dict[str, float] = {}  # trigger: when views.open with it came in
        self.posted: list[float] = []  # when each chat.postMessage came in
        self.acked: dict[str, tuple[float, Json]] = {}
        self.connected = threading.Event()
        self.hellos = 0  # how often a socket was opened
        self.port: str | None = None  # where its bot listens, when that is HTTP
        self.loop = asyncio.new_event_loop()
        self._members = [f"U{number}" for number in range(members)]
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(pem)
        self._socket: asyncio.StreamWriter | None = None
        self._silent: asyncio.StreamWriter | None = None
        self._thread = threading.Thread(target=self.loop.run_forever, name="line", daemon=True)

    def __enter__(self) -> Line:
        self._thread.start()
        server = self.run(asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls, backlog=1_000))
        self.at = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        # slack_sdk speaks to a socket of this machine in plain
        plain = self.run(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self._plain = f"127.0.0.1:{plain.sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._hang_up())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()

    async def _hang_up(self) -> None:
        """End every talk, so that none is left when the loop closes."""
        talks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)

    @property
    def base_url(self) -> str:
        return f"https://{self.at}/api/"

    def run(self, work: Coroutine[Any, Any, T], seconds: float = 120) -> T:
        """Do something on the line's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)

    def forget(self) -> None:
        self.calls.clear()
        self.came.clear()
        self.posted.clear()
        self.acked.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:  # as long as the bot keeps the line
                head = await reader.readuntil(b"\r\n\r\n")
                first, *lines = head.decode("latin-1").split("\r\n")
                fields = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
                path = first.split(" ")[1]
                if path.startswith("/socket"):
                    await self._talk(reader, writer, fields["sec-websocket-key"])
                    return
                body = await reader.readexactly(int(fields.get("content-length", "0")))
                await self._answer(writer, path.rpartition("/")[2], body)
                if fields.get("connection") == "close":
                    return
        except (OSError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # the bot went away
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, method: str, body: bytes) -> None:
        self.calls[method] += 1
        if method == "views.open":  # slack_sdk sends it as JSON
            self.came[json.loads(body)["trigger_id"]] = time.perf_counter()
        elif method == "chat.postMessage":
            self.posted.append(time.perf_counter())
        if self.latency:
            await asyncio.sleep(self.latency)
        told = json.dumps(canned(method, self._members, f"ws://{self._plain}/socket/1")).encode()
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            b"x-oauth-scopes: " + SCOPES.encode() + b"\r\nContent-Length: %d\r\n\r\n" % len(told) + told
        )
        await writer.drain()

    # -- Socket Mode

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str) -> None:
        accept = base64.b64encode(hashlib.sha1(key.encode() + WEBSOCKET).digest())
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        writer.write(framed(b'{"type":"hello","num_connections":1}'))
        self._socket = writer
        self.hellos += 1
        self.connected.set()
        try:
            while True:
                kind, payload = await _frame(reader)
                if writer is self._silent:
                    continue
                if kind == PING:
                    writer.write(framed(payload, PONG))
                elif kind == CLOSE:
                    return
                elif kind == TEXT:
                    answer = json.loads(payload)
                    self.acked[answer["envelope_id"]] = (time.perf_counter(), answer.get("payload") or {})
        finally:
            self.connected.clear()

    def cut(self) -> None:
        """End the socket, as when a server is killed: no frame says goodbye."""
        assert self._socket is not None, "no bot is connected"
        self.loop.call_soon_threadsafe(self._socket.transport.abort)

    def fall_silent(self) -> None:
        """Answer nothing more on the socket, as when a server's machine is gone."""
        self._silent = self._socket

    def send(self, envelope: bytes) -> None:
        """One envelope to the socket; only from the line's own loop."""
        assert self._socket is not None, "no bot is connected"
        self._socket.write(framed(envelope))


async def spread(count: int, seconds: float, send: Callable[[int], object]) -> dict[int, float]:
    """Call `send(number)` evenly over so many seconds; when each was sent."""
    sent: dict[int, float] = {}
    begin = time.perf_counter()
    for number in range(count):
        wait = begin + number * seconds / count - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        sent[number] = time.perf_counter()
        send(number)
    return sent


async def _frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    first, second = await reader.readexactly(2)
    length = second & 127
    if length == 126:
        (length,) = struct.unpack("!H", await reader.readexactly(2))
    elif length == 127:
        (length,) = struct.unpack("!Q", await reader.readexactly(8))
    mask = await reader.readexactly(4)
    masked = await reader.readexactly(length)
    keys = (mask * (length // 4 + 1))[:length]
    plain = int.from_bytes(masked, "big") ^ int.from_bytes(keys, "big")
    return first & 15, plain.to_bytes(length, "big")


def framed(payload: bytes, kind: int = TEXT) -> bytes:
    """A whole message of a server: one frame, unmasked."""
    size = len(payload)
    if size < 126:
        return bytes([0x80 | kind, size]) + payload
    if size < 65_536:
        return struct.pack("!BBH", 0x80 | kind, 126, size) + payload
    return struct.pack("!BBQ", 0x80 | kind, 127, size) + payload


def canned(method: str, members: list[str], socket: str = "") -> Json:
    """What a call is told, the same every time."""
    told: Json = {"ok": True}
    match method:
        case "auth.test":
            told |= {"team_id": "T1", "team": "Bench", "user_id": "UBOT", "bot_id": "B1", "user": "candor"}
        case "apps.connections.open":
            told |= {"url": socket}
        case "users.info":
            told |= {"user": {"id": "U0", "team_id": "T1", "tz": "Europe/Berlin", "name": "u"}}
        case "conversations.info":
            told |= {"channel": {"id": "C1", "name": "team", "is_member": True, "num_members": 40}}
        case "conversations.members":
            told |= {"members": [*members, "UBOT"]}
        case "users.conversations":
            told |= {"channels": [{"id": "C1", "name": "team"}]}
        case "chat.postMessage":
            told |= {"ts": f"{time.time():.6f}", "channel": "C1", "message": {}}
        case "views.open" | "views.publish":
            told |= {"view": {"id": "V1"}}
    return told
