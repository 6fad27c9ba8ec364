"""Blocks of the audit: what was administered fits, and its words stay words."""

from __future__ import annotations

import re

import pytest

from bot.blocks.common import escape
from bot.home import AUDIT_LINES
from storage.people import note_act
from tests.conftest import NOON, Candor
from tests.slack import Slack
from tests.slack.limits import every_text
from tests.test_blocks import harmless


@pytest.mark.parametrize("count", [0, 1, AUDIT_LINES + 1])
@pytest.mark.parametrize(
    "subject",
    ["prompts 12345678", "role " + "x" * 55, pytest.param("role " + "&" * 55, id="escaped"), "<@U123><!here>"],
)
def test_the_audit_fits_and_its_words_stay_words(candor: Candor, slack: Slack, count: int, subject: str) -> None:
    """Through the door, which words the lines: a role is people's words, of up to 60 characters."""
    told = audited(candor, slack, count, subject)
    harmless(told)
    assert re.sub(r"&(?:amp|lt|gt);", "", "".join(told)).count("&") == 0


@pytest.mark.parametrize(
    "subject",
    ["prompts 12345678", "role " + "x" * 55, pytest.param("role " + "&" * 55, id="escaped")],
)
def test_the_audit_leaves_no_line_out(candor: Candor, slack: Slack, subject: str) -> None:
    told = audited(candor, slack, AUDIT_LINES, subject)
    assert "".join(told).count(escape(subject)) == AUDIT_LINES


def audited(candor: Candor, slack: Slack, count: int, subject: str) -> list[str]:
    """What an admin reads after so many acts; the strict fake refuses a view that Slack would."""
    with candor.database.begin() as session:
        for number in range(count):
            note_act(session, "T1", f"U{number:010}", "imported", subject, NOON)
    dee = slack.person("UDEE", team="T1")
    dee.open_home()
    dee.click("audit", on=dee.home)
    assert dee.modal is not None
    return list(every_text(dee.modal, only="mrkdwn"))
