"""SECURITY-AND-DATA.md says what is there; the audit tells who administered what."""

from __future__ import annotations

import re
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


def test_compose_keeps_keys_and_database_on_volumes_of_their_own() -> None:
    compose = yaml.safe_load((REPO / "deploy/compose.yaml").read_text())
    volumes = [one.split(":")[0] for service in compose["services"].values() for one in service["volumes"]]
    assert sorted(volumes) == sorted(compose["volumes"]) == ["database", "keys"]
