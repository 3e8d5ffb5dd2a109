"""Tills and hubs as processes that start in a moment and can be killed as often as one likes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.hubs import HubProcess


class Zygote:
    """A process that has imported everything and forks a counter or a hub on request."""

    def __init__(self, kind: str) -> None:
        """Begin the process; `kind` is counter or hub."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.real.zygote", kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _ask(self, line: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def fork(self, *words: object) -> int:
        """Start a process and return its id."""
        return int(self._ask(" ".join(map(str, words))))

    def reap(self) -> None:
        """Wait until the process that was started last has ended, and nothing of it is left."""
        assert self._ask("gone") == "reaped"

    def close(self) -> None:
        """End the forking process."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()


class ForkedHub(HubProcess):
    """A hub that a zygote starts."""

    def __init__(self, folder: Path, zygote: Zygote) -> None:
        """Start it in a folder."""
        self.zygote = zygote
        self.pid = 0
        self._line = httpx.Client(timeout=30, trust_env=False)
        super().__init__(folder)

    def start(self) -> None:
        """Start the hub and wait until it answers with the id it was given."""
        instance = os.urandom(8).hex()
        self.pid = self.zygote.fork(self.folder / "hub.db", self.port, instance)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                answer = self._line.get(f"{self.address}/v1/health", timeout=2)
            except httpx.HTTPError:
                time.sleep(0.005)
            else:
                assert answer.json()["instance"] == instance
                return
        raise AssertionError("the hub did not answer in time")

    def kill(self) -> None:
        """End it as a power cut would."""
        os.kill(self.pid, signal.SIGKILL)
        self.gone()

    def gone(self) -> None:
        """Wait for the end of a hub that somebody killed."""
        self.zygote.reap()
        self.pid = 0

    def stop(self) -> None:
        """End it politely, if it runs."""
        self._line.close()
        if self.pid:
            os.kill(self.pid, signal.SIGTERM)
            self.gone()
