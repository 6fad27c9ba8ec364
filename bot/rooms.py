"""What each ritual gives the house: its listeners, its messages, its answer to the ring."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from slack_bolt import App
from slack_sdk import WebClient

from bot.blocks.common import Json, Message
from bot.pages import Page
from bot.papers import Canvas, File
from bot.people import People
from bot.workspaces import Installation, Workspaces
from rituals.calendar.due import Claim
from rituals.who_may import Asker
from storage import Database, Session
from storage.keys import Custody
from storage.schema import Delivery, Nudge, Schedule

Repeat = Literal["at_least_once", "at_most_once"]

Parcel = Message | File | Canvas
"""What the courier takes to Slack."""

NudgePart = Callable[[Session, Nudge], list[Json] | None]
"""One matter of a private reminder; None when it is closed by now."""


@dataclass(frozen=True)
class Later:
    """Not now: whoever it is for wants to be left alone until then."""

    until: datetime


@dataclass(frozen=True)
class Posting:
    """How one kind of delivery is said.

    `render` turns facts into a message, a file or a canvas at the moment of posting, into None when there is
    nothing left to say, or into Later when it must wait. `repeat` decides after an end that nobody knows, when
    Slack can't be asked whether it has the message; whether it has a canvas it never tells.
    `look` asks Slack for what the message needs, outside of any transaction; `settled` notes what became of
    it, in the transaction that settles the delivery, given the ts (of a file or a canvas its id), or "" when
    nothing was left to say; so does `plainly`, where only a message's plainer blocks were taken.
    """

    render: Callable[[Session, Delivery, Any, datetime], Parcel | Later | None]
    repeat: Repeat = "at_least_once"
    look: Callable[[WebClient, Installation, Database, Delivery], Any] | None = None
    settled: Callable[[Session, Delivery, str, Any, datetime], None] | None = None
    plainly: Callable[[Session, Delivery, str, Any, datetime], None] = lambda *_: None


@dataclass(frozen=True)
class Bell:
    """What a ring lends to a ritual that tends its work: the hour, the tables, the keys, and Slack to ask.

    Slack is asked outside of any transaction; each piece of work opens one of its own.
    """

    database: Database
    people: People
    workspaces: Workspaces
    custody: Custody
    now: datetime

    def client(self, workspace: str) -> WebClient | None:
        """Slack, as this workspace lets us speak to it; None when it has left."""
        return self.workspaces.client(workspace)


Pages = Callable[[Database, People, Workspaces], Mapping[str, Page]]
"""What a ritual shows over HTTP, by its path; a path that ends with a slash stands for all below it."""


@dataclass(frozen=True)
class Circle:
    """People who did something together in one ritual, as another one may ask them: neither knows the other."""

    number: int
    channel: str
    people: tuple[str, ...]


@dataclass(frozen=True)
class RitualRoom:
    """One ritual, as app, courier, ring and App Home meet it.

    `begin` starts a claimed schedule in the ring's transaction. `tend` is asked at every ring for the other
    work that is due; it opens its own transactions. `asks` names a schedule of this ritual in a few words.
    `due_for` are the rows on somebody's App Home that wait for them, given the channels they share with us.
    `who_left` hears of (workspace, channel, person, now) when somebody leaves a channel; None: it is no matter.
    `sweep` deletes what was kept long enough, every few hours. `circle` tells the people of something by its
    number, when this person may have them asked something; it raises a Refusal when not. `outcomes` are the things
    that somebody finished so long ago that they can tell what came of them; `offer` is the button that offers to
    tell it, while there is a time for it in one of these channels.
    """

    name: str
    register: Callable[[App, Callable[[str], str]], None]
    postings: Mapping[str, Posting]
    nudge_parts: Mapping[str, NudgePart]
    begin: Callable[[Session, Claim, datetime], object]
    tend: Callable[[Bell], None]
    asks: Callable[[Session, Schedule], str]
    due_for: Callable[[Session, str, Sequence[str], str], list[Json]]
    first_button: Json | None  # None: a ritual that begins where its channel is
    edit_action: str
    lends: Mapping[str, Any] = field(default_factory=dict)
    pages: Pages = lambda *_: {}
    who_left: Callable[[Session, str, str, str, datetime], None] | None = None
    sweep: Callable[[Bell], None] = lambda _bell: None
    circle: Callable[[Session, str, int, Asker], Circle] | None = None
    outcomes: Callable[[Session, str, str, datetime], Sequence[str]] = lambda *_: ()
    offer: Callable[[Session, str, Sequence[str], str, datetime], Json | None] = lambda *_: None
