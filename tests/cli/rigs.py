"""Real processes of the command, each ended by its own test."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from omnipos.cli.hubchild import free_port

COMMAND = [sys.executable, "-m", "omnipos"]
PATIENCE_S = 30


def environment(folder: Path) -> dict[str, str]:
    """The environment of a user who never started OmniPOS."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OMNIPOS_")}
    return kept | {"XDG_DATA_HOME": str(folder), "HOME": str(folder)}


def run(home: Path, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [*COMMAND, *words],
        input=said,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env=environment(home),
        check=False,
    )


class Demo:
    """A running `omnipos demo --no-app --json`."""

    def __init__(self, folder: Path, *words: str) -> None:
        """Start it and wait until it says that it is ready."""
        self.folder = folder
        self.process = subprocess.Popen(
            [*COMMAND, "demo", "--no-app", "--json", "--data-dir", str(folder), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(folder.parent),
        )
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            assert self.process.stderr
            raise AssertionError(self.process.stderr.read())
        self.says: dict[str, Any] = json.loads(line)

    def hub(self) -> psutil.Process:
        """The hub that it started."""
        (child,) = psutil.Process(self.process.pid).children()
        return child

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to end and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(PATIENCE_S)
        finally:
            self.process.kill()
            for stream in (self.process.stdout, self.process.stderr):
                if stream:
                    stream.close()


def is_listening(address: str) -> bool:
    """Tell whether anything listens at an address."""
    parts = urlsplit(address)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout=2).close()
    except OSError:
        return False
    return True


def talk(home: Path, folder: str, *lines: str) -> list[dict[str, Any]]:
    """Say some lines to the plain counter of a till; return its answers."""
    done = run(home, "plain", "--json", "--data-dir", folder, said="\n".join(lines) + "\n")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def keep_on_paper(folder: Path) -> None:
    """Note that this process keeps the own hub of a folder, where nobody listens."""
    place = folder / "hub"
    place.mkdir(exist_ok=True)
    address = f"http://127.0.0.1:{free_port()}"
    note = {"address": address, "port": int(address.rpartition(":")[2]), "pid": os.getpid()}
    (place / "running.json").write_text(json.dumps(note))
