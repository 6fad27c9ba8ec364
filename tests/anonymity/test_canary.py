"""The canary over every path: whatever becomes of a submission, no word, number or key of it stays behind.

Each path carries a marker of its own, so that a failure names the path. A word that was leaked on purpose into
every place must be found in every place by the same search, or the test proves nothing.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from slack_bolt import BoltRequest
from slack_sdk import WebClient
from sqlalchemy import text

from bot import logs
from bot.edge import Edge
from storage.keys.custody import KEY_BYTES
from storage.keys.files import PLACE_BYTES
from storage.schema import Pulse, SealedBox
from tests.anonymity.places import EVERYWHERE, Places, leak, mop_up
from tests.conftest import Candor
from tests.fuzz_edge import JSON, SECRET, ask, signed
from tests.postgres import ENVIRONMENT_VARIABLE, PostgresServer
from tests.slack import Person, Slack, payloads
from tests.test_prompts import only, rows, words
from tests.test_pulse import CHANNEL, answer, candor, closed, everyone, launched

__all__ = ["candor"]  # a fixture

Json = dict[str, Any]

UNIQUE = token_hex(4)  # a server that earlier tests wrote to is searched too
CONTROL = f"control-{UNIQUE}"
GIVEN = (7, 1, 7, 2, 7, 3, 6)
VECTORS = [between.join(map(str, GIVEN)).encode() for between in (",", ", ", "', '", '","', '", "')]
IN_THE_BOX = [b'"done":[', b'"done": [', b'"answers":[', b'"answers": [']  # as its content begins


@pytest.fixture
def places(
    request: pytest.FixtureRequest,
    candor: Candor,
    slack: Slack,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Places]:
    """All loggers at DEBUG but those that no setting of ours lets speak."""
    monkeypatch.delenv("CANDOR_LOG_LEVEL", raising=False)
    caplog.set_level(logging.DEBUG)
    logs.quiet()
    server: PostgresServer | None = None
    if candor.database.engine.dialect.name == "postgresql":
        server = request.getfixturevalue("postgres")
        if server is not None and server.process is None:
            pytest.skip(f"the files of the server that {ENVIRONMENT_VARIABLE} names are not ours to read")
    yield Places(candor.database, tmp_path, slack, caplog, capfd, server)
    mop_up(CONTROL)


class Keys:
    """Every key that ever lay in the key directory, to be looked for as it is and as text."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.seen = folder, set[bytes]()

    def note(self) -> None:
        for file in self.folder.glob("*.box"):
            content = file.read_bytes() if file.is_file() else b""
            places = (content[at : at + KEY_BYTES] for at in (0, PLACE_BYTES))
            self.seen |= {key for key in places if len(key) == KEY_BYTES and any(key)}

    def spellings(self) -> list[bytes]:
        ways: tuple[Callable[[bytes], bytes], ...] = (bytes, _hex, base64.b64encode, base64.urlsafe_b64encode)
        return [way(key) for key in self.seen for way in ways]


def _hex(key: bytes) -> bytes:
    return key.hex().encode()


# --- a form as it travels --------------------------------------------------------------------------------


def form(slack: Slack, person: Person, pulse: Pulse, comment: str, given: tuple[object, ...] = GIVEN) -> Json:
    """The payload of a filled form whose comment was looked at, opened by the button and not sent yet."""
    person.click("Answer the pulse", on=person.direct_messages[0])
    person.fill({f"item_{place}": str(one) for place, one in enumerate(GIVEN)} | {"comment": comment})
    assert person.modal is not None
    payload = payloads.view_submission(slack, slack.teams["T1"], person.user, person.modal)
    payload["view"]["private_metadata"] = json.dumps({"pulse": pulse.id, "seen": comment})
    for place, one in enumerate(given):
        box = payload["view"]["state"]["values"][f"item_{place}"][f"item_{place}"]
        box["selected_option"] = box["selected_option"] | {"value": str(one)}
    person.close()
    return payload


