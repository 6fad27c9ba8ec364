"""Who may read, start and change a ritual: four rules, for all rituals alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rituals.errors import ChannelArchived, GuestsMayNot, InviteMe, NotAMember, NotYours, TooManyPeople

MOST_PEOPLE = 50  # in larger channels an admin of the workspace starts rituals


@dataclass(frozen=True)
class Asker:
    """Who asks. An admin is one of the workspace, or somebody named in CANDOR_ADMINS.

    A guest is a restricted account, a bot, or somebody of another company in a shared channel; so is
    whoever has left the workspace. `zone` is the IANA zone that Slack knows of them, None when it knows none.
    """

    person: str
    is_admin: bool = False
    is_guest: bool = False
    has_left: bool = False
    zone: str | None = None


@dataclass(frozen=True)
class Channel:
    """A channel as Slack describes it: how many people, whether Candor and the asker are in it."""

    id: str
    name: str
    people: int
    has_candor: bool
    has_asker: bool
    is_archived: bool = False


def may_read(channel: Channel) -> None:
    """Today's members of a channel read what happens in it. Raises InviteMe, NotAMember."""
    if not channel.has_candor:
        raise InviteMe
    if not channel.has_asker:
        raise NotAMember


def may_start(asker: Asker, channel: Channel) -> None:
    """Members start a ritual in a channel of up to 50 people, admins in any.

    Raises GuestsMayNot, InviteMe, ChannelArchived, NotAMember, TooManyPeople.
    """
    if asker.is_guest:
        raise GuestsMayNot
    if channel.is_archived:
        raise ChannelArchived
    if not channel.has_candor:
        raise InviteMe
    if not channel.has_asker:
        raise NotAMember
    if channel.people > MOST_PEOPLE and not asker.is_admin:
        raise TooManyPeople(channel=channel.id, people=channel.people, most=MOST_PEOPLE)


def may_change(asker: Asker, keepers: Sequence[str]) -> None:
    """Those who look after a ritual change it, and admins. Raises GuestsMayNot, NotYours."""
    if asker.is_guest:
        raise GuestsMayNot
    if asker.person not in keepers and not asker.is_admin:
        raise NotYours(keepers=" and ".join(f"<@{keeper}>" for keeper in keepers) or "whoever set it up")
