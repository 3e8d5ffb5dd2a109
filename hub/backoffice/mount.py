"""Where the back office joins the hub: built at the first request for it, behind its own headers."""

import asyncio
import logging
import secrets
from typing import TYPE_CHECKING, Any

from litestar.handlers import ASGIRouteHandler, asgi

if TYPE_CHECKING:
    from hub.context import Hub

log = logging.getLogger(__name__)
PATH = "/admin"
LARGEST_FORM = 1 << 20
_KEPT = ("asgi", "http_version", "method", "query_string", "headers", "client", "server")


def policy(nonce: str) -> str:
    """Return what the pages may load: from this host alone, and no script that the hub did not write."""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        "style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def back_office(hub: "Hub") -> ASGIRouteHandler:
    """Return the handler of all that is under /admin."""
    door = _Mounted(hub)

    @asgi(PATH, is_mount=True, copy_scope=True, include_in_schema=False)
    async def handle(scope: Any, receive: Any, send: Any) -> None:
        await door(scope, receive, send)

    return handle


class _Mounted:
    """The site as an application that is made when somebody first asks for it."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._site: Any = None
        self._making = asyncio.Lock()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        site, nonce = await self._ready(), secrets.token_urlsafe(16)
        answer = _Answer(send, nonce)
        try:
            body = await _body(receive)
            if body is None:
                await answer.fail(413)
            else:
                await site(_own_scope(scope, nonce), _once(body, receive), answer.send)
        except Exception:
            log.exception("%s %s failed", scope["method"], scope["path"])
            await answer.fail(500)

    async def _ready(self) -> Any:
        async with self._making:
            if self._site is None:
                from hub.backoffice.site import make_site

                self._site = await asyncio.to_thread(make_site, self._hub)
        return self._site


def _own_scope(scope: Any, nonce: str) -> dict[str, Any]:
    """Return the request as the site sees it: with its whole path, and by https where a proxy says so."""
    # What came before has put a slash behind every path; only the first page has one.
    path = PATH + (scope["path"].removeprefix(PATH).rstrip("/") or "/")
    headers = dict(scope["headers"])
    outside = headers.get(b"x-forwarded-proto", b"").decode("latin-1").strip().lower()
    kept = {name: scope[name] for name in _KEPT if name in scope}
    return kept | {
        "type": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "https" if outside == "https" else scope.get("scheme", "http"),
        "state": {"nonce": nonce},
    }


async def _body(receive: Any) -> bytes | None:
    """Return the whole form; None for one that is larger than any of ours."""
    body: bytes = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > LARGEST_FORM:
            return None
        if message["type"] != "http.request" or not message.get("more_body", False):
            return body


def _once(body: bytes, receive: Any) -> Any:
    """Give a body that was read already, and then what else comes."""
    given = False

    async def part() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return part


class _Answer:
    """Sends the site's answer with the headers that every page has."""

    def __init__(self, send: Any, nonce: str) -> None:
        self._send = send
        self._nonce = nonce
        self._begun = False

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._begun = True
            message = {**message, "headers": [*message["headers"], *self._headers(message["headers"])]}
        await self._send(message)

    def _headers(self, given: Any) -> list[tuple[bytes, bytes]]:
        own = {
            b"content-security-policy": policy(self._nonce).encode(),
            b"x-content-type-options": b"nosniff",
            b"x-frame-options": b"DENY",
            b"referrer-policy": b"same-origin",
        }
        if not any(name.lower() == b"etag" for name, _value in given):
            own[b"cache-control"] = b"no-store"
        return list(own.items())

    async def fail(self, status: int) -> None:
        """Answer with nothing but a number, if nothing was answered yet."""
        if not self._begun:
            headers = [(b"content-type", b"text/plain"), (b"content-length", b"3")]
            await self.send({"type": "http.response.start", "status": status, "headers": headers})
            await self._send({"type": "http.response.body", "body": str(status).encode()})
