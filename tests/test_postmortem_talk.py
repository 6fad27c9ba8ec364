"""The conversation of a review, in a calendar or a thread: and no word that anybody wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from rituals.postmortem.talk import proposed
from storage.schema import Finding, Review
from tests.conftest import EVERY_SCOPE, BuildCandor, Candor
from tests.slack import Person, Slack
from tests.slack.records import Json
from tests.test_postmortem import SEEN, asked, begin, people, reveal
from tests.test_prompts import heard, only, words


@pytest.fixture
def candor(slack: Slack, build_candor: BuildCandor) -> Candor:
    """A bot that may write files."""
    slack.teams["T1"].scopes = {*EVERY_SCOPE, "files:write"}
    return build_candor(pace_per_minute=6_000)


def briefed(candor: Candor, slack: Slack) -> Person:
    """Who facilitates, with the brief before them."""
    ada, dee = people(slack, "UADA", "UDEE")
    begin(ada)
    reveal(slack, candor)
    candor.ring()
    return dee


def ask(person: Person) -> None:
    brief = next(one for one in person.direct_messages if "the accounts are open" in one["text"])
    person.click("45 minutes for my calendar", on=brief)


def test_the_brief_gives_a_file_that_a_calendar_reads_to_who_asks_for_it(candor: Candor, slack: Slack) -> None:
    dee = briefed(candor, slack)
    assert not slack.files
    ask(dee)
    [file] = slack.files.values()
    assert [one["name"] for told in dee.direct_messages for one in told.get("files", [])] == ["review-1.ics"]
    parsed = Calendar.from_ical(file.content or b"")
    assert not [part.errors for part in parsed.walk() if part.errors]
    (event,) = parsed.events
    review = only(candor, Review)
    at = proposed(review.zone, candor.travel.now)
    assert event.decoded("dtstart") == at
    assert event.duration == timedelta(minutes=45)
    assert "Where did luck play a part?" in str(event["description"])
    assert f"<!date^{int(at.timestamp())}^" in heard(dee)
    for private in (SEEN, review.title, "UADA"):
        assert private not in (file.content or b"").decode().replace("\r\n ", "")


def test_asked_again_another_day_it_takes_the_place_of_the_first(candor: Candor, slack: Slack) -> None:
    dee = briefed(candor, slack)
    ask(dee)
    candor.travel.move(days=1)
    ask(dee)
    first, second = (Calendar.from_ical(file.content or b"").events[0] for file in slack.files.values())
    assert first["uid"] == second["uid"]
    assert first.decoded("sequence") < second.decoded("sequence")
    assert first.decoded("dtstart") < second.decoded("dtstart")


def test_without_the_scope_it_says_when(slack: Slack, build_candor: BuildCandor) -> None:
    candor = build_candor(pace_per_minute=6_000)
    dee = briefed(candor, slack)
    ask(dee)
    assert not slack.files
    assert heard(dee).startswith("I'd propose 45 minutes <!date^")


@pytest.mark.parametrize(
    ("opened", "zone", "begins"),
    [
        ("2026-11-23T12:16", "Europe/Berlin", "2026-11-24T09:00"),  # a Monday
        ("2026-11-27T12:16", "Europe/Berlin", "2026-11-30T09:00"),  # over a weekend
        ("2026-03-27T12:16", "Europe/Berlin", "2026-03-30T08:00"),  # over a weekend on which clocks go on
        ("2026-11-23T20:00", "Asia/Kolkata", "2026-11-25T04:30"),  # Tuesday there already
        ("2026-12-24T12:16", "Europe/Berlin", "2026-12-28T09:00"),  # over Christmas, and the weekend behind it
    ],
)
def test_it_is_proposed_for_the_next_working_day_at_ten(opened: str, zone: str, begins: str) -> None:
    now = datetime.fromisoformat(opened).replace(tzinfo=UTC)
    assert proposed(zone, now, "DE") == datetime.fromisoformat(begins).replace(tzinfo=UTC)


# --- no meeting -----------------------------------------------------------------------------------------

THREAD = "No meeting: talk in a thread"


def in_thread(slack: Slack) -> list[Json]:
    return [one for one in slack.channels["C1"].messages if "thread_ts" in one]


def test_without_a_meeting_the_questions_are_a_thread_with_no_word_of_an_account(
    candor: Candor, slack: Slack
) -> None:
    dee = briefed(candor, slack)
    brief = dee.direct_messages[-1]
    dee.click(THREAD, on=brief)
    dee.click(THREAD, on=brief)
    candor.ring()
    [reply] = in_thread(slack)
    assert reply["thread_ts"] == asked(slack)["ts"]
    assert "3 of 3 gave an account" in reply["text"]
    assert "Where did luck play a part?" in reply["text"]
    for private in (SEEN, "09:41", "graph", "UADA", "UBEN", "UCEM"):
        assert private not in str(reply["blocks"])


def test_whoever_was_asked_reads_the_accounts_from_there_and_anybody_adds_what_was_learned(
    candor: Candor, slack: Slack
) -> None:
    dee = briefed(candor, slack)
    dee.click(THREAD, on=dee.direct_messages[-1])
    candor.ring()
    [reply] = in_thread(slack)
    ben, eli = people(slack, "UBEN", "UELI")
    ben.click("Read the accounts", on=reply)
    assert SEEN in words(ben.modal)
    eli.click("Read the accounts", on=reply)
    assert SEEN not in str(eli.modal) + heard(eli)
    eli.click("Add what we learned", on=reply)
    eli.submit({"words": "Two services share the pool."})
    assert only(candor, Finding).words == "Two services share the pool."


def test_once_it_went_back_or_on_there_is_no_thread(candor: Candor, slack: Slack) -> None:
    dee = briefed(candor, slack)
    brief = dee.direct_messages[-1]
    dee.click("One step back", on=brief)
    dee.click(THREAD, on=brief)
    assert "isn't at that point: it is collecting accounts" in heard(dee)
    candor.ring()
    assert in_thread(slack) == []
