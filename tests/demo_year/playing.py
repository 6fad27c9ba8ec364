"""Lets the year pass: rings whenever something can be due, and people who act in their own working hours.

What they do is drawn at random from a seed: they sign up, wait, withdraw, have nothing, are away, don't answer,
name a partner, confirm a recap, call one off; somebody comes, and a host leaves hours before the event.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from rituals.calendar.recurrence import resolve
from storage.schema import Delivery, DemoDay, DemoEvent, Nudge
from tests.conftest import Candor
from tests.demo_year.cities import LATER, SERIES, Series, zone_of
from tests.slack import Person, Slack
from tests.slack.records import Json

HALF_AN_HOUR, A_DAY = timedelta(minutes=30), timedelta(days=1)
FOR_AN_EMPTY_DAY = {"Open floor": 0.5, "Cancel it": 0.8}  # a button, and up to which draw it is pressed
BY_CHANNEL = {series.channel: series for series in SERIES}


@dataclass(frozen=True)
class Act:
    """What somebody did, and with which event."""

    at: datetime
    person: str
    event: int
    what: str  # signed, withdrew, nothing, away, called off, recapped, not me


class Year:
    """A year that is being played; `acts` is the log of what people did, kept beside the app and its tables."""

    def __init__(self, candor: Candor, slack: Slack, seed: int) -> None:
        self.candor, self.slack = candor, slack
        self.random = random.Random(seed)
        self.acts: list[Act] = []
        self.rings = 0
        self.left: dict[str, str] = {}  # by channel, the host who left
        self._waiting: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._events: set[int] = set()
        self._read: dict[str, int] = {}

    @property
    def now(self) -> datetime:
        return self.candor.travel.now

    def person(self, id: str) -> Person:
        return self.slack.person(id, team="T1")

    def play(self, days: int) -> None:
        """Set the three series up, and let so many days pass."""
        end = self.now + days * A_DAY
        for series in SERIES:
            ten = self.now.replace(hour=10, minute=0, tzinfo=None)
            self._later(resolve(ten, series.zone), lambda series=series: self._set_up(series))  # type: ignore[misc]
        self._later(self.now + 30 * A_DAY, lambda: self._joins(LATER, SERIES[0]))
        self._later(self.now + 60 * A_DAY, lambda: self._pauses(SERIES[2]))
        while self.now < end:
            self._ring(min(self._next(), end))
            while self._waiting and self._waiting[0][0] <= self.now:
                heapq.heappop(self._waiting)[2]()
                self._ring(self.now)

    def _ring(self, at: datetime) -> None:
        self.candor.ring_at(at)
        self.rings += 1
        with self.candor.database.reading() as session:
            fresh = [one for one in session.scalars(select(DemoEvent)).all() if one.id not in self._events]
        for event in fresh:
            self._events.add(event.id)
            self._plan(event)
        for person in sorted({one for series in SERIES for one in series.members} | {LATER}):  # one story a seed
            self._read_mail(self.person(person))

    def _next(self) -> datetime:
        """The next moment at which a ring could do anything; rings in between would find nothing."""
        found = [self._waiting[0][0]] if self._waiting else []
        with self.candor.database.reading() as session:
            for column in (DemoDay.look_at, DemoEvent.look_at):
                found += [at for at in session.scalars(select(func.min(column))) if at]
            owed = select(func.min(Delivery.due)).where(Delivery.state == "owed")
            found += [at for at in session.scalars(owed) if at]
            waits = select(Nudge.person).where(Nudge.told_at.is_(None), Nudge.expires_at > self.now)
            found += [self._opens(person) for person in session.scalars(waits.distinct())]
        return max(min(found, default=self.now + A_DAY), self.now + timedelta(seconds=1))

    def _opens(self, person: str) -> datetime:
        """When somebody for whom something waits can next be told: room comes with a day, at eight or at ten."""
        local = self.now.astimezone(ZoneInfo(zone_of(person)))
        hour = next((hour for hour in (8, 10) if local.hour < hour), None)
        opens = local.replace(hour=hour or 8, minute=0, second=0, microsecond=0, tzinfo=None)
        return resolve(opens + (A_DAY if hour is None else timedelta(0)), zone_of(person))

    def _later(self, at: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self._waiting, (at, next(self._numbers), act))

    # -- what happens around one event

    def _plan(self, event: DemoEvent) -> None:
        """Decide who will do what until the event, once its sign-up is open."""
        series = BY_CHANNEL[event.channel]
        for id in self.slack.channels[event.channel].members:
            if id == "UBOT":
                continue
            drawn, at = self.random.random(), self._in_hours(id, self.now, event.at - HALF_AN_HOUR)
            if at is None:
                continue
            if drawn < 0.3:
                self._later(at, lambda id=id: self._signs_up(id, event))  # type: ignore[misc]
                again = self._in_hours(id, at, event.at - HALF_AN_HOUR)
                if self.random.random() < 0.2 and again is not None:
                    self._later(again, lambda id=id: self._says(id, event, "withdraw", "withdrew"))  # type: ignore[misc]
            elif drawn < 0.4:
                self._later(at, lambda id=id: self._says(id, event, "nothing", "nothing"))  # type: ignore[misc]
        host, drawn = event.host, self.random.random()
        at = self._in_hours(host, self.now, event.at - A_DAY) if host else None
        if host and at is not None and drawn < 0.1:
            self._later(at, lambda: self._says(host, event, "away", "away"))
        elif host and at is not None and drawn < 0.2 and zone_of(host) == series.zone:
            self._later(at, lambda: self._says(host, event, "no event", "called off"))
        elif host and self.now.month >= 3 and event.channel not in self.left and host != series.keeper:
            self.left[event.channel] = host
            self._later(event.at - timedelta(hours=3), lambda: self._leaves(host, event))

    def _in_hours(self, id: str, first: datetime, last: datetime) -> datetime | None:
        """A moment between these in somebody's own working hours; None when there is none."""
        for _ in range(40):
            at = first + (last - first) * self.random.random()
            local = at.astimezone(ZoneInfo(zone_of(id)))
            if first < last and 9 <= local.hour < 17 and local.weekday() < 5:
                return at.replace(microsecond=0)
        return None

    def _did(self, id: str, event: int, what: str) -> None:
        self.acts.append(Act(self.now, id, event, what))

    def _is_next(self, event: DemoEvent) -> bool:
        """Whether a command in its channel is about this event."""
        with self.candor.database.reading() as session:
            coming = select(DemoEvent.id).where(
                DemoEvent.channel == event.channel, DemoEvent.cancelled_at.is_(None), DemoEvent.at > self.now
            )
            return session.scalar(coming.order_by(DemoEvent.at).limit(1)) == event.id

    def _signs_up(self, id: str, event: DemoEvent) -> None:
        if id in self.slack.channels[event.channel].members and self._is_next(event):
            self.person(id).command("/demoday", "sign-up", channel=event.channel)
            self._fills(id, event)

    def _fills(self, id: str, event: DemoEvent) -> None:
        """The sign-up form, sometimes with a partner."""
        person = self.person(id)
        if person.modal is None:
            return
        boxes: Json = {"title": f"Something by {id}", "pairs": ["yes"] if self.random.random() < 0.4 else []}
        others = [one for one in self.slack.channels[event.channel].members if one not in (id, "UBOT")]
        if self.random.random() < 0.15:
            boxes["partner"] = self.random.choice(others)
        person.submit(boxes)
        assert person.form_errors == {}
        person.close()
        self._did(id, event.id, "signed")
        if "partner" in boxes:
            self._did(boxes["partner"], event.id, "named")

    def _says(self, id: str, event: DemoEvent, words: str, what: str) -> None:
        if id not in self.slack.channels[event.channel].members or not self._is_next(event):
            return
        person, before = self.person(id), self._state(event.id)
        person.command("/demoday", words, channel=event.channel)
        if what == "nothing" or self._state(event.id) != before:
            self._did(id, event.id, what)

    def _state(self, event_id: int) -> object:
        with self.candor.database.reading() as session:
            event = session.get_one(DemoEvent, event_id)
            return event.host, event.cancelled_at, event.drawn

    # -- answering what came by mail

    def _read_mail(self, person: Person) -> None:
        mail = person.direct_messages
        for message in mail[self._read.get(person.id, 0) :]:
            later = self.now + timedelta(minutes=self.random.randrange(5, 50))
            self._later(later, lambda message=message: self._answers(person, message))  # type: ignore[misc]
        self._read[person.id] = len(mail)

    def _answers(self, person: Person, message: Json) -> None:
        drawn = self.random.random()
        for label, value in list(_buttons(message)):
            event = self._event(int(value)) if value.isdigit() else None
            if event is None or person.id not in self.slack.channels[event.channel].members:
                continue
            if label == "Look at the recap" and drawn < 0.8:
                person.click(label, on=message)
                if person.modal is not None:
                    person.submit({"words": "Two questions, both answered."})
                    person.close()
                    self._did(person.id, event.id, "recapped")
            elif label == "Nothing this time" and drawn < 0.4 and event.at > self.now:
                person.click(label, on=message)
                self._did(person.id, event.id, "nothing")
            elif label == "Not me" and drawn < 0.3 and event.at > self.now:
                person.click(label, on=message)
                self._did(person.id, event.id, "not me")
            elif label == "Show something" and 0.4 <= drawn < 0.7 and event.at > self.now:
                person.click(label, on=message)
                self._fills(person.id, event)
            elif label in FOR_AN_EMPTY_DAY and drawn < FOR_AN_EMPTY_DAY[label] and self._waits(event):
                person.click(label, on=message)
                self._did(person.id, event.id, "called off" if label == "Cancel it" else "open floor")

    def _waits(self, event: DemoEvent) -> bool:
        return event.at > self.now and event.mode == "live" and event.cancelled_at is None

    def _event(self, event_id: int) -> DemoEvent | None:
        with self.candor.database.reading() as session:
            return session.get(DemoEvent, event_id)

    # -- what happens in a year

    def _set_up(self, series: Series) -> None:
        keeper = self.person(series.keeper)
        keeper.command("/demoday", channel=series.channel)
        boxes = {
            "rhythm": "fortnightly",
            "weekday": series.weekday,
            "at": series.at,
            "zone": series.zone,
            "first": series.first,
            "slots": str(series.slots),
            "minutes": "10",
            "place": f"https://meet.example.org/{series.name}",
            "country": series.country,
        }
        keeper.submit(boxes)
        keeper.submit()
        assert "All set" in str(keeper.modal)
        keeper.close()

    def _joins(self, id: str, series: Series) -> None:
        self.slack.join(series.channel, id)

    def _leaves(self, id: str, event: DemoEvent) -> None:
        if id in self.slack.channels[event.channel].members:
            self.slack.leave(event.channel, id)
            self._did(id, event.id, "left")

    def _pauses(self, series: Series) -> None:
        self.person(series.keeper).command("/demoday", "pause 2 weeks", channel=series.channel)


def _buttons(message: Json) -> list[tuple[str, str]]:
    return [
        (element["text"]["text"], element.get("value", ""))
        for block in message.get("blocks", [])
        for element in block.get("elements", [])
        if element.get("type") == "button"
    ]
