"""What is handed over whole: a file, or a canvas of a channel. Slack takes no metadata with them, so no job id."""

from __future__ import annotations

from dataclasses import dataclass

from slack_sdk import WebClient

CANVAS_LIMIT = 1_048_576  # characters of Markdown, by Slack's reference


@dataclass(frozen=True)
class File:
    """A text file or a picture; `alt` describes it to those who don't see it, and of a picture says all it shows.

    Its `name` is what it is recognised by. In a thread when `thread_ts` is given, with `comment` above it.
    """

    name: str
    title: str
    content: str | bytes
    alt: str
    thread_ts: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Canvas:
    """A canvas in a tab of its channel, whose members may write in it."""

    title: str
    markdown: str


def upload(client: WebClient, to: str, file: File) -> str:
    """Share a file in a channel, or with a person; its id. Three calls: only the last makes it seen.

    Raises the faults of the SDK; SlackRequestError when Slack didn't take its bytes, so that nobody sees it.
    """
    channel = to
    if to.startswith(("U", "W")):
        channel = client.conversations_open(users=to)["channel"]["id"]
    told = client.files_upload_v2(
        channel=channel,
        filename=file.name,
        title=file.title,
        content=file.content,
        alt_txt=file.alt,
        thread_ts=file.thread_ts or None,
        initial_comment=file.comment or None,
    )
    return str(told["files"][0]["id"])


def draw(client: WebClient, channel: str, canvas: Canvas) -> str:
    """Make a canvas in a tab of its channel, where free workspaces take one too; its id."""
    content = {"type": "markdown", "markdown": canvas.markdown}
    told = client.canvases_create(title=canvas.title, document_content=content, channel_id=channel)
    return str(told["canvas_id"])
