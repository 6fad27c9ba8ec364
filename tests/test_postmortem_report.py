"""The report, handed over once: a file, a canvas, or a private message, as the workspace allows."""

from __future__ import annotations

import html

import pytest

from storage.schema import Delivery, Review
from tests.conftest import CORE_SCOPES, EVERY_SCOPE, BuildCandor, Candor
from tests.slack import Person, Slack
from tests.test_postmortem import begin, people, reveal
from tests.test_prompts import LONG, heard, only, rows

BREAKS = {"drop_reply": True}


def publish(slack: Slack, candor: Candor) -> Person:
    """A review of three, published by who facilitates; nothing of that is posted yet."""
    ada, dee = people(slack, "UADA", "UDEE")
    begin(ada)
    reveal(slack, candor)
    candor.ring()
    dee.command("/postmortem", "status 1", channel="C1")
    dee.click("On to the quotes", on=dee.ephemerals[-1])
    dee.click("Publish", on=dee.ephemerals[-1])
    assert only(candor, Review).stage == "published", heard(dee)
    return dee


def granted(slack: Slack, build_candor: BuildCandor, *scopes: str, core: bool = False) -> Candor:
    slack.teams["T1"].scopes = {*(CORE_SCOPES if core else EVERY_SCOPE), *scopes}
    return build_candor(pace_per_minute=6_000)


def shared(slack: Slack) -> list[str]:
    """The names of the files that the channel was given."""
    return [file["name"] for one in slack.channels["C1"].messages for file in one.get("files", [])]


def delivery(candor: Candor, kind: str) -> Delivery:
    return next(one for one in rows(candor, Delivery) if one.kind == f"postmortem.{kind}")


def again(candor: Candor) -> None:
    """All tries that the courier may make."""
    for minutes in (1, 2, 5, 30, 60, 60):
        candor.ring_at(candor.travel.move(minutes=minutes))


def test_the_file_is_owed_with_the_publishing_and_posted_by_the_courier(
    slack: Slack, build_candor: BuildCandor
) -> None:
    candor = granted(slack, build_candor, "files:write")
    dee = publish(slack, candor)
    assert shared(slack) == [], "a click waits for no upload"
    assert delivery(candor, "report").state == "owed"
    candor.ring()
    assert shared(slack) == ["review-1.md"]
    [file] = slack.files.values()
    assert (file.content or b"").decode().startswith("# Checkout was slow")
    assert "This is a draft" not in (file.content or b"").decode()
    again(candor)
    assert shared(slack) == ["review-1.md"]
    assert "I may not write files here" not in heard(dee)


@pytest.mark.parametrize("breaks_at", ["files.getUploadURLExternal", "files.completeUploadExternal"])
def test_after_a_broken_line_the_file_is_looked_for_and_comes_once(
    slack: Slack, build_candor: BuildCandor, breaks_at: str
) -> None:
    candor = granted(slack, build_candor, "files:write")
    publish(slack, candor)
    slack.fail_next(breaks_at, drop_reply=True)
    candor.ring()
    assert delivery(candor, "report").ambiguous
    again(candor)
    assert shared(slack) == ["review-1.md"]
    assert delivery(candor, "report").state == "done"


def test_where_nobody_can_look_a_file_that_is_perhaps_there_is_not_sent_again(
    slack: Slack, build_candor: BuildCandor
) -> None:
    candor = granted(slack, build_candor, "files:write", core=True)
    publish(slack, candor)
    slack.fail_next("files.completeUploadExternal", drop_reply=True)
    candor.ring()
    again(candor)
    assert shared(slack) == ["review-1.md"]
    assert (delivery(candor, "report").state, delivery(candor, "report").reason) == ("dropped", "perhaps_posted")


def test_a_plain_refusal_is_tried_again(slack: Slack, build_candor: BuildCandor) -> None:
    candor = granted(slack, build_candor, "files:write", core=True)
    publish(slack, candor)
    slack.fail_next("files.completeUploadExternal", retry_after=30)
    candor.ring()
    assert shared(slack) == []
    again(candor)
    assert shared(slack) == ["review-1.md"]


def test_without_the_scope_who_facilitates_gets_the_report_once_in_private(slack: Slack, candor: Candor) -> None:
    dee = publish(slack, candor)
    candor.ring_at(candor.travel.move(days=4))  # their day had other messages, so it waits for one with room
    candor.ring()
    again(candor)
    got = [one for one in dee.direct_messages if "I may not write files here" in one["text"]]
    assert len(got) == 1
    assert "# Checkout was slow" in html.unescape(got[0]["text"])
    assert slack.files == {}
    assert shared(slack) == []
    dee.click("Read the report", on=got[0])
    assert "Checkout was slow" in str(dee.modal)


