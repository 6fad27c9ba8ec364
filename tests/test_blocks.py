"""Blocks: whatever people write, Slack takes what we build, and their words stay words."""

from __future__ import annotations

import inspect
import json
import pkgutil
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bot.blocks
from bot.blocks import calendar, candor, common, home, nudges, when
from bot.blocks.common import Json, Message, clip_escaped, escape, message, quote, section
from bot.blocks.prompts import answers as answer_forms
from bot.blocks.prompts import draft as drafting
from bot.blocks.prompts import forms, messages
from bot.blocks.prompts.draft import Draft, draft_of, new_draft
from bot.calendar import MOST_BLOCKS
from bot.courier import UNREACHABLE
from bot.prompts.listing import HELP
from rituals.calendar.cadence import DAYS, KINDS
from rituals.calendar.recurrence import Occurrence
from rituals.errors import Refusal
from rituals.prompts.asking import LONGEST_BESIDE, LONGEST_QUESTION, Asked, check
from rituals.prompts.packs import OURS, load_packs
from rituals.prompts.rounds import LONGEST_ANSWER
from storage.forgetting import PEOPLE
from storage.schema import Answer, Prompt, Round, Schedule
from tests.conftest import BuildCandor
from tests.slack import Slack, problems_in_message, problems_in_view
from tests.slack.limits import every_text
from tests.test_ring import set_up_prompt

PACKS = load_packs(None)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DATES = [
    Occurrence(NOON + timedelta(days=day), datetime(2026, 11, 23 + day, 13), "Europe/Berlin") for day in (1, 2, 3)
]
NASTY = [
    "<!channel> wake up", "<@U123> and <#C123|x>", "<https://evil.example|your bank>", "&lt;!here&gt;",
    "*bold* _it_ ~no~",
    "```code", "`tick`", ">quoted\n>again", "a\r\nb\rc\u2028d", "עברית \u202eevil", "مرحبا",
    "e\u0301" * 80, "👩‍👩‍👧‍👦" * 40,
    "&" * 200, "<" * 200, '"\\' * 200, "\n" * 50 + "x", "x\n" * 100, ":tada: <!date^1^{date}|x>", "\t\x07\x00 z",
    "x" * 500, "漢" * 500, "@channel @here", "…", "a" * 149 + "&", "a" * 150, "a" * 151,
]  # fmt: skip


def words(longest: int, *, empty: bool = False) -> st.SearchStrategy[str]:
    """What somebody may type into a box of so many characters."""
    built = (
        st.sampled_from(NASTY)
        | st.text(max_size=80)
        | st.tuples(st.sampled_from(NASTY), st.integers(1, 40)).map(lambda it: it[0] * it[1])
    )
    cut = built.map(lambda typed: typed[:longest])
    return cut if empty else cut.filter(lambda typed: bool(typed.strip()))


reasons = st.sampled_from((*UNREACHABLE.values(), "by <@U0000000001>.", "by <@U1> until Tue 1 Dec 2026, 00:00."))
asked_words = words(LONGEST_QUESTION).map(lambda typed: " ".join(typed.split())).filter(bool)
beside_words = words(LONGEST_BESIDE).map(str.strip).filter(bool)


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    """Any draft that the forms let through."""
    own = draw(st.booleans())
    return Draft(
        origin="0" * 32,
        channel="C123456789A",
        zone=draw(st.sampled_from(("UTC", "America/Argentina/ComodRivadavia"))),
        first="2026-11-24",
        schedule=draw(st.sampled_from((None, 2**40))),
        version=draw(st.integers(0, 10**6)),
        question=draw(asked_words) if own else None,
        pack=None if own else draw(st.sampled_from(sorted(PACKS))),
        answers=draw(st.sampled_from(("thread", "form"))),
        beside=draw(st.none() | beside_words),
        at=draw(st.sampled_from(("10:00", "03:07"))),
        country=draw(st.sampled_from((None, "DE-BY"))),
        kind=draw(st.sampled_from(sorted(KINDS))),
        days=(draw(st.sampled_from(DAYS)),),
        every=draw(st.integers(2, 12)),
        day=draw(st.integers(1, 31)),
        short=draw(st.sampled_from(("skip", "last"))),
        nth=draw(st.sampled_from((1, 2, 3, 4, -1))),
        month=draw(st.integers(1, 12)),
        rule=draw(st.sampled_from(("FREQ=DAILY;INTERVAL=3", "FREQ=YEARLY;BYDAY=" + ",".join(["1MO"] * 100)))),
    )


