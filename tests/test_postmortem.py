"""A review from start to publishing, by Slack's door."""

from __future__ import annotations

from typing import Any

from storage.schema import Moment, Review
from tests.conftest import Candor
from tests.slack import Person, Slack
from tests.test_prompts import heard, only, words

Json = dict[str, Any]
WHAT: Json = {
    "title": "Checkout was slow",
    "severity": "SEV2",
    "began": "2026-11-23 09:30",
    "ended": "2026-11-23 11:00",
    "zone": "Europe/Berlin",
    "channel": "C1",
    "people": ["UADA", "UBEN", "UCEM"],
}
SEEN = "The graph climbed at 09:41 and I thought the cache was cold"


def people(slack: Slack, *ids: str) -> list[Person]:
    return [slack.person(one, team="T1") for one in ids]


def begin(person: Person, facilitator: str = "UDEE", **boxes: Any) -> None:
    """Start a review of three people in #team through both forms."""
    person.command("/postmortem", "start", channel="C1")
    person.submit(WHAT | boxes)
    person.submit({"facilitator": facilitator})
    assert "has begun" in words(person.modal), words(person.modal)
    person.close()


def give(person: Person, candor: Candor, **answers: str) -> None:
    """Give an account from App Home, without follow-ups."""
    person.open_home()
    person.click("Write what I saw")
    person.submit({"first": SEEN} | answers)
    assert "is sealed" in words(person.modal), words(person.modal)
    person.close()


def asked(slack: Slack, channel: str = "C1") -> Json:
    """The review's message in its channel."""
    return next(one for one in slack.channels[channel].messages if "*Review 1:" in one["text"])


def reveal(slack: Slack, candor: Candor) -> None:
    """All three answer, and the accounts open."""
    for person in people(slack, "UADA", "UBEN", "UCEM"):
        give(person, candor)
    candor.ring_at(candor.travel.move(minutes=16))
    assert only(candor, Review).stage == "conversation"


def test_a_review_goes_its_whole_way(slack: Slack, candor: Candor, ada: Person) -> None:
    dee, ben = people(slack, "UDEE", "UBEN")
    begin(ada)
    candor.ring()
    assert "Now: Accounts" in asked(slack)["text"]
    ask = ada.direct_messages[-1]
    assert "Nobody reads it before" in ask["text"]
    ada.click("Write what I saw", on=ask)
    ada.submit({"first": SEEN, "did": "I restarted a node because the last time it helped.", "share": "name"})
    assert "One thing more" in ada.modal["title"]["text"] if ada.modal else False
    [box] = [one["block_id"] for one in (ada.modal or {})["blocks"] if one["type"] == "input"][:1]
    ada.submit({box: "The runbook listed it first."})
    ada.close()
    for person in people(slack, "UBEN", "UCEM"):
        give(person, candor)
    candor.ring_at(candor.travel.move(minutes=16))
    candor.ring()
    brief = dee.direct_messages[-1]["text"]
    assert "09:41" in brief
    assert "graph" in brief
    assert "Where did luck play a part?" in brief
    assert "Now: Conversation" in asked(slack)["text"]

    ada.click("Read the accounts", on=asked(slack))
    shown = words(ada.modal)
    assert SEEN in shown
    assert "<@UADA>" in shown
    assert "<@UBEN>" not in shown
    ada.close()

    said = ben.says("Pool exhausted on <@UADA> checkout-3", channel="C1")
    ben.message_shortcut("pm_add_message", said)
    ben.submit({"knew": "Nothing of the deploy.", "sure": "very"})
    ben.close()
    moment = only(candor, Moment)
    assert (moment.person, moment.words) == ("UBEN", "Pool exhausted on somebody checkout-3")
    assert abs(moment.at.timestamp() - float(said["ts"])) < 0.001
    assert moment.permalink.startswith("https://")

    ada.click("Add what we learned", on=asked(slack))
    ada.submit({"words": "The pool is shared by two services."})
    ada.close()
    dee.command("/postmortem", "status 1", channel="C1")
    dee.click("Choose quotes", on=dee.ephemerals[-1])
    dee.submit({"picked0": ["UADA first"]})
    dee.close()
    dee.click("On to the quotes", on=dee.ephemerals[-1])
    candor.ring()
    assert "quotes you" not in ada.direct_messages[-1]["text"], "she was asked for her account today"
    candor.ring_at(candor.travel.move(days=1))
    assert "quotes you" in ada.direct_messages[-1]["text"]
    ada.click("See how I am quoted", on=ada.direct_messages[-1])
    ada.submit({"wish1": "fine", "share1": "name"})
    ada.close()

    dee.click("Publish", on=dee.ephemerals[-1])
    assert "wait for the people quoted" in heard(dee)
    ada.command("/postmortem", "status 1", channel="C1")
    ada.click("Add an action", on=ada.ephemerals[-1])
    ada.submit({"words": "Improve monitoring.", "owner": "UBEN"})
    assert "can't tell when this is done" in words(ada.modal)
    ada.submit({"words": "Alert on a full pool", "sign": "The alert fires in a drill", "finding": "1"})
    ada.close()
    ada.click("Write the summary", on=ada.ephemerals[-1])
    ada.submit({"summary": "Checkout slowed down for 90 minutes. # not a heading <script>"})
    ada.close()

    candor.ring_at(candor.travel.move(days=3))
    candor.ring()
    assert "can be published" in dee.direct_messages[-1]["text"]
    dee.click("Publish", on=dee.direct_messages[-1])
    candor.ring()
    assert only(candor, Review).stage == "published"
    assert "is published" in slack.channels["C1"].messages[-1]["text"]
    ada.command("/postmortem", "export 1", channel="C1")
    report = slack_text(ada)
    assert "## What happened" in report
    assert "> " in report
    assert "&lt;script" in report
    assert "Alert on a full pool" in report


def slack_text(person: Person) -> str:
    """The report as somebody gets it: Slack's own escapes read back."""
    import html

    return html.unescape(str(person.ephemerals[-1]["text"]))
