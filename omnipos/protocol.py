"""What crosses the wire between till and hub: enrolment, hello, batches, verdicts, streams, cursors.

Everything here is JSON. Sums are minor units, quantities thousandths, times UTC milliseconds.
"""

from enum import StrEnum

import msgspec

from omnipos.domain.account import Account
from omnipos.domain.approval import ApprovalCase
from omnipos.domain.catalogue import ListPrice, Product
from omnipos.domain.customer import Customer
from omnipos.domain.exceptions import ExceptionCase
from omnipos.domain.following import AwayBasket, StaffPlace
from omnipos.domain.lowest import LowestPrice as LowestPrice
from omnipos.domain.order import Order
from omnipos.domain.promotions.promotion import Coupon, Promotion
from omnipos.domain.quotation import Quotation
from omnipos.domain.returning import Found
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Staff
from omnipos.domain.stock import StockLevel
from omnipos.domain.stocktake import SeenPlace
from omnipos.domain.tax import Tax
from omnipos.events import Event, Header, PersonalCard

MOST_EVENTS = 500
MOST_BYTES = 1 << 20
MOST_CHANGES = 1000
"""Limits of one push (events, bytes of JSON) and of one page (changes)."""


class EnrolRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A till asks to belong to a store, with a one-time code and the key that it made for itself.

    `proof` is its signature of `signing.enrol_words`. Asked again with the same code and key, the
    hub answers the same; nothing in the answer is secret, so a replay gains nothing.
    """

    code: str
    device_name: str
    version: str
    public_key: str
    proof: str


class EnrolAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who the till now is, and the public key of its hub, in hex."""

    device_id: str
    store_id: str
    store_code: str
    till_number: int
    epoch: int
    hub_epoch: str
    hub_key: str


class NonceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /v1/nonce`: a word to sign within its life. The hub takes each once."""

    nonce: str
    life_ms: int


class TokenRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`POST /v1/token`: a device shows that it has its key, by signing `signing.token_words`."""

    device_id: str
    nonce: str
    signature: str


class TokenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A token, to be sent as `Authorization: Bearer`. Others of the same device stay good beside it.

    Its life is a length, not a moment, so that no clock has to be right.
    """

    token: str
    life_ms: int


class Countersigned(msgspec.Struct, frozen=True, kw_only=True):
    """The last event that the hub has of a journal without a gap, as the hub signed it.

    `seq` 0 is none yet; `hash` is hex, empty for none or an unreadable event. The signature is over
    `signing.head_words`.
    """

    epoch: int
    seq: int
    hash: str
    signature: str


class Hello(msgspec.Struct, frozen=True, kw_only=True):
    """What a till says first on every connection: where its journal and its cursors stand."""

    epoch: int
    head_seq: int
    head_hash: str
    schema_min: int
    schema_max: int
    version: str
    sent_at_ms: int
    waiting: int = 0
    cursors: dict[str, str] = {}
    hub_epoch: str = ""
    """The life of the hub that the till was last told of."""
    acked_seq: int = 0
    """How far the hub once acknowledged this epoch. A hub that has less is back from a backup."""


class AckedHead(msgspec.Struct, frozen=True, kw_only=True):
    """How far the hub has everything of one epoch, and the hash (hex) of that event."""

    epoch: int
    seq: int
    hash: str


class HelloAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub knows of that till. `acked_hash` is the hash of event `acked_seq`, hex, `""` for none."""

    device_id: str
    store_id: str
    acked_seq: int
    acked_hash: str
    hub_epoch: str
    server_time_ms: int
    streams: tuple[str, ...]
    """The streams this till is to pull, in order."""
    countersigned: Countersigned | None = None
    revoked: bool = False
    schema_max: int = 1
    store_code: str = ""
    till_number: int = 0
    epoch: int = 0
    """The newest epoch given to this device; a till in an older one is fenced and asks for its own."""
    heads: tuple[AckedHead, ...] = ()
    """All epochs of the device that the hub has something of."""


class EpochRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /v1/epochs`: a till asks for a new epoch, or to have the one it began by itself confirmed.

    `epoch` is the one it is in; `acked_seq` and `acked_hash` (hex) name its newest event there that
    the hub acknowledged, 0 and `""` for none.
    """

    epoch: int
    acked_seq: int
    acked_hash: str
    wanted: int = 0


class EpochAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The epoch to go on in; or a one-time code: another computer has this identity, enrol anew."""

    epoch: int
    enrol_code: str = ""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """One event on the wire. `body` is the journal's own bytes; hashes are hex."""

    epoch: int
    seq: int
    event_id: str
    type: str
    schema: int
    occurred_at_ms: int
    actor: str
    shift: str
    catalogue_rev: int
    prev_hash: str
    hash: str
    body: msgspec.Raw
    personal: dict[str, PersonalCard] = {}

    @property
    def header(self) -> Header:
        """The part that is hashed before the body."""
        return Header(
            epoch=self.epoch,
            seq=self.seq,
            event_id=self.event_id,
            type=self.type,
            schema=self.schema,
            occurred_at_ms=self.occurred_at_ms,
            actor=self.actor,
            shift=self.shift,
            catalogue_rev=self.catalogue_rev,
        )


