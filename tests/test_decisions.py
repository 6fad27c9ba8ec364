"""Decisions: from a question to a private answer, and from a gap to a lesson."""

from __future__ import annotations

from tests.conftest import Candor
from tests.slack import Person, Slack


def test_ten_areas_then_a_question(slack: Slack, candor: Candor, ada: Person) -> None:
    ada.command("/whodecides", "may I roll back a release?", channel="C1")
    print(ada.ephemerals[-1])
    ada.click("Start with ten", on=ada.ephemerals[-1])
    ada.submit({"ten-rollback": "UBEN", "ten-data": "UCEM"})
    ada.command("/whodecides", "may I roll back a release?", channel="C1")
    assert "<@UBEN>" in ada.ephemerals[-1]["text"], ada.ephemerals[-1]
