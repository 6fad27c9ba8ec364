"""The result as a picture: only where Slack's own chart is refused, after the words, no more exact than those."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from struct import unpack
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rituals.pulse import chart
from rituals.pulse.instruments import DEFAULT, LOOP, Instrument, load_instruments
from rituals.pulse.publishing import Published, publish
from storage.schema import Delivery, Pulse
from tests.conftest import BuildCandor, Candor
from tests.slack import Person, Slack
from tests.test_prompts import rows
from tests.test_pulse import CHANNEL, ITEMS, TEAM, answer, closed, everyone, launched

SAFETY = load_instruments(None)[DEFAULT]
TWO = replace(SAFETY, items=SAFETY.items[:2])
PNG = b"\x89PNG\r\n\x1a\n"
SPREAD = [(7, 3)] * 4 + [(7, 5)] * 3
EXPECTED = """\
<svg xmlns="http://www.w3.org/2000/svg" width="720" height="236" viewBox="0 0 720 236" font-family="DejaVu Sans">
<rect width="720" height="236" fill="#ffffff"/>
<text x="24" y="34" font-size="21" fill="#1d2329">Team safety</text>
<text x="24" y="58" font-size="14" fill="#5b6770">\
Mean of each statement, from 1 to 7; 7 of 9 answered</text>
<text x="24" y="94" font-size="16" fill="#1d2329">Mistakes aren&#x27;t held against anyone</text>
<rect x="24" y="102" width="520" height="18" rx="3" fill="#e4e9ed"/>
<rect x="24" y="102" width="407" height="18" rx="3" fill="#2f6f8f"/>
<text x="556" y="117" font-size="16" fill="#1d2329">5.7 or higher</text>
<text x="24" y="150" font-size="16" fill="#1d2329">Tough issues can be raised</text>
<rect x="24" y="158" width="520" height="18" rx="3" fill="#e4e9ed"/>
<rect x="24" y="158" width="251" height="18" rx="3" fill="#2f6f8f"/>
<text x="556" y="173" font-size="16" fill="#1d2329">3.9</text>
<text x="24" y="206" font-size="13" fill="#5b6770" text-anchor="middle">1</text>
<text x="111" y="206" font-size="13" fill="#5b6770" text-anchor="middle">2</text>
<text x="197" y="206" font-size="13" fill="#5b6770" text-anchor="middle">3</text>
<text x="284" y="206" font-size="13" fill="#5b6770" text-anchor="middle">4</text>
<text x="371" y="206" font-size="13" fill="#5b6770" text-anchor="middle">5</text>
<text x="457" y="206" font-size="13" fill="#5b6770" text-anchor="middle">6</text>
<text x="544" y="206" font-size="13" fill="#5b6770" text-anchor="middle">7</text>
<text x="24" y="226" font-size="13" fill="#5b6770">1: strongly disagree, 7: strongly agree</text>
</svg>"""


# --- what is drawn --------------------------------------------------------------------------------------


def test_it_draws_what_was_published_to_the_letter() -> None:
    assert chart.svg(TWO, publish(TWO, SPREAD, [], invited=9, k=5)) == EXPECTED


def test_answers_that_are_published_alike_are_drawn_alike() -> None:
    """Seven sevens and nearly so: the clamp holds for the picture, down to the length of its bars."""
    all_seven = publish(TWO, [(7, 7)] * 7, [], invited=9, k=5)
    nearly = publish(TWO, [(7, 7)] * 6 + [(6, 5)], [], invited=9, k=5)
    assert chart.svg(TWO, all_seven) == chart.svg(TWO, nearly)
    assert chart.alt_text(TWO, all_seven) == chart.alt_text(TWO, nearly)


@pytest.mark.parametrize("name", load_instruments(None))
def test_the_alt_text_says_every_number_that_the_picture_shows(name: str) -> None:
    instrument = load_instruments(None)[name]
    told = publish(instrument, [range(1, 1 + len(instrument.items))[:7]] * 9, [], invited=9, k=5)
    heard = chart.alt_text(instrument, told)
    for one in told.items:
        assert f": {one.mean_in_words}" in heard
    drawn = [part.text or "" for part in ElementTree.fromstring(chart.svg(instrument, told)).iter()]
    assert set(re.findall(r"\d\.\d", " ".join(drawn))) == set(re.findall(r"\d\.\d", heard))


@settings(max_examples=50)
@given(label=st.text(min_size=1, max_size=40), title=st.text(min_size=1, max_size=40))
def test_whatever_a_label_holds_it_stays_a_picture_and_short_to_hear(label: str, title: str) -> None:
    items = tuple(replace(one, label=label, id=str(place)) for place, one in enumerate([*SAFETY.items, LOOP] * 2))
    asked: Instrument = replace(SAFETY, title=title, items=items[:13])
    told: Published = publish(asked, [(1,) * 13] * 5, [], invited=5, k=5)
    assert ElementTree.fromstring(chart.svg(asked, told)).tag.endswith("svg")
    assert len(chart.alt_text(asked, told)) <= 1_000


def test_the_pixels_hold_the_letters_and_are_sharp() -> None:
    """A font that is missing draws nothing, and two labels would look alike."""
    told = publish(TWO, SPREAD, [], invited=9, k=5)
    other = replace(TWO, items=tuple(replace(one, label="Another label") for one in TWO.items))
    first, second = chart.png(chart.svg(TWO, told)), chart.png(chart.svg(other, told))
    assert first.startswith(PNG)
    assert unpack(">II", first[16:24]) == (1_440, 472)
    assert first != second
    assert chart.FONT.read_bytes()[:4] == b"\x00\x01\x00\x00"


# --- where it goes --------------------------------------------------------------------------------------


@pytest.fixture
def candor(slack: Slack, build_candor: BuildCandor) -> Candor:
    """A bot that may send files, and a channel of six."""
    slack.teams["T1"].scopes.add("files:write")
    slack.channel(CHANNEL, team="T1", name="six", members=[*TEAM])
    return build_candor(pace_per_minute=6_000, operator="the platform team")


def answered(candor: Candor, slack: Slack, ada: Person, people: int = 6) -> None:
    launched(candor, ada)
    for number, person in enumerate(everyone(slack)[:people]):
        answer(person, [number % 3 + 4] * ITEMS)
        person.close()


def kinds_of(message: Mapping[str, object]) -> list[str]:
    blocks = message.get("blocks")
    return [one["type"] for one in blocks] if isinstance(blocks, list) else []


def picture(candor: Candor) -> Delivery | None:
    return next((one for one in rows(candor, Delivery) if one.kind == "pulse.picture"), None)


def test_where_slacks_own_chart_is_refused_bars_of_text_come_first_and_the_picture_under_them(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    answered(candor, slack, ada)
    slack.fail_next("chat.postMessage", error="invalid_blocks")
    closed(candor)
    told, shown = slack.channels[CHANNEL].messages
    assert "data_visualization" not in kinds_of(told)
    assert "▰" in told["text"]
    assert shown["thread_ts"] == told["ts"]
    assert "in words and numbers they stand in the message above" in shown["text"]
    [file] = slack.files.values()
    assert (file.content or b"").startswith(PNG)
    assert file.alt_text.count("5.0") == ITEMS
    assert "6 of 6 answered" in file.alt_text
    sent = picture(candor)
    assert sent is not None
    assert (sent.state, set(sent.facts)) == ("done", {"pulse", "under"})
    candor.ring()
    assert len(slack.channels[CHANNEL].messages) == 2


def test_where_slacks_own_chart_is_taken_there_is_no_file(candor: Candor, slack: Slack, ada: Person) -> None:
    answered(candor, slack, ada)
    closed(candor)
    [told] = slack.channels[CHANNEL].messages
    assert "data_visualization" in kinds_of(told)
    assert slack.files == {}
    assert picture(candor) is None


def test_without_the_scope_the_bars_are_all(slack: Slack, build_candor: BuildCandor, ada: Person) -> None:
    slack.teams["T1"].scopes.discard("files:write")
    candor = build_candor(pace_per_minute=6_000, operator="the platform team")
    answered(candor, slack, ada)
    slack.fail_next("chat.postMessage", error="invalid_blocks")
    closed(candor)
    [told] = slack.channels[CHANNEL].messages
    assert "▰" in told["text"]
    assert picture(candor) is None


def test_without_the_extra_the_bars_are_all(
    candor: Candor, slack: Slack, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    answered(candor, slack, ada)
    slack.fail_next("chat.postMessage", error="invalid_blocks")
    closed(candor)
    [told] = slack.channels[CHANNEL].messages
    assert "▰" in told["text"]
    assert picture(candor) is None


def test_too_few_answers_are_not_drawn(candor: Candor, slack: Slack, ada: Person) -> None:
    answered(candor, slack, ada, people=4)
    closed(candor)
    assert "Fewer than five answered" in slack.channels[CHANNEL].messages[0]["text"]
    assert slack.files == {}


@pytest.mark.parametrize("step", ["files.getUploadURLExternal", "files.completeUploadExternal"])
def test_when_the_upload_is_refused_the_bars_stand(candor: Candor, slack: Slack, ada: Person, step: str) -> None:
    answered(candor, slack, ada)
    slack.fail_next("chat.postMessage", error="invalid_blocks")
    slack.fail_next(step, error="file_uploads_disabled")
    closed(candor)
    [told] = slack.channels[CHANNEL].messages
    assert "▰" in told["text"]
    given_up = picture(candor)
    assert given_up is not None
    assert (given_up.state, given_up.reason) == ("dropped", "file_uploads_disabled")
    assert rows(candor, Pulse)[-1].state == "closed"


def test_when_slack_is_busy_the_picture_waits(candor: Candor, slack: Slack, ada: Person) -> None:
    answered(candor, slack, ada)
    slack.fail_next("chat.postMessage", error="invalid_blocks")
    slack.fail_next("files.getUploadURLExternal", retry_after=120)
    candor.ring_at(rows(candor, Pulse)[-1].closes_at)
    assert len(slack.channels[CHANNEL].messages) == 1
    candor.travel.move(minutes=3)
    candor.ring()
    assert len(slack.channels[CHANNEL].messages) == 2


@pytest.mark.parametrize("may_look", [True, False])
def test_a_picture_whose_arrival_nobody_knows_is_not_sent_twice(
    candor: Candor, slack: Slack, build_candor: BuildCandor, ada: Person, may_look: bool
) -> None:
    """Where history may be read, it is looked for there by its name; else once too few is better than twice."""
    if not may_look:
        slack.teams["T1"].scopes -= {"channels:history", "groups:history"}
        candor = build_candor(pace_per_minute=6_000, operator="the platform team")
    answered(candor, slack, ada)
    slack.fail_next("chat.postMessage", error="invalid_blocks")
    slack.fail_next("files.completeUploadExternal", drop_reply=True)
    closed(candor)
    candor.travel.move(minutes=5)
    candor.ring()
    assert len(slack.channels[CHANNEL].messages) == 2
    doubtful = picture(candor)
    assert doubtful is not None
    assert (doubtful.state, doubtful.reason) == (("done", None) if may_look else ("dropped", "perhaps_posted"))
