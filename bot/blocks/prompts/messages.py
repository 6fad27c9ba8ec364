"""What a channel sees of a prompt: the question, its close, the digest; and the rows of `/prompt list`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.blocks.common import (
    Json,
    Message,
    actions,
    button,
    clip,
    clip_escaped,
    context,
    divider,
    escape,
    header,
    instant,
    message,
    modal,
    quote,
    section,
    sure,
    there,
)
from rituals.calendar.cadence import read_cadence
from rituals.calendar.recurrence import Occurrence
from storage.schema import Answer, Prompt, Round, Schedule

DIGEST_CHARACTERS = 8_000  # all blocks of a message together stay under Slack's 13,000 or so
ANSWER_IN_DIGEST = 600
MODAL_ANSWERS = 90
MODAL_CHARACTERS = 35_000  # six bytes each at the worst, and Slack takes 250 kB
LONGEST_QUOTE = 2_500


def question(asked: Round, prompt: Prompt, zone: str) -> Message:
    """The question, and until when answers are taken."""
    until = instant(asked.closes_at, zone)
    blocks = [_title(asked.question)]
    if prompt.answers == "form":
        blocks.append(actions("answer", button("Answer", "prompt_answer", str(asked.id), primary=True)))
        blocks.append(context(f"Until {until}. Then the answers appear in the thread, with names."))
    else:
        blocks.append(context(f"Answer in the thread, until {until}."))
    if asked.late:
        blocks.append(
            context(f"This comes late: I was not running at {instant(asked.occurrence, zone)}. Sorry for that.")
        )
    return message(blocks)


def closed(asked: Round, count: int | None, following: Sequence[Occurrence]) -> Message:
    """The same message once the round is over: how many answered, and when the next question comes."""
    told = {
        None: "Closed.",
        0: "Closed; this time nobody answered.",
        1: "Closed. 1 person answered in the thread.",
    }
    words = told.get(count, f"Closed. {count} people answered in the thread.")
    if following:
        words += f" The next question comes {instant(following[0].at, following[0].zone)}."
    blocks = [_title(asked.question), context(words)]
    return message(blocks, edits=asked.ts or "")


def digest(asked: Round, answers: Sequence[Answer], prompt: Prompt, beside: str | None) -> Message:
    """The answers given by form, in the thread of their question."""
    count = len(answers)
    blocks = [section(f"*{count} {'answer' if count == 1 else 'answers'}*")]
    room = DIGEST_CHARACTERS
    shown = 0
    for answer in answers[:40]:
        words = quote(answer.words, ANSWER_IN_DIGEST)
        if len(words) > room:
            break
        room -= len(words)
        shown += 1
        blocks.append(section(f"<@{answer.person}>\n{words}"))
    if shown < count or any(len(escape(answer.words)) > ANSWER_IN_DIGEST for answer in answers):
        rest = f"{count - shown} more did not fit here." if shown < count else "Some are longer than shown here."
        blocks.append(context(rest))
        blocks.append(actions("read", button("Read all answers", "prompt_answers", str(asked.id))))
    if prompt.beside and beside:
        blocks += [divider(), section(f"*{escape(beside)}*\n{quote(prompt.beside)}")]
    return message(blocks, thread_ts=asked.ts or "")


def all_answers(asked: Round, answers: Sequence[Answer]) -> Json:
    """Every answer of a closed round, in a modal; as many as fit into Slack's 250 kB."""
    blocks = [section(clip_escaped(asked.question, 600))]
    room = MODAL_CHARACTERS
    for answer in answers[:MODAL_ANSWERS]:
        words = quote(answer.words, LONGEST_QUOTE)
        room -= len(words)
        if room < 0:
            break
        blocks.append(section(f"<@{answer.person}>\n{words}"))
    shown = len(blocks) - 1
    if shown < len(answers):
        blocks.append(context(f"The first {shown} of {len(answers)}."))
    return modal("notice", "All answers", blocks, close="Close")


def _title(words: str) -> Json:
    return header(words) if len(words) <= 150 else section(clip_escaped(words, 2_900))


# --- the rows of a list ---------------------------------------------------------------------------------


