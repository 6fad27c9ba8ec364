"""One round of a prompt: the question is asked, answers come in, the round closes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import storage.prompts as rows
from rituals import nudges
from rituals.calendar.due import Claim
from rituals.calendar.recurrence import Plan, resolve, upcoming
from rituals.calendar.schedules import plan_of
from rituals.errors import InvalidField, NotFound, Refusal
from rituals.prompts.packs import Pack
from storage import Session
from storage.calendar import keepers_of, schedule
from storage.outbox import owe
from storage.schema import Prompt, Round, Schedule

OPEN_FOR_WORKING_DAYS = 2  # a round closes then, or when the next one begins
LATE = timedelta(minutes=5)  # from here on the channel is told why the question comes now
GRACE = timedelta(hours=2)  # and after this, on another day even earlier, it is left out
SILENT_ROUNDS = 2
LONGEST_ANSWER = 1_000


class RoundClosed(Refusal):
    """This round is closed, so I couldn't add that. The next question is a new chance."""


def is_worth_catching_up(claim: Claim, now: datetime) -> bool:
    """Whether a question that is late may still be asked: on the same local day, within two hours."""
    if claim.occurrence is None:
        return False
    there = claim.occurrence.there
    return now - claim.occurrence.at <= GRACE and now.astimezone(there.tzinfo).date() == there.date()


def begin(session: Session, claim: Claim, packs: Mapping[str, Pack], now: datetime) -> Round | None:
    """Ask the channel, for a schedule that was claimed; None when it is too late, or was asked before."""
    if claim.occurrence is None or not is_worth_catching_up(claim, now):
        return None
    prompt = rows.prompt_of(session, claim.schedule.workspace, claim.schedule.id)
    if prompt is None:
        raise NotFound
    return open_round(session, claim.schedule, prompt, claim.occurrence.at, packs, now)


def open_round(
    session: Session,
    schedule: Schedule,
    prompt: Prompt,
    at: datetime,
    packs: Mapping[str, Pack],
    now: datetime,
) -> Round | None:
    """Store a round for the occurrence `at` and owe the channel its question; None when it was asked before."""
    question = prompt.question
    if prompt.pack is not None:
        pack = packs.get(prompt.pack)
        if pack is None:
            return None  # the pack was taken out of the folder: `/prompt list` says so
        chosen, prompt.asked = pack.next_question(prompt.asked)
        question = chosen.ask
    plan = plan_of(session, schedule)
    opened = rows.open_round(
        session,
        schedule.workspace,
        prompt.id,
        occurrence=at,
        late=now - at > LATE,
        question=question,
        opened_at=now,
        closes_at=closes_at(plan, at),
        channel=schedule.channel,
        sealed=prompt.answers == "sealed",
    )
    if opened is not None and not opened.sealed:  # a sealed one is asked when it is known who is there
        owe_question(session, opened, now)
    return opened


def owe_question(session: Session, asked: Round, now: datetime) -> None:
    """Owe the channel its question."""
    owe(
        session,
        asked.workspace,
        key=f"prompt:{asked.id}:question",
        kind="prompt.question",
        to=asked.channel,
        facts={"round": asked.id},
        due=now,
        now=now,
        expires_at=asked.closes_at,
    )


def closes_at(plan: Plan, asked_at: datetime) -> datetime:
    """The same time two working days later, or the next occurrence if that comes first (UTC)."""
    local = asked_at.astimezone(ZoneInfo(plan.zone)).replace(tzinfo=None)
    left = OPEN_FOR_WORKING_DAYS
    while left:
        local += timedelta(days=1)
        if local.weekday() < 5 and local.date() not in plan.days_off:
            left -= 1
    end = resolve(local, plan.zone)
    following = upcoming(plan, asked_at, 1)
    return min(end, following[0].at) if following else end


def posted(session: Session, workspace: str, round_id: int, ts: str) -> None:
    """Remember where the question stands in Slack."""
    asked = rows.round_of(session, workspace, round_id)
    if asked is not None:
        asked.ts = ts


def take_answer(session: Session, workspace: str, round_id: int, person: str, words: str, now: datetime) -> bool:
    """Store an answer given by form, or change an earlier one (False). Raises RoundClosed, InvalidField."""
    words = words.strip()
    if not words:
        raise InvalidField("words", "Write a few words first.")
    if len(words) > LONGEST_ANSWER:
        raise InvalidField(
            "words", f"This has {len(words):,} characters. Please keep it within {LONGEST_ANSWER:,}."
        )
    asked = rows.keep_round_open(session, workspace, round_id)
    if asked is None:
        raise NotFound
    if asked.closed_at is not None or asked.closes_at <= now:
        raise RoundClosed
    return rows.put_answer(session, workspace, round_id, person, words, now)


def close(session: Session, workspace: str, round_id: int, now: datetime) -> bool:
    """Close a round and owe its digest: an edit of the question, and the answers in its thread.

    False when it was closed before. In a thread, the courier counts the answers (`conclude`), if it may.
    """
    asked = rows.lock_round(session, workspace, round_id)
    if asked is None or not rows.claim_close(session, workspace, round_id, now):
        return False
    prompt = rows.prompt(session, workspace, asked.prompt_id)
    count = 0
    if prompt is not None and prompt.answers == "form":
        count = len(rows.answers_of(session, workspace, round_id))
        conclude(session, workspace, round_id, count, now)
    owe_close(session, asked, now, with_digest=count > 0)
    return True


def owe_close(session: Session, asked: Round, now: datetime, *, with_digest: bool) -> None:
    """Owe the channel the end of a round: an edit of the question, and the answers in its thread."""
    for kind in ("prompt.closed", "prompt.digest") if with_digest else ("prompt.closed",):
        owe(
            session,
            asked.workspace,
            key=f"{kind}:{asked.id}",
            kind=kind,
            to=asked.channel,
            facts={"round": asked.id},
            due=now,
            now=now,
            expires_at=now + timedelta(days=1),
        )


def conclude(session: Session, workspace: str, round_id: int, count: int | None, now: datetime) -> None:
    """Note how many answered (None: nobody could count).

    After two silent rounds those who look after the prompt are asked: too often, another question, stop?
    """
    asked = rows.round_of(session, workspace, round_id)
    prompt = rows.prompt(session, workspace, asked.prompt_id) if asked else None
    if asked is None or prompt is None:
        return
    asked.answer_count = count
    if count is None:
        return
    prompt.silent_rounds = 0 if count else prompt.silent_rounds + 1
    kept = schedule(session, workspace, prompt.schedule_id)
    if prompt.silent_rounds < SILENT_ROUNDS or kept is None or kept.ended_at is not None:
        return
    prompt.silent_rounds = 0
    for keeper in keepers_of(session, workspace, prompt.schedule_id):
        nudges.want(
            session,
            workspace,
            keeper,
            key=f"prompt:{prompt.id}:silent:{round_id}",
            kind="prompt.silent",
            facts={"schedule": prompt.schedule_id},
            now=now,
            days_off=plan_of(session, kept).days_off,
        )
