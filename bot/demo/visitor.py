"""A visitor of the demo: does what a person does in the browser, over the same WebSocket."""

from __future__ import annotations

import json
import time
from typing import Any

import websocket

from bot.clock import ticks
from bot.demo import company
from bot.demo.stand_in import Control

PATIENCE_SECONDS = 20.0


class NothingHappened(Exception):
    """What the visitor waited for did not come; the words say what that was."""


class Visitor:
    """One person at the demo's web page."""

    def __init__(self, control: Control, person: str) -> None:
        self.control, self.person = control, person
        self._page = websocket.create_connection(
            control.base.replace("http", "ws") + "/ui", timeout=PATIENCE_SECONDS
        )
        self.modals: list[dict[str, Any]] = []
        self.home: dict[str, Any] = {}
        self._seen = 0

    def close(self) -> None:
        self._page.close()

    def _say(self, kind: str, **words: Any) -> None:
        self._page.send(json.dumps({"t": kind, "user": self.person, "appId": company.APP, **words}))

    def _hear(self, kind: str, what: str) -> dict[str, Any]:
        end = ticks() + PATIENCE_SECONDS
        while ticks() < end:
            try:
                heard: dict[str, Any] = json.loads(self._page.recv())
            except websocket.WebSocketTimeoutException:
                break
            if heard["t"] == kind:
                return heard
            if heard["t"] == "view_errors":
                raise NothingHappened(f"{what}; the form said {heard['errors']}")
        raise NothingHappened(what)

    def open_home(self) -> dict[str, Any]:
        """Open App Home and read it."""
        self._say("open_home")
        self.home = dict(self._hear("home", "App Home did not come")["view"])
        return self.home

    def click(self, label: str, *, on: dict[str, Any], channel: str = "") -> None:
        """Press the button with this label on App Home or on a message."""
        for block in on["blocks"]:
            for element in block.get("elements", []):
                if element.get("type") == "button" and element["text"]["text"] == label:
                    action = {
                        "type": "button",
                        "block_id": block.get("block_id", ""),
                        **{key: element.get(key) for key in ("action_id", "value", "text")},
                    }
                    self._say("block_action", channel=channel, messageTs=on.get("ts", ""), action=action)
                    return
        raise NothingHappened(f"there is no button {label!r}")

    def form(self, title: str) -> dict[str, Any]:
        """Wait for the form with this title."""
        while True:
            heard = self._hear("view", f"the form {title!r} did not open")
            stack = heard.get("modalStack") or heard.get("stack") or ([heard["view"]] if heard.get("view") else [])
            if stack and stack[-1]["title"]["text"] == title:
                return dict(stack[-1])

    def submit(self, view: dict[str, Any], **given: Any) -> None:
        """Fill some boxes of the form and send it; what isn't given stays as it was shown."""
        values: dict[str, Any] = {}
        for block in view["blocks"]:
            if block["type"] == "input" and block["block_id"] in given:
                element = block["element"]
                values[block["block_id"]] = {element["action_id"]: _filled(element, given[block["block_id"]])}
        self._say("view_submit", values=values)

    def dismiss(self) -> None:
        """Close what is open."""
        self._say("view_close")

    def command(self, channel: str, command: str, words: str = "") -> None:
        """Type a slash command."""
        self._say("slash_command", channel=channel, command=command, text=words)

    def says(self, channel: str, words: str, thread: str | None = None) -> None:
        """Write in a channel or a thread."""
        self._say("post_message", channel=channel, text=words, thread_ts=thread)

    def mailbox(self) -> str:
        """The id of the direct messages with Candor; none came before when there is none."""
        found = [one for one in self.control.get("state")["channels"] if one.get("is_im")]
        return next((str(one["id"]) for one in found if self.person in one["members"]), "")

    def is_told(self, words: str) -> dict[str, Any]:
        """Wait until a direct message with these words has come, and return it."""
        end = ticks() + PATIENCE_SECONDS
        while not (box := self.mailbox()) and ticks() < end:
            time.sleep(0.1)
        if not box:
            raise NothingHappened(f"no direct message with {words!r} came to {self.person}")
        return self.reads(box, words)

    def reads(self, channel: str, words: str) -> dict[str, Any]:
        """Wait until a message with these words stands in the channel, and return the newest such."""
        end = ticks() + PATIENCE_SECONDS
        while ticks() < end:
            read = [one for one in self.control.messages(channel) if words in one.get("text", "")]
            if read:
                return read[-1]
            time.sleep(0.1)
        raise NothingHappened(f"no message with {words!r} came to {channel}")


def _filled(element: dict[str, Any], value: Any) -> dict[str, Any]:
    kind = element["type"]
    if kind == "plain_text_input":
        return {"type": kind, "value": value}
    if kind == "datepicker":
        return {"type": kind, "selected_date": value}
    options = {choice["value"]: choice for choice in element["options"]}
    if kind == "checkboxes":
        return {"type": kind, "selected_options": [options[one] for one in value]}
    return {"type": kind, "selected_option": options[value]}
