"""What Slack's client does with inputs: the state it sends, and what it will not let a person send."""

from collections.abc import Iterator
from typing import Any

from tests.slack import sizes
from tests.slack.elements import options_of
from tests.slack.records import Json

SELECTED = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
}  # under which key each element's answer travels
MANY = frozenset({"selected_options", "selected_users", "selected_conversations", "selected_channels", "files"})
STATELESS = frozenset({"button", "overflow", "image"})


def elements_in(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element with its block, in reading order."""
    for block in blocks:
        inside = [block.get("accessory"), block.get("element"), *(block.get("elements") or [])]
        for element in inside:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def answered(element: Json, value: Any) -> Json:
    """The element's state with `value` chosen or typed. Raises AssertionError when it isn't on offer."""
    kind = element["type"]
    key = SELECTED[kind]
    if key == "selected_option":
        return {"type": kind, key: None if value is None else _option(element, value)}
    if key == "selected_options":
        return {"type": kind, key: [_option(element, one) for one in value or []]}
    if key in MANY:
        return {"type": kind, key: list(value or [])}
    return {"type": kind, key: value}


def _option(element: Json, value: Any) -> Json:
    if element["type"] in ("external_select", "multi_external_select"):
        return {"text": {"type": "plain_text", "text": str(value)}, "value": str(value)}
    options = options_of(element)
    for option in options:
        if value in (option["value"], option["text"]["text"]):
            return option
    offered = [option["value"] for option in options]
    raise AssertionError(f"no option {value!r} in {element['action_id']}, only {offered}")


def untouched(element: Json) -> Json:
    """The element's state before anybody touched it: its initial value, or nothing."""
    key = SELECTED[element["type"]]
    initial = element.get("initial_" + key.removeprefix("selected_"))
    return {"type": element["type"], key: [] if key in MANY and initial is None else initial}


def state_values(blocks: list[Json], typed: Json) -> Json:
    """`state.values`: every stateful element, with what was `typed` or its initial value."""
    values: Json = {}
    for block, element in elements_in(blocks):
        if element["type"] not in STATELESS:
            given = typed.get(block["block_id"], {}).get(element["action_id"])
            kept = given if given and given["type"] == element["type"] else untouched(element)
            values.setdefault(block["block_id"], {})[element["action_id"]] = kept
    return values


def refused_by_client(blocks: list[Json], values: Json) -> dict[str, str]:
    """What Slack's client shows under the inputs instead of submitting, by block_id."""
    refusals = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        answer = values[block["block_id"]][element["action_id"]][SELECTED[element["type"]]]
        if answer in (None, "", []):
            if not block.get("optional"):
                refusals[block["block_id"]] = "required"
        elif element["type"] == "plain_text_input":
            shortest, longest = element.get("min_length", 0), element.get("max_length", sizes.TYPED_TEXT)
            if not shortest <= len(answer) <= longest:
                refusals[block["block_id"]] = f"must have {shortest} to {longest} characters"
        elif element["type"] == "number_input" and not _number_fits(element, str(answer)):
            refusals[block["block_id"]] = "not a number in range"
        elif isinstance(answer, list) and len(answer) > element.get("max_selected_items", len(answer)):
            refusals[block["block_id"]] = "too many chosen"
    return refusals


def _number_fits(element: Json, answer: str) -> bool:
    try:
        number = float(answer) if element["is_decimal_allowed"] else int(answer)
    except ValueError:
        return False
    return float(element.get("min_value", "-inf")) <= number <= float(element.get("max_value", "inf"))
