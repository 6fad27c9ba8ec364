"""The shell: every verb explains itself, and what is asked wrongly is one sentence and exit code 2."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import __main__
from bot.__main__ import main

DECISIONS = ("decisions", "decisions import", "decisions export", "decisions ask")
VERBS = (
    "serve", "doctor", "migrate", "forget-workspace", "forget-person", "rotate-tokens", "new-key", "demo",
    "manifest", *DECISIONS, "postmortem", "postmortem import", "blameless", "pulse", "pulse verify-purge",
    "outbox", "security", "audit", "schedule", "schedule preview",
)  # fmt: skip
GOOD = {
    "--rule": "FREQ=WEEKLY;BYDAY=SU",
    "--start": "2026-03-01T10:00",
    "--zone": "Europe/Berlin",
    "--after": "2026-03-22T10:00:00+01:00",
    "--count": "2",
}
FAULTS = [
    ({"--zone": "Europe/Belrin"}, "Europe/Berlin"),
    ({"--zone": ""}, "time zone"),
    ({"--zone": "../etc/passwd"}, "time zone"),
    ({"--rule": ""}, "rule"),
    ({"--rule": "every Tuesday"}, "NAME=VALUE"),
    ({"--rule": "FREQ=HOURLY"}, "too often"),
    ({"--rule": "FREQ=MINUTELY;INTERVAL=9999"}, "too often"),
    ({"--rule": "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,x"}, "BYMINUTE"),
    ({"--rule": "FREQ=WEEKLY;COUNT=0"}, "COUNT"),
    ({"--rule": "FREQ=WEEKLY;COUNT=2;UNTIL=20270101"}, "together"),
    ({"--rule": "FREQ=WEEKLY;UNTIL=20260101"}, "before it starts"),
    ({"--rule": "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"}, "never comes"),
    ({"--rule": "FREQ=WEEKLY;LUNCH=1"}, "LUNCH is unknown"),
    ({"--start": "tomorrow"}, "tomorrow"),
    ({"--start": "2026-03-01T10:00+01:00"}, "without an offset"),
    ({"--start": "2026-02-30T10:00"}, "2026-02-30"),
    ({"--after": "2026-03-01T00:00:00"}, "--after needs"),
    ({"--after": "now"}, "--after needs"),
    ({"--after": "0001-01-01T00:00:00+14:00"}, "too far away"),
    ({"--start": "9999-12-31T23:00", "--after": "9999-12-30T00:00:00Z"}, "too far away"),
    ({"--count": "0"}, "--count must be"),
    ({"--count": "-1"}, "--count must be"),
    ({"--count": "1001"}, "--count must be"),
    ({"--count": "many"}, "--count must be"),
    ({"--count": "²"}, "--count must be"),
]


def preview(**given: str) -> int:
    return main(["schedule", "preview", "--json", *[f"{name}={value}" for name, value in given.items()]])


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*verb.split(), "--help"])
    assert ended.value.code == 0
    assert f"python -m bot {verb}" in capsys.readouterr().out


def test_the_overview_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    named = re.findall(r"^    ([\w-]+)(?:  |$)", capsys.readouterr().out, re.MULTILINE)
    assert named == [verb for verb in VERBS if " " not in verb]


def arguments(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.Action]]:
    """(usage, argument) of every verb and verb of a verb, without those that only choose the next verb."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for made in action.choices.values():
                yield from arguments(made)
        else:
            yield parser.prog, action


def test_every_argument_has_words_and_a_name_that_people_read() -> None:
    found = list(arguments(__main__._parser()))
    silent = [f"{verb} {one.dest}" for verb, one in found if not one.help]
    assert silent == []
    shouted = [  # argparse makes a name of an option's own: "--review REVIEW"
        f"{verb} {one.dest}" for verb, one in found if one.option_strings and one.nargs != 0 and not one.metavar
    ]
    assert shouted == []
    assert {one.metavar for _, one in found if one.dest == "workspace"} == {"ID"}


@pytest.mark.parametrize(
    "words", [[], ["dance"], ["schedule"], ["schedule", "dance"], ["schedule", "preview"], ["serve", "--fast"],
              ["manifest", "--http"], ["decisions"], ["decisions", "import"], ["decisions", "export"],
              ["decisions", "ask", "money"], ["forget-workspace"], ["audit", "--count", "many"]],
)  # fmt: skip
def test_words_that_are_not_known_end_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m bot")


