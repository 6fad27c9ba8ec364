"""The README and .env.example leave nothing out: every setting, verb, command and subcommand stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import manifest
from bot.blocks import candor
from bot.blocks.demo_day import messages as demo_day
from bot.blocks.pulse import messages as pulse
from bot.decisions import asking
from bot.postmortem import listing as postmortem
from bot.prompts import listing
from bot.settings import Settings
from tests.test_cli import VERBS

ROOT = Path(__file__).parent.parent
HELPS = (candor.HELP, listing.HELP, pulse.HELP, postmortem.HELP, asking.HELP, demo_day.HELP)
SUBCOMMANDS = sorted({found for words in HELPS for found in re.findall(r"`(/[a-z-]+(?: [a-z-]+)?)", words)})


def read(name: str) -> str:
    assert (ROOT / name).is_file(), f"{name} is not written yet"
    return (ROOT / name).read_text(encoding="utf-8")


def default_of(setting: str) -> str:
    """A default as one writes it in the environment; empty for a secret, an empty list or nothing."""
    value = Settings.model_fields[setting].default
    if isinstance(value, SecretStr) or value is None:
        return ""
    if isinstance(value, tuple):
        return ",".join(value)
    return (
        str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
    )


@pytest.mark.parametrize("setting", Settings.model_fields)
def test_every_setting_stands_in_the_readme_with_its_default(setting: str) -> None:
    lines = [line for line in read("README.md").splitlines() if f"CANDOR_{setting.upper()}`" in line]
    assert lines, f"CANDOR_{setting.upper()} is missing in README.md"
    default = default_of(setting).removesuffix(".0")
    assert any(default in line for line in lines), f"its default is {default}"


@pytest.mark.parametrize("setting", Settings.model_fields)
def test_every_setting_stands_in_env_example_with_its_default(setting: str) -> None:
    lines = re.findall(rf"^#? ?CANDOR_{setting.upper()}=(.*)$", read(".env.example"), re.MULTILINE)
    assert len(lines) == 1, f"CANDOR_{setting.upper()} must stand in .env.example once"
    default = default_of(setting)
    assert not default or lines[0].strip().removesuffix(".0") == default.removesuffix(".0")


def test_env_example_holds_no_setting_that_is_gone() -> None:
    written = set(re.findall(r"^#? ?CANDOR_([A-Z_]+)=", read(".env.example"), re.MULTILINE))
    assert written == {name.upper() for name in Settings.model_fields}


def test_the_readme_holds_no_setting_that_is_gone() -> None:
    written = set(re.findall(r"\bCANDOR_([A-Z_]+)\b", read("README.md")))
    assert written - {"TEST_DATABASE_URL"} <= {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "schedule"])
def test_every_verb_stands_in_the_readme(verb: str) -> None:
    in_words, in_the_table = rf"python -m bot {verb}\b", rf"^\| `{verb}\b"
    assert re.search(f"{in_words}|{in_the_table}", read("README.md"), re.MULTILINE), (
        f"{verb} is missing in README.md"
    )


def test_the_changelog_ends_with_every_verb() -> None:
    last = read("CHANGELOG.md").rpartition("\n- ")[2]
    assert [verb for verb in VERBS if verb.partition(" ")[0] not in re.findall(r"`([a-z-]+)", last)] == []


@pytest.mark.parametrize("command", SUBCOMMANDS)
def test_every_command_and_subcommand_stands_in_the_readme(command: str) -> None:
    assert re.search(rf"{re.escape(command)}\b", read("README.md")), f"{command} is missing in README.md"


def test_every_command_of_the_manifest_has_its_help() -> None:
    commands = {one["command"] for one in manifest.load()["features"]["slash_commands"]}
    assert {words.partition(" ")[0] for words in SUBCOMMANDS} == commands


def test_every_hint_of_the_manifest_names_subcommands_that_exist() -> None:
    for one in manifest.load()["features"]["slash_commands"]:
        hinted = {part.split()[0] for part in one["usage_hint"].split(" | ")} - {"help"}
        known = {words.partition(" ")[2] for words in SUBCOMMANDS if words.startswith(one["command"])}
        assert hinted <= known


@pytest.mark.parametrize("target", ["make demo", "make test", "make check"])
def test_the_two_commands_and_the_check_stand_in_the_readme(target: str) -> None:
    assert target in read("README.md")


def test_every_dependency_is_pinned_by_name_and_version_only() -> None:
    lines = [line for line in read("constraints.txt").splitlines() if line and not line.startswith("#")]
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)] == []
