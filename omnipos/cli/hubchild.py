"""A hub as a child process: started, proved ready, restarted when it dies, ended with all it started."""

import contextlib
import ctypes
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from omnipos.domain.errors import StoreTrouble
from omnipos.locale import _

HOST = "127.0.0.1"
PARENT_VARIABLE = "OMNIPOS_HUB_PARENT"
INSTANCE_VARIABLE = "OMNIPOS_HUB_INSTANCE"
READY_S = 30.0
STOP_S = 5.0
LONGEST_BACK_OFF_S = 30.0
LOG_FILE = "hub.log"

_PR_SET_PDEATHSIG = 1
_log = logging.getLogger(__name__)


def free_port(wanted: int = 0) -> int:
    """Return a port that nobody listens on: the wanted one if it is free, else any."""
    for port in (wanted, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            # A port that was just left is free for a server, so it is for the probe.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((HOST, port))
                return int(probe.getsockname()[1])
    raise StoreTrouble(_("No port is free for the hub on this computer."))


def end_with_parent() -> None:
    """In the child: end when the process that started it ends, however it ends."""
    parent = os.environ.get(PARENT_VARIABLE)
    if not parent:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit(0)


def answers_as(port: int, instance: str) -> bool:
    """Tell whether the hub that listens on a port is that very instance."""
    import http.client
    import json

    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/v1/health")
        answer = json.loads(connection.getresponse().read(10_000))
        return isinstance(answer, dict) and answer.get("instance") == instance
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()


class HubChild:
    """One hub on one SQLite file, kept running by a thread of its own until `stop`."""

    def __init__(self, database: Path, port: int) -> None:
        """Prepare a hub; nothing is started yet."""
        self.port = port
        self.address = f"http://{HOST}:{port}"
        self.instance = ""
        self._database = database
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name="hub child", daemon=True)

    def start(self) -> None:
        """Begin starting it; `wait_ready` tells when it serves."""
        self._thread.start()

    @property
    def pid(self) -> int:
        """The process now running; 0 when none is."""
        process = self._process
        return process.pid if process and process.poll() is None else 0

    def wait_ready(self, seconds: float = READY_S) -> None:
        """Wait until the hub serves; raise StoreTrouble with its last words when it does not."""
        if not self._ready.wait(seconds):
            raise StoreTrouble(
                _("The hub did not start: {reason}. All data is safe; its log is {log}.").format(
                    reason=self._last_words(), log=self._database.with_name(LOG_FILE)
                )
            )

    def stop(self) -> None:
        """End the hub and everything it started."""
        self._ending.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _supervise(self) -> None:
        # The kernel ends the child with the thread that started it, so one thread does all.
        failures = 0
        while not self._ending.is_set():
            self._process = process = self._spawn()
            served = self._serve(process)
            end_group(process)
            if self._ending.is_set():
                return
            failures = 0 if served else failures + 1
            self._ready.clear()
            _log.warning("the hub ended with code %s and is started again", process.returncode)
            self._ending.wait(min(0.2 * 2**failures, LONGEST_BACK_OFF_S))

    def _serve(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait for the child's end or ours; tell whether it ever served."""
        began = time.monotonic()
        while not self._ending.wait(0.03 if not self._ready.is_set() else 0.2):
            if process.poll() is not None:
                break
            if self._ready.is_set():
                continue
            if answers_as(self.port, self.instance):
                self._ready.set()
            elif time.monotonic() - began > READY_S:
                break
        return self._ready.is_set()

    def _spawn(self) -> subprocess.Popen[bytes]:
        self.instance = secrets.token_hex(8)
        environment = os.environ | {
            INSTANCE_VARIABLE: self.instance,
            PARENT_VARIABLE: str(os.getpid()),
        }
        command = [sys.executable, "-m", "omnipos", "hub", "serve"]
        command += ["--database", str(self._database), "--bind", f"{HOST}:{self.port}"]
        command += ["--data-dir", str(self._database.parent.parent)]
        with self._database.with_name(LOG_FILE).open("ab") as log:
            return subprocess.Popen(  # noqa: S603 -- our own program, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
            )

    def _last_words(self) -> str:
        try:
            lines = self._database.with_name(LOG_FILE).read_text(errors="replace").strip().splitlines()
        except OSError:
            lines = []
        return lines[-1][:200].rstrip(".") if lines else _("it said nothing")


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a child that leads a process group, and the group with it."""
    _signal_group(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        _log.warning("the hub did not end when asked and was killed")
    # A worker can outlive its parent and go on answering.
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def _signal_group(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)
