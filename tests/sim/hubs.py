"""Simulated hub processes: the real application on one real database, answering in this thread."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, event

from hub.app import create_app
from hub.context import Hub
from hub.database import Database
from hub.locks import WHOLE, Locks
from tests.sim.letters import Answer, Request
from tests.sim.sandbox import Machine, busy

T = TypeVar("T")


class SimDatabase(Database):
    """The hub's database, used from one thread only."""

    def write_aside(self, work: Callable[[Connection], object], locks: Locks = WHOLE) -> None:
        """Write at once."""
        self.write_quietly(work, locks)

    async def write_soon(self, work: Callable[[Connection], T], locks: Locks = WHOLE) -> T:
        """Write at once."""
        return self.write(work, locks)

    async def read_soon(self, work: Callable[[Connection], T]) -> T:
        """Read at once."""
        return self.read(work)

    async def compute(self, work: Callable[[], T]) -> T:
        """Compute at once."""
        return work()


class HubProcess(Machine):
    """One process of the hub. Its application is built once, as that takes longer than a whole seed."""

    def __init__(self, name: str, database: Path) -> None:
        """A process that is off; the file may come later."""
        super().__init__(name)
        self.database = SimDatabase(str(database))
        self._hub = Hub.__new__(Hub)
        self._app = create_app(self._hub)
        event.listen(self.database.writing, "before_cursor_execute", self._count)
        event.listen(self.database.reading, "before_cursor_execute", self._count)
        event.listen(self.database.writing, "commit", lambda _conn: self._ask("COMMIT"))

    def _count(self, _conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self._ask(statement)

    def _ask(self, statement: str) -> None:
        try:
            self.before(statement)
        except sqlite3.OperationalError:
            raise busy() from None

    def boot(self, now_ms: Callable[[], int]) -> None:
        """Start the process on whatever lies on the disk."""
        self.is_on, self.fuse = True, 0
        self.lives += 1
        vars(self._hub).clear()
        Hub.__init__(self._hub, self.database, instance=f"{self.name}/{self.lives}", now_ms=now_ms)

    def die(self) -> None:
        """End the process at once."""
        self.is_on, self.fuse = False, 0
        self.database.writing.dispose()
        self.database.reading.dispose()

    def handle(self, request: Request) -> Answer:
        """Answer one request; raises SimulatedCrash when the process dies over it."""
        return _ask(self._app, request)


def _ask(app: Any, request: Request) -> Answer:
    path, _mark, query = request.target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "path": request.path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": list(request.headers),
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "root_path": "",
    }
    sent: list[dict[str, Any]] = []
    parts = iter([{"type": "http.request", "body": request.content, "more_body": False}])

    async def receive() -> dict[str, Any]:
        return next(parts, {"type": "http.disconnect"})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    run = app(scope, receive, send)
    try:
        run.send(None)
    except StopIteration:
        pass
    else:
        run.close()
        raise AssertionError(f"{request.method} {request.path} waits for something outside the simulation")
    start, *rest = sent
    return Answer(
        status_code=start["status"],
        headers={name.decode().lower(): value.decode() for name, value in start["headers"]},
        content=b"".join(one.get("body", b"") for one in rest),
    )
