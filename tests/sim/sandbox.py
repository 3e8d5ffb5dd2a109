"""What a simulated machine gets instead of an operating system: chance, threads, disk and network.

Ids, keys and secrets anywhere in the product end at `os.urandom`; databases begin at
`sqlite3.connect`; requests end in an `httpx.Client`. Standing there, the simulator needs no switch
in the product, and what is built into it later is simulated without being told.
"""

import contextlib
import logging
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from types import SimpleNamespace
from typing import Any, TypeVar
from unittest import mock

import httpx
from sqlalchemy.exc import OperationalError

from hub import tokens
from tests.sim.letters import Answer, Client, Request

T = TypeVar("T")


class SimulatedCrash(BaseException):
    """The power of a machine is gone; nothing above but the simulator may catch it."""

    def __init__(self, machine: "Machine") -> None:
        """Say which machine died."""
        super().__init__(machine.name)
        self.machine = machine


class Machine:
    """A computer that can die, or fail to write, at any statement its databases execute."""

    def __init__(self, name: str) -> None:
        """A machine that is off."""
        self.name = name
        self.is_on = False
        self.lives = 0
        self.fuse = 0
        """At how many statements from now the fault comes; 0 for none."""
        self.fuse_is_crash = True
        self.connections: list[sqlite3.Connection] = []
        self.on_fault: Callable[[str], None] = lambda kind: None

    def light(self, statements: int, *, crash: bool) -> None:
        """Let a crash, or one disk error, come at the n-th statement from now."""
        self.fuse, self.fuse_is_crash = statements, crash

    def before(self, statement: str) -> None:
        """Count a statement; it is not executed when its fault has come."""
        if not self.is_on:
            raise SimulatedCrash(self)
        if not self.fuse:
            return
        self.fuse -= 1
        if self.fuse:
            return
        if self.fuse_is_crash:
            self.on_fault("crash")
            self.is_on = False
            raise SimulatedCrash(self)
        if statement.lstrip()[:8].upper() == "ROLLBACK":
            self.fuse = 1  # SQLite's own way back needs no room on the disk
            return
        self.on_fault("disk")
        raise sqlite3.OperationalError("database or disk is full")

    def drop_connections(self) -> None:
        """Close what was open, as the end of a process does: what was not committed is gone."""
        for connection in self.connections:
            connection.close()
        self.connections.clear()


class SimConnection(sqlite3.Connection):
    """A connection of a till's books or mirror that asks its machine before each statement."""

    machine: Machine

    def execute(self, statement: str, *args: Any) -> sqlite3.Cursor:  # type: ignore[override]
        """Execute, unless the machine says no."""
        self.machine.before(statement)
        return super().execute(statement, *args)

    def executemany(self, statement: str, *args: Any) -> sqlite3.Cursor:  # type: ignore[override]
        """Execute many, unless the machine says no."""
        self.machine.before(statement)
        return super().executemany(statement, *args)


class SameThread(Executor):
    """An executor that does its work at once, where it was asked."""

    def __init__(self, *args: object, **named: object) -> None:
        """Take what a ThreadPoolExecutor takes."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **named: Any) -> Future[T]:
        """Do the work and return the future that holds its result."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **named))
        except BaseException as trouble:
            # Without this frame, which holds the future that holds the error: what an error keeps
            # alive must not end whenever garbage happens to be collected.
            below = trouble.__traceback__.tb_next if trouble.__traceback__ else None
            future.set_exception(trouble.with_traceback(below))
        return future


class ThreadAtOnce:
    """A thread that does its work when it is started, before the one that starts it goes on."""

    def __init__(self, *, target: Callable[[], object], **_named: object) -> None:
        """Take what a Thread takes."""
        self.start = target


class NoDeadline(contextlib.nullcontext["NoDeadline"]):
    """A deadline where no time passes while somebody waits: it needs no thread that watches it."""

    missed = False

    def __init__(self, within_s: float, cut: Callable[[], None]) -> None:
        """Take what a Deadline takes."""
        super().__init__(self)

    def renew(self) -> None:
        """Count from now, which never ends."""


class Chance:
    """The one source of chance in a simulation, also behind the product's own ids and secrets."""

    def __init__(self, seed: int) -> None:
        """Streams of one seed: ids drawn, what is rare, what prices and money do leave all else as it was."""
        self.course = random.Random(f"course {seed}")
        self.rare = random.Random(f"rare {seed}")
        self.fair = random.Random(f"prices {seed}")
        self.money = random.Random(f"money {seed}")
        self._noise = random.Random(f"noise {seed}")

    def urandom(self, size: int) -> bytes:
        """Stand in for `os.urandom`."""
        return self._noise.randbytes(size)


class Sandbox:
    """The open boundary: which machine runs now, and who carries its requests."""

    def __init__(self, chance: Chance) -> None:
        """Nothing runs yet."""
        self.chance = chance
        self.running: list[Machine] = []
        self.carry: Callable[[Machine, Request], Answer] = _no_line

    @contextlib.contextmanager
    def on(self, machine: Machine) -> Iterator[None]:
        """Run a block on a machine: its databases and its requests are that machine's."""
        self.running.append(machine)
        try:
            yield
        finally:
            self.running.pop()

    def connect(self, *args: Any, **named: Any) -> sqlite3.Connection:
        """Stand in for `sqlite3.connect`."""
        if not self.running:
            return _connect(*args, **named)
        machine = self.running[-1]
        connection = _connect(*args, **{**named, "factory": SimConnection})
        assert isinstance(connection, SimConnection)
        connection.machine = machine
        machine.connections.append(connection)
        return connection

    def handle(self, request: Request) -> Answer:
        """Carry one request of the machine that runs."""
        return self.carry(self.running[-1], request)


def _no_line(_machine: Machine, _request: Request) -> Answer:
    raise httpx.ConnectError("there is no line")


_connect = sqlite3.connect


@contextlib.contextmanager
def sandbox(seed: int) -> Iterator[Sandbox]:
    """Take the operating system's place for the block; everything after is as before."""
    box = Sandbox(Chance(seed))

    def client(**_named: object) -> Client:
        return Client(box.handle)

    logging.disable(logging.CRITICAL)
    try:
        with (
            mock.patch.object(os, "urandom", box.chance.urandom),
            mock.patch.object(random, "_urandom", box.chance.urandom),
            mock.patch.object(sqlite3, "connect", box.connect),
            mock.patch.object(httpx, "Client", client),
            mock.patch("sync.wire.Deadline", NoDeadline),
            mock.patch("omnipos.store.connection.ThreadPoolExecutor", SameThread),
            mock.patch("sync.pull.threading", SimpleNamespace(Thread=ThreadAtOnce)),
            mock.patch("sync.pull.MOST_CHANGES", 7),
            mock.patch("hub.tokens.TOKEN_LIFE_MS", tokens.TOKEN_LIFE_MS),
        ):
            yield box
    finally:
        logging.disable(logging.NOTSET)


def busy() -> OperationalError:
    """Return what the hub's database raises when its disk fails."""
    return OperationalError("simulated", None, sqlite3.OperationalError("disk I/O error"))
