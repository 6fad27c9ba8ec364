"""Settings: a wrong one is one clear sentence and exit code 2, and no secret stands in it."""

from __future__ import annotations

import logging
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.__main__ import main
from bot.house import build_house
from bot.settings import BadSettings, Settings, load_settings, require_tokens
from bot.workspaces import Installation, OneWorkspace
from storage import open_database

ENV_FILE = Settings.model_config["env_file"]  # read before conftest switches it off
SECRET = "hunter2hunter2"
TOKENS = {"CANDOR_BOT_TOKEN": f"xoxb-{SECRET}", "CANDOR_APP_TOKEN": f"xapp-{SECRET}"}

WRONG = [
    ({"CANDOR_RITUALS": "prompts,dance"}, "no ritual dance; choose from prompts"),
    (
        {"CANDOR_PREFIX": "Team "},
        "CANDOR_PREFIX can't be used: write up to 15 small letters or digits and a hyphen",
    ),
    (
        {"CANDOR_PUBLIC_URL": "http://candor"},
        "CANDOR_PUBLIC_URL can't be used: write an address that begins with https",
    ),
    ({"CANDOR_RITUALS": "{0}"}, "there is no ritual {0}"),
    ({"CANDOR_PROCESSES": "x"}, "CANDOR_PROCESSES can't be used: write a whole number."),
    ({"CANDOR_PULSE_K": "3"}, "CANDOR_PULSE_K can't be used: it must be at least 5."),
    ({"CANDOR_PULSE_K": "51"}, "it must be at most 50."),
    ({"CANDOR_RING_SECONDS": "often"}, "write a number."),
    ({"CANDOR_RING_SECONDS": "61"}, "it must be at most 60."),
    ({"CANDOR_PLAIN_DATES": "perhaps"}, "write true or false."),
    ({"CANDOR_OPERATOR": "x" * 81}, "it must have at most 80 characters."),
    ({"CANDOR_DATABASE_URL": f"mysql://ada:{SECRET}@host/db"}, "only sqlite:/// and postgresql://"),
    ({"CANDOR_DATABASE_URL": SECRET}, "write it like sqlite:///candor.db"),
    ({"CANDOR_DATABASE_URL": f"postgresql://ada:{SECRET}@host:port/db"}, "CANDOR_DATABASE_URL"),
    ({"CANDOR_DATABASE_URL": f"postgresql+nosuch://ada:{SECRET}@host/db"}, "CANDOR_DATABASE_URL"),
    ({"CANDOR_DATABASE_URL": "sqlite://"}, "name a file"),
    ({"CANDOR_DATABASE_URL": "sqlite:///:memory:"}, "name a file"),
    ({"CANDOR_SQLITE_SYNCHRONOUS": "OFF"}, "write NORMAL or FULL."),
    ({"CANDOR_PACE_PER_MINUTE": "0"}, "it must be at least 1."),
    ({"CANDOR_PACE_PER_MINUTE": "fast"}, "write a whole number."),
    ({"CANDOR_LISTENER_THREADS": "2"}, "it must be at least 5."),
    ({"CANDOR_RING_SECONDS": "nan"}, "CANDOR_RING_SECONDS"),
    ({"CANDOR_LOG_LEVEL": "DEBUG"}, "write INFO, WARNING or ERROR."),
    ({"CANDOR_SLACK_BASE_URL": "slack.com/api"}, "write it like https://slack.com/api/"),
    ({"CANDOR_SLACK_BASE_URL": "http://[::1"}, "CANDOR_SLACK_BASE_URL"),
    ({"CANDOR_CLOCK_FILE": "offset"}, "CANDOR_CLOCK_FILE moves the clock"),
]


