"""People's words in a review: read as their author wishes, never unasked; and nothing old undoes what is new."""

from __future__ import annotations

import html

import pytest

from storage.forgetting import forget_person
from storage.schema import Moment, Quotation, Review, ReviewAction
from tests.conftest import Candor
from tests.slack import Person, Slack
from tests.slack.records import Json
from tests.test_postmortem import SEEN, begin, give, people, reveal
from tests.test_prompts import heard, only, rows, words


@pytest.fixture
def dee(slack: Slack) -> Person:
    """Who facilitates."""
    return slack.person("UDEE", team="T1")


def press(person: Person, button: str) -> None:
    """A button of the review's status, which only its reader sees."""
    person.command("/postmortem", "status 1", channel="C1")
    person.click(button, on=person.ephemerals[-1])


def on_the_timeline(adder: Person, said: Json) -> None:
    adder.message_shortcut("pm_add_message", said)
    adder.submit()
    adder.close()


def answer_quote(person: Person, **boxes: str) -> None:
    person.open_home()
    person.click("See how I am quoted")
    person.submit({f"{name}1": value for name, value in boxes.items()})
    person.close()


def published(candor: Candor, dee: Person) -> None:
    for _ in range(4):
        candor.ring_at(candor.travel.move(days=1))
    press(dee, "Publish")
    candor.ring()
    assert only(candor, Review).stage == "published"


def read(person: Person, command: str) -> str:
    """All that a command tells, in however many answers."""
    before = len(person.ephemerals)
    person.command("/postmortem", command, channel="C1")
    return html.unescape("\n".join(words(one) for one in person.ephemerals[before:]))


def quoted(slack: Slack, candor: Candor, ada: Person, dee: Person, said: str) -> Person:
    """UBEN, with a message of theirs on the timeline, while quotes are looked at."""
    [ben] = people(slack, "UBEN")
    begin(ada)
    on_the_timeline(ada, ben.says(said, channel="C1"))
    reveal(slack, candor)
    press(dee, "On to the quotes")
    return ben


def asked_to_own(slack: Slack, candor: Candor, ada: Person) -> Person:
    """UBEN, whom a review asks to own an action, before their Home tab."""
    [ben] = people(slack, "UBEN")
    begin(ada)
    reveal(slack, candor)
    press(ada, "Add an action")
    ada.submit({"words": "Alert on a full pool", "sign": "A drill", "owner": "UBEN"})
    ada.close()
    ben.open_home()
    return ben


@pytest.mark.parametrize(
    ("wish", "there", "gone"),
    [
        ({"wish": "withdrawn"}, "", "zebra"),
        ({"wish": "changed", "words": "The table was empty"}, "The table was empty", "zebra"),
        ({"wish": "fine", "share": "role"}, "zebra", "UBEN"),
    ],
)
def test_timeline_report_and_search_tell_a_line_as_its_author_wished(
    slack: Slack, candor: Candor, ada: Person, dee: Person, wish: dict[str, str], there: str, gone: str
) -> None:
    answer_quote(quoted(slack, candor, ada, dee, "I dropped the zebra table"), **wish)
    published(candor, dee)
    [eli] = people(slack, "UELI")
    for command in ("timeline 1", "show 1"):
        told = read(eli, command)
        assert there in told
        assert gone not in told
    assert ("Checkout was slow" in read(eli, "find zebra")) is (gone == "UBEN")


def test_what_somebody_agreed_to_is_published_though_others_correct_it(
    slack: Slack, candor: Candor, ada: Person, dee: Person
) -> None:
    answer_quote(quoted(slack, candor, ada, dee, "The pool is full"), wish="fine", share="name")
    [eli] = people(slack, "UELI")
    eli.command("/postmortem", "timeline 1", channel="C1")
    eli.click("Correct", on=eli.ephemerals[-1])
    eli.submit({"words": "My deploy filled the pool"})
    published(candor, dee)
    told = read(ada, "show 1")
    assert "ben: The pool is full" in told
    assert "My deploy" not in told