def envelope_of(event: Event, personal: dict[str, PersonalCard]) -> Envelope:
    """Return a journal's event as it is sent."""
    h = event.header
    return Envelope(
        epoch=h.epoch,
        seq=h.seq,
        event_id=h.event_id,
        type=h.type,
        schema=h.schema,
        occurred_at_ms=h.occurred_at_ms,
        actor=h.actor,
        shift=h.shift,
        catalogue_rev=h.catalogue_rev,
        prev_hash=event.prev_hash.hex(),
        hash=event.hash.hex(),
        body=msgspec.Raw(event.body),
        personal=personal,
    )


class PushBatch(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /v1/events`: events in sequence. Each is decoded by itself, so one bad one stops no other.

    `aside` asks to keep the events as they are, quarantined and not looked into: the hub failed on
    them again and again, and what follows them in the journal waits.
    """

    events: tuple[msgspec.Raw, ...]
    aside: bool = False


class ExportHead(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of an exported outbox: whose it is, and how many events follow, one a line."""

    device_id: str
    store_code: str
    till_number: int
    epoch: int
    made_at_ms: int
    events: int
    format: str = "omnipos-outbox-1"


class TakeIn(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /v1/take-in`: events of an exported outbox. `line` is the hash (hex) of the file's first event.

    A file whose events do not fit what the hub has of that till is kept as a line of its own.
    """

    device_id: str
    line: str
    epoch: int
    events: tuple[msgspec.Raw, ...]


class Outcome(StrEnum):
    """The hub's answer to one event."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    RETRY = "retry"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one event of a batch."""

    epoch: int
    seq: int
    event_id: str
    outcome: Outcome
    reason: str = ""


class PushAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One verdict an event, in the batch's order, and how far the hub has everything."""

    verdicts: tuple[Verdict, ...]
    acked_through: int
    countersigned: Countersigned | None = None


Record = (
    Product
    | ListPrice
    | Promotion
    | Coupon
    | Tax
    | Customer
    | Account
    | StockLevel
    | Order
    | Staff
    | Shop
    | ExceptionCase
    | ApprovalCase
    | AwayBasket
    | StaffPlace
    | Quotation
)
"""What a stream carries: always the whole newest state of one thing."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """The newest state of one key of a stream; `record` is absent when it was deleted.

    `erased` says that it was a person who asked to be forgotten: what the till keeps of them goes too.
    """

    number: int
    key: str
    record: Record | None = None
    erased: bool = False


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/streams/{stream}?after=CURSOR&limit=N`: the changes numbered (after, upto].

    A page leaves out what a later change has replaced. `applied_epoch` and `applied_seq` say
    which of the asking till's events the stream's head contains; they hold once upto == head.
    """

    stream: str
    after: int
    upto: int
    head: int
    cursor: str
    changes: tuple[Change, ...]
    applied_epoch: int
    applied_seq: int
    as_of_ms: int
    must_refetch: bool = False
    applied: tuple[SeenPlace, ...] = ()
    """Of stock: how much of every journal of the store the stream's head contains."""
    checksum: str = ""
    """Of the big streams, once upto == head: what is live in them, where the hub has worked it out."""


class SnapshotPart(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a snapshot's file, in its order; it is named by the SHA-256 (hex) of its bytes as sent.

    Those are a gzip of `unpacked_bytes` of the file.
    """

    sha256: str
    bytes: int
    unpacked_bytes: int


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/snapshots/{stream}`: a whole copy of a stream as a SQLite file, in parts.

    It holds all up to the number `as_of`; `cursor` is where to pull from. `schema` is the version of
    its tables, `sha256` (hex) and `bytes` are of the whole file, `rows` what is live in it.
    """

    stream: str
    as_of: int
    cursor: str
    schema: int
    sha256: str
    bytes: int
    rows: int
    made_at_ms: int
    parts: tuple[SnapshotPart, ...]


HINT, HEARTBEAT = "hint", "heartbeat"
"""The events of `GET /v1/hints`; the data of a heartbeat is `{}`."""


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """There is news: the newest change of a stream has this number. The news itself comes by pull."""

    stream: str
    head: int


class HintPage(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/hints/poll?mark=M&wait=S`: a till's heads; `mark` goes into the next request."""

    mark: int
    hints: tuple[Hint, ...]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Every refusal of the hub: what happened, in a sentence, and a word for programs."""

    detail: str
    code: str = ""
    request_id: str = ""
    """Names the request in the hub's log."""


class Returnable(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/returnable`: sales whose goods may come back, each with all that came back of it."""

    sales: tuple[Found, ...]