def test_a_preview_prints_its_dates_as_json_and_as_lines(capsys: pytest.CaptureFixture[str]) -> None:
    dates = ["2026-03-29T10:00:00+02:00", "2026-04-05T10:00:00+02:00"]
    assert preview(**GOOD) == 0
    assert json.loads(capsys.readouterr().out) == {"dates": dates}
    assert main(["schedule", "preview", *[f"{name}={value}" for name, value in GOOD.items()]]) == 0
    assert capsys.readouterr().out.splitlines() == dates


def test_a_rule_that_is_over_has_no_dates(capsys: pytest.CaptureFixture[str]) -> None:
    assert preview(**GOOD | {"--rule": "FREQ=WEEKLY;COUNT=1", "--after": "2027-01-01T00:00:00Z"}) == 0
    assert json.loads(capsys.readouterr().out) == {"dates": []}


@pytest.mark.parametrize(("wrong", "says"), FAULTS, ids=lambda value: str(value)[:50])
def test_a_preview_asked_wrongly_is_one_sentence_and_exit_code_2(
    wrong: dict[str, str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert preview(**GOOD | wrong) == 2
    out, said = capsys.readouterr()
    assert (out, said.count("\n")) == ("", 1)
    assert says in said


def test_migrate_makes_the_tables_and_may_be_repeated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CANDOR_DATABASE_URL", f"sqlite:///{tmp_path}/candor.db")
    assert main(["migrate"]) == main(["migrate"]) == 0
    assert capsys.readouterr().out == "The tables are up to date.\n" * 2


def test_migrate_without_a_database_is_one_sentence_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CANDOR_DATABASE_URL", f"sqlite:///{tmp_path}/nowhere/candor.db")
    assert main(["migrate"]) == 2
    out, said = capsys.readouterr()
    assert (out, said.count("\n")) == ("", 1)
    assert "CANDOR_DATABASE_URL" in said


# --- decisions ------------------------------------------------------------------------------------------

REGISTRY = (
    "id,area,aliases,decide,door\n1,Refunds,money back,support lead,two-way\n2,Leave,holiday,line manager,\n"
)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A registry file, and a database that knows no workspace yet."""
    monkeypatch.setenv("CANDOR_DATABASE_URL", f"sqlite:///{tmp_path}/candor.db")
    file = tmp_path / "registry.csv"
    file.write_text(REGISTRY, encoding="utf-8")
    return file


def decisions(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, list[str], list[str]]:
    """(exit code, lines of the output, lines of the errors)."""
    code = main(["decisions", *map(str, words)])
    out, said = capsys.readouterr()
    return code, out.splitlines(), said.splitlines()


def test_an_import_says_what_it_does_and_a_dry_run_does_nothing(
    registry: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    added = ["+ Refunds", "+ Leave"]
    dry = decisions(capsys, "import", registry, "--workspace", "T1", "--dry-run")
    assert dry == (0, [*added, "Would be 2 areas: 2 added, 0 changed, 0 removed."], [])
    done = decisions(capsys, "import", registry, "--workspace", "T1", "--keeper", "UADA")
    assert done == (0, [*added, "Now 2 areas: 2 added, 0 changed, 0 removed."], [])
    again = decisions(capsys, "import", registry)
    assert again == (0, ["Now 2 areas: 0 added, 0 changed, 0 removed."], [])
    registry.write_text(REGISTRY.replace("two-way", "costly").replace("2,Leave", "3,Hiring"), encoding="utf-8")
    told = ["+ Hiring", "~ Refunds (door)", "- Leave", "Now 2 areas: 1 added, 1 changed, 1 removed."]
    assert decisions(capsys, "import", registry) == (0, told, [])


@pytest.mark.parametrize("ending", ["csv", "yaml", "yml"])
def test_what_is_exported_can_be_imported(registry: Path, capsys: pytest.CaptureFixture[str], ending: str) -> None:
    decisions(capsys, "import", registry, "--workspace", "T1")
    file = registry.with_name(f"exported.{ending}")
    assert decisions(capsys, "export", file) == (0, ["2 areas."], [])
    nothing = ["Would be 2 areas: 0 added, 0 changed, 0 removed."]
    assert decisions(capsys, "import", file, "--dry-run") == (0, nothing, [])


def test_several_faults_are_all_named_and_nothing_is_changed(
    registry: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decisions(capsys, "import", registry, "--workspace", "T1")
    broken = registry.with_name("broken.csv")
    broken.write_text(f"{REGISTRY}3,New,money back,a|b,revolving\n", encoding="utf-8")
    code, out, said = decisions(capsys, "import", broken)
    assert (code, out) == (2, [])
    assert [line[:8] for line in said] == ["line 4: "] * 2
    assert decisions(capsys, "import", registry)[1] == ["Now 2 areas: 0 added, 0 changed, 0 removed."]


def test_a_workspace_must_be_named_unless_there_is_exactly_one(
    registry: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, said = decisions(capsys, "import", registry)
    assert (code, len(said)) == (2, 1)
    assert "--workspace" in said[0]
    for workspace in ("T1", "E1/T2"):
        assert decisions(capsys, "import", registry, "--workspace", workspace)[0] == 0
    code, _, said = decisions(capsys, "export", registry.with_name("x.csv"))
    assert (code, said) == (
        2,
        ["Which workspace? Name it with --workspace, like T0123ABCD (known here: E1/T2, T1)."],
    )


@pytest.mark.parametrize(
    "words",
    [["--workspace", "my team"], ["--workspace", ""], ["--workspace", "T1", "--keeper", "ada"],
     ["--workspace", "T1", "--keeper", "U" * 21], ["--workspace", "T" * 41]],
)  # fmt: skip
def test_what_is_no_id_is_one_sentence(
    registry: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    code, out, said = decisions(capsys, "import", registry, *words)
    assert (code, out, len(said)) == (2, [], 1)


def test_an_export_that_cant_be_written_is_one_sentence(
    registry: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder.csv").mkdir()
    code, out, said = decisions(capsys, "export", tmp_path / "folder.csv", "--workspace", "T1")
    assert (code, out, said) == (2, [], ["folder.csv can't be written there."])


@pytest.mark.parametrize("name", ["out.txt", "out.md", "out", ".csv", "."])
def test_an_export_is_refused_when_its_ending_names_no_kind_of_file(
    registry: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    code, out, said = decisions(capsys, "export", tmp_path / name, "--workspace", "T1")
    assert (code, out, len(said)) == (2, [], 1)
    assert said[0].endswith("should end in .csv, .yaml or .yml: the ending says how the registry is written.")
    assert {file.name for file in tmp_path.iterdir()} == {"registry.csv"}


def test_questions_are_answered_in_the_order_of_their_file(
    registry: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = registry.with_name("questions.csv")
    questions.write_text(f"query,note\nholiday,x\n,empty\n{'x' * 3_000},long\n🎉,emoji\nmoney back,\n")
    code, out, _ = decisions(capsys, "ask", "--registry", registry, "--questions", questions, "--json")
    told = json.loads("\n".join(out))
    assert code == 0
    assert [one["area"] for one in told] == ["Leave", None, None, None, "Refunds"]
    assert [one["kind"] for one in told] == ["direct", "none", "none", "none", "direct"]
    assert all(one.keys() == {"kind", "area", "candidates", "score"} for one in told)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("money back", "Refunds. Who decides: support lead."),
        ("the weather", "No entry says who decides this."),
        ("pets and desks", "Not sure which of these is meant: Pets / Desks"),
    ],
)
def test_a_question_is_answered_to_people_in_words(
    registry: Path, capsys: pytest.CaptureFixture[str], question: str, says: str
) -> None:
    registry.write_text(f"{REGISTRY}3,Pets,,office lead,\n4,Desks,,office lead,\n", encoding="utf-8")
    assert decisions(capsys, "ask", "--registry", registry, question) == (0, [question, f"  {says}"], [])


def test_asking_nothing_or_from_no_file_is_one_sentence(
    registry: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in ([], ["--questions", "nowhere.csv"], ["--questions", str(registry)]):
        code, out, said = decisions(capsys, "ask", "--registry", registry, *words)
        assert (code, out, len(said)) == (2, [], 1)
