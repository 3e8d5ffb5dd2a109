"""The simulated terminal over a real socket: it behaves as told, remembers, and charges nothing twice."""

import socket
import threading
from pathlib import Path

import pytest

from omnipos.domain.errors import EntryRefused
from omnipos.domain.payment import Said
from terminals.simulator import Behaviour
from terminals.tcp import TcpTerminal, parse_address
from terminals.wire import HOST, Question, Reply, encode
from tests.terminals.rig import simulator
from tests.waiting import until


def test_an_approved_charge_has_a_slip(tmp_path: Path) -> None:
    with simulator(tmp_path) as (_server, setting):
        answer = TcpTerminal(setting).charge("p1", 9500, "IDR")
    assert answer.said is Said.APPROVED
    assert answer.card is not None
    assert (answer.card.approval_code, answer.card.last_four) == ("A00001", "4242")


def test_one_payment_id_is_charged_once(tmp_path: Path) -> None:
    with simulator(tmp_path) as (server, setting):
        terminal = TcpTerminal(setting)
        first = terminal.charge("p1", 9500, "IDR")
        server.behaviour = Behaviour.DECLINE
        assert terminal.charge("p1", 9500, "IDR") == first
        assert terminal.charge("p2", 9500, "IDR").said is Said.DECLINED
        assert terminal.status("p1") == first


def test_what_was_remembered_is_there_after_a_restart(tmp_path: Path) -> None:
    with simulator(tmp_path, Behaviour.LOSE_ANSWER) as (_server, setting):
        assert TcpTerminal(setting).charge("p1", 9500, "IDR").said is Said.UNANSWERED
    with simulator(tmp_path) as (_server, setting):
        assert TcpTerminal(setting).status("p1").said is Said.APPROVED
        assert TcpTerminal(setting).status("p2").said is Said.NEVER_HEARD


def test_a_hanging_charge_ends_when_it_is_cancelled(tmp_path: Path) -> None:
    with simulator(tmp_path, Behaviour.HANG) as (server, setting):
        terminal = TcpTerminal(setting)
        heard: list[Said] = []
        asking = threading.Thread(target=lambda: heard.append(terminal.charge("p1", 9500, "IDR").said))
        asking.start()
        until(lambda: "p1" in server.memory.payments, "the charge")
        assert terminal.status("p1").said is Said.PENDING
        assert terminal.cancel("p1").said is Said.CANCELLED
        asking.join(20)
        assert heard == [Said.CANCELLED]


def test_a_cancel_that_comes_too_late_says_approved(tmp_path: Path) -> None:
    with simulator(tmp_path) as (_server, setting):
        terminal = TcpTerminal(setting)
        terminal.charge("p1", 9500, "IDR")
        assert terminal.cancel("p1").said is Said.APPROVED


def test_a_payment_cancelled_before_it_is_charged_is_never_charged(tmp_path: Path) -> None:
    with simulator(tmp_path) as (_server, setting):
        terminal = TcpTerminal(setting)
        assert terminal.cancel("p1").said is Said.CANCELLED
        assert terminal.charge("p1", 9500, "IDR").said is Said.CANCELLED


def test_no_more_goes_back_than_was_paid(tmp_path: Path) -> None:
    with simulator(tmp_path) as (_server, setting):
        terminal = TcpTerminal(setting)
        terminal.charge("p1", 9500, "IDR")
        assert terminal.refund("r1", 6000, "IDR", "p1").said is Said.APPROVED
        assert terminal.refund("r2", 6000, "IDR", "p1").said is Said.DECLINED
        assert terminal.refund("r3", 3500, "IDR", "p1").said is Said.APPROVED
        assert terminal.refund("r4", 100, "IDR", "never").said is Said.DECLINED


def test_where_nobody_listens_nothing_was_asked(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind((HOST, 0))
        terminal = TcpTerminal(f"tcp://{HOST}:{held.getsockname()[1]}")
        assert terminal.charge("p1", 9500, "IDR").said is Said.UNREACHED


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n\r\n<html>",
        b'{"said":"approved","payment_id":"p1","amount_minor":9500}\n',  # no approval code
        encode(Reply(said=Said.APPROVED, payment_id="p2", amount_minor=9500, approval_code="A1")),
        encode(Reply(said=Said.APPROVED, payment_id="p1", amount_minor=95, approval_code="A1")),
        b'{"said":"perhaps","payment_id":"p1"}\n',
        b"x" * 10_000,
    ],
)
def test_what_is_no_answer_to_this_payment_leaves_it_unknown(sent: bytes) -> None:
    with socket.create_server((HOST, 0)) as server:

        def serve() -> None:
            line, _address = server.accept()
            with line:
                line.recv(4096)
                line.sendall(sent)

        serving = threading.Thread(target=serve)
        serving.start()
        answer = TcpTerminal(f"tcp://{HOST}:{server.getsockname()[1]}").charge("p1", 9500, "IDR")
        serving.join()
    assert answer.said is Said.UNANSWERED
    assert answer.card is None


def test_a_terminal_that_never_answers_is_not_waited_for_for_ever() -> None:
    with socket.create_server((HOST, 0)) as server:
        setting = f"tcp://{HOST}:{server.getsockname()[1]}"
        terminal = TcpTerminal(setting, customer_s=0.02, answer_s=0.02)
        assert terminal.charge("p1", 9500, "IDR").said is Said.UNANSWERED
        assert terminal.status("p1").said is Said.UNANSWERED


def test_nonsense_is_not_answered(tmp_path: Path) -> None:
    with simulator(tmp_path) as (server, _setting):
        for sent in (b"hello\n", encode(Question(do="dance")), encode(Question(do="charge"))):
            with socket.create_connection((HOST, server.port)) as line:
                line.sendall(sent)
                line.shutdown(socket.SHUT_WR)
                line.recv(4096)
        assert [one for one in server.memory.payments.values() if one.said is Said.APPROVED] == []


@pytest.mark.parametrize("setting", ["", "127.0.0.1:9200", "tcp://host", "tcp://host:0", "tcp://host:70000"])
def test_a_setting_that_is_no_address_is_refused(setting: str) -> None:
    with pytest.raises(EntryRefused):
        parse_address(setting)
