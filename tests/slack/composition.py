"""Checks the small objects Block Kit is composed of: texts, options, confirmations."""

from collections.abc import Iterator
from typing import Any

from tests.slack import sizes

Json = dict[str, Any]


def in_text(text: Any, where: str, longest: int, *, plain: bool = False) -> Iterator[str]:
    """What is wrong with a text object; `plain` where Slack takes no markup."""
    if not isinstance(text, dict):
        yield f"{where}: must be a text object"
        return
    kind = text.get("type")
    if kind not in ("plain_text", "mrkdwn"):
        yield f"{where}: unknown text type {kind!r}"
    elif plain and kind != "plain_text":
        yield f"{where}: must be plain_text"
    yield from in_keys(text, where, {"type", "text", "emoji" if kind == "plain_text" else "verbatim"})
    yield from in_length(text.get("text"), f"{where}.text", longest)


def in_length(value: Any, where: str, longest: int, *, shortest: int = 1) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{where}: must be a string"
    elif len(value) < shortest or not value.strip():
        yield f"{where}: must not be empty"
    elif len(value) > longest:
        yield f"{where}: {len(value)} characters, at most {longest}"


def in_keys(thing: Json, where: str, known: set[str] | frozenset[str]) -> Iterator[str]:
    for key in thing.keys() - known:
        yield f"{where}: unknown key {key!r}"


def in_count(things: Any, where: str, most: int) -> Iterator[str]:
    if not isinstance(things, list) or not things:
        yield f"{where}: must be a list with something in it"
    elif len(things) > most:
        yield f"{where}: {len(things)} items, at most {most}"


def in_option(option: Any, where: str, *, markup: bool) -> Iterator[str]:
    """What is wrong with an option; `markup` in radio buttons and checkboxes, whose texts may be mrkdwn."""
    if not isinstance(option, dict):
        yield f"{where}: must be an option"
        return
    yield from in_keys(option, where, {"text", "value", "description", "url"})
    yield from in_text(option.get("text"), f"{where}.text", sizes.OPTION_TEXT, plain=not markup)
    yield from in_length(option.get("value"), f"{where}.value", sizes.OPTION_VALUE)
    if "description" in option:
        longest = sizes.OPTION_DESCRIPTION
        yield from in_text(option["description"], f"{where}.description", longest, plain=not markup)


def in_confirm(confirm: Any, where: str) -> Iterator[str]:
    if not isinstance(confirm, dict):
        yield f"{where}: must be a confirmation dialog"
        return
    yield from in_keys(confirm, where, {"title", "text", "confirm", "deny", "style"})
    yield from in_text(confirm.get("title"), f"{where}.title", sizes.CONFIRM_TITLE, plain=True)
    yield from in_text(confirm.get("text"), f"{where}.text", sizes.CONFIRM_TEXT)
    yield from in_text(confirm.get("confirm"), f"{where}.confirm", sizes.CONFIRM_BUTTON, plain=True)
    yield from in_text(confirm.get("deny"), f"{where}.deny", sizes.CONFIRM_BUTTON, plain=True)
    yield from in_style(confirm, where)


def in_style(thing: Json, where: str) -> Iterator[str]:
    if thing.get("style", "primary") not in ("primary", "danger"):
        yield f"{where}.style: must be primary or danger"
