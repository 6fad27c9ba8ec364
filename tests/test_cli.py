"""The shell: every verb explains itself, and what is asked wrongly is one sentence and exit code 2."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot.__main__ import main

VERBS = ("serve", "doctor", "migrate", "demo", "manifest", "schedule", "schedule preview")
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
    named = re.findall(r"^    (\w+)  ", capsys.readouterr().out, re.MULTILINE)
    assert named == [verb for verb in VERBS if " " not in verb]


@pytest.mark.parametrize(
    "words", [[], ["dance"], ["schedule"], ["schedule", "dance"], ["schedule", "preview"], ["serve", "--fast"],
              ["manifest", "--http"]],
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
