"""A scanner on a real terminal: nothing merged, nothing split, nothing lost, not even by a kill -9."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnipos.cli.membership import Membership, save_membership
from omnipos.store.baskets import open_basket
from omnipos.store.connection import open_to_read
from tests.real.terminal import Terminal
from tests.rigs import INDOMIE, KOPI, TEH, selling_till

CODES = [product.barcodes[0].code for product in (INDOMIE, TEH, KOPI)]


class Counter:
    """A till on the small shop in a terminal, its hub away."""

    def __init__(self, folder: Path) -> None:
        """Make the shop."""
        self.folder = folder
        selling_till(folder).store.close()
        save_membership(folder, Membership(hub="http://127.0.0.1:9"))
        self.open()

    def open(self) -> None:
        """Start the till and sign Sari in."""
        self.terminal = Terminal([sys.executable, "-m", "omnipos", "--data-dir", str(self.folder)])
        self.terminal.until("Sign in", "Sari")
        self.terminal.press("2")
        self.terminal.until("PIN")
        self.terminal.type("1234")
        self.terminal.press("\r")
        self.terminal.until("scan, or type a name")

    def pieces(self) -> dict[str, int]:
        """Return what the open basket on disk holds."""
        db = open_to_read(self.folder)
        basket = open_basket(db)
        db.close()
        return {line.barcode: line.quantity_milli // 1000 for line in basket.lines} if basket else {}

    def end(self, how: signal.Signals) -> None:
        """End the till."""
        os.kill(self.terminal.child.pid, how)
        self.terminal.until_ended()


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    """A till in a terminal, ended at the end."""
    counter = Counter(tmp_path / "till")
    yield counter
    counter.end(signal.SIGTERM)


def test_five_hundred_scans_at_full_speed_are_five_hundred_units(counter: Counter) -> None:
    scans = [CODES[i * i % 3] for i in range(500)]
    for start in range(0, 500, 25):
        counter.terminal.press("".join(f"{code}\r" for code in scans[start : start + 25]))
    wanted = {code: scans.count(code) for code in CODES if code in scans}
    counter.terminal.until_true(lambda _screen: sum(counter.pieces().values()) >= 500, "500 units", 60)
    assert counter.pieces() == wanted
    total = sum(
        wanted[p.barcodes[0].code] * p.price_minor
        for p in (INDOMIE, TEH, KOPI)
        if p.barcodes[0].code in wanted
    )
    counter.terminal.until(f"Rp {total:,}".replace(",", "."))


def test_a_number_typed_by_a_person_is_no_scan(counter: Counter) -> None:
    counter.terminal.type(CODES[0])
    counter.terminal.until(f"{CODES[0]}")
    assert counter.pieces() == {}
    counter.terminal.press("\r")
    counter.terminal.until("1 line", "Rp 3.500")
    assert counter.pieces() == {CODES[0]: 1}


def test_a_scan_into_half_typed_text_is_a_scan_and_the_text_stays(counter: Counter) -> None:
    counter.terminal.type("kop")
    counter.terminal.press(f"{CODES[1]}\r")
    counter.terminal.until("Teh Botol 450 ml", "Rp 6.000", "kop")
    assert counter.pieces() == {CODES[1]: 1}


def test_a_till_killed_in_mid_sale_opens_with_that_basket(counter: Counter) -> None:
    counter.terminal.press(f"{CODES[0]}\r{CODES[2]}\r{CODES[0]}\r")
    counter.terminal.until("2 lines", "Rp 32.600")
    counter.end(signal.SIGKILL)
    counter.open()
    counter.terminal.until("Indomie Goreng 85 g", "Kopi Kapal Api 200 g", "Rp 32.600")
    assert counter.pieces() == {CODES[0]: 2, CODES[2]: 1}


def test_a_till_whose_terminal_goes_away_ends(tmp_path: Path) -> None:
    folder = tmp_path / "till"
    selling_till(folder).store.close()
    save_membership(folder, Membership(hub="http://127.0.0.1:9"))
    master, slave = os.openpty()
    command = [sys.executable, "-m", "omnipos", "--data-dir", str(folder)]
    till = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    os.close(slave)
    assert os.read(master, 1) != b""
    os.close(master)
    assert till.wait(timeout=30) is not None
