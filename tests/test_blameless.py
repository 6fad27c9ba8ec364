"""Blame-aware hints: every rule by its examples, silence where it is due, the parts kept apart, and the shell."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.__main__ import main
from rituals.blameless import hint_for, hints, reply_to_self_blame
from rituals.blameless.grammar import sentences
from rituals.blameless.model import weights
from rituals.blameless.quoting import own_words
from rituals.blameless.rules import Rule, families, met, rules
from tests.blameless.counting import count, share
from tests.blameless.sentences import read
from tests.blameless.train import train

SILENT = """\
the request failed to connect
health check failed
pod failed to start
replication failed to catch up
the job forgot its lease
the load balancer missed two checks
the parser ignored the comma
the migration broke the index
the scheduler killed the container
Fault tolerance, fault domains and fault injection are in the glossary.
A page fault, then a segmentation fault.
We ran git blame.
This is blameless.
The error budget is used up.
The user error rate rose.
The dumb terminal is off.
The hero image did not load.
We stopped it with kill -9.
The broker restarted.
The responsible disclosure policy applies.
We are responsible for the billing service.
The sloppy quorum and lazy loading are on.
the breaker should have opened at 50 %
the alert should fire
traffic should have been balanced
the account should have read access
you should see the canary
we should add a canary
we could have two incidents next quarter
you should expect a message
we didn't know yet that the replica was stale
we couldn't have known that
the runbook did not mention the second region
he ran the documented command
the reviewer saw a green build and approved
who was paged first?
who else knows?
why was the timeout 30 s?
what made that the right option at the time?
nobody is to blame
it is not your fault
The banner said "you should have checked the dashboard".
`raise ValueError("you forgot the name")`
> why did you do that
&gt; who broke the build
https://example.org/why-did-you-break-it
<https://example.org/human-error|the page>
2026-03-01T10:00:00Z ERROR operator failed to start
[14:02] <@U123>: you should have asked
""".splitlines()
SHELL_DRAFT = (
    "You should have asked first.\nThe pod failed to start.\n\nI should have paged earlier.\nImprove monitoring"
)


def families_in(text: str) -> set[str]:
    return {one.family for one in hints(text)}


def rules_met(text: str) -> set[str]:
    return {one.rule.id for sentence in sentences(own_words(text)) for one in met(sentence)}


# --- the rules ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_rule_finds_its_examples_and_spares_those_of_the_other_kind(rule: Rule) -> None:
    assert rule.finds
    assert rule.spares
    assert [text for text in rule.finds if rule.id not in rules_met(text)] == []
    assert [text for text in rule.spares if rules_met(text)] == []


def test_every_rule_has_a_name_of_its_own_and_a_family_with_a_reason_and_a_question() -> None:
    assert len({rule.id for rule in rules()}) == len(rules())
    assert {rule.family for rule in rules()} == set(families())
    for family in families().values():
        assert family.ask.endswith(("?", "later."))
        assert ("{words}" in family.why) == (family.name != "self_blame")


@pytest.mark.parametrize("text", SILENT)
def test_the_hints_are_silent_on_systems_fixed_terms_plans_knowledge_and_other_peoples_words(text: str) -> None:
    assert hints(text) == []


# --- who it is about ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("The on-call engineer didn't read Dana's note.", "PERSON did not read PERSON's note ."),
        ("<@U123ABC> shouldve asked", "PERSON should have asked"),
        ("shoulda known, u forgot it", "should have known , YOU forgot it"),
        ("The support queue was full.", "the support queue was full ."),
        ("Support was asleep.", "PERSON was asleep ."),
        ("None of the reviewers looked.", "nobody looked ."),
        ("The Kubernetes operator failed.", "the kubernetes operator failed ."),
        ("The pods restarted, and they failed.", "the pods restarted , and they failed ."),
        ("Let's ask the DBA.", "let us ask PERSON ."),
        ("Their team's fault, not ours.", "PERSON's fault , not WE's ."),
        ("She forgto the night shift.", "PERSON forgot PERSON ."),
    ],
)
def test_grammar_finds_the_people_of_a_sentence(written: str, read_as: str) -> None:
    assert [one.tagged.strip() for one in sentences(own_words(written))] == [read_as]


@pytest.mark.parametrize(
    ("person", "system"),
    [
        ("The reviewer failed to see the missing index.", "The optimizer failed to see the missing index."),
        ("Dana forgot the second region.", "The config forgot the second region."),
        ("The on-call ignored the alert.", "The filter ignored the alert."),
        ("They took down the site.", "The traffic took down the site."),
    ],
)
def test_the_same_verb_is_blame_of_a_person_and_none_of_a_system(person: str, system: str) -> None:
    assert [one.level for one in hints(person)] == ["nudge"] * len(hints(person))
    assert hints(person)
    assert hints(system) == []


# --- what a hint says -----------------------------------------------------------------------------------


def test_a_hint_is_about_the_sentence_with_the_writers_own_words_and_a_question() -> None:
    hint = hint_for("It was late.\nDana SHOULD’VE checked the other dashboard, I think.")
    assert hint is not None
    assert (hint.rule, hint.family, hint.level, hint.line) == ("should_have", "counterfactual", "nudge", 2)
    assert hint.words == "Dana SHOULD’VE checked the other dashboard, I think"
    assert hint.sentence.startswith("A reader may hear blame in “Dana SHOULD’VE")
    assert hint.sentence.endswith("?")


def test_self_blame_is_answered_kindly_and_never_corrected() -> None:
    hint = hint_for("I should have paged earlier, this is all my fault.")
    assert hint is not None
    assert (hint.family, hint.level) == ("self_blame", "self")
    assert hint.sentence == reply_to_self_blame()
    assert "Thank you" in reply_to_self_blame()
    assert "blame" not in reply_to_self_blame()


def test_slack_shows_one_hint_a_text_and_soft_ones_only_where_they_are_wanted() -> None:
    many = "Why did you not ask? He is careless. Improve monitoring."
    assert len(hints(many)) > 2
    shown = hint_for(many)
    assert shown is not None
    assert shown.level == "nudge"
    assert hint_for("Improve monitoring.") is None
    soft = hint_for("Improve monitoring.", soft=True)
    assert soft is not None
    assert soft.family == "vague_action"
    assert hint_for("") is None


def test_a_fence_hides_what_is_in_it_and_an_open_one_hides_nothing() -> None:
    assert hints("```\nwho broke it?\nyou should have asked\n```\nThe pod restarted.") == []
    assert families_in("```\nYou should have asked.") == {"counterfactual"}


# --- the parts kept apart -------------------------------------------------------------------------------

# A little below what was measured when they were last counted (rituals/blameless/__init__.py tells what). They are
# floors for changes, no proof: the more often a part is counted, the less it is apart.
FLOORS = {"apart": (0.78, 0.95, 0.04), "fresh": (0.88, 0.95, 0.03), "held": (0.58, 0.8, 0.06)}


@pytest.mark.parametrize("part", FLOORS)
def test_the_parts_kept_apart_are_found_no_worse_than_they_were(part: str) -> None:
    counts = count(read(part))
    nudges, selves, false = FLOORS[part]
    assert share(counts, "all nudge") >= nudges
    assert share(counts, "all self") >= selves
    assert share(counts, "clean") <= false


def test_there_are_many_sentences_and_none_of_the_kept_ones_made_a_rule() -> None:
    opened = list(read("open"))
    assert len(opened) > 1_500
    assert sum(one.level == "clean" for one in opened) > len(opened) / 3
    assert not {one.text for one in opened} & {one.text for part in FLOORS for one in read(part)}


# Training reads all open sentences a dozen times; that the shipped weights are theirs is worth two seconds.
def test_the_weights_that_are_shipped_are_those_that_training_makes() -> None:
    assert train(list(read("open"))) == weights()


# --- time and bad input ---------------------------------------------------------------------------------

LONG = {
    "one word": "should" * 20_000,
    "no end": "they should have " * 5_000,
    "quotes": '"a' * 20_000,
    "apostrophes": "'a " * 20_000,
    "mentions": "<@U123> " * 10_000,
    "who": "who " * 20_000,
    "and": "whoever " + "was and " * 10_000,
    "fences": "```" * 20_000,
    "commas": "PERSON , " * 10_000,
    "dots": "." * 100_000,
    "brackets": "[14:02" * 10_000,
    "nul": "\x00" * 100_000,
}


# Each is some 100,000 letters on one line, and takes about a second of the processor's own time.
@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_no_text_takes_long(text: str) -> None:
    begin = process_time()
    hints(text)
    assert process_time() - begin < 10


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("aI'’\"“<>@#`*_~|.,;:?!-—\n\t\x00é漢🙂 0") | st.characters(), max_size=300)
)
def test_any_text_at_all_has_hints_or_none_and_words_of_its_own(text: str) -> None:
    for one in hints(text):
        assert 1 <= one.line <= text.count("\n") + 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([one.text for one in read("open")]), max_size=6))
def test_a_line_gets_the_same_hints_alone_and_among_others(lines: list[str]) -> None:
    together = [(one.line, one.rule, one.words) for one in hints("\n".join(lines))]
    alone = [(at, one.rule, one.words) for at, line in enumerate(lines, 1) for one in hints(line)]
    assert together == alone


# --- the shell ------------------------------------------------------------------------------------------


def json_lines(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def shell(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    def run(*words: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(["blameless", *words])
        return code, *capsys.readouterr()

    return run


Shell = Callable[..., tuple[int, str, str]]


def test_the_shell_prints_an_object_a_line_with_the_keys_that_were_promised(shell: Shell, tmp_path: Path) -> None:
    draft = tmp_path / "draft.md"
    draft.write_text(SHELL_DRAFT, encoding="utf-8")
    code, out, err = shell(str(draft), "--json")
    told = json_lines(out)
    assert (code, err, [one["line"] for one in told]) == (0, "", [1, 2, 3, 4, 5])
    levels = [[hint["level"] for hint in one["hints"]] for one in told]  # type: ignore[attr-defined]
    assert levels == [["nudge"], [], [], ["self"], ["soft"]]
    assert list(told[0]["hints"][0]) == ["rule", "family", "level", "words", "ask"]  # type: ignore[index]


def test_the_shell_reads_standard_input_and_prints_sentences(shell: Shell) -> None:
    code, out, _ = shell("-", stdin=SHELL_DRAFT.encode())
    assert code == 0
    assert [line.partition(": ")[0] for line in out.splitlines()] == ["1", "4", "5"]
    assert "1: nudge: A reader may hear blame in “You should have asked first”" in out


def test_lines_are_counted_as_editors_count_them(shell: Shell) -> None:
    _, out, _ = shell("-", "--json", stdin="\ufeffOK.\r\nDana forgot it.\r\na\x0bb\u2028c\r\n".encode())
    assert [(one["line"], bool(one["hints"])) for one in json_lines(out)] == [(1, False), (2, True), (3, False)]


@pytest.mark.parametrize("wanted", [[], ["--json"]])
def test_an_empty_draft_prints_nothing(shell: Shell, wanted: list[str]) -> None:
    assert shell("-", *wanted) == (0, "", "")


def test_what_is_no_text_or_not_there_is_one_sentence_and_exit_code_2(shell: Shell, tmp_path: Path) -> None:
    no_text = "isn't text in UTF-8. Write it as UTF-8 and try again.\n"
    (tmp_path / "picture").write_bytes(b"\x89PNG\xff\xfe")
    assert shell(str(tmp_path / "picture")) == (2, "", f"{tmp_path / 'picture'} {no_text}")
    assert shell(str(tmp_path / "none")) == (2, "", f"There is no file {tmp_path / 'none'}.\n")
    assert shell(str(tmp_path))[0] == 2
    assert shell("-", stdin=b"\xff\xfe") == (2, "", f"Standard input {no_text}")


# 10,000 lines, a quarter of them sentences, take about two seconds: the promise is about that many.
def test_ten_thousand_lines_are_no_trouble(shell: Shell) -> None:
    texts = [one.text for one in read("open")][:2_500]
    draft = "\n".join(f"{text}\n\n    code = here()\n" for text in texts) + "\nThe end."
    begin = process_time()
    code, out, _ = shell("-", "--json", stdin=draft.encode())
    assert (code, out.count("\n")) == (0, draft.count("\n") + 1)
    assert out.count("\n") > 10_000
    assert process_time() - begin < 20
