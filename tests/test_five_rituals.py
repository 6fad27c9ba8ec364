"""A quarter in five rituals: one direct message a day and three a week, but for deadlines that people accepted.

`pytest tests/test_five_rituals.py -s` prints who was told how much, week by week.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import pytest

from rituals import nudges
from storage.outbox import owe
from storage.schema import Delivery, Nudge, Pulse, Review
from tests.conftest import BuildCandor, Candor
from tests.slack import Person, Slack
from tests.slack.forms import elements_in
from tests.slack.records import Json
from tests.test_decisions import fill
from tests.test_demo_day import SET_UP
from tests.test_postmortem import WHAT
from tests.test_prompts import rows, set_up

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
WEEKS = 13
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
TEAM = ("UADA", "UBEN", "UCEM", "UDEE", "UELI", "UOUT")
HOURS = (5, 9, 10, 13, 14, 15)  # UTC, at which a day begins somewhere, or something is due
AT_WEEKENDS = (9, 13)


@dataclass(frozen=True)
class Told:
    """One direct message: when on their own clock, of which kinds, whether about a deadline of theirs."""

    person: str
    local: datetime
    kinds: tuple[str, ...]
    accepted: bool


def told(candor: Candor, slack: Slack) -> list[Told]:
    """Every direct message that Slack has; Candor's tables tell what each was about."""
    about = {(one.channel, one.ts): one for one in rows(candor, Delivery) if one.state == "done"}
    wanted = {one.id: one for one in rows(candor, Nudge)}
    found = []
    for channel in (one for one in slack.channels.values() if one.is_im):
        person = next(one for one in channel.members if one != "UBOT")
        zone = ZoneInfo(slack.users[person].tz or "UTC")
        for message in channel.messages:
            if message["user"] != "UBOT":
                continue
            owed = about[channel.id, message["ts"]]
            parts = [wanted[one] for one in owed.facts.get("nudges", [])]
            accepted = owed.kind == "postmortem.due" or any(one.accepted for one in parts)
            kinds = tuple(one.kind for one in parts) or (owed.kind,)
            at = datetime.fromtimestamp(int(float(message["ts"])), UTC)  # behind the second it only counts
            found.append(Told(person, at.astimezone(zone), kinds, accepted))
    return sorted(found, key=lambda one: (one.person, one.local))


def too_much(found: list[Told]) -> list[str]:
    """Where the budget was broken; what somebody accepted may exceed it, and doesn't count against the rest."""
    broken = []
    for person, theirs in groupby(found, key=lambda one: one.person):
        counted = [one for one in theirs if not one.accepted]
        days = Counter(one.local.date() for one in counted)
        broken += [f"{person}: {times} on {day}" for day, times in days.items() if times > 1]
        for first in counted:
            week = [one for one in counted if timedelta(0) <= one.local - first.local < A_WEEK]
            if len(week) > 3:
                broken.append(f"{person}: {len(week)} from {first.local:%d %b} on, {[one.kinds for one in week]}")
    return broken


def table(found: list[Told]) -> str:
    """A row a person: each week's messages, and behind a plus those about accepted deadlines."""
    lines = ["| | " + " | ".join(f"week {week + 1}" for week in range(WEEKS)) + " | most a day |"]
    lines.append("|---" * (WEEKS + 2) + "|")
    for person, theirs in groupby(found, key=lambda one: one.person):
        of_person = list(theirs)
        cells = []
        for week in range(WEEKS):
            first = (MONDAY + week * A_WEEK).date()
            those = [one for one in of_person if first <= one.local.date() < first + A_WEEK]
            counted = sum(not one.accepted for one in those)
            cells.append(f"{counted}" + (f" + {len(those) - counted}" if len(those) > counted else ""))
        most = max(Counter(one.local.date() for one in of_person if not one.accepted).values(), default=0)
        lines.append(f"| {person} | " + " | ".join(cells) + f" | {most} |")
    return "\n".join(lines)


