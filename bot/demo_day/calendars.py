"""`/demoday calendar`: its dates as files, or at a secret address that a calendar program asks again and again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from slack_sdk.errors import SlackApiError, SlackClientError

import storage.demo_day as rows
from bot.blocks.common import Json, context, section
from bot.blocks.demo_day import messages
from bot.clock import now
from bot.pages import Environ, Page, Response
from bot.papers import File, upload
from bot.people import People
from bot.visit import Visit
from bot.workspaces import Workspaces
from rituals.calendar.schedules import next_dates
from rituals.demo_day import files
from rituals.demo_day.events import is_on_hold
from rituals.errors import Refusal
from rituals.who_may import may_read
from storage import Database, NoAnswer, answering
from storage.schema import Schedule

PATH = "/calendar/"
KIND = "text/calendar; charset=utf-8"


class NoAddresses(Refusal):
    """Calendar addresses need Candor over HTTP and CANDOR_PUBLIC_URL. `/demoday calendar` sends you a file."""


def tell_calendar(
    visit: Visit, schedule: Schedule, words: str, public_url: str, workspaces: Workspaces
) -> list[Json]:
    """Files in private, where that scope is granted; the dates as text otherwise. `address`, `address off`."""
    match words.lower():
        case "address":
            return [section(_new_address(visit, schedule, public_url))]
        case "address off":
            return [section(_revoke(visit, schedule))]
    ours = workspaces.find(visit.workspace)
    if ours is not None and ours.may("files:write"):
        sent = _send(visit, schedule)
        return [
            section(f"{sent} in your direct messages: open it, and your calendar takes it over."),
            *_hint(public_url),
        ]
    with visit.sessions.reading() as session:
        dates = messages.dates(next_dates(session, schedule, now()), None)
    return [*dates, *_hint(public_url)]


def _hint(public_url: str) -> list[Json]:
    if not public_url:
        return []
    return [context("`/demoday calendar address` gives you an address that keeps your calendar up to date.")]


def _send(visit: Visit, schedule: Schedule) -> str:
    """What was sent, in words."""
    with visit.sessions.reading() as session:
        found = {"demo-days.ics": files.series_file(session, schedule, now())}
        for event in rows.events_in(session, visit.workspace, [schedule.channel], now())[:1]:
            if not is_on_hold(schedule, event, now()):
                found["next-demo-day.ics"] = files.event_file(session, event, now())
    for name, content in found.items():
        upload(
            visit.client, visit.person, File(name, name, content, "The dates of a demo day, as a calendar file")
        )
    return "All dates, and the next one with its agenda, are" if len(found) > 1 else "All dates are"


def _new_address(visit: Visit, schedule: Schedule, public_url: str) -> str:
    if not public_url:
        raise NoAddresses
    with visit.sessions.begin() as session:
        secret = files.new_address(session, schedule, visit.person, now())
    return (
        f"Your calendar can ask here again and again: `{public_url.rstrip('/')}{PATH}{secret}.ics`\n"
        "Whoever has this address reads the dates, so it is yours alone, and I don't keep it: I can't show it "
        "again. Another `/demoday calendar address` replaces it, `/demoday calendar address off` revokes it. "
        "It ends when you leave the channel."
    )


def _revoke(visit: Visit, schedule: Schedule) -> str:
    with visit.sessions.begin() as session:
        had_one = files.revoke_address(session, schedule, visit.person)
    return "Your address leads nowhere any more." if had_one else "You have no address here."


# --- what a calendar program asks -------------------------------------------------------------------------


def pages(database: Database, people: People, workspaces: Workspaces) -> Mapping[str, Page]:
    """Everything below /calendar/: nothing of it is logged, because the path is the secret."""

    def answer(environ: Environ) -> Response:
        secret = str(environ.get("PATH_INFO", "")).removeprefix(PATH).removesuffix(".ics")
        try:
            with answering():
                return _answer(secret, environ.get("HTTP_IF_NONE_MATCH", ""))
        except (NoAnswer, SlackClientError, OSError):
            return Response(HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "600"})

    def _answer(secret: str, known: str) -> Response:
        at = _hour(now())  # the same file for an hour, so that a program need not take it twice
        with database.reading() as session:
            found = files.at_address(session, secret)
            if found is None:
                return Response(HTTPStatus.NOT_FOUND)
            feed, schedule = found
            file = files.series_file(session, schedule, at).decode()
        if not _is_there(feed.workspace, schedule.channel, feed.person):
            return Response(HTTPStatus.NOT_FOUND)
        tag = f'"{hashlib.sha256(file.encode()).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "private, max-age=3600", "X-Robots-Tag": "noindex"}
        if tag in known:  # a list, perhaps; and a proxy that packs answers puts W/ before it
            return Response(HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(HTTPStatus.OK, file, KIND, headers)

    def _is_there(workspace: str, channel: str, person: str) -> bool:
        client = workspaces.client(workspace)
        if client is None:
            return False
        try:
            may_read(people.channel(client, workspace, channel, person))
        except Refusal:
            return False
        except SlackApiError as refused:
            if refused.response.get("error") == "channel_not_found":
                return False
            raise
        return True

    return {PATH: answer}


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
