"""Who decides, in words: the answer, the menu when it isn't sure, the default when nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from bot.blocks.common import (
    SECTION_LIMIT,
    Json,
    actions,
    button,
    clip,
    clip_escaped,
    context,
    divider,
    escape,
    quote,
    section,
)
from rituals.decisions.entry import PERSON, Entry
from rituals.decisions.lookup import DEFAULTS
from rituals.decisions.registry import Who

LEVELS = {  # Management 3.0: how far the decision is handed to the team
    1: "{they} decide, and tell the team.",
    2: "{they} decide, and explain it to the team.",
    3: "{they} ask the team first, and then decide.",
    4: "{they} and the team agree on it together.",
    5: "Handed to the team, which decides after hearing {their} advice.",
    6: "Handed to the team, which decides, and tells {them} afterwards.",
    7: "Handed to the team, which decides, and needn't ask {them}.",
}
THEY = {"they": "They", "their": "their", "them": "them"}
YOU = {"they": "You", "their": "your", "them": "you"}
HANDED = 5  # from this level on the team decides itself
MAY = {  # (door, handed to the team; None: nobody wrote down how far): may I just do it?
    ("two-way", True): "*Yes, if it's your team's work.* It can be undone, so go ahead.",
    ("two-way", False): "*Ask first.* It can be undone, but it isn't handed to the team.",
    ("two-way", None): "*Ask first, a short message will do.* It can be undone; whether the team may decide it "
    "alone isn't written down.",
    ("costly", True): "*Yes, if it's your team's work, and with care.* It can be undone, but at a price.",
    ("costly", False): "*Ask first.* It can be undone, but at a price.",
    ("costly", None): "*Ask first.* It can be undone, but at a price.",
    ("one-way", True): "*Not alone.* It can't be undone: talk it through with your team first.",
    ("one-way", False): "*Not by yourself.* It can't be undone: wait for a clear yes.",
    ("one-way", None): "*Not by yourself.* It can't be undone: wait for a clear yes.",
    ("", True): "*Probably, if it's your team's work.* Whether it can be undone isn't written down: if you doubt "
    "it, ask.",
    ("", False): "*Ask first.* Whether it can be undone isn't written down.",
    ("", None): "*Ask first.* Whether it can be undone isn't written down.",
}
YOURS = {  # whoever decides is asking
    "two-way": "*Yes, it's yours to decide.* It can be undone, so go ahead.",
    "costly": "*Yes, it's yours to decide.* It can be undone, but at a price.",
    "one-way": "*It's yours to decide.* It can't be undone: take your time.",
    "": "*Yes, it's yours to decide.* Whether it can be undone isn't written down.",
}
LONGEST_LINE = 900  # of a list of roles; the rest is counted


@dataclass(frozen=True)
class Reader:
    """Who reads an answer, and which of the people in it have left the workspace by now."""

    person: str
    gone: Collection[str] = ()


def said(role: str, who: Who, gone: Collection[str] = ()) -> str:
    """A role as its person or user group, else by its own name, which is no person yet."""
    if person := who.person(role):
        left = " (has left)" if person in gone else ""
        return f"<@{person}>{left}" if PERSON.fullmatch(role) else f"<@{person}>{left} ({escape(role)})"
    if group := who.group(role):
        return f"<!subteam^{group}> ({escape(role)})"
    return f"*{escape(role)}* (a role)"


def _all(roles: Sequence[str], who: Who) -> str:
    told = [said(role, who) for role in roles]
    shown = [
        words for words, so_far in zip(told, accumulate(map(len, told)), strict=True) if so_far < LONGEST_LINE
    ]
    return ", ".join(shown) + (f" and {len(told) - len(shown)} more" if len(shown) < len(told) else "")


def answer(entry: Entry, who: Who, today: date, confirmed: str | None, reader: Reader) -> list[Json]:
    """One area in words: who decides, may I, whom to ask, who stands in, where to turn."""
    decider = who.person(entry.decide)
    is_yours = decider == reader.person
    lines = [
        f"*{escape(entry.area)}*",
        f"*Who decides:* {'you, ' if is_yours else ''}{said(entry.decide, who, reader.gone)}",
    ]
    if decider in reader.gone:
        lines.append(_instead(entry, who, reader))
    if entry.delegation_level is not None:
        lines.append("*How:* " + LEVELS[entry.delegation_level].format(**YOU if is_yours else THEY))
    lines.append(f"*May you just do it?* {_may(entry, is_yours=is_yours)}")
    if entry.guardrail:
        lines.append(f"*Within:* {escape(entry.guardrail)}")
    if entry.agree_or_veto:
        lines.append(f"*Must agree:* {_all(entry.agree_or_veto, who)}")
    if entry.consult:
        lines.append(f"*Ask first:* {_all(entry.consult, who)}")
    if entry.drive and entry.drive != entry.decide:
        lines.append(f"*Drives it:* {said(entry.drive, who)}")
    if entry.deputy:
        lines.append(f"*Stands in:* {said(entry.deputy, who, reader.gone)}")
    if entry.inform:
        lines.append(f"*Tell afterwards:* {_all(entry.inform, who)}")
    if entry.escalation:
        after = f"No answer after {escape(entry.escalate_after)}?" if entry.escalate_after else "No answer?"
        lines.append(f"*{after}* Turn to {said(entry.escalation, who)}.")
    return [*_sections(lines), context(_standing(entry, today, confirmed))]


def _instead(entry: Entry, who: Who, reader: Reader) -> str:
    """Where to turn when whoever decides has left: never nowhere."""
    for role in (entry.deputy, entry.escalation):
        if role and who.person(role) not in reader.gone:
            return f"*Until somebody else is named:* turn to {said(role, who)}."
    return "*Nobody else is named yet:* ask those who look after the registry, or your manager."


def _may(entry: Entry, *, is_yours: bool) -> str:
    handed = None if entry.delegation_level is None else entry.delegation_level >= HANDED
    may = YOURS[entry.door] if is_yours else MAY[(entry.door, handed)]
    return f"{may} But first, those who must agree have to." if entry.agree_or_veto else may


def _sections(lines: Sequence[str]) -> list[Json]:
    """As few sections as Slack's limit allows, none cut within a line."""
    packed = [""]
    for line in lines:
        if len(packed[-1]) + len(line) >= SECTION_LIMIT:
            packed.append("")
        packed[-1] += f"{line}\n"
    return [section(words.rstrip("\n")) for words in packed]


