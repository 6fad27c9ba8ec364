"""SECURITY-AND-DATA.md says what is there; the audit tells who administered what."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from bot import security
from storage.schema import Base

REPO = Path(__file__).parent.parent


def test_the_page_is_what_the_code_says() -> None:
    written = security.TARGET.read_text(encoding="utf-8")
    assert written == security.written(), "run: python -m bot security > SECURITY-AND-DATA.md"


def test_every_table_says_how_long_it_is_kept_and_who_sees_it() -> None:
    assert set(security.KEPT) == set(Base.metadata.tables)


def test_every_table_is_described_where_it_stands() -> None:
    assert all((mapper.class_.__doc__ or "").strip() for mapper in Base.registry.mappers)


def test_the_container_has_what_the_package_needs() -> None:
    copied = re.findall(r"^COPY (.+) \./", (REPO / "deploy/Dockerfile").read_text(), re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    assert names >= {"pyproject.toml", "constraints.txt", "README.md", "manifest.yml", "bot", "rituals", "storage"}
    assert all((REPO / name).exists() for name in names)


def test_a_wheel_has_every_file_that_is_no_python() -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]
    packed = {
        file.relative_to(REPO).as_posix(): any(
            fnmatchcase(file.relative_to(REPO / layer).as_posix(), pattern)
            and pattern.count("/") == len(file.relative_to(REPO / layer).parts) - 1
            for pattern in patterns.get(layer, [])
        )
        for layer in ("bot", "rituals", "storage")
        for file in (REPO / layer).rglob("*")
        if file.is_file() and file.suffix != ".py" and "__pycache__" not in file.parts
    }
    assert packed["rituals/postmortem/kit.yaml"]
    assert [name for name, is_packed in packed.items() if not is_packed] == [], "add them to package-data"


def test_under_systemd_nobody_else_may_enter_the_folder_of_keys() -> None:
    unit = (REPO / "deploy/candor.service").read_text(encoding="utf-8").splitlines()
    assert "StateDirectoryMode=0700" in unit


def test_what_compose_wants_is_said_where_one_reads_first() -> None:
    wanted = set(re.findall(r"\$\{(\w+)", (REPO / "deploy/compose.yaml").read_text(encoding="utf-8")))
    assert wanted
    for name in ("README.md", ".env.example"):
        assert [one for one in wanted if one not in (REPO / name).read_text(encoding="utf-8")] == []
    head = (REPO / "deploy/compose.yaml").read_text(encoding="utf-8").partition("services:")[0]
    assert all(one in head for one in wanted)


def test_compose_keeps_keys_and_database_on_volumes_of_their_own() -> None:
    compose = yaml.safe_load((REPO / "deploy/compose.yaml").read_text())
    volumes = [one.split(":")[0] for service in compose["services"].values() for one in service["volumes"]]
    assert sorted(volumes) == sorted(compose["volumes"]) == ["database", "keys"]
