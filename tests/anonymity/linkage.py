"""Plays surveys of eight, lets every attacker guess, and counts who was right."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from math import ceil, sqrt
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from sqlalchemy import text

from storage import Database, open_database
from storage.keys import FileKeys, WrappedKeys
from tests.anonymity import attackers
from tests.anonymity.attackers import Guess
from tests.anonymity.stores import (
    SCRATCH,
    OneKey,
    OurStore,
    RowEach,
    Store,
    View,
    copy_of,
    fresh_secret,
    physical_order,
    prepare_scratch,
    system_columns,
)
from tests.postgres import PostgresServer

PEOPLE = 8
SURVEYS = 200
SEED = 20_261_126
FILLS = range(1, PEOPLE + 1)

Attacker = Callable[[View, Random], Guess]


@dataclass(frozen=True)
class Attack:
    """An attacker, the store of ours it is set on, and the leaking one on which it must win."""

    says: str
    attacker: Attacker
    control: str
    ours: str = "file"
    only_on: str | None = None
    admitted: bool = False  # it wins, and the consent text says so


ATTACKS = (
    Attack("one copy at the end", attackers.final_file, "row each"),
    Attack("a copy after every submission", attackers.every_copy, "row each"),
    Attack("a copy in the window, all later ones, all settings", attackers.window_copy_and_settings, "row each"),
    Attack("the live key files once, all copies", attackers.live_key_once, "one key"),
    Attack("xmin, ctid, dead rows", attackers.one_transaction, "row each", only_on="postgres"),
    Attack("which comment beside which answer", attackers.comment_beside_answer, "row each"),
    Attack("a copy after every submission, key wrapped", attackers.every_copy, "row each", ours="wrapped"),
    Attack(
        "the same and the wrapping secret: **admitted**",
        attackers.every_copy_and_settings,
        "row each",
        ours="wrapped",
        admitted=True,
    ),
)


@dataclass(frozen=True)
class Score:
    """How many of `links` an attacker got right, on our store and on the leaking one."""

    attack: Attack
    kind: str
    right: int
    links: int
    control: float  # share of right guesses on the store that leaks
    most: int  # as many as chance allows

    @property
    def holds(self) -> bool:
        return self.control > 0.95 and (self.attack.admitted or self.right <= self.most)


def most_by_chance(surveys: int) -> int:
    """Right guesses follow Poisson(surveys), one each; beyond five deviations it isn't chance (271 of 200)."""
    return ceil(surveys + 5 * sqrt(surveys))


@dataclass(frozen=True)
class Scores:
    """What came of all attacks on one kind of database.

    `certain` and `between` are links that need no guess, a survey, for whoever has all copies and reads the live
    key files once, by how full the box is then: after a submission, and in the few milliseconds within one.
    """

    attacks: list[Score]
    certain: dict[int, float]
    between: dict[int, float]


def score(kind: str, surveys: int, seed: int = SEED) -> Scores:
    """Play the surveys on SQLite or Postgres, and set every attacker on them."""
    with databases(kind) as fresh:
        views = {name: list(_played(fresh, name, surveys, seed)) for name in ("file", "wrapped")}
        few = max(4, surveys // 10)  # a leak shows at once
        leaking = {name: list(_played(fresh, name, few, seed)) for name in ("row each", "one key")}
    found = []
    for attack in ATTACKS:
        if attack.only_on in (None, kind):
            right = _right(attack, views[attack.ours], seed)
            won = _right(attack, leaking[attack.control], seed)
            most = most_by_chance(surveys)
            found.append(Score(attack, kind, right, surveys * PEOPLE, won / (few * PEOPLE), most))
    ours = views["file"]
    certain, between = (
        {fill: sum(attackers.certain_links(*seen, fill) for seen in moment) / surveys for fill in FILLS}
        for moment in ([(one, one.key_files) for one in ours], [(one, one.between) for one in ours])
    )
    return Scores(found, certain, between)


def _right(attack: Attack, views: list[View], seed: int) -> int:
    chance = Random(seed)
    right = 0
    for view in views:
        guess = attack.attacker(view, chance)
        truth = {person: answer for person, (answer, _) in view.truth.items()}
        if attack.attacker is attackers.comment_beside_answer:
            truth = {comment: answer for answer, comment in view.truth.values()}
        right += sum(truth[whose] == answer for whose, answer in guess.items())
    return right


def _played(fresh: Callable[[], Database], name: str, surveys: int, seed: int) -> Iterator[View]:
    chance = Random(seed)
    for _ in range(surveys):
        with TemporaryDirectory() as folder:
            yield _play(fresh(), name, Path(folder), chance)


def _play(database: Database, name: str, folder: Path, chance: Random) -> View:
    people = [f"U{number:03}" for number in range(PEOPLE)]
    answers = [[one, *(chance.randint(1, 7) for _ in range(6))] for one in chance.sample(range(10, 99), PEOPLE)]
    truth = {person: (json.dumps(said), f"about {said[0]}") for person, said in zip(people, answers, strict=True)}
    came = chance.sample(people, PEOPLE)
    secret = fresh_secret()
    store = _store(name, folder, secret)
    view = View(came, truth, secrets=[secret])
    store.launch(database, people)
    for person in came:
        store.submit(database, person, answers[people.index(person)], truth[person][1])
        view.copies.append(copy_of(database, folder))
        view.key_files.append(store.live_keys())
        view.between.append(store.between)
    store.close(database)
    view.final = copy_of(database, folder)
    view.answers = physical_order(database, "attack_answer")
    view.comments = physical_order(database, "attack_comment")
    if database.engine.dialect.name == "postgresql":
        view.same_transaction = system_columns(database)
    else:
        database.close()
    return view


def _store(name: str, folder: Path, secret: str) -> Store:
    stores: dict[str, Callable[[], Store]] = {
        "file": lambda: OurStore(FileKeys(folder / "keys")),
        "wrapped": lambda: OurStore(WrappedKeys([secret])),
        "row each": RowEach,
        "one key": lambda: OneKey(FileKeys(folder / "keys")),
    }
    return stores[name]()


@contextmanager
def address(kind: str, folder: Path) -> Iterator[Callable[[], str]]:
    """Gives the address of an empty database, as often as it is asked."""
    numbers = count(1)
    if kind == "sqlite":
        yield lambda: f"sqlite:///{folder}/{next(numbers)}.db"
        return
    with PostgresServer() as server:

        def another() -> str:
            name = f"attack{next(numbers)}"
            server.create_database(name)
            return server.url(name)

        yield another


@contextmanager
def databases(kind: str) -> Iterator[Callable[[], Database]]:
    """Gives an empty database for each survey."""
    with TemporaryDirectory() as name, address(kind, Path(name)) as new_url:
        if kind == "sqlite":
            yield _sqlite_files(Path(name))
            return
        database = open_database(new_url())
        database.migrate()
        prepare_scratch(database)

        def emptied() -> Database:
            tables = ", ".join(("sealed_occasion", "sealed_box", "sealed_seat", *SCRATCH))
            with database.begin() as session:
                session.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
            return database

        yield emptied
        database.close()


def _sqlite_files(folder: Path) -> Callable[[], Database]:
    made = open_database(f"sqlite:///{folder}/empty.db")
    made.migrate()
    prepare_scratch(made)
    made.empty_log()
    made.close()

    def another() -> Database:
        for old in folder.glob("next.db*"):
            old.unlink()
        shutil.copy(folder / "empty.db", folder / "next.db")
        return open_database(f"sqlite:///{folder}/next.db", pool_size=2)

    return another
