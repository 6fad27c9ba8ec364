"""The fake Slack keeps Slack's rules: one test for each rule, the main road through both doors."""

import http.client
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from tests.slack import FakeClient, HttpDoor, InProcessDoor, Person, Retry, Slack, SlackServer

Json = dict[str, Any]

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "data" / "slack"
with_samples = pytest.mark.skipif(
    not SAMPLES.exists(), reason="Slack's sample payloads are not beside this checkout"
)


class Clock:
    """Both of the fake's clocks, moved by hand."""

    def __init__(self) -> None:
        self.at, self.seconds = datetime(2026, 11, 23, 9, tzinfo=UTC), 100.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack(clock: Clock) -> Slack:
    slack = Slack(clock.now, clock.monotonic)
    slack.team("T1", bot_user="UBOT", token="xoxb-T1", bot_id="B1")
    slack.user("U1", team="T1", name="ann")
    slack.user("U2", team="T1", name="ben", tz=None)
    slack.channel("C1", team="T1", members=["U1", "U2"])
    slack.channel("C2", team="T1", members=["U1"], bot_in=False)
    slack.channel("C3", team="T1", members=["U1"], bot_in=False, is_private=True)
    slack.channel("C4", team="T1", is_archived=True)
    return slack


@pytest.fixture
def client(slack: Slack) -> WebClient:
    return FakeClient(slack)


@pytest.fixture
def ann(slack: Slack) -> Person:
    return slack.person("U1", team="T1")


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def box(block_id: str, **more: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "typed", "max_length": 10}
    return {"type": "input", "block_id": block_id, "label": plain("Why?"), "element": element} | more


def modal(*blocks: Json, **more: Any) -> Json:
    view = {"type": "modal", "callback_id": "form", "title": plain("A form"), "submit": plain("Send")}
    return view | {"blocks": list(blocks) or [box("why")]} | more


def pick(block_id: str) -> Json:
    options = [{"text": plain("Yes"), "value": "yes"}, {"text": plain("No"), "value": "no"}]
    element = {"type": "radio_buttons", "action_id": "picked", "options": options}
    return {"type": "input", "block_id": block_id, "label": plain("Well?"), "element": element}


BUTTONS: Json = {
    "type": "actions",
    "block_id": "buttons",
    "elements": [{"type": "button", "action_id": "done", "text": plain("Done"), "value": "7"}],
}


def little_bot(client: WebClient) -> App:
    """Opens a form on /form, answers it by what was typed, remembers what it was sent."""
    app = App(client=client, request_verification_enabled=False)

    @app.command("/form")
    def open_form(ack: Ack, body: Json, client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal(box("why"), pick("choice")))

    @app.command("/say")
    def say(ack: Ack, body: Json) -> None:
        ack(text=body["text"], response_type="in_channel") if "all" in body["text"] else ack(body["text"])

    @app.view("form")
    def take(ack: Ack, view: Json) -> None:
        said = view["state"]["values"]["why"]["typed"]["value"]
        if said == "wrong":
            ack(response_action="errors", errors={"why": "No."})
        elif said in ("update", "push"):
            ack(response_action=said, view=modal(box("why"), callback_id=said))
        elif said == "clear":
            ack(response_action="clear")
        else:
            ack()

    @app.action("done")
    def done(ack: Ack, body: Json, respond: Callable[..., Any]) -> None:
        ack()
        said = body.get("state", {}).get("values", {})
        respond(text=f"Got {body['actions'][0]['value']} and {json.dumps(said)}", replace_original=True)

    return app


@pytest.fixture
def bot(slack: Slack, client: WebClient) -> Iterator[App]:
    app = little_bot(client)
    InProcessDoor(app)
    yield app
    app.listener_runner.listener_executor.pool.shutdown()  # type: ignore[attr-defined]


def refused(call: Callable[..., Any], **args: Any) -> Any:
    """The answer of a call that Slack refuses."""
    with pytest.raises(SlackApiError) as caught:
        call(**args)
    return caught.value.response


# -- the Web API


def test_the_token_decides(slack: Slack) -> None:
    assert FakeClient(slack, "xoxb-T1").auth_test().headers["x-oauth-scopes"].startswith("canvases:write")
    assert refused(FakeClient(slack, "xoxb-other").auth_test)["error"] == "invalid_auth"
    for state in ("token_revoked", "account_inactive"):
        slack.teams["T1"].token_state = state
        assert refused(FakeClient(slack, "xoxb-T1").auth_test)["error"] == state


