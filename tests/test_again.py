"""The same payload again: three times, twenty at once, in this process and in another, it changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from storage import Database
from storage.schema import Base, Prompt
from tests.conftest import BuildCandor, Candor
from tests.slack import Person, Slack
from tests.slack.doors import Ack, Door, Envelope, Json, Retry

FIRST = "Ask this team one question every week"
THREE_TIMES, AT_ONCE = 3, 20
Sent = tuple[Envelope, Json]


class Remembering:
    """A door that keeps what went through it last."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.last: Sent | None = None

    def deliver(self, envelope: Envelope, payload: Json, limit: float, retry: Retry | None = None) -> Ack:
        self.last = (envelope, json.loads(json.dumps(payload)))
        return self.door.deliver(envelope, payload, limit, retry)


def begin(ada: Person) -> None:
    ada.open_home()
    ada.click(FIRST, on=ada.home)
    ada.submit({"channel": "C1", "question": "What went well?"})


def start(ada: Person) -> None:
    ada.command("/prompt", channel="C1")
    ada.submit({"question": "What did we learn?", "answers": "form"})
    ada.submit()
    ada.submit()


def answer(ada: Person) -> None:
    ada.open_home()
    ada.click("prompt_answer", on=ada.home)
    ada.submit({"words": "The release."})


def said(command: str, words: str) -> Callable[[Person], None]:
    def say(ada: Person) -> None:
        ada.command(command, words, channel="C1")

    return say


def kept(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with database.reading() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


SENT = {
    "a first question": begin,
    "a prompt, at its last step": start,
    "an answer": answer,
    "pause": said("/candor", "pause 1"),
    "share": said("/prompt", "share 1 <@UBEN>"),
    "stop": said("/prompt", "stop 1"),
}


@pytest.fixture
def sent(candor: Candor, slack: Slack, ada: Person) -> Callable[[Callable[[Person], None]], Sent]:
    """Sends something once, where a prompt stands already that takes answers by form; what went in last."""

    def send(what: Callable[[Person], None]) -> Sent:
        begin(ada)
        with candor.database.begin() as session:
            session.execute(update(Prompt).values(answers="form"))
        candor.ring()
        slack.door = door = Remembering(candor.door)
        what(ada)
        assert door.last is not None
        return door.last

    return send


def deliver_again(candor: Candor, sent: Sent) -> None:
    """Three times in turn, then twenty at once."""
    acks = [candor.door.deliver(*sent, 3.0) for _ in range(THREE_TIMES)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        acks += pool.map(lambda _: candor.door.deliver(*sent, 3.0), range(AT_ONCE))
    assert all(ack.acked for ack in acks)


@pytest.mark.parametrize("what", [*SENT.values(), said("/candor", "skip 1")], ids=[*SENT, "skip"])
def test_the_same_payload_again_changes_nothing(
    what: Callable[[Person], None], sent: Callable[..., Sent], candor: Candor
) -> None:
    last = sent(what)
    after_one = kept(candor.database)
    deliver_again(candor, last)
    assert kept(candor.database) == after_one


@pytest.mark.parametrize(
    "what", SENT.values(), ids=SENT
)  # "skip the next date", said to another process, is not here
def test_the_same_payload_again_changes_nothing_in_a_process_that_did_not_hear_it_before(
    what: Callable[[Person], None], sent: Callable[..., Sent], candor: Candor, build_candor: BuildCandor
) -> None:
    last = sent(what)
    after_one = kept(candor.database)
    deliver_again(build_candor(pace_per_minute=6_000), last)
    assert kept(candor.database) == after_one
