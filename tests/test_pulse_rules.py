"""The rules of the pulse on plain values: what is shown, who is asked, what is a change, what people are told."""

from __future__ import annotations

import random
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rituals.errors import InvalidField
from rituals.pulse import audience, change, comments, consent
from rituals.pulse.instruments import DEFAULT, LOOP, TALK, BadInstrument, load_instruments
from rituals.pulse.instruments import OURS as FOLDER
from rituals.pulse.publishing import (
    HISTOGRAM_FROM,
    ItemResult,
    Published,
    publish,
    read_published,
    show_item,
)
from rituals.pulse.subtraction import points_at_few
from rituals.sealed import normal

OURS = load_instruments(None)
OFF = FOLDER / "off"
TEAM = OURS[DEFAULT]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WHOLE = (7, 6, 5, 4, 3, 2, 1)
vectors = st.lists(st.lists(st.none() | st.integers(1, 7), min_size=7, max_size=7), max_size=14)


# --- what is shown ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "favourable", "mean", "edge", "word"),
    [
        ((7,) * 5, (3, 5), 5.2, "high", ""),
        ((1,) * 5, (0, 2), 3.0, "low", ""),
        ((7, 7, 7, 1, 1), (3, 5), 4.6, "", ""),  # the count's bounds touch at five: there is never a word
        ((6, 6, 6, 6, 4, 4, 4, 5), (5, 5), 5.1, "", "largely agree"),
        ((7, 7, 7, 7, 1, 1, 1, 1), (4, 4), 4.0, "", "split"),
        ((6, 6, 5, 5, 3, 3, 3, 3), (4, 4), 4.2, "", "mixed"),
        ((7,) * 7, (5, 7), 5.7, "high", ""),
    ],
)
def test_an_item_is_shown_as_exactly_as_may_be(
    given: tuple[int, ...], favourable: tuple[int, int], mean: float, edge: str, word: str
) -> None:
    told = show_item("one", given)
    assert (told.favourable, told.mean, told.mean_edge, told.agreement) == (favourable, mean, edge, word)


def test_the_spread_is_shown_from_ten_answers_on_and_only_between_the_bounds() -> None:
    assert show_item("one", (1, 3, 4, 5, 6, 7, 2, 5, 6)).bins == ()
    assert show_item("one", (1, 3, 4, 5, 6, 7, 2, 5, 6, 7)).bins == (2, 2, 6)
    assert show_item("one", (7,) * 9 + (1,)).bins == ()
    assert HISTOGRAM_FROM == 10


@pytest.mark.parametrize("answered", range(5))
def test_fewer_than_five_are_the_same_bytes_however_many(answered: int) -> None:
    nothing = publish(TEAM, [], [], invited=9, k=5).in_json()
    assert publish(TEAM, [WHOLE] * answered, ["words"] * answered, invited=9, k=5).in_json() == nothing


@given(answers=vectors, said=st.lists(st.text(max_size=30), max_size=5), seed=st.integers())
def test_the_result_is_the_same_bytes_under_any_order_of_answers_and_comments(
    answers: list[list[int | None]], said: list[str], seed: int
) -> None:
    once = publish(TEAM, answers, said, invited=20, k=5).in_json()
    dice = random.Random(seed)
    dice.shuffle(answers)
    dice.shuffle(said)
    assert publish(TEAM, answers, said, invited=20, k=5).in_json() == once
    assert read_published(once).in_json() == once


@given(answers=vectors)
def test_no_item_is_shown_that_fewer_than_five_answered(answers: list[list[int | None]]) -> None:
    told = publish(TEAM, answers, [], invited=20, k=5)
    for one in told.items:
        place = [item.id for item in TEAM.items].index(one.id)
        assert one.n == sum(vector[place] is not None for vector in answers) >= 5
        low, high = one.favourable
        assert (low == high and 2 < low < one.n - 2) or low == 0 or high == one.n


def test_the_weakest_is_found_among_what_is_shown_and_the_team_picks_where_two_are_level() -> None:
    answers = [(7, 5, 7, 7, 7, 7, 3)] * 3 + [(7, 5, 7, 7, 7, 7, 4)] * 3
    assert [one.id for one in publish(TEAM, answers, [], invited=6, k=5).weakest()] == ["talents"]
    level = publish(TEAM, [(7, 1, 7, 7, 7, 7, 1)] * 6, [], invited=6, k=5)
    assert [one.id for one in level.weakest()] == ["issues", "talents"]