def test_a_missing_scope_is_named(slack: Slack, client: WebClient) -> None:
    slack.teams["T1"].scopes = {"commands"}
    answer = refused(client.chat_postMessage, channel="C1", text="Hi")
    assert (answer["error"], answer["needed"], answer["provided"]) == (
        "missing_scope",
        "chat:write",
        "commands",
    )


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C2", "not_in_channel"),
        ("C3", "channel_not_found"),
        ("C4", "is_archived"),
        ("U77", "channel_not_found"),
    ],
)
def test_a_post_needs_a_channel_it_may_write_to(client: WebClient, channel: str, error: str) -> None:
    assert refused(client.chat_postMessage, channel=channel, text="Hi")["error"] == error


def test_a_post_to_a_user_opens_the_dm(client: WebClient, ann: Person) -> None:
    answer = client.chat_postMessage(channel="U1", text="Hi")
    assert answer["channel"].startswith("D")
    assert [one["text"] for one in ann.direct_messages] == ["Hi"]


def test_ts_follow_the_given_clock_and_never_repeat(client: WebClient, clock: Clock) -> None:
    first, second = (client.chat_postMessage(channel="C1", text="Hi")["ts"] for _ in range(2))
    assert float(first) < float(second) < clock.at.timestamp() + 1
    clock.at += timedelta(days=3)
    assert float(client.chat_postMessage(channel="C1", text="Hi")["ts"]) >= clock.at.timestamp()


def test_bad_blocks_and_long_texts_are_refused(client: WebClient) -> None:
    many = [{"type": "divider"}] * 51
    answer = refused(client.chat_postMessage, channel="C1", text="Hi", blocks=many)
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == ["blocks: 51 items, at most 50"]
    assert refused(client.chat_postMessage, channel="C1", text="x" * 40_001)["error"] == "msg_too_long"
    with pytest.warns(UserWarning, match="text"):
        assert refused(client.chat_postMessage, channel="C1", text="")["error"] == "no_text"


def test_an_update_replaces_blocks_keeps_metadata_and_only_touches_own_messages(
    slack: Slack, client: WebClient, ann: Person
) -> None:
    job = {"event_type": "job", "event_payload": {"job": "7"}}
    ts = client.chat_postMessage(channel="C1", text="Hi", blocks=[BUTTONS], metadata=job)["ts"]
    client.chat_update(channel="C1", ts=ts, text="Bye")
    message = slack.channels["C1"].message(ts)
    assert message is not None
    assert "blocks" not in message
    assert message["metadata"] == job
    hers = ann.says("Mine", channel="C1")
    assert refused(client.chat_update, channel="C1", ts=hers["ts"], text="x")["error"] == "cant_update_message"
    assert refused(client.chat_update, channel="C1", ts="1.000000", text="x")["error"] == "message_not_found"
    assert refused(client.chat_update, channel="C1", ts=ts, text="x" * 4_001)["error"] == "msg_too_long"


def test_metadata_is_read_back_only_when_asked_for(client: WebClient) -> None:
    job = {"event_type": "job", "event_payload": {"job": "7"}}
    client.chat_postMessage(channel="C1", text="Hi", metadata=job)
    assert "metadata" not in client.conversations_history(channel="C1")["messages"][0]
    asked = client.conversations_history(channel="C1", include_all_metadata=True)
    assert asked["messages"][0]["metadata"] == job


def test_an_ephemeral_is_in_no_history(client: WebClient, ann: Person) -> None:
    client.chat_postEphemeral(channel="C1", user="U1", text="Psst")
    assert [one["text"] for one in ann.ephemerals] == ["Psst"]
    assert client.conversations_history(channel="C1")["messages"] == []


def test_replies_belong_to_the_thread(client: WebClient) -> None:
    root = client.chat_postMessage(channel="C1", text="Root")["ts"]
    client.chat_postMessage(channel="C1", text="Reply", thread_ts=root)
    assert [one["text"] for one in client.conversations_replies(channel="C1", ts=root)["messages"]] == [
        "Root",
        "Reply",
    ]
    assert [one["text"] for one in client.conversations_history(channel="C1")["messages"]] == ["Root"]


def test_lists_come_in_pages(slack: Slack, client: WebClient) -> None:
    slack.page_size = 2
    assert [len(page["members"]) for page in client.users_list(limit=100)] == [2, 1]
    assert refused(client.users_list, limit=1001)["error"] == "invalid_limit"


