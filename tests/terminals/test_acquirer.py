"""The simulated acquirer over a real socket: codes that scan, ends that are kept, nothing paid twice."""

import socket
import threading
from pathlib import Path

import pytest

from omnipos.domain.emvqr import read_payload
from omnipos.domain.errors import EntryRefused
from omnipos.domain.payment import Said
from omnipos.domain.tender import QrSlip
from terminals.acquirer import QrReply, TcpAcquirer, parse_acquirer
from terminals.acquirer_simulator import Conduct, made_up_code
from terminals.wire import HOST, encode
from tests.domain.test_emvqr import QRIS_41190, QRIS_STATIC
from tests.terminals.acquirer_rig import acquirer_simulator


@pytest.mark.parametrize(("minor", "money"), [(41_190, "IDR"), (1_333, "MYR"), (99, "USD"), (5, "KWD")])
def test_a_made_code_asks_for_the_sum_and_comes_back_when_asked_again(
    tmp_path: Path, minor: int, money: str
) -> None:
    with acquirer_simulator(tmp_path) as (_server, setting):
        acquirer = TcpAcquirer(setting)
        made = acquirer.create("p1", minor, money)
        assert made.said is Said.PENDING
        code = read_payload(made.content)
        assert (code.amount_minor, code.currency, code.is_static) == (minor, money, False)
        assert acquirer.create("p1", minor, money).content == made.content
        assert acquirer.create("p2", minor, money).content != made.content


def test_a_code_is_paid_once_and_what_was_said_stays_true_over_a_restart(tmp_path: Path) -> None:
    slip = QrSlip(reference="QR00000001", acquirer="SIMULATOR", verified=True)
    with acquirer_simulator(tmp_path, Conduct.PAY) as (_server, setting):
        acquirer = TcpAcquirer(setting)
        acquirer.create("p1", 41_190, "IDR")
        assert [acquirer.status("p1").said for _ in range(2)] == [Said.PENDING, Said.APPROVED]
    with acquirer_simulator(tmp_path) as (_server, setting):
        acquirer = TcpAcquirer(setting)
        assert acquirer.status("p1").qr == slip
        assert acquirer.cancel("p1").qr == slip
        assert acquirer.status("p2").said is Said.NEVER_HEARD


def test_a_closed_code_is_never_made_again(tmp_path: Path) -> None:
    with acquirer_simulator(tmp_path) as (_server, setting):
        acquirer = TcpAcquirer(setting)
        assert acquirer.cancel("p1").said is Said.CANCELLED
        assert acquirer.create("p1", 41_190, "IDR").said is Said.CANCELLED


def test_a_lost_answer_leaves_a_code_that_can_be_asked_for_again(tmp_path: Path) -> None:
    with acquirer_simulator(tmp_path, Conduct.LOSE_ANSWER) as (_server, setting):
        acquirer = TcpAcquirer(setting)
        assert acquirer.create("p1", 41_190, "IDR").said is Said.UNANSWERED
        assert acquirer.status("p1").said is Said.PENDING
        assert acquirer.create("p1", 41_190, "IDR").said is Said.PENDING


def test_an_expired_code_is_cancelled_and_a_late_payment_is_told(tmp_path: Path) -> None:
    with acquirer_simulator(tmp_path, Conduct.EXPIRE) as (server, setting):
        acquirer = TcpAcquirer(setting)
        acquirer.create("p1", 41_190, "IDR")
        assert acquirer.status("p1").said is Said.CANCELLED
        server.conduct = Conduct.PAY_LATE
        acquirer.create("p2", 41_190, "IDR")
        assert [acquirer.cancel("p2").said, acquirer.status("p2").said] == [Said.CANCELLED, Said.APPROVED]


def test_no_more_goes_back_than_was_paid(tmp_path: Path) -> None:
    with acquirer_simulator(tmp_path, Conduct.PAY) as (_server, setting):
        acquirer = TcpAcquirer(setting)
        acquirer.create("p1", 9_500, "IDR")
        assert acquirer.refund("r0", 100, "IDR", "p1").said is Said.DECLINED
        acquirer.status("p1")
        acquirer.status("p1")
        assert acquirer.refund("r1", 6_000, "IDR", "p1").said is Said.APPROVED
        assert acquirer.refund("r1", 6_000, "IDR", "p1").said is Said.APPROVED
        assert acquirer.refund("r2", 6_000, "IDR", "p1").said is Said.DECLINED
        assert acquirer.refund("r3", 3_500, "IDR", "p1").said is Said.APPROVED


def test_where_nobody_listens_nothing_was_asked() -> None:
    with socket.socket() as held:
        held.bind((HOST, 0))
        acquirer = TcpAcquirer(f"tcp://{HOST}:{held.getsockname()[1]}")
        assert acquirer.create("p1", 9_500, "IDR").said is Said.UNREACHED


def reply(**changes: object) -> bytes:
    """Return a good answer to the asking for 41.190, changed."""
    good = {"said": Said.PENDING, "payment_id": "p1", "amount_minor": 41_190, "content": QRIS_41190}
    return encode(QrReply(**good | {"lasts_ms": 60_000} | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (reply(), Said.PENDING),
        (reply(content="https://pay.example/p1"), Said.PENDING),
        (b"", Said.UNANSWERED),
        (b"HTTP/1.1 200 OK\r\n\r\n<html>", Said.UNANSWERED),
        (reply(payment_id="p2"), Said.UNANSWERED),
        (reply(amount_minor=4_119), Said.UNANSWERED),
        (reply(content=""), Said.UNANSWERED),
        (reply(content="\x1b]52;c;x\x07"), Said.UNANSWERED),
        (reply(content=QRIS_STATIC), Said.UNANSWERED),
        (reply(content=QRIS_41190[:-1] + "0"), Said.UNANSWERED),
        (reply(content=made_up_code("p1", 41_191, "IDR")), Said.UNANSWERED),
        (reply(content=made_up_code("p1", 41_190, "USD")), Said.UNANSWERED),
        (reply(said=Said.APPROVED, reference=" "), Said.UNANSWERED),
        (b"x" * 10_000, Said.UNANSWERED),
    ],
)
def test_only_a_code_for_this_sum_is_shown(sent: bytes, said: Said) -> None:
    with socket.create_server((HOST, 0)) as server:

        def serve() -> None:
            line, _address = server.accept()
            with line:
                line.recv(4096)
                line.sendall(sent)

        serving = threading.Thread(target=serve)
        serving.start()
        code = TcpAcquirer(f"tcp://{HOST}:{server.getsockname()[1]}").create("p1", 41_190, "IDR")
        serving.join()
    assert code.said is said
    assert bool(code.content) is (said is Said.PENDING)


def test_an_acquirer_that_never_answers_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    with acquirer_simulator(tmp_path, Conduct.HANG) as (_server, setting):
        acquirer = TcpAcquirer(setting, answer_s=0.02)
        assert acquirer.create("p1", 9_500, "IDR").said is Said.UNANSWERED
        assert acquirer.status("p1").said is Said.UNANSWERED


@pytest.mark.parametrize("setting", ["", "127.0.0.1:9300", "tcp://host", "tcp://host:0", "tcp://host:70000"])
def test_a_setting_that_is_no_address_is_refused(setting: str) -> None:
    with pytest.raises(EntryRefused):
        parse_acquirer(setting)
