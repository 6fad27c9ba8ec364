"""The registry as a file: what is written is read back, and every fault has its line and changes nothing."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rituals.decisions.entry import COLUMNS, LISTS, TEXTS, Entry, cells_of, read_entry
from rituals.decisions.files import MOST_ROWS, BadFile, read_file, write_csv, write_yaml
from rituals.decisions.registry import all_entries, replace_all
from storage import Database
from tests.conftest import NOON
from tests.test_decisions import ROLLBACK, THREE, fill

SAMPLE = Path(__file__).parent.parent / "rituals" / "decisions" / "sample.csv"

# --- there and back -------------------------------------------------------------------------------------

typed = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    [
        "a|b",
        '"quoted", "twice"',
        "null",
        "~",
        "yes",
        "2027-02-30",
        "- x",
        "{a: b}",
        "#",
        "<@U1|ada>",
        "=1+1",
        "é\u2028",
    ]
)


@st.composite
def entries(draw: st.DrawFn) -> list[Entry]:
    """Any registry that the reader of rows lets through."""
    told: list[Entry] = []
    for number in range(draw(st.integers(1, 4))):
        cells = {name: draw(typed) for name in TEXTS if name not in ("area", "decide")}
        cells |= {name: "|".join(draw(st.lists(typed, max_size=3))) for name in LISTS if name != "aliases"}
        cells |= {"aliases": f"alias {number}", "area": f"{number} {draw(typed)}", "id": f"id {number}"}
        cells |= {"decide": draw(st.sampled_from(["null", "yes", "<@U1>", "a: b", "7", "- lead", '"lead"']))}
        cells |= {"door": draw(st.sampled_from(["Reversible", "one way", "costly", ""]))}
        cells |= {"delegation_level": draw(st.sampled_from(["", "1", "7"]))}
        cells |= {"review_by": draw(st.sampled_from(["", "2027-02", "2028-02-29"]))}
        entry, wrong = read_entry({name: words[:60] for name, words in cells.items()})
        if entry is not None:
            told.append(entry)
        else:
            assert wrong.keys() <= {"framework"}, wrong
    return told or [ROLLBACK]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("registry")


@settings(max_examples=150, deadline=None)
@given(told=entries())
def test_what_is_written_is_read_back_the_same(folder: Path, told: list[Entry]) -> None:
    for ending, write in (("csv", write_csv), ("yaml", write_yaml)):
        file = folder / f"registry.{ending}"
        file.write_text(write(told), encoding="utf-8", newline="")
        assert read_file(file) == told


def test_our_sample_goes_through_both_kinds_of_file(tmp_path: Path) -> None:
    sample = read_file(SAMPLE)
    (tmp_path / "one.yaml").write_text(write_yaml(sample), encoding="utf-8")
    (tmp_path / "two.csv").write_text(write_csv(read_file(tmp_path / "one.yaml")), encoding="utf-8")
    assert read_file(tmp_path / "two.csv") == sample


def reading(tmp_path: Path, text: str | bytes, name: str = "registry.csv") -> list[Entry]:
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_file(file)


SAME = "area,decide,door,review_by\nRefunds,support lead,two-way,2027-02-28\n"
ALIKE: list[tuple[str, str | bytes, str]] = [
    ("door is called reversible", SAME.replace("door", "reversible"), "x.csv"),
    ("the door's other words", SAME.replace("two-way", "Reversible"), "x.csv"),
    ("a month is its last day", SAME.replace("2027-02-28", "2027-02"), "x.csv"),
    ("a BOM", b"\xef\xbb\xbf" + SAME.encode(), "x.csv"),
    ("CRLF", SAME.replace("\n", "\r\n"), "x.csv"),
    ("no newline at the end", SAME.strip(), "x.csv"),
    ("blank lines", SAME.replace("\n", "\n\n,,,\n"), "x.csv"),
    ("headings in capitals", SAME.replace("area", " Area ").replace("decide", "DECIDE"), "X.CSV"),
    ("YAML", "- {area: Refunds, decide: support lead, reversible: two-way, review_by: 2027-02}", "x.yaml"),
    ("YAML with nothing in it", "- area: Refunds\n  decide: support lead\n  deputy:\n  drive: null\n  inform: []\n"
     "  door: two-way\n  review_by: 2027-02-28", "x.yml"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name"), [one[1:] for one in ALIKE], ids=[one[0] for one in ALIKE])
def test_the_same_registry_in_other_clothes(tmp_path: Path, text: str | bytes, name: str) -> None:
    expected = Entry("Refunds", "Refunds", "support lead", door="two-way", review_by="2027-02-28")
    assert reading(tmp_path, text, name) == [expected]


def test_areas_without_an_id_get_one_that_fits_and_stays_the_same(tmp_path: Path) -> None:
    long = "A name of an area that is longer than any reference may be"
    text = f"area,decide\n{long} one,a\n{long} two,b\nshort,c\n"
    refs = [one.ref for one in reading(tmp_path, text)]
    assert len(set(refs)) == 3
    assert all(len(ref) <= 40 for ref in refs)
    assert refs == [one.ref for one in reading(tmp_path, text)]


# --- faults ---------------------------------------------------------------------------------------------

HEAD = "id,area,aliases,decide,door,review_by,inform\n"
GOOD = "1,Refunds,money back,support lead,two-way,2027-03,\n"
FAULTS: list[tuple[str, str | bytes, list[str]]] = [
    ("Latin-1", (HEAD + GOOD + "2,Büro,,lead,,,\n").encode("latin-1"), ["line 3: this isn't UTF-8"]),
    ("UTF-16", (HEAD + GOOD).encode("utf-16"), ["line 1: this isn't UTF-8"]),
    ("no decider's column", "area,door\nRefunds,costly\n", ["line 1: the column decide is missing"]),
    ("an unknown column", "area,decide,boss\nRefunds,lead,x\n", ['line 1: I don\'t know the column "boss"']),
    ("a column twice", "area,decide,door,reversible\nRefunds,lead,costly,costly\n", ["line 1: the column door"]),
    ("a quote left open", HEAD + GOOD + '2,"Leave,,lead,,,\n3,Hiring,,x,,,\n', ["line 3: a quote is left open"]),
    ("a quote that goes on", HEAD + '2,"Leave"d,,lead,,,\n', ["line 2: a quote is left open"]),
    ("two deciders", HEAD + GOOD + "2,Leave,,ada|ben,,,\n", ["line 3: there are two deciders (ada|ben)"]),
    ("two people", HEAD + "2,Leave,,<@U1> or <@U2>,,,\n", ["line 2: there are two deciders"]),
    ("two with a comma", HEAD + '2,Leave,,"ada, ben",,,\n', ["line 2: there are two deciders"]),
    ("nobody decides", HEAD + "2,Leave,,,,,\n", ["line 2: decide is empty"]),
    ("an unknown door", HEAD + "2,Leave,,lead,revolving,,\n", ['line 2: the door "revolving" is unknown']),
    ("a bad date", HEAD + "2,Leave,,lead,,2027-02-30,\n", ['line 2: the review date "2027-02-30" is not a date']),
    ("a bad month", HEAD + "2,Leave,,lead,,2027-13,\n", ['line 2: the review date "2027-13" is not a date']),
    ("an area twice", HEAD + GOOD + "2,refunds,,lead,,,\n", ['line 3: the area "refunds" stood in line 2']),
    ("an id twice", HEAD + GOOD + "1,Leave,,lead,,,\n", ['line 3: the id "1" stood in line 2 already']),
    ("an alias twice", HEAD + GOOD + "2,Leave,x|Money Back,lead,,,\n",
     ['line 3: the alias "Money Back" belongs to "Refunds" already, in line 2']),
    ("an alias too long", HEAD + f"2,Leave,{'x' * 121},lead,,,\n", ["line 2: aliases:"]),
    ("a role too long", HEAD + f"2,Leave,,lead,,,{'x' * 81}\n", ["line 2: inform:"]),
    ("an id too long", HEAD + f"{'x' * 41},Leave,,lead,,,\n", ["line 2: the id has 41 characters"]),
    ("too many cells", HEAD + GOOD + "2,Leave,,lead,,,,,,\n", ["line 3: it has more cells than the heading"]),
    ("after blank lines", HEAD + "\n\n\n2,Leave,,,,,\n", ["line 5: decide is empty"]),
    ("after a row of two lines", HEAD + '1,"Re\nfunds",,lead,,,\n2,Leave,,,,,\n', ["line 4: decide is empty"]),
    ("empty", "", ["line 1: there is no area in it"]),
    ("only blanks", " \n \n", ["line 1: there is no area in it"]),
    ("only a heading", HEAD, ["line 1: there is no area in it"]),
    ("all of it", HEAD + '1,A,x,,odd,,\n2,B,x,lead,,,\n3,C,x,lead,,soon,\n4,B,,lead,,,\n5,"D',
     ["line 2: decide is empty", 'line 2: the door "odd"', 'line 4: the review date "soon"',
      'line 5: the area "b" stood in line 3', "line 6: a quote is left open"]),
]  # fmt: skip
YAML_FAULTS = [
    ("- area: A\n  decide: [ada, ben]\n", ["line 1: there are two deciders"]),
    ("- area: A\n  decide: ada\n  decide: ben\n", ["line 1: decide stands there twice"]),
    ("- {area: A, decide: a, door: costly, reversible: costly}\n", ["line 1: door stands there twice"]),
    ("- {area: A, decide: a}\n\n- {area: B, decide: a, review_by: 2027-02-30}\n", ["line 3: the review date"]),
    ("- {area: A, decide: a}\n- {area: B, decide: {who: a}}\n", ["line 2: decide must be words"]),
    ("- {area: A, decide: a, boss: x}\n- just words\n", ["line 1: I don't", "line 2: an area must be"]),
    ("- {area: A, decide: a\n- b: [\n", ["line 2: this isn't YAML"]),
    ("area: A\ndecide: a\n", ["line 1: the file must be a list"]),
    ("- &a [x, x]\n- [*a, *a]\n- {area: A, decide: a, inform: [*a, *a]}\n",
     ["line 1: an area must be", "line 2: an area must be", "line 3: inform must be"]),
    ("[" * 100_000, ["line 1: this is nested too deeply"]),
    ("", ["line 1: the file must be a list"]),
    ("- !!python/object/apply:os.system [ls]\n", ["line 1: an area must be a mapping"]),
]  # fmt: skip


def faults_in(tmp_path: Path, text: str | bytes, name: str = "registry.csv") -> list[str]:
    with pytest.raises(BadFile) as bad:
        reading(tmp_path, text, name)
    return bad.value.faults


@pytest.mark.parametrize(("text", "says"), [one[1:] for one in FAULTS], ids=[one[0] for one in FAULTS])
def test_every_fault_of_a_csv_is_named_with_its_line(tmp_path: Path, text: str | bytes, says: list[str]) -> None:
    found = faults_in(tmp_path, text)
    assert [fault[: len(said)] for fault, said in zip(found, says, strict=True)] == says, found


@pytest.mark.parametrize(("text", "says"), YAML_FAULTS, ids=[text[:25] for text, _ in YAML_FAULTS])
def test_every_fault_of_a_yaml_is_named_with_its_line(tmp_path: Path, text: str, says: list[str]) -> None:
    found = faults_in(tmp_path, text, "registry.yaml")
    assert [fault[: len(said)] for fault, said in zip(found, says, strict=True)] == says, found


def test_a_file_that_isnt_there_and_a_folder_are_one_sentence(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.csv"
    says = {
        nowhere: f"There is no file {nowhere}.",
        tmp_path: f"{tmp_path} can't be read: it is a folder, or you may not read it.",
    }
    for file, said in says.items():
        with pytest.raises(BadFile) as bad:
            read_file(file)
        assert bad.value.faults == [said]


# --- fifty thousand rows --------------------------------------------------------------------------------


def many(count: int) -> str:
    out = io.StringIO()
    writer: Any = csv.writer(out)
    writer.writerow(COLUMNS)
    entry = cells_of(replace(ROLLBACK, aliases=(), review_by="2027-03-31"))
    for number in range(count):
        told = entry | {"id": f"M{number}", "area": f"Area {number}", "aliases": f"alias {number}|other {number}"}
        writer.writerow([told[name] for name in COLUMNS])
    return out.getvalue()


def test_fifty_thousand_areas_are_read(tmp_path: Path) -> None:
    """The largest registry there may be; about two seconds."""
    assert len(reading(tmp_path, many(MOST_ROWS))) == MOST_ROWS


def test_a_large_registry_is_stored_changed_and_cut_in_half(tmp_path: Path, database: Database) -> None:
    told = reading(tmp_path, many(2_000))
    fill(database, *told)
    changed = [replace(one, decide="<@UCEM>") for one in told[:1_000]]
    with database.begin() as session:
        difference = replace_all(session, "T1", changed, (), "shell", NOON)
    assert (len(difference.added), len(difference.changed), len(difference.removed)) == (0, 1_000, 1_000)
    with database.reading() as session:
        assert sorted(all_entries(session, "T1"), key=lambda one: int(one.ref[1:])) == changed


def test_one_area_more_is_refused(tmp_path: Path) -> None:
    [fault] = faults_in(tmp_path, many(MOST_ROWS + 1))
    assert fault == "line 50002: a registry has 50,000 areas at the most."


def test_an_import_of_the_same_changes_nothing(database: Database) -> None:
    before = [(row.id, row.confirmed_on) for row in fill(database)]
    with database.begin() as session:
        later = replace_all(session, "T1", THREE, ["UEVIL"], "shell", NOON.replace(year=2027))
    assert later.is_nothing
    assert [(row.id, row.confirmed_on) for row in fill(database)] == before
