"""A demo day in one's own calendar: by file, and at a secret address over HTTP."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import recurring_ical_events
from icalendar import Calendar

from bot.edge import Edge
from storage.schema import DemoFeed
from tests.conftest import BuildCandor, Candor
from tests.fuzz_edge import SECRET
from tests.slack import Person, Slack
from tests.test_demo_day import EVENT, opened, set_up, sign_up
from tests.test_prompts import at, heard, only, rows

PUBLIC = "https://candor.example.com"
Ask = Callable[..., tuple[int, dict[str, str], bytes]]


@pytest.fixture
def candor(build_candor: BuildCandor, slack: Slack) -> Candor:
    """A bot that calendar programs can reach, and that may send files."""
    slack.teams["T1"].scopes = {*slack.teams["T1"].scopes, "files:write"}
    return build_candor(pace_per_minute=6_000, public_url=PUBLIC, http="8080", signing_secret="x")


@pytest.fixture
def ask(candor: Candor) -> Ask:
    """GET a path as a calendar program does: status, headers, body."""
    house = candor.house
    edge = Edge(house.app, SECRET, house.pages(), house.replies.is_slacks)

    def get(path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        said: dict[str, Any] = {}
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path} | {
            f"HTTP_{k.upper()}": v for k, v in headers.items()
        }
        body = b"".join(edge(environ, lambda status, given: said.update(status=status, headers=dict(given))))
        return int(said["status"].split()[0]), said["headers"], body

    return get


def asked(person: Person, words: str) -> str:
    """What `/demoday WORDS` answers, in private."""
    person.command("/demoday", words, channel="C1")
    return heard(person)


def address(person: Person) -> str:
    """The path of a new address."""
    told = asked(person, "calendar address")
    found = re.search(rf"`{PUBLIC}(/calendar/[\w-]{{43}}\.ics)`", told)
    assert found, told
    return found[1]


def dates(file: bytes) -> list[datetime]:
    """What an independent library reads, up to the end of January."""
    found = recurring_ical_events.of(Calendar.from_ical(file)).between((2026, 11, 1), (2027, 1, 31))
    return sorted(event.start.astimezone(UTC) for event in found)


def test_the_dates_come_as_files_and_the_next_one_with_its_agenda(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    opened(candor, ada)
    sign_up(ada, "A faster build")
    told = asked(ada, "calendar")
    assert "in your direct messages" in told
    sent = {file.title: file.content or b"" for file in slack.files.values()}
    assert sorted(sent) == ["demo-days.ics", "next-demo-day.ics"]
    assert dates(sent["demo-days.ics"])[:2] == [EVENT, at("2026-12-17 15:00")]
    (event,) = Calendar.from_ical(sent["next-demo-day.ics"]).events
    assert event.start == EVENT
    assert event["description"] == "A faster build (10 minutes)"
    assert event["location"] == "https://meet.example.org/demo"
    whole, next_one = Calendar.from_ical(sent["demo-days.ics"]).events
    assert event["uid"] == whole["uid"] == next_one["uid"], "who opens both has it once"
    assert (next_one.decoded("recurrence-id"), next_one["description"]) == (EVENT, event["description"])
    assert event.decoded("recurrence-id") == EVENT


def test_a_day_on_hold_is_in_no_file(candor: Candor, slack: Slack, ada: Person) -> None:
    opened(candor, ada)
    asked(ada, "pause 2 weeks")
    asked(ada, "calendar")
    [file] = slack.files.values()
    assert EVENT not in dates(file.content or b"")


def test_without_the_scope_the_dates_come_as_text(build_candor: BuildCandor, slack: Slack, ada: Person) -> None:
    slack.teams["T1"].scopes -= {"files:write"}
    build_candor(pace_per_minute=6_000)
    set_up(ada)
    told = asked(ada, "calendar")
    assert "The next demo days" in told
    assert not slack.files


def test_an_address_follows_moves_skips_and_pauses(candor: Candor, ada: Person, ask: Ask) -> None:
    opened(candor, ada)
    path = address(ada)
    status, headers, file = ask(path)
    assert (status, headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert dates(file)[0] == EVENT
    ada.command("/demoday", "move", channel="C1")
    ada.submit({"day": "2026-12-04", "at": "11:00"})
    ada.close()
    sign_up(ada, "A faster build")
    moved = ask(path)[2]
    assert dates(moved)[0] == at("2026-12-04 11:00")
    _, next_one = Calendar.from_ical(moved).events
    assert next_one["description"] == "A faster build (10 minutes)"
    ada.command("/demoday", "no event", channel="C1")
    assert dates(ask(path)[2])[0] == at("2026-12-17 15:00")
    ada.command("/demoday", "pause", channel="C1")
    assert dates(ask(path)[2]) == []
    ada.command("/demoday", "resume", channel="C1")
    assert dates(ask(path)[2])[0] == at("2026-12-17 15:00")
    ada.command("/demoday", "stop", channel="C1")
    assert ask(path)[0] == 200
    assert dates(ask(path)[2]) == []


def test_an_unchanged_calendar_is_not_sent_twice(candor: Candor, ada: Person, ask: Ask) -> None:
    set_up(ada)
    path = address(ada)
    _, headers, file = ask(path)
    assert ask(path, if_none_match=headers["ETag"])[::2] == (304, b"")
    assert ask(path, if_none_match=f'"older", W/{headers["ETag"]}')[0] == 304
    ada.command("/demoday", "pause 3 weeks", channel="C1")
    status, _, newer = ask(path, if_none_match=headers["ETag"])
    assert status == 200
    assert newer != file


def test_a_second_address_replaces_the_first_and_revoking_ends_it(candor: Candor, ada: Person, ask: Ask) -> None:
    set_up(ada)
    first, second = address(ada), address(ada)
    assert ask(first)[0] == 404
    assert ask(second)[0] == 200
    assert "leads nowhere" in asked(ada, "calendar address off")
    assert ask(second)[0] == 404
    assert "no address" in asked(ada, "calendar address off")


def test_an_address_is_stored_as_a_hash_and_never_logged(
    candor: Candor, ada: Person, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    set_up(ada)
    secret = address(ada).removeprefix("/calendar/").removesuffix(".ics")
    for path in (f"/calendar/{secret}.ics", f"/calendar/{secret[:-1]}.ics", f"/calendar/{secret}.ics/more"):
        ask(path)
    kept = only(candor, DemoFeed)
    assert (kept.person, len(kept.token)) == ("UADA", 64)
    assert secret not in kept.token
    assert secret[:-1] not in caplog.text


@pytest.mark.parametrize("path", ["/calendar/", "/calendar/.ics", "/calendar/x.ics", "/calendar/\udcff.ics"])
def test_an_address_that_nobody_has_is_not_found(ask: Ask, path: str) -> None:
    assert ask(path)[0] == 404


def test_an_address_ends_when_its_person_leaves_the_channel(
    candor: Candor, slack: Slack, ada: Person, ask: Ask
) -> None:
    set_up(ada)
    path = address(ada)
    slack.channels["C1"].members.remove("UADA")
    candor.house.people.forget("T1", "C1")
    assert ask(path)[0] == 404


def test_while_slack_is_away_a_calendar_program_is_asked_to_come_again(
    candor: Candor, slack: Slack, ada: Person, ask: Ask
) -> None:
    set_up(ada)
    path = address(ada)
    candor.house.people.forget("T1", "C1")
    slack.fail_next("conversations.info", status=503)
    status, headers, _ = ask(path)
    assert (status, headers["Retry-After"]) == (503, "600")
    assert ask(path)[0] == 200


def test_without_a_public_address_one_sentence_says_what_to_do(build_candor: BuildCandor, ada: Person) -> None:
    candor = build_candor(pace_per_minute=6_000)
    set_up(ada)
    told = asked(ada, "calendar address")
    assert "CANDOR_PUBLIC_URL" in told
    assert not rows(candor, DemoFeed)


def test_who_is_not_in_the_channel_gets_no_calendar(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(ada)
    outsider = slack.person("UOUT", team="T1")
    outsider.command("/demoday", "calendar address", channel="C1")
    assert not rows(candor, DemoFeed)
