"""Running a hub: migrate, keep the owner's key, serve until told to stop."""

import asyncio
import contextlib
import gc
import logging
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import OperationalError

from hub.auth import keep_admin_key
from hub.database import Database, migrate
from hub.logbook import FIELDS, keep_log
from hub.settings import HubSettings
from omnipos import __version__
from omnipos.domain.errors import StoreTrouble
from omnipos.locale import _

if TYPE_CHECKING:
    from hub.context import Hub

log = logging.getLogger(__name__)

INSTANCE = "OMNIPOS_HUB_INSTANCE"
"""The environment variable by which a starter recognises the hub that it started."""
STOP_SECONDS = 10
WAITING_LINES = 1024
"""Tills that all come back at once wait here for their turn."""
LINES = 50_000
"""A till holds two lines open, one for hints; the server's own limit, 128 of them, is a few shops."""


class BindTaken(Exception):
    """The address to listen at is in use or not this machine's."""


def open_database(database: str, admin_key: Path | None = None) -> Database:
    """Open a hub's database with its tables up to date and its owner's key in place.

    The keys lie beside a SQLite file; for a database url the path of the owner's is given, and the
    hub's own lies beside it, the same for all processes of one hub.
    """
    from hub.context import wall_clock_ms

    opened = Database(database, admin_key.parent if admin_key else None)
    key_file = admin_key or opened.home / "admin.key"
    key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    may_replace = not opened.is_shared
    try:
        migrate(opened)
        opened.write(lambda conn: keep_admin_key(conn, key_file, wall_clock_ms(), may_replace=may_replace))
    except OperationalError as trouble:
        opened.close()
        if not opened.is_shared:
            raise
        text = _(
            "The hub's database cannot be reached: {why}. Its data is untouched. Look whether PostgreSQL runs"
            " there, whether a firewall is between, and whether pg_hba.conf lets this user in."
        )
        raise StoreTrouble(text.format(why=" ".join(str(trouble.orig).split()).rstrip("."))) from trouble
    except BaseException:
        opened.close()
        raise
    return opened


def serve(
    database: str,
    bind: str,
    *,
    admin_key: Path | None = None,
    settings: HubSettings | None = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve a hub at HOST:PORT (port 0 takes a free one) until SIGTERM or SIGINT.

    `ready` is called with the hub's address once it listens. Raises BindTaken.
    """
    from hub.app import create_app
    from hub.context import Hub
    from hub.senders import SETTING, sender_of

    settings = settings or HubSettings(messages=os.environ.get(SETTING, ""))
    keep_log(settings.log_format, settings.log_level)
    host, port = _address(bind)
    opened = open_database(database, admin_key)
    hub = Hub(opened, instance=os.environ.get(INSTANCE) or secrets.token_hex(8), settings=settings)
    app = create_app(hub, sender_of(settings.messages))
    # The program itself is never garbage; looking through it took a fifth of a large request's time.
    gc.freeze()
    asyncio.run(_serve(app, host, port, ready or _say, hub))
    log.info("stopped")


def _say(address: str) -> None:
    sys.stdout.write(_("OmniPOS hub at {address}").format(address=address) + "\n")
    sys.stdout.flush()


def _address(bind: str) -> tuple[str, int]:
    host, _colon, port = bind.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise BindTaken(_("“{bind}” is not an address such as 127.0.0.1:8311.").format(bind=bind))
    # The server shares ports with others of its kind, so a taken one must be found here.
    try:
        with socket.create_server((host, int(port))) as probe:
            return host, int(probe.getsockname()[1])
    except OSError as taken:
        raise BindTaken(
            _("The hub cannot listen at {bind}: {why}.").format(bind=bind, why=_why(taken))
        ) from taken


def _why(trouble: OSError) -> str:
    number = trouble.errno or 0
    # That a name is nobody's has a number below 0, which is none of the system's.
    return os.strerror(number) if number > 0 else str(trouble.strerror)


def _most_lines() -> int:
    """Return how many lines this process may hold open, and let the system allow them."""
    import resource

    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * LINES if most == resource.RLIM_INFINITY else min(2 * LINES, most)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return wanted // 2


async def _serve(app: object, host: str, port: int, ready: Callable[[str], None], hub: "Hub") -> None:
    from granian.constants import Interfaces
    from granian.server.embed import Server

    server: Any = Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        log_enabled=False,
        websockets=False,
        backlog=WAITING_LINES,
        backpressure=_most_lines(),
    )
    stopping, again = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, lambda: (again if stopping.is_set() else stopping).set())
    serving = asyncio.create_task(server.serve())
    stopped = asyncio.create_task(stopping.wait())
    await _listening(host, port, serving)
    ready(f"http://{host}:{port}")
    tell_starter("READY=1")
    log.info("serving", extra={FIELDS: {"address": f"http://{host}:{port}", "version": __version__}})
    await asyncio.wait((serving, stopped), return_when=asyncio.FIRST_COMPLETED)
    tell_starter("STOPPING=1")
    hub.stopping = True
    if hub.settings.drain_s and not serving.done():
        log.info("draining", extra={FIELDS: {"seconds": hub.settings.drain_s}})
        # Whoever tells it a second time does not want to wait.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(again.wait(), hub.settings.drain_s)
    # The server waits for answers under way; a line for hints would be one without end.
    hub.noticeboard.close()
    if not serving.done():
        server.stop()
    stopped.cancel()
    await asyncio.wait_for(serving, STOP_SECONDS)


def tell_starter(word: str) -> None:
    """Tell systemd how this process stands, where it asked to be told (`Type=notify`)."""
    place = os.environ.get("NOTIFY_SOCKET", "")
    if place:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.connect("\0" + place[1:] if place.startswith("@") else place)
            line.send(word.encode())


async def _listening(host: str, port: int, serving: "asyncio.Task[None]") -> None:
    while not serving.done():
        try:
            _reader, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.01)
            continue
        writer.close()
        await writer.wait_closed()
        return
