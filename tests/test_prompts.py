"""Prompts, set up: in three steps or by the short form on App Home, and who may."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import DeclarativeBase

from storage.schema import Answer, Delivery, Keeper, Prompt, Round, Schedule
from tests.conftest import Candor
from tests.slack import Person, Slack

Json = dict[str, Any]
Table = TypeVar("Table", bound=DeclarativeBase)

QUESTION = "What surprised you?"
LONG = "why " * 749 + "not?"  # 3,000 characters: the most that Slack's box takes


# --- what all tests of prompts use ------------------------------------------------------------------------


def rows(candor: Candor, table: type[Table]) -> Sequence[Table]:
    """All rows of a table, oldest first."""
    with candor.database.reading() as session:
        return session.scalars(select(table).order_by(*inspect(table).primary_key)).all()


def only(candor: Candor, table: type[Table]) -> Table:
    [row] = rows(candor, table)
    return row


def words(surface: Json | None) -> str:
    """Everything that can be read on a message, form or home, one piece of text a line."""
    assert surface is not None

    def read(part: Any) -> list[str]:
        if isinstance(part, dict):
            own = [part["text"]] if isinstance(part.get("text"), str) else []
            return own + [line for value in part.values() if not isinstance(value, str) for line in read(value)]
        return [line for one in part for line in read(one)] if isinstance(part, list) else []

    return "\n".join(read(surface.get("blocks") or surface["text"]) or [surface.get("text", "")])


def heard(person: Person) -> str:
    """The last thing that only this person was told."""
    return str(person.ephemerals[-1]["text"])


def at(text: str, zone: str = "Europe/Berlin") -> datetime:
    """An instant from the clocks on a wall: "2026-11-24 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def what(person: Person, *, channel: str = "C1", **boxes: Any) -> None:
    """Open `/prompt` and submit step one."""
    person.command("/prompt", channel=channel)
    person.submit({"question": QUESTION} | boxes)


def set_up(person: Person, when: Json | None = None, *, channel: str = "C1", **boxes: Any) -> None:
    """Set a prompt up through the three steps: Tuesdays at 10:00 in the person's zone, unless told otherwise."""
    what(person, channel=channel, **boxes)
    on = {"days": ["TU"]} if boxes.get("kind", "weekly") == "weekly" and boxes.get("pack") is None else {}
    person.submit(on | (when or {}))
    person.submit()
    assert words(person.modal).startswith("Saved"), words(person.modal)
    person.close()


def question(slack: Slack, channel: str = "C1") -> Json:
    """The newest question in a channel."""
    return [one for one in slack.channels[channel].messages if "thread_ts" not in one][-1]


def nothing_is_kept(candor: Candor) -> bool:
    return not any(rows(candor, table) for table in (Schedule, Prompt, Keeper, Round, Delivery, Answer))


# --- three steps ------------------------------------------------------------------------------------------

KINDS: list[tuple[str, Json, str, list[str]]] = [  # at 10:00 in Berlin, on Monday 23 November 2026, past noon
    ("weekdays", {}, "every weekday", ["Tue 24 Nov", "Wed 25 Nov", "Thu 26 Nov"]),
    ("weekly", {"days": ["MO", "TH"]}, "every Monday and Thursday", ["Thu 26 Nov", "Mon 30 Nov", "Thu 3 Dec"]),
    (
        "weeks",
        {"every": "3", "days": ["FR"]},
        "every third week on Friday",
        ["Fri 27 Nov", "Fri 18 Dec", "Fri 8 Jan"],
    ),
    (
        "month_day",
        {"day": "31", "short": "last"},
        "every month on the 31st, or the month's last day",
        ["Mon 30 Nov", "Thu 31 Dec", "Sun 31 Jan"],
    ),
    (
        "month_day",
        {"day": "31", "short": "skip"},
        "every month on the 31st, in the months that have it",
        ["Thu 31 Dec", "Sun 31 Jan", "Wed 31 Mar"],
    ),
    (
        "month_weekday",
        {"nth": "-1", "weekday": "FR"},
        "on the last Friday of every month",
        ["Fri 27 Nov", "Fri 25 Dec", "Fri 29 Jan"],
    ),
    (
        "first_working_day",
        {},
        "on the first working day of every month",
        ["Tue 1 Dec", "Fri 1 Jan", "Mon 1 Feb"],
    ),
    (
        "last_working_day",
        {},
        "on the last working day of every month",
        ["Mon 30 Nov", "Thu 31 Dec", "Fri 29 Jan"],
    ),
    (
        "quarterly",
        {"day": "15", "first": "2026-12-01"},
        "every three months on the 15th",
        ["Tue 15 Dec", "Mon 15 Mar", "Tue 15 Jun"],
    ),
    (
        "yearly",
        {"month": "2", "day": "29", "short": "skip"},
        "every year on 29 February, in the months that have it",
        ["Tue 29 Feb 2028", "Sun 29 Feb 2032", "Fri 29 Feb 2036"],
    ),
    (
        "rule",
        {"rule": "FREQ=MONTHLY;BYDAY=2TU;BYMONTH=1,4"},
        "by the rule FREQ=MONTHLY;BYDAY=2TU;BYMONTH=1,4",
        ["Tue 12 Jan", "Tue 13 Apr", "Tue 11 Jan 2028"],
    ),
]