def sent(slack: Slack, payload: Json) -> str:
    """What comes back, as text."""
    reply = slack.deliver("interactive", payload)
    return json.dumps(reply.ack)


@contextmanager
def broken_table(candor: Candor) -> Iterator[None]:
    """Every change of a box is refused by the database, after it was sealed."""
    postgres = candor.database.engine.dialect.name == "postgresql"
    begin = (
        [
            "CREATE FUNCTION refuse_it() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no'; END $$",
            "CREATE TRIGGER refuse_it BEFORE UPDATE ON sealed_box FOR EACH ROW EXECUTE FUNCTION refuse_it()",
        ]
        if postgres
        else ["CREATE TRIGGER refuse_it BEFORE UPDATE ON sealed_box BEGIN SELECT RAISE(ABORT, 'no'); END"]
    )
    end = ["DROP TRIGGER refuse_it" + (" ON sealed_box" if postgres else "")]
    end += ["DROP FUNCTION refuse_it()"] if postgres else []
    _run(candor, begin)
    try:
        yield
    finally:
        _run(candor, end)


def slack_client(candor: Candor) -> WebClient:
    client = candor.house.workspaces.client("T1")
    assert client is not None
    return client


def _run(candor: Candor, statements: list[str]) -> None:
    with candor.database.begin() as session:
        for statement in statements:
            session.execute(text(statement))


@contextmanager
def without_keys(folder: Path) -> Iterator[None]:
    folder.rename(folder.with_name("elsewhere"))
    try:
        yield
    finally:
        for stray in folder.glob("**/*") if folder.exists() else []:
            stray.unlink()
        if folder.exists():
            folder.rmdir()
        folder.with_name("elsewhere").rename(folder)


# --- the paths ------------------------------------------------------------------------------------------


def test_no_path_of_a_submission_leaves_a_word_a_number_or_a_key_anywhere(
    candor: Candor, slack: Slack, ada: Person, places: Places, tmp_path: Path
) -> None:
    """Over a second: fourteen paths, and every file of a database server is read."""
    pulse, keys = launched(candor, ada), Keys(tmp_path / "keys")
    mark_of_all = f"canary-paths-{UNIQUE}"
    marks = (f"{mark_of_all}-{number:02}" for number in range(100))
    used: dict[str, str] = {}

    def mark(path: str) -> str:
        used[path] = next(marks)
        return f"Nobody reads {used[path]}."

    ben, cem, dee = (slack.person(one, team="T1") for one in ("UBEN", "UCEM", "UDEE"))

    answer(ben, GIVEN, mark("taken"))
    assert "Your answer is in the box" in words(ben.modal)
    keys.note()
    ben.close()

    again = form(slack, ben, pulse, mark("a second answer"))
    assert all("can't be changed" in sent(slack, again) for _ in range(3))

    cem.click("Answer the pulse", on=cem.direct_messages[0])
    cem.submit({f"item_{place}": str(one) for place, one in enumerate(GIVEN)} | {"comment": mark("only a look")})
    assert "This is how your comment will read" in words(cem.modal)
    cem.close()

    assert "within 500 characters" in sent(slack, form(slack, cem, pulse, mark("too long") * 30))

    with without_keys(tmp_path / "keys"):
        assert "try again in a minute" in sent(slack, form(slack, cem, pulse, mark("keys away")))

    with broken_table(candor):
        assert "Something broke" in sent(slack, form(slack, cem, pulse, mark("the database refuses")))
    keys.note()

    odd = form(slack, cem, pulse, mark("no such answer"), (9, *GIVEN[1:]))
    assert "Something broke" in sent(slack, odd)
    odd = form(slack, cem, pulse, mark("no number"), (f"{mark_of_all}-x", *GIVEN[1:]))
    assert "Something broke" in sent(slack, odd)

    stranger = form(slack, cem, pulse, mark("not invited"))
    assert "You weren't among those who were asked" in sent(
        slack, stranger | {"user": stranger["user"] | {"id": "UGUEST"}}
    )
    elsewhere = form(slack, cem, pulse, mark("another workspace"))
    sent(slack, elsewhere | {"team": {"id": "T9", "domain": "nine"}, "user": {"id": "UNINE", "team_id": "T9"}})

    payload = json.dumps(form(slack, cem, pulse, mark("over HTTP"))).encode()
    edge = Edge(candor.house.app, SECRET, {}, candor.house.replies.is_slacks)
    for wrong in (
        signed(b"payload=" + payload, HTTP_X_SLACK_SIGNATURE="v0=wrong"),
        signed(b"payload=" + payload[:-9]),
        signed(payload[:-1], JSON),
    ):
        assert ask(edge, wrong)[0] in (400, 401)
    headers = {"X-Slack-Signature": "v0=wrong", "X-Slack-Request-Timestamp": "1"}
    bare = BoltRequest(body=f"payload={payload.decode()}", headers=headers)  # type: ignore[arg-type]
    assert candor.house.app.dispatch(bare).status == 401

    late = form(slack, dee, pulse, mark("too late"))
    candor.ring()
    [box] = rows(candor, SealedBox)
    leak(CONTROL, candor.database, tmp_path, slack_client(candor), CHANNEL)

    places.look()
    assert places.with_any([CONTROL.encode()]) == EVERYWHERE
    assert "write-ahead log" in places.with_any([box.nonce])  # what was sealed did pass there
    for path, word in used.items():
        assert places.with_any([word.encode()]) == set(), path
    assert places.with_any([mark_of_all.encode(), *VECTORS, *IN_THE_BOX]) == set()
    assert len(keys.seen) > 1
    assert places.with_any(keys.spellings()) == {"key directory"}

    assert closed(candor).state == "few"
    assert "has closed" in sent(slack, late)
    places.look()
    assert places.with_any([mark_of_all.encode(), *VECTORS, *IN_THE_BOX, *keys.spellings()]) == set()


