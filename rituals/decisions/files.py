"""The registry as a file: CSV or YAML, with every fault named by its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from rituals.decisions.entry import COLUMNS, REQUIRED, Entry, cells_of, read_entry
from rituals.errors import Refusal

MOST_ROWS = 50_000
MOST_BYTES = 50_000_000
SAME = {"reversible": "door", "ref": "id"}  # headings that mean another one


class BadFile(Refusal):
    """The registry can't be read, and nothing was changed: {first}"""

    def __init__(self, faults: Sequence[str]) -> None:
        """`faults` are all that is wrong, each with its line."""
        super().__init__(first=faults[0])
        self.faults = list(faults)


def read_file(path: Path) -> list[Entry]:
    """Read a CSV or YAML file (by its ending). Raises BadFile with every fault there is."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadFile([f"{path.name} has more than {MOST_BYTES // 1_000_000} MB."])
        raw = path.read_bytes()
    except OSError:
        raise BadFile([f"{path.name} is not there, or can't be read."]) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw[: fault.start].count(b"\n") + 1
        raise BadFile([f"line {line}: this isn't UTF-8. Save the file as UTF-8 and try again."]) from None
    if path.suffix.lower() in (".yaml", ".yml"):
        return _checked(_yaml_rows(text))
    return _checked(_csv_rows(text))


def _csv_rows(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """(line, cells) of each row. A quote left open shows as a row that spans to the end."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        names = [
            SAME.get(name, name) for name in ((name or "").strip().lower() for name in reader.fieldnames or [])
        ]
        missing = [name for name in REQUIRED if name not in names]
        if missing:
            raise BadFile([f"line 1: the column {missing[0]} is missing. The columns are {', '.join(COLUMNS)}."])
        unknown = [name for name in names if name not in COLUMNS]
        if unknown:
            raise BadFile([f'line 1: I don\'t know the column "{unknown[0][:40]}".'])
        if len(set(names)) < len(names):
            raise BadFile(["line 1: a column stands there twice."])
        reader.fieldnames = names
        line = 2
        for row in reader:
            if None in row:
                yield line, {"": "it has more cells than the heading; is a quote missing?"}
            elif any((value or "").strip() for value in row.values()):
                yield line, row
            line = reader.line_num + 1
    except csv.Error:
        raise BadFile([f"line {reader.line_num}: a quote is left open, or stands where none may be."]) from None


def _yaml_rows(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        loaded = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        raise BadFile([f"line {mark.line + 1 if mark else 1}: this isn't YAML."]) from None
    if not isinstance(loaded, list) or not isinstance(node, yaml.SequenceNode):
        raise BadFile(["line 1: the file must be a list of areas."])
    for item, where in zip(loaded, node.value, strict=True):
        line = where.start_mark.line + 1
        if not isinstance(item, Mapping):
            yield line, {"": "an area must be a mapping such as {area: ..., decide: ...}"}
            continue
        cells = {SAME.get(str(name).lower(), str(name).lower()): _cell(value) for name, value in item.items()}
        unknown = [name for name in cells if name not in COLUMNS]
        yield line, {"": f'I don\'t know "{unknown[0][:40]}"'} if unknown else cells


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "|".join(str(one) for one in value)
    return "" if value is None else str(value)


def _checked(rows: Iterator[tuple[int, Mapping[str, str]]]) -> list[Entry]:
    entries: list[Entry] = []
    faults: list[str] = []
    areas: dict[str, int] = {}
    refs: dict[str, int] = {}
    heard: dict[str, tuple[int, str]] = {}
    for line, cells in rows:
        if len(entries) + len(faults) >= MOST_ROWS:
            raise BadFile([f"line {line}: a registry has {MOST_ROWS:,} areas at the most."])
        entry, wrong = (None, {"": cells[""]}) if "" in cells else read_entry(cells)
        faults += [f"line {line}: {said}." for said in wrong.values()]
        if entry is None:
            continue
        entry = replace(entry, ref=entry.ref or entry.area)
        for name, seen, key in (("area", areas, entry.area.lower()), ("id", refs, entry.ref.lower())):
            if key in seen:
                faults.append(f'line {line}: the {name} "{key[:60]}" stood in line {seen[key]} already.')
            seen.setdefault(key, line)
        for alias in entry.aliases:
            first, owner = heard.setdefault(alias.lower(), (line, entry.area))
            if owner != entry.area:
                faults.append(
                    f'line {line}: the alias "{alias[:60]}" belongs to "{owner}" already, in line {first}.'
                )
        entries.append(entry)
    if faults:
        raise BadFile(faults)
    if not entries:
        raise BadFile(["line 1: there is no area in it."])
    return entries


def write_csv(entries: Sequence[Entry]) -> str:
    """The registry as CSV, readable by `read_file`."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for entry in entries:
        writer.writerow(cells_of(entry))
    return out.getvalue()


def write_yaml(entries: Sequence[Entry]) -> str:
    """The registry as YAML, readable by `read_file`."""
    told = []
    for entry in entries:
        cells: dict[str, object] = {name: value for name, value in cells_of(entry).items() if value}
        for name in ("aliases", "agree_or_veto", "consult", "inform"):
            if name in cells:
                cells[name] = list(getattr(entry, name))
        told.append(cells)
    return yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=110)
