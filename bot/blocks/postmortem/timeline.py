"""The timeline of a review, as it is read and corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.blocks.common import Json, actions, button, clip_escaped, escape, instant, section
from rituals.postmortem.brief import label
from rituals.postmortem.kit import Kit
from rituals.postmortem.quotes import Told
from rituals.postmortem.timeline import SURE
from storage.schema import Moment, Review


def timeline(
    review: Review, moments: Sequence[tuple[Moment, Told | None]], roles: Mapping[str, str], kit: Kit, page: int
) -> list[Json]:
    """The timeline in UTC and each reader's own time, with its corrections.

    Until quotes are looked at, its channel reads its own messages with their names; from then on as in the report.
    """
    blocks: list[Json] = [section(f"*Timeline of review {review.id}: {clip_escaped(review.title, 300)}*")]
    is_quoted = review.stage in ("soak", "published")
    for one, told in moments[page * 20 : page * 20 + 20]:
        if one.is_gone:
            blocks.append(section(f"~{one.at:%H:%M} UTC~ its message was deleted, so the report leaves it out"))
            continue
        if is_quoted and told is None:
            continue
        who = f" <@{one.person}>" if one.person else f" {escape(one.who)}" if one.who else ""
        if is_quoted and one.person and told is not None:
            who = f" {label(told.share, one.person, roles.get(one.person, ''), kit)}"
        words = told.words if is_quoted and told is not None else one.words
        said = f"*{one.at:%Y-%m-%d %H:%M} UTC* ({instant(one.at, review.zone)}){who}: "
        said += clip_escaped(words, 1_500)
        said += f" <{one.permalink}|message>" if one.permalink else ""
        for name, also in (("Knew", one.knew), ("Expected", one.expected)):
            said += f"\n_{name}:_ {clip_escaped(also, 300)}" if also else ""
        said += f"\n_{SURE[one.sure].capitalize()}_" if one.sure else ""
        if one.was["said"] and (one.person is None or not is_quoted):
            said += f"\n_Corrected. Before:_ {clip_escaped(str(one.was['said'][-1][1]), 300)}"
        built = button("Correct", "pm_correct", str(one.id)) if review.stage != "published" else None
        blocks.append(section(said, built))
    if not moments:
        blocks.append(section("It is empty. Add messages by their menu, lines by `/postmortem timeline`."))
    add = [button("Add a line", "pm_moment", str(review.id)), button("Paste lines", "pm_lines", str(review.id))]
    if len(moments) > page * 20 + 20:
        add.append(button("Later lines", "pm_later", f"{review.id} {page + 1}"))
    return [*blocks, actions(f"pmt-{review.id}", *add)]