def test_a_line_that_was_corrected_before_its_author_looked_is_shown_as_it_is(
    slack: Slack, candor: Candor, ada: Person, dee: Person
) -> None:
    ben = quoted(slack, candor, ada, dee, "FIRST words")
    ada.command("/postmortem", "timeline 1", channel="C1")
    ada.click("Correct", on=ada.ephemerals[-1])
    ada.submit({"words": "The pool was full"})
    ada.close()
    answer_quote(ben, wish="fine")
    published(candor, dee)
    told = read(ada, "show 1")
    assert "The pool was full" in told
    assert "FIRST" not in told, "ben was never shown that it would be told"


def test_whoever_is_put_on_the_timeline_late_is_asked_too(
    slack: Slack, candor: Candor, ada: Person, dee: Person
) -> None:
    [ben] = people(slack, "UBEN")
    begin(ada)
    reveal(slack, candor)
    press(dee, "On to the quotes")
    on_the_timeline(ada, ben.says("A late line", channel="C1"))
    answer_quote(ben, wish="withdrawn")
    published(candor, dee)
    assert "A late line" not in read(ada, "show 1")


def test_a_step_back_and_on_again_tells_those_who_were_not_told_yet(
    slack: Slack, candor: Candor, ada: Person, dee: Person
) -> None:
    begin(ada)
    candor.ring()
    reveal(slack, candor)
    press(dee, "One step back")
    candor.ring()
    press(dee, "Open the accounts")
    candor.ring()
    assert "the accounts are open" in dee.direct_messages[-1]["text"]
    press(dee, "Choose quotes")
    dee.submit({"picked0": ["UADA first"]})
    dee.close()
    press(dee, "On to the quotes")
    press(dee, "One step back")
    candor.ring_at(candor.travel.move(days=1))
    press(dee, "On to the quotes")
    for _ in range(2):
        candor.ring_at(candor.travel.move(days=1))
    assert [one["text"] for one in ada.direct_messages if "quotes you" in one["text"]][1:] == []
    assert "quotes you" in str(ada.direct_messages)


def test_a_quote_follows_an_account_that_was_changed_after_a_step_back(
    slack: Slack, candor: Candor, ada: Person, dee: Person
) -> None:
    begin(ada)
    candor.ring()
    reveal(slack, candor)
    for said in (SEEN, "It was the cache"):
        press(dee, "Choose quotes")
        dee.submit({"picked0": ["UADA first"]})
        dee.close()
        assert only(candor, Quotation).words == said
        if said == SEEN:
            press(dee, "One step back")
            ada.click("Write what I saw", on=next(one for one in ada.direct_messages if "review" in one["text"]))
            ada.submit({"first": "It was the cache"})
            ada.close()
            press(dee, "Open the accounts")