def test_after_the_close_nothing_is_left_but_what_was_published(
    candor: Candor, slack: Slack, ada: Person, places: Places, tmp_path: Path
) -> None:
    """The comments are found where all may read them, and nowhere else: not in a log, nor beside a key."""
    launched(candor, ada)
    mark = f"canary-shown-{UNIQUE}"
    keys = Keys(tmp_path / "keys")
    for number, person in enumerate(everyone(slack)):
        answer(person, GIVEN, f"{mark}-{number}")
        assert "Your answer is in the box" in words(person.modal)
        keys.note()
        person.close()
    assert closed(candor).state == "closed"
    leak(CONTROL, candor.database, tmp_path, slack_client(candor), CHANNEL)
    places.look()
    assert places.with_any([CONTROL.encode()]) == EVERYWHERE
    shown = {"tables", "database files", "slack"}
    assert places.with_any([mark.encode()]) - {"write-ahead log"} == shown  # SQLite's is emptied at the close
    assert f"{mark}-0" in (only(candor, Pulse).result or "")
    assert len(keys.seen) >= len(everyone(slack))
    assert places.with_any([*VECTORS, *IN_THE_BOX, *keys.spellings()]) == set()


def test_what_was_ended_early_is_gone_unread(
    candor: Candor, slack: Slack, ada: Person, places: Places, tmp_path: Path
) -> None:
    launched(candor, ada)
    mark = f"canary-ended-{UNIQUE}"
    keys = Keys(tmp_path / "keys")
    for person in everyone(slack):
        answer(person, GIVEN, f"Nobody reads {mark}.")
        assert "Your answer is in the box" in words(person.modal)
        keys.note()
        person.close()
    ada.command("/pulse", "end", channel=CHANNEL)
    ada.click("End it now", on=ada.ephemerals[-1])
    candor.ring()
    leak(CONTROL, candor.database, tmp_path, slack_client(candor), CHANNEL)
    places.look()
    assert places.with_any([CONTROL.encode()]) == EVERYWHERE
    assert places.with_any([mark.encode(), *VECTORS, *IN_THE_BOX, *keys.spellings()]) == set()
