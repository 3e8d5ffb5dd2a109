"""A program in a pseudo-terminal: keys go in, and the time until a text is painted comes out."""

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence

_ESCAPES = re.compile(
    rb"\x1b(?:\[[0-9;?<>=]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_].*?\x1b\\|[@-Z\\-_=>])"
)


class PtyProgram:
    """A child in a terminal of its own. Times are milliseconds by the monotonic clock."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str] | None = None, columns: int = 80, rows: int = 24
    ) -> None:
        """Start a program; `command[0]` is looked up as usual."""
        master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})},
        )
        os.close(slave)
        self._master = master
        self._seen = b""

    def __enter__(self) -> "PtyProgram":
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()

    def write(self, keys: bytes) -> None:
        """Type; what was painted before no longer counts."""
        self.read(0.0)
        self._seen = b""
        os.write(self._master, keys)

    def read(self, seconds: float) -> bool:
        """Take what is painted within some seconds; tell whether anything was."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        try:
            piece = os.read(self._master, 1 << 16)
        except OSError:
            piece = b""
        if not piece:
            raise EOFError(f"the program ended: {self.text()[-800:]}")
        self._seen += piece
        return True

    def text(self) -> str:
        """Return what was painted since the last keys, without its escapes."""
        return _ESCAPES.sub(b"", self._seen).decode(errors="replace")

    def wait_for(self, *wanted: str, seconds: float = 20.0) -> None:
        """Wait until all texts are painted; raise TimeoutError."""
        until = time.perf_counter() + seconds
        while not all(one in self.text() for one in wanted):
            if time.perf_counter() > until:
                raise TimeoutError(f"{wanted!r} was not painted; painted was {self.text()[-1500:]!r}")
            self.read(0.5)

    def time_of(self, keys: bytes, *wanted: str) -> float:
        """Type keys and return how many milliseconds passed until all texts were painted."""
        self.write(keys)
        begin = time.perf_counter()
        self.wait_for(*wanted)
        return (time.perf_counter() - begin) * 1000

    def settle(self, seconds: float = 0.05) -> None:
        """Read until nothing was painted for a while."""
        while self.read(seconds):
            pass

    @staticmethod
    def monotonic() -> float:
        """Return the time by the clock of `started`, in seconds."""
        return time.perf_counter()

    def memory_mb(self) -> float:
        """Return the program's resident memory."""
        with open(f"/proc/{self.process.pid}/statm") as file:
            pages = int(file.read().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def end(self) -> None:
        """End the program and all it started."""
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        except ProcessLookupError:
            self.process.wait()
        os.close(self._master)


def python(*arguments: str) -> list[str]:
    """Return the command that runs this very Python with some arguments."""
    return [sys.executable, *arguments]
