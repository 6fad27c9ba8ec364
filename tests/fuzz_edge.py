"""Throws requests of every kind at the HTTP edge: `python -m tests.fuzz_edge --requests 100000`.

Prints the counts by kind and status, how long it took and the memory before and after; exits 1 when an answer
was a 5xx, or a log line held a word of a body.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import io
import json
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bot import logs
from bot.edge import MOST_BYTES, Edge
from bot.house import build_house
from bot.settings import load_settings
from bot.workspaces import OneWorkspace
from storage import open_database
from tests.conftest import EVERY_SCOPE
from tests.slack import FakeClient, Slack

SECRET, MARKER = "8f742231b10e8888abcd99yyyzzz85a5", "canary-5d1f"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
Environ = dict[str, Any]


def signature(body: bytes, stamp: str, secret: str = SECRET) -> str:
    return "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()


def request(
    body: bytes = b"", content_type: str = FORM, method: str = "POST", path: str = "/slack/events", **more: Any
) -> Environ:
    """A WSGI environ; `more` are further keys of it, None takes one away."""
    environ: Environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
    } | more
    return {name: value for name, value in environ.items() if value is not None}


def signed(body: bytes, content_type: str = FORM, at: float | None = None, **more: Any) -> Environ:
    """The same, as Slack signs it."""
    stamp = str(int(time.time() if at is None else at))
    given = {"HTTP_X_SLACK_REQUEST_TIMESTAMP": stamp, "HTTP_X_SLACK_SIGNATURE": signature(body, stamp)}
    return request(body, content_type, **(given | more))


def ask(edge: Edge, environ: Environ) -> tuple[int, dict[str, str], str]:
    """Status, headers and body of an answer."""
    seen: list[Any] = []
    body = b"".join(edge(environ, lambda status, headers: seen.extend([status, headers])))
    return int(seen[0].split()[0]), dict(seen[1]), body.decode()


# --- kinds of requests ----------------------------------------------------------------------------------


def words(dice: random.Random) -> str:
    odd = dice.choice(["<!channel>", chr(0), "𝄞", "%", "&=&", "ü" * 50, "{" * 200, ""])
    return f"{MARKER} {odd}{dice.random()}"


def payload(dice: random.Random) -> tuple[dict[str, Any], str]:
    """A good payload of one kind, and how it is sent."""
    team, user = {"id": "T1", "domain": "t"}, {"id": "UADA", "team_id": "T1"}
    where = {"team": team, "user": user, "enterprise": None, "trigger_id": "1", "channel": {"id": "C1"}}
    number = f"{dice.random()}"
    match dice.randrange(5):
        case 0:
            text = dice.choice(["help", "list", "my-data", "quiet 2 weeks", words(dice)])
            command = {"command": "/candor", "text": text, "team_id": "T1", "user_id": "UADA", "channel_id": "C1"}
            return command | {"response_url": "https://hooks.slack.com/x", "trigger_id": number}, "form"
        case 1:
            action = {"action_id": "prompt_answer", "type": "button", "value": words(dice)}
            return {"type": "block_actions", "actions": [action], **where}, "payload"
        case 2:
            view = {
                "callback_id": "prompt_when",
                "id": "V1",
                "type": "modal",
                "hash": number,
                "private_metadata": words(dice),
            }
            state = {"state": {"values": {"question": {"question": {"value": words(dice)}}}}, "blocks": []}
            return {"type": "view_submission", "view": view | state, **where}, "payload"
        case 3:
            event = {"type": "member_joined_channel", "user": "UADA", "channel": "C1", "text": words(dice)}
            return {"type": "event_callback", "team_id": "T1", "event": event, "event_id": number}, "json"
    return {"type": "url_verification", "challenge": words(dice)}, "json"


def mutated(dice: random.Random, value: Any) -> Any:
    """The same with one node replaced by something else."""
    odd: list[Any] = [None, 7, -1.5, True, "", words(dice), [], {}, [[]], [{}], {"id": 3}, "\ud800", 10**400]
    if isinstance(value, dict) and value and dice.random() < 0.8:
        key = dice.choice(sorted(value))
        if dice.random() < 0.2:
            return {name: kept for name, kept in value.items() if name != key}
        return value | {key: mutated(dice, value[key])}
    if isinstance(value, list) and value and dice.random() < 0.7:
        return [mutated(dice, value[0]), *value[1:]]
    return dice.choice(odd)


def encoded(read: dict[str, Any], how: str) -> tuple[bytes, str]:
    if how == "json":
        return json.dumps(read).encode(), JSON
    fields = read if how == "form" else {"payload": json.dumps(read)}
    return urlencode({name: str(value) for name, value in fields.items()}, errors="replace").encode(), FORM


def good(dice: random.Random) -> Environ:
    return signed(*encoded(*payload(dice)))


def bent(dice: random.Random) -> Environ:
    """Signed, and not quite what Slack sends."""
    read, how = payload(dice)
    bent = mutated(dice, read)
    return signed(*encoded(bent if isinstance(bent, dict) or how != "form" else {}, how))


def noise(dice: random.Random) -> Environ:
    body = dice.choice([MARKER.encode(), b"payload=" + MARKER.encode(), b"{" * 3_000]) + dice.randbytes(40)
    return signed(body, dice.choice([FORM, JSON, "", "text/plain", "application/json; charset=latin-1"]))


def unsigned(dice: random.Random) -> Environ:
    return request(*encoded(*payload(dice)))


def stale(dice: random.Random) -> Environ:
    return signed(*encoded(*payload(dice)), at=time.time() + dice.choice([-301, 301, -86_400, 1e10]))


def of_another_app(dice: random.Random) -> Environ:
    body, kind = encoded(*payload(dice))
    stamp = str(int(time.time()))
    return signed(body, kind, HTTP_X_SLACK_SIGNATURE=signature(body, stamp, "another app's"))


def over_another_body(dice: random.Random) -> Environ:
    environ = good(dice)
    other = environ["wsgi.input"].getvalue() + b" "
    return environ | {"wsgi.input": io.BytesIO(other), "CONTENT_LENGTH": str(len(other))}


def without_or_doubled_headers(dice: random.Random) -> Environ:
    environ = good(dice)
    name = dice.choice(["HTTP_X_SLACK_REQUEST_TIMESTAMP", "HTTP_X_SLACK_SIGNATURE"])
    value = environ.pop(name)
    odd = dice.choice([None, f"{value},{value}", "", "²", "-1", "9" * 5_000, MARKER, "v0=", "nan"])
    return environ if odd is None else environ | {name: odd}


def of_wrong_length(dice: random.Random) -> Environ:
    length = dice.choice(["-1", "x", "1e3", "²", "9" * 5_000, str(MOST_BYTES + 1), "100000", "", "0"])
    return good(dice) | {"CONTENT_LENGTH": length}


def oversized(dice: random.Random) -> Environ:
    body = b"x" * (MOST_BYTES + dice.randrange(1, 9))
    return signed(body, CONTENT_LENGTH=dice.choice([str(len(body)), ""]))


def elsewhere(dice: random.Random) -> Environ:
    path = dice.choice(["/", "/slack/events/", "/slack/install", f"/{MARKER}", "/slack/oauth_redirect", "/../x"])
    query = urlencode({"code": MARKER, "state": words(dice), "error": words(dice)}, errors="replace")
    more = {"QUERY_STRING": dice.choice([query, "%ff=%fe", "a=1&" * 300]), "HTTP_COOKIE": words(dice)}
    return request(MARKER.encode(), method=dice.choice(["GET", "POST", "PUT", MARKER, ""]), path=path, **more)


def wrong_method(dice: random.Random) -> Environ:
    return good(dice) | {"REQUEST_METHOD": dice.choice(["GET", "PUT", "DELETE", "HEAD", "OPTIONS", MARKER, ""])}


KINDS: dict[Callable[[random.Random], Environ], int] = {  # and how many of a hundred
    good: 2, bent: 8, noise: 12, unsigned: 14, stale: 12, of_another_app: 12, over_another_body: 12,
    without_or_doubled_headers: 12, of_wrong_length: 8, elsewhere: 6, wrong_method: 2,
}  # fmt: skip
OVERSIZED_EVERY = 500  # a megabyte each


class Heard(logging.Handler):
    """Every line of the log, looked through and not kept."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines, self.with_words = 0, [""][:0]

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += 1
        line = logging.Formatter("%(name)s %(message)s").format(record)
        if MARKER in line or SECRET in line:
            self.with_words.append(line)


