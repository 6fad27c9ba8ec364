"""The report: a review as Markdown that somebody who wasn't there enjoys reading.

The same content gives the same bytes. People's words can't become markup: what Markdown or HTML would read as
such is escaped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import storage.postmortem as rows
from rituals.postmortem.conditions import HEADINGS
from rituals.postmortem.kit import Kit
from rituals.postmortem.quotes import as_told, shown_as
from rituals.postmortem.reviews import TURNS, find
from rituals.postmortem.timeline import SURE
from storage import Session
from storage.schema import Finding, Moment, Quotation, Review, ReviewAction

MARKUP = re.compile(r"([\\`*_\[\]<>#|~!&@$])")
ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "&#64;"}
NOT_IN_LINKS = re.compile(r"[()\s<>]")
LINK = re.compile(r"\b(https?|ftp|www)([:.])", re.IGNORECASE)  # what some renderers make a link of
LINE_MARK = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))", re.MULTILINE)


@dataclass(frozen=True)
class Contents:
    """Everything that a report tells, in the order in which it tells it."""

    review: Review
    roles: Mapping[str, str]
    moments: Sequence[Moment]
    quotations: Sequence[Quotation]
    findings: Sequence[Finding]
    actions: Sequence[ReviewAction]


def contents(session: Session, workspace: str, review_id: int) -> Contents:
    """Read a review for its report. Raises NoSuchReview."""
    return Contents(
        find(session, workspace, review_id),
        rows.people_of(session, workspace, review_id),
        rows.moments_of(session, workspace, review_id),
        rows.parts_of(session, workspace, Quotation, review_id),
        rows.parts_of(session, workspace, Finding, review_id),
        rows.parts_of(session, workspace, ReviewAction, review_id),
    )


def named_in(told: Contents) -> set[str]:
    """The people whose names the report needs: those who chose so, and owners of actions."""
    chose = {one.person for one in told.quotations if shown_as(one.share, one.state) == "name"}
    return chose | {one.owner for one in told.actions if one.owner}


def safe(words: str) -> str:
    """Somebody's words on one line, as Markdown shows them literally."""
    flat = "".join(
        one
        for one in words
        if one in "\n\t" or (unicodedata.category(one) not in ("Cc", "Cs") and one not in TURNS)
    )
    flat = " ".join(flat.split())
    flat = MARKUP.sub(lambda found: ENTITIES.get(found[0], f"\\{found[0]}"), flat)
    flat = LINK.sub(lambda found: f"{found[1]}&#{ord(found[2])};", flat)
    return LINE_MARK.sub(r"\1\\\2" if not flat[:1].isdigit() else r"\1\2", flat) if flat else "(nothing)"


