"""Canvases: Markdown in a tab of a channel, or alone."""

from tests.slack.records import Canvas, Json
from tests.slack.refusals import Refused
from tests.slack.web_api import Call, method

CONTENT = 1_048_576  # characters


@method("canvases.create", scope="canvases:write")
def create(call: Call) -> Json:
    content = call.args.get("document_content") or {"type": "markdown", "markdown": ""}
    if not isinstance(content, dict) or content.keys() != {"type", "markdown"} or content["type"] != "markdown":
        raise Refused("invalid_arguments")
    if len(content["markdown"]) > CONTENT:
        raise Refused("invalid_arguments")
    channel = call.text("channel_id") or None
    if channel is None and call.team.is_free:
        raise Refused("free_teams_cannot_create_non_tabbed_canvases")
    if channel is not None:
        place = call.slack.channel_seen_by(call.team, channel)
        if call.team.bot_user not in place.members:
            raise Refused("canvas_tab_creation_failed")
        if call.team.is_free and any(one.channel == channel for one in call.slack.canvases.values()):
            raise Refused("free_team_canvas_tab_already_exists")
    made = Canvas(call.slack.fresh("F"), call.text("title"), content["markdown"], channel)
    call.slack.canvases[made.id] = made
    return {"canvas_id": made.id}
