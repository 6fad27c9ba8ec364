"""The upload url: where the bytes of a file go between its two API calls."""

from urllib.parse import urlsplit

from tests.slack.workspace import Workspaces


def take_upload(slack: Workspaces, url: str, content: bytes) -> tuple[int, str]:
    """Keep the bytes sent to an upload url; the HTTP status and Slack's words."""
    with slack.lock:
        file = slack.files.get(urlsplit(url).path.rsplit("/", 1)[-1])
        if file is None:
            return 404, "not found"
        if len(content) != file.length:
            return 400, "length differs from the one announced"
        file.content = content
        return 200, f"OK - {file.length}"