def test_what_stands_for_all_below_it_is_among_the_weakest_though_it_looks_better() -> None:
    """Of five answers less may be shown than of nine: five ones look like 3.0, and nine of about 2 like 2.4."""
    answers = [(1, 3)] * 2 + [(1, 2)] * 3 + [(None, 3)] * 2 + [(None, 2)] * 2
    told = publish(replace(TEAM, items=TEAM.items[:2]), answers, [], invited=9, k=5)
    assert [(one.n, one.mean) for one in told.items] == [(5, 3.0), (9, 2.4)]
    assert told.weakest() == list(told.items)


def test_where_agreeing_is_the_worse_answer_the_weakest_is_what_most_agree_with() -> None:
    burnout = load_instruments(OFF)["burnout"]
    told = publish(burnout, [(2, 6, 2, 2)] * 4 + [(3, 5, 1, 3)] * 4, [], invited=9, k=burnout.k)
    assert [one.id for one in told.weakest()] == ["burned-out"]
    assert (told.items[1].worth, told.score) == (2.5, round((5.5 + 2.5 + 5.7 + 5.5) / 4, 1))
    assert not told.items[1].top
    assert all(one.top for one in publish(burnout, [(1,) * 4] * 8, [], invited=9, k=8).items)
    assert read_published(told.in_json()) == told


def test_the_score_leaves_out_what_is_asked_about_the_pulse_itself() -> None:
    """So that it means the same the second time."""
    more = replace(TEAM, items=(*TEAM.items, LOOP))
    assert publish(more, [(*WHOLE, 7)] * 6, [], invited=6, k=5).score == (
        publish(TEAM, [WHOLE] * 6, [], invited=6, k=5).score
    )


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a\u200bb\u202ec\ufeff", "abc"),  # a mark that nobody sees could be one that its author knows
        ("n\u00adow", "now"),
        ("ab\u200dc", "abc"),
        ("\u200da", "a"),
        ("👩\u200d👧 fine", "👩\u200d👧 fine"),
        ("non\u2011breaking \u2212 3", "non-breaking - 3"),
    ],
)
def test_a_comment_holds_no_mark_that_nobody_sees(typed: str, shown: str) -> None:
    assert normal(typed) == shown


def test_comments_lose_the_marks_of_a_keyboard_and_their_order() -> None:
    assert normal("  “Ｈｉ”  it’s\u00a0fine … ") == '"Hi" it\'s fine ...'
    told = publish(TEAM, [WHOLE] * 5, ["zebra", "apple"], invited=5, k=5)
    assert told.comments == ("apple", "zebra")
    assert publish(TEAM, [WHOLE] * 5, ["apple"], invited=4, k=5).comments == ()


# --- who may be asked, and when -----------------------------------------------------------------------------


def people(count: int, first: int = 0) -> list[str]:
    return [f"U{number}" for number in range(first, first + count)]


@pytest.mark.parametrize(
    ("asked", "picked", "lately", "refused"),
    [
        (people(5), False, [], None),
        (people(10), True, [], None),
        (people(10), True, [people(10)], None),
        (people(10), True, [people(10, first=2)], audience.TooAlike),
        (people(10), True, [people(10, first=3)], None),
        (people(11), True, [people(10)], audience.TooAlike),
        (people(11), False, [people(10)], audience.TooAlike),  # the channel of those who were picked, and one
    ],
)
def test_beside_whom_people_may_be_asked_when_one_of_both_was_picked(
    asked: list[str], picked: bool, lately: list[list[str]], refused: type[Exception] | None
) -> None:
    before = [set(one) for one in lately]
    with pytest.raises(refused) if refused else nullcontext():
        audience.check_picked(asked, picked=picked, lately=before, by_hand=before, k=5)


@pytest.mark.parametrize(
    ("many", "picked", "refused"),
    [
        (5, False, None),
        (4, False, audience.TooFew),
        (9, True, audience.TooFewPicked),
        (10, True, None),
    ],
)
def test_how_many_may_be_asked_together(many: int, picked: bool, refused: type[Exception] | None) -> None:
    with pytest.raises(refused) if refused else nullcontext():
        audience.check_people(people(many), picked=picked, k=5)


