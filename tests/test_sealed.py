"""The sealed box: what goes in comes out together or not at all, and a key that is gone is gone."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

import storage.sealed as rows
from bot.settings import split_keys
from rituals import sealed
from rituals.errors import Refusal
from storage import Database, open_database
from storage.forgetting import forget_person, forget_workspace
from storage.installations import TokenKeys
from storage.keys import Custody, FileKeys, KeyLost, KeysElsewhere, WrappedKeys
from storage.keys.wrapped import BadSecret
from storage.schema import SealedBox
from tests.conftest import Candor

PULSE = "pulse-1"
TEAM = [f"U{number:04}" for number in range(8)]
SECRET = TokenKeys.new_key()


@pytest.fixture(params=["file", "wrapped"])
def custody(request: pytest.FixtureRequest, tmp_path: Path) -> Custody:
    """Both ways to keep keys."""
    return FileKeys(tmp_path / "keys") if request.param == "file" else WrappedKeys([SECRET])


@pytest.fixture
def files(tmp_path: Path) -> FileKeys:
    return FileKeys(tmp_path / "keys")


def launch(database: Database, custody: Custody, people: list[str] = TEAM, occasion: str = PULSE) -> None:
    with database.begin() as session:
        sealed.prepare(session, custody, "T1", occasion, people, k=5, answer_bytes=60, comments=1)


def answer(
    database: Database, custody: Custody, person: str, score: int = 5, words: str = "", occasion: str = PULSE
) -> None:
    """As a listener does it."""
    with database.reading() as session:
        box = sealed.box_of(session, "T1", occasion, person)
    with sealed.hold(custody, "T1", occasion, box) as held, database.begin(durable=True) as session:
        sealed.take(session, held, "T1", occasion, person, [score], [words])


def close(database: Database, custody: Custody, occasion: str = PULSE) -> sealed.Opened | None:
    """As a ring does it, but for the purge."""
    with database.reading() as session:
        boxes = sealed.boxes_of(session, "T1", occasion)
    with sealed.hold_all(custody, "T1", occasion, boxes) as held, database.begin(durable=True) as session:
        opened = sealed.open_all(session, held, "T1", occasion)
        sealed.end(session, "T1", occasion)
    return opened


def scores(opened: sealed.Opened | None) -> list[int]:
    assert opened is not None
    return sorted(one[0] for one in opened.answers)


def doings(database: Database, custody: Custody) -> list[Callable[[], object]]:
    """What needs the key."""
    return [partial(answer, database, custody, TEAM[1]), partial(close, database, custody)]


def box_files(files: FileKeys) -> list[Path]:
    return sorted(files.directory.glob("*.box"))


# --- in, and out together ---------------------------------------------------------------------------------


def test_what_goes_in_comes_out_together_and_each_list_by_itself(database: Database, custody: Custody) -> None:
    launch(database, custody)
    for number, person in enumerate(TEAM):
        answer(database, custody, person, number, f"word {number}")
    opened = close(database, custody)
    assert scores(opened) == list(range(8))
    assert opened is not None
    assert sorted(opened.comments) == [f"word {number}" for number in range(8)]


def test_a_second_answer_is_refused_and_the_first_one_stands(database: Database, custody: Custody) -> None:
    launch(database, custody)
    for person in TEAM:
        answer(database, custody, person, 1)
    with pytest.raises(sealed.AlreadyAnswered):
        answer(database, custody, TEAM[0], 7)
    assert scores(close(database, custody)) == [1] * 8


def test_who_was_not_invited_is_told_so(database: Database, custody: Custody) -> None:
    launch(database, custody)
    with pytest.raises(sealed.NotInvited):
        answer(database, custody, "UEVE")


def test_after_the_end_nothing_goes_in_and_nothing_comes_out_again(database: Database, custody: Custody) -> None:
    launch(database, custody)
    for person in TEAM[1:]:
        answer(database, custody, person)
    with database.reading() as session:
        box = sealed.box_of(session, "T1", PULSE, TEAM[0])
    close(database, custody)
    with pytest.raises(sealed.Over):
        answer(database, custody, TEAM[0])
    with (  # the form was opened before: the box is known
        pytest.raises(sealed.Over),
        sealed.hold(custody, "T1", PULSE, box) as held,
        database.begin(durable=True) as session,
    ):
        sealed.take(session, held, "T1", PULSE, TEAM[0], [1])
    with pytest.raises(sealed.Over):
        close(database, custody)


@pytest.mark.parametrize("count", range(5))
def test_fewer_than_k_are_never_opened(count: int, database: Database, custody: Custody) -> None:
    launch(database, custody)
    for person in TEAM[:count]:
        answer(database, custody, person, 3, "words")
    assert close(database, custody) is None


def test_several_boxes_are_merged_and_none_can_be_left_out(database: Database, custody: Custody) -> None:
    people = [f"U{number:04}" for number in range(120)]
    launch(database, custody, people)
    for number, person in enumerate(people[:40]):
        answer(database, custody, person, number)
    with (
        pytest.raises(ValueError, match="all boxes"),
        sealed.hold(custody, "T1", PULSE, 1) as held,
        database.begin(durable=True) as session,
    ):
        sealed.open_all(session, [held], "T1", PULSE)
    assert scores(close(database, custody)) == list(range(40))


@given(st.integers(1, 6_000))
def test_no_box_holds_more_than_fifty_or_fewer_than_25_beside_another(count: int) -> None:
    drawn = sealed.draw([str(number) for number in range(count)])
    assert sorted(person for box in drawn for person in box) == sorted(map(str, range(count)))
    assert max(map(len, drawn)) <= 50
    assert len(drawn) == 1 or min(map(len, drawn)) >= 25


def test_seats_are_drawn_anew_each_time() -> None:
    people = [str(number) for number in range(120)]
    assert sealed.draw(people) != sealed.draw(people)


@pytest.mark.parametrize("people", [[], ["U1", "U1"]])
def test_nobody_and_somebody_twice_can_not_be_asked(
    people: list[str], database: Database, custody: Custody
) -> None:
    with pytest.raises(ValueError, match="asked once"):
        launch(database, custody, people)


def test_k_is_never_below_five(database: Database, custody: Custody) -> None:
    with pytest.raises(ValueError, match="k is at least 5"), database.begin() as session:
        sealed.prepare(session, custody, "T1", PULSE, TEAM, k=4)


# --- the size tells nothing ---------------------------------------------------------------------------------


def sizes(database: Database) -> set[tuple[int, int, int]]:
    with database.reading() as session:
        return {
            (len(one.nonce), len(one.ciphertext), len(one.wrapped_key or b""))
            for one in session.scalars(select(SealedBox))
        }


def test_a_box_has_the_same_size_empty_and_full_of_the_longest_words(database: Database, custody: Custody) -> None:
    people = [f"U{number:019}" for number in range(50)]
    launch(database, custody, people)
    [before] = sizes(database)
    for person in people:
        with sealed.hold(custody, "T1", PULSE, 0) as held, database.begin(durable=True) as session:
            sealed.take(session, held, "T1", PULSE, person, "x" * 58, ["\N{OLD PERSONAL COMPUTER}" * 500])
        assert sizes(database) == {before}
    assert before[1] < 115_000


@given(st.text(max_size=500))
def test_any_words_fit_into_four_bytes_a_character(words: str) -> None:
    from rituals.sealed.box import COMMENT_BYTES, _clean

    assert len(json.dumps(_clean(words), ensure_ascii=False).encode()) <= COMMENT_BYTES + 2


def test_a_comment_that_is_too_long_is_refused_and_nothing_is_stored(database: Database, custody: Custody) -> None:
    launch(database, custody)
    with pytest.raises(sealed.TooLong) as refused:
        answer(database, custody, TEAM[0], words="x" * 501)
    assert "500 characters" in refused.value.sentence
    answer(database, custody, TEAM[0], words="x" * 500)


def test_empty_comments_and_control_characters_are_left_out(database: Database, custody: Custody) -> None:
    launch(database, custody)
    for person, words in zip(
        TEAM, ["", "  \n ", "\0bell\a", "half \ud83d", "two\nlines", *["ok"] * 3], strict=True
    ):
        answer(database, custody, person, words=words)
    opened = close(database, custody)
    assert opened is not None
    assert sorted(opened.comments) == ["bell", "half ?", "ok", "ok", "ok", "two\nlines"]


# --- keys -----------------------------------------------------------------------------------------------------


def test_launching_writes_no_key_and_a_rollback_leaves_nothing(database: Database, files: FileKeys) -> None:
    with pytest.raises(ZeroDivisionError), database.begin() as session:
        sealed.prepare(session, files, "T1", PULSE, TEAM, k=5)
        raise ZeroDivisionError
    assert box_files(files) == []
    launch(database, files)
    assert box_files(files) == []


def test_each_submission_has_a_key_of_its_own_and_only_the_last_one_is_kept(
    database: Database, files: FileKeys
) -> None:
    launch(database, files)
    seen = set()
    for person in TEAM:
        answer(database, files, person)
        [file] = box_files(files)
        content = file.read_bytes()
        slots = [content[at : at + 48] for at in (0, 4_096) if content[at : at + 48].strip(b"\0")]
        assert len(slots) == 1
        seen.add(slots[0])
    assert len(seen) == len(TEAM)


def test_key_files_are_private_and_their_times_tell_nothing(database: Database, files: FileKeys) -> None:
    launch(database, files)
    answer(database, files, TEAM[0])
    assert stat.S_IMODE(files.directory.stat().st_mode) == 0o700
    [file] = box_files(files)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.stat().st_mtime, {one.name for one in (files.directory / ".locks").iterdir()}
    answer(database, files, TEAM[1])
    assert before == (file.stat().st_mtime, {one.name for one in (files.directory / ".locks").iterdir()})
    assert file.stat().st_mtime == 946_684_800


def test_a_box_put_into_another_place_does_not_open(database: Database, custody: Custody) -> None:
    for occasion in (PULSE, "pulse-2"):
        launch(database, custody, occasion=occasion)
    with database.begin() as session:
        session.execute(
            text(
                "UPDATE sealed_box SET "
                "ciphertext = (SELECT ciphertext FROM sealed_box WHERE occasion = 'pulse-2'), "
                "nonce = (SELECT nonce FROM sealed_box WHERE occasion = 'pulse-2') WHERE occasion = 'pulse-1'"
            )
        )
    with pytest.raises((sealed.Lost, sealed.TryAgain)):
        answer(database, custody, TEAM[0])


def test_a_key_that_is_gone_is_lost_and_all_else_lives(database: Database, files: FileKeys) -> None:
    for occasion in (PULSE, "pulse-2"):
        launch(database, files, occasion=occasion)
        answer(database, files, TEAM[0], occasion=occasion)
    (files.directory / "T1.pulse-1.0.box").unlink()
    for doing in doings(database, files):
        with pytest.raises(sealed.Lost):
            doing()
    answer(database, files, TEAM[1], occasion="pulse-2")


def test_a_key_newer_than_the_row_is_lost_too(database: Database, files: FileKeys) -> None:
    """A database put back from a backup: what was in the box then can't be read any more."""
    launch(database, files)
    answer(database, files, TEAM[0])
    with database.reading() as session:
        old = session.execute(select(SealedBox.nonce, SealedBox.ciphertext)).one()
    answer(database, files, TEAM[1])
    with database.begin() as session:
        session.execute(text("UPDATE sealed_box SET nonce = :n, ciphertext = :c"), {"n": old[0], "c": old[1]})
    with pytest.raises(sealed.Lost):
        answer(database, files, TEAM[2])


