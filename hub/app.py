"""The hub as an ASGI application: its routes, its refusals, its description."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from hub import snapwatching
from hub.backoffice.mount import back_office
from hub.bodies import StraightRequest, refuse_null, row_name
from hub.context import Hub
from hub.door import Door
from hub.logbook import request_id
from hub.problems import Refused
from hub.routes import (
    accounts,
    buyers,
    coupons,
    customers,
    epochs,
    hints,
    history,
    messages,
    owner,
    people,
    prices,
    promotions,
    quotes,
    records,
    returns,
    shifts,
    shop,
    snapshots,
    taxes,
    tills,
    watching,
)
from hub.schema_page import SchemaPage
from hub.senders import Sender, send_for_ever
from hub.unit import OutcomeUnknown, WriteConflict
from omnipos import __version__
from omnipos.domain.errors import DomainError
from omnipos.locale import _
from omnipos.protocol import Problem

log = logging.getLogger(__name__)

LARGEST_BODY = 10 << 20
DISK_FULL = "53100"
"""What PostgreSQL calls a disk that takes no more (Appendix A of its manual)."""
AnyRequest = Request[Any, Any, Any]


def create_app(hub: Hub, sender: Sender | None = None) -> Litestar:
    """Return the application of one hub; it closes the hub's database when it ends.

    `sender` is the way out for messages to customers; without one they wait.
    """

    def provide_hub() -> Hub:
        return hub

    @asynccontextmanager
    async def closing(_app: Litestar) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(hub.noticeboard.watch()),
            asyncio.create_task(snapwatching.watch(hub)),
            *_listening(hub),
        ]
        if sender is not None:
            tasks.append(asyncio.create_task(send_for_ever(hub, sender)))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            hub.database.close()

    app = Litestar(
        # One router, for handlers of one path from several modules.
        route_handlers=[
            Router(
                path="/",
                route_handlers=[
                    *tills.handlers,
                    *epochs.handlers,
                    *hints.handlers,
                    *owner.handlers,
                    *people.handlers,
                    *shifts.handlers,
                    *shop.handlers,
                    *prices.handlers,
                    *customers.handlers,
                    *promotions.handlers,
                    *taxes.handlers,
                    *coupons.handlers,
                    *accounts.handlers,
                    *buyers.handlers,
                    *messages.handlers,
                    *quotes.handlers,
                    *records.handlers,
                    *returns.handlers,
                    *history.handlers,
                    *snapshots.handlers,
                    *watching.handlers,
                ],
            ),
            back_office(hub),
        ],
        dependencies={"hub": Provide(provide_hub, sync_to_thread=False)},
        state=State({"hub": hub}),
        lifespan=[closing],
        before_request=refuse_null,
        request_class=StraightRequest,
        request_max_body_size=LARGEST_BODY,
        openapi_config=_description(),
        logging_config=None,
        exception_handlers=_answers(),
    )
    # Outside of routing: what finds no route passes the door as well.
    app.asgi_handler = Door(app.asgi_handler, hub)
    return app


def _answers() -> dict[int | type[Exception], Any]:
    """Return what each kind of trouble is answered with."""
    return {
        Refused: _refused,
        DomainError: _not_possible,
        HTTPException: _http,
        **dict.fromkeys((OperationalError, WriteConflict, PoolExhausted), _busy),
        DataError: _unwritable,
        DBAPIError: _of_database,
        OutcomeUnknown: _unknown,
        RecursionError: _unreadable,
        UnicodeDecodeError: _unreadable,
        Exception: _bug,
    }


def _listening(hub: Hub) -> list["asyncio.Task[None]"]:
    """Return what hears of other processes' writes, where there may be any."""
    if not hub.database.is_shared:
        return []
    from hub.listening import listen_for_ever

    return [asyncio.create_task(listen_for_ever(hub.database.address, hub.noticeboard.tell))]


def _description() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="OmniPOS hub",
        version=__version__,
        description=_(
            "Products, customers, orders and stock for web shops; enrolment and syncing for tills. "
            "Sums are minor units, quantities thousandths, times UTC milliseconds."
        ),
        path="/schema",
        render_plugins=[SchemaPage(path="/"), JsonRenderPlugin()],
        components=Components(security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")}),
        security=[{"bearer": []}],
    )


def _problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(
        msgspec.json.encode(Problem(detail=detail, code=code, request_id=request_id.get())),
        status_code=status,
        media_type=MediaType.JSON,
        headers=headers,
    )


def _refused(_request: AnyRequest, refused: Refused) -> Response[bytes]:
    headers = {"WWW-Authenticate": "Bearer"} if refused.status == 401 else {}
    if refused.retry_after_s:
        headers["Retry-After"] = str(refused.retry_after_s)
    return _problem(refused.status, refused.code, refused.detail, headers)


def _not_possible(_request: AnyRequest, refused: DomainError) -> Response[bytes]:
    return _problem(422, "not_possible", str(refused))


def _http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    detail = error.detail
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        rows = (one for one in error.extra if isinstance(one, dict))
        reasons = [f"{_place(request, one.get('key') or 'body')}: {one.get('message')}" for one in rows]
        detail = _("The request does not fit: {reasons}.").format(reasons="; ".join(reasons))
    code = "not_found" if error.status_code == 404 else "request"
    return _problem(error.status_code, code, detail, dict(error.headers or {}))


def _place(request: AnyRequest, key: str) -> str:
    name = row_name(request, key)
    return f"{key} ({name})" if name else key


def _busy(_request: AnyRequest, error: Exception) -> Response[bytes]:
    # Not the statement with it: its parameters may name a customer.
    log.warning("The database could not take a request: %s", getattr(error, "orig", error))
    if _is_full(error):
        detail = _("The hub's disk is full. Nothing was changed; free some space on the hub's computer.")
        return _problem(503, "disk_full", detail, {"Retry-After": "1"})
    detail = _("The hub's database is busy or in trouble. Nothing was changed; try again.")
    return _problem(503, "busy", detail, {"Retry-After": "1"})


def _is_full(error: Exception) -> bool:
    cause = getattr(error, "orig", None)
    full = getattr(cause, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL
    return full or getattr(cause, "sqlstate", "") == DISK_FULL


def _of_database(request: AnyRequest, error: DBAPIError) -> Response[bytes]:
    from hub.postgres import passes

    # A machine that is not the primary yet refuses to write, and may well be it in a moment.
    return _busy(request, error) if passes(error) else _bug(request, error)


def _unknown(_request: AnyRequest, error: Exception) -> Response[bytes]:
    log.warning("The database was lost while it kept a change: %s", error)
    detail = _(
        "The hub lost its database just as this was being kept. Whether it was is not known;"
        " look before you try again."
    )
    return _problem(503, "unknown", detail, {"Retry-After": "1"})


def _unwritable(_request: AnyRequest, error: Exception) -> Response[bytes]:
    log.info("The database cannot hold what a request brought: %s", error)
    detail = _("The request holds a null character, or a number larger than any shop handles.")
    return _problem(400, "text", detail)


def _unreadable(_request: AnyRequest, _error: Exception) -> Response[bytes]:
    return _problem(400, "json", _("The body is not UTF-8, or is nested too deeply."))


def _bug(request: AnyRequest, error: Exception) -> Response[bytes]:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    detail = _("The hub met an error of its own. Nothing was changed; its log says more.")
    return _problem(500, "bug", detail)
