"""How long it is known who was invited: as long as something is compared with it, and no longer."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.__main__ import main
from bot.scheduler import sweep
from rituals import sealed
from storage.schema import Pulse, Round, SealedOccasion, SealedSeat
from tests.conftest import Candor
from tests.slack import Person, Slack
from tests.test_prompts import only, rows, words
from tests.test_pulse import CHANNEL, TEAM, begin, candor, closed, everyone, in_channel, launched
from tests.test_pulse_elsewhere import ask_in

__all__ = ["candor"]  # a fixture


def seats(candor: Candor) -> dict[str, int]:
    """How many seats are known, by occasion."""
    kept = [one.occasion for one in rows(candor, SealedSeat)]
    return {one: kept.count(one) for one in sorted(set(kept))}


def swept(candor: Candor, at: datetime) -> dict[str, int]:
    candor.travel.to(at)
    sweep(candor.house.bell(at), candor.house.rooms)
    return seats(candor)


def round_of_answers(candor: Candor, slack: Slack, ada: Person, given: str) -> Pulse:
    """All answer what is open, it closes, and the result is answered."""
    for person in everyone(slack):
        person.command("/pulse", "respond", channel=CHANNEL)
        items = [one["block_id"] for one in (person.modal or {})["blocks"] if one["type"] == "input"]
        person.submit({box: given for box in items if box.startswith("item_")})
        person.close()
    told = closed(candor)
    ada.click("Answer it", on=slack.channels[CHANNEL].messages[-1])
    ada.submit({"heard": "We talked.", "will": "Something."})
    ada.close()
    candor.travel.move(minutes=1)
    candor.ring()
    return told


def test_seats_stay_until_the_next_result_was_compared_and_then_go(
    candor: Candor, slack: Slack, ada: Person
) -> None:
    launched(candor, ada)
    first = round_of_answers(candor, slack, ada, "1")
    assert swept(candor, first.opened_at + timedelta(days=200)) == {"pulse-1": 6}
    begin(ada)
    candor.ring()
    assert swept(candor, candor.travel.now + timedelta(hours=1)) == {"pulse-1": 6, "pulse-2": 6}
    second = round_of_answers(candor, slack, ada, "7")
    assert second.moved
    assert any("up from" in one for one in second.moved.values())
    assert any("up from" in one for one in in_channel(slack))
    assert swept(candor, candor.travel.now + timedelta(hours=1)) == {"pulse-2": 6}
    assert [one.occasion for one in rows(candor, SealedOccasion)] == ["pulse-2"]
    ada.command("/pulse", "history", channel=CHANNEL)
    assert "up from" in ada.ephemerals[-1]["text"], "what changed stays in the result"


def test_for_ninety_days_they_stay_whatever_came_meanwhile(candor: Candor, slack: Slack, ada: Person) -> None:
    """Picked people are compared with all audiences of that time."""
    launched(candor, ada)
    first = round_of_answers(candor, slack, ada, "6")
    candor.travel.move(days=28)
    begin(ada)
    candor.ring()
    round_of_answers(candor, slack, ada, "6")
    assert swept(candor, first.opened_at + timedelta(days=90)) == {"pulse-1": 6, "pulse-2": 6}
    assert swept(candor, first.opened_at + timedelta(days=90, seconds=1)) == {"pulse-2": 6}


def test_without_a_next_one_they_go_after_the_days_that_are_set(candor: Candor, slack: Slack, ada: Person) -> None:
    launched(candor, ada)
    told = round_of_answers(candor, slack, ada, "6")
    assert told.closed_at is not None
    assert swept(candor, told.closed_at + timedelta(days=400)) == {"pulse-1": 6}
    assert swept(candor, told.closed_at + timedelta(days=400, seconds=1)) == {}
    begin(ada)
    candor.ring()
    assert round_of_answers(candor, slack, ada, "6").moved is None, "a new baseline"


def test_what_gave_no_result_is_compared_with_nothing(candor: Candor, ada: Person) -> None:
    pulse = launched(candor, ada)
    assert closed(candor).state == "few"
    assert swept(candor, pulse.opened_at + timedelta(days=90)) == {"pulse-1": 6}
    assert swept(candor, pulse.opened_at + timedelta(days=90, seconds=1)) == {}


def test_what_is_open_or_not_purged_keeps_its_seats(candor: Candor, ada: Person) -> None:
    """Its name is needed to destroy its keys."""
    pulse = launched(candor, ada)
    later = pulse.opened_at + timedelta(days=900)
    assert swept(candor, later) == {"pulse-1": 6}
    with candor.database.begin(durable=True) as session:
        sealed.end(session, "T1", "pulse-1")
        session.get_one(Pulse, 1).state = "ended"
    assert swept(candor, later) == {"pulse-1": 6}
    assert sealed.purge(candor.database, candor.house.custody, "T1", "pulse-1")
    assert swept(candor, later) == {}


def test_another_channels_result_takes_no_seats_away(candor: Candor, slack: Slack, ada: Person) -> None:
    launched(candor, ada)
    first = round_of_answers(candor, slack, ada, "6")
    candor.travel.to(first.opened_at + timedelta(days=91))
    slack.channel("COTHER", team="T1", name="other-six", members=list(TEAM))
    assert ask_in(candor, ada, "COTHER").state == "open"
    with candor.database.begin() as session:
        session.get_one(Pulse, 2).state = "closed"
    assert swept(candor, first.opened_at + timedelta(days=92)) == {"pulse-1": 6, "pulse-2": 6}


def test_the_shell_says_that_it_was_forgotten(
    candor: Candor,
    slack: Slack,
    ada: Person,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    launched(candor, ada)
    told = round_of_answers(candor, slack, ada, "6")
    url = candor.database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("CANDOR_DATABASE_URL", url)
    assert main(["pulse", "verify-purge", "1", "--workspace", "T1"]) == 0
    assert told.closed_at is not None
    swept(candor, told.closed_at + timedelta(days=401))
    capsys.readouterr()
    assert main(["pulse", "verify-purge", "1", "--workspace", "T1"]) == 1
    assert capsys.readouterr().out.startswith("Forgotten: it was purged long ago")


def test_the_shell_says_so_when_there_is_no_such_pulse_and_names_no_slash_command(
    candor: Candor,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = candor.database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("CANDOR_DATABASE_URL", url)
    assert main(["pulse", "verify-purge", "7", "--workspace", "T1"]) == 2
    out, said = capsys.readouterr()
    assert (out, said.count("\n")) == ("", 1)
    assert said.startswith("There is no pulse 7 in workspace T1. `python -m bot audit --workspace T1` shows")


def test_the_shell_says_so_when_a_pulse_has_not_begun(
    candor: Candor,
    ada: Person,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    begin(ada)
    monkeypatch.setenv("CANDOR_DATABASE_URL", candor.database.engine.url.render_as_string(hide_password=False))
    assert main(["pulse", "verify-purge", "1", "--workspace", "T1"]) == 2
    assert capsys.readouterr().err == "Pulse 1 has no boxes: it begins later, or couldn't begin.\n"


def test_a_sealed_rounds_seats_go_after_two_weeks(candor: Candor, slack: Slack, ada: Person) -> None:
    ada.command("/prompt", channel=CHANNEL)
    ada.submit({"question": "What are we afraid to say?", "answers": "sealed"})
    ada.submit({"days": ["TU"]})
    ada.submit()
    assert words(ada.modal).startswith("Saved")
    ada.close()
    candor.ring_at(datetime.fromisoformat("2026-11-24T09:00:00+00:00"))
    assert seats(candor) == {"prompt-1": 6}
    candor.ring_at(only(candor, Round).closes_at)
    closed_at = only(candor, Round).closed_at
    assert closed_at is not None
    assert swept(candor, closed_at + timedelta(days=14)) == {"prompt-1": 6}
    assert swept(candor, closed_at + timedelta(days=14, seconds=1)) == {}
