"""Killed, hurried, repeated: an answer is in and counts once, or the person sees that it isn't and sends again."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rituals import sealed
from rituals.errors import Refusal
from storage import Database, open_database
from storage.keys import Custody, FileKeys, WrappedKeys
from tests.anonymity import killing
from tests.anonymity.stores import fresh_secret
from tests.test_sealed import PULSE, answer, close, launch, scores

ROOT = Path(__file__).parent.parent.parent
STRIDE = 90  # lines of the store between two kills; `make attack` kills at every ninth
CROWD = [f"U{number:04}" for number in range(40)]

BOTH_PROCESSES = """
import sys
from pathlib import Path
from storage import open_database
from storage.keys import FileKeys
from tests.anonymity.stores import OurStore
from rituals.errors import Refusal
database, store = open_database(sys.argv[1]), OurStore(FileKeys(Path(sys.argv[2])))
for person in sys.argv[3:]:
    try:
        store.submit(database, person, [1], "")
        print("in")
    except Refusal as no:
        print(no)
"""


@pytest.fixture(params=["file", "wrapped"])
def custody(request: pytest.FixtureRequest, tmp_path: Path) -> Custody:
    return FileKeys(tmp_path / "keys") if request.param == "file" else WrappedKeys([fresh_secret()])


def address(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


@pytest.mark.parametrize("what", ["first", "take", "close"])
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_killed_between_any_two_steps_nothing_is_half_lost_or_twice(
    kind: str, what: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Four seconds each: half a dozen processes that kill themselves, and a look at what each of them left."""
    if kind == "sqlite":
        met = killing.run(f"sqlite:///{tmp_path}/candor.db", tmp_path / "keys", what, STRIDE)
    else:
        server = request.getfixturevalue("postgres")
        server.drop_database(f"killing_{what}")
        server.create_database(f"killing_{what}")
        met = killing.run(server.url(f"killing_{what}"), tmp_path / "keys", what, STRIDE)
        server.drop_database(f"killing_{what}")
    assert met.keys() == ({"still open", "closed"} if what == "close" else {"in", "not taken"})
    assert sum(met.values()) >= 4


def test_two_processes_at_once_count_everybody_once(database: Database, tmp_path: Path) -> None:
    """Two seconds: two real processes, each of which sends the answers of the same forty people."""
    keys = tmp_path / "keys"
    launch(database, FileKeys(keys), CROWD)
    command = [sys.executable, "-c", BOTH_PROCESSES, address(database), str(keys)]
    both = [
        subprocess.Popen([*command, *people], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for people in (CROWD, CROWD[::-1])
    ]
    said = Counter(word for one in both for word in one.communicate(timeout=50)[0].split())
    assert said == {"in": len(CROWD), "AlreadyAnswered": len(CROWD)}
    assert scores(close(database, FileKeys(keys))) == [1] * len(CROWD)


def send(database: Database, custody: Custody, person: str) -> str:
    """What the person hears."""
    try:
        answer(database, custody, person, 1)
    except Refusal as no:
        return str(no)
    return "in"


def test_twenty_at_once_and_each_three_times_are_twenty(database: Database, custody: Custody) -> None:
    people = CROWD[:20]
    launch(database, custody, people)
    with ThreadPoolExecutor(20) as pool:
        heard = Counter(pool.map(lambda person: send(database, custody, person), people * 3))
    assert heard == {"in": 20, "AlreadyAnswered": 40}
    assert scores(close(database, custody)) == [1] * 20


def test_twenty_times_the_same_at_once_is_one(database: Database, custody: Custody) -> None:
    launch(database, custody, CROWD)
    with ThreadPoolExecutor(20) as pool:
        heard = Counter(pool.map(lambda _: send(database, custody, CROWD[0]), range(20)))
    assert heard == {"in": 1, "AlreadyAnswered": 19}


def test_answers_during_the_close_are_in_or_are_told_no(database: Database, custody: Custody) -> None:
    launch(database, custody, CROWD)
    for person in CROWD[:10]:
        answer(database, custody, person, 1)
    with ThreadPoolExecutor(8) as pool:
        late = [pool.submit(send, database, custody, person) for person in CROWD[10:]]
        opened = pool.submit(close, database, custody)
        heard = Counter(one.result() for one in late)
    assert heard.keys() <= {"in", "Over"}
    assert len(scores(opened.result())) == 10 + heard["in"]


def test_a_commit_that_outlives_its_process_is_waited_for(database: Database, tmp_path: Path) -> None:
    """The connection of a dead process still holds the row; no key is thrown away before it is done.

    Half a second, in which it is seen that the ring waits.
    """
    if database.engine.dialect.name == "sqlite":
        pytest.skip("there the commit dies with the process: the file is nobody else's to finish")
    files = FileKeys(tmp_path / "keys")
    launch(database, files, CROWD[:6])
    answer(database, files, CROWD[0])
    with sealed.hold(files, "T1", PULSE, 0) as held:
        transaction = database.begin(durable=True)
        session = transaction.__enter__()
        sealed.take(session, held, "T1", PULSE, CROWD[1], [1])
        other = FileKeys(tmp_path / "elsewhere")  # its locks are free: a dead process holds none
        (tmp_path / "elsewhere").mkdir()
        other.directory = files.directory
        with ThreadPoolExecutor(1) as pool:
            tending = pool.submit(sealed.tend, database, other)
            with pytest.raises(TimeoutError):
                tending.result(timeout=0.5)
            assert files.half_done() == [("T1", PULSE, 0)]
            transaction.__exit__(None, None, None)
            tending.result(timeout=5)
    assert files.half_done() == []
    for person in CROWD[2:6]:
        answer(database, files, person)
    assert len(scores(close(database, files))) == 6


def test_what_a_killed_process_left_is_mended_before_the_first_answer_after_a_restart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/candor.db"
    database = open_database(url)
    database.migrate()
    files = FileKeys(tmp_path / "keys")
    launch(database, files)
    with pytest.raises(ZeroDivisionError), sealed.hold(files, "T1", PULSE, 0) as held:
        with database.begin(durable=True) as session:
            sealed.take(session, held, "T1", PULSE, "U0000", [1])
        raise ZeroDivisionError
    database.close()
    again = open_database(url)
    answer(again, FileKeys(tmp_path / "keys"), "U0001")
    assert files.half_done() == []
    again.close()