def test_private_channels_without_the_bot_are_not_listed(client: WebClient) -> None:
    listed = client.conversations_list(types="public_channel,private_channel")["channels"]
    assert [one["id"] for one in listed] == ["C1", "C2", "C4"]
    assert [one["id"] for one in client.users_conversations(user="U1")["channels"]] == ["C1", "C2"]
    assert client.conversations_info(channel="C1", include_num_members=True)["channel"]["num_members"] == 3


def test_a_user_without_a_zone_has_no_tz(client: WebClient) -> None:
    assert "tz" not in client.users_info(user="U2")["user"]
    assert client.users_info(user="U1", include_locale=True)["user"]["locale"] == "en-US"
    assert refused(client.users_info, user="U77")["error"] == "user_not_found"


def test_two_teams_do_not_see_each_other(slack: Slack) -> None:
    slack.team("T2")
    other = FakeClient(slack, "xoxb-T2")
    assert refused(other.chat_postMessage, channel="C1", text="Hi")["error"] == "channel_not_found"
    assert refused(other.users_info, user="U1")["error"] == "user_not_found"


def test_a_tier_answers_429_until_time_has_passed(slack: Slack, client: WebClient, clock: Clock) -> None:
    slack.enforce_tiers = True
    for _ in range(4):
        client.chat_postMessage(channel="C1", text="Hi")
    answer = refused(client.chat_postMessage, channel="C1", text="Hi")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    clock.seconds += 1
    client.chat_postMessage(channel="C1", text="Hi")
    for _ in range(20):
        client.users_list()
    assert refused(client.users_list).headers["Retry-After"] == "3"


def test_a_file_goes_up_in_three_steps(slack: Slack, client: WebClient) -> None:
    client.files_upload_v2(channel="C1", filename="a.md", content="# Hi", initial_comment="Here")
    (file,) = slack.files.values()
    assert (file.content, file.channel) == (b"# Hi", "C1")


def test_a_code_is_exchanged_once(slack: Slack, client: WebClient) -> None:
    slack.oauth_codes["c0de"] = "T1"
    granted = client.oauth_v2_access(client_id="1", client_secret="2", code="c0de")
    assert (granted["access_token"], granted["team"]["id"]) == ("xoxb-T1", "T1")
    assert (
        refused(client.oauth_v2_access, client_id="1", client_secret="2", code="c0de")["error"] == "invalid_code"
    )


# -- triggers, views, response urls


def test_a_trigger_works_once_and_for_three_seconds(slack: Slack, client: WebClient, clock: Clock) -> None:
    trigger = slack.lend_trigger("U1", "T1")
    client.views_open(trigger_id=trigger, view=modal())
    assert refused(client.views_open, trigger_id=trigger, view=modal())["error"] == "exchanged_trigger_id"
    late = slack.lend_trigger("U1", "T1")
    clock.seconds += 3.1
    assert refused(client.views_open, trigger_id=late, view=modal())["error"] == "expired_trigger_id"
    assert refused(client.views_open, trigger_id="1.2", view=modal())["error"] == "invalid_trigger_id"


def test_the_fourth_modal_is_refused(slack: Slack, client: WebClient) -> None:
    client.views_open(trigger_id=slack.lend_trigger("U1", "T1"), view=modal())
    for _ in range(2):
        client.views_push(trigger_id=slack.lend_trigger("U1", "T1"), view=modal())
    answer = refused(client.views_push, trigger_id=slack.lend_trigger("U1", "T1"), view=modal())
    assert answer["error"] == "push_limit_reached"


def test_a_stale_hash_conflicts(client: WebClient, ann: Person) -> None:
    home = {"type": "home", "blocks": [BUTTONS]}
    old = client.views_publish(user_id="U1", view=home)["view"]
    new = client.views_publish(user_id="U1", view=home, hash=old["hash"])["view"]
    assert (new["id"] == old["id"], new["hash"] == old["hash"]) == (True, False)
    assert refused(client.views_publish, user_id="U1", view=home, hash=old["hash"])["error"] == "hash_conflict"


def test_a_bad_view_is_refused_with_reasons(slack: Slack, client: WebClient) -> None:
    view = modal(submit=None)
    answer = refused(client.views_open, trigger_id=slack.lend_trigger("U1", "T1"), view=view)
    assert answer["error"] == "invalid_arguments"
    assert "required" in answer["response_metadata"]["messages"][0]


