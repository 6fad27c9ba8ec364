"""The forms of the registry, each beside its reader: an area, start with ten, a name for a role, a lesson."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.blocks.common import (
    Json,
    carried,
    clip,
    clip_escaped,
    context,
    escape,
    field,
    modal,
    notice,
    option,
    read_form,
    section,
    select,
    text_box,
)
from rituals.decisions.entry import LONGEST_ALIAS, Entry, cells_of, read_entry, stamp
from rituals.decisions.registry import as_alias
from rituals.errors import InvalidField

DOORS = {
    "two-way": "Two-way: easily undone",
    "costly": "Costly: can be undone, at a price",
    "one-way": "One-way: can't be undone",
}
LEVELS = {
    "1": "1 Tell: decided, then told",
    "2": "2 Sell: decided, then explained",
    "3": "3 Consult: the team is asked first",
    "4": "4 Agree: decided together",
    "5": "5 Advise: the team decides, after advice",
    "6": "6 Inquire: the team decides, and tells",
    "7": "7 Delegate: the team decides",
}
PARTS = "Several are separated by |."
LONGEST_TYPED = 3_000  # characters of a box; a longer list stays out of the form, and as it is
People = Sequence[tuple[str, str]]


def area_form(entry: Entry | None, words: str = "", question: str = "") -> Json:
    """One area: new when `entry` is None. A list that no box can hold isn't shown, and stays as it is."""
    cells = cells_of(entry) if entry else {"aliases": as_alias(words)}

    def box(name: str, label: str, hint: str | None = None, *, needed: bool = False, lines: bool = False) -> Json:
        return field(name, label, text_box(initial=cells.get(name), lines=lines), hint=hint, optional=not needed)

    doors = [option(key, words) for key, words in DOORS.items()]
    levels = [option(key, words) for key, words in LEVELS.items()]
    boxes = [
        box("area", "Area", "What is decided, like: Buying a tool", needed=True),
        box("aliases", "Other words for it", f"What people ask when they mean it. {PARTS}"),
        box("decide", "Who decides", "Exactly one role. `/whodecides role` says who that is.", needed=True),
        field("door", "Can it be undone?", select(doors, cells.get("door")), optional=True),
        field(
            "delegation_level",
            "How far is it handed to the team?",
            select(levels, cells.get("delegation_level")),
            optional=True,
        ),
        box("guardrail", "Within what", "A limit that always holds", lines=True),
        box("consult", "Whom to ask first", PARTS),
        box("agree_or_veto", "Who must agree", PARTS),
        box("deputy", "Who stands in"),
        box("escalation", "Where to turn without an answer"),
        box("escalate_after", "After how long", "Like: 3 working days"),
        box("review_by", "Look at it again by", "Like 2027-03-31; a month means its last day"),
    ]
    shown = [one for one in boxes if len(cells.get(one["block_id"], "")) <= LONGEST_TYPED]
    left_out = [one["label"]["text"] for one in boxes if one not in shown]
    if left_out:
        shown.append(context(f"Too long for a form, so it stays as it is: {', '.join(left_out)}."))
    return modal(
        "decision_area",
        "Edit an area" if entry else "New area",
        shown,
        submit="Save",
        carries={"ref": entry.ref, "seen": stamp(entry)} if entry else {"question": question},
    )


def edited(view: Json) -> tuple[str, str] | None:
    """(reference, stamp) of the area that the form shows; None for a new one."""
    carries = carried(view)
    return (carries["ref"], carries["seen"]) if "ref" in carries else None


def asked(view: Json) -> str:
    """The question from which a new area comes; empty without one."""
    return str(carried(view).get("question", ""))


def read_area(view: Json, kept: Entry | None) -> Entry:
    """The area as filled in; what the form doesn't show stays as in `kept`.

    Raises InvalidField under the box that must be mended.
    """
    given = {name: value or "" for name, value in read_form(view).items()}
    before = cells_of(kept) if kept else {}
    entry, wrong = read_entry(before | given)
    if entry is None:
        name, said = next(iter(wrong.items()))
        raise InvalidField(name, f"{said[0].upper()}{said[1:]}.")
    return replace(entry, ref=kept.ref if kept else "")


def ten_form(areas: Sequence[Entry], people: People | None) -> Json:
    """Ten common areas, and a person for each; `people` None: more than a list can hold, looked for by name."""
    blocks: list[Json] = [section("Pick who decides. Two minutes; what you leave out can wait.")]
    for entry in areas:
        blocks.append(field(entry.ref, entry.area, _person(people), optional=True))
    return modal("decision_ten", "Start with ten", blocks, submit="Save")


def read_ten(view: Json) -> dict[str, str]:
    """The person picked for each reference."""
    return {ref: person for ref, person in read_form(view).items() if person}


def name_form(role: str, people: People | None) -> Json:
    """Who a role is."""
    return modal(
        "decision_name",
        "Who is it?",
        [
            section(f"In the registry: *{escape(role)}*"),
            field("person", "Person", _person(people), optional=True),
            field("group", "or a user group", text_box(placeholder="S0123ABCD"), hint="Its id", optional=True),
        ],
        submit="Save",
        carries={"role": role},
    )


def read_name(view: Json) -> tuple[str, str | None, str | None]:
    """(role, person, group). Raises InvalidField."""
    given = read_form(view)
    group = (given["group"] or "").strip().upper() or None
    if group is not None and not re.fullmatch("S[A-Z0-9]{5,19}", group):
        raise InvalidField("group", "A user group's id begins with S, like S0123ABCD.")
    if bool(given["person"]) == bool(group):
        raise InvalidField("person", "Pick a person, or write a user group's id; one of the two.")
    return carried(view)["role"], given["person"], group


def teach_form(question: str, areas: Sequence[tuple[int, str]]) -> Json:
    """*This belongs to …*: the question becomes an alias of the chosen area."""
    listed = [option(str(right_id), name) for right_id, name in areas[:99]]
    return modal(
        "decision_teach",
        "This belongs to …",
        [
            field(
                "words",
                "People ask",
                text_box(initial=clip(as_alias(question), LONGEST_ALIAS)),
                hint="From now on these words find it. The fewer, the better.",
            ),
            field("area", "The area", select([*listed, option("new", "A new area")])),
        ],
        submit="Teach it",
        carries={"question": question},
    )


def read_teach(view: Json) -> tuple[str, str, int | None]:
    """(words, the question they come from, row id), None for a new area."""
    given = read_form(view)
    words = (given["words"] or "").strip()
    if not words:
        raise InvalidField("words", "Write the words that people ask.")
    if given["area"] is None:
        raise InvalidField("area", "Choose an area.")
    return words, asked(view), None if given["area"] == "new" else int(given["area"])


def taught(words: str, entry: Entry) -> Json:
    """Said once the words lead there."""
    told = f"“{clip_escaped(words, 700)}” leads to *{escape(entry.area)}* now."
    return notice("Taught", f"{told} Thank you: the next one who asks finds it.")


def saved(entry: Entry) -> Json:
    """Said once it is stored."""
    return notice(
        "Saved",
        f"*{escape(entry.area)}* is in the registry. `/whodecides {escape(entry.area.lower()[:60])}` finds it.",
    )


def _person(people: People | None) -> Json:
    if people is None:
        return {"type": "users_select"}
    return select([option(person, name) for person, name in people])
