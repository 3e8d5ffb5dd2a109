"""The whole product in a real terminal: selling, the hub killed and back, every rupiah in both books."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from omnipos.cli.demo.shop import load_demo
from omnipos.cli.ownhub import running_hub
from tests.real.terminal import F12, Terminal


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[Terminal, Path]]:
    """A demo shop in a terminal of 80 by 24, ended with all it started."""
    folder = tmp_path / "demo"
    command = [sys.executable, "-m", "omnipos", "demo", "--data-dir", str(folder), "--lang", "en"]
    terminal = Terminal(command)
    yield terminal, folder
    if terminal.child.isalive():
        os.kill(terminal.child.pid, signal.SIGTERM)
        terminal.until_ended()


def hub_process(folder: Path) -> psutil.Process:
    """Return the process that serves the demo's hub."""
    database = str(folder / "hub" / "hub.db")
    (found,) = [
        one
        for one in psutil.process_iter(["cmdline"])
        if database in (one.info["cmdline"] or ()) and "serve" in one.info["cmdline"]
    ]
    return found


def sell(till: Terminal, codes: list[str], total: str) -> None:
    """Scan, check the total on the screen, and take the exact cash."""
    for code in codes:
        till.press(f"{code}\r")
    till.until(f"Rp {total}")
    till.press(F12)
    till.until("Enter takes")
    till.press("\r")
    till.until("CHANGE DUE")


def x_report(folder: Path) -> dict[str, object]:
    """Return the till's own totals, read beside the running till."""
    command = [sys.executable, "-m", "omnipos", "report", "x", "--json", "--data-dir", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    report: dict[str, object] = json.loads(done.stdout)
    return report


def test_a_day_at_the_counter_with_the_hub_gone_in_the_middle(demo: tuple[Terminal, Path]) -> None:
    till, folder = demo
    till.until("Sign in", "Sari", "all at hub")
    till.type("sari")
    till.press("\r")
    till.until("PIN")
    till.type("1234")
    till.press("\r")
    till.until("scan, or type a name")
    shop = load_demo(folder)
    assert shop is not None
    indomie, sarimi, teh = shop.barcodes[:3]

    for code in (indomie, sarimi, teh):
        till.press(f"{code}\r")
    till.until("Indomie Goreng 85 g", "3 lines", "Rp 13.700")
    till.type("081234567890")
    till.press("\r")
    till.until("Sarah Wijaya", "+62 812-3456-7890", "order to collect")
    till.press(F12)
    till.until("Enter takes Rp 13.700")
    till.type("20000")
    till.press("\r")
    till.until("CHANGE DUE", "S1-1-000001", "20.000")
    till.until_true(lambda _screen: len(list((folder / "paper").glob("*.png"))) == 1, "the receipt")
    till.until("all at hub")

    # A held port is a hub that does not come back, however often it is started again.
    process, hub = hub_process(folder), running_hub(folder)
    assert hub is not None
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=10)
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", hub.port))
        sell(till, [indomie], "3.500")
        sell(till, [teh, teh], "11.000")
        till.until("hub away", "2 waiting")
    till.until("all at hub", seconds=90)

    headers = {"Authorization": f"Bearer {shop.api_key}"}
    told = httpx.get(f"{hub.address}/v1/totals", params={"store": "S1"}, headers=headers).json()
    takings = x_report(folder)["takings"]
    assert isinstance(takings, dict)
    assert (told["sales"], told["total_minor"]) == (takings["sales"], takings["total_minor"]) == (3, 28_200)
    assert told["tax_minor"] == takings["tax_minor"]
    sarah = httpx.get(f"{hub.address}/v1/customers", params={"phone": "081234567890"}, headers=headers)
    assert sarah.json()["customers"][0]["purchases"][0]["reference"] == "S1-1-000001"

    os.kill(till.child.pid, signal.SIGTERM)
    till.until_ended()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", hub.port)) != 0, "something still listens on the hub's port"