def schedule(number: int = 7, **more: Any) -> Schedule:
    columns: dict[str, Any] = {
        "id": number, "workspace": "T1", "ritual": "prompts", "channel": "C1", "rule": "FREQ=WEEKLY;BYDAY=TU",
        "start": "2026-11-24T10:00:00", "zone": "Europe/Berlin", "next_due": NOON, "paused_because": None,
        "version": 1,
    }  # fmt: skip
    return Schedule(**columns | more)


def asked(question: str, **more: Any) -> Round:
    columns: dict[str, Any] = {
        "id": 5, "workspace": "T1", "prompt_id": 3, "question": question, "occurrence": NOON, "late": False,
        "opened_at": NOON, "closes_at": NOON + timedelta(days=2), "closed_at": None, "channel": "C1",
        "ts": "1.000001",
    }  # fmt: skip
    return Round(**columns | more)


def prompt(**more: Any) -> Prompt:
    return Prompt(**{"id": 3, "workspace": "T1", "answers": "form", "beside": None, "pack": None} | more)


def given_answers(typed: Sequence[str]) -> list[Answer]:
    return [
        Answer(id=number, workspace="T1", round_id=5, person=f"U{number:010}", words=one, at=NOON)
        for number, one in enumerate(typed)
    ]


def sound(built: Message) -> None:
    """Slack takes it, and nothing of it pings, links or leaves its quotation."""
    arguments = {"text": built.text, "blocks": built.blocks}
    assert problems_in_message(arguments, edit=built.edits is not None) == []
    harmless([built.text, *every_text(built.blocks, only="mrkdwn")])


def sound_blocks(blocks: list[Json]) -> None:
    sound(message(blocks))


def sound_view(view: Json) -> None:
    assert problems_in_view(view) == []
    harmless(every_text(view, only="mrkdwn"))


OURS_ONLY = re.compile(r"<(?:@U\d+|#C\w+|!date\^\d+\^\{date_short_pretty\} at \{time\}\|[^<>|]*)>")


def harmless(texts: Sequence[str]) -> None:
    """No `<` or `>` but our own mentions and dates, and the mark that begins a quoted line."""
    for one in texts:
        left = OURS_ONLY.sub("", one)
        assert "<" not in left
        assert ">" not in re.sub(r"(?m)^>", "", left)


# --- messages -------------------------------------------------------------------------------------------


@given(
    words(LONGEST_QUESTION), st.sampled_from(("thread", "form")), st.booleans(), st.none() | st.integers(0, 900)
)
def test_a_question_and_its_close(question: str, answers: str, late: bool, count: int | None) -> None:
    sound(messages.question(asked(question, late=late), prompt(answers=answers), "Europe/Berlin"))
    sound(messages.closed(asked(question), count, DATES[:1]))
    sound(messages.closed(asked(question), count, []))


@given(st.lists(words(LONGEST_ANSWER), min_size=1, max_size=60), st.none() | beside_words)
@settings(max_examples=60, deadline=None)
def test_a_digest_and_all_its_answers(typed: list[str], beside: str | None) -> None:
    answers = given_answers(typed)
    sound(messages.digest(asked("What?"), answers, prompt(beside=beside), "Our direction"))
    sound_view(messages.all_answers(asked("What?"), answers))
    nameless = messages.sealed_answers(asked("What?", sealed=True, unsealed=typed))
    sound(messages.digest(asked("What?"), nameless, prompt(), None))


@pytest.mark.parametrize("letter", ["x", "&", "漢", "👩", "x\n", "<!channel>"])
@pytest.mark.parametrize("people", [1, 50, 400])
def test_the_longest_answers_of_many_people_still_fit(letter: str, people: int) -> None:
    answers = given_answers([(letter * LONGEST_ANSWER)[:LONGEST_ANSWER]] * people)
    sound(messages.digest(asked("x" * 500), answers, prompt(beside="&" * 500), "Our direction"))
    sound_view(messages.all_answers(asked("x" * 500), answers))


