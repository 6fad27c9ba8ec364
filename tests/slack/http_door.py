"""The door of an app that listens to HTTP: payloads arrive at its request URL, signed as Slack signs them."""

import json
import time
import urllib.request
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

from tests.slack.doors import Ack, Envelope, Json, Retry
from tests.slack.fake import Slack


class HttpDoor:
    """Posts every payload to `url`; given the fake, becomes its door."""

    def __init__(self, url: str, signing_secret: str, slack: Slack | None = None) -> None:
        self.url, self._signer = url, SignatureVerifier(signing_secret)
        if slack is not None:
            slack.door = self

    def deliver(self, envelope: Envelope, payload: Json, limit: float, retry: Retry | None = None) -> Ack:
        if envelope == "events_api":
            body, kind = json.dumps(payload), "application/json"
        else:
            fields = payload if envelope == "slash_commands" else {"payload": json.dumps(payload)}
            body, kind = urlencode(fields), "application/x-www-form-urlencoded"
        stamp = str(int(time.time()))
        signature = self._signer.generate_signature(timestamp=stamp, body=body) or ""
        headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry.number), "X-Slack-Retry-Reason": retry.reason}
        request = urllib.request.Request(self.url, body.encode(), headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=limit) as response:
                words = response.read().decode()
                is_json = response.headers.get_content_type() == "application/json"
        except TimeoutError:
            return Ack(acked=False, late=True)
        except HTTPError as refused:
            refused.close()
            return Ack(acked=False)
        except (OSError, HTTPException):
            return Ack(acked=False)
        return Ack(acked=True, body=json.loads(words) if words and is_json else words)
