"""A proxy between till and hub that does to each exchange what a bad network does, as it is told."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from types import TracebackType

import msgspec

READ = 65536


class Exchange(msgspec.Struct, frozen=True):
    """A request that came to the proxy: its number since the start, and what it asks."""

    number: int
    method: str
    path: str
    head: bytes
    body: bytes

    @property
    def raw(self) -> bytes:
        """The request's bytes; the hub closes the connection after its answer."""
        return self.head + b"Connection: close\r\n\r\n" + self.body


class Pass(msgspec.Struct, frozen=True):
    """Nothing happens to it."""


class DropRequest(msgspec.Struct, frozen=True):
    """The line breaks before the hub hears anything."""


class DropAnswer(msgspec.Struct, frozen=True):
    """The hub does what it is asked; the line breaks before its answer."""


class CutRequest(msgspec.Struct, frozen=True):
    """The hub gets some bytes of the request, then the line breaks."""

    at: int


class CutAnswer(msgspec.Struct, frozen=True):
    """The till gets some bytes of the answer (from its end if negative), then the line breaks."""

    at: int


class Duplicate(msgspec.Struct, frozen=True):
    """The hub gets the request twice, at the same time; the till gets one of the answers."""


class Late(msgspec.Struct, frozen=True):
    """The till sees the line break; the hub gets the request after the exchange that comes next."""


class Say(msgspec.Struct, frozen=True):
    """Something between answers in the hub's place; the hub hears nothing."""

    status: int
    content: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class Drip(msgspec.Struct, frozen=True):
    """The answer comes a few bytes at a time."""

    size: int
    every_s: float


class HalfOpen(msgspec.Struct, frozen=True):
    """The line stays open and nothing comes any more, after some bytes of the answer."""

    at: int = 0


class Buffer(msgspec.Struct, frozen=True):
    """The head of the answer comes through, and some bytes of its body; the rest is held back for ever."""

    after: int = 0


Fault = (
    Pass
    | DropRequest
    | DropAnswer
    | CutRequest
    | CutAnswer
    | Duplicate
    | Late
    | Say
    | Drip
    | HalfOpen
    | Buffer
)


def untouched(_exchange: Exchange) -> Fault:
    """Choose nothing for every exchange."""
    return Pass()


class FaultProxy:
    """Listens on a free loopback port and meets each exchange with the fault that `choose` names."""

    def __init__(
        self,
        target_port: int,
        choose: Callable[[Exchange], Fault] = untouched,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Begin to listen for a hub on loopback; with `tls`, only who speaks it gets through."""
        self.tls = tls
        self.choose = choose
        self.seen: list[Exchange] = []
        self.down = False
        self._target_port = target_port
        self._late: list[Exchange] = []
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> "FaultProxy":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        _shut(self._server)
        self._server.close()
        self.break_lines()
        for thread in self._threads:
            thread.join(10)

    def heal(self) -> None:
        """Do nothing to any exchange from now on."""
        self.choose, self.down = untouched, False

    def break_lines(self) -> None:
        """Break every line that is open."""
        with self._lock:
            for one in self._open:
                _shut(one)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                line, _peer = self._server.accept()
            except OSError:
                return
            if self.down:
                line.close()
                continue
            thread = threading.Thread(target=self._serve, args=(line,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, line: socket.socket) -> None:
        if self.tls:
            try:
                line = self.tls.wrap_socket(line, server_side=True)
            except OSError:
                line.close()
                return
        with self._kept(line), contextlib.suppress(OSError):
            exchange = self._read(line)
            if exchange is None:
                return
            self._meet(exchange, self.choose(exchange), line)
            with self._lock:
                late, self._late = self._late, []
            for one in late:
                if one is exchange:
                    self._late.append(one)
                else:
                    self._ask(one)

    @contextlib.contextmanager
    def _kept(self, line: socket.socket) -> Iterator[None]:
        with self._lock:
            self._open.add(line)
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(line)
            _shut(line)
            line.close()

    def _read(self, line: socket.socket) -> Exchange | None:
        got = b""
        while b"\r\n\r\n" not in got:
            more = line.recv(READ)
            if not more:
                return None
            got += more
        head, _blank, body = got.partition(b"\r\n\r\n")
        length = 0
        fields = head.split(b"\r\n")
        for field in fields[1:]:
            name, _colon, value = field.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            elif name.lower() == b"connection":
                fields.remove(field)
        head = b"\r\n".join(fields)
        while len(body) < length:
            more = line.recv(READ)
            if not more:
                return None
            body += more
        method, path, _version = head.split(b"\r\n")[0].decode().split(" ")
        with self._lock:
            exchange = Exchange(len(self.seen), method, path, head + b"\r\n", body)
            self.seen.append(exchange)
        return exchange

    def _meet(self, exchange: Exchange, fault: Fault, line: socket.socket) -> None:
        match fault:
            case Pass():
                self._pump(exchange, line)
            case DropRequest():
                pass
            case DropAnswer():
                self._ask(exchange)
            case CutRequest(at):
                with socket.create_connection(("127.0.0.1", self._target_port)) as hub:
                    hub.sendall(exchange.raw[:at])
            case CutAnswer(at):
                line.sendall(self._ask(exchange)[:at])
            case Duplicate():
                other = threading.Thread(target=self._ask, args=(exchange,))
                other.start()
                answer = self._ask(exchange)
                other.join()
                line.sendall(answer)
            case Late():
                with self._lock:
                    self._late.append(exchange)
            case Say(status, content, headers):
                line.sendall(_answer(status, content, headers))
            case Drip(size, every_s):
                answer = self._ask(exchange)
                for start in range(0, len(answer), size):
                    line.sendall(answer[start : start + size])
                    if self._over.wait(every_s):
                        return
            case HalfOpen(at):
                line.sendall(self._ask(exchange)[:at] if at else b"")
                self._wait_for_end(line)
            case Buffer(after):
                self._pump(exchange, line, most=after)

    def _ask(self, exchange: Exchange) -> bytes:
        """Return the hub's whole answer; nothing when it has none."""
        answer = b""
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self._target_port)) as hub,
            self._kept(hub),
        ):
            hub.sendall(exchange.raw)
            while more := hub.recv(READ):
                answer += more
        return answer

    def _pump(self, exchange: Exchange, line: socket.socket, *, most: int = 1 << 60) -> None:
        """Give the till the hub's bytes as they come, up to so many of the body, until either lets go."""
        with socket.create_connection(("127.0.0.1", self._target_port)) as hub, self._kept(hub):
            hub.sendall(exchange.raw)
            leaving = threading.Thread(target=self._follow_end, args=(line, hub), daemon=True)
            leaving.start()
            head = b""
            while b"\r\n\r\n" not in head and (more := hub.recv(READ)):
                head += more
            line.sendall(head[: head.find(b"\r\n\r\n") + 4 + most])
            while more := hub.recv(READ):
                if most >= READ:
                    line.sendall(more)
            _shut(line)
        leaving.join(10)

    def _follow_end(self, line: socket.socket, hub: socket.socket) -> None:
        self._wait_for_end(line)
        _shut(hub)

    def _wait_for_end(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while line.recv(READ):
                pass


def _shut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)


def _answer(status: int, content: bytes, headers: tuple[tuple[str, str], ...]) -> bytes:
    fields = (("Content-Length", str(len(content))), ("Connection", "close"), *headers)
    head = f"HTTP/1.1 {status} Said\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields)
    return head.encode() + b"\r\n" + content