@pytest.mark.parametrize(("kind", "when", "in_words", "dates"), KINDS, ids=lambda value: str(value)[:30])
def test_each_rhythm_of_the_form_echoes_its_next_three_dates_and_is_kept(
    candor: Candor, ada: Person, kind: str, when: Json, in_words: str, dates: list[str]
) -> None:
    what(ada, kind=kind)
    ada.submit(when)
    look = words(ada.modal)
    assert f"{in_words} at 10:00 (europe/berlin)".lower() in look.lower()
    assert look.count("•") == 3
    assert [date in look for date in dates] == [True] * 3, look
    assert nothing_is_kept(candor)
    ada.submit()
    assert [date in words(ada.modal) for date in dates] == [True] * 3
    schedule = only(candor, Schedule)
    assert schedule.next_due is not None
    assert f"{schedule.next_due.astimezone(ZoneInfo('Europe/Berlin')):%a} {schedule.next_due.day}" in dates[0]
    assert (only(candor, Prompt).question, only(candor, Keeper).person) == (QUESTION, "UADA")


def test_the_zone_offered_is_the_persons_own(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(slack.person("UCEM", team="T1"))
    schedule = only(candor, Schedule)
    assert (schedule.zone, schedule.next_due) == ("Asia/Kolkata", at("2026-11-24 10:00", "Asia/Kolkata"))


def test_somebody_without_a_zone_is_offered_utc_and_can_write_another(candor: Candor, slack: Slack) -> None:
    eli = slack.person("UELI", team="T1")
    set_up(eli)
    set_up(eli, {"zone": "asia/kolkata"})
    assert [schedule.zone for schedule in rows(candor, Schedule)] == ["UTC", "Asia/Kolkata"]


def test_a_mention_laden_question_pings_nobody(candor: Candor, slack: Slack, ada: Person) -> None:
    set_up(ada, question="<!channel> *hi* <@UBEN> & `so`")
    candor.ring_at(at("2026-11-24 10:00"))
    assert "&lt;!channel&gt; *hi* &lt;@UBEN&gt; &amp;" in question(slack)["text"]
    for command in ("/prompt", "/candor"):
        ada.command(command, "list", channel="C1")
        assert "<!channel>" not in heard(ada)


# --- the short form on App Home ---------------------------------------------------------------------------


def start_from_home(person: Person, **boxes: Any) -> None:
    person.open_home()
    person.click("Ask this team one question every week", on=person.home)
    person.submit({"channel": "C1", "question": QUESTION, "weekday": "MO", "at": "16:00"} | boxes)


def test_the_first_question_goes_out_now_and_again_a_week_on(candor: Candor, slack: Slack, ada: Person) -> None:
    start_from_home(ada)
    for date in ("Mon 30 Nov 2026, 16:00", "Mon 7 Dec 2026", "Mon 14 Dec 2026"):
        assert date in words(ada.modal)
    candor.ring()
    [posted] = slack.channels["C1"].messages
    assert QUESTION in posted["text"]
    candor.ring_at(at("2026-11-23 16:00"))  # today's own time of day asks no second time
    candor.ring_at(at("2026-11-30 15:59"))
    assert len(rows(candor, Round)) == 1
    candor.ring_at(at("2026-11-30 16:00"))
    assert [asked.occurrence for asked in rows(candor, Round)] == [
        at("2026-11-23 13:00"),
        at("2026-11-30 16:00"),
    ]


def test_the_short_form_begins_next_week_whatever_the_day(candor: Candor, ada: Person) -> None:
    start_from_home(ada, weekday="TU")  # asked now, on Monday: tomorrow would be the second time in a week
    assert only(candor, Schedule).next_due == at("2026-12-01 16:00")


def test_the_short_form_shows_on_app_home_at_once(candor: Candor, ada: Person) -> None:
    start_from_home(ada)
    assert QUESTION in words(ada.home)


def test_the_short_form_refuses_a_blank_and_an_endless_question(candor: Candor, ada: Person) -> None:
    start_from_home(ada, question="  \n ")
    assert ada.form_errors == {"question": "Write the question that you want to ask, or choose a pack."}
    ada.submit({"question": LONG})
    assert ada.form_errors == {"question": "This has 3,000 characters. Please keep the question within 500."}
    assert nothing_is_kept(candor)


def test_a_double_click_on_ask_now_asks_once(candor: Candor, slack: Slack, ada: Person) -> None:
    ada.open_home()
    ada.click("prompt_first", on=ada.home)
    reply = ada.submit({"channel": "C1"})
    again = slack.deliver("interactive", reply.payload)
    assert "All set" in str(again.ack)
    candor.ring()
    assert len(slack.channels["C1"].messages) == 1
    assert (len(rows(candor, Schedule)), len(rows(candor, Round)), len(rows(candor, Keeper))) == (1, 1, 1)


def test_somebody_who_shares_no_channel_is_told_to_invite_candor(candor: Candor, slack: Slack) -> None:
    dee = slack.person("UDEE", team="T1")
    dee.open_home()
    dee.click("prompt_first", on=dee.home)
    assert "/invite @Candor" in words(dee.modal)


# --- who may ----------------------------------------------------------------------------------------------


def crowd(slack: Slack, people: int) -> None:
    """#team gets so many people; Candor comes on top."""
    members = slack.channels["C1"].members
    for number in range(people + 1 - len(members)):
        slack.user(f"UX{number}", team="T1")
        members.append(f"UX{number}")


@pytest.mark.parametrize(
    ("who", "channel", "told"),
    [
        ("UGUEST", "C1", "Guests and people from other companies can take part"),
        ("UOUT", "C1", "This belongs to a channel that you aren't in"),
        ("UDEE", "C1", "This belongs to a channel that you aren't in"),
        ("UADA", "CNOBOT", "I'm not in that channel yet. Type `/invite @Candor` there"),
        ("UADA", "COLD", "That channel is archived"),
    ],
)
def test_who_may_not_start_is_told_why_in_a_sentence(
    candor: Candor, slack: Slack, who: str, channel: str, told: str
) -> None:
    person = slack.person(who, team="T1")
    reply = person.command("/prompt", channel=channel)
    assert person.modal is None
    assert told in heard(person)
    assert reply.acked
    assert len(person.ephemerals) == 1
    assert nothing_is_kept(candor)


def test_fifty_people_may_be_asked_by_any_of_them(candor: Candor, slack: Slack, ada: Person) -> None:
    crowd(slack, 50)
    set_up(ada)
    assert len(rows(candor, Schedule)) == 1


def test_in_a_channel_of_more_than_fifty_only_an_admin_starts(candor: Candor, slack: Slack, ada: Person) -> None:
    crowd(slack, 51)
    slack.channels["C1"].members.append("UDEE")
    ada.command("/prompt", channel="C1")
    assert "an admin of the workspace starts rituals: please ask one" in heard(ada)
    set_up(slack.person("UDEE", team="T1"))
    assert only(candor, Keeper).person == "UDEE"


def test_a_direct_message_is_no_place_for_a_prompt(candor: Candor, slack: Slack, ada: Person) -> None:
    direct = slack.direct_channel(ada.team, ada.id).id
    ada.command("/prompt", channel=direct)
    assert heard(ada) == "Rituals live in channels. Please type this in the channel that it is for."
    assert nothing_is_kept(candor)
