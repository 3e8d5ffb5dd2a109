"""A real terminal process and a real till process: whichever is killed, a card is charged once and known."""

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
from omnipos.domain.payment import Payment, PaymentState, Said
from omnipos.services.verifying import verify
from omnipos.store.baskets import open_basket, parked_baskets
from omnipos.store.books import latest_sales
from omnipos.store.connection import open_to_read
from omnipos.store.payments import open_payments
from terminals.tcp import parse_address
from terminals.wire import Question, Reply, encode, read_line
from tests.real.counters import Counters, talk
from tests.rigs import DEVICE, selling_till
from tests.waiting import until

INDOMIE = "8998866200578"
SEED = 20_261_122
ROUNDS = 1000 if os.environ.get("OMNIPOS_SOAK") else 30


class TerminalProcess:
    """`omnipos terminal simulate`, started again on the same port with the same memory."""

    def __init__(self, folder: Path) -> None:
        """Start it."""
        self.memory = folder / "terminal.jsonl"
        self.port = 0
        self.process: subprocess.Popen[str] | None = None
        self.start("approve")

    def start(self, behave: str) -> None:
        """Start it and wait until it listens."""
        self.gone()
        words = ["terminal", "simulate", "--port", str(self.port), "--behave", behave, "--json"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "omnipos", *words, "--memory", str(self.memory)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        told = json.loads(self.process.stdout.readline())
        self.port, self.setting = told["port"], told["terminal"]

    def tell(self, **question: str) -> Reply:
        """Tell it something, as a person at its keys would."""
        with socket.create_connection(parse_address(self.setting), timeout=10) as line:
            line.sendall(encode(Question(**question)))  # type: ignore[arg-type]
            return msgspec.json.decode(read_line(line), type=Reply)

    def remembered(self) -> list[Reply]:
        """Return all that it ever wrote down."""
        if not self.memory.exists():
            return []
        return [msgspec.json.decode(line, type=Reply) for line in self.memory.read_bytes().splitlines()]

    def approved(self) -> list[Reply]:
        """Return what it charged."""
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


Desk = tuple[TerminalProcess, Counters]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A card terminal, and a till beside it that is closed at the start; its hub stays away."""
    selling_till(tmp_path / "till").store.close()
    save_membership(tmp_path / "till", Membership(hub="http://127.0.0.1:1", device_id=DEVICE))
    terminal = TerminalProcess(tmp_path)
    (tmp_path / "till" / "omnipos.toml").write_text(f'terminal = "{terminal.setting}"\n')
    counters = Counters(tmp_path / "till")
    yield terminal, counters
    counters.zygote.close()
    terminal.end()


def open_here(counters: Counters) -> list[Payment]:
    with closing(open_to_read(counters.folder)) as db:
        return open_payments(db)


def tenders_here(counters: Counters) -> list[tuple[str, int]]:
    """Return payment id and sum of every card tender in a sale or a basket of the till."""
    with closing(open_to_read(counters.folder)) as db:
        sales = [tender for sale in latest_sales(db, 100_000) for tender in sale.tenders]
        baskets = [one for one in (open_basket(db), *(basket for _at, basket in parked_baskets(db))) if one]
        tenders = sales + [tender for basket in baskets for tender in basket.tenders]
    return [(one.payment_id, one.amount_minor) for one in tenders if one.payment_id]


def until_known(counters: Counters) -> None:
    """Open the till and keep it open until it has asked for every payment."""
    pid = counters.start()
    with open(counters.pipes[0], "w"), open(counters.pipes[1]):
        until(lambda: not open_here(counters), "the end of every payment")
        os.kill(pid, signal.SIGKILL)
    counters.zygote.reap()


def test_fault_03_a_till_killed_while_the_terminal_approves_has_the_payment_at_its_next_start(
    desk: Desk,
) -> None:
    terminal, counters = desk
    terminal.tell(do="behave", behave="hang")
    pid = counters.start()
    with open(counters.pipes[0], "w") as keys, open(counters.pipes[1]):
        keys.write(f"sign-in Sari 1234\n{INDOMIE}\npay card\n")
        keys.flush()
        until(terminal.remembered, "the charge")
        os.kill(pid, signal.SIGKILL)
    counters.zygote.reap()
    (unknown,) = open_here(counters)
    assert unknown.state is PaymentState.ASKED
    assert tenders_here(counters) == []

    # The customer's card is approved while no till is there to hear of it.
    terminal.tell(do="approve", payment_id=unknown.payment_id)
    until_known(counters)
    assert tenders_here(counters) == [(unknown.payment_id, 3500)]
    assert [(one.payment_id, one.amount_minor) for one in terminal.approved()] == [(unknown.payment_id, 3500)]
    with closing(open_to_read(counters.folder)) as db:
        (sale,) = latest_sales(db, 10)
        assert (sale.total_minor, sale.staff_id) == (3500, "s-sari")
        assert verify(db).findings == ()


def test_a_till_and_a_terminal_killed_at_any_moment_agree_on_what_was_charged(desk: Desk) -> None:
    terminal, counters = desk
    chance = random.Random(SEED)
    for number in range(ROUNDS):
        behave = chance.choice(["approve", "approve", "lose-answer", "decline"])
        terminal.tell(do="behave", behave=behave)
        lines = ["sign-in Sari 1234", INDOMIE, "pay card", INDOMIE, "pay card 1000", "pay card"]
        talk(counters, lines, chance.random() * 0.2)
        if number % 8 == 7:
            terminal.end(signal.SIGKILL)
            terminal.start("approve")
    until_known(counters)
    charged = {one.payment_id: one.amount_minor for one in terminal.approved()}
    assert len(charged) == len(terminal.approved()), "a payment was charged twice"
    taken = tenders_here(counters)
    assert max(Counter(payment_id for payment_id, _amount in taken).values()) == 1
    assert dict(taken) == charged
    assert len(charged) > ROUNDS // 4, "the kills came too early to prove anything"
    with closing(open_to_read(counters.folder)) as db:
        assert verify(db).findings == ()


def test_a_terminal_that_dies_after_it_charged_leaves_the_payment_unknown_until_it_is_back(
    desk: Desk,
) -> None:
    terminal, counters = desk
    terminal.tell(do="behave", behave="die")
    answers = talk(
        counters, ["sign-in Sari 1234", INDOMIE, "pay card", "payments", "pay card", "status"], None
    )
    asked, listed, again, status = answers[2:]
    assert asked["ok"] is False
    assert asked["payment"]["state"] == "unknown"
    assert [one["state"] for one in listed["payments"]] == ["unknown"]
    assert again["ok"] is False, "a second charge must be meant"
    assert status["status"]["payments_open"] == 1
    assert terminal.gone() == 1
    terminal.start("approve")
    until_known(counters)
    assert tenders_here(counters) == [(asked["payment"]["payment_id"], 3500)]
    assert len(terminal.approved()) == 1


def test_the_simulator_ends_when_it_is_told_to(tmp_path: Path) -> None:
    terminal = TerminalProcess(tmp_path)
    assert terminal.end() == 0