def test_a_response_url_takes_five_posts_in_thirty_minutes(slack: Slack, ann: Person, clock: Clock) -> None:
    url = slack.lend_response_url("U1", "T1", "C1")
    assert [slack.post_response_url(url, {"text": "Hi"}) for _ in range(6)] == [200] * 5 + [404]
    assert len(ann.ephemerals) == 5
    late = slack.lend_response_url("U1", "T1", "C1")
    clock.seconds += 30 * 60 + 1
    assert slack.post_response_url(late, {"text": "Hi"}) == 404


def test_a_response_url_can_speak_to_all_and_delete(slack: Slack, client: WebClient) -> None:
    ts = client.chat_postMessage(channel="C1", text="Old")["ts"]
    url = slack.lend_response_url("U1", "T1", "C1", ts)
    slack.post_response_url(url, {"text": "New", "response_type": "in_channel"})
    slack.post_response_url(url, {"delete_original": True})
    assert [one["text"] for one in slack.channels["C1"].messages] == ["New"]


# -- misfortune


def test_armed_faults_fall_in_order(slack: Slack, client: WebClient) -> None:
    slack.fail_next("chat.postMessage", error="fatal_error")
    slack.fail_next("chat.postMessage", status=503)
    slack.fail_next("chat.postMessage", retry_after=30)
    assert refused(client.chat_postMessage, channel="C1", text="1")["error"] == "fatal_error"
    assert refused(client.chat_postMessage, channel="C1", text="2").status_code == 503
    assert refused(client.chat_postMessage, channel="C1", text="3").headers["Retry-After"] == "30"
    client.chat_postMessage(channel="C1", text="4")
    assert [one["text"] for one in slack.calls_of("chat.postMessage")] == ["1", "2", "3", "4"]


def test_a_lost_reply_leaves_the_message_there(slack: Slack) -> None:
    client = FakeClient(slack, retry_handlers=[])
    slack.fail_next("chat.postMessage", drop_reply=True)
    with pytest.raises(http.client.RemoteDisconnected):
        client.chat_postMessage(channel="C1", text="Hi")
    assert len(slack.channels["C1"].messages) == 1


def test_nobody_answers_while_slack_is_down(slack: Slack) -> None:
    slack.down = True
    with pytest.raises(URLError):
        FakeClient(slack, retry_handlers=[]).auth_test()
    assert slack.calls == []


def test_latency_delays_an_answer(slack: Slack, client: WebClient) -> None:
    slack.latency = 0.03
    started = time.monotonic()
    client.auth_test()
    assert time.monotonic() - started >= 0.03


# -- people, in process


def test_a_command_opens_a_form_and_the_form_is_submitted(bot: App, ann: Person) -> None:
    reply = ann.command("/form", channel="C1")
    assert reply.acked
    assert reply.views == [ann.modal]
    ann.submit({"why": "because", "choice": "yes"})
    assert ann.modal is None


def test_the_client_holds_back_a_form_that_misses_something(bot: App, ann: Person) -> None:
    ann.command("/form", channel="C1")
    with pytest.raises(AssertionError, match="'choice': 'required'"):
        ann.submit({"why": "because"})
    with pytest.raises(AssertionError, match="characters"):
        ann.submit({"why": "because of that", "choice": "yes"})
    with pytest.raises(AssertionError, match="no option 'maybe'"):
        ann.submit({"choice": "maybe"})
    with pytest.raises(AssertionError, match="no input 'when'"):
        ann.submit({"when": "now"})
    assert ann.submit({"why": "because of that"}, as_client=False).acked


def test_an_answer_to_a_form_changes_the_stack(slack: Slack, bot: App, ann: Person) -> None:
    ann.command("/form", channel="C1")
    ann.submit({"why": "wrong", "choice": "yes"})
    assert ann.form_errors == {"why": "No."}
    ann.submit({"why": "update"})
    assert (ann.modal or {})["callback_id"] == "update"
    ann.command("/form", channel="C1")
    ann.submit({"why": "push", "choice": "yes"})
    assert len(slack.stacks["U1"]) == 2
    ann.close()
    ann.submit({"why": "clear"})
    assert ann.modal is None


def test_a_click_on_a_message_carries_what_was_typed_into_it(slack: Slack, bot: App, ann: Person) -> None:
    sent = slack.teams["T1"]
    ts = bot.client.chat_postMessage(channel="U1", text="Well?", blocks=[box("why"), BUTTONS])["ts"]
    message = next(one for one in ann.direct_messages if one["ts"] == ts)
    ann.fill({"why": "so"}, on=message)
    assert ann.click("Done", on=message).acked
    assert '"value": "so"' in message["text"]
    assert message["bot_id"] == sent.bot_id
    with pytest.raises(AssertionError, match="no button"):
        ann.click("Done", on=message)


