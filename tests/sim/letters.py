"""What goes over the simulated line: a request, an answer, and the HTTP client that sends and gets them.

The client stands where httpx's own would: httpx takes a tenth of a seed for addresses and headers that
a simulated line has no use for. The real one is proved where tills ask a real hub.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

HOST = "127.0.0.1:8787"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it stands on the line; header names are lower case."""

    method: str
    target: str
    """Path and query as they are written."""
    headers: tuple[tuple[bytes, bytes], ...]
    content: bytes

    @property
    def path(self) -> str:
        """The path as a person reads it."""
        return unquote(self.target.partition("?")[0])


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A whole answer, with as much of httpx's own as a till asks for."""

    status_code: int
    headers: dict[str, str] = {}
    content: bytes = b""

    def iter_bytes(self) -> Iterator[bytes]:
        """Yield the body."""
        yield self.content

    def read(self) -> bytes:
        """Return the body."""
        return self.content

    def json(self) -> Any:
        """Return what the body holds."""
        return msgspec.json.decode(self.content)


def request_of(method: str, target: str, content: bytes, headers: Mapping[str, str]) -> Request:
    """Return a request with the headers that every client adds."""
    length = {"content-length": str(len(content))} if content or method != "GET" else {}
    whole = {"host": HOST, "accept": "*/*", "accept-encoding": "gzip, deflate"} | dict(headers) | length
    return Request(
        method=method,
        target=target,
        headers=tuple((name.lower().encode(), value.encode()) for name, value in whole.items()),
        content=content,
    )


class Client:
    """Stands in for an `httpx.Client` that streams its answers."""

    def __init__(self, carry: Callable[[Request], Answer]) -> None:
        """Take who carries a request."""
        self._carry = carry

    @contextlib.contextmanager
    def stream(
        self, method: str, target: str, *, content: bytes, headers: Mapping[str, str], **_named: object
    ) -> Iterator[Answer]:
        """Send a request and give the answer."""
        yield self._carry(request_of(method, target, content, headers))

    def close(self) -> None:
        """There is no connection to let go of."""
