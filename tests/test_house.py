"""The rules of the house, read from the syntax trees: who may import whom, who asks the time, who may catch all.

A rule that fails names file and line. An exception stands in a table here, with the word that explains it.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from bot import manifest

ROOT = Path(__file__).parent.parent
LAYERS = ("bot", "rituals", "storage")  # each may import what stands behind it, never what stands before it
RITUALS = ("decisions", "prompts", "pulse", "postmortem", "demo_day")
LONGEST = 350

SHARED = {
    "bot": {
        "administer": "forgets, from a shell; makes and changes keys",
        "answered": "the same request twice is one request",
        "app": "builds the Bolt app; answers refusals",
        "blameless": "hints on a draft, from a shell",
        "blocks": "its common words, and the blocks of the shared rooms",
        "calendar": "pause, resume, skip: the same for every ritual",
        "candor": "the one command to know",
        "channels": "archived, unarchived, invited, removed",
        "clock": "asks the time",
        "courier": "posts what is owed",
        "demo": "a whole Slack for a newcomer",
        "edge": "lets in over HTTP only what Slack signed",
        "doctor": "says what is wrong and how to mend it",
        "faults": "what is wrong with a setting, in words",
        "health": "/healthz",
        "home": "App Home, made of every ritual's rows",
        "house": "puts everything together",
        "http": "the process over HTTP",
        "keys": "who keeps the keys of sealed answers, and what can be wrong with it",
        "install": "OAuth: the way to Slack and back",
        "leaving": "a workspace that removes us is forgotten",
        "lines": "lines to Slack that are kept for the next call",
        "logs": "never anybody's words",
        "manifest": "manifest.yml and its variants",
        "metrics": "what Prometheus may count",
        "nudges": "one private message for all rituals",
        "outbox": "what is owed, from a shell",
        "pages": "what a browser, a probe or Prometheus asks for",
        "papers": "files and canvases, handed over whole",
        "payloads": "what Slack posts over HTTP, read and looked at",
        "people": "who asks, who is in the room",
        "replies": "private answers",
        "rooms": "what a ritual gives the house",
        "scheduler": "rings",
        "security": "the page for administrators, from what is there",
        "serve": "the process",
        "settings": "the environment",
        "shell": "what the verbs of a shell share",
        "socket": "the line through which Slack speaks to us",
        "traffic": "whether Slack waits for us right now",
        "verbs": "the shell's verbs that belong to one ritual",
        "visit": "one request: who asks, where, and what answers it",
        "stopping": "the first signal and the second",
        "switchboard": "Bolt's app, which finds its listener at once",
        "wording": "our words as a workspace needs them: command prefix, plain dates",
        "workspaces": "who installed us",
    },
    "rituals": {
        "blameless": "hints on language, for every ritual in which people write about people, and for the shell",
        "calendar": "when anything happens",
        "errors": "refusals",
        "nudges": "the budget of private reminders",
        "packs": "questions as data",
        "search": "finds the area that a question is about, for decisions",
        "sealed": "the box of every ritual that promises to forget who said what",
        "who_may": "read, start, change",
        "yaml_files": "files that people write",
    },
    "storage": {
        "calendar": "schedules of every ritual",
        "database": "opens SQLite or Postgres",
        "forgetting": "a workspace or a person, in every table",
        "installations": "who installed us, and their sealed tokens",
        "keys": "who keeps the keys of what is sealed",
        "migrations": "the history of the tables",
        "nudges": "reminders that wait",
        "outbox": "what is owed to Slack",
        "pace": "how fast Slack may be spoken to",
        "people": "zones, quiet, the audit",
        "rows": "a row by its id, read once",
        "schema": "every table",
        "sealed": "the boxes",
    },
}
KNOWS_RITUALS = {  # shared rooms that may import a ritual's room of their own layer
    "bot.__main__": "hands the shell's verbs to the rituals that have some",
    "bot.house": "puts the rituals together, so it names each once",
}
LIBRARIES = {
    "alembic": {"storage"},
    "apscheduler": {"bot"},
    "cryptography": {"storage"},
    "gunicorn": {"bot"},
    "dateutil": {"rituals"},
    "icalendar": {"rituals"},
    "holidays": {"rituals"},
    "prometheus_client": {"bot"},
    "psycopg": {"storage"},
    "pythonjsonlogger": {"bot"},
    "pydantic": {"bot"},
    "pydantic_settings": {"bot"},
    "rapidfuzz": {"rituals"},
    "slack_bolt": {"bot"},
    "slack_sdk": {"bot"},
    "snowballstemmer": {"rituals"},
    "resvg_py": {"rituals"},
    "sqlalchemy": {"storage"},
    "websocket": {"bot"},
    "yaml": {"bot", "rituals"},  # the manifest is YAML, and so are the packs
}
CATCHES_ALL = {
    "bot/app.py": "the error handler",
    "bot/courier/going.py": "one bad row must not hold up the others",
}
ENDS_TRANSACTIONS: dict[tuple[str, str], str] = {}
FOR_ALL_WORKSPACES = {  # readers of storage/ that serve the ring or the sweep, so no workspace is asked for
    "calendar.find_due": "the ring takes the next due schedule, whosever it is",
    "calendar.sweep": "the sweep deletes by age alone",
    "people.sweep": "the sweep deletes by age alone",
    "demo_day.feed_at": "an address is all that a calendar program sends; its hash names the workspace",
    "outbox.listed": "the shell lists for whoever runs us",
    "outbox.mend": "the shell mends for whoever runs us",
    "calendar.claim_due": "claims the row that find_due gave, by its id and next_due",
    "database.insert_new": "the workspace is among the values",
    "database.insert_once": "the workspace is among the values",
    "demo_day.days_to_open": "the ring opens every sign-up whose time has come",
    "demo_day.events_to_tend": "the ring takes every event a step further",
    "demo_day.sweep": "the sweep deletes by age alone",
    "decisions.sweep": "the sweep deletes by age alone",
    "decisions.workspaces_with_misses": "the gap radar looks where there are gaps",
    "people.workspaces_known": "the shell asks which workspaces there are",
    "forgetting.workspaces_of": "where somebody is known, to be forgotten there",
    "installations.count_installations": "doctor counts all",
    "installations.lost_tokens": "doctor and serve look whether the keys open every token",
    "installations.gone": "the sweep deletes all that are gone",
    "installations.put_state": "Slack says only at the end which workspace it is",
    "installations.seal_all_again": "a new key is for every token",
    "installations.spend_state": "Slack says only at the end which workspace it is",
    "installations.sweep": "the sweep deletes all that are gone",
    "nudges.people_waiting": "the ring bundles for everybody",
    "nudges.sweep": "the sweep deletes by age alone",
    "outbox.find_due": "the courier looks for what is due, whosever it is",
    "outbox.oldest_due": "/metrics looks at all that is due",
    "outbox.stuck": "doctor looks at all that is late",
    "outbox.sweep": "the sweep deletes by age alone",
    "pace.sweep": "the sweep deletes by age alone",
    "pace.waiting_workspaces": "the courier steps over all that wait",
    "sealed.open_boxes": "doctor looks whether each can be opened",
    "sealed.to_purge": "the ring purges all that ended",
    "prompts.rounds_to_seat": "the ring finds out whom every sealed round asks",
    "prompts.rounds_to_forget": "the sweep forgets seats by age",
    "pulse.results_dropped": "the ring tells whoever looks after it",
    "pulse.to_forget": "the sweep forgets seats by age",
    "pulse.to_close": "the ring",
    "pulse.waiting": "the ring",
    "postmortem.actions_to_remind": "the ring reminds owners everywhere",
    "postmortem.reviews_due": "the ring turns every stage whose time is over",
    "postmortem.reviews_to_clear": "the ring deletes accounts that were kept long enough",
    "prompts.rounds_to_close": "the ring closes every round whose time is over",
}
ASKS_THE_TIME = {
    "date": {"today"},
    "datetime": {"now", "today", "utcnow"},
    "func": {"current_timestamp", "now"},  # the database's clock is a clock too
    "time": {"gmtime", "localtime", "monotonic", "monotonic_ns", "perf_counter", "time", "time_ns"},
}
ASKS_THE_DATABASE = {"execute", "get", "get_one", "query", "scalar", "scalars"}
SQL_WORDS = {"delete", "insert", "select", "text", "update"}


@dataclass(frozen=True)
class Module:
    """One source file: `name` is dotted, `place` its path from the root."""

    place: str

    @cached_property
    def name(self) -> str:
        return self.place.removesuffix(".py").replace("/", ".").removesuffix(".__init__")

    @cached_property
    def text(self) -> str:
        return (ROOT / self.place).read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def layer(self) -> str:
        return self.name.partition(".")[0]

    @cached_property
    def imports(self) -> list[tuple[int, str]]:
        """(line, dotted name) of everything imported, inside functions too."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(node.lineno, alias.name) for alias in node.names]
            if isinstance(node, ast.ImportFrom):
                above = "." * node.level
                found += [(node.lineno, f"{above}{node.module or ''}.{alias.name}") for alias in node.names]
        return found

    def at(self, line: int) -> str:
        return f"{self.place}:{line}"


