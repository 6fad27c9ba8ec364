"""Who is asked to show something, and who hosts when the host has gone: in turn, privately, and in their hours."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rituals.demo_day import slots
from rituals.demo_day.invitations import whom_to_ask
from rituals.demo_day.slots import Entry
from rituals.errors import InvalidField
from storage.schema import DemoAsk, DemoEvent, DemoHost, Nudge, Showing
from tests.conftest import BuildCandor, Candor, Clock
from tests.slack import Person, Slack
from tests.test_demo_day import EVENT, opened, people, posted, replies, ring_through, set_up, sign_up
from tests.test_prompts import at, heard, only, rows, words

NOW = datetime(2026, 11, 26, 14, tzinfo=UTC)
TEAM = ("UADA", "UBEN", "UCEM", "UELI")


def asked(candor: Candor) -> list[str]:
    return [one.person for one in rows(candor, DemoAsk) if one.asked_at is not None]


def invitations(slack: Slack, person: str) -> list[str]:
    told = slack.person(person, team="T1").direct_messages
    return [str(one["text"]) for one in told if "May I ask you to show something" in one["text"]]


def ring_daily(candor: Candor, until: datetime) -> None:
    """Ring once a day, when a demo day begins in Berlin and it is eleven in New York at the latest."""
    while candor.travel.now < until:
        candor.ring_at((candor.travel.now + timedelta(days=1)).replace(hour=15, minute=0, second=0))


# --- in turn ------------------------------------------------------------------------------------------------


def test_who_was_never_asked_comes_first_then_who_was_asked_longest_ago() -> None:
    last = {"UA": NOW - timedelta(days=40), "UB": NOW - timedelta(days=90), "UC": NOW - timedelta(days=29)}
    assert whom_to_ask(["UA", "UB", "UC", "UD"], last, (), 9, NOW) == ["UD", "UB", "UA"]
    assert whom_to_ask(["UA", "UB", "UC", "UD"], last, {"UD"}, 1, NOW) == ["UB"]


def test_nobody_is_asked_twice_within_a_month_and_over_months_all_are_asked_alike(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    """Over a second: five months of rings, one a day."""
    set_up(ada)
    ring_daily(candor, at("2027-04-30 15:00"))
    times = {person: [one.asked_at for one in rows(candor, DemoAsk) if one.person == person] for person in TEAM}
    for person, when in times.items():
        told = sorted(one for one in when if one)
        assert all(later - one >= timedelta(days=30) for one, later in itertools.pairwise(told)), person
    counts = [len([one for one in when if one]) for when in times.values()]
    assert min(counts) >= 3
    assert max(counts) - min(counts) <= 1


def test_at_two_days_before_only_a_day_that_is_under_half_full_asks_and_only_who_was_not_asked(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    """Two slots, four people: at the opening two are asked, at T-2 one who wasn't is left beside the host."""
    event = opened(candor, ada)
    first = asked(candor)
    assert len(first) == 2
    assert event.host not in first
    ring_through(candor, at("2026-12-01 18:00"))
    assert sorted(asked(candor)) == sorted({*TEAM} - {event.host})


def test_a_day_that_is_half_full_asks_nobody_more(slack: Slack, candor: Candor, ada: Person) -> None:
    event = opened(candor, ada)
    first = asked(candor)
    sign_up(slack.person(event.host or "", team="T1"), "The host's own")  # one of two slots
    ring_through(candor, at("2026-12-02 18:00"))
    assert asked(candor) == first


def test_an_invitation_is_private_and_both_answers_end_it(slack: Slack, candor: Candor, ada: Person) -> None:
    opened(candor, ada)
    first, second = people(slack, *asked(candor))
    sign_up(first, "By myself")
    second.command("/demoday", "nothing", channel="C1")
    ring_through(candor, at("2026-12-03 12:00"))
    assert invitations(slack, first.id) == []
    assert invitations(slack, second.id) == []
    assert all("May I ask" not in one["text"] for one in [*posted(slack), *replies(slack)])
    assert f"<@{second.id}>" not in posted(slack)[0]["text"]


# --- a partner for first-timers -------------------------------------------------------------------------------


