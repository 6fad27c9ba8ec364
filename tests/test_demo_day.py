"""Demo days: from the set-up form over sign-up and agenda to the recap, and what is refused on the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from rituals.demo_day import slots
from rituals.demo_day.slots import Entry
from rituals.errors import InvalidField
from storage.schema import DemoEvent, DemoHost, Showing
from tests.conftest import Candor
from tests.slack import Person, Slack
from tests.slack.records import Json
from tests.test_prompts import at, heard, only, rows, words

SET_UP = {
    "rhythm": "fortnightly",
    "weekday": "TH",
    "at": "15:00",
    "first": "2026-12-03",
    "slots": "2",
    "minutes": "10",
    "place": "https://meet.example.org/demo",
}
OPENS = at("2026-11-26 15:00")  # five working days before Thursday 3 December
EVENT = at("2026-12-03 15:00")


def set_up(person: Person, **boxes: str) -> None:
    person.command("/demoday", channel="C1")
    person.submit(SET_UP | boxes)
    person.submit()
    assert "All set" in str(person.modal)
    person.close()


def opened(candor: Candor, person: Person, **boxes: str) -> DemoEvent:
    set_up(person, **boxes)
    candor.ring_at(OPENS)
    candor.ring()
    return only(candor, DemoEvent)


def sign_up(person: Person, title: str, **boxes: str) -> None:
    person.command("/demoday", "sign-up", channel="C1")
    person.submit({"title": title} | boxes)
    assert not person.form_errors
    person.close()


def posted(slack: Slack) -> list[Json]:
    """What stands in the channel itself."""
    return [one for one in slack.channels["C1"].messages if "thread_ts" not in one]


def replies(slack: Slack) -> list[Json]:
    return [one for one in slack.channels["C1"].messages if "thread_ts" in one]


def ring_through(candor: Candor, until: datetime) -> None:
    """Ring every three hours until then."""
    while candor.travel.now < until:
        candor.ring_at(min(candor.travel.now + timedelta(hours=3), until))


def people(slack: Slack, *ids: str) -> list[Person]:
    return [slack.person(id, team="T1") for id in ids]


def test_one_message_is_sign_up_then_agenda_then_recap(candor: Candor, slack: Slack, ada: Person) -> None:
    ben, cem = people(slack, "UBEN", "UCEM")
    opened(candor, ada)
    [message] = posted(slack)
    assert "2 of 2 slots free" in message["text"]
    sign_up(ada, "A faster build", audience="everybody who waits for it", link="https://example.org/build")
    sign_up(ben, "The new search")
    sign_up(cem, "A map of our alarms")
    assert only_waiting(candor) == ["UCEM"]
    ring_through(candor, at("2026-12-01 12:00"))
    ben.command("/demoday", "withdraw", channel="C1")
    ring_through(candor, at("2026-12-02 23:00"))
    assert "You moved up" in str(cem.direct_messages)
    assert "You show something next" in str(ada.direct_messages)
    assert "You show something next" not in str(ben.direct_messages)
    ring_through(candor, at("2026-12-03 13:00"))
    [agenda] = posted(slack)
    assert "15:00" in agenda["text"]
    assert "15:10" in agenda["text"]
    assert replies(slack) == []
    ring_through(candor, at("2026-12-03 15:00"))
    [link] = replies(slack)
    assert "https://meet.example.org/demo" in link["text"]
    assert ("<@UADA>" in link["text"], "<@UCEM>" in link["text"], "<@UBEN>" in link["text"]) == (True, True, False)
    ring_through(candor, at("2026-12-04 12:00"))
    host = slack.person(only(candor, DemoEvent).host or "", team="T1")
    draft = host.direct_messages[-1]
    assert "This would be the recap" in draft["text"]
    host.click("Look at the recap", on=draft)
    host.submit({"words": "Who else could use the map?"})
    candor.ring()
    [recap] = posted(slack)
    assert recap["ts"] == message["ts"]
    for said in ("Shown on", "A faster build", "Who else could use the map?", "Thank you"):
        assert said in recap["text"]


def only_waiting(candor: Candor) -> list[str]:
    return [one.person for one in rows(candor, Showing) if one.waits]


def test_nothing_this_time_is_seen_by_nobody(candor: Candor, slack: Slack, ada: Person) -> None:
    [ben] = people(slack, "UBEN")
    opened(candor, ada)
    before = posted(slack)[0]["text"]
    ben.click("Nothing this time", on=posted(slack)[0])
    candor.ring()
    assert "full answer" in heard(ben)
    assert posted(slack)[0]["text"] == before
    ring_through(candor, at("2026-12-03 12:00"))
    assert "May I ask you" not in str(ben.direct_messages)


def test_no_event_sends_one_message_and_the_same_person_hosts_next(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    host = opened(candor, ada).host
    sign_up(people(slack, "UBEN")[0], "The new search")
    candor.ring()
    ada.command("/demoday", "no event", channel="C1")
    candor.ring()
    assert "doesn't take place" in posted(slack)[0]["text"]
    [told] = replies(slack)
    assert "|Thu 3 Dec 2026, 15:00 CET>. The next one is on <!date^" in told["text"]
    ring_through(candor, at("2026-12-10 16:00"))
    assert len(replies(slack)) == 1
    assert [event.host for event in rows(candor, DemoEvent)] == [host, host]


def test_who_is_away_keeps_the_turn(candor: Candor, slack: Slack, ada: Person) -> None:
    first = opened(candor, ada)
    host = slack.person(first.host or "", team="T1")
    host.command("/demoday", "away", channel="C1")
    stands_in = only(candor, DemoEvent).host
    assert stands_in not in (None, host.id)
    ring_through(candor, at("2026-12-10 16:00"))
    assert [event.host for event in rows(candor, DemoEvent)] == [stands_in, host.id]
    assert {one.person: one.turns for one in rows(candor, DemoHost)}[stands_in or ""] == 1


def test_an_empty_day_asks_the_host_alone(candor: Candor, slack: Slack, ada: Person) -> None:
    event = opened(candor, ada)
    ring_through(candor, at("2026-12-02 23:00"))
    host = slack.person(event.host or "", team="T1")
    offer = [one for one in host.direct_messages if "Nobody has signed up" in one["text"]]
    assert len(offer) == 1
    host.click("Async, in the thread", on=offer[0])
    ring_through(candor, at("2026-12-03 16:00"))
    assert "in the thread" in posted(slack)[0]["text"]
    assert replies(slack) == []


def test_a_moved_event_is_announced_by_its_own_message(candor: Candor, slack: Slack, ada: Person) -> None:
    opened(candor, ada)
    ada.command("/demoday", "move", channel="C1")
    ada.submit({"day": "2026-12-22", "at": "10:00"})  # past the next one, on the 17th
    ring_through(candor, at("2026-12-14 16:00"))
    assert [event.at for event in rows(candor, DemoEvent)] == [at("2026-12-22 10:00"), at("2026-12-17 15:00")]
    assert len(posted(slack)) == 2
    assert "22 Dec" in posted(slack)[0]["text"]


def test_a_skip_by_candor_cancels_what_was_posted_once(candor: Candor, slack: Slack, ada: Person) -> None:
    opened(candor, ada)
    ada.command("/candor", "skip", channel="C1")
    candor.ring()
    candor.ring()
    assert "doesn't take place" in posted(slack)[0]["text"]
    assert len(replies(slack)) == 1


def test_a_pause_over_the_date_puts_it_on_hold_without_a_message(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    opened(candor, ada)
    ada.command("/demoday", "pause", channel="C1")
    candor.ring()
    candor.ring()
    assert "on hold" in posted(slack)[0]["text"]
    ada.command("/demoday", "resume", channel="C1")
    candor.ring()
    candor.ring()
    assert "slots free" in posted(slack)[0]["text"]
    assert replies(slack) == []


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (Entry("", "", 5), "title"),
        (Entry("x" * 3_000, "", 5), "title"),
        (Entry("A", "y" * 151, 5), "audience"),
        (Entry("A", "", 11), "minutes"),
        (Entry("A", "", 0), "minutes"),
        (Entry("A", "", 5, "not a link"), "link"),
        (Entry("A", "", 5, "javascript:alert(1)"), "link"),
        (Entry("A", "", 5, "https://"), "link"),
        (Entry("A", "", 5, "https://[bad"), "link"),
        (Entry("A", "", 5, "https://a.example/<!channel>"), "link"),
    ],
)
def test_what_cannot_be_shown_is_refused_under_its_box(entry: Entry, field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        slots.check(entry, 10)
    assert refused.value.field == field


def test_a_title_of_emoji_is_a_title(candor: Candor, slack: Slack, ada: Person) -> None:
    opened(candor, ada)
    sign_up(ada, "🚀🚀🚀")
    candor.ring()
    assert "🚀🚀🚀" in posted(slack)[0]["text"]


def test_a_mention_in_a_title_pings_nobody(candor: Candor, slack: Slack, ada: Person) -> None:
    opened(candor, ada)
    sign_up(ada, "<!channel> look | here", link="https://example.org/a&b")
    candor.ring()
    assert "<!channel>" not in posted(slack)[0]["text"]


def test_signing_up_for_what_is_over_is_refused_kindly(candor: Candor, slack: Slack, ada: Person) -> None:
    opened(candor, ada)
    ada.click("Show something", on=posted(slack)[0])
    candor.travel.to(EVENT)
    ada.submit({"title": "Too late"})
    assert "over" in str(ada.form_errors)
    assert rows(candor, Showing) == []


def test_two_who_take_the_last_slot_at_once_get_one_slot_and_one_wait(candor: Candor, ada: Person) -> None:
    event = opened(candor, ada, slots="1")

    def take(person: str) -> None:
        with candor.database.begin() as session:
            slots.sign_up(session, "T1", event.id, person, Entry("A", "", 5), candor.travel.now)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(take, [f"UX{number}" for number in range(8)]))
    assert sorted(one.waits for one in rows(candor, Showing)) == [False, *[True] * 7]


def test_app_home_shows_my_slot_and_what_is_missing_in_it(candor: Candor, slack: Slack, ada: Person) -> None:
    opened(candor, ada)
    sign_up(ada, "A faster build")
    ada.open_home()
    assert "You show *A faster build*" in words(ada.home)
    assert "You could still add a line on whom it is for and a link" in words(ada.home)


def test_an_edit_shows_what_moves_and_who_is_told_before_it_is_saved(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    opened(candor, ada)
    sign_up(people(slack, "UBEN")[0], "The new search")
    ada.command("/demoday", "edit", channel="C1")
    ada.submit({"rhythm": "second", "weekday": "TU"})
    look = words(ada.modal)
    assert "goes: Thu 3 Dec 2026, 15:00" in look
    assert "comes: Tue 8 Dec 2026, 15:00" in look
    assert "<@UBEN>" in look
    assert only(candor, DemoEvent).cancelled_at is None
    ada.submit()
    candor.ring()
    assert len(replies(slack)) == 1


def test_only_members_of_the_channel_see_its_line_up(candor: Candor, slack: Slack, ada: Person) -> None:
    opened(candor, ada)
    [stranger] = people(slack, "UOUT")
    stranger.command("/demoday", "line-up", channel="C1")
    assert "a channel that you aren't in" in heard(stranger)


def test_a_slot_is_not_given_to_a_guest_and_who_asks_hears_who_is_one(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    opened(candor, ada)
    sign_up(ada, "A faster build")
    for verb in ("hand over", "host", "swap"):
        ada.command("/demoday", f"{verb} <@UGUEST>", channel="C1")
        assert heard(ada).startswith("<@UGUEST> is a guest, a bot or from another company")
    assert [one.person for one in rows(candor, Showing)] == ["UADA"]


def test_once_it_is_stopped_nobody_signs_up_any_more(candor: Candor, slack: Slack, ada: Person) -> None:
    opened(candor, ada)
    [ben] = people(slack, "UBEN")
    ada.command("/demoday", "stop", channel="C1")
    ben.click("Show something", on=posted(slack)[0])  # before the ring has told the channel
    assert "doesn't take place" in heard(ben)
    assert rows(candor, Showing) == []


@pytest.mark.parametrize("leaves", ["channel", "company"])
def test_when_who_has_a_slot_leaves_the_next_one_moves_up(
    candor: Candor, slack: Slack, ada: Person, leaves: str
) -> None:
    ben, cem = people(slack, "UBEN", "UCEM")
    opened(candor, ada, slots="1")
    sign_up(ben, "The new search")
    sign_up(cem, "A map of our alarms")
    candor.ring_at(at("2026-11-30 12:00"))
    assert only_waiting(candor) == ["UCEM"]
    slack.channels["C1"].members.remove("UBEN")
    slack.users["UBEN"].deleted = leaves == "company"
    candor.house.people._known.clear()
    ring_through(candor, at("2026-12-02 23:00"))
    assert [(one.person, one.waits) for one in rows(candor, Showing)] == [("UCEM", False)]
    assert "You moved up" in str(cem.direct_messages)
    assert "new search" not in posted(slack)[0]["text"]


def test_the_history_finds_what_was_shown(candor: Candor, slack: Slack, ada: Person) -> None:
    opened(candor, ada)
    sign_up(ada, "A faster build", link="https://example.org/build")
    ring_through(candor, at("2026-12-03 17:00"))
    ada.command("/demoday", "history build", channel="C1")
    assert "https://example.org/build" in heard(ada)
    ada.command("/demoday", "history whales", channel="C1")
    assert "Nothing of that" in heard(ada)
