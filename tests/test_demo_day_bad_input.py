"""Bad input to a demo day, and bad luck with its people and its channel: a clear word, and nothing half-done.

Those that play an event from sign-up to recap take a second or two: some ten rings, each with its courier.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest

from rituals.demo_day import events, slots
from rituals.demo_day.slots import Entry, check
from rituals.errors import InvalidField
from rituals.who_may import Asker
from storage.schema import Delivery, DemoDay, DemoEvent, Nudge, Schedule, Showing
from tests.conftest import Candor
from tests.slack import Person, Slack
from tests.test_demo_day import EVENT, OPENS, SET_UP, opened, people, posted, replies, set_up, sign_up
from tests.test_prompts import LONG, at, heard, only, rows, words

THROUGH = (  # an event and its steps, and when the next one opens
    "2026-11-27 17:00", "2026-11-30 17:00", "2026-12-01 17:00", "2026-12-02 17:00", "2026-12-03 13:00",
    "2026-12-03 14:50", "2026-12-03 15:00", "2026-12-03 17:00", "2026-12-04 12:00", "2026-12-10 15:00",
    "2026-12-11 12:00",
)  # fmt: skip
FAMILY = "👩‍👩‍👧‍👦"  # one picture, seven characters


def form(person: Person) -> Person:
    """Open the form that takes a slot."""
    person.command("/demoday", "sign-up", channel="C1")
    return person


def ring_on(candor: Candor, until: str) -> None:
    """Ring at the steps of an event from now until then, and once more for who is told the day after."""
    for moment in [one for one in THROUGH if candor.travel.now < at(one) <= at(until)]:
        candor.ring_at(at(moment))
        candor.ring()


def texts(person: Person) -> str:
    """All that was said to somebody in private."""
    return "\n".join(str(one["text"]) for one in person.direct_messages)


# --- the form -----------------------------------------------------------------------------------------------


REFUSED = [
    ("title", " ", "Give it a title"),
    ("title", "\u200b\u200d\ufe0f\u2060", "Give it a title"),
    ("title", LONG, "This has 3,000 characters. Please keep the title within 150."),
    ("title", "🚀" * 3_000, "This has 3,000 characters. Please keep the title within 150."),
    ("audience", LONG, "This has 3,000 characters. Please keep it within 150."),
    ("link", "see the wiki", "This isn't a link"),
    ("link", "example.org/demo", "It begins with https://"),
    ("link", "javascript:alert(1)", "This isn't a link"),
    ("link", "https://.", "This isn't a link"),
    ("link", "https://example.org/" + "x" * 2_900, "2,920 characters. Please keep the link within 500."),
]


def test_what_cannot_be_shown_is_refused_under_its_box_and_the_form_stays_open(
    candor: Candor, ada: Person
) -> None:
    opened(candor, ada)
    form(ada)
    good = {"title": "A faster build", "audience": "", "link": ""}
    for box, given, told in REFUSED:
        ada.submit(good | {box: given}, as_client=False)
        assert list(ada.form_errors) == [box], given[:40]
        assert told in ada.form_errors[box]
    assert rows(candor, Showing) == []
    ada.submit(good, as_client=False)
    assert only(candor, Showing).title == "A faster build"


@pytest.mark.parametrize(
    "link",
    [
        "https://a.example/\r<!channel>", "https://a.example/a\u00a0b", "https://a.example/a\u202eb", "https://",
        "https://[bad", "https://a.example/a|b", "ftp://a.example/a", "//a.example/a", "https:a.example", "https://?",
        "mailto:a@a.example", "https://a.example:port/",
    ],
)  # fmt: skip
def test_no_link_gets_through_that_would_break_the_line_it_stands_in(link: str) -> None:
    with pytest.raises(InvalidField) as refused:
        check(Entry("A", "", 5, link), 10)
    assert refused.value.field == "link"


@pytest.mark.parametrize(
    "link",
    [
        "http://intranet/demo",
        "https://a.example:8443/?q=a&b=%20#c",
        "https://bücher.example/ä",
        "HTTPS://A.EXAMPLE",
    ],
)
def test_a_link_of_a_real_team_gets_through(link: str) -> None:
    assert check(Entry("A", "", 5, f"  {link} "), 10).link == link


TITLES = {"UADA": FAMILY * 20, "UBEN": "🚀" * 150, "UCEM": "&" * 150, "UELI": "🇩🇪🇮🇳🇺🇸 *_~`* مرحبا"}


def test_titles_of_emoji_or_signs_are_shown_everywhere(candor: Candor, slack: Slack, ada: Person) -> None:
    """The fake refuses blocks and texts that are too long or empty, as Slack does."""
    opened(candor, ada, slots="4")
    for person in people(slack, *TITLES):
        sign_up(person, TITLES[person.id], audience=TITLES[person.id], link="https://example.org/" + "x" * 480)
        person.open_home()
    assert [one.title for one in rows(candor, Showing)] == list(TITLES.values())
    ada.command("/demoday", "line-up", channel="C1")
    line_up = heard(ada)
    ring_on(candor, "2026-12-04 12:00")
    ada.command("/demoday", "history", channel="C1")
    for person in people(slack, *TITLES):
        shown = TITLES[person.id].replace("&", "&amp;")[:100]
        for told in (words(person.home), line_up, heard(ada), posted(slack)[0]["text"], texts(person)):
            assert shown in told
    assert [one.reason for one in rows(candor, Delivery) if one.reason] == []


@pytest.mark.parametrize("letter", ["x", "&"])
def test_twelve_of_the_longest_still_fit_into_agenda_recap_and_history(
    candor: Candor, slack: Slack, ada: Person, letter: str
) -> None:
    """An event and twelve who show something take a few seconds."""
    opened(candor, ada, slots="12", minutes="5", place=letter * 300)
    event = only(candor, DemoEvent)
    long = Entry(letter * 150, letter * 150, 5, "https://example.org/" + letter * 480)
    showing = [f"UX{number}" for number in range(12)]
    for person in showing:
        slack.user(person, team="T1", name=person.lower(), tz=None)
    slack.channels["C1"].members += showing
    candor.house.people.forget("T1", "C1")
    with candor.database.begin() as session:
        for person in showing:
            slots.sign_up(session, "T1", event.id, person, long, candor.travel.now)
    candor.ring()
    assert words(posted(slack)[0]).count("(5 min)") == 12
    ring_on(candor, "2026-12-03 17:00")
    with candor.database.begin() as session:
        events.show_recap(session, "T1", event.id, letter * 1_500, Asker(event.host or ""), candor.travel.now)
    candor.ring()
    assert words(posted(slack)[0]).count("(5 min)") == 12
    assert "Thank you" in words(posted(slack)[0])
    assert len(posted(slack)[0]["text"]) <= 4_000
    ada.command("/demoday", "history", channel="C1")
    assert heard(ada).count("(5 min)") == 12
    assert [
        one.reason for one in rows(candor, Delivery) if one.reason in ("msg_too_long", "msg_blocks_too_long")
    ] == []


# --- too late -----------------------------------------------------------------------------------------------


def test_the_button_of_a_past_event_is_refused_and_opens_no_form(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    opened(candor, ada)
    message = dict(posted(slack)[0])
    candor.travel.to(EVENT)
    for button in ("Show something", "Nothing this time"):
        ada.click(button, on=message)
        assert "That demo day is over" in heard(ada)
    assert ada.modal is None
    form(ada)
    assert "No sign-up is open here at the moment" in heard(ada)
    assert rows(candor, Showing) == []


def test_a_form_that_was_open_while_the_event_was_called_off_is_refused(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    opened(candor, ada)
    [ben] = people(slack, "UBEN")
    form(ben)
    ada.command("/demoday", "no event", channel="C1")
    ben.submit({"title": "Too late"})
    assert "doesn't take place" in str(ben.form_errors)
    assert rows(candor, Showing) == []


def test_minutes_are_counted_by_the_slots_of_now_not_by_those_of_the_open_form(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    opened(candor, ada)
    [ben] = people(slack, "UBEN")
    form(ben)
    ada.command("/demoday", "edit", channel="C1")
    ada.submit({"minutes": "5"})
    ada.submit()
    ben.submit({"title": "The new search", "minutes": "10"})
    assert ben.form_errors == {"minutes": "A slot has 5 minutes. Choose that or less."}


@pytest.mark.parametrize("day", ["2026-11-20", "0001-01-01", "9999-12-31"])
def test_an_event_cant_be_moved_into_the_past_or_out_of_time(candor: Candor, ada: Person, day: str) -> None:
    opened(candor, ada)
    ada.command("/demoday", "move", channel="C1")
    ada.submit({"day": day, "at": "10:00"})
    assert list(ada.form_errors) == ["day"]
    assert only(candor, DemoEvent).at == EVENT


UNKEPT = [
    ("slots", {"slots": "12", "minutes": "60"}),
    ("place", {"place": " "}),
    ("place", {"place": LONG}),
    ("zone", {"zone": "Mars/Phobos"}),
    ("country", {"country": "XX"}),
    ("first", {"first": "0001-01-01"}),
    ("first", {"first": "9999-12-31"}),
]


def test_a_setting_that_cant_be_kept_is_refused_under_its_box(candor: Candor, ada: Person) -> None:
    ada.command("/demoday", channel="C1")
    for box, boxes in UNKEPT:
        ada.submit(SET_UP | {"zone": "Europe/Berlin", "country": ""} | boxes, as_client=False)
        assert list(ada.form_errors) == [box], boxes
    assert rows(candor, DemoDay) == []


UNFOLLOWED = [
    ("swap", "With whom?"),
    ("swap <!channel>", "With whom?"),
    ("swap <@UBEN>", "You haven't signed up"),
    ("hand over <@UBEN>", "You haven't signed up"),
    ("hand over <@UGUEST>", "is a guest"),
    ("hand over <@UOUT>", "channel"),
    ("host <@UNOBODY>", "is a guest"),
    ("withdraw", "You haven't signed up"),
    ("pause until 2026-02-30", "I don't know how long"),
    ("<!here> `dance`", "I don't know"),
    ("dance " * 500, "I don't know"),
]


def test_words_that_cant_be_followed_get_a_sentence_and_change_nothing(candor: Candor, ada: Person) -> None:
    before = opened(candor, ada)
    version = only(candor, Schedule).version
    for said, told in UNFOLLOWED:
        assert ada.command("/demoday", said, channel="C1").acked
        assert told in heard(ada), said[:40]
    assert "Something broke" not in str(ada.ephemerals)
    assert (only(candor, Schedule).version, only(candor, DemoEvent).host) == (version, before.host)


# --- slots --------------------------------------------------------------------------------------------------


def test_of_two_who_send_their_forms_at_the_same_moment_one_has_the_last_slot_and_one_waits(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    opened(candor, ada, slots="1")
    two = people(slack, "UBEN", "UCEM")
    for person in two:
        form(person)
    with ThreadPoolExecutor(2) as at_once:
        list(at_once.map(lambda person: person.submit({"title": "At the same moment"}), two))
    assert sorted(one.waits for one in rows(candor, Showing)) == [False, True]
    seen = sorted(words(person.modal).splitlines()[0] for person in two)
    assert seen[0].startswith("All slots of")
    assert seen[1].startswith("See you on")


def test_more_slots_let_those_move_up_who_wait_and_fewer_take_nobodys(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    opened(candor, ada, slots="1")
    ben, cem = people(slack, "UBEN", "UCEM")
    for person in (ada, ben, cem):
        sign_up(person, f"By {person.id}")
    edit(ada, slots="2")
    candor.ring()
    assert [(one.person, one.waits) for one in rows(candor, Showing)] == [
        ("UADA", False), ("UBEN", False), ("UCEM", True),
    ]  # fmt: skip
    candor.ring_at(at("2026-11-27 18:00"))
    candor.ring()
    assert "You moved up" in str(ben.direct_messages)
    edit(ada, slots="1")
    candor.ring()
    assert [one.waits for one in rows(candor, Showing)] == [False, False, True]


def edit(person: Person, **boxes: str) -> None:
    person.command("/demoday", "edit", channel="C1")
    person.submit(boxes)
    person.submit()
    person.close()


# --- people who leave ---------------------------------------------------------------------------------------


def leaves_the_company(slack: Slack, person: str) -> None:
    """Deactivated, as Slack shows it: no longer a member of any channel, and nobody is told of it."""
    slack.users[person].deleted = True
    for channel in slack.channels.values():
        if person in channel.members and not channel.is_im:
            channel.members.remove(person)


def test_when_the_host_leaves_the_company_on_the_day_it_takes_place_all_the_same(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    event = opened(candor, ada)
    shows = next(one for one in people(slack, "UBEN", "UCEM") if one.id != event.host)
    sign_up(shows, "The new search")
    ring_on(candor, "2026-12-02 17:00")
    leaves_the_company(slack, event.host or "")
    ring_on(candor, "2026-12-03 17:00")
    [message] = posted(slack)
    assert "The new search" in message["text"]
    [link] = replies(slack)
    assert f"<@{shows.id}>" in link["text"]
    assert only(candor, DemoEvent).held_at == EVENT
    candor.house.people.forget("T1", "C1")
    ring_on(candor, "2026-12-10 15:00")
    assert rows(candor, DemoEvent)[1].host not in (None, event.host)
    assert [one for one in rows(candor, Delivery) if one.state not in ("done", "dropped")] == []


def test_a_presenter_who_leaves_the_company_keeps_nobody_from_being_reminded(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    opened(candor, ada)
    [ben] = people(slack, "UBEN")
    sign_up(ben, "The new search")
    sign_up(ada, "A faster build")
    leaves_the_company(slack, "UBEN")
    ring_on(candor, "2026-12-03 15:00")
    assert "You show something next" in texts(ada)
    assert len(replies(slack)) == 1


# --- what becomes of the channel ----------------------------------------------------------------------------


def test_a_renamed_channel_changes_nothing(candor: Candor, slack: Slack, ada: Person) -> None:
    opened(candor, ada)
    slack.channels["C1"].name = "platform"
    sign_up(ada, "A faster build")
    ada.command("/demoday", "line-up", channel="C1")
    assert "A faster build" in heard(ada)
    ring_on(candor, "2026-12-03 15:00")
    assert "A faster build" in posted(slack)[0]["text"]
    assert len(replies(slack)) == 1
    assert "#team" not in str([*posted(slack), *ada.direct_messages, *ada.ephemerals, ada.home])


def test_an_archived_channel_pauses_its_demo_day_and_nobody_is_reminded(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    event = opened(candor, ada)
    sign_up(people(slack, "UBEN")[0], "The new search")
    candor.ring()
    slack.archive("C1", "UDEE")
    said = [len(one.direct_messages) for one in people(slack, "UBEN", "UCEM", "UELI")]
    ring_on(candor, "2026-12-11 12:00")
    assert "I paused the demo day #1 in <#C1>: the channel is archived." in texts(ada)
    assert [len(one.direct_messages) for one in people(slack, "UBEN", "UCEM", "UELI")] == said
    assert replies(slack) == []
    assert [(one.id, one.held_at is None) for one in rows(candor, DemoEvent)] == [(event.id, True)]


def test_after_an_archive_is_taken_back_the_next_one_opens_in_its_time(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    opened(candor, ada)
    slack.archive("C1", "UDEE")
    ring_on(candor, "2026-12-04 12:00")
    slack.channels["C1"].is_archived = False
    slack.event(team="T1", type="channel_unarchive", channel="C1", user="UDEE")
    ring_on(candor, "2026-12-10 15:00")
    assert [one.at for one in rows(candor, DemoEvent)] == [EVENT, at("2026-12-17 15:00")]
    assert len(posted(slack)) == 2
    assert replies(slack) == []


@pytest.mark.parametrize("what", ["archived", "private"])
def test_a_channel_found_closed_when_the_sign_up_opens_pauses_and_is_asked_no_more(
    candor: Candor, slack: Slack, ada: Person, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    """No event told us: we were down, or it isn't among those that Slack sends."""
    set_up(ada)
    close(slack, what)
    candor.house.people.forget("T1", "C1")  # as it does by itself after three minutes
    with caplog.at_level(logging.WARNING, "candor"):
        candor.ring_at(OPENS)
        for _ in range(3):
            candor.ring()
    assert only(candor, Schedule).paused_because is not None
    assert "a bug while" not in caplog.text
    asked = len(slack.calls)
    ring_on(candor, "2026-12-11 12:00")
    assert {call.method for call in slack.calls[asked:]} <= {
        "users.info",
        "conversations.open",
        "chat.postMessage",
    }
    assert [one.kind for one in rows(candor, Nudge)].count("demo_day.paused") == 1
    assert texts(ada).count("I paused the demo day #1") == 1
    assert posted(slack) == []


