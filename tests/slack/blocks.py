"""Checks blocks: which surface shows them, what they hold, and that no two of a payload share an id."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.slack import sizes
from tests.slack.composition import Json, in_count, in_keys, in_length, in_text
from tests.slack.elements import EVERYWHERE, in_element, in_picture

SURFACES: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            "actions",
            "card",
            "context",
            "divider",
            "header",
            "image",
            "input",
            "rich_text",
            "section",
            "video",
        ),
        EVERYWHERE,
    ),
    "alert": frozenset({"modal"}),
    **dict.fromkeys(("carousel", "data_table", "table"), frozenset({"message", "home"})),
    **dict.fromkeys(
        ("container", "context_actions", "data_visualization", "markdown", "plan", "task_card"),
        frozenset({"message"}),
    ),
}

KEYS = {
    "actions": {"elements"},
    "alert": {"text", "level"},
    "context": {"elements"},
    "divider": set(),
    "header": {"text"},
    "image": {"image_url", "slack_file", "alt_text", "title"},
    "input": {"label", "element", "hint", "optional", "dispatch_action"},
    "markdown": {"text"},
    "section": {"text", "fields", "accessory", "expand"},
    "rich_text": {"elements"},
    "table": {"rows", "column_settings"},
    "data_visualization": {"title", "chart"},
}  # of the other types only surface and ids are checked: no builder of ours emits them


def problems_in_blocks(blocks: Any, surface: str) -> list[str]:
    """Everything Slack would refuse in these blocks on a "message", "modal" or "home"."""
    return list(_in_blocks(blocks, surface))


def _in_blocks(blocks: Any, surface: str) -> Iterator[str]:
    most = sizes.MESSAGE_BLOCKS if surface == "message" else sizes.VIEW_BLOCKS
    if not isinstance(blocks, list):
        yield "blocks: must be a list"
        return
    if len(blocks) > most:
        yield f"blocks: {len(blocks)} items, at most {most}"
    for place, block in enumerate(blocks):
        yield from _in_block(block, f"blocks[{place}]", surface)
    known = [block for block in blocks if isinstance(block, dict)]
    ids = Counter(block["block_id"] for block in known if "block_id" in block)
    yield from (f"blocks: block_id {name!r} is used {times} times" for name, times in ids.items() if times > 1)
    kinds = Counter(block.get("type") for block in known)
    if kinds["table"] > 1:
        yield "blocks: more than one table"
    if kinds["data_visualization"] > sizes.CHARTS_PER_MESSAGE:
        yield f"blocks: more than {sizes.CHARTS_PER_MESSAGE} charts"


def _in_block(block: Any, where: str, surface: str) -> Iterator[str]:
    if not isinstance(block, dict) or block.get("type") not in SURFACES:
        yield f"{where}: unknown block type {block.get('type') if isinstance(block, dict) else block!r}"
        return
    name = block["type"]
    if surface not in SURFACES[name]:
        yield f"{where}: a {name} block is not allowed in a {surface}"
    if "block_id" in block:
        yield from in_length(block["block_id"], f"{where}.block_id", sizes.BLOCK_ID)
    if name in KEYS:
        yield from in_keys(block, where, KEYS[name] | {"type", "block_id"})
    if name in CHECKS:
        yield from CHECKS[name](block, where, surface)


def _in_section(block: Json, where: str, surface: str) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield f"{where}: must have text or fields"
    if "text" in block:
        yield from in_text(block["text"], f"{where}.text", sizes.SECTION_TEXT)
    if "fields" in block:
        yield from in_count(block["fields"], f"{where}.fields", sizes.SECTION_FIELDS)
        for place, field in enumerate(block["fields"]):
            yield from in_text(field, f"{where}.fields[{place}]", sizes.SECTION_FIELD)
    if "accessory" in block:
        yield from in_element(block["accessory"], f"{where}.accessory", "section", surface)


def _in_header(block: Json, where: str, surface: str) -> Iterator[str]:
    yield from in_text(block.get("text"), f"{where}.text", sizes.HEADER_TEXT, plain=True)


def _in_context(block: Json, where: str, surface: str) -> Iterator[str]:
    yield from in_count(block.get("elements"), f"{where}.elements", sizes.CONTEXT_ELEMENTS)
    for place, element in enumerate(block.get("elements") or []):
        at = f"{where}.elements[{place}]"
        if isinstance(element, dict) and element.get("type") in ("plain_text", "mrkdwn"):
            yield from in_text(element, at, sizes.ANY_TEXT)
        else:
            yield from in_element(element, at, "context", surface)


def _in_actions(block: Json, where: str, surface: str) -> Iterator[str]:
    elements = block.get("elements") or []
    yield from in_count(elements, f"{where}.elements", sizes.ACTIONS_ELEMENTS)
    for place, element in enumerate(elements):
        yield from in_element(element, f"{where}.elements[{place}]", "actions", surface)
    ids = Counter(one["action_id"] for one in elements if isinstance(one, dict) and "action_id" in one)
    yield from (f"{where}: action_id {name!r} is used {times} times" for name, times in ids.items() if times > 1)


def _in_input(block: Json, where: str, surface: str) -> Iterator[str]:
    yield from in_text(block.get("label"), f"{where}.label", sizes.INPUT_LABEL, plain=True)
    if "hint" in block:
        yield from in_text(block["hint"], f"{where}.hint", sizes.INPUT_HINT, plain=True)
    yield from in_element(block.get("element"), f"{where}.element", "input", surface)


def _in_image(block: Json, where: str, surface: str) -> Iterator[str]:
    yield from in_picture(block, where)
    if "title" in block:
        yield from in_text(block["title"], f"{where}.title", sizes.IMAGE_TITLE, plain=True)


def _in_markdown(block: Json, where: str, surface: str) -> Iterator[str]:
    yield from in_length(block.get("text"), f"{where}.text", sizes.MARKDOWN_TEXT)


def _in_alert(block: Json, where: str, surface: str) -> Iterator[str]:
    yield from in_text(block.get("text"), f"{where}.text", sizes.ALERT_TEXT)


def _in_rich_text(block: Json, where: str, surface: str) -> Iterator[str]:
    if not isinstance(block.get("elements"), list):
        yield f"{where}.elements: must be a list"


def _in_table(block: Json, where: str, surface: str) -> Iterator[str]:
    rows = block.get("rows")
    yield from in_count(rows, f"{where}.rows", sizes.TABLE_ROWS)
    for place, row in enumerate(rows or []):
        yield from in_count(row, f"{where}.rows[{place}]", sizes.TABLE_COLUMNS)


def _in_chart(block: Json, where: str, surface: str) -> Iterator[str]:
    yield from in_length(block.get("title"), f"{where}.title", sizes.CHART_TITLE)
    if not isinstance(block.get("chart"), dict):
        yield f"{where}.chart: must be an object"


CHECKS = {
    "section": _in_section,
    "header": _in_header,
    "context": _in_context,
    "actions": _in_actions,
    "input": _in_input,
    "image": _in_image,
    "markdown": _in_markdown,
    "alert": _in_alert,
    "rich_text": _in_rich_text,
    "table": _in_table,
    "data_visualization": _in_chart,
}
