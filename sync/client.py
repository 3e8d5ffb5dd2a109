"""The line to the hub: one keep-alive HTTP client that believes only what is the hub's own answer."""

import gzip
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import msgspec

from omnipos.domain.errors import EntryRefused
from omnipos.locale import _
from omnipos.protocol import (
    EnrolAnswer,
    EnrolRequest,
    Hello,
    HelloAnswer,
    Page,
    Problem,
    PushAnswer,
    PushBatch,
)
from sync.errors import Rejected, Retryable, TooLarge

if TYPE_CHECKING:
    import httpx

Answer = TypeVar("Answer")

CONNECT_S = 3.0
READ_S = 10.0
WORTH_GZIP = 2000
"""Bodies below this many bytes are sent as they are."""


class HubClient:
    """A connection to one hub. It is used by one thread at a time."""

    def __init__(self, address: str, token: str = "") -> None:
        """Prepare a client; nothing is sent yet. Raises EntryRefused for an address that is none."""
        self.address = address.strip().rstrip("/")
        if not self.address.startswith(("http://", "https://")):
            raise EntryRefused(
                _("“{address}” is no address of a hub. It looks like https://hub.example.").format(
                    address=address[:60]
                )
            )
        self.token = token
        self._http: httpx.Client | None = None

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        """Ask to belong to a store."""
        return self._ask("POST", "/v1/enrol", EnrolAnswer, request)

    def hello(self, hello: Hello) -> HelloAnswer:
        """Say where this till stands and learn where the hub does."""
        return self._ask("POST", "/v1/hello", HelloAnswer, hello)

    def push(self, batch: PushBatch) -> PushAnswer:
        """Send events; raise TooLarge when the hub wants fewer."""
        return self._ask("POST", "/v1/events", PushAnswer, batch)

    def pull(self, stream: str, cursor: str, limit: int) -> Page:
        """Fetch one page of a stream behind a cursor, `""` for its beginning."""
        path = f"/v1/streams/{stream}?after={quote(cursor, safe='')}&limit={limit}"
        return self._ask("GET", path, Page)

    def close(self) -> None:
        """Let go of the connection; the next call makes a new one."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def _ask(
        self, method: str, path: str, answer: type[Answer], body: Any = None, *, zipped: bool = True
    ) -> Answer:
        import httpx

        headers = {"Content-Type": "application/json"}
        content = msgspec.json.encode(body) if body is not None else b""
        if zipped and len(content) > WORTH_GZIP:
            content, headers["Content-Encoding"] = gzip.compress(content, 1), "gzip"
        try:
            response = self._client().request(method, path, content=content, headers=headers)
        except httpx.HTTPError as error:
            self.close()
            raise Retryable(str(error) or type(error).__name__) from error
        if response.status_code != 200 and response.status_code != 201:
            raise _refusal(response)
        try:
            return msgspec.json.decode(response.content, type=answer)
        except msgspec.DecodeError as error:
            # A hotel's or provider's page answers 200 too; it acknowledges nothing.
            raise Retryable(_("the answer did not come from the hub")) from error

    def _client(self) -> "httpx.Client":
        import httpx

        if self._http is None:
            headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            self._http = httpx.Client(
                base_url=self.address,
                headers=headers,
                timeout=httpx.Timeout(READ_S, connect=CONNECT_S),
                verify=self.address.startswith("https://"),
                trust_env=self.address.startswith("https://"),
            )
        return self._http


def _refusal(response: "httpx.Response") -> Exception:
    try:
        problem = msgspec.json.decode(response.content, type=Problem)
    except msgspec.DecodeError:
        problem = Problem(detail=f"HTTP {response.status_code}")
    detail = problem.detail
    status = response.status_code
    if status == 413:
        return TooLarge(detail)
    if status in (408, 425, 429) or status >= 500 or status < 400:
        asked = response.headers.get("Retry-After", "")
        return Retryable(detail, wait_ms=int(asked) * 1000 if asked.isdigit() else 0)
    return Rejected(detail, problem.code)