def test_a_database_put_back_to_an_empty_box_begins_again(database: Database, files: FileKeys) -> None:
    """There was nothing in it; nobody's answer is lost by saying so."""
    launch(database, files)
    with database.reading() as session:
        old = session.execute(select(SealedBox.nonce, SealedBox.ciphertext)).one()
    answer(database, files, TEAM[0], 1)
    with database.begin() as session:
        session.execute(text("UPDATE sealed_box SET nonce = :n, ciphertext = :c"), {"n": old[0], "c": old[1]})
    for person in TEAM:
        answer(database, files, person, 7)
    assert scores(close(database, files)) == [7] * 8


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def no_directory(file: Path) -> None:
    file.parent.rename(file.parent.with_name("elsewhere"))


def a_file_for_the_directory(file: Path) -> None:
    no_directory(file)
    file.parent.write_text("")


def no_root(file: Path) -> None:
    (file.parent / ".root").unlink()


def another_root(file: Path) -> None:
    (file.parent / ".root").write_bytes(os.urandom(32))


def torn_root(file: Path) -> None:
    (file.parent / ".root").write_bytes(b"torn")


@pytest.mark.parametrize(
    "harm", [a_folder, no_directory, a_file_for_the_directory, no_root, another_root, torn_root]
)
def test_what_is_out_of_reach_is_never_declared_lost(
    harm: Callable[[Path], None], database: Database, files: FileKeys
) -> None:
    launch(database, files)
    answer(database, files, TEAM[0])
    harm(box_files(files)[0])
    for doing in doings(database, files):
        with pytest.raises(sealed.TryAgain):
            doing()
    sealed.tend(database, files)
    with database.begin() as session:
        sealed.end(session, "T1", PULSE)
    assert not sealed.purge(database, files, "T1", PULSE)
    assert sealed.purged(database, files, "T1", PULSE) == "not yet"


