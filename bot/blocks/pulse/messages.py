"""What a pulse says: the same invitation and reminder to everybody, the result, and the answer to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.blocks.common import (
    Json,
    Message,
    actions,
    button,
    clip_escaped,
    context,
    escape,
    header,
    instant,
    message,
    modal,
    quote,
    section,
    sure,
)
from bot.blocks.pulse import result as results
from bot.papers import File
from rituals.pulse import chart
from rituals.pulse.asking import asked_in
from rituals.pulse.consent import read_terms
from rituals.pulse.publishing import read_published
from storage.schema import Pulse

HELP = (
    "*What `/pulse` can do*\n"
    "• `/pulse start` asks the people of this channel a few questions, without names: once, or again and again\n"
    "• `/pulse list` shows what comes again here, with the next dates and buttons; `/pulse edit 3` changes it\n"
    "• `/pulse pause 3`, or `pause 3 for 2 weeks` · `/pulse resume 3` · `/pulse skip 3` leaves out the next date\n"
    "• `/pulse stop 3` ends it · `/pulse share 3 @somebody` lets somebody else look after it too\n"
    "• `/pulse status` says until when it is open, and nothing else: nobody sees who has answered\n"
    "• `/pulse respond` opens the questions, when you were invited\n"
    "• `/pulse privacy` tells what is promised, and what can't be\n"
    "• `/pulse history` shows the results of this channel, and what came of them\n"
    "• `/pulse end` destroys an open pulse, unread; only for whoever looks after it\n"
    "Whoever asked me for quiet finds the questions on my Home tab, and the invitation waits until that ends; for "
    "nothing else, and never for what somebody answered."
)


def invitation(pulse: Pulse) -> Message:
    """The same for everybody, never edited."""
    until = instant(pulse.closes_at, "UTC")
    whom = read_terms(pulse.terms).asked
    opening = f"*{whom[:1].upper()}{whom[1:]} are asked" if whom else f"*<#{pulse.channel}> is asked"
    return message(
        [
            section(
                f"{opening} how things are.* A few statements to agree with or not; it takes "
                "two minutes. Nobody has to; the result tells how many did, and not who."
            ),
            answer_button(pulse),
            context(
                f"Open until {until}. Confidential, and unlinked at rest: the form tells what that means, and "
                "what can't be promised."
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


def listing(rows: Sequence[Json], channel: str) -> list[Json]:
    """What comes again in a channel."""
    return list(rows) or [section(f"No pulse comes again in <#{channel}>. `/pulse start` sets one up.")]


def answer_button(pulse: Pulse) -> Json:
    return actions(f"pulse-{pulse.id}", button("Answer the pulse", "pulse_answer", str(pulse.id), primary=True))


# --- the result -----------------------------------------------------------------------------------------


def result(pulse: Pulse, moved: Mapping[str, str] | None) -> Message:
    """What came of it, however it ended; with a chart of Slack's own where the workspace takes it."""
    instrument = asked_in(pulse)
    if pulse.state in ENDED:
        return message([section(ENDED[pulse.state].format(title=escape(instrument.title)))])
    published = read_published(pulse.result or "")
    plainer = results.result(instrument, instrument.items, published, moved)
    if published.too_few:
        return message(plainer)
    nicer = results.result_with_chart(instrument, instrument.items, published, moved)
    end = [
        context("Next, whoever looks after it says what was heard, what will be done, and what won't."),
        actions("heard", button("Answer it", "pulse_heard", str(pulse.id))),
    ]
    return replace(message([*plainer, *end]), blocks=[*nicer, *end], plainer=[*plainer, *end])


def picture(pulse: Pulse, under: str) -> File | None:
    """The means as a picture, in the thread of the result; None where none is shown."""
    instrument, told = asked_in(pulse), read_published(pulse.result or "")
    if not told.items:
        return None
    return File(
        name=f"pulse-{pulse.id}.png",
        title=f"Pulse: {instrument.title}",
        content=chart.png(chart.svg(instrument, told)),
        alt=chart.alt_text(instrument, told),
        thread_ts=under,
        comment="The means as a picture; in words and numbers they stand in the message above.",
    )


ENDED = {
    "lost": (
        "The pulse *{title}* is lost: its key is gone, and with it every answer. Nobody can read them any more. "
        "I'm sorry for your time. Nothing else is touched."
    ),
    "ended": (
        "The pulse *{title}* was ended before its time. Every answer was destroyed unread, and nothing will be "
        "shown. If you answered: thank you, and do ask why it was ended."
    ),
}


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
                f"The result of the pulse *{escape(asked_in(pulse).title)}* has waited two weeks for an answer: "
                "what was heard, what will be done, what won't. Until then the next pulse waits."
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


IN_SHORT = {
    "few": "Too few answered to show anything.",
    "ended": "Ended early, and destroyed unread.",
    "lost": "Lost: its key is gone.",
}


def history(pulses: Sequence[tuple[Pulse, Mapping[str, str] | None]]) -> list[Json]:
    """The results of a channel, newest first, with what came of them."""
    blocks: list[Json] = []
    for pulse, moved in pulses:
        when, value = instant(pulse.closed_at or pulse.closes_at, "UTC"), str(pulse.id)
        blocks.append(section(f"*{escape(asked_in(pulse).title)}*, closed {when}\n{_in_short(pulse, moved)}"))
        buttons = []
        if pulse.state == "closed" and read_published(pulse.result or "").comments:
            buttons.append(button("Read the comments", "pulse_comments", value))
        if pulse.state == "closed" and pulse.answered_at is None:
            buttons.append(button("Answer it", "pulse_heard", value))
        blocks += [actions(f"history-{pulse.id}", *buttons)] if buttons else []
    return blocks or [section("No pulse has closed in this channel yet.")]


def _in_short(pulse: Pulse, moved: Mapping[str, str] | None) -> str:
    if pulse.state != "closed":
        return IN_SHORT[pulse.state]
    published = read_published(pulse.result or "")
    labels = {item.id: item.label for item in asked_in(pulse).items}
    moved = moved or {}
    lines = [
        f"• {escape(labels[one.id])}: {results.favourable(one)} agree; {results.mean(one)}"
        + (f"; {moved[one.id]}" if moved.get(one.id) else "")
        for one in published.items
    ]
    lines.append(
        f"*What we'll do:* {clip_escaped(pulse.will, 300)}" if pulse.will else "_It waits for its answer._"
    )
    return "\n".join(lines)


def all_comments(pulse: Pulse) -> Json:
    """Every comment of a closed pulse, in a modal, tied to nothing."""
    comments = read_published(pulse.result or "").comments
    return modal("notice", "What people wrote", [section(quote(one)) for one in comments[:99]], close="Close")


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