def fuzz(edge: Edge, count: int, seed: int = 7) -> tuple[Counter[tuple[str, int]], Heard]:
    """Throw `count` requests; statuses by kind, and what the log heard."""
    dice, counts, heard = random.Random(seed), Counter[tuple[str, int]](), Heard()
    kinds, weights = list(KINDS), list(KINDS.values())
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = [heard]
    root.setLevel(logging.INFO)
    try:
        for number in range(count):
            kind = oversized if number % OVERSIZED_EVERY == 0 else dice.choices(kinds, weights)[0]
            status, _, _ = ask(edge, kind(dice))
            counts[kind.__name__, status] += 1
    finally:
        root.handlers[:], root.level = handlers, level
    return counts, heard


def memory_kb() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def main() -> int:
    parser = argparse.ArgumentParser(description="Throw requests of every kind at the HTTP edge.")
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    slack = Slack(now=lambda: datetime.now(UTC))
    slack.team("T1", scopes=EVERY_SCOPE, bot_user="UBOT", token="xoxb-T1")
    slack.user("UADA", team="T1", name="ada", tz="Europe/Berlin")
    slack.channel("C1", team="T1", name="team", members=["UADA"])
    client = FakeClient(slack, token="xoxb-T1", retry_handlers=[])
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(100) as pool:
        database = open_database(f"sqlite:///{folder}/fuzz.db")
        database.migrate()
        house = build_house(
            load_settings(),
            client,
            OneWorkspace.connect(client),
            database,
            executor=pool,
            post_reply=lambda *_: 200,
        )
        logs.quiet()
        edge = Edge(house.app, SECRET, {}, house.replies.is_slacks)
        fuzz(edge, min(10_000, asked.requests), asked.seed + 1)  # everything that is loaded once, is
        slack.calls.clear()
        before, began = memory_kb(), time.monotonic()
        counts, heard = fuzz(edge, asked.requests, asked.seed)
        slack.calls.clear()
        took, after = time.monotonic() - began, memory_kb()
        database.close()
    by_status: Counter[int] = Counter()
    for (kind, status), number in sorted(counts.items()):
        by_status[status] += number
        sys.stdout.write(f"{kind:28} {status} {number:8}\n")
    bad = [status for status in by_status if status >= 500]
    sys.stdout.write(f"{asked.requests} requests in {took:.0f} s: {dict(sorted(by_status.items()))}\n")
    sys.stdout.write(f"memory {before} kB before, {after} kB after; {heard.lines} log lines, ")
    sys.stdout.write(f"{len(heard.with_words)} with a word of a body\n")
    return 1 if bad or heard.with_words else 0


if __name__ == "__main__":
    sys.exit(main())
