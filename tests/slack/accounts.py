"""Who people and apps are: tokens, teams, users, installations, sockets, files."""

import secrets

from tests.slack.chat import put
from tests.slack.records import File, Json
from tests.slack.refusals import Refused
from tests.slack.web_api import Call, method

MOST_ALT = 1_000  # characters


@method("auth.test")
def auth_test(call: Call) -> Json:
    team = call.team
    who: Json = {"url": f"https://{team.domain}.slack.com/", "team": team.name, "team_id": team.id}
    who |= {"user": call.slack.users[team.bot_user].name, "user_id": team.bot_user, "bot_id": team.bot_id}
    who["is_enterprise_install"] = False
    return who | ({"enterprise_id": team.enterprise_id} if team.enterprise_id else {})


@method("apps.connections.open")
def open_connection(call: Call) -> Json:
    ticket = secrets.token_hex(8)
    call.slack.tickets.add(ticket)
    return {"url": f"{call.slack.socket_base}{ticket}"}


@method("oauth.v2.access")
def grant_access(call: Call) -> Json:
    id = call.slack.oauth_codes.pop(call.text("code"), None)
    if id is None:
        raise Refused("invalid_code")
    team = call.slack.teams[id]
    granted: Json = {"app_id": team.app_id, "authed_user": {"id": ""}, "scope": ",".join(sorted(team.scopes))}
    granted |= {"token_type": "bot", "access_token": team.token, "bot_user_id": team.bot_user}
    granted |= {"team": {"id": team.id, "name": team.name}, "is_enterprise_install": False}
    enterprise = {"id": team.enterprise_id, "name": team.enterprise_id} if team.enterprise_id else None
    return granted | {"enterprise": enterprise}


@method("team.info", scope="team:read")
def team_info(call: Call) -> Json:
    if call.text("team") not in ("", call.team.id):
        raise Refused("team_not_found")
    return {"team": call.team.shown()}


@method("bots.info", scope="users:read")
def bot_info(call: Call) -> Json:
    if call.text("bot") != call.team.bot_id:
        raise Refused("bot_not_found")
    name = call.slack.users[call.team.bot_user].name
    bot = {"id": call.team.bot_id, "deleted": False, "name": name, "updated": 0, "app_id": call.team.app_id}
    return {"bot": bot | {"user_id": call.team.bot_user}}


@method("users.info", scope="users:read")
def user_info(call: Call) -> Json:
    user = call.slack.user_seen_by(call.team, call.text("user"))
    if user is None:
        raise Refused("user_not_found")
    return {"user": user.shown(call.slack.now(), locale=call.flag("include_locale"))}


@method("users.list", scope="users:read")
def list_users(call: Call) -> Json:
    mine = [one for one in call.slack.users.values() if one.team_id == call.team.id]
    page, rest = call.page([one.shown(call.slack.now(), locale=call.flag("include_locale")) for one in mine])
    return {"members": page, "cache_ts": 0, "response_metadata": rest}


@method("files.getUploadURLExternal", scope="files:write")
def lend_upload_url(call: Call) -> Json:
    length = int(call.args.get("length") or 0)
    if length < 1 or not call.text("filename"):
        raise Refused("invalid_arguments")
    if len(call.text("alt_txt")) > MOST_ALT:
        raise Refused("alt_txt_too_large")
    file = File(call.slack.fresh("F"), call.text("filename"), length, alt_text=call.text("alt_txt"))
    call.slack.files[file.id] = file
    return {"upload_url": f"{call.slack.upload_base}{file.id}", "file_id": file.id}


@method("files.completeUploadExternal", scope="files:write")
def complete_upload(call: Call) -> Json:
    shared = []
    for asked in call.args.get("files") or []:
        file = call.slack.files.get(asked["id"])
        if file is None or file.content is None:
            raise Refused("file_not_found")
        file.title = asked.get("title") or file.name
        if target := call.text("channel_id"):
            channel = call.slack.channel_seen_by(call.team, target)
            if call.team.bot_user not in channel.members:
                raise Refused("not_in_channel")
            file.channel = channel.id
            if channel.is_archived:
                raise Refused("is_archived")
            text = {"text": call.text("initial_comment"), "thread_ts": call.text("thread_ts")}
            put(call.slack, call.team, channel, text)["files"] = [
                {"id": file.id, "name": file.name, "title": file.title}
            ]
        shared.append({"id": file.id, "title": file.title, "name": file.name, "size": file.length})
    return {"files": shared}
