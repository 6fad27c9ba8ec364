"""Which review is meant, and whether the visitor may read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

import storage.postmortem as rows
from bot.blocks.common import Json
from bot.people import NotAChannel
from bot.visit import Visit
from rituals.postmortem.refusals import NoSuchReview, NotYourReview
from rituals.postmortem.reviews import find, takes_part
from storage.schema import Review

MOST_READ = 200


def readable(visit: Visit, review_id: int) -> Review:
    """The review, for its people and today's members of its channel. Raises NoSuchReview, NotYourReview."""
    with visit.sessions.reading() as session:
        review = find(session, visit.workspace, review_id)
        if takes_part(session, review, visit.person):
            return review
    try:
        channel = visit.channel(review.channel)
    except NotAChannel:
        raise NotYourReview from None
    if not (channel.has_candor and channel.has_asker):
        raise NotYourReview
    return review


def writable(visit: Visit, review_id: int) -> Review:
    """A review, for members of the team who may read it: they add to it.

    Raises GuestsMayNot, NoSuchReview, NotYourReview.
    """
    visit.member()
    return readable(visit, review_id)


def number_in(words: str) -> int:
    """A review's number as typed. Raises NoSuchReview."""
    first = words.strip().lstrip("#").partition(" ")[0]
    if not first.isdecimal() or not first.isascii() or len(first) > 9:
        raise NoSuchReview
    return int(first)


def reviews_for(visit: Visit) -> Sequence[Review]:
    """Every review that the visitor may read, newest first."""
    channels = [channel for channel, _ in visit.shared_channels()]
    with visit.sessions.reading() as session:
        return rows.reviews_of(session, visit.workspace, channels, visit.person, MOST_READ)


def meant(visit: Visit, words: str, channel: str) -> Review:
    """The review with this number; without one, the newest that this channel or else the visitor has."""
    if words.strip():
        return readable(visit, number_in(words))
    known = reviews_for(visit)
    if not known:
        raise NoSuchReview
    return next((one for one in known if one.channel == channel), known[0])


def of_click(action: Json) -> tuple[int, str]:
    """(number, word) that a button carries."""
    number, _, word = action["value"].partition(" ")
    return int(number), word


def names_of(client: WebClient, people: Iterable[str]) -> dict[str, str]:
    """Names for a report, asked of Slack; we keep none. Whom Slack doesn't know is left out.

    Raises SlackApiError: a name that is only late must not become "somebody" in what is published.
    """
    names = {}
    for person in sorted(people):
        try:
            user = client.users_info(user=person)["user"]
        except SlackApiError as refused:
            if refused.response.get("error") in ("user_not_found", "user_not_visible"):
                continue
            raise
        profile = user.get("profile") or {}
        names[person] = profile.get("display_name") or user.get("real_name") or user.get("name") or "somebody"
    return names
