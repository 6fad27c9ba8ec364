"""Prompts: from the form to the channel, through answers to the digest."""

from __future__ import annotations

from tests.conftest import Candor
from tests.slack import Person, Slack


def test_the_first_question_goes_out_at_once(slack: Slack, candor: Candor, ada: Person) -> None:
    ada.open_home()
    ada.click("Ask this team one question every week", on=ada.home)
    ada.submit({"channel": "C1", "question": "What surprised you?", "weekday": "TU", "at": "10:00"})
    candor.ring()
    [posted] = slack.channels["C1"].messages
    assert "What surprised you?" in posted["text"]
    print(ada.modal)
