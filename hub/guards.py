"""What stands before the routes: who asks, and whether such a caller may."""

from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler

from hub.auth import Principal, Role, recognise
from hub.context import Hub
from hub.problems import Refused
from omnipos.locale import _

Asked = Request[Principal, Any, State]
_Connection = ASGIConnection[Any, Any, Any, Any]


async def _caller(connection: _Connection) -> Principal:
    scheme, _space, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        hub: Hub = connection.app.state.hub
        found = await hub.read(lambda conn: recognise(conn, token.strip(), hub.now_ms()))
        if found is not None:
            return found
    take_as_stranger(connection)
    raise Refused(
        401,
        "unauthorized",
        _("Send a key or token the hub knows as “Authorization: Bearer …”."),
    )


def take_as_stranger(connection: _Connection) -> None:
    """Count a request without a good key by where it comes from; raise Refused for one too many."""
    hub: Hub = connection.app.state.hub
    hub.pace_of_strangers.take(connection.client.host if connection.client else "")


async def strangers(connection: _Connection, _handler: BaseRouteHandler) -> None:
    """Let anybody in, but nobody too often."""
    take_as_stranger(connection)


async def _only(connection: _Connection, *roles: Role) -> None:
    principal = await _caller(connection)
    if principal.role not in roles:
        raise Refused(403, "forbidden", _("This key or token is not meant for this address."))
    hub: Hub = connection.app.state.hub
    hub.pace.take(f"{principal.role}/{principal.device_id or principal.channel}")
    connection.scope["user"] = principal


async def owner_only(connection: _Connection, _handler: BaseRouteHandler) -> None:
    """Let the admin key in."""
    await _only(connection, Role.ADMIN)


async def watchers_only(connection: _Connection, _handler: BaseRouteHandler) -> None:
    """Let the admin key in, and programs that watch."""
    await _only(connection, Role.ADMIN, Role.WATCHER)


async def shops_only(connection: _Connection, _handler: BaseRouteHandler) -> None:
    """Let web shops and the admin key in."""
    await _only(connection, Role.ADMIN, Role.CHANNEL)


async def tills_only(connection: _Connection, _handler: BaseRouteHandler) -> None:
    """Let tills in, also revoked ones: what they still send is kept."""
    await _only(connection, Role.DEVICE)


async def listeners_only(connection: _Connection, _handler: BaseRouteHandler) -> None:
    """Let tills in whose rights were not withdrawn."""
    await _only(connection, Role.DEVICE)
    _refuse_revoked(connection)


async def writers_only(connection: _Connection, _handler: BaseRouteHandler) -> None:
    """Let in who keeps a journal: tills, also revoked ones, and web shops."""
    await _only(connection, Role.DEVICE, Role.CHANNEL)


async def readers_only(connection: _Connection, _handler: BaseRouteHandler) -> None:
    """Let anybody in whose rights were not withdrawn."""
    await _only(connection, Role.ADMIN, Role.CHANNEL, Role.DEVICE)
    _refuse_revoked(connection)


def _refuse_revoked(connection: _Connection) -> None:
    if connection.user.revoked:
        raise Refused(403, "revoked", _("This till's rights were withdrawn. Ask the owner."))