def test_a_plain_ack_is_ephemeral_and_in_channel_is_not(slack: Slack, bot: App, ann: Person) -> None:
    ann.command("/say", "psst", channel="C1")
    ann.command("/say", "hello all", channel="C1")
    assert [one["text"] for one in ann.ephemerals] == ["psst"]
    assert [one["text"] for one in slack.channels["C1"].messages] == ["hello all"]


def test_a_late_ack_is_a_timeout(slack: Slack, bot: App, ann: Person) -> None:
    @bot.shortcut("slow")
    def slow(ack: Ack) -> None:
        time.sleep(0.05)
        ack()

    slack.ack_limit = 0.02
    assert not ann.shortcut("slow").acked
    assert [one["type"] for one in slack.timeouts] == ["shortcut"]


def test_events_reach_the_bot_with_their_retries(slack: Slack, bot: App) -> None:
    seen: list[tuple[str, str | None]] = []

    @bot.event("member_joined_channel")
    def joined(body: Json, request: Any) -> None:
        number = request.headers.get("x-slack-retry-num", [None])[0]
        seen.append((body["event_id"], number))

    reply = slack.join("C1", "U2")
    assert reply is not None
    slack.event(
        team="T1",
        type="member_joined_channel",
        user="U2",
        channel="C1",
        event_id=reply.payload["event_id"],
        retry=Retry(1),
    )
    assert [number for _, number in seen] == [None, "1"]
    assert len({id for id, _ in seen}) == 1


def test_closing_tells_the_bot_only_if_it_asked(slack: Slack, bot: App, ann: Person) -> None:
    closed: list[bool] = []

    @bot.view_closed("form")
    def on_close(ack: Ack, body: Json) -> None:
        ack()
        closed.append(body["is_cleared"])

    open_form = bot.client.views_open
    open_form(trigger_id=slack.lend_trigger("U1", "T1"), view=modal())
    ann.close()
    open_form(trigger_id=slack.lend_trigger("U1", "T1"), view=modal(notify_on_close=True))
    ann.close()
    assert closed == [False]


# -- through sockets


@pytest.fixture
def server(slack: Slack) -> Iterator[SlackServer]:
    slack.monotonic = time.monotonic
    with SlackServer(slack) as server:
        yield server


@pytest.fixture
def connected(slack: Slack, server: SlackServer) -> Iterator[SocketModeHandler]:
    app = little_bot(WebClient(token="xoxb-T1", base_url=server.base_url))
    handler = SocketModeHandler(app, "xapp-1", web_client=app.client)
    handler.connect()  # type: ignore[no-untyped-call]
    slack.wait_for(lambda: server.sockets)
    yield handler
    handler.close()  # type: ignore[no-untyped-call]


def test_the_main_road_works_through_sockets(slack: Slack, connected: SocketModeHandler, ann: Person) -> None:
    reply = ann.command("/form", channel="C1")
    assert reply.acked
    assert slack.wait_for(lambda: reply.views)
    ann.submit({"why": "wrong", "choice": "yes"})
    assert ann.form_errors == {"why": "No."}
    ann.submit({"why": "fine"})
    assert ann.modal is None
    posted = connected.app.client.chat_postMessage(channel="C1", text="Well?", blocks=[BUTTONS])
    assert ann.click("done", on=posted["message"]).acked
    assert slack.wait_for(lambda: "Got 7" in slack.channels["C1"].messages[0]["text"])


def test_an_event_whose_socket_dies_comes_again(slack: Slack, server: SlackServer) -> None:
    import websocket

    def connect() -> websocket.WebSocket:
        url = WebClient(base_url=server.base_url).apps_connections_open(app_token="xapp-1")["url"]
        socket: websocket.WebSocket = websocket.create_connection(url, timeout=3)
        assert json.loads(socket.recv())["type"] == "hello"
        return socket

    slack.ack_limit = 0.2
    first = connect()
    slack.event(team="T1", type="app_home_opened", user="U1")
    assert json.loads(first.recv())["retry_attempt"] == 0
    first.close()
    second = connect()
    again = json.loads(second.recv())
    assert (again["retry_attempt"], again["retry_reason"]) == (1, "connection_failed")
    second.send(json.dumps({"envelope_id": again["envelope_id"]}))
    server.refresh_sockets()
    assert json.loads(second.recv())["reason"] == "refresh_requested"
    second.close()


