"""What a pulse says: the same invitation and reminder to everybody, the result, and the answer to it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks.common import (
    Json,
    Message,
    actions,
    button,
    context,
    escape,
    header,
    instant,
    message,
    quote,
    section,
    sure,
)
from rituals.pulse.asking import asked_in
from rituals.pulse.instruments import Instrument
from rituals.pulse.publishing import ItemResult, Published, read_published
from storage.schema import Pulse

FEW_ANSWERED = 0.6  # below this share, the result says that it speaks for those who answered

HELP = (
    "*What `/pulse` can do*\n"
    "• `/pulse start` asks the people of this channel a few questions, without names\n"
    "• `/pulse status` says until when it is open, and nothing else: nobody sees who has answered\n"
    "• `/pulse respond` opens the questions, when you were invited\n"
    "• `/pulse privacy` tells what is promised, and what can't be\n"
    "• `/pulse history` shows the results of this channel, and what came of them\n"
    "• `/pulse end` destroys an open pulse, unread; only for whoever looks after it"
)


def invitation(pulse: Pulse) -> Message:
    """The same for everybody, never edited."""
    until = instant(pulse.closes_at, "UTC")
    return message(
        [
            section(
                f"*<#{pulse.channel}> is asked how things are.* A few statements to agree with or not; it takes "
                "two minutes. Nobody has to, and nobody sees who did."
            ),
            answer_button(pulse),
            context(
                f"Open until {until}. Confidential, and unlinked at rest: the form tells what that means, and what "
                "can't be promised."
            ),
        ]
    )


def reminder(pulse: Pulse) -> Message:
    """The same text to everybody: nobody knows who has answered."""
    return message(
        [
            section(
                f"The pulse of <#{pulse.channel}> closes {instant(pulse.closes_at, 'UTC')}. If you have answered, "
                "thank you. Everybody gets this note, because nobody can see who has."
            ),
            answer_button(pulse),
        ]
    )


def answer_button(pulse: Pulse) -> Json:
    return actions(f"pulse-{pulse.id}", button("Answer", "pulse_answer", str(pulse.id), primary=True))


# --- the result -----------------------------------------------------------------------------------------


def result(pulse: Pulse) -> Message:
    """What came of it, however it ended."""
    title = asked_in(pulse).title
    if pulse.state == "lost":
        return message([section(_lost(pulse, title))])
    if pulse.state == "ended":
        return message([section(_ended(title))])
    published = read_published(pulse.result or "")
    if published.too_few:
        return message([header(f"Pulse: {title}"), section(_too_few(pulse))])
    blocks = [header(f"Pulse: {title}"), section(_how_many(published)), *_items(asked_in(pulse), published)]
    if published.comments:
        blocks.append(section("*Comments*, in the order of the alphabet\n" + _comments(published.comments)))
    weakest = published.weakest()
    if weakest:
        blocks.append(section(_talk(asked_in(pulse), weakest)))
    blocks.append(context("Next comes what was heard, what will be done and what won't, by who looks after it."))
    blocks.append(actions("heard", button("Answer it", "pulse_heard", str(pulse.id))))
    return message(blocks)


def _lost(pulse: Pulse, title: str) -> str:
    return (
        f"The pulse *{escape(title)}* is lost: its key is gone, and with it every answer. Nobody can read them, "
        "and nobody could. I'm sorry for your time; nothing else of Candor is touched."
    )


def _ended(title: str) -> str:
    return (
        f"The pulse *{escape(title)}* was ended before its time. Every answer was destroyed unread, and nothing "
        "will be shown. If you answered, thank you, and please ask why it was ended."
    )


def _too_few(pulse: Pulse) -> str:
    return (
        f"Fewer than {pulse.k} answered, so nothing is shown. That says something too. Here is a 15-minute way to "
        "ask why: whoever leads says first what would keep them from answering; then everybody writes one reason "
        "that *somebody* might have; read them out shuffled, and pick one to change."
    )


def _how_many(published: Published) -> str:
    n, invited = published.n or 0, published.invited
    words = f"{n} of {invited} who were invited answered."
    if n < FEW_ANSWERED * invited:
        words += " That is less than 60 %, so it speaks for those who answered, not for all."
    return words


def _items(instrument: Instrument, published: Published) -> list[Json]:
    shown = {one.id: one for one in published.items}
    lines = []
    for item in instrument.items:
        words = in_numbers(shown[item.id]) if item.id in shown else "too few answered this one to show it"
        lines.append(section(f"*{escape(item.text)}*\n{words}"))
    return lines


def in_numbers(one: ItemResult) -> str:
    """One item in words and numbers."""
    least, most = one.favourable
    count = f"{most} or fewer" if least == 0 else f"{least} or more" if most == one.n else f"{least}"
    words = f"{count} of {one.n} agree; mean {one.mean:.1f} of 7"
    if one.mean_edge == "high":
        words = f"strong, as high as we may show for {one.n} answers ({words} or more)"
    if one.mean_edge == "low":
        words = f"as low as we may show for {one.n} answers ({words} or less)"
    return words + (f"; people {one.agreement}" if one.agreement == "largely agree" else "")


def _comments(comments: Sequence[str]) -> str:
    return "\n\n".join(quote(comment, 600) for comment in comments[:4])


def _talk(instrument: Instrument, weakest: Sequence[ItemResult]) -> str:
    items = {item.id: item for item in instrument.items}
    if len(weakest) > 1:
        names = "\n".join(f"• {escape(items[one.id].label)}" for one in weakest)
        return f"*To talk about*\nThese are level; pick one together, for 20 minutes:\n{names}"
    item = items[weakest[0].id]
    talk = item.talk
    return (
        f"*20 minutes about: {escape(item.label)}*\n"
        f"• Begin: {escape(talk['open'])}\n• Listen: {escape(talk['listen'])}\n"
        f"• A small step: {escape(talk['step'])}\n• Better not: {escape(talk['avoid'])}"
    )


# --- afterwards -----------------------------------------------------------------------------------------


def heard(pulse: Pulse) -> Message:
    """The answer to a result."""
    blocks = [
        header(f"After the pulse: {asked_in(pulse).title}"),
        section(f"*What we heard*\n{quote(pulse.heard or '')}"),
        section(f"*What we'll do*\n{quote(pulse.will or '')}"),
    ]
    if pulse.wont:
        blocks.append(section(f"*What we won't do*\n{quote(pulse.wont)}"))
    return message(blocks)


def overdue(pulse: Pulse) -> Message:
    """One line, when nobody has answered the result."""
    return message(
        [
            section(
                f"The result of the pulse *{escape(asked_in(pulse).title)}* has waited two weeks for an answer: what "
                "was heard, what will be done, what won't. Until then the next pulse waits."
            )
        ]
    )


def unable(pulse: Pulse, why: str) -> Message:
    """To who set it up: it never began."""
    return message([section(f"The pulse for <#{pulse.channel}> did not begin, and nobody was asked. {why}")])


def due_rows(pulses: Sequence[Pulse]) -> list[Json]:
    """On App Home, the same row for everybody until it closes, whether they have answered or not."""
    return [
        block
        for pulse in pulses
        for block in (
            section(f"*The pulse of <#{pulse.channel}>*, open until {instant(pulse.closes_at, 'UTC')}"),
            answer_button(pulse),
        )
    ]


# --- what a command answers -----------------------------------------------------------------------------


def status(pulses: Sequence[Pulse]) -> list[Json]:
    """Until when, and nothing else."""
    if not pulses:
        return [section("No pulse is open in this channel. `/pulse start` begins one.")]
    return [
        section(
            f"*{escape(asked_in(pulse).title)}* "
            + (
                "is about to begin."
                if pulse.state == "waiting"
                else f"is open until {instant(pulse.closes_at, 'UTC')}."
            )
        )
        for pulse in pulses
    ]


def history(pulses: Sequence[Pulse]) -> list[Json]:
    """The results of a channel, newest first, with what came of them."""
    blocks: list[Json] = []
    for pulse in pulses:
        when = instant(pulse.closed_at or pulse.closes_at, "UTC")
        blocks.append(section(f"*{escape(asked_in(pulse).title)}*, closed {when}\n{_in_short(pulse)}"))
        if pulse.state == "closed" and pulse.answered_at is None:
            blocks.append(actions(f"heard-{pulse.id}", button("Answer it", "pulse_heard", str(pulse.id))))
    return blocks or [section("No pulse has closed in this channel yet.")]


def _in_short(pulse: Pulse) -> str:
    if pulse.state != "closed":
        return {"few": f"Fewer than {pulse.k} answered.", "ended": "Ended early, and destroyed unread."}.get(
            pulse.state, "Lost: its key is gone."
        )
    published = read_published(pulse.result or "")
    labels = {item.id: item.label for item in asked_in(pulse).items}
    lines = [f"• {escape(labels[one.id])}: {in_numbers(one)}" for one in published.items]
    lines.append(f"What we'll do: {escape(pulse.will)}" if pulse.will else "It waits for its answer.")
    return "\n".join(lines)


def end_offer(pulses: Sequence[Pulse]) -> list[Json]:
    """A button to destroy what is open, asking back first."""
    built: list[Json] = []
    for pulse in pulses:
        title = asked_in(pulse).title
        ending = button("End it now", "pulse_end", str(pulse.id), danger=True)
        words = "Every answer is destroyed unread, and the channel is told. This can't be taken back."
        built.append(section(f"*{escape(title)}*, open until {instant(pulse.closes_at, 'UTC')}"))
        built.append(actions(f"end-{pulse.id}", sure(ending, "End this pulse?", words, "Destroy it")))
    return built or [section("No pulse is open in this channel.")]
