"""The hub that lives in a till's own folder: whoever opens the folder first keeps it running."""

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from omnipos.domain.errors import StoreTrouble
from omnipos.locale import _
from omnipos.secretfiles import write_secret

if TYPE_CHECKING:
    from omnipos.cli.hubchild import HubChild

FOLDER = "hub"
DATABASE = "hub.db"
KEY_FILE = "admin.key"
RUNNING_FILE = "running.json"
OTHER_S = 10.0
ORPHAN_S = 8.0


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """The hub that a folder's keeper started last."""

    address: str
    port: int
    pid: int = 0


def hub_database(folder: Path) -> Path:
    """Return where the own hub of a data folder keeps its data."""
    return folder / FOLDER / DATABASE


def has_own_hub(folder: Path) -> bool:
    """Tell whether a data folder has a hub of its own."""
    return hub_database(folder).exists()


def key_file(folder: Path) -> Path:
    """Return where the own hub of a data folder keeps the owner's key."""
    return folder / FOLDER / KEY_FILE


def running_hub(folder: Path) -> Running | None:
    """Return the hub that a folder's keeper started last, running or not."""
    try:
        return msgspec.json.decode((folder / FOLDER / RUNNING_FILE).read_bytes(), type=Running)
    except (OSError, msgspec.DecodeError):
        return None


@contextlib.contextmanager
def keep_hub(folder: Path) -> Iterator["HubChild | None"]:
    """Keep the folder's own hub running meanwhile; None when another process keeps it already.

    It is being started, see HubChild.wait_ready.
    """
    from omnipos.cli.hubchild import HubChild, free_port

    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = lock_keeper(place)
    if lock is None:
        yield None
        return
    try:
        last = running_hub(folder)
        if last is not None:
            _end_orphan(last, hub_database(folder))
        child = HubChild(hub_database(folder), free_port(last.port if last else 0))
        child.start()
        try:
            _note(folder, child)
            yield child
        finally:
            child.stop()
    finally:
        os.close(lock)


@contextlib.contextmanager
def reach_own_hub(folder: Path, *, wait: bool) -> Iterator[str]:
    """Keep the own hub running, or use the one another process keeps; yields its address."""
    with keep_hub(folder) as child:
        if child is None:
            yield _kept_elsewhere(folder)
            return
        if wait:
            child.wait_ready()
        yield child.address


def lock_keeper(place: Path) -> int | None:
    """Lock a hub's folder until the handle is closed; None when somebody keeps it already."""
    lock = os.open(place / "keeper.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def take_keeper_lock(place: Path, address: str) -> int:
    """Keep a hub's folder for a server that serves by itself; the lock ends when it is closed."""
    lock = lock_keeper(place)
    if lock is None:
        raise StoreTrouble(
            _("A hub runs on {folder} already. Its data is safe; stop it first.").format(folder=place)
        )
    port = address.rpartition(":")[2]
    running = Running(address=address, port=int(port) if port.isdigit() else 0, pid=os.getpid())
    write_secret(place / RUNNING_FILE, msgspec.json.encode(running))
    return lock


def is_kept(folder: Path) -> bool:
    """Tell whether a process keeps the folder's own hub running now."""
    running = running_hub(folder)
    return running is not None and _lives(running.pid)


def is_kept_here(folder: Path) -> bool:
    """Tell whether it is this process that keeps the folder's own hub running."""
    running = running_hub(folder)
    return running is not None and running.pid == os.getpid()


def _kept_elsewhere(folder: Path) -> str:
    deadline = time.monotonic() + OTHER_S
    while (running := running_hub(folder)) is None or not _lives(running.pid):
        if time.monotonic() > deadline:
            raise StoreTrouble(_("Another OmniPOS is starting the hub in {folder}. Try again.").format(
                folder=folder
            ))  # fmt: skip
        time.sleep(0.05)
    return running.address


def _lives(pid: int) -> bool:
    return pid > 0 and Path(f"/proc/{pid}").exists()


def _note(folder: Path, child: "HubChild") -> None:
    running = Running(address=child.address, port=child.port, pid=os.getpid())
    write_secret(folder / FOLDER / RUNNING_FILE, msgspec.json.encode(running))


def _end_orphan(last: Running, database: Path) -> None:
    """Wait for the hub of a keeper that was killed; it must not write beside its successor."""
    deadline = time.monotonic() + ORPHAN_S
    while orphans := _serving(database):
        if time.monotonic() > deadline:
            for pid in orphans:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(os.getpgid(pid), signal.SIGKILL)
            return
        time.sleep(0.05)


def _serving(database: Path) -> list[int]:
    wanted = os.fsencode(database)
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = entry.read_bytes().split(b"\0")
            if wanted in words and b"serve" in words:
                found.append(int(entry.parent.name))
    return found