@pytest.fixture(autouse=True)
def process_as_it_was() -> Iterator[None]:
    """`serve` takes the process over: its root logger, and its signals."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    signals = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    root.handlers[:], root.level = handlers, level
    for number, handler in signals.items():
        signal.signal(number, handler)


def put(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)


def one_sentence(said: str) -> bool:
    return said.endswith(".\n") and said.count("\n") == 1 and "Traceback" not in said


@pytest.mark.parametrize(("given", "says"), WRONG, ids=lambda value: str(value)[:40])
def test_a_wrong_setting_is_one_sentence_and_exit_code_2(
    given: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(monkeypatch, TOKENS | given)
    assert main(["serve"]) == 2
    out, said = capsys.readouterr()
    assert out == ""
    assert one_sentence(said)
    assert says in said
    assert SECRET not in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["serve", "--http", "abc"], "--http can't be used: write it like 3000 or 0.0.0.0:3000.\n"),
        (
            ["manifest", "--http", "http://x"],
            "--http can't be used: write an address that begins with https://, like",
        ),
        (
            ["manifest", "--http", "https://"],
            "--http can't be used: write an address that begins with https://, like",
        ),
        (["manifest", "--prefix", "BAD PREFIX"], "--prefix can't be used: write up to 15 small letters or digits"),
    ],
)
def test_a_wrong_option_is_named_as_it_was_typed(
    words: list[str], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(monkeypatch, TOKENS)
    assert main(words) == 2
    said = capsys.readouterr().err
    assert one_sentence(said)
    assert said.startswith(says)


def sentences(name: str, value: str) -> list[str]:
    """What is said of a setting with this value; nothing when it can be used."""
    try:
        load_settings(**{name: value})
    except BadSettings as bad:
        return bad.sentences
    return []


def test_no_bound_or_kind_of_a_setting_is_told_in_the_librarys_words() -> None:
    """Each setting is given nonsense, too little and too much; what comes back is in our own words."""
    for name in Settings.model_fields:
        for nonsense in ("{x}", "-1", "1e99", "x" * 5_000):
            told = sentences(name, nonsense)
            assert [said for said in told if re.search("should|Input|String|unable", said)] == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, ["CANDOR_BOT_TOKEN is missing", "CANDOR_APP_TOKEN is missing"]),
        (TOKENS | {"CANDOR_BOT_TOKEN": SECRET}, ["CANDOR_BOT_TOKEN doesn't start with xoxb-"]),
        (TOKENS | {"CANDOR_APP_TOKEN": TOKENS["CANDOR_BOT_TOKEN"]}, ["CANDOR_APP_TOKEN doesn't start with xapp-"]),
    ],
)
def test_each_missing_or_mixed_up_token_is_a_sentence_of_its_own(
    given: dict[str, str], says: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(monkeypatch, given)
    assert main(["serve"]) == 2
    said = capsys.readouterr().err
    assert [expected for line, expected in zip(said.splitlines(), says, strict=True) if expected in line] == says
    assert SECRET not in said


def test_two_wrong_settings_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, {"CANDOR_PACE_PER_MINUTE": "0", "CANDOR_LOG_LEVEL": "LOUD"})
    with pytest.raises(BadSettings) as bad:
        load_settings()
    assert len(bad.value.sentences) == 2


def test_a_database_that_does_not_answer_is_one_sentence_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(monkeypatch, TOKENS | {"CANDOR_DATABASE_URL": f"sqlite:///{tmp_path}/nowhere/{SECRET}.db"})
    assert main(["serve"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("CANDOR_DATABASE_URL")
    assert said.count("\n") == 1
    assert SECRET not in said


def test_no_secret_stands_in_the_repr_of_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, TOKENS | {"CANDOR_DATABASE_URL": f"postgresql://ada:{SECRET}@host/db"})
    settings = load_settings()
    assert SECRET not in repr(settings)
    assert SECRET not in str(settings)
    require_tokens(settings)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/api/", "http://localhost/api", "http://[::1]:9/api/"])
def test_the_clock_may_be_moved_beside_a_stand_in_on_this_machine(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(monkeypatch, {"CANDOR_CLOCK_FILE": "offset", "CANDOR_SLACK_BASE_URL": address})
    assert load_settings().clock_file == Path("offset")


@pytest.mark.parametrize(
    "address", ["https://slack.com/api/", "http://127.0.0.1.example.com/api/", "http://localhost.example.com/api/",
                "http://10.0.0.1/api/", "http://127.0.0.1@slack.com/api/"],
)  # fmt: skip
def test_the_clock_may_not_be_moved_beside_anything_else(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, {"CANDOR_CLOCK_FILE": "offset", "CANDOR_SLACK_BASE_URL": address})
    with pytest.raises(BadSettings, match="loopback"):
        load_settings()


def test_a_dotenv_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert ENV_FILE == ".env"
    (tmp_path / ".env").write_text(f"CANDOR_PREFIX=file-\nCANDOR_BOT_TOKEN=xoxb-{SECRET}\nOTHER=thing\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", ENV_FILE)
    assert load_settings().prefix == "file-"
    assert load_settings().bot_token.get_secret_value() == f"xoxb-{SECRET}"
    monkeypatch.setenv("CANDOR_PREFIX", "shell-")
    assert load_settings().prefix == "shell-"


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, {"CANDOR_ADMINS": " U1, U2,", "CANDOR_RITUALS": "prompts"})
    settings = load_settings()
    assert (settings.admins, settings.rituals) == (("U1", "U2"), ("prompts",))


def test_slacks_own_variables_do_not_make_another_app_of_us(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = ("CLIENT_ID", "CLIENT_SECRET", "BOT_TOKEN", "SIGNING_SECRET", "SCOPES", "APP_TOKEN")
    put(monkeypatch, {f"SLACK_{name}": SECRET for name in theirs})
    assert main(["manifest"]) == 0  # every verb begins with this
    assert [name for name in os.environ if name.startswith("SLACK_")] == []
    capsys.readouterr()

    database = open_database(f"sqlite:///{tmp_path}/candor.db")
    ours = Installation("T1", "T1", None, "Team", "UBOT", "B1", frozenset())
    client = WebClient("xoxb-ours")
    app = build_house(load_settings(), client, OneWorkspace(client, ours), database).app
    database.close()
    assert app.oauth_flow is None
    assert app.installation_store is None
    assert SECRET not in str([app.client.token, app._token, app._signing_secret])