def row(
    schedule: Schedule,
    asks: str,
    keepers: Sequence[str],
    dates: Sequence[Occurrence],
    *,
    with_channel: bool = False,
    with_buttons: bool = True,
) -> list[Json]:
    """One prompt with its next three dates, who looks after it, and what can be done."""
    number = schedule.id
    cadence = read_cadence(schedule.rule).in_words()
    where = f" in <#{schedule.channel}>" if with_channel else ""
    words = [
        f"*#{number}* {clip_escaped(asks, 300)}{where}",
        f"{escape(cadence[0].upper() + cadence[1:])} at {schedule.start[11:16]} ({schedule.zone})",
        when_next(schedule, dates),
        "Looked after by " + (" and ".join(f"<@{keeper}>" for keeper in keepers) or "nobody"),
    ]
    built = [section("\n".join(words))]
    if with_buttons:
        built.append(actions(f"prompt-{number}", *_row_buttons(schedule, asks)))
    return built


def when_next(schedule: Schedule, dates: Sequence[Occurrence]) -> str:
    """Its next dates in words, or why there are none."""
    listed = " · ".join(there(one.at, one.zone) for one in dates)
    if schedule.paused_because is not None:
        return f"Paused: {escape(schedule.paused_because)}" + (f" Next: {listed}" if listed else "")
    return f"Next: {listed}" if listed else "No date is left."


def _row_buttons(schedule: Schedule, asks: str) -> list[Json]:
    value, spoken = str(schedule.id), clip(asks, 50)
    go_on = (
        button("Resume", "prompt_resume", value, primary=True, said=f"Resume: {spoken}")
        if schedule.paused_because is not None
        else button("Pause", "prompt_pause", value, said=f"Pause: {spoken}")
    )
    skip = button("Skip the next", "prompt_skip", value, said=f"Skip the next: {spoken}")
    stop = sure(
        button("Stop", "prompt_stop", value, danger=True, said=f"Stop: {spoken}"),
        "Stop this prompt?",
        "It asks no more. What was answered stays in its threads.",
        "Stop it",
    )
    edit = button("Edit", "prompt_edit", value, said=f"Edit: {spoken}")
    return [edit, go_on, stop] if schedule.next_due is None else [edit, go_on, skip, stop]


def listing(rows: Sequence[list[Json]], channel: str) -> list[Json]:
    """The answer to `/prompt list`."""
    if not rows:
        return [
            section(f"Nothing is asked in <#{channel}> yet."),
            actions("begin", button("Ask something", "prompt_new", channel, primary=True)),
        ]
    blocks: list[Json] = []
    for built in rows[:10]:
        blocks += [*built, divider()]
    if len(rows) > 10:
        blocks.append(
            context(f"The first 10 of {len(rows)}. `/prompt pause NUMBER` and the like reach the others.")
        )
    return [*blocks, actions("begin", button("Ask something else", "prompt_new", channel))]


def silent(schedule: Schedule, asks: str) -> list[Json]:
    """Part of a private reminder: two rounds went by without an answer."""
    value, spoken = str(schedule.id), clip(asks, 50)
    return [
        section(
            f"Nobody answered the last two rounds in <#{schedule.channel}>:\n{quote(asks, 500)}\n"
            "That can be a busy fortnight. Is it too often, is another question better, or is it time to stop?"
        ),
        actions(
            f"silent-{schedule.id}",
            button("Change question or rhythm", "prompt_edit", value, said=f"Change: {spoken}"),
            sure(
                button("Stop it", "prompt_stop", value, said=f"Stop: {spoken}"),
                "Stop this prompt?",
                "It asks no more. What was answered stays in its threads.",
                "Stop it",
            ),
            button("Keep it as it is", "nudge_fine", value, said=f"Keep: {spoken}"),
        ),
    ]


def paused_note(schedule: Schedule, asks: str) -> list[Json]:
    """Part of a private reminder: a prompt paused itself."""
    because = escape(schedule.paused_because or "")
    return [section(f"I paused #{schedule.id} in <#{schedule.channel}>: {because}\n{quote(asks, 500)}")]


def moment(at: datetime, zone: str) -> str:
    """A moment, for sentences."""
    return instant(at, zone)
