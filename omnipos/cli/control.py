"""The running till's socket: another command asks it to do something, one line of JSON each way."""

import contextlib
import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

SOCKET_FILE = "till.sock"
LONGEST_LINE = 4096
ASK_S = 90.0

_log = logging.getLogger(__name__)
Answer = Mapping[str, Any]


@contextlib.contextmanager
def _address(folder: Path) -> Iterator[str]:
    # A socket's name holds 107 bytes, less than many a path; a name below an open folder always fits.
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{handle}/{SOCKET_FILE}"
    finally:
        os.close(handle)


class ControlSocket:
    """Answers commands on a till's folder, on a thread of its own."""

    def __init__(self, folder: Path, doings: Mapping[str, Callable[[], Answer]]) -> None:
        """Listen in a folder that this process has locked; `doings` are what may be asked."""
        self._doings = doings
        self._path = folder / SOCKET_FILE
        self._path.unlink(missing_ok=True)
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with _address(folder) as address:
            self._server.bind(address)
        self._path.chmod(0o600)
        self._server.listen(4)
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._path.unlink(missing_ok=True)
        # Closing does not wake an accept; shutting down does.
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(timeout=2)

    def _serve(self) -> None:
        while True:
            try:
                connection, _peer = self._server.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    answer = self._answer(_read_line(connection))
                    connection.sendall(json.dumps(answer).encode() + b"\n")
                except OSError as error:
                    _log.info("a command went away: %s", error)

    def _answer(self, line: bytes) -> Answer:
        try:
            asked = json.loads(line)
            doing = self._doings.get(asked.get("do", "")) if isinstance(asked, dict) else None
        except ValueError:
            doing = None
        if doing is None:
            return {"ok": False, "error": "not understood"}
        try:
            return doing()
        except Exception as bug:
            _log.exception("a command failed")
            return {"ok": False, "error": repr(bug)}


def ask_running_till(folder: Path, doing: str) -> dict[str, Any] | None:
    """Ask the till that runs on a folder to do something; None when none runs."""
    if not (folder / SOCKET_FILE).exists():
        return None
    with _address(folder) as address, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ASK_S)
        try:
            connection.connect(address)
            connection.sendall(json.dumps({"do": doing}).encode() + b"\n")
            answer = json.loads(_read_line(connection))
        except (OSError, ValueError):
            # A killed till leaves its socket behind.
            return None
    return answer if isinstance(answer, dict) else None


def _read_line(connection: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n") and len(line) < LONGEST_LINE:
        more = connection.recv(LONGEST_LINE)
        if not more:
            break
        line += more
    return line
