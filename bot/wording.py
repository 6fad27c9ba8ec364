"""Our words as this workspace needs them: commands with their prefix, dates that a stand-in can show."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from slack_sdk.web import SlackResponse

from bot.lines import KeptLinesClient

COMMAND = r"`/(candor|demoday|postmortem|prompt|pulse|whodecides)\b"


@dataclass(frozen=True)
class Wording:
    """`prefix` stands in front of every command that we name; `plain_dates` writes date tokens out.

    It is applied to whole payloads on their way out, so that no text need know of it.
    """

    prefix: str = ""
    plain_dates: bool = False

    def of(self, value: Any) -> Any:
        """The same text, list or dict in this workspace's wording."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            return {name: self.of(one) for name, one in value.items()}
        return [self.of(one) for one in value] if isinstance(value, list) else value

    def _text(self, words: str) -> str:
        if self.prefix:
            words = re.sub(COMMAND, rf"`/{self.prefix}\1", words)
        if self.plain_dates:
            words = re.sub(r"<!date\^[^|>]*\|([^>]*)>", r"\1", words)
        return words

    @property
    def changes_nothing(self) -> bool:
        return self == Wording()


class WordedClient(KeptLinesClient):
    """A client that says everything in this wording."""

    wording = Wording()

    def api_call(self, api_method: str, **given: Any) -> SlackResponse:
        return super().api_call(api_method, **{name: self.wording.of(value) for name, value in given.items()})
