"""The result of a pulse, as its channel reads it: words and numbers, then a picture, then how to talk about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.blocks.common import Json, clip, clip_escaped, context, divider, escape, header, quote, section
from rituals.pulse.instruments import POINTS, Instrument, Item
from rituals.pulse.publishing import BINS, ItemResult, Published

ENOUGH = 0.6  # of the invited; below, the result says whose view it is
MOST_COMMENTS, MOST_OF_THEM = 20, 4_000  # how many, and how many characters together
BAR = 14  # little blocks for seven points


def result(
    instrument: Instrument, items: Sequence[Item], told: Published, moved: Mapping[str, str] | None
) -> list[Json]:
    """All of it, with bars of text as the picture. `items` are those that were asked.

    `moved` says how each item moved since the last pulse; None where the two can't be compared.
    """
    if told.too_few:
        return too_few(instrument)
    return [
        *_words(instrument, items, told, moved),
        context(bars(items, told)),
        *_talk(items, told),
        *_comments(told),
    ]


def result_with_chart(
    instrument: Instrument, items: Sequence[Item], told: Published, moved: Mapping[str, str] | None
) -> list[Json]:
    """The same, with a chart of Slack's own in the place of the bars; not every workspace has those yet."""
    if not told.items:  # a chart of nothing isn't one
        return result(instrument, items, told, moved)
    return [
        *_words(instrument, items, told, moved),
        chart(items, told),
        *_talk(items, told),
        *_comments(told),
    ]


def too_few(instrument: Instrument) -> list[Json]:
    """A result too."""
    return [
        header(f"Pulse: {instrument.title}"),
        section(
            f"Fewer than {told_as(instrument.k)} answered, so nothing is shown, and nothing is kept. That says "
            "something too: here is a 15-minute way to ask why."
        ),
        section(
            "• *5 minutes, alone:* what made it hard to answer, or not worth it? A line each, on paper.\n"
            "• *5 minutes:* whoever leads reads the lines out, shuffled, without a comment.\n"
            "• *5 minutes:* pick the one thing to change before the next pulse. If it is not to ask, then don't."
        ),
    ]


def told_as(k: int) -> str:
    return {5: "five", 8: "eight", 10: "ten"}.get(k, str(k))


def _words(
    instrument: Instrument, items: Sequence[Item], told: Published, moved: Mapping[str, str] | None
) -> list[Json]:
    answered = told.n or 0
    opening = f"*{answered} of {told.invited}* answered."
    if answered < ENOUGH * told.invited:
        opening += " That is fewer than six in ten, so read it as the view of those who did."
    if told.score is not None:
        opening += f" Over all statements: *{told.score:.1f}* of {POINTS}."
        if any(one.reverse for one in told.items):
            opening += " There, more is better: where agreeing is the worse answer, it counts the other way round."
    if moved is None:
        opening += " A new baseline: there is nothing yet to compare it with."
    by_id = {one.id: one for one in told.items}
    lines = [line(item, by_id[item.id], (moved or {}).get(item.id, "")) for item in items if item.id in by_id]
    hidden = [item.label for item in items if item.id not in by_id]
    if hidden:
        lines.append(f"Not shown, because too few answered it: {escape(', '.join(hidden))}.")
    return [
        header(f"Pulse: {instrument.title}"),
        section(opening),
        *[section("\n".join(part)) for part in _in_parts(lines)],
    ]


def _in_parts(lines: Sequence[str], most: int = 2_800) -> list[list[str]]:
    """Lines that fit into a section together."""
    parts: list[list[str]] = [[]]
    for one in lines:
        if sum(map(len, parts[-1])) + len(one) > most:
            parts.append([])
        parts[-1].append(one)
    return [part for part in parts if part]