def test_a_directory_that_comes_back_is_used_without_a_restart(database: Database, files: FileKeys) -> None:
    launch(database, files)
    answer(database, files, TEAM[0])
    away = files.directory.rename(files.directory.with_name("elsewhere"))
    with pytest.raises(sealed.TryAgain):
        answer(database, files, TEAM[1])
    away.rename(files.directory)
    answer(database, files, TEAM[1])


def test_a_transaction_that_a_power_cut_may_undo_takes_no_answer(database: Database, custody: Custody) -> None:
    """SQLite at NORMAL may lose its last commits with the power; the old key would be gone by then."""
    launch(database, custody)
    with (
        pytest.raises(rows.NotDurable),
        sealed.hold(custody, "T1", PULSE, 0) as held,
        database.begin() as session,
    ):
        sealed.take(session, held, "T1", PULSE, TEAM[0], [1])
    answer(database, custody, TEAM[0])


def test_a_durable_transaction_is_full_on_sqlite_and_the_next_one_is_as_before(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/candor.db", pool_size=1)
    asked = text("PRAGMA synchronous")
    for durable, number in ((False, 1), (True, 2), (False, 1), (True, 2)):
        with database.begin(durable=durable) as session:
            assert session.scalar(asked) == number
    with database.reading() as session:
        assert session.scalar(asked) == 1
    database.close()


def test_a_link_in_the_place_of_a_key_is_never_followed(database: Database, files: FileKeys) -> None:
    launch(database, files)
    [before] = sizes(database)
    for target in ("/dev/full", "/dev/zero", files.directory / ".root"):
        (files.directory / "T1.pulse-1.0.box").symlink_to(target)
        with pytest.raises(sealed.TryAgain):
            answer(database, files, TEAM[1])
        (files.directory / "T1.pulse-1.0.box").unlink()
    assert sizes(database) == {before}
    answer(database, files, TEAM[1])


@pytest.mark.parametrize("bad", [[], ["short"], ["x" * 44], ["ä" * 44]])
def test_a_secret_that_can_not_wrap_is_refused_without_being_said(bad: list[str]) -> None:
    with pytest.raises(BadSecret) as refused:
        WrappedKeys(bad)
    assert "new-key" in str(refused.value)
    assert not bad or bad[0] not in str(refused.value)


def test_secrets_are_rotated_by_putting_a_new_one_in_front(database: Database) -> None:
    old, new = WrappedKeys([SECRET]), WrappedKeys([TokenKeys.new_key(), SECRET])
    launch(database, old)
    answer(database, old, TEAM[0])
    answer(database, new, TEAM[1])
    with pytest.raises(sealed.TryAgain):
        answer(database, old, TEAM[2])
    for person in TEAM[2:]:
        answer(database, new, person)
    assert len(scores(close(database, new))) == 8


# --- the end, and what is left ----------------------------------------------------------------------------


def test_from_open_to_purged(database: Database, custody: Custody) -> None:
    launch(database, custody)
    for person in TEAM:
        answer(database, custody, person)
    assert sealed.purged(database, custody, "T1", PULSE) == "not yet"
    close(database, custody)
    assert sealed.purged(database, custody, "T1", PULSE) == "not yet"
    assert sealed.purge(database, custody, "T1", PULSE)
    assert sealed.purged(database, custody, "T1", PULSE) == ("purged" if custody.provable else "not provable")
    other = WrappedKeys([SECRET])  # who switches later changes nothing about what was
    assert sealed.purged(database, other, "T1", PULSE) == ("not yet" if custody.provable else "not provable")
    assert sealed.purge(database, custody, "T1", PULSE), "twice is harmless"
    with database.begin() as session:
        sealed.forget(session, "T1", PULSE)
    with database.reading() as session:
        assert sealed.people_of(session, "T1", PULSE) == []


def test_a_reader_that_needs_the_log_puts_the_purge_off_until_it_is_done(tmp_path: Path, files: FileKeys) -> None:
    """A quarter of a second: that is how long it tries."""
    database = open_database(f"sqlite:///{tmp_path}/candor.db")
    database.migrate()
    launch(database, files)
    for person in TEAM:
        answer(database, files, person)
    with database.reading() as looking:
        assert sealed.boxes_of(looking, "T1", PULSE) == [0]
        close(database, files)
        assert not sealed.purge(database, files, "T1", PULSE)
        assert sealed.purged(database, files, "T1", PULSE) == "not yet"
    sealed.tend(database, files)
    assert sealed.purged(database, files, "T1", PULSE) == "purged"
    database.close()


def test_the_search_for_traces_would_find_some(tmp_path: Path, files: FileKeys) -> None:
    """The control: without secure_delete, bytes of the box stay in the file, and the answer is another."""
    database = open_database(f"sqlite:///{tmp_path}/candor.db")
    database.migrate()
    launch(database, files)
    answer(database, files, TEAM[0])
    assert database.empty_log()
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA secure_delete = OFF")
        driver.execute("DELETE FROM sealed_box")
        driver.execute("PRAGMA secure_delete = ON")
    with database.begin() as session:
        sealed.end(session, "T1", PULSE)
    assert sealed.purge(database, files, "T1", PULSE)
    assert sealed.purged(database, files, "T1", PULSE) == "not yet"
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("VACUUM")
    assert database.empty_log()
    assert sealed.purged(database, files, "T1", PULSE) == "purged"
    database.close()


def test_ending_early_opens_nothing(database: Database, custody: Custody) -> None:
    launch(database, custody)
    for person in TEAM:
        answer(database, custody, person)
    with database.begin() as session:
        assert sealed.end(session, "T1", PULSE)
        assert not sealed.end(session, "T1", PULSE)
    assert sealed.purge(database, custody, "T1", PULSE)
    with pytest.raises(sealed.Over):
        close(database, custody)


# --- forgetting -----------------------------------------------------------------------------------------------


def test_who_is_forgotten_loses_the_seat_and_the_answer_stays_unfound(
    database: Database, custody: Custody
) -> None:
    launch(database, custody)
    for person in TEAM:
        answer(database, custody, person, 4)
    with database.begin() as session:
        assert forget_person(session, "T1", TEAM[0]) == 1
    with database.reading() as session:
        assert TEAM[0] not in sealed.people_of(session, "T1", PULSE)
    with pytest.raises(sealed.NotInvited):
        answer(database, custody, TEAM[0])
    assert scores(close(database, custody)) == [4] * 8


def test_a_workspace_takes_its_keys_along_and_leaves_those_of_others(database: Database, files: FileKeys) -> None:
    for workspace in ("E1/T1", "E1/T2", "E1", "T1"):
        with database.begin() as session:
            sealed.prepare(session, files, workspace, PULSE, TEAM, k=5)
        with sealed.hold(files, workspace, PULSE, 0) as held, database.begin(durable=True) as session:
            sealed.take(session, held, workspace, PULSE, TEAM[0], [1])
    assert len(box_files(files)) == 4
    files.destroy("E1/")
    assert [file.name for file in box_files(files)] == ["E1.pulse-1.0.box", "T1.pulse-1.0.box"]
    files.destroy("T1")
    assert [file.name for file in box_files(files)] == ["E1.pulse-1.0.box"]
    with database.begin() as session:
        assert forget_workspace(session, "E1/") == 2 * (1 + len(TEAM) + 1)


# --- single rows ------------------------------------------------------------------------------------------


def test_a_row_opens_where_it_was_sealed_and_nowhere_else(custody: Custody) -> None:
    sealed_row = custody.seal("T1", "postmortem-3", "12", b"what I saw")
    again = custody.seal("T1", "postmortem-3", "12", b"what I saw")
    assert custody.open("T1", "postmortem-3", "12", sealed_row) == b"what I saw"
    assert sealed_row.ciphertext != again.ciphertext
    custody.seal("T1", "postmortem-3", "13", b"another")
    with pytest.raises((KeyLost, KeysElsewhere)):
        custody.open("T1", "postmortem-3", "13", sealed_row)


def test_destroying_the_key_of_a_row_leaves_the_others(files: FileKeys) -> None:
    kept = {row: files.seal("T1", "postmortem-3", row, row.encode()) for row in ("1", "11", "2")}
    files.destroy("T1", "postmortem-3", "1")
    files.destroy("T1", "postmortem-3", "1")
    with pytest.raises(KeyLost):
        files.open("T1", "postmortem-3", "1", kept["1"])
    assert files.open("T1", "postmortem-3", "11", kept["11"]) == b"11"
    files.destroy("T1", "postmortem-3")
    assert files.is_destroyed("T1", "postmortem-3")
    with pytest.raises(KeyLost):
        files.open("T1", "postmortem-3", "11", kept["11"])


def test_rows_sealed_at_once_share_one_key(files: FileKeys) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: files.seal("T1", "postmortem-3", "1", b"%d" % number), range(24)))
    assert [files.open("T1", "postmortem-3", "1", one) for one in made] == [b"%d" % n for n in range(24)]


