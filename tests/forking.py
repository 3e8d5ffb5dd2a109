"""Tills and hubs as processes that start in a moment and can be killed as often as one likes."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

ROOT = Path(__file__).parent.parent


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What a forked process is told: its words, its environment, the folder that it works in."""

    words: tuple[str, ...]
    environment: dict[str, str]
    folder: str


class Forked:
    """A process that another one forked, with as much of a Popen as is asked for."""

    def __init__(self, pid: int) -> None:
        """Take its id."""
        self.pid = pid
        self._has_ended = False

    def poll(self) -> int | None:
        """Return None while it runs."""
        self._send(0)
        return 0 if self._has_ended else None

    def wait(self, timeout: float = 30) -> None:
        """Wait until it has ended, and nothing of it is left."""
        until = time.monotonic() + timeout
        while self.poll() is None:
            assert time.monotonic() < until, f"process {self.pid} did not end in time"
            time.sleep(0.001)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._send(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self._send(signal.SIGTERM)

    def _send(self, number: int) -> None:
        try:
            if not self._has_ended:
                os.kill(self.pid, number)
        except ProcessLookupError:
            # Who forked it keeps nothing of it: its id is nobody's as soon as it has ended.
            self._has_ended = True


class Zygote:
    """A process that has imported everything and forks a counter or a hub on request."""

    def __init__(self, kind: str) -> None:
        """Take what it forks, counter or hub; it begins with the first request."""
        self._kind = kind
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self.last: Forked | None = None

    def fork(self, *words: object, environment: Mapping[str, str] = os.environ) -> Forked:
        """Start a process and return it."""
        order = Order(words=tuple(map(str, words)), environment=dict(environment), folder=str(Path.cwd()))
        with self._turn:
            if self._process is None:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "tests.zygote", self._kind],
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                )
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(msgspec.json.encode(order) + b"\n")
            self._process.stdin.flush()
            self.last = Forked(int(self._process.stdout.readline()))
        return self.last

    def reap(self) -> None:
        """Wait until the process that was started last has ended."""
        assert self.last is not None
        self.last.wait()

    def close(self) -> None:
        """End the forking process."""
        if self._process is not None:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.close()
            self._process.wait(timeout=10)
            self._process.stdout.close()
            self._process = None