def test_two_halves_against_all_but_one_of_both_are_refused() -> None:
    """Each differs widely from each; but the two halves' counts less the whole's count is one person's answer."""
    halves = [people(10), people(10, first=10)]
    but_one = people(19)
    agrees = {person: number % 3 != 0 for number, person in enumerate(people(20))}
    counts = [sum(agrees[person] for person in asked) for asked in (*halves, but_one)]
    assert counts[0] + counts[1] - counts[2] == agrees["U19"]  # the attack
    whole, last = set(but_one), set(halves[1])
    before = [set(half) for half in halves]
    for picked in (True, False):
        with pytest.raises(audience.TooAlike):
            audience.check_picked(but_one, picked=picked, lately=before, by_hand=before[:1], k=5)
        with pytest.raises(audience.TooAlike):  # in whichever order they are asked
            audience.check_picked(last, picked=picked, lately=[whole, before[0]], by_hand=before[:1], k=5)
    with pytest.raises(audience.AskedElsewhere):  # three whole channels, of which nobody was picked
        audience.check_elsewhere(but_one, before, [], 5)
    for fair in (people(20), people(15)):  # the whole tells no more; five are as many as may be spoken of
        audience.check_picked(fair, picked=True, lately=before, by_hand=before, k=5)
        audience.check_elsewhere(fair, before, [], 5)


def test_two_halves_against_two_other_halves_are_refused() -> None:
    """Twelve people in four channels: each differs by five at least from each, and one of them is left over."""
    a, b, c = {*people(6)}, {*people(6, first=6)}, {"U0", "U1", "U2", "U6", "U7", "U8"}
    d = {"U3", "U4", "U5", "U9", "U10"}
    assert all(len(one ^ other) >= 5 for one, other in combinations((a, b, c, d), 2))
    for now, before in ((d, [a, b, c]), (a, [b, c, d])):
        with pytest.raises(audience.AskedElsewhere):
            audience.check_elsewhere(now, before, [], 5)


def test_a_second_channel_of_all_but_one_is_not_asked_the_same() -> None:
    """What twelve said, less what eleven of them said, is what one said."""
    agree = dict.fromkeys(people(5), 5) | dict.fromkeys(people(7, first=5), 2)
    for channel in (people(12), people(11)):
        told = show_item("one", [agree[person] for person in channel])
        assert told.favourable == (5, 5), "so whoever isn't in the second channel did not agree"
    with pytest.raises(audience.AskedElsewhere):
        audience.check_elsewhere(people(11), [set(people(12))], [], 5)
    with pytest.raises(audience.AskedElsewhere):
        audience.check_elsewhere(people(12), [set(people(30)), set(people(12))], [], 5)
    audience.check_elsewhere(people(12), [set(people(7))], [], 5)
    audience.check_elsewhere(people(12), [], [], 5)


audiences = st.sets(st.sampled_from(people(24)), min_size=10)


@given(now=audiences, lately=st.lists(audiences, max_size=3))
def test_no_sum_or_difference_of_up_to_four_audiences_comes_down_to_fewer_than_five(
    now: set[str], lately: list[set[str]]
) -> None:
    sums = [dict.fromkeys(now, 1)]
    for one in lately:
        sums += [
            {person: so_far.get(person, 0) + sign * (person in one) for person in {*so_far, *one}}
            for so_far in sums
            for sign in (1, -1)
        ]
    few = any(0 < sum(map(bool, one.values())) < 5 for one in sums)
    if len({*map(frozenset, lately), frozenset(now)}) == len(lately) + 1:
        assert points_at_few(now, lately, 5) is few


def test_there_is_a_day_to_answer_and_four_weeks_between_the_same_questions() -> None:
    audience.check_close(NOW + timedelta(hours=24), NOW)
    audience.check_pause(NOW - timedelta(weeks=4), NOW)
    audience.check_pause(None, NOW)
    for early in (timedelta(hours=23, minutes=59), timedelta(days=22)):
        with pytest.raises(InvalidField):
            audience.check_close(NOW + early, NOW)
    with pytest.raises(audience.TooSoon, match="TooSoon") as refused:
        audience.check_pause(NOW - timedelta(days=27), NOW)
    assert "24 November 2026" in refused.value.sentence


