"""The way to the printer, set by one line of settings: network, file or device, a folder, or none.

    tcp://192.168.1.50:9100      a network printer
    file:///dev/usb/lp0          a device, or a file that grows
    folder:///home/shop/paper    each paper as a file of its bytes and a picture
    none                         no printer

Behind the first three may stand `?columns=32` for 58 mm paper and `&code_page=cp858`.
"""

import contextlib
import os
import select
import socket
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from omnipos.domain.errors import EntryRefused
from omnipos.locale import _

CONNECT_SECONDS = 2.0
STALL_SECONDS = 10.0
"""A printer that takes no byte for so long has no paper or an open lid."""

_SLICE_SECONDS = 0.1
COLUMNS = (48, 42, 32)
CODE_PAGES = ("cp437", "cp850", "cp858", "cp1252")


class PrinterAway(Exception):
    """Nothing can be printed now, and not one byte of this paper was sent."""


class PrintInterrupted(Exception):
    """Printing stopped after the first byte; what lies on the paper is unknown."""


class PrinterSetting(msgspec.Struct, frozen=True, kw_only=True):
    """One line of settings, read: the kind of link, where it leads, and the printer's paper."""

    kind: str
    host: str = ""
    port: int = 9100
    path: str = ""
    columns: int = 48
    code_page: str = "cp437"


class Link(Protocol):
    """A way to the printer; one thread sends."""

    def send(self, composed: bytes, name: str, before_first_byte: Callable[[], None]) -> None:
        """Send one paper; `before_first_byte` is called when the printer is there.

        Raises PrinterAway or PrintInterrupted; what `before_first_byte` raises comes through,
        and then nothing was sent.
        """
        ...

    def abandon(self) -> None:
        """Make a send that is waiting give up at once, and every later one; from any thread."""
        ...


def parse_setting(line: str) -> PrinterSetting:
    """Read the line of settings; raise EntryRefused with the forms that are understood."""
    line = line.strip()
    if line.lower() == "none":
        return PrinterSetting(kind="none")
    try:
        parts = urlsplit(line)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _refused(line) from None
    path = unquote(parts.path)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    is_network = parts.scheme == "tcp" and host and path in ("", "/")
    is_path = parts.scheme in ("file", "folder") and not host and path.startswith("/")
    if not (is_network or (is_path and len(path) > 1)) or options.keys() - {"columns", "code_page"}:
        raise _refused(line)
    columns, code_page = options.get("columns", "48"), options.get("code_page", "cp437").lower()
    if columns not in {str(known) for known in COLUMNS} or code_page not in CODE_PAGES:
        raise EntryRefused(
            _("The printer has {columns} columns and one of the code pages {pages}.").format(
                columns=", ".join(str(known) for known in COLUMNS), pages=", ".join(CODE_PAGES)
            )
        )
    return PrinterSetting(
        kind=parts.scheme,
        host=host,
        port=9100 if port is None else port,
        path="" if is_network else path,
        columns=int(columns),
        code_page=code_page,
    )


def _refused(line: str) -> EntryRefused:
    forms = "tcp://HOST:9100, file:///dev/usb/lp0, folder:///path, none"
    return EntryRefused(
        _("“{line}” is not a printer. Set one of: {forms}.").format(line=line[:80], forms=forms)
    )


def open_link(setting: PrinterSetting) -> Link:
    """Return the link a setting names; nothing is opened before the first paper."""
    match setting.kind:
        case "tcp":
            return NetworkLink(setting.host, setting.port)
        case "file":
            return FileLink(Path(setting.path))
        case "folder":
            from printing.folder import FolderLink

            return FolderLink(Path(setting.path), setting.columns)
        case "none":
            return NoLink()
        case unknown:
            raise AssertionError(f"parse_setting lets no {unknown} by")


class NoLink:
    """No printer: every paper is done at once."""

    def send(self, composed: bytes, name: str, before_first_byte: Callable[[], None]) -> None:
        """Do nothing."""

    def abandon(self) -> None:
        """Do nothing."""


class NetworkLink:
    """A printer that takes raw bytes on a TCP port, one connection a paper."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._abandoned = threading.Event()

    def send(self, composed: bytes, name: str, before_first_byte: Callable[[], None]) -> None:
        """Connect, send the whole paper, and let the printer take it to its end."""
        try:
            connection = self._connect()
        except OSError as error:
            raise PrinterAway(str(error)) from error
        with connection:
            before_first_byte()
            descriptor = connection.fileno()
            write_all(descriptor, composed, connection.send, self._abandoned)
            self._finish(connection)

    def abandon(self) -> None:
        """Give up a send that is waiting."""
        self._abandoned.set()

    def _connect(self) -> socket.socket:
        family, kind, protocol, _name, address = socket.getaddrinfo(*self._address, type=socket.SOCK_STREAM)[
            0
        ]
        connection = socket.socket(family, kind, protocol)
        try:
            connection.setblocking(False)
            connection.connect_ex(address)
            if not wait_writable(connection.fileno(), CONNECT_SECONDS, self._abandoned):
                raise TimeoutError("no answer")
            error = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error:
                raise OSError(error, os.strerror(error))
        except BaseException:
            connection.close()
            raise
        return connection

    def _finish(self, connection: socket.socket) -> None:
        """Say that all is sent and look for a reset, which means that bytes were thrown away."""
        try:
            connection.shutdown(socket.SHUT_WR)
            readable, _writable, _failed = select.select([connection], [], [], _SLICE_SECONDS)
            if readable:
                connection.recv(256)
        except OSError as error:
            raise PrintInterrupted(str(error)) from error


class FileLink:
    """A printer's device file, or a file that papers are appended to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._abandoned = threading.Event()

    def send(self, composed: bytes, name: str, before_first_byte: Callable[[], None]) -> None:
        """Open, append the whole paper, and flush a file to the disk."""
        try:
            descriptor = self._open()
        except OSError as error:
            raise PrinterAway(str(error)) from error
        try:
            before_first_byte()
            write_all(descriptor, composed, lambda rest: os.write(descriptor, rest), self._abandoned)
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.fsync(descriptor)
        except OSError as error:
            raise PrintInterrupted(str(error)) from error
        finally:
            os.close(descriptor)

    def abandon(self) -> None:
        """Give up a send that is waiting."""
        self._abandoned.set()

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | os.O_CLOEXEC
        # A device that was unplugged must not come back as a plain file that swallows papers.
        if not self._path.is_relative_to("/dev"):
            flags |= os.O_CREAT
        return os.open(self._path, flags, 0o600)


def wait_writable(descriptor: int, seconds: float, abandoned: threading.Event) -> bool:
    """Wait until a descriptor takes bytes; False when it does not in time or the wait is abandoned."""
    deadline = time.monotonic() + seconds
    while not abandoned.is_set():
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        if select.select([], [descriptor], [], min(left, _SLICE_SECONDS))[1]:
            return True
    return False


def write_all(
    descriptor: int, composed: bytes, write: Callable[[bytes], int], abandoned: threading.Event
) -> None:
    """Write every byte; raise PrinterAway before the first one, PrintInterrupted after it."""
    sent = 0
    try:
        while sent < len(composed):
            if not wait_writable(descriptor, STALL_SECONDS, abandoned):
                raise TimeoutError("the printer takes no more")
            with contextlib.suppress(BlockingIOError):
                sent += write(composed[sent : sent + 4096])
    except OSError as error:
        if sent:
            raise PrintInterrupted(str(error)) from error
        raise PrinterAway(str(error)) from error
