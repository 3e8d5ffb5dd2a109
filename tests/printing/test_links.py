"""Links tell a printer that is away from one that stopped half-way, and never wait for long."""

import os
import socket
import struct
import threading
from pathlib import Path

import pytest

from omnipos.domain.errors import DomainError
from printing.document import Document, Text
from printing.escpos import Composer
from printing.folder import FolderLink
from printing.links import (
    FileLink,
    NetworkLink,
    NoLink,
    PrinterAway,
    PrinterSetting,
    PrintInterrupted,
    open_link,
    parse_setting,
)

PAPER = Composer(48).compose(Document("receipt-S1-2-000017", (Text("Kopi"),)))


class Started:
    """Counts the calls before the first byte."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> None:
        self.calls += 1


class TcpPrinter:
    """A printer on a loopback port; `serve` gets its one connection."""

    def __init__(self, serve) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.received = b""
        self._thread = threading.Thread(target=self._accept, args=(serve,))
        self._thread.start()

    def _accept(self, serve) -> None:
        connection, _peer = self._listener.accept()
        with connection:
            serve(self, connection)

    def close(self) -> None:
        self._thread.join(10)
        self._listener.close()


def _read_all(printer: TcpPrinter, connection: socket.socket) -> None:
    while piece := connection.recv(65536):
        printer.received += piece


def _reset_after_some(printer: TcpPrinter, connection: socket.socket) -> None:
    printer.received = connection.recv(10)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize(
    ("line", "setting"),
    [
        ("none", PrinterSetting(kind="none")),
        ("tcp://192.168.1.50:9100", PrinterSetting(kind="tcp", host="192.168.1.50", port=9100)),
        (" tcp://printer ", PrinterSetting(kind="tcp", host="printer", port=9100)),
        ("tcp://[::1]:9101", PrinterSetting(kind="tcp", host="::1", port=9101)),
        ("file:///dev/usb/lp0", PrinterSetting(kind="file", path="/dev/usb/lp0")),
        ("folder:///home/shop/my%20paper", PrinterSetting(kind="folder", path="/home/shop/my paper")),
        (
            "tcp://p?columns=32&code_page=CP858",
            PrinterSetting(kind="tcp", host="p", columns=32, code_page="cp858"),
        ),
    ],
)  # fmt: skip
def test_a_line_of_settings_names_a_printer(line, setting):
    assert parse_setting(line) == setting


@pytest.mark.parametrize(
    "line",
    [
        "", "usb", "tcp://", "tcp://p:99999", "tcp://p:x", "tcp://p/path", "file://host/path",
        "file://", "folder:///", "http://p:9100", "lp0", "/dev/usb/lp0", "tcp://p?colums=32",
        "tcp://[::1", "tcp://p?columns=",
        "tcp://p?columns=7", "tcp://p?code_page=utf-8",
    ],
)  # fmt: skip
def test_a_wrong_setting_is_a_clear_refusal(line):
    with pytest.raises(DomainError, match=r"is not a printer|columns"):
        parse_setting(line)


def test_every_kind_of_setting_opens_its_link(tmp_path: Path):
    assert isinstance(open_link(parse_setting("none")), NoLink)
    assert isinstance(open_link(parse_setting("tcp://127.0.0.1:1")), NetworkLink)
    assert isinstance(open_link(parse_setting(f"file://{tmp_path}/lp")), FileLink)
    assert isinstance(open_link(parse_setting(f"folder://{tmp_path}/paper")), FolderLink)
    assert list(tmp_path.iterdir()) == []


def test_a_network_printer_gets_every_byte_after_the_job_was_started():
    printer = TcpPrinter(_read_all)
    started = Started()
    paper = PAPER * 3000
    NetworkLink("127.0.0.1", printer.port).send(paper, "receipt", started)
    printer.close()
    assert printer.received == paper
    assert started.calls == 1


def test_a_network_printer_that_refuses_is_away_and_nothing_was_started():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    started = Started()
    with pytest.raises(PrinterAway):
        NetworkLink("127.0.0.1", port).send(PAPER, "receipt", started)
    assert started.calls == 0


def test_a_network_printer_with_no_such_name_is_away():
    with pytest.raises(PrinterAway):
        NetworkLink("no such printer.invalid", 9100).send(PAPER, "receipt", Started())


def test_a_network_printer_that_resets_half_way_interrupts():
    printer = TcpPrinter(_reset_after_some)
    started = Started()
    with pytest.raises(PrintInterrupted):
        NetworkLink("127.0.0.1", printer.port).send(PAPER * 200_000, "receipt", started)
    printer.close()
    assert len(printer.received) == 10
    assert started.calls == 1


def test_a_printer_that_takes_nothing_more_is_given_up_when_the_till_stops():
    stopping = threading.Event()
    printer = TcpPrinter(lambda _printer, _connection: stopping.wait(10))
    link = NetworkLink("127.0.0.1", printer.port)
    errors: list[Exception] = []
    started = threading.Event()

    def send() -> None:
        try:
            link.send(PAPER * 2_000_000, "receipt", started.set)
        except PrintInterrupted as error:
            errors.append(error)

    thread = threading.Thread(target=send)
    thread.start()
    assert started.wait(5)
    link.abandon()
    thread.join(2)
    assert not thread.is_alive()
    stopping.set()
    printer.close()
    assert [type(error) for error in errors] == [PrintInterrupted]


def test_what_is_raised_before_the_first_byte_comes_through_and_sends_nothing():
    printer = TcpPrinter(_read_all)

    def refuse() -> None:
        raise KeyError("books")

    with pytest.raises(KeyError):
        NetworkLink("127.0.0.1", printer.port).send(PAPER, "receipt", refuse)
    printer.close()
    assert printer.received == b""


def test_a_file_grows_by_each_paper(tmp_path: Path):
    link = FileLink(tmp_path / "lp")
    started = Started()
    link.send(b"one", "a", started)
    link.send(b"two", "b", started)
    assert (tmp_path / "lp").read_bytes() == b"onetwo"
    assert started.calls == 2


def test_a_device_that_is_not_there_is_away_and_is_not_made():
    device = Path("/dev/omnipos-no-such-printer")
    with pytest.raises(PrinterAway):
        FileLink(device).send(PAPER, "receipt", Started())
    assert not device.exists()


def test_a_device_without_a_reader_is_away(tmp_path: Path):
    os.mkfifo(tmp_path / "lp")
    started = Started()
    with pytest.raises(PrinterAway):
        FileLink(tmp_path / "lp").send(PAPER, "receipt", started)
    assert started.calls == 0


def test_a_device_that_goes_away_half_way_interrupts(tmp_path: Path):
    os.mkfifo(tmp_path / "lp")
    reader = os.open(tmp_path / "lp", os.O_RDONLY | os.O_NONBLOCK)
    taken: list[bytes] = []
    started = threading.Event()

    def read_some_and_leave() -> None:
        started.wait(5)
        while not taken or not taken[-1]:
            try:
                taken.append(os.read(reader, 10))
            except BlockingIOError:
                continue
        os.close(reader)

    thread = threading.Thread(target=read_some_and_leave)
    thread.start()
    with pytest.raises(PrintInterrupted):
        FileLink(tmp_path / "lp").send(PAPER * 100_000, "receipt", started.set)
    thread.join(5)
    assert taken[-1] == PAPER[:10]


def test_a_folder_numbers_its_papers_and_pictures(tmp_path: Path):
    folder = tmp_path / "paper"
    FolderLink(folder, 48).send(PAPER, "receipt-S1-2-000017", Started())
    FolderLink(folder, 48).send(PAPER, "bag-slip-../#1", Started())
    assert sorted(path.name for path in folder.iterdir()) == [
        "0001-receipt-S1-2-000017.escpos",
        "0001-receipt-S1-2-000017.png",
        "0002-bag-slip-_1.escpos",
        "0002-bag-slip-_1.png",
    ]
    assert (folder / "0001-receipt-S1-2-000017.escpos").read_bytes() == PAPER
    assert (folder / "0001-receipt-S1-2-000017.png").read_bytes().startswith(b"\x89PNG")


def test_a_folder_that_cannot_be_made_is_away(tmp_path: Path):
    (tmp_path / "paper").write_text("a file")
    started = Started()
    with pytest.raises(PrinterAway):
        FolderLink(tmp_path / "paper", 48).send(PAPER, "receipt", started)
    assert started.calls == 0
