"""Private replies to a command or a click, through the response_url that Slack gave with it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from slack_sdk.webhook import WebhookClient

from bot.blocks.common import Json, message
from bot.wording import Wording
from bot.workspaces import tls_context

log = logging.getLogger("candor")

MOST_REPLIES = 4  # to one command or click: the fifth that Slack takes is left for an apology
MOST_BLOCKS = 50
MOST_TEXT = 12_000  # characters: Slack refuses messages somewhere above 13,000
BESIDE: Json = {"response_type": "ephemeral", "replace_original": False}
SLACKS_HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")

PostReply = Callable[[str, Json], int]


class NotSlacksAddress(Exception):
    """A response_url that isn't Slack's; nothing is sent there."""


class Replies:
    """Posts to response_urls, and to none but Slack's own (or its stand-in's, where one is set).

    A response_url takes five replies within 30 minutes.
    """

    def __init__(
        self, stand_in: str | None = None, post: PostReply | None = None, wording: Wording | None = None
    ) -> None:
        """`stand_in` is the host and port of a stand-in for Slack; `post` replaces the network in tests."""
        self._stand_in, self._wording = stand_in, wording or Wording()
        self._post = post or _post

    def is_slacks(self, address: str) -> bool:
        """Whether an address is Slack's own, or its stand-in's."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return False
        return (parts.scheme == "https" and parts.hostname in SLACKS_HOSTS) or (
            self._stand_in is not None and parts.netloc == self._stand_in
        )

    def send(self, response_url: str, blocks: Sequence[Json], *, replace: bool = False) -> None:
        """Say something only the person sees; with `replace` in place of the message that was clicked.

        What is too long for one message comes in several, and ends where the last one is full.
        Raises NotSlacksAddress.
        """
        if not self.is_slacks(response_url):
            raise NotSlacksAddress
        how: Json = {"replace_original": True} if replace else BESIDE
        for part in portions(blocks)[:MOST_REPLIES]:
            built = message(part)
            status = self._post(
                response_url, self._wording.of({"text": built.text, "blocks": built.blocks, **how})
            )
            if status >= HTTPStatus.BAD_REQUEST:
                log.warning("Slack refused a private reply: %s", status)
            how = BESIDE


def portions(blocks: Sequence[Json]) -> list[list[Json]]:
    """These blocks as the messages that Slack takes; at least one."""
    parts: list[list[Json]] = [[]]
    room = MOST_TEXT
    for block in blocks:
        length = _length(block)
        if parts[-1] and (length > room or len(parts[-1]) == MOST_BLOCKS):
            parts.append([])
            room = MOST_TEXT
        parts[-1].append(block)
        room -= length
    return parts


def _length(value: Any) -> int:
    """How many characters of text stand in a block, buttons and all."""
    match value:
        case {"text": str(words), **rest}:
            return len(words) + _length(rest)
        case dict():
            return sum(map(_length, value.values()))
        case list():
            return sum(map(_length, value))
    return 0


def _post(response_url: str, body: Json) -> int:
    return WebhookClient(response_url, ssl=tls_context(), timeout=5, retry_handlers=[]).send_dict(body).status_code
