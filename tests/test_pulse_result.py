"""The result as its channel reads it: whole by ear, within Slack's limits, and never more exact than published."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks.common import Message, message
from bot.blocks.pulse.result import result, result_with_chart
from rituals.pulse.instruments import DEFAULT, LOOP, OURS, Instrument, load_instruments
from rituals.pulse.publishing import Published, publish
from tests.slack import problems_in_message

TEAM = load_instruments(None)[DEFAULT]
NINE = [(7, 6, 5, 4, 3, 2, 1)] * 5 + [(5, 5, 5, 5, 5, 5, None)] * 4


def said(told: Published, moved: dict[str, str] | None = None) -> str:
    return message(result(TEAM, TEAM.items, told, moved)).text


def test_words_and_numbers_come_first_and_say_no_more_than_may_be_known() -> None:
    told = said(publish(TEAM, NINE, [], invited=10, k=5))
    assert "*9 of 10* answered." in told
    assert "*Nobody undermines another's work*: 4 of 9 agree; mean 3.3 of 7; split" in told
    assert "7 or more of 9 agree" in told
    assert "new baseline" in told
    assert "*My skills are valued and used*: 2 or fewer of 5 agree; mean 3.0 or lower of 7" in told


def test_a_result_of_less_than_six_in_ten_says_whose_view_it_is() -> None:
    assert "fewer than six in ten" in said(publish(TEAM, NINE, [], invited=16, k=5))
    assert "fewer than six in ten" not in said(publish(TEAM, NINE, [], invited=15, k=5))


def test_at_the_ceiling_it_says_so() -> None:
    assert "strong, as high as we may show for 6 answers" in said(
        publish(TEAM, [(7,) * 7] * 6, [], invited=6, k=5)
    )


def test_where_agreeing_is_the_worse_answer_low_is_strong() -> None:
    burnout = load_instruments(OURS / "off")["burnout"]
    told = publish(burnout, [(1, 6, 1, 1)] * 8, [], invited=8, k=8)
    read = message(result(burnout, burnout.items, told, None)).text
    assert "*Ineffective in work*: strong, as low as we may show for 8 answers" in read
    assert 'Twenty minutes about "Burned out from work"' in read
    assert "it counts the other way round" in read


def test_nothing_is_called_weak_where_all_stand_as_high_as_may_be_shown() -> None:
    told = said(publish(TEAM, [(7,) * 7] * 6, [], invited=6, k=5))
    assert "Nothing here is weak" in told
    assert "low end" not in told


def test_without_anything_to_show_there_is_no_chart() -> None:
    for answers in ([(None,) * 7] * 6, []):
        told = publish(TEAM, answers, [], invited=6, k=5)
        assert all(
            block["type"] != "data_visualization" for block in result_with_chart(TEAM, TEAM.items, told, {})
        )


def test_too_few_is_a_result_and_gives_no_number() -> None:
    told = said(publish(TEAM, NINE[:3], ["x"], invited=6, k=5))
    assert "Fewer than five answered" in told
    assert "15-minute" in told
    assert "3" not in told


def test_a_trend_is_said_in_words() -> None:
    told = publish(TEAM, NINE, [], invited=9, k=5)
    assert "down from 6.0" in said(told, {"mistakes": "down from 6.0"})
    assert "new baseline" not in said(told, {})


def test_the_weakest_has_a_guide_to_twenty_minutes() -> None:
    told = said(publish(TEAM, [(7, 1, 7, 7, 7, 7, 7)] * 6, [], invited=6, k=5))
    assert 'Twenty minutes about "Tough issues can be raised"' in told
    assert "Which topic do we talk about in pairs" in told
    assert "Pick one, and give it twenty minutes together" in said(
        publish(TEAM, [(7, 1, 1, 7, 7, 7, 7)] * 6, [], invited=6, k=5)
    )


@settings(max_examples=20)  # each builds and checks two long messages
@given(
    answers=st.lists(st.lists(st.none() | st.integers(1, 7), min_size=8, max_size=8), min_size=5, max_size=12),
    comments=st.lists(st.text(min_size=1, max_size=60), max_size=25),
    letter=st.sampled_from("a<&*`"),
)
def test_whatever_was_answered_it_fits_and_pings_nobody(
    answers: list[list[int | None]], comments: list[str], letter: str
) -> None:
    long = [replace(one, text=letter * 240, label=letter * 40) for one in (*TEAM.items, LOOP)]
    asked: Instrument = replace(TEAM, items=tuple(long))
    told = publish(asked, answers, [*comments, "<!channel> <@U1>", *[letter * 500] * 5], invited=40, k=5)
    for build in (result, result_with_chart):
        built = message(build(asked, asked.items, told, {}))
        posted = Message(built.text[:40_000], built.blocks)
        assert problems_in_message({"text": posted.text, "blocks": posted.blocks}) == []
        assert "<!channel>" not in posted.text
        assert "<@U1>" not in posted.text


@pytest.mark.parametrize("name", load_instruments(None))
def test_the_chart_of_every_instrument_is_one_that_slack_takes(name: str) -> None:
    instrument = load_instruments(None)[name]
    told = publish(instrument, [(4,) * len(instrument.items)] * 9, [], invited=9, k=5)
    built = message(result_with_chart(instrument, instrument.items, told, None))
    assert problems_in_message({"text": built.text, "blocks": built.blocks}) == []
    assert [block["type"] for block in built.blocks].count("data_visualization") == 1