def as_markdown(told: Contents, kit: Kit, names: Mapping[str, str]) -> str:
    """The whole report. `names` are people's, by their ids; who isn't in it is "somebody"."""
    review = told.review
    parts = [
        f"# {safe(review.title)}",
        _opening(told),
        "## In short\n\n" + (safe(review.summary) if review.summary else "Nobody has written the summary yet."),
    ]
    if review.impact:
        parts.append(f"## Who felt it, and how\n\n{safe(review.impact)}")
    parts += [_timeline(told, kit, names), _seen(told, kit, names)]
    parts += [_findings(told, kind, heading) for kind, heading in HEADINGS.items()]
    parts += [_actions(told, names), _how(told, kit)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _opening(told: Contents) -> str:
    review, zone = told.review, ZoneInfo(told.review.zone)
    began, ended = review.began.astimezone(zone), review.ended.astimezone(zone)
    lines = [
        f"**{review.severity}**, from {_at(began)} to {_at(ended)}, {length(review.ended - review.began)} long. "
        f"{len(told.roles)} people were asked what they saw."
    ]
    if review.stage != "published":
        lines.append("*This is a draft: the review is still going on.*")
    return "\n\n".join(lines)


def length(span: timedelta) -> str:
    """A length of time in its two largest units."""
    minutes = int(span.total_seconds() // 60)
    parts = [(minutes // 1_440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute")]
    said = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count][:2]
    return " and ".join(said) or "less than a minute"


def _at(local: datetime) -> str:
    return f"{local.day} {local:%B %Y}, {local:%H:%M} {local:%Z}"


def _who(share: str | None, person: str | None, role: str, kit: Kit, names: Mapping[str, str]) -> str:
    if share == "name" and person:
        return safe(names.get(person, "somebody"))
    return "a responder" if share == "responder" else kit.role_title(role).lower()


def _timeline(told: Contents, kit: Kit, names: Mapping[str, str]) -> str:
    zone, lines, day = ZoneInfo(told.review.zone), [], ""
    for moment in told.moments:
        said = as_told(told.review, told.quotations, moment)
        if said is None:
            continue
        local = moment.at.astimezone(zone)
        if f"{local:%A}, {local.day} {local:%B %Y}" != day:
            day = f"{local:%A}, {local.day} {local:%B %Y}"
            lines.append(f"\n**{day}**\n")
        who = safe(moment.who) if moment.who else ""
        if moment.person:
            who = _who(said.share, moment.person, told.roles.get(moment.person, ""), kit, names)
        line = f"- **{local:%H:%M %Z}** ({moment.at:%H:%M} UTC)" + (f", {who}" if who else "")
        line += f": {safe(said.words)}"
        if moment.permalink.startswith("https://"):
            line += f" ([message]({NOT_IN_LINKS.sub('', moment.permalink)}))"
        for label, also in (("Knew", moment.knew), ("Expected", moment.expected)):
            line += f"\n  - {label}: {safe(also)}" if also else ""
        line += f"\n  - {SURE[moment.sure].capitalize()}" if moment.sure else ""
        if moment.was["said"] and moment.person is None:
            line += f"\n  - Corrected; before, it said: {safe(str(moment.was['said'][-1][1]))}"
        elif moment.was["said"]:
            line += "\n  - Corrected"
        lines.append(line)
    return "## What happened\n" + "\n".join(lines) if lines else ""


def _seen(told: Contents, kit: Kit, names: Mapping[str, str]) -> str:
    """Quotes from the accounts under their questions; responders' own under a common heading, by their words."""
    found: dict[str, list[str]] = {}
    for one in told.quotations:
        share = shown_as(one.share, one.state)
        if one.moment_id is None and share is not None:
            heading = "Said by responders" if share == "responder" else kit.words_of(one.source)
            who = (
                "" if share == "responder" else _who(share, one.person, told.roles.get(one.person, ""), kit, names)
            )
            found.setdefault(heading, []).append(f"> {safe(one.words)}" + (f"\n>\n> *{who}*" if who else ""))
    parts = [f"### {heading}\n\n" + "\n\n".join(sorted(said)) for heading, said in sorted(found.items())]
    return "## What people saw\n\n" + "\n\n".join(parts) if parts else ""


def _findings(told: Contents, kind: str, heading: str) -> str:
    said = [f"- {safe(one.words)}" for one in told.findings if one.kind == kind]
    return f"## {heading}\n\n" + "\n".join(said) if said else ""


def _actions(told: Contents, names: Mapping[str, str]) -> str:
    conditions = {one.id: one.words for one in told.findings}
    lines = []
    for one in told.actions:
        if one.state == "idea":
            continue
        line = f"- **{safe(one.words)}**"
        if one.state == "dropped":
            line += f": we choose not to, because {safe(one.reason)}"
        elif one.due is not None:
            due = date.fromisoformat(one.day) if one.day else one.due.astimezone(ZoneInfo(told.review.zone)).date()
            who = safe(names.get(one.owner or "", "somebody"))
            line += f": {who}, by {due.day} {due:%B %Y}" + (" (done)" if one.state == "done" else "")
        line += f"\n  - Done when: {safe(one.sign)}" if one.sign else ""
        if one.finding_id in conditions:
            line += f"\n  - Would change: {safe(conditions[one.finding_id])}"
        line += f"\n  - Could make worse: {safe(one.worse)}" if one.worse else ""
        line += f"\n  - Ticket: <{one.ticket}>" if one.ticket else ""
        lines.append(line)
    return "## What we do now\n\n" + "\n".join(lines) if lines else ""


def _how(told: Contents, kit: Kit) -> str:
    return (
        "## How this was made\n\n"
        f"{safe(kit.ground_rules)}\n\n"
        "Each person wrote what they saw before reading anybody else's. All accounts were opened at once. "
        "Everybody quoted here was asked how; who said nothing is quoted by role. The form of the questions "
        "follows published guides: Howie (Jeli and PagerDuty), the Etsy debriefing guide, the PagerDuty "
        "postmortem guide and Google's SRE books."
    )