# --- change -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "noise"), [(5, 0.74), (10, 0.52), (20, 0.37), (50, 0.23)])
def test_the_noise_of_a_team_is_what_was_measured(n: int, noise: float) -> None:
    assert change.noise(n) == pytest.approx(noise)


@given(n=st.integers(5, 400))
def test_the_noise_shrinks_as_teams_grow_and_never_turns(n: int) -> None:
    assert 0 < change.noise(n + 1) < change.noise(n)


@pytest.mark.parametrize(
    ("before", "now", "may"),
    [
        (people(6), people(6), True),
        (people(6), people(7), False),
        (people(6), people(10), False),
        (people(6), people(11), True),
        (people(8), people(8, first=3), True),
    ],
)
def test_pulses_are_compared_when_the_same_were_asked_or_five_others(
    before: list[str], now: list[str], may: bool
) -> None:
    assert change.comparable(before, now, 5) is may


@pytest.mark.parametrize(
    ("old", "new", "said"), [(4.0, 4.7, "no clear change"), (4.0, 4.8, "up from 4.0"), (5.0, 4.2, "down from 5.0")]
)
def test_a_change_is_called_one_above_the_noise_only(old: float, new: float, said: str) -> None:
    def result(mean: float) -> Published:
        return Published(5, 5, (ItemResult("one", 5, (0, 2), mean, "", "", ()),))

    assert change.in_words(result(old), result(new), "one") == said
    assert change.in_words(result(old), result(new), "another") == ""


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ((7,) * 5, (7,) * 20, "no clear change"),  # more may be shown of twenty: 6.5 after 5.2, and nobody moved
        ((7,) * 20, (7,) * 5, "no clear change"),
        ((1,) * 5, (1,) * 20, "no clear change"),
        ((1,) * 20, (1,) * 5, "no clear change"),
        ((7,) * 5, (4,) * 20, "down from 5.2"),
        ((4,) * 20, (7,) * 5, "up from 4.0"),
        ((1,) * 5, (4,) * 20, "up from 3.0"),
        ((4,) * 20, (1,) * 5, "down from 4.0"),
    ],
)
def test_what_stands_for_all_beyond_it_is_no_change_by_itself(
    before: tuple[int, ...], now: tuple[int, ...], said: str
) -> None:
    told = [Published(len(given), len(given), (show_item("one", given),)) for given in (before, now)]
    assert change.in_words(told[0], told[1], "one") == said


@given(before=st.lists(st.integers(1, 7), min_size=5, max_size=30), now=st.data())
def test_a_change_that_is_told_went_that_way(before: list[int], now: st.DataObject) -> None:
    after = now.draw(st.lists(st.integers(1, 7), min_size=5, max_size=30))
    told = [Published(len(given), len(given), (show_item("one", given),)) for given in (before, after)]
    by = sum(after) / len(after) - sum(before) / len(before)
    said = change.in_words(told[0], told[1], "one")
    assert not (said.startswith("up") and by <= 0)
    assert not (said.startswith("down") and by >= 0)


# --- instruments --------------------------------------------------------------------------------------------


def test_burnout_is_off_and_shows_nothing_with_fewer_than_eight_answers() -> None:
    burnout = load_instruments(OFF)["burnout"]
    assert "burnout" not in OURS
    assert burnout.k == 8
    assert all(item.reverse for item in burnout.items)
    assert publish(burnout, [(4,) * 4] * 7, [], invited=9, k=burnout.k).too_few


def test_ours_cite_their_sources_and_every_item_has_its_guide() -> None:
    assert set(OURS) == {"team-safety", "culture", "five-dynamics", "one-question", "after-review"}
    assert [len(OURS[name].items) for name in ("team-safety", "culture", "five-dynamics")] == [7, 6, 5]
    assert "Edmondson" in TEAM.citation
    assert "DORA" in TEAM.citation
    assert TEAM.licence == "CC BY 4.0"
    for instrument in OURS.values():
        for item in (*instrument.items, LOOP):
            assert set(item.talk) == set(TALK)