@pytest.mark.parametrize("typed", ["x" * 700, "&" * 300, "<" * 599])
def test_who_reads_a_shortened_answer_can_read_the_rest(typed: str) -> None:
    built = messages.digest(asked("What?"), given_answers([typed]), prompt(), None)
    assert "…" in built.text
    assert "Read all answers" in json.dumps(built.blocks)


@given(words(LONGEST_QUESTION), reasons, st.sampled_from((None, NOON)), st.booleans())
def test_the_rows_of_lists(question: str, because: str, due: datetime | None, paused: bool) -> None:
    it = schedule(next_due=due, paused_because=because if paused else None)
    for built in (
        calendar.row(it, question, ["U1", "U2"], DATES, NOON, edit="prompt_edit", with_channel=True),
        calendar.row(it, question, [], [], NOON, edit="prompt_edit"),
        calendar.row(it, question, ["U1", "U2"], DATES, NOON),
    ):
        sound_blocks(messages.listing(built, "C1"))
        sound_blocks(candor.listing(built, "C1", ["/prompt"]))
        sound_view(home.home([common.button("Go", "go")], [], [built], quiet="then", shifted="now"))
    noted = [replace(DATES[0], note=question), replace(DATES[1], note="skipped", skipped=True)]
    sound_blocks(candor.why(it, clip_escaped(question, 300), noted, "every Tuesday", NOON))


@pytest.mark.parametrize("count", [0, 1, 10, 16, 40, 120])
@pytest.mark.parametrize("letter", ["x", "&", "漢"])
def test_many_rows_still_fit(count: int, letter: str) -> None:
    rows = [
        calendar.row(schedule(number), letter * 500, ["U1", "U2"], DATES, NOON, edit="prompt_edit")
        for number in range(count)
    ]
    listed = [block for row in rows for block in row][:MOST_BLOCKS]
    sound_blocks(messages.listing(listed, "C1"))
    sound_blocks(candor.listing(listed, "C1", ["/prompt"]))
    due = [
        part
        for number in range(10)
        for part in (section(letter * 300), common.actions(f"due-{number}", common.button("Answer", "a")))
    ]
    sound_view(home.home([common.button("Go", "go")], due, rows))


def test_the_lists_of_a_channel_with_many_prompts_fit(build_candor: BuildCandor, slack: Slack) -> None:
    """Through the doors: the strict fake refuses an answer that Slack would."""
    bot, ada = build_candor(pace_per_minute=6_000), slack.person("UADA", team="T1")
    for _ in range(60):
        set_up_prompt(bot.database, question="&" * LONGEST_QUESTION)
    for command in ("/prompt", "/candor"):
        before = len(ada.ephemerals)
        ada.command(command, "list", channel="C1")
        assert len(ada.ephemerals) == before + 1
        ada.click("schedule_pause", on=ada.ephemerals[-1])
    ada.open_home()
    assert "You look after" in json.dumps(ada.home)


def test_a_home_without_any_ritual_is_still_a_home() -> None:
    """CANDOR_RITUALS may be empty: Slack refuses a row of no buttons."""
    sound_view(home.home([], [], []))


@given(st.lists(words(LONGEST_QUESTION), min_size=1, max_size=6), reasons, st.booleans())
@settings(max_examples=50, deadline=None)
def test_a_bundle_of_reminders(questions: list[str], because: str, ignored: bool) -> None:
    parts = [messages.silent(schedule(number), one) for number, one in enumerate(questions)]
    parts += [messages.paused_note(schedule(paused_because=because), one) for one in questions]
    sound(nudges.bundle(parts, ignored=ignored))


@pytest.mark.parametrize("count", [5, 15, 16, 17, 30])
@pytest.mark.parametrize("letter", ["x", "&"])
def test_a_bundle_of_many_reminders_fits_and_keeps_its_last_question(count: int, letter: str) -> None:
    parts = [messages.silent(schedule(number), letter * 500) for number in range(count)]
    built = nudges.bundle(parts, ignored=True)
    assert "Too often?" in built.text
    sound(built)


def test_help_and_what_is_kept() -> None:
    for built in (
        [section(candor.HELP)],
        [section(HELP)],
        candor.my_data({}, None, None),
        candor.my_data(dict.fromkeys(PEOPLE, 1), "x", "UTC"),
        candor.my_data(dict.fromkeys(PEOPLE, 1_000_000), "x", "Europe/Berlin"),
    ):
        sound_blocks(built)


