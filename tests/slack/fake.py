"""The strict fake Slack: one state under the documented rules, people on one side and a bot on the other."""

from typing import Any

from tests.slack import accounts, canvases, conversations, views, web_api  # noqa: F401  (each registers its methods)
from tests.slack.chat import answer_response_url
from tests.slack.doors import Door, Envelope, Retry
from tests.slack.payloads import event_callback
from tests.slack.people import Person, Reply, ack_of
from tests.slack.records import Json
from tests.slack.refusals import Answer
from tests.slack.workspace import Workspaces

WITHOUT_TIME = frozenset({"app_uninstalled", "tokens_revoked"})  # events that carry no event_ts


class Slack(Workspaces):
    """All of Slack that the bot can touch. Give it a `door` (opening one sets it) before people act."""

    door: Door | None = None

    def person(self, id: str, *, team: str, **more: Any) -> Person:
        """Somebody at a client in this team; created as a plain member when unknown."""
        with self.lock:
            user = self.users.get(id) or self.user(id, team=team, **more)
            return Person(self, user, self.teams[team])

    def web_api(self, method: str, token: str, args: Json) -> Answer:
        """One Web API call, as both doors make it. Raises Unreachable, or LineDropped."""
        return web_api.answer(self, method, token, args)

    def post_response_url(self, url: str, body: Json) -> int:
        """Post to a response_url without a socket; the HTTP status."""
        return answer_response_url(self, url, body)[0]

    def deliver(self, envelope: Envelope, payload: Json, retry: Retry | None = None) -> Reply:
        assert self.door is not None, "no bot is connected: open a door first"
        ack = self.door.deliver(envelope, payload, self.ack_limit, retry)
        if ack.late:
            self.timeouts.append(payload)
        return Reply(self, payload, ack.acked, ack_of(ack))

    # -- what happens in a workspace

    def event(
        self, *, team: str, type: str, event_id: str | None = None, retry: Retry | None = None, **fields: Any
    ) -> Reply:
        """Send an event, subscribed or not. Give the same `event_id`, and a `retry`, to send it again."""
        return self._send({"type": type} | fields, team, event_id, retry)

    def notify(self, team: str, event: Json, *, heard_as: str | None = None) -> Reply | None:
        """Send an event if the app subscribed to it (`slack.subscribed`), as Slack does; else None."""
        return self._send(event, team) if (heard_as or event["type"]) in self.subscribed else None

    def _send(self, event: Json, team: str, event_id: str | None = None, retry: Retry | None = None) -> Reply:
        with self.lock:
            if event["type"] not in WITHOUT_TIME:
                event.setdefault("event_ts", self.next_ts())
            payload = event_callback(self, self.teams[team], event, event_id)
        return self.deliver("events_api", payload, retry)

    def join(self, channel: str, user: str, *, inviter: str | None = None) -> Reply | None:
        with self.changed:
            place = self.channels[channel]
            if user not in place.members:
                place.members.append(user)
        return self._moved("member_joined_channel", channel, user, {"inviter": inviter} if inviter else {})

    def leave(self, channel: str, user: str) -> Reply | None:
        """A bot that is removed hears of it too."""
        bot_was_there = self.teams[self.channels[channel].team_id].bot_user in self.channels[channel].members
        with self.changed:
            self.channels[channel].members.remove(user)
        return self._moved("member_left_channel", channel, user, {}) if bot_was_there else None

    def _moved(self, type: str, channel: str, user: str, more: Json) -> Reply | None:
        place = self.channels[channel]
        if type == "member_joined_channel" and self.teams[place.team_id].bot_user not in place.members:
            return None
        event = {
            "type": type,
            "user": user,
            "channel": channel,
            "channel_type": "G" if place.is_private else "C",
        }
        return self.notify(place.team_id, event | {"team": self.users[user].team_id} | more)

    def archive(self, channel: str, by: str) -> Reply | None:
        place = self.channels[channel]
        place.is_archived = True
        return self.notify(place.team_id, {"type": "channel_archive", "channel": channel, "user": by})

    def uninstall(self, team: str) -> None:
        """Revoke the token, then tell the app, as Slack does: it can't call back any more."""
        self.teams[team].token_state = "account_inactive"
        self.notify(team, {"type": "app_uninstalled"})
        self.notify(team, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.teams[team].bot_user]}})
