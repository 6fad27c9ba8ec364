"""What is handed over whole: a file, or a canvas of a channel."""

from __future__ import annotations

from dataclasses import dataclass

CANVAS_LIMIT = 1_048_576  # characters of Markdown, by Slack's reference


@dataclass(frozen=True)
class File:
    """A text file; `alt` describes it to those who don't see it. Its `name` is what it is recognised by."""

    name: str
    title: str
    content: str
    alt: str


@dataclass(frozen=True)
class Canvas:
    """A canvas in a tab of its channel, whose members may write in it."""

    title: str
    markdown: str