# --- forms ----------------------------------------------------------------------------------------------

CHANNELS = [(f"C{number}", "n" * 80) for number in range(3)]


def filled(view: Json, **given: Any) -> Json:
    """The form as Slack sends it back, with each box as it was drawn unless `given` says otherwise."""
    values: Json = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element, name = block["element"], block["block_id"]
        match element["type"]:
            case "plain_text_input":
                state: Json = {"value": element.get("initial_value")}
            case "datepicker":
                state = {"selected_date": element.get("initial_date")}
            case "checkboxes":
                state = {"selected_options": element.get("initial_options", [])}
            case "conversations_select":
                state = {"selected_conversation": element.get("initial_conversation")}
            case _:
                state = {"selected_option": element.get("initial_option")}
        values[name] = {element["action_id"]: {"type": element["type"], **state, **given.get(name, {})}}
    return view | {"state": {"values": values}}


@given(drafts())
@settings(max_examples=150, deadline=None)
def test_a_draft_comes_through_what_when_and_check_as_it_went_in(draft: Draft) -> None:
    what = forms.what_form(draft, PACKS, None)
    sound_view(what)
    told = forms.read_what(filled(what), PACKS)
    assert told == draft
    when = forms.when_form(told, PACKS)
    sound_view(when)
    assert forms.read_when(filled(when)) == draft
    for difference in (None, (DATES[:1], DATES[1:]), ([], [])):
        check = forms.check_form(draft, PACKS, DATES, difference)
        sound_view(check)
        assert forms.read_check(check) == draft
    sound_view(forms.done(draft, DATES, asked_now=True))


@given(drafts())
def test_a_stored_prompt_comes_back_as_the_draft_it_was(draft: Draft) -> None:
    try:
        timing = draft.timing()
    except Refusal:
        return
    stored = schedule(
        rule=timing.rule, start=timing.start.isoformat(), zone=timing.zone, country=timing.country, version=3
    )
    edited = draft_of(stored, prompt(question=draft.question, pack=draft.pack, answers=draft.answers,
                                     beside=draft.beside))  # fmt: skip
    assert (edited.schedule, edited.version, edited.channel) == (stored.id, 3, stored.channel)
    assert (edited.asked, edited.timing()) == (draft.asked, timing)


@pytest.mark.parametrize("letter", ["x", '"', "\\", "\x07", "漢", "👩", "&"])
def test_the_longest_question_still_travels_with_its_form(letter: str) -> None:
    """Private metadata takes 3,000 characters; some letters are written as two or six of them."""
    draft = new_draft("C123456789A", "America/Argentina/ComodRivadavia", NOON.date())
    question, beside = ("q" + letter * (longest - 1) for longest in (LONGEST_QUESTION, LONGEST_BESIDE))
    own = check(Asked(question, None, "thread"), PACKS)  # as the listeners do before a form goes on
    of_pack = check(Asked(None, next(name for name in PACKS), "thread", beside), PACKS)
    draft = replace(draft, question=own.question, beside=of_pack.beside)
    sound_view(forms.when_form(draft, PACKS))
    sound_view(forms.check_form(draft, PACKS, DATES, None))


def test_the_longest_rule_still_travels_with_its_form_or_is_refused() -> None:
    """The box takes 3,000 characters, and a weekday may stand in a rule as often as somebody likes."""
    draft = replace(new_draft("C1", "UTC", NOON.date()), kind="rule", question="q" * LONGEST_QUESTION)
    typed = "FREQ=YEARLY;BYDAY=" + ",".join(["1MO"] * 740)
    try:
        read = forms.read_when(filled(forms.when_form(draft, PACKS), rule={"value": typed}))
        read.timing()
    except Refusal:
        return
    sound_view(forms.check_form(read, PACKS, DATES, None))


@given(asked_words, st.integers(1, 101))
@settings(max_examples=50, deadline=None)
def test_the_first_form_and_its_reader(question: str, count: int) -> None:
    draft = new_draft("", "Europe/Berlin", NOON.date())
    view = forms.first_form(draft, [(f"C{number}", "n" * 80) for number in range(count)])
    sound_view(view)
    chosen: Json = {"selected_option": {"value": "C0"}} if count <= 100 else {"selected_conversation": "C0"}
    read = forms.read_first(filled(view, question={"value": question}, channel=chosen))
    assert (read.channel, read.question) == ("C0", question)
    assert (read.kind, read.days, read.at) == ("weekly", ("MO",), "10:00")