def room_of(name: str) -> str:
    """The room that a dotted name lies in: "bot.blocks.prompts.messages" is of prompts, "bot.app" of app."""
    parts = name.split(".")[1:]
    if parts[:1] in (["blocks"], ["verbs"]) and len(parts) > 1 and parts[1] in RITUALS:
        return parts[1]
    return parts[0] if parts else ""


MODULES = [
    Module(file.relative_to(ROOT).as_posix())
    for layer in LAYERS
    for file in sorted((ROOT / layer).rglob("*.py"))
    if "migrations/versions" not in file.as_posix()
]
PRESENT = [name for name in RITUALS if any(room_of(module.name) == name for module in MODULES)]


def named(node: ast.expr) -> str:
    """The last word of an expression: of `a.b.c` it is "c"."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def calls(module: Module) -> Iterator[tuple[int, str, str]]:
    """(line, whose, what) of every call: `session.execute()` is ("session", "execute")."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            whose = named(node.func.value) if isinstance(node.func, ast.Attribute) else ""
            yield node.lineno, whose, named(node.func)


# --- layers and rooms -----------------------------------------------------------------------------------


def test_imports_go_one_way_from_bot_to_rituals_to_storage() -> None:
    upward = [
        f"{module.at(line)} imports {imported}"
        for module in MODULES
        for line, imported in module.imports
        if imported.partition(".")[0] in LAYERS[: LAYERS.index(module.layer)]
    ]
    assert not upward, "\n".join(upward)