def test_a_report_that_is_too_long_for_a_message_comes_as_far_as_it_goes(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    begin(ada)
    for _ in range(8):
        ada.command("/postmortem", "timeline 1", channel="C1")
        ada.click("Add a line", on=ada.ephemerals[-1])
        ada.submit({"words": LONG, "at": "2026-11-23 09:40"})
        ada.close()
    reveal(slack, candor)
    [dee] = people(slack, "UDEE")
    dee.command("/postmortem", "status 1", channel="C1")
    dee.click("On to the quotes", on=dee.ephemerals[-1])
    candor.ring_at(candor.travel.move(days=3))
    dee.command("/postmortem", "publish 1", channel="C1")
    candor.ring()
    candor.ring_at(candor.travel.move(days=4))  # for a day with room
    assert delivery(candor, "copy").state == "done"
    [got] = [one for one in dee.direct_messages if "I may not write files here" in one["text"]]
    assert "…" in got["text"]


def test_the_report_is_a_canvas_of_its_channel_where_that_is_granted(
    slack: Slack, build_candor: BuildCandor
) -> None:
    candor = granted(slack, build_candor, "files:write", "canvases:write")
    publish(slack, candor)
    candor.ring()
    again(candor)
    [canvas] = slack.canvases.values()
    [file] = slack.files.values()
    assert (canvas.channel, canvas.title) == ("C1", "Review 1: Checkout was slow")
    assert canvas.markdown == (file.content or b"").decode()
    assert shared(slack) == ["review-1.md"]


def test_a_canvas_that_is_perhaps_there_is_not_made_again(slack: Slack, build_candor: BuildCandor) -> None:
    candor = granted(slack, build_candor, "canvases:write")
    publish(slack, candor)
    slack.fail_next("canvases.create", drop_reply=True)
    candor.ring()
    again(candor)
    assert len(slack.canvases) == 1
    assert delivery(candor, "canvas").reason == "perhaps_posted"


def test_without_the_scope_no_canvas_is_asked_for(slack: Slack, candor: Candor) -> None:
    publish(slack, candor)
    candor.ring()
    assert slack.calls_of("canvases.create") == []
    assert (delivery(candor, "canvas").state, delivery(candor, "canvas").ts) == ("done", None)


def test_a_free_workspace_whose_tab_is_taken_gets_the_file_all_the_same(
    slack: Slack, build_candor: BuildCandor
) -> None:
    candor = granted(slack, build_candor, "files:write", "canvases:write")
    slack.teams["T1"].is_free = True
    client = candor.house.workspaces.client("T1")
    assert client is not None
    client.canvases_create(document_content={"type": "markdown", "markdown": "ours"}, channel_id="C1")
    publish(slack, candor)
    candor.ring()
    again(candor)
    assert [one.markdown for one in slack.canvases.values()] == ["ours"]
    assert delivery(candor, "canvas").state == "dropped"
    assert len(slack.calls_of("canvases.create")) == 2, "it is not asked for again"
    assert shared(slack) == ["review-1.md"]


def test_a_name_that_slack_is_slow_to_tell_is_waited_for_and_not_left_out(
    slack: Slack, build_candor: BuildCandor
) -> None:
    candor = granted(slack, build_candor, "files:write")
    ada, dee = people(slack, "UADA", "UDEE")
    begin(ada)
    reveal(slack, candor)
    ada.command("/postmortem", "status 1", channel="C1")
    ada.click("Add an action", on=ada.ephemerals[-1])
    ada.submit({"words": "Alert on a full pool", "sign": "A drill", "owner": "UBEN"})
    ada.close()
    dee.command("/postmortem", "status 1", channel="C1")
    dee.click("On to the quotes", on=dee.ephemerals[-1])
    dee.click("Publish", on=dee.ephemerals[-1])
    slack.fail_next("users.info", retry_after=30)
    candor.ring()
    again(candor)
    [file] = slack.files.values()
    assert "ben" in (file.content or b"").decode()
    assert "somebody" not in (file.content or b"").decode()


LINES = "\n".join(
    f"2026-11-23 09:{minute:02}, Sam, {minute} " + "the queue grew & grew. " * 20 for minute in range(60)
)


def long_review(ada: Person) -> None:
    """A review with a timeline of sixty long lines."""
    begin(ada)
    ada.command("/postmortem", "timeline 1", channel="C1")
    ada.click("Paste lines", on=ada.ephemerals[-1])
    ada.submit({"lines": LINES}, as_client=False)
    assert not ada.form_errors
    ada.close()
    ada.ephemerals.clear()


@pytest.mark.parametrize("words", ["show 1", "export 1", "timeline 1"])
def test_what_is_too_long_for_one_answer_comes_in_several(
    slack: Slack, candor: Candor, ada: Person, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    long_review(ada)
    ada.command("/postmortem", words, channel="C1")
    assert len(ada.ephemerals) > 1
    told = html.unescape("\n".join(one["text"] for one in ada.ephemerals))
    for minute in range(20):
        assert f"{minute} the queue grew" in told
    assert "Slack refused" not in caplog.text
    assert ada.ephemerals[-1]["blocks"][-1]["type"] == "actions", "the way on stands at the end"
