"""A workspace leaves: nothing is posted any more, and nothing is kept of it.

Slack says it twice, in any order and perhaps again an hour later, when the token is dead already; so Slack is
asked nothing. What comes late, about an installation that was followed by a new one, changes nothing.
"""

from __future__ import annotations

import logging
from datetime import datetime

from slack_bolt import App, BoltContext

from bot.blocks.common import Json
from bot.clock import now
from bot.workspaces import Workspaces, workspace_id
from storage import Database
from storage.forgetting import forget_workspace
from storage.installations import installation, mark_gone
from storage.keys import Custody

log = logging.getLogger("candor")


EVENTS = ("app_uninstalled", "tokens_revoked")


def register(app: App) -> None:
    app.event("app_uninstalled")(note_uninstalled)
    app.event("tokens_revoked")(note_revoked)


def note_uninstalled(
    body: Json, context: BoltContext, sessions: Database, workspaces: Workspaces, custody: Custody
) -> None:
    """Somebody removed us from a workspace, or from a whole organisation."""
    farewell(sessions, workspaces, custody, left(body, context), body.get("event_time"), now())


def note_revoked(
    event: Json,
    body: Json,
    context: BoltContext,
    sessions: Database,
    workspaces: Workspaces,
    custody: Custody,
) -> None:
    """Our token was revoked. Those of people are nothing to us: we ask for none."""
    if (event.get("tokens") or {}).get("bot"):
        farewell(sessions, workspaces, custody, left(body, context), body.get("event_time"), now())


def left(body: Json, context: BoltContext) -> str:
    """The key of the installation that an event is about: a workspace's, or an organisation's."""
    team = "" if context.is_enterprise_install else context.team_id or ""
    return workspace_id(team, context.enterprise_id)


def farewell(
    sessions: Database,
    workspaces: Workspaces,
    custody: Custody,
    workspace: str,
    said_at: object,
    at: datetime,
) -> None:
    """Forget a workspace. Should deleting fail, it is gone all the same, and the sweep deletes.

    `said_at` is Slack's time of the event, in seconds. An event that is older than the installation is about
    an earlier one.
    """
    with sessions.begin() as session:
        known = installation(session, workspace)
        if known is not None and isinstance(said_at, int) and said_at < int(known.installed_at.timestamp()):
            return
        mark_gone(session, workspace, at)
    workspaces.look_again(workspace)
    custody.destroy(workspace)  # first: what is left of sealed rows is unreadable then, in old copies too
    with sessions.begin() as session:
        rows = forget_workspace(session, workspace)
    workspaces.look_again(workspace)
    log.info("%s left; %s rows deleted", workspace, rows)