def test_an_account_taken_back_in_the_last_quarter_gives_the_time_back(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    begin(ada)
    due = only(candor, Review).due
    for person in people(slack, "UADA", "UBEN", "UCEM"):
        give(person, candor)
    ada.command("/postmortem", "my-data", channel="C1")
    ada.click("Delete it", on=ada.ephemerals[-1])
    candor.ring_at(candor.travel.move(minutes=16))
    assert (only(candor, Review).stage, only(candor, Review).due) == ("accounts", due)


@pytest.mark.parametrize("stage", ["conversation", "soak"])
def test_when_who_facilitates_left_who_started_it_hears_that_it_waits(
    slack: Slack, candor: Candor, ada: Person, dee: Person, stage: str
) -> None:
    begin(ada)
    reveal(slack, candor)
    candor.ring()
    if stage == "soak":
        press(dee, "On to the quotes")
    slack.users["UDEE"].deleted = True
    candor.house.people._known.clear()
    for _ in range(10):
        candor.ring_at(candor.travel.move(days=1))
    assert {"conversation": "has had its time", "soak": "can be published"}[stage] in str(ada.direct_messages)


def test_an_old_form_to_shape_an_idea_doesnt_undo_what_somebody_accepted(
    slack: Slack, candor: Candor, ada: Person, dee: Person
) -> None:
    begin(ada)
    reveal(slack, candor)
    press(ada, "Add an action")
    ada.submit({"words": "Alert on a full pool", "sign": "A drill fires it", "worse": "More pages"})
    ada.close()
    for person in (ada, dee):
        person.command("/postmortem", "actions all", channel="C1")
        person.click("Shape it", on=person.ephemerals[-1])
    dee.submit({"owner": "UCEM"})
    dee.close()
    [cem] = people(slack, "UCEM")
    cem.open_home()
    cem.click("I'll do it")
    cem.close()
    ada.submit({"words": "Something else", "sign": "Seen"})
    assert "asked to own this one by now" in str(ada.form_errors) + words(ada.modal)
    action = only(candor, ReviewAction)
    assert (action.state, action.owner, action.words) == ("accepted", "UCEM", "Alert on a full pool")
    assert action.worse == "More pages"


@pytest.mark.parametrize("form", ["Another day", "Drop it"])
def test_a_form_that_was_open_while_an_action_was_done_says_that_nothing_was_changed(
    slack: Slack, candor: Candor, ada: Person, form: str
) -> None:
    ben = asked_to_own(slack, candor, ada)
    ben.click("I'll do it")
    ben.close()
    ben.click(form, on=ben.home)
    with candor.database.begin() as session:
        session.get_one(ReviewAction, 1).state = "done"
    ben.submit({"reason": "Later"})
    assert "nothing was changed" in str(ben.form_errors) + words(ben.modal)


def test_the_day_of_an_action_is_told_as_it_was_chosen_for_an_owner_far_away(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    """The review is on New York's clocks, its owner in Kolkata: nine there is the evening before here."""
    begin(ada, zone="America/New_York", began="2026-11-23 03:30", ended="2026-11-23 05:00")
    candor.ring()
    reveal(slack, candor)
    press(ada, "Add an action")
    ada.submit({"words": "Alert on a full pool", "sign": "A drill", "owner": "UCEM", "due": "2026-12-04"})
    ada.close()
    assert "by Fri 4 Dec 2026" in read(ada, "actions all")
    assert "by 4 December 2026" in read(ada, "show 1")


def test_whoever_is_asked_again_after_a_no_is_asked(slack: Slack, candor: Candor, ada: Person) -> None:
    ben = asked_to_own(slack, candor, ada)
    ben.click("Not me")
    ben.close()
    ada.command("/postmortem", "actions all", channel="C1")
    ada.click("Shape it", on=ada.ephemerals[-1])
    ada.submit({"owner": "UBEN"})
    ada.close()
    candor.ring_at(candor.travel.move(days=1, hours=4))  # eleven in the morning where ben is
    candor.ring()
    assert "asks whether you would own this" in str(ben.direct_messages)
    assert len(rows(candor, ReviewAction)) == 1


def test_a_search_that_finds_nothing_says_so(candor: Candor, ada: Person) -> None:
    begin(ada)
    ada.command("/postmortem", "find whales", channel="C1")
    assert heard(ada) == "No review that you may read says that."


def test_of_a_message_that_was_deleted_no_words_are_left_to_read(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    begin(ada)
    said = ada.says("FIRST words", channel="C1")
    on_the_timeline(ada, said)
    ada.command("/postmortem", "timeline 1", channel="C1")
    ada.click("Correct", on=ada.ephemerals[-1])
    ada.submit({"words": "Second words"})
    ada.close()
    with candor.database.begin() as session:
        session.get_one(Moment, 1).is_gone = True
    told = read(ada, "timeline 1")
    assert "its message was deleted" in told
    assert "words" not in told.replace("its message was deleted", "")


def test_when_who_facilitates_was_forgotten_who_started_it_hears_that_it_waits(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    begin(ada)
    reveal(slack, candor)
    candor.ring()
    with candor.database.begin() as session:
        forget_person(session, "T1", "UDEE")
    for _ in range(10):
        candor.ring_at(candor.travel.move(days=1))
    assert "has had its time" in str(ada.direct_messages)
