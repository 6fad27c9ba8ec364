"""How a call to Slack ended, and what follows from it: the only retry policy in the house."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException

from slack_sdk.errors import SlackApiError, SlackClientError, SlackRequestError

TRIES = 6

UNREACHABLE = {  # the channel can't be spoken to: its rituals pause and say why
    "is_archived": "the channel is archived.",
    "channel_not_found": "I can't see the channel any more. Invite me with `/invite @Candor`, then resume.",
    "not_in_channel": "I'm not in the channel any more. Invite me with `/invite @Candor`, then resume.",
}
FOR_GOOD = {  # nothing that waiting would mend
    "account_inactive",
    "invalid_auth",
    "token_revoked",
    "missing_scope",
    "user_not_found",
    "user_disabled",
    "cannot_dm_bot",
    "restricted_action",
    "invalid_blocks",
    "invalid_arguments",
    "msg_too_long",
    "message_not_found",
    "thread_not_found",
    "msg_blocks_too_long",
    "no_text",
    "invalid_metadata_format",
    "not_authed",
    "token_expired",
    "cant_update_message",
    "edit_window_closed",
    "file_uploads_disabled",
    "file_type_not_allowed",
    "file_upload_size_restricted",
    "alt_txt_too_large",
    "canvas_creation_failed",  # perhaps there is one without its tab: another try might make a second
    "canvas_tab_creation_failed",
    "canvas_disabled_user_team",
    "free_team_canvas_tab_already_exists",
    *UNREACHABLE,
}
FAULTS = (SlackApiError, SlackClientError, HTTPException, OSError)  # all that a call can end in
UNSURE = {"fatal_error", "internal_error", "request_timeout", "service_unavailable"}  # may have been taken


@dataclass(frozen=True)
class Outcome:
    """How it ended: `ts` when Slack took it, else `reason`; without both nothing was left to say.

    `again`: it is worth another try. `unsure`: Slack may have taken it. `retry_after`: when Slack wants to be
    asked again. `not_before`: when the person wants to be spoken to again. `plainly`: the workspace doesn't take
    the message's own blocks, so it got the plainer ones.
    """

    ts: str | None = None
    channel: str | None = None
    reason: str | None = None
    again: bool = False
    unsure: bool = False
    retry_after: timedelta | None = None
    not_before: datetime | None = None
    plainly: bool = False

    @property
    def is_no_try(self) -> bool:
        """Whether nothing was wrong with the message: it has to wait, and that doesn't count as a try."""
        return self.retry_after is not None or self.not_before is not None


def backoff(attempt: int) -> timedelta:
    """How long to wait after the attempt of this number (from 1): 5 s, 20 s, 80 s, 5 min, 21 min."""
    return timedelta(seconds=5 * 4 ** (attempt - 1))


def refused(fault: Exception) -> Outcome:
    """What an exception of the SDK means: a definite no, a wait, or an end that nobody knows."""
    if isinstance(fault, SlackApiError):
        response = fault.response
        status = getattr(response, "status_code", 200)
        try:
            error = str(response.get("error") or status)
        except (ValueError, json.JSONDecodeError):
            error = str(status)
        if status == 429 or error in ("ratelimited", "rate_limited"):
            wait = int((getattr(response, "headers", None) or {}).get("Retry-After", 30))
            return Outcome(reason="ratelimited", again=True, retry_after=timedelta(seconds=max(wait, 1)))
        return Outcome(reason=error[:80], again=error not in FOR_GOOD, unsure=status >= 500 or error in UNSURE)
    if isinstance(fault, SlackRequestError):  # the bytes of a file weren't taken, so it was never shared
        return Outcome(reason="upload_failed", again=True)
    if isinstance(fault, ConnectionRefusedError) or "refused" in str(getattr(fault, "reason", "")):
        return Outcome(reason="unreachable", again=True)
    return Outcome(reason="no_reply", again=True, unsure=True)