@given(words(LONGEST_QUESTION), st.none() | words(LONGEST_ANSWER), words(LONGEST_ANSWER))
def test_an_answer_is_read_as_it_was_typed(question: str, earlier: str | None, typed: str) -> None:
    sound_view(answer_forms.sealed_form(5, question, "Tue 24 Nov 2026, 13:00 (Europe/Berlin)"))
    sound_view(answer_forms.is_sealed())
    view = answer_forms.answer_form(5, question, "Tue 24 Nov 2026, 13:00 (Europe/Berlin)", earlier)
    sound_view(view)
    assert answer_forms.read_answer(filled(view, words={"value": typed})) == (5, typed)
    sound_view(answer_forms.answered(True))


# --- people's words -------------------------------------------------------------------------------------


@given(words(3_000, empty=True), st.integers(5, 3_000))
def test_escaped_words_are_never_cut_inside_an_entity_and_say_the_same(typed: str, limit: int) -> None:
    cut = clip_escaped(typed, limit)
    assert 1 <= len(cut) <= limit
    assert re.sub(r"&(?:amp|lt|gt);", "", cut).count("&") == 0
    assert escape(typed.strip()).startswith(cut.removesuffix("…").rstrip()) or cut == "…"


@given(words(1_000, empty=True))
def test_a_quotation_has_its_mark_on_every_line(typed: str) -> None:
    """Wherever a client may break the line: a carriage return or a line separator, too."""
    lines = re.split("\r\n|[\n\r\u2028\u2029]", quote(typed))
    assert all(line.startswith(">") for line in lines)


# --- nobody forgotten -----------------------------------------------------------------------------------

BUILDERS: dict[ModuleType, set[str]] = {
    candor: {"listing", "beginnings", "why", "my_data"},
    home: {"home", "audit"},  # the audit in tests/test_blocks_audit.py
    nudges: {"bundle"},
    calendar: {"row", "rhythm", "when_next", "stop"},
    messages: {"question", "closed", "digest", "all_answers", "listing", "silent", "paused_note",
               "sealed_answers"},
    drafting: {"new_draft", "draft_of", "draft_in"},
    forms: {"first_form", "read_first", "what_form", "read_what", "when_form", "read_when", "check_form",
            "read_check", "done"},
    answer_forms: {"answer_form", "sealed_form", "read_answer", "answered", "is_sealed"},
    when: {"first_day_field", "read_first_day", "zone_field", "read_zone_of", "country_field", "listed",
           "moved"},  # parts of the forms of prompts, and tried with them
}  # fmt: skip


ELSEWHERE = {
    "bot.blocks.common": "the bricks of all the others",
    "bot.blocks.decisions": "tests/test_decisions_words.py has every answer and form",
    "bot.blocks.demo_day": "tests/test_demo_day.py opens every form, and the strict fake looks at each",
    "bot.blocks.postmortem": "tests/test_postmortem.py opens every form, and the strict fake looks at each",
    "bot.blocks.pulse": "tests/test_pulse_result.py has the result; tests/test_pulse.py opens every form",
}


def test_every_room_of_blocks_is_tried_here_or_elsewhere() -> None:
    rooms = {
        one.name
        for one in pkgutil.walk_packages(bot.blocks.__path__, "bot.blocks.")
        if not one.ispkg and one.name.rpartition(".")[0] not in ELSEWHERE
    }
    assert rooms == {room.__name__ for room in BUILDERS} | {"bot.blocks.common"}


@pytest.mark.parametrize("room", BUILDERS, ids=lambda room: room.__name__)
def test_every_builder_is_tried_here(room: ModuleType) -> None:
    def ours(it: Callable[..., Any]) -> bool:
        return inspect.isfunction(it) and it.__module__ == room.__name__ and not it.__name__.startswith("_")

    assert {name for name, _ in inspect.getmembers(room, ours)} == BUILDERS[room]


def test_every_pack_makes_sound_questions() -> None:
    assert len(PACKS) == len(list(OURS.glob("*.yaml")))
    for pack in PACKS.values():
        for one in pack.questions:
            sound(messages.question(asked(one.ask), prompt(pack=pack.name), "UTC"))
