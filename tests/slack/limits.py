"""What Slack, or our house, would refuse in a message or a view: for every payload our builders emit."""

import json
import re
from collections.abc import Iterator
from html import unescape

from tests.slack import sizes
from tests.slack.blocks import problems_in_blocks
from tests.slack.composition import Json, in_keys, in_length, in_text

BROADCAST = re.compile(r"<!(channel|here|everyone)(\||>)")
LINK = re.compile(r"<[^<>|]*\|([^<>]*)>")
LONGEST_REPEATED = 2_000  # a longer text of the blocks need not stand in `text` as well

HOME_KEYS = frozenset({"type", "blocks", "private_metadata", "callback_id", "external_id"})
MODAL_KEYS = HOME_KEYS | {"title", "close", "submit", "submit_disabled", "clear_on_close", "notify_on_close"}


def problems_in_message(message: Json, *, edit: bool = False, says_it_all: bool = True) -> list[str]:
    """What is wrong with the arguments of a post or of an `edit`, by Slack's rules and the house's.

    `says_it_all`: `text` must repeat every section, header and context, because screen readers skip blocks.
    """
    return list(_in_message(message, edit, says_it_all))


def problems_in_view(view: Json) -> list[str]:
    """What is wrong with a modal or a home view."""
    return list(_in_view(view))


def _in_message(message: Json, edit: bool, says_it_all: bool) -> Iterator[str]:
    text, blocks = message.get("text") or "", message.get("blocks") or []
    longest = sizes.EDITED_TEXT if edit else sizes.MESSAGE_TEXT
    if len(text) > longest:
        yield f"text: {len(text)} characters, at most {longest}"
    if not text.strip() and (says_it_all or not blocks):
        yield "text: must not be empty"
    yield from problems_in_blocks(blocks, "message")
    total = sum(len(one) for one in every_text(blocks))
    if total > sizes.MESSAGE_BLOCKS_TEXT:
        yield f"blocks: {total} characters together, at most {sizes.MESSAGE_BLOCKS_TEXT}"
    yield from _broadcasts([text, *every_text(blocks, only="mrkdwn")])
    if says_it_all:
        said = unescape(spoken(text))
        for one in read_texts(blocks):
            if len(one) <= LONGEST_REPEATED and unescape(spoken(one)) not in said:
                yield f"text: does not say {one[:60]!r}"


def _in_view(view: Json) -> Iterator[str]:
    kind = view.get("type")
    if kind not in ("modal", "home"):
        yield f"view: unknown type {kind!r}"
        return
    yield from in_keys(view, "view", MODAL_KEYS if kind == "modal" else HOME_KEYS)
    blocks = view.get("blocks")
    if kind == "modal":
        yield from _in_modal(view)
        if not blocks:
            yield "view.blocks: must not be empty"
    yield from problems_in_blocks(blocks, kind)
    yield from _broadcasts(every_text(blocks, only="mrkdwn"))
    for key, longest in (
        ("private_metadata", sizes.PRIVATE_METADATA),
        ("callback_id", sizes.CALLBACK_ID),
        ("external_id", sizes.EXTERNAL_ID),
    ):
        if len(view.get(key) or "") > longest:
            yield f"view.{key}: {len(view[key])} characters, at most {longest}"
    if len(json.dumps(view).encode()) > sizes.VIEW_BYTES:
        yield f"view: more than {sizes.VIEW_BYTES} bytes"


def _in_modal(view: Json) -> Iterator[str]:
    yield from in_text(view.get("title"), "view.title", sizes.VIEW_TITLE, plain=True)
    for key, longest in (("submit", sizes.VIEW_SUBMIT), ("close", sizes.VIEW_CLOSE)):
        if view.get(key) is not None:
            yield from in_text(view[key], f"view.{key}", longest, plain=True)
    blocks = [block for block in view.get("blocks") or [] if isinstance(block, dict)]
    if any(block.get("type") == "input" for block in blocks) and not view.get("submit"):
        yield "view.submit: required, because the modal has inputs"
    if "callback_id" in view:
        yield from in_length(view["callback_id"], "view.callback_id", sizes.CALLBACK_ID)


def _broadcasts(texts: list[str]) -> Iterator[str]:
    for one in texts:
        if BROADCAST.search(one):
            yield f"text: wakes everybody: {one[:60]!r}"


def every_text(thing: object, only: str | None = None) -> list[str]:
    """Every text object's text anywhere inside, in order; of type `only` when given."""
    if isinstance(thing, list):
        return [text for one in thing for text in every_text(one, only)]
    if not isinstance(thing, dict):
        return []
    kind, text = thing.get("type"), thing.get("text")
    own = [text] if isinstance(text, str) and (kind == only or only is None) else []
    return own + [deeper for value in thing.values() for deeper in every_text(value, only)]


def read_texts(blocks: list[Json]) -> list[str]:
    """The texts a person reads in these blocks: sections and their fields, headers, contexts."""
    read: list[Json] = []
    for block in blocks:
        if not isinstance(block, dict):
            continue
        if block.get("type") in ("section", "header"):
            read += [block["text"]] if "text" in block else []
            read += block.get("fields", [])
        elif block.get("type") == "context":
            read += [one for one in block.get("elements", []) if one.get("type") in ("plain_text", "mrkdwn")]
    return [str(one.get("text", "")) for one in read if isinstance(one, dict)]


def spoken(text: str) -> str:
    """A text as it is heard: links by their label, no markup, no bullets, single spaces, lower case."""
    without_links = LINK.sub(r"\1", text)
    return " ".join(re.sub(r"[*_~`>•]", " ", without_links).split()).casefold()