class Quarter:
    """Three months of a team with a daily question, pulses, reviews, a registry and a demo day every week."""

    def __init__(self, candor: Candor, slack: Slack) -> None:
        self.candor, self.slack = candor, slack

    def person(self, id: str) -> Person:
        return self.slack.person(id, team="T1")

    def play(self) -> None:
        ada = self.person("UADA")
        fill(self.candor.database, keepers=["UADA", "UDEE"])
        set_up(ada, {}, question="Where did you wait?", answers="form", kind="weekdays")
        ada.command("/demoday", channel="C1")
        ada.submit(SET_UP | {"rhythm": "weekly", "slots": "3"})
        ada.submit()
        ada.close()
        for day in range(WEEKS * 7):
            for hour in HOURS if day % 7 < 5 else AT_WEEKENDS:
                at = MONDAY + timedelta(days=day, hours=hour)
                if at > self.candor.travel.now:
                    self.candor.ring_at(at)
                if hour == 13:
                    self._a_day(*divmod(day, 7))

    def _a_day(self, week: int, day: int) -> None:
        """What happens at 13:00 UTC: a pulse every third week, a review every other, unanswered questions."""
        begins: dict[tuple[int, int], Callable[[], None]] = {(0, 0): self._pulse, (1, 1): self._review}
        begin = begins.get((week % 3, day)) or begins.get((week % 2, day))
        if begin is not None:
            begin()
        if day == 2:
            self.person("UADA").command("/whodecides", f"may whales swim in lane {week}?", channel="C1")
            ben = self.person("UBEN")
            ben.command("/demoday", "sign-up", channel="C1")
            if ben.modal is not None:
                ben.submit({"title": "The new search", "partner": "UCEM"})
                ben.close()
        if day == 4:
            self._done()
        for review in rows(self.candor, Review):
            self._lead_on(review)

    def _done(self) -> None:
        """On Fridays ada does one of the things that she took on."""
        ada = self.person("UADA")
        ada.open_home()
        if any(element.get("action_id") == "pm_done" for _, element in elements_in((ada.home or {})["blocks"])):
            ada.click("pm_done")
            ada.close()

    def _pulse(self) -> None:
        ada = self.person("UADA")
        ada.command("/pulse", "start", channel="C1")
        ada.submit()
        ada.submit()
        ada.close()

    def _review(self) -> None:
        ada = self.person("UADA")
        today = self.candor.travel.now.date()
        ada.command("/postmortem", "start", channel="C1")
        ada.submit(WHAT | {"began": f"{today} 09:30", "ended": f"{today} 11:00"})
        ada.submit({"facilitator": "UDEE"})
        ada.close()

    def _lead_on(self, review: Review) -> None:
        """Dee leads it on a day after each stage opened; ada is asked to own two things, and accepts one."""
        dee, ada, now = self.person("UDEE"), self.person("UADA"), self.candor.travel.now
        if review.stage == "accounts" and now - review.since < A_DAY:
            ada.open_home()
            ada.click("Write what I saw")
            ada.submit({"first": "The graph climbed at 09:41", "share": "name"})
            ada.close()
        elif review.stage == "conversation" and now - review.since >= A_DAY:
            self._click(dee, review, "Choose quotes", {"picked0": ["UADA first"]})
            for words in ("Alert on a full pool of connections", "Drill the restart of a node"):
                boxes: Json = {
                    "words": words,
                    "sign": "A drill",
                    "owner": "UADA",
                    "due": f"{now + 9 * A_DAY:%Y-%m-%d}",
                }
                self._click(ada, review, "Add an action", boxes)
            for _ in range(4):  # App Home shows a few at a time, so what waits longest is done or declined first
                ada.open_home()
                named = [element.get("action_id") for _, element in elements_in((ada.home or {})["blocks"])]
                if "pm_accept" in named:
                    break
                self._done()
            ada.click("I'll do it")
            ada.close()
            self._click(dee, review, "On to the quotes")
        elif review.stage == "soak" and now >= review.due:
            dee.command("/postmortem", f"publish {review.id}", channel="C1")

    def _click(self, person: Person, review: Review, button: str, boxes: Json | None = None) -> None:
        person.command("/postmortem", f"status {review.id}", channel="C1")
        person.click(button, on=person.ephemerals[-1])
        if boxes is not None:
            person.submit(boxes)
            assert person.form_errors == {}
            person.close()


