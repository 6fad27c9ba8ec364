"""What the fake Slack remembers: teams, users, channels, and the handles it lends out for a while."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]


@dataclass
class Team:
    """A workspace with our app installed in it."""

    id: str
    token: str
    app_token: str
    app_id: str
    bot_user: str
    bot_id: str
    scopes: set[str]
    name: str
    enterprise_id: str | None = None  # None outside Enterprise Grid
    is_free: bool = False
    token_state: str = "live"  # or the error every call gets: token_revoked, account_inactive

    @property
    def domain(self) -> str:
        return self.name.lower().replace(" ", "-")

    def shown(self) -> Json:
        shown = {"id": self.id, "name": self.name, "domain": self.domain}
        return shown | ({"enterprise_id": self.enterprise_id} if self.enterprise_id else {})


@dataclass
class User:
    id: str
    name: str
    real_name: str
    team_id: str
    tz: str | None = "Europe/Berlin"  # None: users.info carries no zone, as for some guests and bots
    locale: str = "en-US"
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_admin: bool = False
    is_owner: bool = False
    deleted: bool = False

    def shown(self, now: datetime, *, locale: bool = False) -> Json:
        shown: Json = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "deleted": self.deleted,
            "real_name": self.real_name,
            "profile": {"real_name": self.real_name, "display_name": self.name},
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 0,
        }
        if self.deleted:  # Slack drops the rest for a deactivated account
            return shown
        for flag in ("is_admin", "is_owner", "is_restricted", "is_ultra_restricted"):
            shown[flag] = getattr(self, flag)
        if self.tz is not None:
            offset = now.astimezone(ZoneInfo(self.tz)).utcoffset()
            seconds = int(offset.total_seconds()) if offset else 0
            shown |= {"tz": self.tz, "tz_label": self.tz, "tz_offset": seconds}
        return shown | ({"locale": self.locale} if locale else {})


@dataclass
class Channel:
    id: str
    name: str
    team_id: str
    is_private: bool = False
    is_archived: bool = False
    is_im: bool = False
    members: list[str] = field(default_factory=list)
    messages: list[Json] = field(default_factory=list)  # oldest first

    @property
    def kind(self) -> str:
        """The word Slack uses in scopes: channels, groups or im."""
        return "im" if self.is_im else "groups" if self.is_private else "channels"

    def shown(self, bot_user: str, *, num_members: bool = False) -> Json:
        if self.is_im:
            other = next(one for one in self.members if one != bot_user)
            return {
                "id": self.id,
                "created": 0,
                "is_im": True,
                "is_archived": False,
                "user": other,
                "priority": 0,
            }
        shown: Json = {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "created": 0,
            "creator": "",
            "is_channel": not self.is_private,
            "is_group": False,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.is_private,
            "is_archived": self.is_archived,
            "is_general": False,
            "is_shared": False,
            "is_ext_shared": False,
            "is_org_shared": False,
            "is_member": bot_user in self.members,
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }
        return shown | ({"num_members": len(self.members)} if num_members else {})

    def message(self, ts: str) -> Json | None:
        return next((one for one in self.messages if one["ts"] == ts), None)


@dataclass
class Trigger:
    """A trigger_id: opens one view, within three seconds."""

    user: str
    team: str
    born: float
    used: bool = False
    views: list[str] = field(default_factory=list)  # ids of the views it opened


@dataclass
class ResponseUrl:
    """A response_url: five posts in thirty minutes."""

    user: str
    team: str
    channel: str
    born: float
    message_ts: str | None = None  # the message the click was on; None after a command
    uses: int = 0


@dataclass
class File:
    id: str
    name: str
    length: int
    content: bytes | None = None  # None until uploaded
    title: str = ""
    alt_text: str = ""
    channel: str | None = None  # None until shared


@dataclass
class Canvas:
    id: str
    title: str
    markdown: str
    channel: str | None  # in whose tab it is; None for one that stands alone


@dataclass(frozen=True)
class ApiCall:
    """One Web API call as it arrived, refused ones too."""

    method: str
    args: Json
    token: str
    at: datetime
