"""The hub does its work inside what its systemd unit leaves it: system calls and folders."""

import os
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from hub.snapmaking import Order
from hub.snapshots import Shelf
from tests.hubs import free_port
from tests.waiting import until

DEPLOY = Path(__file__).parents[2] / "deploy"
FILTERED = """
import ctypes, os, sys
cut = sys.argv.index("--")
lib = ctypes.CDLL("libseccomp.so.2")
lib.seccomp_init.restype = ctypes.c_void_p
KILL_PROCESS, ALLOW = 0x80000000, 0x7FFF0000
rules = ctypes.c_void_p(lib.seccomp_init(KILL_PROCESS))
for name in sys.argv[1:cut]:
    number = lib.seccomp_syscall_resolve_name(name.encode())
    if number >= 0:
        assert lib.seccomp_rule_add(rules, ALLOW, number, 0) == 0, name
assert lib.seccomp_load(rules) == 0
os.execv(sys.argv[cut + 1], sys.argv[cut + 1:])
"""
"""Allows some system calls and runs a program that dies of any other."""


def told(key: str) -> list[str]:
    """Return the values of a key of the unit, in order."""
    lines = (DEPLOY / "omnipos-hub@.service").read_text().splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{key}=")]


def sets() -> dict[str, list[str]]:
    """Return systemd's own sets of system calls."""
    done = subprocess.run(["systemd-analyze", "syscall-filter"], capture_output=True, text=True, check=True)
    found: dict[str, list[str]] = {}
    name = ""
    for line in done.stdout.splitlines():
        if line.startswith("@"):
            name = line.strip()
            found[name] = []
        elif name and line.startswith(" ") and not line.strip().startswith("#"):
            found[name].append(line.strip())
    return found


def allowed() -> set[str]:
    """Return the system calls that the unit allows."""
    known, calls = sets(), set[str]()

    def names(word: str) -> Iterator[str]:
        if word not in known:
            yield word
        for one in known.get(word, ()):
            yield from names(one)

    for words in told("SystemCallFilter"):
        found = {name for word in words.removeprefix("~").split() for name in names(word)}
        calls = calls - found if words.startswith("~") else calls | found
    # Run by root, as the unit's hub never is, SQLite gives its files to the folder's owner.
    return calls | ({"fchown"} if os.geteuid() == 0 else set())


def filtered(*words: str | Path) -> list[str]:
    """Return the command that runs a Python inside the unit's system calls."""
    return [sys.executable, "-c", FILTERED, *sorted(allowed()), "--", sys.executable, *map(str, words)]


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None or sys.platform != "linux", reason="systemd is not installed"
)
def test_the_hub_serves_and_makes_snapshots_with_the_system_calls_of_its_unit(tmp_path: Path) -> None:
    bind = f"127.0.0.1:{free_port()}"
    words = ("-m", "omnipos", "hub", "serve", "--bind", bind, "--database", tmp_path / "hub.db")
    serving = subprocess.Popen(filtered(*words), env={**os.environ, "OMNIPOS_DATA_DIR": str(tmp_path)})
    try:

        def answers() -> bool:
            assert serving.poll() is None
            try:
                return httpx.get(f"http://{bind}/v1/ready", timeout=5).status_code == 200
            except httpx.TransportError:
                return False

        until(answers, "a hub inside its unit's system calls")
        assert httpx.get(f"http://{bind}/admin/login", timeout=30).status_code == 200
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(timeout=30) == 0
    finally:
        serving.kill()
        serving.wait()

    order = Order(
        database=str(tmp_path / "hub.db"),
        home=str(tmp_path),
        stream="catalogue",
        folder=str(tmp_path / "made"),
    )
    with subprocess.Popen(filtered("-m", "hub.snapmaking"), stdin=subprocess.PIPE) as maker:
        assert maker.stdin is not None
        maker.stdin.write(msgspec.json.encode(order) + b"\n")
        maker.stdin.flush()
        assert maker.wait(timeout=60) == 0
    assert Shelf(tmp_path / "made").manifest("catalogue") is not None


def test_the_hub_may_write_where_its_settings_put_its_keys() -> None:
    settings = tomllib.loads((DEPLOY / "hub.toml").read_text())
    assert (told("ProtectSystem"), told("StateDirectory")) == (["strict"], ["omnipos"])
    # Keys are made there at the first start, and snapshots later; a strict system is read-only elsewhere.
    assert Path("/var/lib/omnipos") in Path(settings["admin_key_file"]).parents
