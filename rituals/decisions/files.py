"""The registry as a file: CSV or YAML, with every fault named by its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from rituals.decisions.entry import COLUMNS, LISTS, REQUIRED, Entry, cells_of, free_ref, read_entry
from rituals.errors import Refusal
from rituals.yaml_files import LOADER

MOST_ROWS = 50_000
MOST_BYTES = 50_000_000
SAME = {"reversible": "door", "ref": "id"}  # headings that mean another one
DEEPEST = 10  # levels of YAML; a list of areas has three
FAULT = ""  # in place of a column: what is wrong with the whole row


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
    except (FileNotFoundError, NotADirectoryError):
        raise BadFile([f"There is no file {path}."]) from None
    except OSError:
        raise BadFile([f"{path} can't be read: it is a folder, or you may not read it."]) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw[: fault.start].count(b"\n") + 1
        raise BadFile([f"line {line}: this isn't UTF-8. Save the file as UTF-8 and try again."]) from None
    if path.suffix.lower() in (".yaml", ".yml"):
        return _checked(_yaml_rows(text))
    return _checked(_csv_rows(text))


def _csv_rows(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """(line at which it begins, cells) of each row. What follows a quote left open can't be told apart."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    names: list[str] = []
    line = 1
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                pass
            elif not names:
                names = _headings(row, line)
            elif len(row) > len(names):
                yield line, {FAULT: "it has more cells than the heading; is a quote missing?"}
            else:
                yield line, dict(zip(names, row, strict=False))
            line = reader.line_num + 1
    except csv.Error:
        yield line, {FAULT: "a quote is left open in this row, or stands where none may be"}


def _headings(row: Sequence[str], line: int) -> list[str]:
    names = [SAME.get(name, name) for name in (cell.strip().lower() for cell in row)]
    faults = [
        f"line {line}: the column {name} is missing. The columns are {', '.join(COLUMNS)}."
        for name in REQUIRED
        if name not in names
    ]
    faults += [f'line {line}: I don\'t know the column "{name[:40]}".' for name in names if name not in COLUMNS]
    faults += [f"line {line}: the column {name} stands there twice." for name in _twice(names)]
    if faults:
        raise BadFile(faults)
    return names


def _twice(names: Sequence[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name in COLUMNS and names.count(name) > 1]


def _yaml_rows(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """(line, cells) of each area, read as text: no date, number or yes is made of what somebody wrote."""
    try:
        depth = 0
        for event in yaml.parse(text, Loader=LOADER):  # libyaml's composer crashes the process when it is too deep
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise BadFile([f"line {line}: this is nested too deeply for a list of areas."])
        node = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        raise BadFile([f"line {mark.line + 1 if mark else 1}: this isn't YAML."]) from None
    if not isinstance(node, yaml.SequenceNode):
        raise BadFile(["line 1: the file must be a list of areas."])
    for area in node.value:
        yield area.start_mark.line + 1, _cells(area)


def _cells(area: yaml.Node) -> dict[str, str]:
    if not isinstance(area, yaml.MappingNode):
        return {FAULT: "an area must be a mapping such as {area: ..., decide: ...}"}
    said = [str(key.value).strip().lower() for key, _ in area.value]
    names = [SAME.get(name, name) for name in said]
    if unknown := [name for name in names if name not in COLUMNS]:
        return {FAULT: f'I don\'t know "{unknown[0][:40]}"'}
    if twice := _twice(names):
        return {FAULT: f"{twice[0]} stands there twice"}
    cells: dict[str, str] = {}
    for name, (_, value) in zip(names, area.value, strict=True):
        words = [_words(one) for one in value.value] if isinstance(value, yaml.SequenceNode) else [_words(value)]
        if None in words:
            return {FAULT: f"{name} must be words, or a list of words"}
        cells[name] = "|".join(one for one in words if one)
    return cells


def _words(node: yaml.Node) -> str | None:
    """What a plain value says; None when it is a list or a mapping."""
    if not isinstance(node, yaml.ScalarNode):
        return None
    return "" if node.tag == "tag:yaml.org,2002:null" else str(node.value)


def _checked(rows: Iterator[tuple[int, Mapping[str, str]]]) -> list[Entry]:
    entries: list[Entry] = []
    faults: list[str] = []
    areas: dict[str, int] = {}
    refs: dict[str, int] = {}
    heard: dict[str, tuple[int, str]] = {}
    for count, (line, cells) in enumerate(rows):
        if count >= MOST_ROWS:
            raise BadFile([*faults, f"line {line}: a registry has {MOST_ROWS:,} areas at the most."])
        entry, wrong = (None, {FAULT: cells[FAULT]}) if FAULT in cells else read_entry(cells)
        faults += [f"line {line}: {said}." for said in wrong.values()]
        if entry is None:
            continue
        for name, seen, key in (("area", areas, entry.area.lower()), ("id", refs, entry.ref.lower())):
            if key and key in seen:
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
    return _with_refs(entries, refs)


def _with_refs(entries: Sequence[Entry], taken: Collection[str]) -> list[Entry]:
    """An id for each area that came without one: always the same one for the same file."""
    known, named = set(taken), []
    for entry in entries:
        named.append(entry if entry.ref else replace(entry, ref=free_ref(entry.area, known)))
        known.add(named[-1].ref.lower())
    return named


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
        for name in LISTS:
            if name in cells:
                cells[name] = list(getattr(entry, name))
        told.append(cells)
    return yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=110)