def test_a_first_timer_is_offered_somebody_who_has_shown_before_and_said_they_would(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    """Over a second: two months of rings, one a day."""
    opened(candor, ada)
    [ben] = people(slack, "UBEN")
    sign_up(ben, "The new search", pairs=["yes"])  # type: ignore[arg-type]
    sign_up(ada, "A faster build")
    ring_daily(candor, at("2027-01-20 15:00"))
    told = [text for person in ("UCEM", "UELI") for text in invitations(slack, person)]
    with_partner = [text for text in told if "<@UBEN> has shown something here before" in text]
    assert with_partner, "after ben has shown something, first-timers hear that he would"
    assert all("two people can share a slot" in text for text in told)
    assert all("<@UADA>" not in text for text in told), "she didn't offer it"
    assert all("two people can share a slot" not in text for text in invitations(slack, "UADA")), "not new to it"


def test_two_who_share_a_slot_stand_in_the_agenda_and_the_partner_can_step_back(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    opened(candor, ada)
    [cem] = people(slack, "UCEM")
    sign_up(ada, "A faster build", partner="UCEM")
    candor.ring()
    assert "<@UADA> and <@UCEM>" in posted(slack)[0]["text"]
    ring_through(candor, at("2026-11-30 18:00"))
    named = [one for one in cem.direct_messages if "would like to show this together with you" in one["text"]]
    assert len(named) == 1
    cem.click("Not me", on=named[0])
    candor.ring()
    assert "and <@UCEM>" not in posted(slack)[0]["text"]
    ring_through(candor, at("2026-12-03 15:00"))
    assert "You show something next, together" not in str(cem.direct_messages)
    assert "<@UCEM>" not in replies(slack)[0]["text"]


def test_the_partner_is_reminded_the_day_before_and_named_when_it_begins(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    opened(candor, ada)
    sign_up(ada, "A faster build", partner="UCEM")
    ring_through(candor, at("2026-12-03 15:00"))
    [cem] = people(slack, "UCEM")
    assert "You show something next, together with <@UADA>" in str(cem.direct_messages)
    assert "<@UCEM>" in replies(slack)[0]["text"]
    cem.open_home()
    assert "together with you" not in words(cem.home), "it is over"


def test_only_members_of_the_channel_can_be_named(slack: Slack, candor: Candor, ada: Person) -> None:
    opened(candor, ada)
    ada.command("/demoday", "sign-up", channel="C1")
    [partner] = [one["element"] for one in (ada.modal or {})["blocks"] if one.get("block_id") == "partner"]
    offered = {one["value"] for one in partner["options"]}
    assert offered == {"-", *slack.channels["C1"].members} - {"UGUEST", "UBOT"}
    slack.channels["C1"].members.remove("UBEN")
    candor.house.people.forget("T1", "C1")
    ada.submit({"title": "A faster build", "partner": "UBEN"})
    assert "aren't in this channel" in ada.form_errors["partner"]
    assert rows(candor, Showing) == []


def test_nobody_is_their_own_partner(candor: Candor, ada: Person) -> None:
    event = opened(candor, ada)
    with pytest.raises(InvalidField) as refused, candor.database.begin() as session:
        slots.sign_up(session, "T1", event.id, "UADA", Entry("A", "", 5, None, "UADA"), candor.travel.now)
    assert refused.value.field == "partner"


# --- holidays, on one's own date -------------------------------------------------------------------------------


def test_a_holiday_is_kept_on_the_date_of_who_is_told(slack: Slack, candor: Candor, ada: Person) -> None:
    """Good Friday and Easter Monday stand between sign-up and demo day. Over a second: ten days of rings."""
    candor.travel.to(at("2027-03-22 09:00"))
    set_up(ada, first="2027-04-01", at="17:30", country="DE")
    ring_through(candor, at("2027-04-02 18:00"))
    told = [
        one.told_at.astimezone(ZoneInfo(slack.users[one.person].tz or "UTC"))
        for one in rows(candor, Nudge)
        if one.told_at
    ]
    assert len(told) >= 4
    assert not {f"{one:%Y-%m-%d}" for one in told} & {"2027-03-26", "2027-03-29"}
    assert all(8 <= one.hour < 18 for one in told)


# --- a host who has gone --------------------------------------------------------------------------------


def test_when_the_host_leaves_the_channel_the_next_one_hosts_and_is_told(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    first = opened(candor, ada).host or ""
    slack.leave("C1", first)
    candor.ring()
    candor.ring()
    event = only(candor, DemoEvent)
    assert event.host not in (None, first)
    assert f"Hosted by <@{event.host}>" in posted(slack)[0]["text"]
    ring_through(candor, at("2026-11-30 18:00"))
    assert "You host the demo day" in str(slack.person(event.host or "", team="T1").direct_messages)
    ring_through(candor, EVENT + timedelta(hours=2))
    turns = {one.person: one.turns for one in rows(candor, DemoHost)}
    assert first not in turns
    assert turns[event.host or ""] == 1
    assert sum(turns.values()) == 1


def test_when_the_host_leaves_the_company_on_the_day_the_next_one_is_told_in_time(
    slack: Slack, build_candor: BuildCandor, travel: Clock
) -> None:
    """Slack says nothing of it to us, so it is seen when the agenda is due, two hours before."""
    candor = build_candor(pace_per_minute=6_000)
    [ada] = people(slack, "UADA")
    first = opened(candor, ada).host or ""
    sign_up(people(slack, "UBEN")[0], "The new search")
    ring_through(candor, at("2026-12-03 09:00"))
    slack.users[first].deleted = True
    candor = build_candor(pace_per_minute=6_000)  # a restart: who was looked up is looked up again
    candor.ring_at(at("2026-12-03 13:00"))
    event = only(candor, DemoEvent)
    assert event.host not in (None, first)
    candor.ring_at(at("2026-12-03 14:10"))  # in New York it is eight by now
    assert "You host the demo day" in str(slack.person(event.host or "", team="T1").direct_messages)


def test_a_channel_that_cannot_be_looked_into_keeps_its_host(slack: Slack, candor: Candor, ada: Person) -> None:
    host = opened(candor, ada).host
    slack.fail_next("conversations.members", error="internal_error", times=50)
    ring_through(candor, at("2026-12-02 18:00"))
    assert only(candor, DemoEvent).host == host


def test_a_recap_whose_host_has_gone_is_offered_to_who_looks_after_it(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    host = opened(candor, ada).host or ""
    sign_up(people(slack, "UBEN")[0], "The new search")
    if host == ada.id:
        ada.command("/demoday", "away", channel="C1")
        host = only(candor, DemoEvent).host or ""
    ring_through(candor, EVENT)
    slack.leave("C1", host)
    ring_through(candor, at("2026-12-04 16:00"))
    [draft] = [one for one in ada.direct_messages if "This would be the recap" in one["text"]]
    ada.click("Look at the recap", on=draft)
    ada.submit({"words": "Thank you all."})
    candor.ring()
    assert "Shown on" in posted(slack)[0]["text"]
    assert "Only the host" not in (heard(ada) if ada.ephemerals else "")


def test_fairness_goes_on_after_hosts_leave(slack: Slack, candor: Candor, ada: Person) -> None:
    """Over a second: half a year of rings, one a day. Every second host leaves in their turn, and others come."""
    set_up(ada)
    for number in range(6):
        slack.user(f"UX{number}", team="T1", tz="Europe/Berlin")
    seen: set[int] = set()
    while candor.travel.now < at("2027-06-10 12:00"):
        ring_daily(candor, candor.travel.now + timedelta(days=1))
        for event in rows(candor, DemoEvent):
            if event.id not in seen:
                seen.add(event.id)
                if len(seen) % 2 == 0 and event.host != "UADA" and len(slack.channels["C1"].members) > 4:
                    slack.leave("C1", event.host or "")
                    slack.join("C1", f"UX{len(seen) // 2 % 6}")
    events = [one for one in rows(candor, DemoEvent) if one.held_at]
    assert len(events) >= 12
    turns = {one.person: one.turns for one in rows(candor, DemoHost)}
    there = [person for person in TEAM if person in slack.channels["C1"].members]
    counts = [turns[person] for person in there]
    assert max(counts) - min(counts) <= 1