def test_the_channels_own_statement_takes_the_place_of_the_example() -> None:
    own = OURS["one-question"]
    assert own.asking("  We   finish what we start. ").items[0].text == "We finish what we start."
    assert TEAM.asking("ignored") is TEAM
    for bad in ("", " ", "x" * 241):
        with pytest.raises(InvalidField):
            own.asking(bad)


GOOD = """\
title: Ours
why: Because.
citation: Ourselves.
licence: CC0
scale: [Not at all, Wholly]
k: 6
lead_says: I want to know.
items:
  - {id: one, label: One, text: It is one., talk: {open: a, listen: b, step: c, avoid: d}}
"""


def test_a_folder_of_ones_own_adds_instruments(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(GOOD)
    loaded = load_instruments(tmp_path)
    assert (loaded["ours"].k, loaded["ours"].scale) == (6, ("Not at all", "Wholly"))
    assert set(loaded) == {*OURS, "ours"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("k: 6", "k: 4"), "k must be a whole number from 5 on"),
        (("k: 6", "k: true"), "k must be a whole number from 5 on"),
        (("Wholly]", "Partly, Wholly]"), "scale must name its two ends"),
        (("licence: CC0\n", ""), "licence must be a text"),
        (("avoid: d", "avoid: ''"), "talk.avoid must be a text"),
        (("avoid: d}", "avoid: d}, reverse: maybe"), "reverse must be true or false"),
        (("items:\n", "items: []\nothers:\n"), "I don't know others"),
        (("  - {id: one", "  []\n#"), "1 to 12 items"),
        (("id: one", "id: change"), '"change" is taken'),
        (("title: Ours", "title: [}"), "it is not YAML"),
    ],
)
def test_a_bad_instrument_is_refused_with_its_file_and_the_reason(
    change: tuple[str, str], why: str, tmp_path: Path
) -> None:
    assert change[0] in GOOD
    (tmp_path / "ours.yaml").write_text(GOOD.replace(*change))
    with pytest.raises(BadInstrument) as refused:
        load_instruments(tmp_path)
    assert "ours.yaml" in refused.value.sentence
    assert why in refused.value.sentence


# --- what people are told -----------------------------------------------------------------------------------

TERMS = consent.Terms("file", 5, "the platform team", False, "everybody in #team", "Tue 1 Dec, 10:00", "0.1.0")


@pytest.mark.parametrize(
    "other",
    [{"custody": "wrapped"}, {"k": 8}, {"operator": "somebody else"}, {"viewers": "all"}, {"looks_after": True}],
)
def test_what_people_are_told_changes_with_what_holds(other: dict[str, object]) -> None:
    assert consent.in_words(consent.Terms(**(TERMS.kept() | other))) != consent.in_words(TERMS)


def test_the_terms_are_plain_about_what_cannot_be_promised() -> None:
    said = "\n".join(consent.in_words(TERMS))
    assert "onfidential, and unlinked at rest" in said
    assert "100" not in said
    assert "anonymous" not in said
    assert "who could change the code" in said
    assert "Several who put their answers together might be" in said  # 210 certainties for two, among seven
    assert consent.read_terms(TERMS.kept()) == TERMS


def test_who_runs_the_machine_and_looks_after_the_pulse_is_said_first() -> None:
    own = consent.Terms(**(TERMS.kept() | {"looks_after": True, "operator": "U0ADA"}))
    assert consent.in_words(own)[0].startswith("*Please note first:* <@U0ADA> runs this Candor")


@pytest.mark.parametrize(
    ("comment", "hints"),
    [
        ("We decide too late and never say why.", 0),
        ("Retros help. Please keep them.", 0),
        ("<@U123> interrupts everybody", 1),
        ("see https://example.org/42", 1),
        ("OPS-123 was no fun", 1),
        ("on Tuesday it was bad", 1),
        ("at 14:30 nobody answered", 1),
        ("I was the only one on call", 1),
        ("ask Priya about it", 1),
        ("on Friday, OPS-12 with @ben", 3),
        ("We may decide in May or December.", 0),
        ("the outage of 3 March", 1),
        ("since October 12th", 1),
    ],
)
def test_a_comment_that_may_point_at_somebody_is_hinted_at(comment: str, hints: int) -> None:
    assert len(comments.warnings(comment)) == hints, comments.warnings(comment)