@pytest.mark.parametrize("name", ["", "a/../b", "..", "a.b", "ä", "x" * 41])
def test_a_name_that_could_leave_the_directory_is_refused(name: str, files: FileKeys) -> None:
    with pytest.raises(ValueError, match="not a name"):
        files.seal("T1", "postmortem-3", f"{name}.", b"")
    with pytest.raises(ValueError, match="not a name"):
        files.destroy("T1", f"{name}.")


# --- by Slack's door ------------------------------------------------------------------------------------------


def test_a_ring_finishes_what_a_crash_left(candor: Candor) -> None:
    database, files = candor.database, candor.house.custody
    assert isinstance(files, FileKeys)
    launch(database, files)
    answer(database, files, TEAM[0])
    with pytest.raises(ZeroDivisionError), sealed.hold(files, "T1", PULSE, 0) as held:
        with database.begin(durable=True) as session:
            sealed.take(session, held, "T1", PULSE, TEAM[1], [1])
        raise ZeroDivisionError  # after the commit, before the old key is overwritten
    assert files.half_done() == [("T1", PULSE, 0)]
    candor.ring()
    assert files.half_done() == []
    for person in TEAM[2:]:
        answer(database, files, person)
    close(database, files)
    candor.ring()
    assert sealed.purged(database, files, "T1", PULSE) == "purged"


def test_refusals_speak_to_the_person_and_name_nobody() -> None:
    for refusal in (sealed.AlreadyAnswered, sealed.NotInvited, sealed.Over, sealed.TryAgain, sealed.Lost):
        assert issubclass(refusal, Refusal)
        assert str(refusal()) == refusal.__name__


def test_the_settings_keys_are_split_at_commas() -> None:
    from pydantic import SecretStr

    assert WrappedKeys(split_keys(SecretStr(f"{SECRET}, {TokenKeys.new_key()}"))).keeper() == "wrapped"
