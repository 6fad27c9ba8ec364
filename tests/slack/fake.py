"""The strict fake Slack: the documented rules over one state, with people on one side and a bot on the other."""

from typing import Any

from tests.slack import accounts, conversations, views, web_api  # noqa: F401  (each registers its methods)
from tests.slack.chat import answer_response_url
from tests.slack.doors import Door, Envelope, Retry
from tests.slack.payloads import event_callback
from tests.slack.people import Person, Reply, ack_of
from tests.slack.records import Json
from tests.slack.refusals import Answer
from tests.slack.workspace import Workspaces


class Slack(Workspaces):
    """All of Slack that the bot can touch. Give it a `door` (opening one sets it) before people act."""

    door: Door | None = None

    def person(self, id: str, *, team: str, **more: Any) -> Person:
        """Somebody at a client in this team; created as a plain member when unknown."""
        with self.lock:
            user = self.users.get(id) or self.user(id, team=team, **more)
            return Person(self, user, self.teams[team])

    def web_api(self, method: str, token: str, args: Json) -> Answer:
        """One Web API call, as both doors make it. Raises Unreachable and LineDropped where no answer arrives."""
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

    def event(self, *, team: str, type: str, event_id: str | None = None, retry: Retry | None = None,
              **fields: Any) -> Reply:  # fmt: skip
        """Send an event, subscribed or not. Give the same `event_id`, and a `retry`, to send it again."""
        event: Json = {"type": type} | fields
        event.setdefault("event_ts", self.next_ts())
        if type in ("app_uninstalled", "tokens_revoked"):
            del event["event_ts"]
        return self.deliver("events_api", event_callback(self, self.teams[team], event, event_id), retry)

    def notify(self, team: str, type: str, *, heard_as: str | None = None, **fields: Any) -> Reply | None:
        """Send an event if the app subscribed to it (`slack.subscribed`), as Slack does; else None."""
        if (heard_as or type) not in self.subscribed:
            return None
        return self.event(team=team, type=type, **fields)

    def join(self, channel: str, user: str, *, inviter: str | None = None) -> Reply | None:
        place = self.channels[channel]
        if user not in place.members:
            place.members.append(user)
        invited = {"inviter": inviter} if inviter else {}
        return self._moved("member_joined_channel", channel, user, **invited)

    def leave(self, channel: str, user: str) -> Reply | None:
        reply = self._moved("member_left_channel", channel, user)
        self.channels[channel].members.remove(user)
        return reply

    def _moved(self, type: str, channel: str, user: str, **more: str) -> Reply | None:
        place = self.channels[channel]
        if self.teams[place.team_id].bot_user not in place.members:
            return None
        letter = "G" if place.is_private else "C"
        more |= {"user": user, "channel": channel, "channel_type": letter, "team": self.users[user].team_id}
        return self.notify(place.team_id, type, **more)

    def archive(self, channel: str, by: str) -> Reply | None:
        place = self.channels[channel]
        place.is_archived = True
        return self.notify(place.team_id, "channel_archive", channel=channel, user=by)

    def uninstall(self, team: str) -> None:
        """Revoke the token, then tell the app, as Slack does: it can't call back any more."""
        self.teams[team].token_state = "account_inactive"
        self.notify(team, "app_uninstalled")
        bots = {"oauth": [], "bot": [self.teams[team].bot_user]}
        self.notify(team, "tokens_revoked", tokens=bots)
