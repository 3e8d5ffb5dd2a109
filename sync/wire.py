"""One keep-alive HTTP connection whose every exchange comes to an end, and that another thread can cut."""

import contextlib
import logging
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import msgspec

from omnipos.locale import _
from sync.errors import Retryable, SyncError, Untrusted

if TYPE_CHECKING:
    import httpx
    from httpx_sse import ServerSentEvent

# httpx brings a command of its own that costs a till 3 MB of memory; it is made to do without.
sys.modules.setdefault("httpx._main", cast(ModuleType, None))

CONNECT_S = 3.0
READ_S = 10.0
"""The longest silence inside an exchange."""
EXCHANGE_S = 120.0
"""The longest a whole exchange takes, however steadily its bytes drip."""
MOST_BYTES = 64 << 20
"""An answer that grows beyond this is not the hub's."""
EXPIRED, NOT_YET_VALID = 10, 9
"""What OpenSSL calls a certificate out of its time (x509_vfy.h)."""


_log = logging.getLogger(__name__)


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A whole answer; the names of `headers` are lower case."""

    status: int
    headers: dict[str, str]
    content: bytes


class Wire:
    """A line to one server. One thread at a time asks; any thread may cut it."""

    def __init__(self, address: str) -> None:
        """Take the server's address; nothing is sent yet."""
        self._address = address
        self._http: httpx.Client | None = None
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._ended = False

    def ask(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> Reply:
        """Send a request and return the whole answer.

        Raises Retryable when there is none, and Untrusted when the other end cannot show who it is.
        """
        with (
            Deadline(EXCHANGE_S, self._shut) as deadline,
            self._exchange(method, path, content, headers, READ_S, deadline) as answer,
        ):
            whole = bytearray()
            for chunk in answer.iter_bytes():
                whole += chunk
                if len(whole) > MOST_BYTES:
                    raise Retryable(_("the answer did not come from the hub"))
            return Reply(status=answer.status_code, headers=dict(answer.headers), content=bytes(whole))

    def fetch(self, path: str, headers: dict[str, str], into: BinaryIO) -> Reply:
        """Write a long answer to a file as it comes; return it without its content, or a refusal whole.

        An answer that begins anew though the rest was asked for replaces what the file has.
        """
        with (
            Deadline(EXCHANGE_S, self._shut) as deadline,
            self._exchange("GET", path, b"", headers, READ_S, deadline) as answer,
        ):
            if answer.status_code not in (200, 206):
                content = answer.read()
                return Reply(status=answer.status_code, headers=dict(answer.headers), content=content)
            if answer.status_code == 200:
                into.truncate(0)
            for chunk in answer.iter_bytes():
                into.write(chunk)
                if into.tell() > MOST_BYTES:
                    raise Retryable(_("the answer did not come from the hub"))
            return Reply(status=answer.status_code, headers=dict(answer.headers), content=b"")

    def listen(
        self, path: str, headers: dict[str, str], silence_s: float
    ) -> "Iterator[Reply | ServerSentEvent]":
        """Yield the events of a stream as they come, or the whole answer that came instead of one.

        Raises as `ask` does, also when no whole event came for the seconds given.
        """
        from httpx_sse import EventSource

        wanted = {**headers, "accept": "text/event-stream", "cache-control": "no-store"}
        with (
            Deadline(silence_s, self._shut) as deadline,
            self._exchange("GET", path, b"", wanted, silence_s, deadline) as answer,
        ):
            if not answer.headers.get("Content-Type", "").startswith("text/event-stream"):
                content = answer.read()
                yield Reply(status=answer.status_code, headers=dict(answer.headers), content=content)
                return
            for event in EventSource(answer).iter_sse():
                deadline.renew()
                yield event

    def cut(self) -> None:
        """End what is under way, and whatever begins later, at once; for a till that is left."""
        self._ended = True
        self._shut()

    def close(self) -> None:
        """Let go of the connection; the next exchange makes a new one."""
        with self._lock:
            self._sockets.clear()
        if self._http is not None:
            self._http.close()
            self._http = None

    @contextlib.contextmanager
    def _exchange(
        self,
        method: str,
        path: str,
        content: bytes,
        headers: dict[str, str],
        silence_s: float,
        deadline: "Deadline",
    ) -> "Iterator[httpx.Response]":
        import httpx

        try:
            with self._client().stream(
                method,
                path,
                content=content,
                headers=headers,
                timeout=httpx.Timeout(silence_s, connect=CONNECT_S),
                extensions={"trace": self._trace},
            ) as answer:
                yield answer
        except httpx.HTTPError as error:
            self.close()
            raise _trouble(error, self._address, missed=deadline.missed) from error
        except BaseException:
            # Half an answer is left on the line.
            self.close()
            raise

    def _shut(self) -> None:
        with self._lock:
            for one in self._sockets:
                # Closing does not wake a thread that reads; shutting down does.
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(one, socket.SHUT_RDWR)

    def _trace(self, event: str, known: dict[str, Any]) -> None:
        """Remember each socket as it is opened."""
        if event not in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            return
        with self._lock:
            self._sockets = [one for one in self._sockets if one.fileno() != -1]
            self._sockets.append(known["return_value"].get_extra_info("socket"))
        if self._ended:
            self._shut()

    def _client(self) -> "httpx.Client":
        import httpx

        if self._http is None:
            secure = self._address.startswith("https://")
            # A hub never redirects; who does is not the hub, and gets no token.
            self._http = httpx.Client(
                base_url=self._address, verify=secure, trust_env=secure, follow_redirects=False
            )
        return self._http


class Deadline:
    """Calls `cut` when a block lasts longer than it may, counted from the last renewal."""

    def __init__(self, within_s: float, cut: Callable[[], None]) -> None:
        """Take the seconds a block may last."""
        self.missed = False
        self._within_s = within_s
        self._cut = cut
        self._over = threading.Event()

    def __enter__(self) -> "Deadline":
        self.renew()
        threading.Thread(target=self._wait, name="deadline", daemon=True).start()
        return self

    def __exit__(self, *_trouble: object) -> None:
        self._over.set()

    def renew(self) -> None:
        """Count from now."""
        self._until_s = time.monotonic() + self._within_s

    def _wait(self) -> None:
        while (left_s := self._until_s - time.monotonic()) > 0:
            if self._over.wait(left_s):
                return
        self.missed = True
        self._cut()


def _trouble(error: Exception, address: str, *, missed: bool) -> SyncError:
    if missed:
        return Retryable(_("it took too long"))
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Untrusted(_distrust(cause, address))
        cause = cause.__cause__ or cause.__context__
    return Retryable(_broken(error, address))


def _broken(error: Exception, address: str) -> str:
    """Say in words why there is no answer; what the system calls it is for the log."""
    import httpx

    _log.info("No answer from %s: %r", address, error)
    if isinstance(error, httpx.TimeoutException):
        return _("it took too long")
    if not isinstance(error, httpx.ConnectError):
        return _("the line broke")
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return _("the name in {address} is not known here").format(address=address)
        if isinstance(cause, ConnectionRefusedError):
            return _("nothing runs at {address}").format(address=address)
        cause = cause.__cause__ or cause.__context__
    return _("there is no way to {address}").format(address=address)


def _distrust(error: ssl.SSLCertVerificationError, address: str) -> str:
    if error.verify_code == EXPIRED:
        return _(
            "The hub's certificate has expired. Selling goes on and all is kept on disk,"
            " but nothing is sent until whoever looks after the hub renews it."
        )
    if error.verify_code == NOT_YET_VALID:
        return _(
            "The hub's certificate is not valid yet: this computer's clock may be wrong."
            " Selling goes on and all is kept on disk. Set the clock."
        )
    return _(
        "What answers at {address} cannot prove that it is the hub ({reason}). Selling goes on and"
        " all is kept on disk, but nothing is sent there. Tell whoever looks after the hub."
    ).format(address=address, reason=error.verify_message)
