"""A review of a month, played minute by minute: every message of the page's table, at its time, and none after."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.schema import Delivery, Moment, Review, ReviewAction
from tests.conftest import BuildCandor, Candor, Clock
from tests.slack import Person, Slack
from tests.test_postmortem import asked, begin, give, people, reveal
from tests.test_prompts import heard, only, rows

MOST = {  # of the page's table, per receiver
    "postmortem.start": 1,
    "postmortem.interim": 1,
    "postmortem.summary": 1,
    "postmortem.account": 1,
    "postmortem.remind": 1,
    "postmortem.quotes": 1,
    "postmortem.brief": 1,
    "postmortem.overdue": 2,  # one for each of the two stages that somebody moves on
}
FRIDAY = datetime(2026, 10, 16, 12, 0, tzinfo=UTC)


def posted(candor: Candor, kind: str) -> list[tuple[str, datetime]]:
    """(receiver, when it was posted) of every delivery of a kind that Slack has."""
    done = [one for one in rows(candor, Delivery) if one.kind == kind and one.ts and one.settled_at]
    return [(one.to, one.settled_at) for one in done if one.settled_at]


def play(candor: Candor, until: datetime, *moments: datetime) -> None:
    """Ring once a day until then, and a minute before and at each of these moments."""
    now, a_day = candor.travel.now, timedelta(days=1)
    days = [now + a_day * count for count in range(1, (until - now) // a_day + 1)]
    minutes = [at - timedelta(minutes=1) for at in moments]
    for at in sorted({*days, *minutes, *moments, until}):
        candor.ring_at(at)


def test_a_month_of_a_review_over_two_restarts_and_a_clock_change(
    slack: Slack, build_candor: BuildCandor, travel: Clock
) -> None:
    """A hundred rings, and their looks at what was posted, take a few seconds."""
    travel.to(FRIDAY)
    candor = build_candor(pace_per_minute=6_000)
    ada, ben, dee = people(slack, "UADA", "UBEN", "UDEE")
    begin(ada, began="2026-10-16 09:00", ended="2026-10-16 10:00")
    candor.ring()
    assert Counter(one for one, _ in posted(candor, "postmortem.account")) == {"UADA": 1, "UBEN": 1, "UCEM": 1}
    when = dict(posted(candor, "postmortem.account"))
    assert when == dict.fromkeys(("UADA", "UBEN", "UCEM"), FRIDAY)  # 14:00, 8:00 and 17:30 on their clocks

    give(ada, candor)
    candor = build_candor(pace_per_minute=6_000)  # a restart
    monday = FRIDAY + timedelta(days=3)
    play(candor, FRIDAY + timedelta(days=4), monday)
    reminded = dict(posted(candor, "postmortem.remind"))
    assert reminded == {"UBEN": monday, "UCEM": monday}, "halfway is a Sunday; who answered is left alone"
    review = only(candor, Review)
    assert review.stage == "conversation", "two working days from a Friday are over on Tuesday"
    [(facilitator, at)] = posted(candor, "postmortem.brief")
    assert facilitator == "UDEE"
    assert at == datetime(2026, 10, 20, 12, 0, tzinfo=UTC)

    play(candor, datetime(2026, 10, 24, 12, 0, tzinfo=UTC), datetime(2026, 10, 23, 12, 0, tzinfo=UTC))
    assert [at for _, at in posted(candor, "postmortem.overdue")] == [datetime(2026, 10, 23, 12, 0, tzinfo=UTC)]
    dee.command("/postmortem", "status 1", channel="C1")
    dee.click("Choose quotes", on=dee.ephemerals[-1])
    dee.submit({"picked0": ["UADA first"]})
    dee.close()
    dee.click("On to the quotes", on=dee.ephemerals[-1])
    ada.command("/postmortem", "status 1", channel="C1")
    ada.click("Add an action", on=ada.ephemerals[-1])
    ada.submit({"words": "Alert on a full pool", "sign": "A drill", "owner": "UBEN", "due": "2026-11-06"})
    ada.close()
    candor = build_candor(pace_per_minute=6_000)  # another restart, and the clocks of Berlin go back that night
    monday = datetime(2026, 10, 26, 13, 0, tzinfo=UTC)  # 14:00 in Berlin, as on the Saturday
    play(candor, datetime(2026, 10, 28, 12, 0, tzinfo=UTC), monday, datetime(2026, 10, 27, 13, 0, tzinfo=UTC))
    assert posted(candor, "postmortem.quotes") == [("UADA", monday)], "it was moved on on a Saturday"
    assert only(candor, Review).overdue_at == datetime(2026, 10, 27, 13, 0, tzinfo=UTC), "14:00 in Berlin, still"

    dee.command("/postmortem", "publish 1", channel="C1")
    assert only(candor, Review).stage == "published", heard(dee)
    published = candor.travel.now
    candor.ring()
    assert posted(candor, "postmortem.summary") == [("C1", published)]
    ben.open_home()
    ben.click("I'll do it")
    ben.close()
    nine = datetime(2026, 11, 6, 14, 0, tzinfo=UTC)  # 9:00 in New York
    reminders = [nine - timedelta(days=2), nine, nine + timedelta(days=7)]
    play(candor, datetime(2026, 11, 15, 15, 0, tzinfo=UTC), *reminders)
    due = [at for _, at in posted(candor, "postmortem.due")]
    assert due == reminders
    ben.open_home()
    ben.click("Done")
    done = candor.travel.now
    play(candor, datetime(2026, 11, 30, 15, 0, tzinfo=UTC))
    assert [at for _, at in posted(candor, "postmortem.due")] == due, "none after it is done"

    for kind, most in MOST.items():
        told = Counter(one for one, _ in posted(candor, kind))
        assert all(count <= most for count in told.values()), kind
    start = [one for one in slack.channels["C1"].messages if one["user"] == "UBOT"]
    assert len(start) == 2, "the start, edited as it went on, and the summary"
    assert "Now: Published" in asked(slack)["text"]
    assert done == datetime(2026, 11, 15, 15, 0, tzinfo=UTC)
    in_thirty = datetime(2026, 12, 15, 15, 0, tzinfo=UTC)
    in_ninety = datetime(2027, 2, 15, 15, 0, tzinfo=UTC)  # on the Monday: the day itself is a Saturday
    for asks_at, helped in ((in_thirty, "helped"), (in_ninety, "not_yet")):
        play(candor, asks_at + timedelta(hours=1), asks_at)
        assert [at for to, at in posted(candor, "nudge.bundle") if to == "UBEN"][-1] == asks_at
        assert "Did it help?" in str(ben.direct_messages[-1]["blocks"])
        ben.open_home()
        ben.click("Did it help?", on=ben.home)
        ben.submit({"helped": helped, "in_place": "yes"})
        ben.close()
        assert "Did it help?" not in str(ben.home), "once it was answered"
    action = only(candor, ReviewAction)
    assert (action.state, action.remind_at) == ("done", None)
    assert action.helped == {"30": "helped, in place", "90": "not_yet, in place"}


def test_a_source_that_is_edited_or_deleted_is_followed_where_history_may_be_read(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    begin(ada)
    edited, deleted = ada.says("The queue is full", channel="C1"), ada.says("Restarting", channel="C1")
    for said in (edited, deleted):
        ada.message_shortcut("pm_add_message", said)
        ada.submit()
        ada.close()
    reveal(slack, candor)
    messages = slack.channels["C1"].messages
    next(one for one in messages if one["ts"] == edited["ts"])["text"] = "The queue of orders is full"
    messages.remove(next(one for one in messages if one["ts"] == deleted["ts"]))
    [dee] = people(slack, "UDEE")
    dee.command("/postmortem", "status 1", channel="C1")
    dee.click("On to the quotes", on=dee.ephemerals[-1])
    first, second = rows(candor, Moment)
    assert first.words == "The queue of orders is full"
    assert first.was["said"][0][1] == "The queue is full"
    assert second.is_gone
    dee.command("/postmortem", "show 1", channel="C1")
    assert "  - Corrected\n" in heard(dee)
    assert "Restarting" not in heard(dee)


def test_the_same_content_gives_the_same_bytes_and_a_file_where_files_may_be_written(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    begin(ada)
    said = []
    for _ in range(2):
        ada.command("/postmortem", "export 1", channel="C1")
        said.append(heard(ada))
    assert said[0] == said[1]
    assert said[0].startswith("# Checkout was slow")


def test_a_report_is_a_file_where_that_scope_is_granted(
    slack: Slack, build_candor: BuildCandor, ada: Person
) -> None:
    slack.teams["T1"].scopes = {*slack.teams["T1"].scopes, "files:write"}
    candor = build_candor(pace_per_minute=6_000)
    begin(ada)
    ada.command("/postmortem", "export 1", channel="C1")
    [file] = slack.files.values()
    assert (file.content or b"").decode().startswith("# Checkout was slow")
    assert "direct messages" in heard(ada)
    assert only(candor, Review).stage == "accounts"


def test_a_file_is_imported_from_a_shell_once(
    slack: Slack, candor: Candor, ada: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    from bot.__main__ import main

    begin(ada)
    file = tmp_path / "incident.md"
    file.write_text("- 2026-11-23 09:30, on call, the alert fired\n- 2026-11-23 09:41, support, first mail\n")
    url = candor.database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("CANDOR_DATABASE_URL", url)
    monkeypatch.setenv("CANDOR_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("CANDOR_APP_TOKEN", "xapp-1")
    for expected in ("2 of 2", "0 of 2"):
        assert main(["postmortem", "import", str(file), "--review", "1"]) == 0
        assert expected in capsys.readouterr().out
    assert [one.who for one in rows(candor, Moment)] == ["on call", "support"]
    for words, says in (
        ([file, "--review", "3"], "There is no review 3 in workspace T1.\n"),
        ([tmp_path / "x.csv", "--review", "1"], f"There is no file {tmp_path / 'x.csv'}.\n"),
        ([tmp_path, "--review", "1"], f"{tmp_path} can't be read: it is a folder, or you may not read it.\n"),
    ):
        assert main(["postmortem", "import", *map(str, words), "--workspace", "T1"]) == 2
        assert capsys.readouterr().err == says


def test_an_idea_is_parked_and_shaped_later_and_one_we_choose_not_to_do_says_why(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    begin(ada)
    reveal(slack, candor)
    ada.command("/postmortem", "status 1", channel="C1")
    on = ada.ephemerals[-1]
    ada.click("Add an action", on=on)
    ada.submit({"words": "Give each service a pool of its own"})
    ada.close()
    assert only(candor, ReviewAction).state == "idea"
    ada.command("/postmortem", "actions all", channel="C1")
    ada.click("Shape it", on=ada.ephemerals[-1])
    ada.submit({"reason": "It would cost more than the incident did"})
    ada.close()
    assert only(candor, ReviewAction).state == "dropped"
    ada.command("/postmortem", "show 1", channel="C1")
    assert "we choose not to, because It would cost more" in heard(ada)


def test_a_condition_that_another_review_named_brings_that_one_along(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    for said, seen in (
        ("The pool is shared by two services", False),
        ("Two services shared one pool again", True),
    ):
        begin(ada)
        candor.ring()
        ada.command("/postmortem", "list", channel="C1")
        number = len(rows(candor, Review))
        for person in people(slack, "UADA", "UBEN", "UCEM"):
            give(person, candor)
        candor.ring_at(candor.travel.move(minutes=16))
        ada.command("/postmortem", f"status {number}", channel="C1")
        ada.click("Add what we learned", on=ada.ephemerals[-1])
        ada.submit({"words": said})
        assert ("Seen before, in review 1" in str(ada.modal)) is seen
        ada.close()
