"""A real acquirer process and a real till process: whichever is killed, a code is paid once and known."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from omnipos.cli.membership import Membership, save_membership
from omnipos.domain.payment import PaymentState, Said
from omnipos.services.verifying import verify
from omnipos.store.books import latest_sales
from omnipos.store.connection import open_to_read
from terminals.acquirer import QrReply, parse_acquirer
from terminals.acquirer_simulator import Kept
from terminals.wire import Question, encode, read_line
from tests.real.counters import Counters, talk
from tests.real.test_card_terminal import INDOMIE, open_here, tenders_here, until_known
from tests.rigs import DEVICE, selling_till
from tests.waiting import until

SEED = 20_261_123
ROUNDS = 500 if os.environ.get("OMNIPOS_SOAK") else 16


class AcquirerProcess:
    """`omnipos qr simulate`, started again on the same port with the same memory."""

    def __init__(self, folder: Path) -> None:
        """Start it."""
        self.memory = folder / "acquirer.jsonl"
        self.port = 0
        self.process: subprocess.Popen[str] | None = None
        self.start("wait")

    def start(self, behave: str) -> None:
        """Start it and wait until it listens."""
        self.gone()
        words = ["qr", "simulate", "--port", str(self.port), "--behave", behave, "--json"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "omnipos", *words, "--memory", str(self.memory)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        told = json.loads(self.process.stdout.readline())
        self.port, self.setting = told["port"], told["acquirer"]

    def tell(self, **question: str) -> QrReply:
        """Tell it something: to pay a code, or how to behave."""
        with socket.create_connection(parse_acquirer(self.setting), timeout=10) as line:
            line.sendall(encode(Question(**question)))  # type: ignore[arg-type]
            return msgspec.json.decode(read_line(line), type=QrReply)

    def remembered(self) -> list[QrReply]:
        """Return all that it ever wrote down."""
        if not self.memory.exists():
            return []
        return [msgspec.json.decode(line, type=Kept).reply for line in self.memory.read_bytes().splitlines()]

    def paid(self) -> list[QrReply]:
        """Return what was paid."""
        return [one for one in self.remembered() if one.said is Said.APPROVED]

    def gone(self) -> int:
        """Wait until it has ended; return its exit code."""
        if self.process is None:
            return 0
        try:
            return self.process.wait(10)
        finally:
            self.process.kill()
            assert self.process.stdout is not None
            self.process.stdout.close()

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.gone()


Desk = tuple[AcquirerProcess, Counters]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An acquirer, and a till that asks it, closed at the start; its hub stays away."""
    selling_till(tmp_path / "till").store.close()
    save_membership(tmp_path / "till", Membership(hub="http://127.0.0.1:1", device_id=DEVICE))
    acquirer = AcquirerProcess(tmp_path)
    (tmp_path / "till" / "omnipos.toml").write_text(f'acquirer = "{acquirer.setting}"\n')
    counters = Counters(tmp_path / "till")
    yield acquirer, counters
    counters.zygote.close()
    acquirer.end()


def test_a_till_killed_while_a_customer_pays_has_the_payment_at_its_next_start(desk: Desk) -> None:
    acquirer, counters = desk
    pid = counters.start()
    with open(counters.pipes[0], "w") as keys, open(counters.pipes[1]):
        keys.write(f"sign-in Sari 1234\n{INDOMIE}\npay qr\n")
        keys.flush()
        until(acquirer.remembered, "the code")
        os.kill(pid, signal.SIGKILL)
    counters.zygote.reap()
    (unknown,) = open_here(counters)
    assert unknown.state is PaymentState.ASKED
    assert tenders_here(counters) == []

    # The customer's bank pays the code while no till is there to hear of it.
    acquirer.tell(do="pay", payment_id=unknown.payment_id)
    until_known(counters)
    assert tenders_here(counters) == [(unknown.payment_id, 3500)]
    with closing(open_to_read(counters.folder)) as db:
        (sale,) = latest_sales(db, 10)
        assert (sale.total_minor, sale.staff_id) == (3500, "s-sari")
        (tender,) = sale.tenders
        assert tender.qr is not None
        assert (tender.qr.verified, tender.qr.reference) == (True, acquirer.paid()[0].reference)
        assert verify(db).findings == ()


def test_a_till_and_an_acquirer_killed_at_any_moment_agree_on_what_was_paid(desk: Desk) -> None:
    acquirer, counters = desk
    chance = random.Random(SEED)
    for number in range(ROUNDS):
        acquirer.tell(do="behave", behave=chance.choice(["pay", "pay", "lose-answer", "expire", "pay-late"]))
        lines = ["sign-in Sari 1234", INDOMIE, "pay qr", INDOMIE, "pay qr 1000", "pay qr"]
        talk(counters, lines, chance.random() * 0.3)
        if number % 6 == 5:
            acquirer.end(signal.SIGKILL)
            acquirer.start("wait")
    acquirer.tell(do="behave", behave="pay")
    until_known(counters)
    paid = {one.payment_id: one.amount_minor for one in acquirer.paid()}
    assert len(paid) == len(acquirer.paid()), "a code was paid twice"
    taken = tenders_here(counters)
    assert max(Counter(payment_id for payment_id, _amount in taken).values()) == 1
    assert dict(taken) == paid
    assert len(paid) > ROUNDS // 8, "the kills came too early to prove anything"
    with closing(open_to_read(counters.folder)) as db:
        assert verify(db).findings == ()


def test_an_acquirer_that_dies_leaves_the_payment_unknown_until_it_is_back(desk: Desk) -> None:
    acquirer, counters = desk
    acquirer.tell(do="behave", behave="die")
    answers = talk(counters, ["sign-in Sari 1234", INDOMIE, "pay qr", "payments", "pay qr"], None)
    asked, listed, again = answers[2:]
    assert asked["ok"] is False or asked["payment"]["state"] == "asked"
    assert len(listed["payments"]) == 1
    assert again["ok"] is False, "a second code must be meant"
    assert acquirer.gone() == 1
    acquirer.start("wait")
    until_known(counters)
    assert tenders_here(counters) == []
    assert acquirer.paid() == []


def test_the_simulated_acquirer_says_where_it_listens_and_pays_the_newest_code(desk: Desk) -> None:
    acquirer, counters = desk
    answers = talk(counters, ["sign-in Sari 1234", INDOMIE, "pay qr"], None)
    assert answers[2]["qr"]["amount_minor"] == 3500
    words = [sys.executable, "-m", "omnipos", "qr", "pay", acquirer.setting]
    paid = subprocess.run(words, capture_output=True, text=True, timeout=30)
    assert paid.stdout == "Paid: QR00000001\n"
    until_known(counters)
    assert tenders_here(counters) == [(answers[2]["payment"]["payment_id"], 3500)]
    assert acquirer.end() == 0
