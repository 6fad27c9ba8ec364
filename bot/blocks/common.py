"""The words of Block Kit that every ritual uses, with Slack's limits kept and people's words made harmless."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]

SECTION_LIMIT = 3_000
PLAIN_LIMIT = 2_000  # labels and hints
OPTION_LIMIT = 75
TITLE_LIMIT = 24
LONGEST_EDIT = 4_000  # of the `text` of an edited message; a new one may have ten times as much


@dataclass(frozen=True)
class Message:
    """A message to post: `text` says all that the blocks say, for screen readers and notifications.

    In a thread when `thread_ts` is given; in place of the message `edits` when that is given. `plainer` blocks are
    posted where a workspace doesn't take `blocks`: Slack rolls new kinds out bit by bit.
    """

    text: str
    blocks: list[Json]
    thread_ts: str | None = None
    edits: str | None = None
    plainer: list[Json] | None = None


def message(blocks: Sequence[Json], *, thread_ts: str | None = None, edits: str | None = None) -> Message:
    """A message whose `text` is made of its blocks, so that nobody gets less by ear than by eye.

    An edit takes less `text` than blocks: links lose their addresses there, then long lines their end.
    """
    lines = list(_spoken(blocks))
    if edits is not None and _length(lines) > LONGEST_EDIT:
        lines = [re.sub(r"<https?:[^|>]*\|([^>]*)>", r"\1", line) for line in lines]
        while (over := _length(lines) - LONGEST_EDIT) > 0:
            longest = max(range(len(lines)), key=lambda number: len(lines[number]))
            lines[longest] = _shortened(lines[longest], over)
    return Message("\n".join(lines), list(blocks), thread_ts, edits)


def _length(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _shortened(line: str, by: int) -> str:
    """By at least so much or by half, and never cut inside a mention or an `&amp;`."""
    kept = line[: max(len(line) - by - 1, len(line) // 2)]
    return re.sub(r"(&[a-z]{0,3}|<[^>]*)$", "", kept).rstrip() + "…"


def _spoken(blocks: Sequence[Json]) -> Iterable[str]:
    for block in blocks:
        match block:
            case {"type": "header", "text": {"text": words}}:
                yield escape(words)
            case {"type": "section", "text": {"text": words}}:
                yield words
            case {"type": "context", "elements": elements}:
                yield from (element["text"] for element in elements if "text" in element)


# --- people's words -------------------------------------------------------------------------------------


def escape(words: str) -> str:
    """Somebody's words as Slack shows them literally: no mention, link or ping comes out of them."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clip(words: str, limit: int) -> str:
    """At most `limit` characters, with an ellipsis where something was left out; never empty."""
    words = words.strip()
    return (words if len(words) <= limit else words[: limit - 1].rstrip() + "…") or "…"


def quote(words: str, limit: int = 2_500) -> str:
    """Somebody's words, escaped, as a quotation."""
    return "\n".join(f">{line}" for line in clip_escaped(words, limit).splitlines())


def clip_escaped(words: str, limit: int) -> str:
    """Escaped words of at most `limit` characters, never cut inside an `&amp;`."""
    escaped = escape(words.strip())
    if len(escaped) <= limit:
        return escaped or "…"
    return re.sub(r"&[a-z]{0,3}$", "", escaped[: limit - 1]).rstrip() + "…"


def counted(many: int, what: str) -> str:
    """1 slot, 2 slots, 1,000 slots."""
    return f"{many:,} {what}{'' if many == 1 else 's'}"


def instant(at: datetime, zone: str) -> str:
    """A moment in each reader's own zone, and in the schedule's where Slack can't tell."""
    local = at.astimezone(ZoneInfo(zone))
    fallback = f"{local:%a} {local.day} {local:%b %Y}, {local:%H:%M} {local:%Z}"
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{fallback}>"


def hour(at: datetime, zone: str) -> str:
    """The time of day alone, in each reader's own zone."""
    local = at.astimezone(ZoneInfo(zone))
    return f"<!date^{int(at.timestamp())}^{{time}}|{local:%H:%M} {local:%Z}>"


def there(at: datetime, zone: str) -> str:
    """A moment in the schedule's own zone, for everybody alike: Tue 1 Dec 2026, 10:00."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y}, {local:%H:%M}"


# --- blocks ---------------------------------------------------------------------------------------------


def plain(words: str, limit: int) -> Json:
    return {"type": "plain_text", "text": clip(words, limit), "emoji": True}


def mrkdwn(words: str, limit: int = SECTION_LIMIT) -> Json:
    """Marked-up text. People's words in it were escaped before; `verbatim` keeps Slack from linking names."""
    return {"type": "mrkdwn", "text": clip(words, limit), "verbatim": True}


def header(words: str) -> Json:
    return {"type": "header", "text": plain(words, 150)}


def section(words: str, accessory: Json | None = None) -> Json:
    return {"type": "section", "text": mrkdwn(words)} | ({"accessory": accessory} if accessory else {})


def context(words: str) -> Json:
    return {"type": "context", "elements": [mrkdwn(words)]}


def divider() -> Json:
    return {"type": "divider"}


