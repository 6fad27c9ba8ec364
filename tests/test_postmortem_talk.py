"""The conversation of a review in the facilitator's calendar: 45 minutes, by day, and no word of an account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from rituals.postmortem.talk import proposed
from storage.schema import Delivery, Review
from tests.conftest import EVERY_SCOPE, BuildCandor, Candor
from tests.slack import Person, Slack
from tests.test_postmortem import SEEN, begin, people, reveal
from tests.test_prompts import only, rows


@pytest.fixture
def candor(slack: Slack, build_candor: BuildCandor) -> Candor:
    """A bot that may write files."""
    slack.teams["T1"].scopes = {*EVERY_SCOPE, "files:write"}
    return build_candor(pace_per_minute=6_000)


def test_the_brief_comes_with_a_file_that_a_calendar_reads(candor: Candor, slack: Slack, ada: Person) -> None:
    [dee] = people(slack, "UDEE")
    begin(ada)
    reveal(slack, candor)
    candor.ring()
    [file] = slack.files.values()
    assert file.name == "review-1.ics"
    assert [one["name"] for told in dee.direct_messages for one in told.get("files", [])] == ["review-1.ics"]
    parsed = Calendar.from_ical(file.content or b"")
    assert not [part.errors for part in parsed.walk() if part.errors]
    (event,) = parsed.events
    review = only(candor, Review)
    assert event.decoded("dtstart") == proposed(review)
    assert event.duration == timedelta(minutes=45)
    assert "Where did luck play a part?" in str(event["description"])
    assert event["status"] == "CONFIRMED"
    for private in (SEEN, review.title, "UADA"):
        assert private not in (file.content or b"").decode().replace("\r\n ", "")
    brief = next(str(one["text"]) for one in dee.direct_messages if "the accounts are open" in one["text"])
    assert f"<!date^{int(proposed(review).timestamp())}^" in brief


def test_without_the_scope_the_brief_alone_says_when(slack: Slack, build_candor: BuildCandor) -> None:
    candor = build_candor(pace_per_minute=6_000)
    ada, dee = people(slack, "UADA", "UDEE")
    begin(ada)
    reveal(slack, candor)
    candor.ring()
    assert not slack.files
    assert "45 minutes with those who were there is enough, perhaps <!date^" in dee.direct_messages[-1]["text"]
    owed = [one for one in rows(candor, Delivery) if one.kind == "postmortem.talk"]
    assert [(one.state, one.ts) for one in owed] == [("done", None)]


@pytest.mark.parametrize(
    ("opened", "zone", "begins"),
    [
        ("2026-11-23T12:16", "Europe/Berlin", "2026-11-24T09:00"),  # a Monday
        ("2026-11-27T12:16", "Europe/Berlin", "2026-11-30T09:00"),  # over a weekend
        ("2026-03-27T12:16", "Europe/Berlin", "2026-03-30T08:00"),  # over a weekend on which clocks go on
        ("2026-11-23T20:00", "Asia/Kolkata", "2026-11-25T04:30"),  # Tuesday there already
    ],
)
def test_it_is_proposed_for_the_next_working_day_at_ten(opened: str, zone: str, begins: str) -> None:
    review = Review(since=datetime.fromisoformat(opened).replace(tzinfo=UTC), zone=zone)
    assert proposed(review) == datetime.fromisoformat(begins).replace(tzinfo=UTC)