def _standing(entry: Entry, today: date, confirmed: str | None) -> str:
    since = f"Confirmed on {confirmed}." if confirmed else "Not confirmed yet."
    if entry.review_by is None:
        return since
    if date.fromisoformat(entry.review_by) < today:
        return f"Unconfirmed since {entry.review_by}: ask before you rely on it."
    return f"{since} It is looked at again by {entry.review_by}."


def menu(question: str, candidates: Sequence[tuple[int, Entry]]) -> list[Json]:
    """Not sure: up to three areas, and none of these."""
    buttons = [
        button(clip(entry.area, 70), f"decision_show_{place}", f"{right_id} {question}"[:2_000])
        for place, (right_id, entry) in enumerate(candidates)
    ]
    return [
        section(f"{quote(question, 300)}\nI'm not sure which one you mean:"),
        actions("menu", *buttons, button("None of these", "decision_none", question)),
    ]


def none(question: str, *, may_teach: bool, empty: bool = False) -> list[Json]:
    """Nothing is written about it: the default, said to be one."""
    begin = (
        "Nobody has written down yet who decides what here." if empty else "Nothing is written down about that."
    )
    defaults = "\n".join(f"• {when}: *{then}*" for when, then in DEFAULTS)
    blocks = [
        section(f"{quote(question, 300)}\n{begin} A rule of thumb, until somebody does:\n{defaults}"),
        context("That is only a default. Your question is kept without your name, so that the gap can be closed."),
    ]
    if empty:
        blocks.append(actions("begin", button("Start with ten", "decision_ten", primary=True)))
    elif may_teach:
        blocks.append(actions("teach", button("This belongs to …", "decision_teach", question)))
    return blocks


def who_is_missing(missing: Sequence[tuple[str, int]]) -> list[Json]:
    """The roles that nobody was named for, with a button each for the first ten."""
    if not missing:
        return [section("Every role in the registry has somebody.")]
    count = "1 role has" if len(missing) == 1 else f"{len(missing)} roles have"
    blocks: list[Json] = [section(f"*{count} nobody yet.* Lookups show them as roles.")]
    for place, (role, areas) in enumerate(missing[:10]):
        decides = f" decides in {areas} {'area' if areas == 1 else 'areas'}" if areas else ""
        blocks.append(
            section(
                f"*{escape(role)}*{decides}", button("Name somebody", "decision_name", role, said=f"Name: {role}")
            )
        )
        blocks[-1]["block_id"] = f"role-{place}"
    if len(missing) > 10:
        rest = ", ".join(role for role, _ in missing[10:])
        blocks += [divider(), context(f"And: {clip_escaped(rest, 2_900)}")]
    return blocks


def radar(gaps: Sequence[tuple[str, int]]) -> list[Json]:
    """Once a month, to those who look after the registry: what people asked in vain. No names."""
    lines = "\n".join(
        f"• {clip_escaped(words, 150)}" + (f" ({count} times)" if count > 1 else "") for words, count in gaps
    )
    return [
        section(f"*Questions without an owner, of the last 30 days*\n{lines}"),
        context("`/whodecides` with such a question offers *This belongs to …*; nobody's name is kept."),
    ]