@pytest.mark.timeout(300)
def test_a_quarter_in_five_rituals_keeps_to_one_a_day_and_three_a_week(
    slack: Slack, build_candor: BuildCandor
) -> None:
    """Some twenty seconds: three months are some four hundred rings, and everybody's clicks."""
    slack.channels["C1"].members = [*TEAM, "UBOT"]
    candor = build_candor(pace_per_minute=6_000, operator="the platform team")
    Quarter(candor, slack).play()
    found = told(candor, slack)
    print("\n" + table(found))  # noqa: T201
    assert too_much(found) == [], table(found)
    kinds = Counter(kind for one in found for kind in one.kinds)
    of_ada = {kind.partition(".")[0] for one in found if one.person == "UADA" for kind in one.kinds}
    assert of_ada == {"prompt", "pulse", "postmortem", "decision", "demo"}, kinds
    assert any(one.accepted for one in found), "some deadline was accepted, and kept its day"
    for pulse in rows(candor, Pulse):
        invited = {one.to for one in rows(candor, Delivery) if one.kind == "pulse.invitation" and one.ts}
        assert invited == set(TEAM), f"nobody is left out of pulse {pulse.id}"
    assert len(rows(candor, Pulse)) >= 4
    assert len(rows(candor, Review)) >= 6


# --- how a day with room is found ---------------------------------------------------------------------------

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def owed(candor: Candor, *days: float) -> None:
    """Direct messages to ada so many days from Monday noon."""
    with candor.database.begin() as session:
        for day in days:
            due = NOON + timedelta(days=day)
            owe(session, "T1", key=f"k{day}", kind="pulse.invitation", to="UADA", facts={}, due=due, now=NOON)


def placed(candor: Candor, due: float, until: float, *, needed: bool = False) -> float | None:
    """On which day after Monday noon ada is told what is due on this one; None: not at all."""
    with candor.database.begin() as session:
        found = nudges.places(
            session,
            "T1",
            ["UADA"],
            now=NOON,
            due=NOON + timedelta(days=due),
            until=NOON + timedelta(days=until),
            needed=needed,
        )
    return next(((at - NOON) / A_DAY for at in found), None)


@pytest.mark.parametrize(
    ("there", "due", "until", "expected"),
    [
        ((), 0, 3, 0),
        ((0.1,), 0, 3, 1),  # the same day
        ((0, 1), 0, 3, 2),
        ((0, 1, 2), 3, 9, 7),  # three in the week before
        ((1, 2, 3), 0, 9, 8),  # three in the days to come: the week from today would have four
        ((0, 1, 2), 3, 5, None),  # no room in time
        ((-3, 0, 1), 0, 9, 4),  # by Friday, the Friday before is a week ago
        ((4,), 4, 9, 7),  # not at the weekend
    ],
)
def test_what_a_ritual_owes_waits_for_a_day_with_room(
    candor: Candor, there: tuple[float, ...], due: float, until: float, expected: float | None
) -> None:
    owed(candor, *there)
    assert placed(candor, due, until) == expected


def test_what_everybody_is_asked_comes_even_where_no_day_has_room(candor: Candor) -> None:
    owed(candor, 0, 1, 2)
    assert placed(candor, 2, 4, needed=True) == 2


def test_a_reminder_waits_while_something_else_is_on_its_way_that_day(candor: Candor, slack: Slack) -> None:
    owed(candor, 0.2)
    with candor.database.begin() as session:
        nudges.want(session, "T1", "UADA", key="k", kind="demo_day.paused", facts={"schedule": 1}, now=NOON)
        assert not nudges.bundle(session, "T1", "UADA", NOON)
        assert nudges.bundle(session, "T1", "UADA", NOON + A_DAY)
