"""Hosting is fair: over years of absences, skips, swaps, joins and leaves, among those who were always there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rituals.demo_day.rotation import Host, credited, held, join, leave, next_host

START = datetime(2026, 1, 7, 15, tzinfo=UTC)
ALWAYS = ("UA", "UB", "UC")
OTHERS = ("UX", "UY", "UZ")

happenings = st.lists(
    st.one_of(
        st.just(("held", "")),
        st.just(("no event", "")),
        st.tuples(st.just("away"), st.sampled_from(OTHERS)),
        st.tuples(st.just("substitute"), st.sampled_from((*ALWAYS, *OTHERS))),
        st.tuples(st.just("join"), st.sampled_from(OTHERS)),
        st.tuples(st.just("leave"), st.sampled_from(OTHERS)),
    ),
    max_size=120,  # fortnightly, about five years
)


@given(happenings)
def test_turns_differ_by_one_at_most_among_people_present_throughout(story: list[tuple[str, str]]) -> None:
    hosts = [Host(person, 0, START) for person in ALWAYS]
    now = START
    for what, who in story:
        now += timedelta(days=14)
        if what == "join":
            hosts = join(hosts, who, now)
        elif what == "leave":
            hosts = leave(hosts, who)
        else:
            away = {who} if what == "away" else set()
            turn = next_host(hosts, away)
            assert turn is not None
            if what == "substitute" and who != turn:
                turn = credited(hosts, turn, who)
            if what != "no event":
                hosts = held(hosts, turn, away, now)
        turns = [host.turns for host in hosts if host.person in ALWAYS]
        assert max(turns) - min(turns) <= 1


def test_no_event_leaves_the_turn_where_it_is() -> None:
    hosts = [Host("UA", 0, START), Host("UB", 0, START + timedelta(1))]
    assert next_host(hosts) == "UA"
    assert next_host(held(hosts, None, (), START)) == "UA"


def test_a_long_absence_leaves_one_turn_to_make_up_and_no_more() -> None:
    hosts = [Host("UA", 0, START), Host("UB", 0, START), Host("UC", 0, START)]
    for week in range(10):
        hosts = held(hosts, next_host(hosts, {"UA"}), {"UA"}, START + timedelta(weeks=week))
    for_ua = 0
    for week in range(10, 13):
        turn = next_host(hosts)
        for_ua += turn == "UA"
        hosts = held(hosts, turn, (), START + timedelta(weeks=week))
    assert for_ua <= 2


def test_who_comes_new_does_not_host_first() -> None:
    hosts = join([Host("UA", 3, START), Host("UB", 2, START)], "UN", START)
    assert next_host(hosts) == "UB"
