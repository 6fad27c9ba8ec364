"""Files and canvases on their way to Slack. Neither carries a job id: Slack takes no metadata with them."""

from __future__ import annotations

from slack_sdk import WebClient

from bot.blocks.papers import Canvas, File


def upload(client: WebClient, to: str, file: File) -> str:
    """Share a file in a channel, or with a person; its id. Three calls: only the last makes it seen.

    Raises the faults of the SDK; SlackRequestError when Slack didn't take its bytes, so that nobody sees it.
    """
    channel = to
    if to.startswith(("U", "W")):
        channel = client.conversations_open(users=to)["channel"]["id"]
    told = client.files_upload_v2(
        channel=channel, filename=file.name, title=file.title, content=file.content, alt_txt=file.alt
    )
    return str(told["files"][0]["id"])


def draw(client: WebClient, channel: str, canvas: Canvas) -> str:
    """Make a canvas in a tab of its channel, where free workspaces take one too; its id."""
    content = {"type": "markdown", "markdown": canvas.markdown}
    told = client.canvases_create(title=canvas.title, document_content=content, channel_id=channel)
    return str(told["canvas_id"])
