"""What a channel sees of a prompt: the question, its close, the digest; and the list of prompts."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from bot.blocks.calendar import stop
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
)
from rituals.calendar.recurrence import Occurrence
from storage.schema import Answer, Prompt, Round, Schedule

DIGEST_CHARACTERS = 8_000  # all blocks of a message together stay under Slack's 13,000 or so
ANSWER_IN_DIGEST = 600
MODAL_ANSWERS = 90
MODAL_BYTES = 220_000  # of the 250 kB that Slack takes
ABOUT_A_SECTION = 150  # bytes around the words
LONGEST_QUOTE = 2_500


def question(asked: Round, prompt: Prompt, zone: str) -> Message:
    """The question, and until when answers are taken."""
    until = instant(asked.closes_at, zone)
    blocks = [_title(asked.question)]
    if asked.sealed or prompt.answers == "form":
        blocks.append(actions("answer", button("Answer", "prompt_answer", str(asked.id), primary=True)))
        how = "without names, from five on" if asked.sealed else "with names"
        blocks.append(context(f"Until {until}. Then the answers appear in the thread, {how}."))
    else:
        blocks.append(context(f"Answer in the thread, until {until}."))
    if asked.late:
        blocks.append(
            context(f"This comes late: I was not running at {instant(asked.occurrence, zone)}. Sorry for that.")
        )
    return message(blocks)


def closed(asked: Round, count: int | None, following: Sequence[Occurrence]) -> Message:
    """The same message once the round is over: how many answered, and when the next question comes."""
    if asked.sealed and asked.unsealed is None:
        words = "Closed. The key to the answers is gone, so nobody can read them; please ask again."
    elif asked.sealed and not asked.unsealed:
        words = "Closed. Fewer than five answered, so nothing is shown, and nothing is kept."
    elif count is None:
        words = "Closed."
    elif count == 0:
        words = "Closed, without answers this time."
    else:
        people = "1 person" if count == 1 else f"{count} people"
        words = f"Closed. {people} answered; read it in the thread."
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
        blocks.append(section(_whose(answer) + words))
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
    room = MODAL_BYTES
    for answer in answers[:MODAL_ANSWERS]:
        words = quote(answer.words, LONGEST_QUOTE)
        room -= len(json.dumps(words)) + ABOUT_A_SECTION
        if room < 0:
            break
        blocks.append(section(_whose(answer) + words))
    shown = len(blocks) - 1
    if shown < len(answers):
        blocks.append(context(f"The first {shown} of {len(answers)}."))
    return modal("notice", "All answers", blocks, close="Close")


def sealed_answers(asked: Round) -> list[Answer]:
    """The answers of a sealed round, once opened: without names, as they came out of the box."""
    return [Answer(person="", words=words) for words in asked.unsealed or []]


def _whose(answer: Answer) -> str:
    """A line above somebody's words; a sealed answer has none."""
    return f"<@{answer.person}>\n" if answer.person else ""


def _title(words: str) -> Json:
    """Large where it can be; a header is plain text, in which marks would stand unescaped."""
    if len(words) <= 150 and not re.search("[&<>]", words):
        return header(words)
    return section(clip_escaped(words, 2_900))


# --- lists and private reminders ------------------------------------------------------------------------


def listing(rows: Sequence[Json], channel: str) -> list[Json]:
    """The answer to `/prompt list`."""
    begin = "Ask something else" if rows else "Ask something"
    told = list(rows) or [section(f"Nothing is asked in <#{channel}> yet.")]
    return [*told, actions("begin", button(begin, "prompt_new", channel, primary=not rows))]


def silent(schedule: Schedule, asks: str) -> list[Json]:
    """Part of a private reminder: two rounds went by without an answer."""
    value, spoken = str(schedule.id), clip(asks, 50)
    return [
        section(
            f"Nobody answered the last two rounds in <#{schedule.channel}>:\n{quote(asks, 500)}\n"
            "That can simply be a busy time. Is it too often, is another question better, or is it time to stop?"
        ),
        actions(
            f"silent-{schedule.id}",
            button("Change question or rhythm", "prompt_edit", value, said=f"Change: {spoken}"),
            stop(schedule, asks, "Stop it"),
            button("Keep it as it is", "nudge_fine", value, said=f"Keep: {spoken}"),
        ),
    ]


def paused_note(schedule: Schedule, asks: str) -> list[Json]:
    """Part of a private reminder: a prompt paused itself."""
    because = schedule.paused_because or ""
    return [section(f"I paused #{schedule.id} in <#{schedule.channel}>: {because}\n{quote(asks, 500)}")]
