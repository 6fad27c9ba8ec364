"""Checks the elements of Block Kit: where each may stand, what it may carry, how long it may be."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.slack import sizes
from tests.slack.composition import (
    Json,
    in_confirm,
    in_count,
    in_keys,
    in_length,
    in_option,
    in_style,
    in_text,
)

EVERYWHERE = frozenset({"message", "modal", "home"})
MODALS = frozenset({"modal"})
MOST_OPTIONS = {
    "radio_buttons": sizes.CHOICE_OPTIONS,
    "checkboxes": sizes.CHOICE_OPTIONS,
    "overflow": sizes.OVERFLOW_OPTIONS,
}  # of the others: SELECT_OPTIONS
CHOSEN_FROM_A_LIST = ("static_select", "multi_static_select", "radio_buttons", "checkboxes", "overflow")


@dataclass(frozen=True)
class Kind:
    """One type of element: its own keys, the blocks that take it, the surfaces that show it."""

    blocks: frozenset[str]
    keys: frozenset[str]
    surfaces: frozenset[str] = EVERYWHERE


def _kind(blocks: str, keys: str, surfaces: frozenset[str] = EVERYWHERE) -> Kind:
    return Kind(frozenset(blocks.split()), frozenset(f"type action_id {keys}".split()), surfaces)


_PICK = "placeholder confirm focus_on_load"
_TYPED = "placeholder initial_value dispatch_action_config focus_on_load"
_SOME = "max_selected_items"
_WHERE = "default_to_current_conversation filter"

KINDS = {
    "button": _kind("section actions", "text url value style confirm accessibility_label"),
    "overflow": _kind("section actions", "options confirm"),
    "datepicker": _kind("section actions input", f"{_PICK} initial_date"),
    "timepicker": _kind("section actions input", f"{_PICK} initial_time timezone"),
    "datetimepicker": _kind("actions input", "confirm focus_on_load initial_date_time"),
    "radio_buttons": _kind("section actions input", "options initial_option confirm focus_on_load"),
    "checkboxes": _kind("section actions input", "options initial_options confirm focus_on_load"),
    "static_select": _kind("section actions input", f"{_PICK} options option_groups initial_option"),
    "external_select": _kind("section actions input", f"{_PICK} initial_option min_query_length"),
    "users_select": _kind("section actions input", f"{_PICK} initial_user"),
    "conversations_select": _kind(
        "section actions input", f"{_PICK} {_WHERE} initial_conversation response_url_enabled"
    ),
    "channels_select": _kind("section actions input", f"{_PICK} initial_channel response_url_enabled"),
    "multi_static_select": _kind("section input", f"{_PICK} {_SOME} options option_groups initial_options"),
    "multi_external_select": _kind("section input", f"{_PICK} {_SOME} initial_options min_query_length"),
    "multi_users_select": _kind("section input", f"{_PICK} {_SOME} initial_users"),
    "multi_conversations_select": _kind("section input", f"{_PICK} {_SOME} {_WHERE} initial_conversations"),
    "multi_channels_select": _kind("section input", f"{_PICK} {_SOME} initial_channels"),
    "plain_text_input": _kind("input", f"{_TYPED} multiline min_length max_length"),
    "rich_text_input": _kind("input", _TYPED, frozenset({"modal", "home"})),
    "number_input": _kind("input", f"{_TYPED} is_decimal_allowed min_value max_value", MODALS),
    "email_text_input": _kind("input", _TYPED, MODALS),
    "url_text_input": _kind("input", _TYPED, MODALS),
    "file_input": _kind("input", "filetypes max_files", MODALS),
    "image": Kind(frozenset({"section", "context"}), frozenset({"type", "image_url", "slack_file", "alt_text"})),
}


def in_element(element: Any, where: str, block: str, surface: str) -> Iterator[str]:
    """What is wrong with an element that stands in a `block` ("section", "actions", ...) on a `surface`."""
    if not isinstance(element, dict) or element.get("type") not in KINDS:
        yield f"{where}: unknown element type in {str(element)[:60]}"
        return
    name = element["type"]
    kind = KINDS[name]
    if block not in kind.blocks:
        yield f"{where}: {name} is not allowed in a {block} block"
    if surface not in kind.surfaces:
        yield f"{where}: {name} is not allowed in a {surface}"
    yield from in_keys(element, where, kind.keys)
    if "action_id" in element:
        yield from in_length(element["action_id"], f"{where}.action_id", sizes.ACTION_ID)
    if "placeholder" in element:
        yield from in_text(element["placeholder"], f"{where}.placeholder", sizes.PLACEHOLDER, plain=True)
    if "confirm" in element:
        yield from in_confirm(element["confirm"], f"{where}.confirm")
    if name == "button":
        yield from _in_button(element, where)
    elif name == "image":
        yield from in_picture(element, where)
    elif name in CHOSEN_FROM_A_LIST:
        yield from _in_choices(element, where)
    elif name == "plain_text_input":
        yield from _in_typed_text(element, where)
    elif name == "number_input" and not isinstance(element.get("is_decimal_allowed"), bool):
        yield f"{where}: number_input must say is_decimal_allowed"


def in_picture(picture: Json, where: str) -> Iterator[str]:
    yield from in_length(picture.get("alt_text"), f"{where}.alt_text", sizes.IMAGE_ALT_TEXT)
    if ("image_url" in picture) == ("slack_file" in picture):
        yield f"{where}: must have either image_url or slack_file"
    if "image_url" in picture:
        yield from in_length(picture["image_url"], f"{where}.image_url", sizes.URL)


def _in_button(button: Json, where: str) -> Iterator[str]:
    yield from in_text(button.get("text"), f"{where}.text", sizes.BUTTON_TEXT, plain=True)
    for key, longest in (
        ("value", sizes.BUTTON_VALUE),
        ("url", sizes.URL),
        ("accessibility_label", sizes.BUTTON_LABEL),
    ):
        if key in button:
            yield from in_length(button[key], f"{where}.{key}", longest)
    yield from in_style(button, where)


def options_of(element: Json) -> list[Json]:
    """Every option of an element, those inside groups included."""
    grouped = [option for group in element.get("option_groups", []) for option in group.get("options", [])]
    return [*element.get("options", []), *grouped]


def _in_choices(element: Json, where: str) -> Iterator[str]:
    name = element["type"]
    markup = name in ("radio_buttons", "checkboxes")
    most = MOST_OPTIONS.get(name, sizes.SELECT_OPTIONS)
    if ("options" in element) == ("option_groups" in element):
        yield f"{where}: must have either options or option_groups"
        return
    if "option_groups" in element:
        groups = element["option_groups"]
        yield from in_count(groups, f"{where}.option_groups", sizes.OPTION_GROUPS)
        for place, group in enumerate(groups):
            at = f"{where}.option_groups[{place}]"
            yield from in_keys(group, at, {"label", "options"})
            yield from in_text(group.get("label"), f"{at}.label", sizes.OPTION_GROUP_LABEL, plain=True)
            yield from in_count(group.get("options"), f"{at}.options", most)
    else:
        yield from in_count(element["options"], f"{where}.options", most)
    options = options_of(element)
    for place, option in enumerate(options):
        yield from in_option(option, f"{where}.options[{place}]", markup=markup)
    values = [option.get("value") for option in options if isinstance(option, dict)]
    if len(set(values)) < len(values):
        yield f"{where}: two options have the same value"
    chosen = [element["initial_option"]] if "initial_option" in element else element.get("initial_options", [])
    if "initial_options" in element and not chosen:
        yield f"{where}: initial_options must not be empty"
    yield from (f"{where}: an initial option is not among the options" for one in chosen if one not in options)


def _in_typed_text(element: Json, where: str) -> Iterator[str]:
    shortest, longest = element.get("min_length", 0), element.get("max_length", sizes.TYPED_TEXT)
    if not 0 <= shortest <= sizes.TYPED_TEXT or not 1 <= longest <= sizes.TYPED_TEXT or shortest > longest:
        yield f"{where}: min_length and max_length must lie in order between 0 and {sizes.TYPED_TEXT}"
    if len(element.get("initial_value", "")) > longest:
        yield f"{where}: initial_value is longer than max_length"
