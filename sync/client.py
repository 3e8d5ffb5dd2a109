"""The line to the hub: one keep-alive HTTP client that believes only what is the hub's own answer."""

import gzip
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar
from urllib.parse import quote

import msgspec

from omnipos.locale import _
from omnipos.protocol import (
    HINT,
    EnrolAnswer,
    EnrolRequest,
    EpochAnswer,
    EpochRequest,
    Hello,
    HelloAnswer,
    Hint,
    HintPage,
    LowestPrice,
    Page,
    Problem,
    PushAnswer,
    PushBatch,
    Returnable,
    Snapshot,
)
from sync.addresses import NotEncrypted, hub_address
from sync.errors import Failed, Rejected, Retryable, SyncError, TooLarge, Untrusted, own_words
from sync.pacing import wish_ms
from sync.wire import Reply, Wire

if TYPE_CHECKING:
    from sync.access import DevicePass

Answer = TypeVar("Answer")

UNAUTHORIZED = "unauthorized"
WORTH_GZIP = 2000
"""Bodies below this many bytes are sent as they are."""


class HubClient:
    """A connection to one hub. It is used by one thread at a time."""

    def __init__(
        self,
        address: str,
        token: str = "",
        device: "DevicePass | None" = None,
        *,
        private_http: bool = False,
    ) -> None:
        """Prepare a client that shows a lasting key, or a till's pass; nothing is sent yet.

        With `private_http` the hub may be asked without encryption in the shop's own network. Raises
        EntryRefused for an address that is none; one that is not safe is refused when it is asked,
        as a till must open and sell without its hub.
        """
        self.address, self._objection = address.strip().rstrip("/"), ""
        self.private_http = private_http
        try:
            hub_address(self.address, private_http=private_http)
        except NotEncrypted as objection:
            self._objection = str(objection)
        self.device = device
        self._key = token
        self._wire = Wire(self.address)

    def twin(self) -> "HubClient":
        """Return another client of the same hub, for another thread."""
        return HubClient(self.address, self._key, self.device, private_http=self.private_http)

    @property
    def token(self) -> str:
        """What is shown as `Authorization: Bearer` now; a till's is got anew when need be."""
        return self._key if self.device is None else self.device.token(self._ask_as_nobody)

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        """Ask to belong to a store."""
        return self._ask_as_nobody("POST", "/v1/enrol", EnrolAnswer, request)

    def hello(self, hello: Hello) -> HelloAnswer:
        """Say where this till stands and learn where the hub does."""
        return self._ask("POST", "/v1/hello", HelloAnswer, hello)

    def new_epoch(self, request: EpochRequest) -> EpochAnswer:
        """Ask for another epoch, or have the one that was begun confirmed."""
        return self._ask("POST", "/v1/epochs", EpochAnswer, request)

    def push(self, batch: PushBatch) -> PushAnswer:
        """Send events; raise TooLarge when the hub wants fewer."""
        return self._ask("POST", "/v1/events", PushAnswer, batch)

    def pull(self, stream: str, cursor: str, limit: int) -> Page:
        """Fetch one page of a stream behind a cursor, `""` for its beginning."""
        path = f"/v1/streams/{stream}?after={quote(cursor, safe='')}&limit={limit}"
        return self._ask("GET", path, Page)

    def snapshot(self, stream: str) -> Snapshot:
        """Ask what the hub has ready of a whole stream; raise Rejected where it has nothing."""
        return self._ask("GET", f"/v1/snapshots/{stream}", Snapshot)

    def snapshot_part(self, stream: str, sha256: str, start: int, into: BinaryIO) -> None:
        """Fetch a part of a snapshot from a byte on; what came before a line broke is written."""
        headers = {**_bearer(self.token), "accept-encoding": "identity", "range": f"bytes={start}-"}
        reply = self._safe_wire.fetch(f"/v1/snapshots/{stream}/{sha256}", headers, into)
        if reply.status not in (200, 206):
            raise self._refusal(reply)

    def returnable(self, number: str, customer_id: str) -> Returnable:
        """Find sales whose goods may come back, by receipt or order number or by customer."""
        path = f"/v1/returnable?number={quote(number, safe='')}&customer={quote(customer_id, safe='')}"
        return self._ask("GET", path, Returnable)

    def lowest_price(self, product_id: str) -> LowestPrice:
        """Ask for the least that a product was sold for at all tills in the recent days."""
        return self._ask("GET", f"/v1/lowest-price?product={quote(product_id, safe='')}", LowestPrice)

    def hints(self, silence_s: float) -> Iterator[Hint | None]:
        """Yield each hint as it comes, None for a heartbeat; raise when nothing comes for so long."""
        token = self.token
        for event in self._safe_wire.listen("/v1/hints", _bearer(token), silence_s):
            if isinstance(event, Reply):
                if event.status == 401 and self.device is not None:
                    self.device.drop(token)
                raise self._refusal(event) if event.status != 200 else _not_the_hubs()
            yield _decoded(event.data.encode(), Hint) if event.event == HINT else None

    def poll_hints(self, mark: int, wait_s: int) -> HintPage:
        """Fetch the heads of all streams, at the latest after some seconds; at once when `mark` is old."""
        return self._ask("GET", f"/v1/hints/poll?mark={mark}&wait={wait_s}", HintPage)

    def cut(self) -> None:
        """End whatever waits for the hub, now and later; any thread may ask for it."""
        self._wire.cut()

    def close(self) -> None:
        """Let go of the connection; the next call makes a new one."""
        self._wire.close()

    @property
    def _safe_wire(self) -> Wire:
        if self._objection:
            raise Untrusted(self._objection)
        return self._wire

    def _ask(
        self, method: str, path: str, answer: type[Answer], body: Any = None, *, zipped: bool = True
    ) -> Answer:
        token = self.token
        try:
            return self._ask_as(token, method, path, answer, body, zipped=zipped)
        except Rejected as refusal:
            if self.device is None or refusal.code != UNAUTHORIZED:
                raise
        # The hub forgot the token, as one back from a backup does; the key is still the till's.
        self.device.drop(token)
        return self._ask_as(self.token, method, path, answer, body, zipped=zipped)

    def _ask_as_nobody(self, method: str, path: str, answer: type[Answer], body: Any = None) -> Answer:
        return self._ask_as("", method, path, answer, body, zipped=False)

    def _ask_as(
        self, token: str, method: str, path: str, answer: type[Answer], body: Any, *, zipped: bool
    ) -> Answer:
        headers = {"Content-Type": "application/json", **_bearer(token)}
        content = msgspec.json.encode(body) if body is not None else b""
        if zipped and len(content) > WORTH_GZIP:
            content, headers["Content-Encoding"] = gzip.compress(content, 1), "gzip"
        reply = self._safe_wire.ask(method, path, content, headers)
        if reply.status not in (200, 201):
            raise self._refusal(reply)
        return _decoded(reply.content, answer)

    def _refusal(self, reply: Reply) -> SyncError:
        try:
            problem = msgspec.json.decode(reply.content, type=Problem)
        except (msgspec.DecodeError, UnicodeDecodeError):
            problem = None
        if problem is None:
            detail = _("an answer that is not the hub's, HTTP {status}").format(status=reply.status)
        else:
            detail = problem.detail if self.device is None else own_words(problem.code, problem.detail)
        wait_ms = wish_ms(reply.headers)
        if reply.status == 413:
            return TooLarge(detail)
        if reply.status >= 500 and not wait_ms:
            return Failed(detail)
        # A refusal that the hub did not write is a portal's or a proxy's, and may be gone in a moment.
        if problem is None or reply.status in (408, 425, 429) or reply.status >= 500 or reply.status < 400:
            return Retryable(detail, wait_ms=wait_ms)
        return Rejected(detail, problem.code)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _decoded(content: bytes, answer: type[Answer]) -> Answer:
    try:
        return msgspec.json.decode(content, type=answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_the_hubs() from error


def _not_the_hubs() -> Retryable:
    # A hotel's or provider's page answers 200 too; it acknowledges nothing.
    return Retryable(_("the answer did not come from the hub"))
