"""A message as plain words: Slack's own markup read, nobody mentioned."""

from __future__ import annotations

import html
import re

LINK = re.compile(r"<(https?://[^|>]+)(?:\|([^>]*))?>")
NAMED = re.compile(r"<[@#!][^|>]*\|([^>]*)>")
PERSON = re.compile(r"<@[UW][A-Z0-9]+>")
OTHER = re.compile(r"<[#!]([^>]*)>")


def plain_words(words: str) -> str:
    """What a reader of the message sees, but mentions of people say "somebody": a timeline names who chose it."""
    words = LINK.sub(lambda found: f"{found[2]} ({found[1]})" if found[2] else found[1], words)
    words = PERSON.sub("somebody", words)
    words = NAMED.sub(lambda found: found[1], words)
    return html.unescape(OTHER.sub(lambda found: found[1], words))
