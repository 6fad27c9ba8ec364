"""A strict fake Slack: one state under the documented rules, reached in process or through real sockets."""

from tests.slack.doors import Ack, Retry
from tests.slack.fake import Slack
from tests.slack.http_door import HttpDoor
from tests.slack.in_process import FakeClient, InProcessDoor
from tests.slack.limits import problems_in_message, problems_in_view
from tests.slack.people import Person, Reply
from tests.slack.server import SlackServer

__all__ = [
    "Ack", "FakeClient", "HttpDoor", "InProcessDoor", "Person", "Reply", "Retry", "Slack", "SlackServer",
    "problems_in_message", "problems_in_view",
]  # fmt: skip
