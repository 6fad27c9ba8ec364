"""People at their Slack clients: what they type, click and submit, and what they see afterwards."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.slack import payloads
from tests.slack.chat import check_message, put, whisper
from tests.slack.doors import Ack
from tests.slack.forms import answered, elements_in, refused_by_client
from tests.slack.records import Channel, Json, Team, User
from tests.slack.refusals import Refused
from tests.slack.views import check_view, push_on, replace

if TYPE_CHECKING:
    from tests.slack.fake import Slack


@dataclass(frozen=True)
class Reply:
    """How the bot answered one delivery."""

    slack: "Slack"
    payload: Json
    acked: bool  # within the three seconds
    ack: Json = field(default_factory=dict)

    @property
    def views(self) -> list[Json]:
        """The modals opened with this delivery's trigger and still open."""
        trigger = self.slack.triggers.get(self.payload.get("trigger_id", ""))
        opened = trigger.views if trigger else []
        return [view for stack in self.slack.stacks.values() for view in stack if view["id"] in opened]


class Person:
    """One user in one workspace, who waits for the ack of each delivery as a client does."""

    def __init__(self, slack: "Slack", user: User, team: Team) -> None:
        self.slack, self.user, self.team = slack, user, team
        self.form_errors: dict[str, str] = {}

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def modal(self) -> Json | None:
        """The form on top of this person's screen; None when none is open."""
        stack = self.slack.stacks[self.id]
        return stack[-1] if stack else None

    @property
    def home(self) -> Json | None:
        """The app's home as published for this person; None before the first time."""
        return self.slack.homes.get(self.id)

    @property
    def ephemerals(self) -> list[Json]:
        """The messages only this person saw, oldest first."""
        return self.slack.ephemerals[self.id]

    @property
    def direct_messages(self) -> list[Json]:
        """The conversation between this person and the bot, oldest first."""
        return self.slack.direct_channel(self.team, self.id).messages

    # -- starting something

    def command(self, command: str, text: str = "", *, channel: str) -> Reply:
        with self.slack.lock:
            place = self.slack.channels[channel]
            payload = payloads.slash_command(self.slack, self.team, self.user, place, command, text)
        reply = self.slack.deliver("slash_commands", payload)
        if reply.ack.get("text") or reply.ack.get("blocks"):
            self._see_answer(place, reply.ack)
        return reply

    def _see_answer(self, place: Channel, body: Json) -> None:
        with self.slack.changed:
            try:
                check_message(self.slack, body)
            except Refused as refused:
                raise AssertionError(f"Slack refuses this answer: {refused.error} {refused.more}") from None
            if body.get("response_type") == "in_channel":
                put(self.slack, self.team, place, body)
            else:
                whisper(self.slack, place.id, self.id, body)

    def shortcut(self, callback_id: str) -> Reply:
        payload = payloads.global_shortcut(self.slack, self.team, self.user, callback_id)
        return self.slack.deliver("interactive", payload)

    def message_shortcut(self, callback_id: str, message: Json) -> Reply:
        place, original = self._place_of(message)
        assert not original.get("is_ephemeral"), "ephemeral messages have no shortcuts"
        payload = payloads.message_shortcut(self.slack, self.team, self.user, place, original, callback_id)
        return self.slack.deliver("interactive", payload)

    def open_home(self, tab: str = "home") -> Reply | None:
        channel = self.slack.direct_channel(self.team, self.id).id
        event: Json = {"type": "app_home_opened", "user": self.id, "channel": channel, "tab": tab}
        if self.home and tab == "home":
            event["view"] = payloads.with_state(self.slack, self.home)
        return self.slack.notify(self.team.id, event)

    def says(self, text: str, *, channel: str, thread_ts: str | None = None) -> Json:
        """Post a message as this person; the bot hears of it only where it subscribed to such messages."""
        with self.slack.changed:
            place = self.slack.channels[channel]
            assert self.id in place.members, f"{self.id} is not in {channel}"
            message: Json = {"type": "message", "user": self.id, "text": text, "ts": self.slack.next_ts()}
            message |= {"team": self.team.id} | ({"thread_ts": thread_ts} if thread_ts else {})
            place.messages.append(message)
            self.slack.changed.notify_all()
        if self.team.bot_user in place.members:
            kind = {"im": "im", "groups": "group", "channels": "channel"}[place.kind]
            event = message | {"channel": channel, "channel_type": kind}
            heard = f"message.{place.kind}"
            self.slack.notify(self.team.id, event, heard_as=heard)
        return message

    def reacts(self, name: str, message: Json) -> Reply | None:
        """React to a message; the bot hears of it in its channels, where it subscribed and has the scope."""
        with self.slack.changed:
            place, original = self._place_of(message)
            original.setdefault("reactions", []).append({"name": name, "users": [self.id], "count": 1})
        if self.team.bot_user not in place.members or "reactions:read" not in self.team.scopes:
            return None
        item = {"type": "message", "channel": place.id, "ts": original["ts"]}
        event: Json = {"type": "reaction_added", "user": self.id, "reaction": name, "item": item}
        event |= {"item_user": original["user"]} if original.get("user") else {}
        return self.slack.notify(self.team.id, event)

    # -- messages, homes and modals

    def click(self, what: str, *, on: Json | None = None, value: str | None = None) -> Reply:
        """Press a button by action_id or by its text; `value` picks one of several with the same action_id.

        `on`: a message, the modal or the home; left out, the open modal, else the home.
        """
        surface = self._surface(on)
        for block, element in elements_in(surface.get("blocks", [])):
            named = element["type"] == "button" and what in (element["action_id"], element["text"]["text"])
            if named and value in (None, element.get("value")):
                copied = ("action_id", "type", "text", "value", "style", "url")
                return self._act(surface, block, {key: element[key] for key in copied if key in element})
        raise AssertionError(f"no button {what!r} here, only {self._named(surface)}")

    def choose(self, action_id: str, value: Any, *, on: Json | None = None) -> Reply | None:
        """Change a select, radio, checkbox, date or menu; None where Slack sends nothing (a silent input)."""
        surface = self._surface(on)
        for block, element in elements_in(surface.get("blocks", [])):
            if element["action_id"] == action_id and element["type"] != "button":
                state = answered(element, value)
                if element["type"] != "overflow":
                    self._typed(surface).setdefault(block["block_id"], {})[action_id] = state
                if block["type"] == "input" and not block.get("dispatch_action"):
                    return None
                return self._act(surface, block, {"action_id": action_id} | state)
        raise AssertionError(f"nothing called {action_id!r} here, only {self._named(surface)}")

    def fill(self, answers: Json, *, on: Json | None = None) -> None:
        """Type into inputs, by block_id, without sending anything."""
        surface = self._surface(on)
        inputs = {block["block_id"]: block["element"] for block in surface.get("blocks", []) if "element" in block}
        for block_id, value in answers.items():
            assert block_id in inputs, f"no input {block_id!r} here, only {sorted(inputs)}"
            element = inputs[block_id]
            self._typed(surface).setdefault(block_id, {})[element["action_id"]] = answered(element, value)

    def submit(self, answers: Json | None = None, *, as_client: bool = True) -> Reply:
        """Fill and submit the top form. Raises AssertionError for inputs Slack's client would not let go."""
        view = self.modal
        assert view is not None, "no form is open"
        assert view["submit"] is not None, "this form has no submit button"
        self.fill(answers or {}, on=view)
        with self.slack.lock:
            payload = payloads.view_submission(self.slack, self.team, self.user, view)
        refusals = refused_by_client(view["blocks"], payload["view"]["state"]["values"])
        assert not (as_client and refusals), f"Slack's client does not submit this: {refusals}"
        reply = self.slack.deliver("interactive", payload)
        if reply.acked:
            self._follow_ack(view, reply.ack)
        return reply

    def close(self) -> None:
        """Close the top form; all of them where it says clear_on_close."""
        stack = self.slack.stacks[self.id]
        assert stack, "no form is open"
        top = stack[-1]
        closed = list(reversed(stack)) if top["clear_on_close"] else [top]
        for view in closed:
            payload = payloads.view_closed(self.slack, self.team, self.user, view, len(closed) > 1)
            stack.remove(view)
            self.slack.typed.pop(view["id"], None)
            if view["notify_on_close"]:
                self.slack.deliver("interactive", payload)

    # -- behind the glass

    def _follow_ack(self, view: Json, ack: Json) -> None:
        action, stack = ack.get("response_action"), self.slack.stacks[self.id]
        self.form_errors = {}
        with self.slack.changed:
            try:
                if action == "errors":
                    self.form_errors = dict(ack["errors"])
                    inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
                    stray = self.form_errors.keys() - inputs
                    assert not stray, f"errors under blocks that are no inputs of this form: {sorted(stray)}"
                elif action == "update":
                    replace(self.slack, self.team, view, check_view(ack["view"], "modal"))
                elif action == "push":
                    push_on(self.slack, self.team, self.id, check_view(ack["view"], "modal"))
                elif action == "clear":
                    stack.clear()
                elif view in stack:
                    stack.remove(view)
            except Refused as refused:
                raise AssertionError(f"Slack refuses this form: {refused.error} {refused.more}") from None
            finally:
                self.slack.changed.notify_all()

    def _surface(self, on: Json | None) -> Json:
        surface = on if on is not None else self.modal or self.home
        assert surface is not None, "neither a form nor a home to act on"
        return surface if "hash" in surface else self._place_of(surface)[1]

    def _place_of(self, message: Json) -> tuple[Channel, Json]:
        for whispered in self.ephemerals:
            if whispered["ts"] == message["ts"]:
                return self.slack.channels[whispered["channel"]], whispered
        for channel in self.slack.channels.values():
            found = channel.message(message["ts"])
            if found is not None and self.id in channel.members:
                return channel, found
        raise AssertionError(f"{self.id} sees no message {message['ts']}")

    def _typed(self, surface: Json) -> Json:
        if "hash" in surface:
            return self.slack.typed[surface["id"]]
        return self.slack.typed[f"{self._place_of(surface)[0].id}:{surface['ts']}"]

    def _act(self, surface: Json, block: Json, action: Json) -> Reply:
        with self.slack.lock:
            action |= {"block_id": block["block_id"], "action_ts": self.slack.next_ts()}
            if "hash" in surface:
                payload = payloads.click_in_view(self.slack, self.team, self.user, surface, action)
            else:
                place, message = self._place_of(surface)
                payload = payloads.click_in_message(self.slack, self.team, self.user, place, message, action)
        return self.slack.deliver("interactive", payload)

    def _named(self, surface: Json) -> list[str]:
        return [element["action_id"] for _, element in elements_in(surface.get("blocks", []))]


def ack_of(answer: Ack) -> Json:
    """The body of an ack as a dict; plain words are a text."""
    return {"text": answer.body} if isinstance(answer.body, str) and answer.body else dict(answer.body or {})
