"""Who decides, in words: the answer, the menu when it isn't sure, the default when nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.blocks.common import Json, actions, button, clip, context, divider, escape, quote, section
from rituals.decisions.entry import Entry
from rituals.decisions.lookup import DEFAULTS
from rituals.decisions.registry import PERSON, Who

LEVELS = {  # Management 3.0: how far the decision is handed to the team
    1: "{decider} decides, and tells the team.",
    2: "{decider} decides, and explains it to the team.",
    3: "{decider} asks the team first, and then decides.",
    4: "{decider} and the team agree on it together.",
    5: "You decide, after hearing {decider}'s advice.",
    6: "You decide, and tell {decider} afterwards.",
    7: "You decide; nobody needs to be asked.",
}
MAY = {  # (door, delegated far enough): may I just do it?
    ("two-way", True): "*Yes.* It can be undone, so go ahead.",
    ("two-way", False): "*Ask first.* It can be undone, but it isn't handed to you.",
    ("costly", True): "*Yes, with care.* It can be undone, but that costs.",
    ("costly", False): "*Ask first.* It can be undone, but that costs.",
    ("one-way", True): "*Not alone.* It can't be undone: hear the people below first.",
    ("one-way", False): "*No.* It can't be undone: wait for a clear yes.",
    ("", True): "*Probably.* Nobody wrote down whether it can be undone.",
    ("", False): "*Ask first.* Nobody wrote down whether it can be undone.",
}
HANDED = 5  # from this level on the team decides itself


def said(role: str, who: Who) -> str:
    """A role as its person or user group, else by its own name, which is no person yet."""
    if person := who.person(role):
        return f"<@{person}>" if PERSON.fullmatch(role) else f"<@{person}> ({escape(role)})"
    if group := who.group(role):
        return f"<!subteam^{group}> ({escape(role)})"
    return f"the role *{escape(role)}* (nobody is named for it yet)"


def _all(roles: Sequence[str], who: Who) -> str:
    return ", ".join(said(role, who) for role in roles)


def answer(entry: Entry, who: Who, today: date, confirmed: str | None) -> list[Json]:
    """One area in words: who decides, may I, whom to ask, who stands in, where to turn."""
    lines = [f"*{escape(entry.area)}*", f"*Who decides:* {said(entry.decide, who)}"]
    level = entry.delegation_level
    if level is not None:
        lines.append("*How:* " + LEVELS[level].format(decider=_short(entry.decide, who)))
    may = MAY[(entry.door, level is not None and level >= HANDED)]
    lines.append(f"*May you just do it?* {may}")
    if entry.guardrail:
        lines.append(f"*Within:* {escape(entry.guardrail)}")
    if entry.agree_or_veto:
        lines.append(f"*Must agree:* {_all(entry.agree_or_veto, who)}")
    if entry.consult:
        lines.append(f"*Ask first:* {_all(entry.consult, who)}")
    if entry.drive and entry.drive != entry.decide:
        lines.append(f"*Drives it:* {said(entry.drive, who)}")
    if entry.deputy:
        lines.append(f"*Stands in:* {said(entry.deputy, who)}")
    if entry.inform:
        lines.append(f"*Tell afterwards:* {_all(entry.inform, who)}")
    if entry.escalation:
        after = f"No answer after {escape(entry.escalate_after)}?" if entry.escalate_after else "No answer?"
        lines.append(f"*{after}* Turn to {said(entry.escalation, who)}.")
    return [section("\n".join(lines)), context(_standing(entry, today, confirmed))]


def _short(role: str, who: Who) -> str:
    if person := who.person(role):
        return f"<@{person}>"
    group = who.group(role)
    return f"<!subteam^{group}>" if group else f"the {escape(role)}"


def _standing(entry: Entry, today: date, confirmed: str | None) -> str:
    since = f"Confirmed on {confirmed}." if confirmed else "Not confirmed yet."
    if entry.review_by is None:
        return since
    late = date.fromisoformat(entry.review_by) < today
    return (
        f"Unconfirmed since {entry.review_by}: ask before you rely on it."
        if late
        else (f"{since} It is looked at again by {entry.review_by}.")
    )


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
    blocks: list[Json] = [section(f"*{len(missing)} roles have nobody yet.* Lookups show them as roles.")]
    for place, (role, areas) in enumerate(missing[:10]):
        decides = f" decides in {areas} {'area' if areas == 1 else 'areas'}" if areas else ""
        blocks.append(
            section(
                f"*{escape(role)}*{decides}", button("Name somebody", "decision_name", role, said=f"Name: {role}")
            )
        )
        blocks[-1]["block_id"] = f"role-{place}"
    if len(missing) > 10:
        rest = ", ".join(escape(role) for role, _ in missing[10:60])
        blocks += [divider(), context(f"And: {rest}")]
    return blocks


def radar(gaps: Sequence[tuple[str, int]]) -> list[Json]:
    """Once a month, to those who look after the registry: what people asked in vain. No names."""
    lines = "\n".join(
        f"• {escape(words[:120])}" + (f" ({count} times)" if count > 1 else "") for words, count in gaps
    )
    return [
        section(f"*Questions without an owner, of the last 30 days*\n{lines}"),
        context("`/whodecides` with such a question offers *This belongs to …*; nobody's name is kept."),
    ]