def test_imports_name_the_whole_path_and_never_the_tests() -> None:
    odd = [
        module.at(line) for module in MODULES for line, name in module.imports if name.startswith((".", "tests"))
    ]
    assert not odd, "\n".join(odd)


def test_every_room_is_a_ritual_or_a_shared_room_that_is_listed_with_its_reason() -> None:
    rooms = {layer: {room_of(one.name) for one in MODULES if one.layer == layer} for layer in LAYERS}
    for layer in LAYERS:
        known = {*SHARED[layer], *RITUALS, "", "__main__"}
        assert rooms[layer] <= known, f"{layer}/ has a room that is neither a ritual nor listed in SHARED"


def test_ritual_rooms_of_one_layer_do_not_import_each_other() -> None:
    strays = [
        f"{module.at(line)} imports {imported}"
        for module in MODULES
        for line, imported in module.imports
        if imported.partition(".")[0] == module.layer
        if room_of(imported) in RITUALS and room_of(imported) != room_of(module.name)
        if module.name not in KNOWS_RITUALS
    ]
    assert not strays, "\n".join(strays)


def test_each_outside_library_has_one_layer() -> None:
    strays = [
        f"{module.at(line)} imports {imported}"
        for module in MODULES
        for line, imported in module.imports
        if (library := imported.partition(".")[0]) not in (*LAYERS, *sys.stdlib_module_names)
        if module.layer not in LIBRARIES.get(library, ())
    ]
    assert not strays, "\n".join(strays)


# --- time, SQL, transactions, exceptions ----------------------------------------------------------------


def test_only_the_clock_asks_the_time() -> None:
    asked = [
        f"{module.at(node.lineno)} {named(node.value)}.{node.attr}"
        for module in MODULES
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in ASKS_THE_TIME.get(named(node.value), ())
    ]
    borrowed = [
        module.at(line)
        for module in MODULES
        for line, imported in module.imports
        if imported in {f"time.{name}" for name in ASKS_THE_TIME["time"]}
    ]
    elsewhere = [place for place in asked + borrowed if not place.startswith("bot/clock.py")]
    assert not elsewhere, "\n".join(elsewhere)


def test_every_query_stands_in_storage() -> None:
    queries = [
        f"{module.at(line)} {f'{whose}.' if whose else ''}{what}()"
        for module in MODULES
        if module.layer != "storage"
        for line, whose, what in calls(module)
        if (whose == "session" and what in ASKS_THE_DATABASE)
        or (module.layer == "rituals" and not whose and what in SQL_WORDS)  # bot/blocks has selects of its own
    ]
    assert not queries, "\n".join(queries)


def test_nothing_below_the_listeners_ends_a_transaction() -> None:
    ended = {
        (module.place, what)
        for module in MODULES
        for _, _, what in calls(module)
        if what in ("commit", "rollback", "begin_nested")
    }
    assert ended == set(ENDS_TRANSACTIONS)


def catches_all(node: ast.AST) -> bool:
    """Whether this is `except:`, `except Exception:`, or a suppress() of as much."""
    match node:
        case ast.ExceptHandler(type=None):
            return True
        case ast.ExceptHandler(type=ast.Tuple(elts=caught)):
            pass
        case ast.ExceptHandler(type=ast.expr() as one):
            caught = [one]
        case ast.Call(func=func, args=caught) if named(func) == "suppress":
            pass
        case _:
            return False
    return any(named(one) in ("Exception", "BaseException") for one in caught)


def test_everything_is_caught_in_two_places_only() -> None:
    caught = {module.place for module in MODULES if any(map(catches_all, ast.walk(module.tree)))}
    assert caught == set(CATCHES_ALL)


