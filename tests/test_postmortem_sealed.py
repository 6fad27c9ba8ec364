"""Accounts: nobody reads one before the reveal, and what is deleted is gone."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.__main__ import main
from rituals.postmortem import accounts
from rituals.postmortem.refusals import StillSealed
from storage.schema import Account, Base, Quotation, Review
from tests.conftest import Candor
from tests.slack import Person, Slack
from tests.test_postmortem import asked, begin, give, people, reveal
from tests.test_prompts import heard, only, rows, words

MARKER = "flamingo-7431"
SECRET = f"The screen said {MARKER} and I believed it."


OLD_BUTTONS = (
    "pm_read",
    "pm_choose",
    "pm_quotes",
    "pm_mine",
    "pm_report",
    "pm_calendar",
    "pm_thread",
    "pm_actions",
)


def old(person: Person, action: str) -> None:
    """Click a button of a later stage, as one that was taken back leaves them standing."""
    message = person.ephemerals[-1]
    button = {"type": "button", "action_id": action, "value": "1", "text": {"type": "plain_text", "text": action}}
    message["blocks"] = [{"type": "actions", "block_id": "old", "elements": [button]}]
    person.click(action, on=message)


def everything(candor: Candor, slack: Slack, tmp_path: Path) -> str:
    """Every table, every message, all that was said to Slack, and every file beside the database."""
    with candor.database.reading() as session:
        tables = [repr(session.execute(select(one)).all()) for one in Base.metadata.sorted_tables]
    said = [repr(channel.messages) for channel in slack.channels.values()]
    said += [repr(one) for one in slack.ephemerals.values()]
    said += [repr(one) for one in slack.calls]
    said += [
        repr(slack.direct_channel(slack.teams["T1"], one).messages) for one in ("UADA", "UBEN", "UCEM", "UDEE")
    ]
    files = [one.read_bytes().decode("latin-1") for one in tmp_path.rglob("*") if one.is_file()]
    return "\n".join(tables + said + files)


def test_before_the_reveal_no_table_log_file_or_message_holds_a_word_of_an_account(
    slack: Slack, candor: Candor, ada: Person, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    begin(ada, facilitator="UDEE")
    give(ada, candor, first=SECRET)
    candor.ring()
    [dee] = people(slack, "UDEE")  # facilitates, and is an admin
    dee.command("/postmortem", "status 1", channel="C1")
    dee.command("/postmortem", "show 1", channel="C1")
    dee.command("/postmortem", "export 1", channel="C1")
    dee.command("/postmortem", "find flamingo", channel="C1")
    dee.command("/postmortem", "my-data", channel="C1")
    dee.open_home()
    for one in OLD_BUTTONS:
        old(dee, one)
        if dee.modal is not None:
            dee.close()
    told = everything(candor, slack, tmp_path) + repr(dee.ephemerals) + words(dee.home)
    assert MARKER not in told
    assert MARKER not in caplog.text + repr([one.__dict__ for one in caplog.records])
    with candor.database.reading() as session, pytest.raises(StillSealed):
        accounts.open_all(session, candor.house.custody, "T1", 1)


def test_the_search_would_find_it_after_the_reveal(
    slack: Slack, candor: Candor, ada: Person, tmp_path: Path
) -> None:
    begin(ada)
    give(ada, candor, first=SECRET)
    for person in people(slack, "UBEN", "UCEM"):
        give(person, candor)
    candor.ring_at(candor.travel.move(minutes=16))
    candor.ring()
    assert MARKER in everything(candor, slack, tmp_path), "the facilitator's page quotes it"


def test_a_facilitators_click_on_reading_is_refused_before_the_reveal(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    begin(ada)
    reveal(slack, candor)
    candor.ring()
    [dee] = people(slack, "UDEE")
    dee.command("/postmortem", "status 1", channel="C1")
    message = dee.ephemerals[-1]
    dee.click("One step back", on=message)
    assert only(candor, Review).stage == "accounts"
    dee.click("Read the accounts", on=message)
    assert "The accounts are sealed" in heard(dee)


def test_a_form_to_choose_quotes_that_was_open_before_a_step_back_quotes_nobody(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    begin(ada)
    reveal(slack, candor)
    [dee] = people(slack, "UDEE")
    dee.command("/postmortem", "status 1", channel="C1")
    message = dee.ephemerals[-1]
    dee.click("Choose quotes", on=message)
    ada.command("/postmortem", "status 1", channel="C1")
    ada.click("One step back", on=ada.ephemerals[-1])
    dee.submit({"picked0": ["UADA first"]})
    assert "The accounts are sealed" in words(dee.modal) + str(dee.form_errors)
    assert rows(candor, Quotation) == []


def test_my_data_shows_ones_own_account_and_deletes_it_with_its_key(
    slack: Slack, candor: Candor, ada: Person, tmp_path: Path
) -> None:
    begin(ada)
    give(ada, candor, first=SECRET)
    ada.command("/postmortem", "my-data", channel="C1")
    ada.click("Show it", on=ada.ephemerals[-1])
    assert MARKER in words(ada.modal)
    ada.close()
    [key] = list((tmp_path / "keys").rglob("*.row"))
    before = rows(candor, Account)[0].ciphertext
    ada.click("Delete it", on=ada.ephemerals[-1])
    assert "deleted, and so is its key" in heard(ada)
    assert rows(candor, Account) == []
    assert not key.exists()
    if candor.database.engine.dialect.name == "sqlite":
        for file in tmp_path.glob("candor.db*"):
            assert before not in file.read_bytes()


def test_forgetting_a_person_destroys_the_key_of_their_account_and_nobody_elses(
    slack: Slack, candor: Candor, ada: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(ada)
    give(ada, candor, first=SECRET)
    [ben] = people(slack, "UBEN")
    give(ben, candor, first="I saw it later.")
    assert len(list((tmp_path / "keys").rglob("*.row"))) == 2
    url = candor.database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("CANDOR_DATABASE_URL", url)
    monkeypatch.setenv("CANDOR_KEY_DIR", str(tmp_path / "keys"))
    assert main(["forget-person", "UADA"]) == 0
    assert [one.person for one in rows(candor, Account)] == ["UBEN"]
    assert len(list((tmp_path / "keys").rglob("*.row"))) == 1


def test_accounts_are_deleted_thirty_days_after_publishing_and_not_before(
    slack: Slack, candor: Candor, ada: Person, tmp_path: Path
) -> None:
    begin(ada)
    reveal(slack, candor)
    [dee] = people(slack, "UDEE")
    for _ in ("soak", "published"):
        dee.command("/postmortem", "status 1", channel="C1")
        label = "On to the quotes" if only(candor, Review).stage == "conversation" else "Publish"
        dee.click(label, on=dee.ephemerals[-1])
    assert only(candor, Review).stage == "published"
    candor.ring_at(candor.travel.move(days=29))
    assert len(rows(candor, Account)) == 3
    candor.ring_at(candor.travel.move(days=1, minutes=1))
    assert rows(candor, Account) == []
    assert list((tmp_path / "keys").rglob("*.row")) == []
    assert only(candor, Review).raw_gone_at == candor.travel.now


def test_a_hint_comes_once_before_anything_is_stored_and_the_text_stays(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    begin(ada)
    ada.open_home()
    ada.click("Write what I saw")
    blaming = "Ben should have checked the dashboard before he deployed."
    ada.submit({"first": blaming})
    assert "A reader may hear blame" in words(ada.modal)
    assert rows(candor, Account) == []
    [box] = [one for one in (ada.modal or {})["blocks"] if one["block_id"] == "first"]
    assert box["element"]["initial_value"] == blaming
    ada.submit({"first": blaming})  # keep mine
    with candor.database.reading() as session:
        own = accounts.own(session, candor.house.custody, "T1", 1, "UADA")
    assert own is not None
    assert own.answers["first"] == blaming


def test_self_blame_gets_a_choice_and_answering_later_stores_nothing(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    begin(ada)
    ada.open_home()
    ada.click("Write what I saw")
    ada.submit({"first": "It was all my fault, I should have checked the dashboard."})
    ada.submit({"hint": "later"})
    assert "Nothing was stored" in words(ada.modal)
    assert rows(candor, Account) == []


def test_a_channel_that_mutes_hints_gets_none(slack: Slack, candor: Candor, ada: Person) -> None:
    ada.command("/postmortem", "hints off", channel="C1")
    begin(ada)
    give(ada, candor, first="Ben should have checked the dashboard before he deployed.")
    assert len(rows(candor, Account)) == 1


def test_a_responder_is_offered_from_three_on_and_stands_under_a_common_heading(
    slack: Slack, candor: Candor, ada: Person
) -> None:
    begin(ada)
    for person in people(slack, "UADA", "UBEN", "UCEM"):
        give(person, candor, share="responder", role=f"Told by {person.id[1:].lower()}")
    candor.ring_at(candor.travel.move(minutes=16))
    candor.ring()
    ada.click("Read the accounts", on=asked(slack))
    shown = words(ada.modal)
    assert "Said by responders" in shown
    assert "Responder" not in shown.replace("Said by responders", "").replace("A responder", "")
    assert "<@UBEN>" not in shown


def test_with_two_people_nobody_can_hide_as_a_responder(slack: Slack, candor: Candor, ada: Person) -> None:
    begin(ada, people=["UADA", "UBEN"])
    ada.open_home()
    ada.click("Write what I saw")
    [share] = [one for one in (ada.modal or {})["blocks"] if one["block_id"] == "share"]
    assert [one["value"] for one in share["element"]["options"]] == ["name", "role"]


def test_silence_keeps_the_less_revealing(slack: Slack, candor: Candor, ada: Person) -> None:
    begin(ada)
    for person in people(slack, "UADA", "UBEN", "UCEM"):
        give(person, candor, share="name")
    candor.ring_at(candor.travel.move(minutes=16))
    [dee] = people(slack, "UDEE")
    dee.command("/postmortem", "status 1", channel="C1")
    dee.click("Choose quotes", on=dee.ephemerals[-1])
    dee.submit({"picked0": ["UADA first", "UBEN first"]})
    dee.close()
    dee.click("On to the quotes", on=dee.ephemerals[-1])
    candor.ring()
    ada.click("See how I am quoted", on=ada.direct_messages[-1])
    number = rows(candor, Quotation)[0].id
    ada.submit({f"wish{number}": "fine"})
    candor.ring_at(candor.travel.move(days=3))
    assert {one.person: one.state for one in rows(candor, Quotation)} == {"UADA": "fine", "UBEN": "silent"}
    dee.command("/postmortem", "publish 1", channel="C1")
    dee.command("/postmortem", "show 1", channel="C1")
    report = heard(dee)
    assert "*ada*" in report
    assert "ben" not in report
