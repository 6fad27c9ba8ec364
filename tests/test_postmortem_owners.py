"""Actions outlive their owners: who left is reminded no more, and somebody else is asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.schema import Delivery, Nudge, ReviewAction
from tests.conftest import Candor
from tests.slack import Person, Slack
from tests.test_postmortem import begin, people, reveal
from tests.test_prompts import heard, only, rows, words

LEFT = "has left the workspace"


def owned(slack: Slack, candor: Candor, *, accepted: bool = True, done: bool = False) -> Person:
    """A published review of UADA's, facilitated by UDEE, with an action of UBEN's; UDEE."""
    ada, ben, dee = people(slack, "UADA", "UBEN", "UDEE")
    begin(ada)
    reveal(slack, candor)
    ada.command("/postmortem", "status 1", channel="C1")
    ada.click("Add an action", on=ada.ephemerals[-1])
    ada.submit({"words": "Alert on a full pool", "sign": "A drill", "owner": "UBEN", "due": "2026-12-04"})
    ada.close()
    dee.command("/postmortem", "status 1", channel="C1")
    dee.click("On to the quotes", on=dee.ephemerals[-1])
    dee.click("Publish", on=dee.ephemerals[-1])
    ben.open_home()
    if accepted:
        ben.click("I'll do it")
        ben.close()
    if done:
        ben.click("Done")
        ben.close()
    candor.ring()
    return dee


def leave(slack: Slack, candor: Candor, *gone: str) -> None:
    """They are deactivated; what was remembered of them is older than three minutes by the next ring."""
    for one in gone:
        slack.users[one].deleted = True
    candor.house.people._known.clear()


def daily(candor: Candor, days: int) -> None:
    for _ in range(days):
        candor.ring_at(candor.travel.now + timedelta(days=1))


def told(person: Person) -> list[str]:
    return [one["text"] for one in person.direct_messages if LEFT in one["text"]]


@pytest.mark.parametrize("accepted", [True, False])
def test_who_looks_after_the_review_hears_once_and_the_reminders_to_the_departed_end(
    slack: Slack, candor: Candor, accepted: bool
) -> None:
    dee = owned(slack, candor, accepted=accepted)
    leave(slack, candor, "UBEN")
    before = len(rows(candor, Nudge)), len([one for one in rows(candor, Delivery) if one.to == "UBEN"])
    daily(candor, 40)
    assert len(told(dee)) == 1
    assert "Who takes it over?" in told(dee)[0]
    assert "Alert on a full pool" in told(dee)[0]
    action = only(candor, ReviewAction)
    assert (action.state, action.owner, action.remind_at) == ("idea", None, None)
    after = len(rows(candor, Nudge)), len([one for one in rows(candor, Delivery) if one.to == "UBEN"])
    assert after <= before, "nothing more is owed to who left"


def test_the_next_owner_is_asked_and_reminded(slack: Slack, candor: Candor) -> None:
    dee = owned(slack, candor)
    leave(slack, candor, "UBEN")
    daily(candor, 10)
    ask = next(one for one in dee.direct_messages if LEFT in one["text"])
    dee.click("Ask somebody", on=ask)
    assert "Alert on a full pool" in words(dee.modal)
    assert "UGUEST" not in str(dee.modal), "a guest is asked nothing"
    slack.users["UCEM"].is_restricted = True
    candor.house.people._known.clear()
    dee.submit({"owner": "UCEM", "due": "2026-12-18"})
    assert "can't be asked" in str(dee.form_errors)
    slack.users["UCEM"].is_restricted = False
    candor.house.people._known.clear()
    dee.submit({"owner": "UCEM", "due": "2026-12-18"})
    dee.close()
    action = only(candor, ReviewAction)
    assert (action.state, action.owner, f"{action.due:%Y-%m-%d}") == ("asked", "UCEM", "2026-12-18")
    dee.click("Ask somebody", on=ask)
    dee.submit({"owner": "UADA", "due": "2026-12-18"})
    assert "asked to own this one by now" in str(dee.form_errors)
    daily(candor, 3)
    [cem] = people(slack, "UCEM")
    assert "asks whether you would own this" in str(cem.direct_messages[-1]["blocks"])
    cem.open_home()
    cem.click("I'll do it")
    cem.close()
    daily(candor, 14)
    assert [one.to for one in rows(candor, Delivery) if one.kind == "postmortem.due"][-1] == "UCEM"
    assert len(told(dee)) == 1


def test_when_who_facilitated_left_too_it_is_who_started_it(slack: Slack, candor: Candor, ada: Person) -> None:
    owned(slack, candor)
    leave(slack, candor, "UBEN", "UDEE")
    daily(candor, 14)
    assert len(told(ada)) == 1
    ada.click("Ask somebody", on=next(one for one in ada.direct_messages if LEFT in one["text"]))
    ada.submit({"owner": "UADA", "due": "2026-12-18"})
    assert only(candor, ReviewAction).owner == "UADA"


def test_when_everybody_left_nobody_is_told_and_nothing_goes_on(slack: Slack, candor: Candor) -> None:
    owned(slack, candor)
    leave(slack, candor, "UBEN", "UDEE", "UADA")
    daily(candor, 14)
    assert only(candor, ReviewAction).remind_at is None
    assert [one for one in rows(candor, Delivery) if one.kind == "postmortem.owner_left"] == []


def test_somebody_else_asks_nobody(slack: Slack, candor: Candor) -> None:
    dee = owned(slack, candor)
    leave(slack, candor, "UBEN")
    daily(candor, 10)
    ask = next(one for one in dee.direct_messages if LEFT in one["text"])
    [cem] = people(slack, "UCEM")
    forged = {**ask, "ts": slack.next_ts()}
    slack.channels["C1"].messages.append(forged)
    cem.click("Ask somebody", on=forged)
    assert "looks after the review" in heard(cem)
    assert cem.modal is None


def test_whether_it_helped_is_asked_of_who_is_still_there(slack: Slack, candor: Candor) -> None:
    dee = owned(slack, candor, done=True)
    leave(slack, candor, "UBEN")
    daily(candor, 35)
    assert "Did it help?" in str([one["blocks"] for one in dee.direct_messages])
    assert only(candor, ReviewAction).owner == "UBEN", "what they did stays theirs"
    assert told(dee) == []


def test_a_slack_that_does_not_answer_takes_nobody_for_gone(slack: Slack, candor: Candor) -> None:
    owned(slack, candor)
    candor.house.people._known.clear()
    slack.fail_next("users.info", status=503, times=100)
    daily(candor, 12)
    assert only(candor, ReviewAction).owner == "UBEN"
    assert [one.to for one in rows(candor, Delivery) if one.kind == "postmortem.due"] == ["UBEN"] * 2