def readers() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every public function of storage/ that is handed a session."""
    for module in MODULES:
        for node in module.tree.body if module.layer == "storage" else []:
            match node:
                case ast.FunctionDef(name=name, args=ast.arguments(args=[ast.arg(arg="session"), *_])):
                    if not name.startswith("_"):
                        yield f"{module.name.removeprefix('storage.')}.{name}", node


def test_every_reader_takes_the_workspace_first_and_uses_it() -> None:
    forgetful = [
        name
        for name, reader in readers()
        if name not in FOR_ALL_WORKSPACES
        if [argument.arg for argument in reader.args.args[1:2]] != ["workspace"]
        or not any(isinstance(node, ast.Name) and node.id == "workspace" for node in ast.walk(reader))
    ]
    assert not forgetful, "\n".join(forgetful)


def test_the_exceptions_listed_here_are_still_there() -> None:
    for_all = {name for name, reader in readers() if [one.arg for one in reader.args.args[1:2]] != ["workspace"]}
    assert for_all >= set(FOR_ALL_WORKSPACES)
    knowing = {
        module.name
        for module in MODULES
        for _, imported in module.imports
        if imported.partition(".")[0] == module.layer
        if room_of(imported) in RITUALS and room_of(imported) != room_of(module.name)
    }
    assert knowing >= set(KNOWS_RITUALS)


# --- names, sizes, words --------------------------------------------------------------------------------


def test_files_are_named_after_what_they_are_about_not_after_a_mechanism() -> None:
    mechanisms = {"helpers", "misc", "modals", "models", "services", "util", "utils"}
    assert [module.place for module in MODULES if mechanisms & set(module.name.split("."))] == []


def test_no_class_is_a_manager_a_service_or_a_helper() -> None:
    vague = [
        f"{module.at(node.lineno)} {node.name}"
        for module in MODULES
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and node.name.endswith(("Manager", "Service", "Helper"))
    ]
    assert not vague, "\n".join(vague)


def test_a_room_that_outgrows_350_lines_becomes_a_package() -> None:
    lengths = {module.place: len(module.text.splitlines()) for module in MODULES}
    assert {place: lines for place, lines in lengths.items() if lines > LONGEST} == {}


def test_every_module_opens_with_one_sentence() -> None:
    silent = [
        module.place
        for module in MODULES
        if not (ast.get_docstring(module.tree) or "").partition("\n\n")[0].rstrip().endswith((".", "?", "!"))
    ]
    assert not silent, "\n".join(silent)


@pytest.mark.parametrize("layer", LAYERS)
def test_each_layer_says_what_lives_there_what_may_not_and_why(layer: str) -> None:
    words = ast.get_docstring(Module(f"{layer}/__init__.py").tree) or ""
    assert len(words.splitlines()) >= 8
    for opening in ("What lives here", "What may not", "Why so"):
        assert opening in words


# --- every ritual in its five places --------------------------------------------------------------------


def test_there_is_a_ritual() -> None:
    assert PRESENT


@pytest.mark.parametrize("ritual", PRESENT)
@pytest.mark.parametrize("where", ["bot", "bot/blocks", "rituals", "storage"])
def test_a_ritual_has_its_room(ritual: str, where: str) -> None:
    assert any((ROOT / where / place).is_file() for place in (f"{ritual}.py", f"{ritual}/__init__.py"))


@pytest.mark.parametrize("ritual", PRESENT)
def test_a_ritual_has_its_tests(ritual: str) -> None:
    assert list((ROOT / "tests").glob(f"test_{ritual}*.py"))


@pytest.mark.parametrize("ritual", PRESENT)
def test_a_ritual_has_its_command_in_the_manifest(ritual: str) -> None:
    commands = {one["command"] for one in manifest.load()["features"]["slash_commands"]}
    assert manifest.COMMANDS.get(ritual)
    assert set(manifest.COMMANDS[ritual]) <= commands


@pytest.mark.parametrize("ritual", PRESENT)
def test_a_ritual_has_its_heading_in_the_readme(ritual: str) -> None:
    words = ritual.replace("_", " ")
    readme = ROOT / "README.md"
    assert readme.is_file(), "README.md is not written yet"
    headings = re.findall(r"^#+ .*$", readme.read_text(encoding="utf-8"), re.MULTILINE)
    assert any(words in heading.lower() for heading in headings), f"no heading names {words}"


def test_every_dependency_has_a_reason_beside_it() -> None:
    words = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(words)["project"]
    extras = project["optional-dependencies"].values()
    named_there = {one for group in (project["dependencies"], *extras) for one in group}
    reasoned = {found[1] for line in words.splitlines() if (found := re.match(r'\s*"([^"]+)",?\s+#\s*\S', line))}
    assert named_there - reasoned == set()
