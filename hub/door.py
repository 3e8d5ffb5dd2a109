"""What every request passes on its way in and out: its id, where it came from, its line in the log."""

import ipaddress
import logging
import re
import secrets
import time
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from hub.auth import Principal
from hub.context import Hub
from hub.logbook import ACCESS, FIELDS, request_id, since_ms

log = logging.getLogger(ACCESS)

NO_ROUTE = "(none)"
"""Stands for every address that is no route: what strangers try must not become labels."""
QUIET = frozenset({"/v1/health", "/v1/ready", "/metrics"})
LONG = frozenset({"/v1/hints", "/v1/hints/poll"})
"""Routes that wait on purpose; how long they took says nothing."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OWN_ID = re.compile(r"[\w.-]{8,64}", re.ASCII)
_Network = IPv4Network | IPv6Network


class Door:
    """The hub's application with its door before it."""

    def __init__(self, app: ASGIApp, hub: Hub) -> None:
        """Take the application and its hub."""
        self._app = app
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        began_s, status = time.perf_counter(), 0
        headers = dict(scope["headers"])
        if self._hub.settings.trusted_proxies:
            take_word(scope, headers, _networks(self._hub.settings.trusted_proxies))
        own = headers.get(b"x-request-id", b"").decode("ascii", "replace")
        own = own if _OWN_ID.fullmatch(own) else secrets.token_hex(8)

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", own.encode())]
            await send(message)

        token = request_id.set(own)
        try:
            await self._app(scope, receive, send_named)
        finally:
            self._note(scope, status, began_s)
            request_id.reset(token)

    def _note(self, scope: Any, status: int, began_s: float) -> None:
        route = scope.get("path_template") or NO_ROUTE
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        place = (("method", method), ("route", route))
        self._hub.measures.requests.add((*place, ("status", str(status))))
        if route not in LONG:
            self._hub.measures.request_s.add(place, time.perf_counter() - began_s)
        level = _level(route, status)
        if log.isEnabledFor(level):
            told: dict[str, Any] = {
                "method": method,
                "route": route,
                "status": status,
                "ms": since_ms(began_s),
            }
            log.log(level, "request", extra={FIELDS: told | _caller(scope)})


def _level(route: str, status: int) -> int:
    if status >= 500 or not status:
        return logging.WARNING
    return logging.DEBUG if route in QUIET and status < 400 else logging.INFO


def _caller(scope: Any) -> dict[str, str]:
    user, client = scope.get("user"), scope.get("client")
    told = {"client": client[0] if client else ""}
    if isinstance(user, Principal):
        told |= {"role": user.role.value, "device": user.device_id, "store": user.store_id}
    return {key: value for key, value in told.items() if value}


def take_word(scope: Any, headers: dict[bytes, bytes], trusted: Sequence[_Network]) -> None:
    """Take from trusted proxies who asks and by which scheme; anybody else's word for it is nothing."""
    client = scope.get("client")
    if not client or not _is_in(client[0], trusted):
        return
    hops = headers.get(b"x-forwarded-for", b"").decode("ascii", "replace").split(",")
    for hop in (one.strip() for one in reversed(hops)):
        if not hop or _parsed(hop) is None:
            break
        scope["client"] = (hop, 0)
        if not _is_in(hop, trusted):
            break
    scheme = headers.get(b"x-forwarded-proto", b"").decode("ascii", "replace")
    if scheme in ("http", "https"):
        scope["scheme"] = scheme


def _is_in(address: str, trusted: Sequence[_Network]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in trusted)


@lru_cache(maxsize=8)
def _networks(trusted: tuple[str, ...]) -> tuple[_Network, ...]:
    return tuple(ipaddress.ip_network(one, strict=False) for one in trusted)


@lru_cache(maxsize=1024)
def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None
