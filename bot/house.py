"""Puts the house together from its settings, for `serve`, `doctor` and the tests alike."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from urllib.parse import urlsplit

from slack_bolt import App
from slack_sdk import WebClient

from bot import decisions, demo_day, postmortem, prompts, pulse
from bot.app import all_postings, build_app
from bot.courier import PER_CHANNEL, Courier
from bot.home import Redraws
from bot.keys import custody_of
from bot.pages import Page
from bot.people import People
from bot.pulse.house_rules import Rules
from bot.replies import PostReply, Replies
from bot.rooms import Bell, RitualRoom
from bot.settings import Settings
from bot.traffic import Traffic
from bot.wording import Wording
from bot.workspaces import Workspaces
from rituals.postmortem.kit import load_kit
from rituals.prompts.packs import load_packs
from rituals.pulse.instruments import load_instruments
from storage import Database
from storage.keys import Custody

REDRAWING_THREADS = 2


@dataclass(frozen=True)
class House:
    """Everything that runs: the app that listens, the courier that posts, the rooms that the ring asks."""

    app: App
    database: Database
    rooms: Mapping[str, RitualRoom]
    courier: Courier
    people: People
    replies: Replies
    redraws: Redraws
    workspaces: Workspaces
    custody: Custody

    def pages(self) -> dict[str, Page]:
        """What the rituals show over HTTP."""
        rooms = self.rooms.values()
        return {
            path: page
            for room in rooms
            for path, page in room.pages(self.database, self.people, self.workspaces).items()
        }

    def bell(self, now: datetime) -> Bell:
        """What a ring at this moment lends to the rooms."""
        return Bell(self.database, self.people, self.workspaces, self.custody, now)


def build_house(
    settings: Settings,
    client: WebClient,
    workspaces: Workspaces,
    database: Database,
    *,
    executor: Executor | None = None,
    redraws: Redraws | None = None,
    post_reply: PostReply | None = None,
    per_channel: timedelta = PER_CHANNEL,
) -> House:
    """Build all of it for the rituals that are switched on. Raises BadPack, BadInstrument, BadKit."""
    rooms = {room.name: room for room in all_rooms(settings) if room.name in settings.rituals}
    people = People(settings.admins)
    custody = custody_of(settings)
    wording = Wording(settings.prefix, settings.plain_dates)
    stand_in = urlsplit(settings.slack_base_url).netloc if settings.has_stand_in else None
    replies = Replies(stand_in, post_reply, wording)
    traffic = Traffic()
    drawing = ThreadPoolExecutor(REDRAWING_THREADS, thread_name_prefix="redraw")
    redraws = redraws or Redraws(drawing, traffic.is_calm)
    app = build_app(
        client=client,
        workspaces=workspaces,
        database=database,
        people=people,
        replies=replies,
        rooms=rooms,
        wording=wording,
        redraws=redraws,
        traffic=traffic,
        custody=custody,
        executor=executor,
    )
    courier = Courier(database, workspaces, all_postings(rooms), settings.pace_per_minute, per_channel)
    return House(app, database, rooms, courier, people, replies, redraws, workspaces, custody)


def all_rooms(settings: Settings) -> list[RitualRoom]:
    """Every ritual there is, in the order in which App Home offers them."""
    rules = Rules(
        operator=settings.operator.strip(),
        custody=settings.custody,
        k=settings.pulse_k,
        version=version("candor"),
        instruments=load_instruments(settings.instruments_dir),
    )
    return [
        prompts.room(load_packs(settings.packs_dir)),
        pulse.room(rules, settings.pulse_seats_days),
        postmortem.room(load_kit(settings.review_dir), custody_of(settings), settings.review_accounts_days),
        decisions.room(),
        demo_day.room(settings.public_url if settings.http else ""),
    ]