def button(
    words: str,
    action: str,
    value: str = "",
    *,
    primary: bool = False,
    danger: bool = False,
    said: str | None = None,
) -> Json:
    """A button; `said` is what a screen reader says when `words` alone are ambiguous."""
    built: Json = {"type": "button", "text": plain(words, 75), "action_id": action}
    if value:
        built["value"] = value
    if primary or danger:
        built["style"] = "primary" if primary else "danger"
    if said:
        built["accessibility_label"] = clip(said, 75)
    return built


def sure(built: Json, title: str, words: str, yes: str) -> Json:
    """The same button, asking back first."""
    return built | {
        "confirm": {
            "title": plain(title, 100),
            "text": plain(words, 300),
            "confirm": plain(yes, 30),
            "deny": plain("Not now", 30),
        }
    }


def actions(block_id: str, *elements: Json) -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


# --- forms ----------------------------------------------------------------------------------------------


def option(value: str, words: str) -> Json:
    return {"text": plain(words, OPTION_LIMIT), "value": value}


def field(name: str, label: str, element: Json, *, hint: str | None = None, optional: bool = False) -> Json:
    """A box of a form; `name` is its block_id, under which an InvalidField lands and the reader finds it."""
    built: Json = {
        "type": "input",
        "block_id": name,
        "label": plain(label, PLAIN_LIMIT),
        "element": element | {"action_id": name},
        "optional": optional,
    }
    if hint:
        built["hint"] = plain(hint, PLAIN_LIMIT)
    return built


def text_box(*, initial: str | None = None, placeholder: str | None = None, lines: bool = False) -> Json:
    built: Json = {"type": "plain_text_input", "multiline": lines}
    if initial:
        built["initial_value"] = clip(initial, 3_000)
    if placeholder:
        built["placeholder"] = plain(placeholder, 150)
    return built


def select(options: Sequence[Json], initial: str | None = None) -> Json:
    """A choice of one. What stands there at first is the placeholder too, for clients that show only that."""
    built: Json = {"type": "static_select", "options": list(options)} | _initial(options, initial)
    if "initial_option" in built:
        built["placeholder"] = plain(built["initial_option"]["text"]["text"], 150)
    return built


def radio(options: Sequence[Json], initial: str | None = None) -> Json:
    return {"type": "radio_buttons", "options": list(options)} | _initial(options, initial)


def _initial(options: Sequence[Json], value: str | None) -> Json:
    chosen = [choice for choice in options if choice["value"] == value]
    return {"initial_option": chosen[0]} if chosen else {}


def checkboxes(options: Sequence[Json], initial: Iterable[str] = ()) -> Json:
    wanted = set(initial)
    chosen = [choice for choice in options if choice["value"] in wanted]
    return {"type": "checkboxes", "options": list(options)} | ({"initial_options": chosen} if chosen else {})


def day_box(initial: date) -> Json:
    return {"type": "datepicker", "initial_date": initial.isoformat()}


def modal(
    callback: str,
    title: str,
    blocks: Sequence[Json],
    *,
    submit: str | None = None,
    close: str = "Cancel",
    carries: Json | None = None,
    ends_all: bool = False,
) -> Json:
    """A modal. `carries` travels with it, unseen (ids and what earlier steps asked, 3,000 characters at most).

    `ends_all`: closing it closes the forms beneath it too.
    """
    view: Json = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, TITLE_LIMIT),
        "close": plain(close, TITLE_LIMIT),
        "blocks": list(blocks),
        "private_metadata": json.dumps(carries or {}, ensure_ascii=False, separators=(",", ":")),
        "clear_on_close": ends_all,
    }
    if submit:
        view["submit"] = plain(submit, TITLE_LIMIT)
    return view


def notice(title: str, *words: str) -> Json:
    """A modal that only says something, and closes all when it is closed."""
    return modal("notice", title, [section(line) for line in words], close="Close", ends_all=True)


def carried(view: Json) -> Json:
    """What the modal carries; empty when it carries nothing."""
    loaded: Json = json.loads(view.get("private_metadata") or "{}")
    return loaded


def read_form(view: Json) -> dict[str, Any]:
    """What was filled in, by the names of the boxes: text, a choice's value, a list of them, a date, or None.

    A box that must be filled and came back without a value counts as left as it was: some clients send only
    what was touched. Ticks that were all taken away come as an empty list, which is an answer.
    """
    values = view.get("state", {}).get("values", {})
    read: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            name, element = block["block_id"], block["element"]
            given = _value(values.get(name, {}).get(element["action_id"]) or {})
            read[name] = _untouched(element) if given is None and not block.get("optional") else given
    return read


def _value(state: Json) -> Any:
    if state.get("selected_option"):
        return state["selected_option"]["value"]
    if "selected_options" in state:
        return [choice["value"] for choice in state["selected_options"] or []]
    for name in ("value", "selected_date", "selected_conversation", "selected_user", "selected_users"):
        if state.get(name) is not None:
            return state[name]
    return None


def _untouched(element: Json) -> Any:
    if "initial_option" in element:
        return element["initial_option"]["value"]
    if "initial_options" in element:
        return [choice["value"] for choice in element["initial_options"]]
    if element["type"] == "checkboxes":
        return []
    return element.get("initial_value") or element.get("initial_date") or element.get("initial_conversation")
