"""What is wrong with a setting, in words: the library's own talk of inputs, literals and patterns."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

KINDS = {  # pydantic's names of faults; a ValueError of ours brings its own words
    "int_parsing": "write a whole number",
    "float_parsing": "write a number",
    "bool_parsing": "write true or false",
    "greater_than_equal": "it must be at least {ge}",
    "less_than_equal": "it must be at most {le}",
    "string_too_long": "it must have at most {max_length} characters",
    "literal_error": "write {expected}",
}


def in_words(fault: Any, given: Collection[str]) -> str:
    """One of pydantic's faults as a sentence. It names the option where the value was `given` as one."""
    why = fault["msg"].removeprefix("Value error, ")
    if fault["type"] in KINDS:
        facts = {name: _short(fact) for name, fact in fault.get("ctx", {}).items()}
        why = KINDS[fault["type"]].format(**facts)
    if not fault["loc"]:
        return f"{why}."
    name = str(fault["loc"][0])
    called = f"--{name.replace('_', '-')}" if name in given else f"CANDOR_{name.upper()}"
    return f"{called} can't be used: {why}."


def _short(fact: Any) -> str:
    """60.0 as "60", and "'NORMAL' or 'FULL'" without its quotes."""
    return f"{fact:g}" if isinstance(fact, float) else str(fact).replace("'", "")
