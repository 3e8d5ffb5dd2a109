"""Signing in and out of the pages: the cookie, and who it stands for at each request."""

from typing import Any

import msgspec
from itsdangerous import BadSignature, URLSafeSerializer
from starlette.middleware import Middleware
from starlette.middleware.base import RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp
from starlette_admin.auth import AdminUser, AuthProvider
from starlette_admin.auth.base import AuthMiddleware
from starlette_admin.exceptions import LoginFailed
from starlette_admin.helpers import index_url, safe_redirect_url

from hub.backoffice import door
from hub.backoffice.door import Session
from hub.backoffice.office import Office
from hub.context import Hub
from hub.problems import Refused
from omnipos.domain.names import clean_text
from omnipos.locale import _

COOKIE = "omnipos_office"
PATH = "/admin"
LONGEST_PIN = 64


class Door(AuthProvider):
    """Lets staff in by name and PIN."""

    def __init__(self, hub: Hub) -> None:
        """Sign cookies with a key made of the hub's own, the same in all its processes."""
        super().__init__()
        self.hub = hub
        self.key = hub.key.derive("omnipos/office/1")
        self._signer = URLSafeSerializer(self.key.hex(), salt="session")

    def get_middleware(self) -> Middleware:
        """Renew the cookie besides looking at it."""
        return Middleware(_Renewing, provider=self)

    async def login(self, username: str, password: str, remember_me: bool, request: Request) -> Response:
        """Let somebody in, or raise LoginFailed with what to do."""
        hub = self.hub
        try:
            hub.pace_of_strangers.take(request.client.host if request.client else "")
        except Refused as refused:
            raise LoginFailed(refused.detail) from None
        name = clean_text(username, 80)
        leave = await hub.write(lambda unit: door.ask(unit, name))
        if leave.wait_ms:
            said = _("Too many wrong PINs. Wait {seconds} seconds, then try again.")
            raise LoginFailed(said.format(seconds=-(-leave.wait_ms // 1000)))
        pin = password[:LONGEST_PIN]
        person = await hub.database.compute(lambda: door.check_pin(leave.people, pin))
        if person is None:
            raise LoginFailed(_("Name and PIN do not fit. Try again."))
        office = await hub.write(lambda unit: door.let_in(unit, person))
        if office is None:
            raise LoginFailed(_("{name} may not open the back office.").format(name=person.name))
        fallback = index_url(request)
        wanted = safe_redirect_url(request.query_params.get("next") or fallback, request, fallback)
        response = RedirectResponse(wanted, status_code=303)
        now = office.now_ms
        self.give(request, response, Session(person.staff_id, now, now, door.mark_of(self.key, person)))
        return response

    async def logout(self, request: Request) -> Response:
        """End every session of whoever asks."""
        office: Office | None = getattr(request.state, "office", None)
        request.state.session = None
        if office is not None:
            await self.hub.write(lambda unit: door.sign_out(unit, office.person.staff_id))
        response = RedirectResponse(index_url(request), status_code=303)
        response.delete_cookie(COOKIE, path=PATH)
        return response

    async def authenticate(self, request: Request) -> AdminUser | None:
        """Return who asks, with their desk in the request; None for a stranger."""
        session = self._session(request.cookies.get(COOKIE, ""))
        if session is None or request.url.path.startswith(f"{PATH}/static/"):
            return None
        now_ms = self.hub.now_ms()
        office = await self.hub.read(lambda conn: door.recognise(conn, self.key, session, now_ms))
        if office is None:
            return None
        request.state.office, request.state.session = office, session
        return AdminUser(username=office.person.name)

    def _session(self, cookie: str) -> Session | None:
        try:
            return msgspec.convert(self._signer.loads(cookie), Session) if cookie else None
        except (BadSignature, msgspec.ValidationError):
            return None

    def give(self, request: Request, response: Response, session: Session) -> None:
        """Set the cookie."""
        response.set_cookie(
            COOKIE,
            str(self._signer.dumps(msgspec.to_builtins(session))),
            path=PATH,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )


class _Renewing(AuthMiddleware):
    """Looks at who asks, and gives a new cookie once the old one is a minute old."""

    def __init__(self, app: ASGIApp, provider: Door) -> None:
        super().__init__(app, provider)
        self.door = provider

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await super().dispatch(request, call_next)
        session: Any = getattr(request.state, "session", None)
        now_ms = self.door.hub.now_ms()
        if session is not None and now_ms - session.seen_ms >= door.RENEWED_AFTER_MS:
            self.door.give(request, response, msgspec.structs.replace(session, seen_ms=now_ms))
        return response