def close(slack: Slack, what: str) -> None:
    """Archived; or made private by somebody who left us outside, which also closes its name to us."""
    channel = slack.channels["C1"]
    if what == "archived":
        channel.is_archived = True
    else:
        channel.is_private = True
        channel.members.remove("UBOT")


@pytest.mark.parametrize("what", ["archived", "private"])
def test_a_channel_found_closed_in_between_pauses_once_and_nobody_is_reminded(
    candor: Candor, slack: Slack, ada: Person, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    opened(candor, ada)
    sign_up(people(slack, "UBEN")[0], "The new search")
    candor.ring()
    close(slack, what)
    candor.house.people.forget("T1", "C1")  # as it does by itself after three minutes
    with caplog.at_level(logging.WARNING, "candor"):
        ring_on(candor, "2026-12-11 12:00")
    assert only(candor, Schedule).paused_because is not None
    assert "a bug while" not in caplog.text
    assert texts(ada).count("I paused the demo day #1") == 1
    assert "You show something next" not in texts(people(slack, "UBEN")[0])
    assert replies(slack) == []


def test_a_channel_made_private_with_us_in_it_goes_on(candor: Candor, slack: Slack, ada: Person) -> None:
    opened(candor, ada)
    slack.channels["C1"].is_private = True
    sign_up(ada, "A faster build")
    ring_on(candor, "2026-12-03 15:00")
    assert only(candor, Schedule).paused_because is None
    assert len(replies(slack)) == 1
    [stranger] = people(slack, "UOUT")
    stranger.command("/demoday", "history", channel="C1")
    assert "a channel that you aren't in" in heard(stranger)
