"""The calendar: what a rule means, on a table reasoned out by hand, and what holds for every rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.__main__ import main

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("calendar_cases.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_preview_is_right(case: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    words = [f"--{name}={case[name]}" for name in ("rule", "start", "zone", "after", "count")]
    code = main(["schedule", "preview", *words, "--json"])
    told = capsys.readouterr()
    if "refused" in case:
        assert (code, told.out) == (2, "")
        assert told.err.count("\n") == 1
        assert told.err.rstrip().endswith((".", "?"))
    else:
        assert json.loads(told.out) == {"dates": case["dates"]}, told.err
        assert code == 0