def test_a_socket_needs_the_app_token(server: SlackServer) -> None:
    client = WebClient(base_url=server.base_url)
    assert refused(client.apps_connections_open, app_token="xapp-other")["error"] == "invalid_auth"
    assert refused(client.apps_connections_open, app_token="xoxb-T1")["error"] == "not_allowed_token_type"


def test_misfortune_reaches_through_the_socket(slack: Slack, server: SlackServer) -> None:
    client = WebClient(token="xoxb-T1", base_url=server.base_url, retry_handlers=[])
    slack.fail_next("chat.postMessage", drop_reply=True)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        client.chat_postMessage(channel="C1", text="Hi")
    assert len(slack.channels["C1"].messages) == 1
    slack.fail_next("chat.postMessage", retry_after=30)
    assert refused(client.chat_postMessage, channel="C1", text="Hi").headers["Retry-After"] == "30"
    url = slack.lend_response_url("U1", "T1", "C1")
    assert WebhookClient(url).send(text="Hi").status_code == 200
    client.files_upload_v2(channel="C1", filename="a.md", content="# Hi")
    assert [one.content for one in slack.files.values()] == [b"# Hi"]


def test_an_app_on_http_gets_signed_payloads(slack: Slack, client: WebClient, ann: Person) -> None:
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    from slack_bolt import BoltRequest

    app = App(client=client, signing_secret="s3cret")

    @app.command("/say")
    def say(ack: Ack, body: Json) -> None:
        ack(body["text"])

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            request = BoltRequest(body=raw, headers=dict(self.headers.items()))
            request.context["client"] = client
            answer = app.dispatch(request)
            self.send_response(answer.status)
            for name, values in answer.headers.items():
                self.send_header(name, values[0])
            self.end_headers()
            self.wfile.write(answer.body.encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    slack_server = SlackServer(slack).start()
    client.base_url = slack_server.base_url
    listener = HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    try:
        HttpDoor(f"http://127.0.0.1:{listener.server_port}/slack/events", "s3cret", slack)
        assert ann.command("/say", "psst", channel="C1").acked
        assert [one["text"] for one in ann.ephemerals] == ["psst"]
        HttpDoor(f"http://127.0.0.1:{listener.server_port}/slack/events", "other", slack)
        assert not ann.command("/say", "psst", channel="C1").acked
    finally:
        listener.shutdown()
        listener.server_close()
        slack_server.stop()


# -- shapes


@with_samples
def test_payloads_carry_only_keys_that_slack_sends(slack: Slack, bot: App, ann: Person) -> None:
    ts = bot.client.chat_postMessage(channel="C1", text="Well?", blocks=[box("why"), BUTTONS])["ts"]
    message = slack.channels["C1"].message(ts)
    assert message is not None
    command = ann.command("/form", channel="C1")
    sent = {
        "SlashCommandPayload": command.payload,
        "ViewSubmissionPayload": ann.submit({"why": "wrong", "choice": "yes"}).payload,
        "BlockActionPayload": ann.click("done", on=message).payload,
        "MessageShortcutPayload": ann.message_shortcut("any", message).payload,
    }
    for name, payload in sent.items():
        sample = json.loads((SAMPLES / "app-backend" / f"{name}.json").read_text())
        assert payload.keys() <= sample.keys(), name
        for part in ("view", "container", "user", "team", "channel"):
            if part in payload:
                assert payload[part].keys() - {"blocks"} <= sample[part].keys(), (name, part)
    joined = slack.join("C1", "U2")
    assert joined is not None
    sample = json.loads((SAMPLES / "events" / "MemberJoinedChannelPayload.json").read_text())
    assert joined.payload.keys() <= sample.keys()
    assert joined.payload["event"].keys() <= sample["event"].keys()


@with_samples
def test_answers_are_shaped_like_slacks(client: WebClient) -> None:
    answers = {
        "auth.test": client.auth_test(),
        "conversations.info": client.conversations_info(channel="C1", include_num_members=True),
        "conversations.list": client.conversations_list(),
        "users.info": client.users_info(user="U1", include_locale=True),
        "team.info": client.team_info(),
    }
    for name, answer in answers.items():
        sample = json.loads((SAMPLES / "api" / f"{name}.json").read_text())
        body = answer.data
        assert isinstance(body, dict)
        assert body.keys() <= sample.keys(), name
        for key, value in body.items():
            if isinstance(value, dict) and key != "response_metadata":
                assert value.keys() <= sample[key].keys(), (name, key)
