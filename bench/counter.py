"""The till in a terminal, beside the barest apps: start, scan, pay, memory."""

from collections.abc import Callable
from pathlib import Path

from bench.rows import BarKind, Row, percentile, row
from bench.shop import product_rows
from bench.terminal import PtyProgram, python
from omnipos.domain.money import format_amount

STARTS = 7
SCANS = 200
LINES_OF_A_SALE = 20
PAYMENTS = 60
SALES_FOR_MEMORY = 500
SELL_HINT = "scan, or type a name"


def measure(till_folder: Path) -> list[Row]:
    """Return the rows of a till with 50,000 products whose hub is running."""
    start, bare_start = _starts(till_folder)
    scans, bare_scans = _scans(till_folder)
    pay, bare_key = _payments(till_folder)
    memory, bare_memory = _memory(till_folder)
    above = BarKind.ABOVE_FLOOR
    return [
        row("process start until sign-in takes keys", "p50", start, bare_start, 1.6, BarKind.RATIO),
        *(
            row(
                "13-digit scan to painted line and total, in a pty",
                f"p{part}",
                percentile(scans, part),
                percentile(bare_scans, part),
                4.0,
                above,
            )
            for part in (50, 95)
        ),
        row("pay key to change due painted, in a pty", "p50", pay, bare_key, 10.0, above),
        row("memory of the till after 500 sales", "once", memory, bare_memory, 45.0, above, "MB"),
    ]


def bare(name: str) -> PtyProgram:
    """Start one of the barest apps."""
    return PtyProgram(python("-m", "bench.bare", name))


def till_in(folder: Path) -> PtyProgram:
    """Start the till of a folder."""
    return PtyProgram(python("-m", "omnipos", "--data-dir", str(folder)), {"OMNIPOS_LANGUAGE": "en"})


def _median_start(begin: Callable[[], PtyProgram], first: str, key: bytes, echo: str) -> float:
    times = []
    for _start in range(STARTS):
        with begin() as program:
            program.wait_for(first)
            program.time_of(key, echo)
            times.append((program.monotonic() - program.started) * 1000)
    return percentile(times, 50)


def _starts(folder: Path) -> tuple[float, float]:
    ours = _median_start(lambda: till_in(folder), "Sari", b"\r", "PIN")
    return ours, _median_start(lambda: bare("form"), "ready", b"x", "x")


def sign_in(till: PtyProgram) -> None:
    """Sign the cashier Sari in and wait for the sell screen."""
    till.wait_for("Sari")
    till.write(b"\r")
    till.wait_for("PIN")
    till.write(b"1234\r")
    till.wait_for(SELL_HINT)
    till.settle()


def _goods(count: int) -> list[tuple[str, int]]:
    """Return (13-digit barcode, price) of products spread over the whole catalogue."""
    fit = [(code, price) for code, _name, price in product_rows() if len(code) == 13 and code[0] != "0"]
    return fit[:: max(len(fit) // count, 1)][:count]


def _scans(folder: Path) -> tuple[list[float], list[float]]:
    times, total = [], 0
    with till_in(folder) as till:
        sign_in(till)
        for number, (code, price) in enumerate(_goods(SCANS)):
            if number % LINES_OF_A_SALE == 0 and number:
                pay_cash(till)
                total = 0
            total += price
            line = f"{number % LINES_OF_A_SALE + 1:>2} "
            times.append(till.time_of(code.encode() + b"\r", f"▸{line}", format_amount(total, "IDR")))
            till.settle()
        pay_cash(till)
    floor = []
    with bare("scan") as program:
        program.wait_for("ready")
        for number, (code, _price) in enumerate(_goods(SCANS), start=1):
            floor.append(program.time_of(code.encode() + b"\r", f"total {number:06d}"))
            program.settle()
    return times, floor


def pay_cash(till: PtyProgram) -> float:
    """Take what is due in cash; return how long the change took to be painted."""
    till.write(b"\x1b[24~")
    till.wait_for("Take cash")
    till.settle()
    took = till.time_of(b"\r", "CHANGE DUE")
    till.settle()
    return took


def _payments(folder: Path) -> tuple[float, float]:
    times, floor = [], []
    with till_in(folder) as till:
        sign_in(till)
        for code, _price in _goods(PAYMENTS):
            till.write(code.encode() + b"\r")
            till.settle()
            times.append(pay_cash(till))
    with bare("key") as program:
        program.wait_for("ready")
        for number in range(1, PAYMENTS + 1):
            floor.append(program.time_of(b"x", f"change {number:06d}"))
            program.settle()
    return percentile(times, 50), percentile(floor, 50)


def _memory(folder: Path) -> tuple[float, float]:
    with till_in(folder) as till:
        sign_in(till)
        for code, _price in _goods(SALES_FOR_MEMORY):
            till.write(code.encode() + b"\r")
            till.settle(0.02)
            pay_cash(till)
        memory = till.memory_mb()
    with bare("form") as program:
        program.wait_for("ready")
        program.time_of(b"x", "x")
        return memory, program.memory_mb()