def line(item: Item, one: ItemResult, moved: str) -> str:
    """One statement in words and numbers."""
    label = clip_escaped(item.label, 40)
    parts = [f"{favourable(one)} agree", mean(one)]
    if one.top:
        parts = [f"strong, as {'low' if one.reverse else 'high'} as we may show for {one.n} answers"]
    if one.agreement:
        parts.append({"largely agree": "largely of one mind", "mixed": "mixed", "split": "split"}[one.agreement])
    if one.bins:
        spread = ", ".join(f"{count} at {a}-{b}" for count, (a, b) in zip(one.bins, BINS, strict=True))
        parts.append(f"({spread})")
    if moved:
        parts.append(moved)
    return f"• *{label}*: {'; '.join(parts)}\n   _{clip_escaped(item.text, 240)}_"


def favourable(one: ItemResult) -> str:
    """How many agreed, as exactly as may be said."""
    least, most = one.favourable
    if least == most:
        return f"{least} of {one.n}"
    return f"{most} or fewer of {one.n}" if least == 0 else f"{least} or more of {one.n}"


def mean(one: ItemResult) -> str:
    return f"mean {one.mean_in_words} of {POINTS}"


def bars(items: Sequence[Item], told: Published) -> str:
    """A picture made of text; the same numbers stand above it in words."""
    labels = {item.id: item.label for item in items}
    return "\n".join(
        f"{'▰' * round(one.mean * BAR / POINTS)}{'▱' * (BAR - round(one.mean * BAR / POINTS))} "
        f"{one.mean:.1f}  {escape(labels[one.id])}"
        for one in told.items
    )


def chart(items: Sequence[Item], told: Published) -> Json:
    """Slack's own bar chart of the means; the words above it say the same."""
    labels = {item.id: clip(item.label, 20) for item in items}
    shown = {f"{number}. {labels[one.id]}"[:20]: one.mean for number, one in enumerate(told.items, 1)}
    return {
        "type": "data_visualization",
        "title": "Means, from 1 to 7",
        "chart": {
            "type": "bar",
            "series": [
                {"name": "Mean", "data": [{"label": name, "value": value} for name, value in shown.items()]}
            ],
            "axis_config": {"categories": list(shown), "x_label": "Statement", "y_label": "Mean (1-7)"},
        },
    }


def _talk(items: Sequence[Item], told: Published) -> list[Json]:
    """Twenty minutes about the weakest; where some are level, the team picks."""
    weakest = told.weakest()
    if not weakest:
        return []
    if all(one.top for one in weakest):
        return [
            divider(),
            section(
                "Nothing here is weak, as far as may be shown. Twenty minutes well spent: what are we doing that "
                "keeps it so, and what could end it?"
            ),
        ]
    known = {item.id: item for item in items}
    if len(weakest) > 1:
        level = ", ".join(f"*{escape(known[one.id].label)}*" for one in weakest)
        return [
            divider(),
            section(
                f"At the low end, as far as may be shown: {level}. Pick one, and give it twenty minutes together."
            ),
        ]
    talk, label = known[weakest[0].id].talk, escape(known[weakest[0].id].label)
    return [
        divider(),
        section(
            f'*Twenty minutes about "{label}"*\n'
            f"• *Open* (8 min): {clip_escaped(talk['open'], 240)}\n"
            f"• *Listen* (7 min): {clip_escaped(talk['listen'], 240)}\n"
            f"• *One small step* (5 min): {clip_escaped(talk['step'], 240)}\n"
            f"• *Avoid:* {clip_escaped(talk['avoid'], 240)}"
        ),
    ]


def _comments(told: Published) -> list[Json]:
    if not told.comments:
        return []
    shown: list[str] = []
    for comment in told.comments[:MOST_COMMENTS]:
        said = quote(comment, 600)
        if sum(map(len, shown)) + len(said) > MOST_OF_THEM:
            break
        shown.append(said)
    more = len(told.comments) - len(shown)
    return [
        divider(),
        section("*What people wrote*, in the order of the alphabet, tied to nothing:"),
        *[section(said) for said in shown],
        *([context(f"And {more} more: `/pulse history` shows all.")] if more else []),
    ]
