"""Reviews meet what people really type, and people who left."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from rituals.errors import InvalidField
from rituals.postmortem.actions import is_vague
from rituals.postmortem.conditions import are_alike, stems
from rituals.postmortem.hours import days_later, in_daytime, read_moment
from rituals.postmortem.kit import BadKit, load_kit
from rituals.postmortem.quotes import shown_as
from rituals.postmortem.reminding import next_reminder
from rituals.postmortem.report import safe
from rituals.postmortem.timeline import BadLines, read_lines
from storage.schema import Account, Delivery, Moment, Quotation, Review, ReviewPerson
from tests.conftest import NOON, Candor
from tests.slack import Person, Slack
from tests.test_postmortem import WHAT, begin, give, people, reveal
from tests.test_prompts import LONG, heard, only, rows, words

LATER = datetime(2027, 1, 1, tzinfo=UTC)


def refused(person: Person, **boxes: Any) -> dict[str, str]:
    """What stands under the boxes when the first form is sent like this."""
    person.command("/postmortem", "start", channel="C1")
    errors: dict[str, str] = person.submit(WHAT | boxes).ack.get("errors", {})
    person.close()
    return errors


@pytest.mark.parametrize(
    ("boxes", "box", "said"),
    [
        ({"began": "2026-11-23 11:30"}, "ended", "ended before it began"),
        ({"began": "2026-11-24 09:00", "ended": "2026-11-24 10:00"}, "began", "has not happened yet"),
        ({"ended": "2026-12-24 09:00"}, "ended", "has not happened yet"),
        ({"began": "yesterday"}, "began", "Write it like"),
        ({"began": "2026-13-45 09:00"}, "began", "Write it like"),
        ({"began": "1850-01-01 00:00"}, "began", "too long ago"),
        ({"zone": "Mars/Olympus"}, "zone", ""),
        ({"people": []}, "people", "Choose who was there"),
        ({"title": "x" * 151}, "title", "keep it within 150"),
    ],
)
def test_what_cannot_be_is_said_under_its_box(
    slack: Slack, candor: Candor, ada: Person, boxes: dict[str, Any], box: str, said: str
) -> None:
    errors = refused(ada, **boxes)
    assert list(errors) == [box]
    assert said in errors[box]
    assert rows(candor, Review) == []


def test_a_facilitator_who_is_the_only_one_asked_is_refused(slack: Slack, candor: Candor, ada: Person) -> None:
    ada.command("/postmortem", "start", channel="C1")
    ada.submit(WHAT | {"people": ["UADA"]})
    errors = ada.submit({"facilitator": "UADA"}).ack["errors"]
    assert "asked alone" in errors["facilitator"]


def test_a_facilitator_who_was_involved_is_warned_gently_and_may_stay(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    ada.command("/postmortem", "start", channel="C1")
    ada.submit(WHAT)
    ada.submit({"facilitator": "UBEN"})
    assert "Whoever facilitates was involved" in words(ada.modal)
    assert rows(candor, Review) == []
    ada.submit()
    assert only(candor, Review).facilitator == "UBEN"


def test_people_who_left_and_guests_are_left_out_and_said_so(slack: Slack, candor: Candor, ada: Person) -> None:
    begin_with_guest = WHAT | {"people": ["UADA", "UBEN", "UGUEST"]}
    ada.command("/postmortem", "start", channel="C1")
    ada.submit(begin_with_guest)
    ada.submit({"facilitator": "UDEE"})
    assert "1 of those chosen can't be asked" in words(ada.modal)
    assert {one.person for one in rows(candor, ReviewPerson)} == {"UADA", "UBEN"}


def test_who_left_can_neither_be_asked_nor_facilitate(slack: Slack, candor: Candor, ada: Person) -> None:
    ada.command("/postmortem", "start", channel="C1")
    ada.submit(WHAT)
    slack.users["UCEM"].deleted = slack.users["UDEE"].deleted = True
    candor.house.people._known.clear()
    ada.submit({"facilitator": "UDEE"})
    assert "people who left can't facilitate" in str(ada.form_errors)
    ada.submit({"facilitator": "UOUT"})
    ada.close()
    candor.ring()
    assert {one.person for one in rows(candor, ReviewPerson)} == {"UADA", "UBEN"}
    assert people(slack, "UCEM")[0].direct_messages == []


def test_publishing_waits_for_the_people_quoted_until_their_time_is_over(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    [dee] = people(slack, "UDEE")
    begin(ada)
    reveal(slack, candor)
    dee.command("/postmortem", "status 1", channel="C1")
    dee.click("Choose quotes", on=dee.ephemerals[-1])
    dee.submit({"picked0": ["UADA first", "UBEN first"]})
    dee.close()
    dee.click("On to the quotes", on=dee.ephemerals[-1])
    for word in ("publish 1", "status 1"):
        dee.command("/postmortem", word, channel="C1")
    assert "Quotes that wait for the people quoted: 2" in str([one["text"] for one in dee.ephemerals])
    dee.click("Publish", on=dee.ephemerals[-1])
    assert "wait for the people quoted" in heard(dee)
    assert only(candor, Review).stage == "soak"
    assert [one for one in rows(candor, Delivery) if one.kind in ("postmortem.summary", "postmortem.report")] == []
    candor.travel.move(days=3)
    dee.command("/postmortem", "publish 1", channel="C1")
    assert only(candor, Review).stage == "published"
    assert {one.state for one in rows(candor, Quotation)} == {"silent"}


@pytest.mark.parametrize("button", ["Read the draft", "Add what we learned", "Add an action", "Write the summary"])
def test_somebody_from_outside_reads_and_adds_nothing_by_a_button(
    slack: Slack, candor: Candor, ada: Person, button: str
) -> None:
    [dee, outsider] = people(slack, "UDEE", "UOUT")
    begin(ada)
    reveal(slack, candor)
    dee.command("/postmortem", "status 1", channel="C1")
    dee.click("On to the quotes", on=dee.ephemerals[-1])
    dee.command("/postmortem", "status 1", channel="C1")
    forwarded = {**dee.ephemerals[-1], "ts": slack.next_ts()}
    slack.channels["C2"].messages.append(forwarded)
    outsider.click(button, on=forwarded)
    assert outsider.modal is None
    assert "belongs to people and a channel" in heard(outsider)


def test_four_boxes_of_three_thousand_characters_are_sealed_and_read(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    begin(ada)
    ada.open_home()
    ada.click("Write what I saw")
    ada.submit(dict.fromkeys(("first", "did", "surprise", "open"), LONG))
    ada.close()
    reveal_rest(slack, candor)
    ada.command("/postmortem", "status 1", channel="C1")
    ada.click("Read the accounts", on=ada.ephemerals[-1])
    assert words(ada.modal).count("why why") >= 4


def reveal_rest(slack: Slack, candor: Candor) -> None:
    for person in people(slack, "UBEN", "UCEM"):
        give(person, candor)
    candor.ring_at(candor.travel.move(minutes=16))
    assert only(candor, Review).stage == "conversation"


def test_a_message_of_a_channel_without_candor_can_be_added(slack: Slack, candor: Candor, ada: Person) -> None:
    begin(ada)
    said = ada.says("The queue is full", channel="CNOBOT")
    ada.message_shortcut("pm_add_message", said)
    ada.submit()
    ada.close()
    moment = only(candor, Moment)
    assert (moment.words, moment.person) == ("The queue is full", "UADA")
    [dee] = people(slack, "UDEE")
    reveal(slack, candor)
    dee.command("/postmortem", "status 1", channel="C1")
    dee.click("On to the quotes", on=dee.ephemerals[-1])  # its source is out of sight there, which stops nothing
    assert only(candor, Review).stage == "soak"
    assert not only(candor, Moment).is_gone


def test_the_same_message_twice_is_refused_kindly(slack: Slack, candor: Candor, ada: Person) -> None:
    begin(ada)
    said = ada.says("The queue is full", channel="C1")
    for _ in range(2):
        ada.message_shortcut("pm_add_message", said)
        reply = ada.submit()
        ada.close()
    assert "on the timeline already" in str(reply.ack)
    assert len(rows(candor, Moment)) == 1


def test_a_message_menu_starts_a_review_with_its_words(slack: Slack, candor: Candor, ada: Person) -> None:
    ada.message_shortcut("pm_start_message", ada.says("Checkout is <!here> slow", channel="C1"))
    [title] = [one for one in (ada.modal or {})["blocks"] if one.get("block_id") == "title"]
    assert title["element"]["initial_value"] == "Checkout is here slow"


@pytest.mark.parametrize("verb", ["status", "show", "export", "timeline", "publish"])
def test_somebody_from_outside_reads_nothing_by_its_number(
    slack: Slack, candor: Candor, ada: Person, verb: str
) -> None:
    begin(ada)
    [outsider] = people(slack, "UOUT")
    outsider.command("/postmortem", f"{verb} 1", channel="C2")
    assert "belongs to people and a channel" in heard(outsider)
    assert "Checkout" not in repr(outsider.ephemerals)


@pytest.mark.parametrize("verb", ["list", "find checkout", "actions all"])
def test_somebody_from_outside_finds_nothing(slack: Slack, candor: Candor, ada: Person, verb: str) -> None:
    begin(ada)
    ada.command("/postmortem", verb, channel="C1")
    assert "Checkout" in heard(ada) or verb.startswith("actions")
    [outsider] = people(slack, "UOUT")
    outsider.command("/postmortem", verb, channel="C2")
    assert "Checkout" not in repr(outsider.ephemerals)


@pytest.mark.parametrize("words_typed", ["status 99", "status x", "status ²", "show", "nonsense", "publish 0"])
def test_a_number_that_is_none_is_said_kindly(slack: Slack, candor: Candor, ada: Person, words_typed: str) -> None:
    ada.command("/postmortem", words_typed, channel="C1")
    assert "can't find" in heard(ada) or "I don't know" in heard(ada)


def test_who_was_not_asked_gives_no_account_and_nobody_after_the_reveal(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    begin(ada)
    candor.ring()
    ask = ada.direct_messages[-1]
    reveal(slack, candor)
    ada.click("Write what I saw", on=ask)
    assert "open by now" in heard(ada)
    assert len(rows(candor, Account)) == 3


def test_a_double_start_is_one_review(slack: Slack, candor: Candor, ada: Person) -> None:
    from tests.slack import payloads

    ada.command("/postmortem", "start", channel="C1")
    ada.submit(WHAT)
    ada.fill({"facilitator": "UDEE"})
    sent = payloads.view_submission(slack, slack.teams["T1"], slack.users["UADA"], ada.modal or {})
    for _ in range(2):
        slack.deliver("interactive", sent)
    assert len(rows(candor, Review)) == 1


# --- pure rules -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "zone", "expected"),
    [
        ("2026-10-25 02:30", "Europe/Berlin", "2026-10-25T00:30:00+00:00"),  # twice that night: the first
        ("2026-10-25 02:30 +01:00", "Europe/Berlin", "2026-10-25T01:30:00+00:00"),  # and the second
        ("2026-03-29 02:30", "Europe/Berlin", "2026-03-29T01:30:00+00:00"),  # an hour that never was: forward
        ("2026-11-23T9:05", "America/New_York", "2026-11-23T14:05:00+00:00"),
        ("2026-11-23 09:05Z", "Asia/Kolkata", "2026-11-23T09:05:00+00:00"),
    ],
)
def test_an_incident_over_a_clock_change_has_its_instants(typed: str, zone: str, expected: str) -> None:
    assert read_moment(typed, zone, "began", LATER).isoformat() == expected


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        ("2026-11-23T12:00", "Europe/Berlin", "2026-11-23T12:00"),
        ("2026-11-23T02:00", "Europe/Berlin", "2026-11-23T07:00"),
        ("2026-11-23T19:30", "Europe/Berlin", "2026-11-24T07:00"),
        ("2026-11-23T12:00", "America/New_York", "2026-11-23T13:00"),
        ("2026-11-23T20:00", None, "2026-11-24T08:00"),
    ],
)
def test_people_are_asked_by_day_on_their_own_clock(at: str, zone: str | None, expected: str) -> None:
    asked = in_daytime(datetime.fromisoformat(at).replace(tzinfo=UTC), zone)
    assert asked == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_working_days_leave_out_the_weekend_and_keep_the_hour_over_a_clock_change() -> None:
    friday = datetime(2026, 10, 23, 14, 0, tzinfo=UTC)  # 16:00 in Berlin
    assert days_later(friday, 2, "Europe/Berlin", working=True) == datetime(2026, 10, 27, 15, 0, tzinfo=UTC)
    assert days_later(friday, 2, "Europe/Berlin", working=False) == datetime(2026, 10, 25, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("country", "due"),
    [
        (None, "2026-12-25"),
        ("DE", "2026-12-28"),  # Christmas, then a weekend
        ("GB", "2026-12-29"),  # 26 December is a Saturday there, so Monday is off too
        ("IN", "2026-12-28"),
        ("JP", "2026-12-25"),
    ],
)
def test_working_days_leave_out_the_holidays_of_the_country(country: str | None, due: str) -> None:
    wednesday = datetime(2026, 12, 23, 9, 0, tzinfo=UTC)
    found = days_later(wednesday, 2, "UTC", working=True, country=country)
    assert (f"{found:%Y-%m-%d}", found.hour) == (due, 9)
    assert days_later(wednesday, 2, "UTC", working=False, country=country).day == 25


def test_the_holidays_of_a_country_move_the_deadlines_and_are_remembered_for_the_next_review(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    candor.travel.to(datetime(2026, 12, 23, 9, 0, tzinfo=UTC))
    begin(ada, country="de")
    review = only(candor, Review)
    assert review.country == "DE"
    candor.ring_at(review.due)
    conversation = only(candor, Review)
    assert (conversation.stage, f"{conversation.due:%m-%d}") == ("conversation", "12-31"), (
        "24th, then 28th to 31st"
    )
    ada.command("/postmortem", "start", channel="C1")
    [box] = [one for one in (ada.modal or {})["blocks"] if one.get("block_id") == "country"]
    assert box["element"]["initial_value"] == "DE"
    ada.submit(WHAT | {"country": "Atlantis"})
    assert 'no holidays of "ATLANTIS"' in ada.form_errors["country"]


@pytest.mark.parametrize(
    ("share", "state", "shown"),
    [
        ("name", "fine", "name"),
        ("name", "silent", "role"),
        ("role", "silent", "role"),
        ("responder", "silent", "responder"),
        ("responder", "changed", "responder"),
        ("name", "withdrawn", None),
        ("name", "asked", "role"),
    ],
)
def test_a_quote_shows_what_its_author_said_and_never_more(share: str, state: str, shown: str | None) -> None:
    assert shown_as(share, state) == shown


@pytest.mark.parametrize(
    ("said", "sign", "vague"),
    [
        ("Improve monitoring.", "", True),
        ("Improve monitoring.", "An alert fires in a drill", False),
        ("Fix it", "", True),
        ("Alert on a queue older than five minutes", "", False),
        ("Be more careful with deploys", "", True),
    ],
)
def test_an_action_that_nobody_can_see_done_gets_its_question(said: str, sign: str, vague: bool) -> None:
    assert is_vague(said, sign, load_kit(None)) is vague


@pytest.mark.parametrize(
    ("words_said", "expected"),
    [
        ("# <script>alert(1)</script>", "\\# &lt;script&gt;alert(1)&lt;/script&gt;"),
        ("[x](javascript:alert) ![y](z)", "\\[x\\](javascript:alert) \\!\\[y\\](z)"),
        ("line\n\n## two | three", "line \\#\\# two \\| three"),
        ("1. not a list", "1. not a list"),
        ("@everyone `code` *b* __u__ ~s~", "&#64;everyone \\`code\\` \\*b\\* \\_\\_u\\_\\_ \\~s\\~"),
        ("- dash", "\\- dash"),
        ("\u202eabc\u0007", "abc"),
        ("https://example.org/x", "https&#58;//example.org/x"),
    ],
)
def test_nobodys_words_become_markup(words_said: str, expected: str) -> None:
    assert safe(words_said) == expected


@pytest.mark.parametrize(
    ("file", "count"),
    [
        ('time,who,text\n2026-11-23 09:00,on call,"fired, twice"\n2026-11-23 09:05,on call,acked', 2),
        ("- 2026-11-23 09:00, on call, the alert fired\n- 2026-11-22 23:59 +05:30, support, first mail", 2),
        ("| time | who | text |\n|---|---|---|\n| 2026-11-23 09:00 | bot | fired |", 1),
    ],
)
def test_any_tools_lines_are_read(file: str, count: int) -> None:
    assert len(read_lines(file, "Europe/Berlin", LATER)) == count


@pytest.mark.parametrize("file", ["", "nothing", "2026-11-23 09:00,who", "2026-11-23 09:00,who,\nx,y,z"])
def test_a_file_with_a_fault_adds_nothing_and_names_the_line(file: str) -> None:
    with pytest.raises(BadLines):
        read_lines(file, "Europe/Berlin", LATER)


def test_the_same_condition_in_other_words_is_recognised() -> None:
    assert are_alike(stems("The pool is shared by two services"), stems("Two services shared one connection pool"))
    assert not are_alike(stems("The pool is shared by two services"), stems("The alert went to an old channel"))


@pytest.mark.parametrize(
    ("day", "zone", "days"),
    [
        (10, "Europe/Berlin", [-2, 0, 7, 14]),  # a Thursday
        (13, "Europe/Berlin", [-2, 0, 8, 15]),  # a Sunday, as somebody chose: Friday before, Mondays after
        (14, "Europe/Berlin", [-3, 0, 7, 14]),  # a Monday: Friday before
        (13, "Pacific/Auckland", [-3, 0, 7, 14]),  # a Monday there already
    ],
)
def test_a_reminder_comes_two_days_before_on_the_day_and_weekly_and_not_on_weekends(
    day: int, zone: str, days: list[int]
) -> None:
    due = datetime(2026, 12, day, 20, 0, tzinfo=UTC)
    at, seen = NOON, []
    for _ in range(4):
        at = next_reminder(due, at, zone)
        seen.append((at - due).days)
    assert seen == days


def test_a_kit_that_is_not_built_like_ours_is_refused_with_its_reason(tmp_path: Any) -> None:
    with pytest.raises(BadKit):
        load_kit(tmp_path)
    (tmp_path / "kit.yaml").write_text("roles: [1, 2]", encoding="utf-8")
    with pytest.raises(BadKit):
        load_kit(tmp_path)
    (tmp_path / "kit.yaml").write_text('conversation: ["What else?"]', encoding="utf-8")
    assert load_kit(tmp_path).conversation == ("What else?",)


def test_moments_of_the_future_are_refused() -> None:
    with pytest.raises(InvalidField):
        read_moment("2027-01-01 00:01", "UTC", "at", LATER)
