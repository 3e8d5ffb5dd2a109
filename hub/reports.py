"""What there is to read of the past: the answers about facts, sales, totals and exceptions."""

from enum import StrEnum

import msgspec

from omnipos.domain.exceptions import ExceptionCase
from omnipos.domain.shift import ShiftReport


class AppliedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of a till, as it came; `number` counts all facts of the hub."""

    number: int
    store_id: str
    device_id: str
    epoch: int
    seq: int
    event_id: str
    type: str
    occurred_at_ms: int
    received_at_ms: int
    actor: str
    outcome: str
    body: msgspec.Raw


class Events(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/events`: a page; `next` goes into `after`."""

    events: tuple[AppliedEvent, ...]
    next: int


class SaleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One sale in short; its lines stand in its event."""

    number: int
    store_id: str
    sale_id: str
    event_id: str
    device_id: str
    receipt_number: str
    till_number: int
    staff_id: str
    currency: str
    completed_at_ms: int
    total_minor: int
    tax_minor: int
    rounding_minor: int
    cash_minor: int
    card_minor: int
    online_minor: int
    change_minor: int
    saved_minor: int
    customer_id: str
    order_id: str
    flags: str


class Sales(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/sales`: a page; `next` goes into `after`."""

    sales: tuple[SaleRow, ...]
    next: int


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What the sales come to. cash + card + online − change = total + rounding."""

    sales: int
    total_minor: int
    cash_minor: int
    card_minor: int
    online_minor: int
    change_minor: int
    rounding_minor: int
    tax_minor: int
    saved_minor: int


class ShiftState(StrEnum):
    """How a shift stands at the hub."""

    OPEN = "open"
    WAITING = "waiting"
    """Closed, and sales of an earlier life of the till have not all come."""
    AGREES = "agrees"
    DIFFERS = "differs"
    """Closed with other sums than those of its sales here."""


class ShiftSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One shift of one till: what its sales come to at the hub, and once it is closed its Z."""

    device_id: str
    store_id: str
    shift: str
    state: ShiftState
    first_at_ms: int
    float_minor: int
    sales: int
    total_minor: int
    tax_minor: int
    rounding_minor: int
    change_minor: int
    closed_at_ms: int
    report: ShiftReport | None


class Shifts(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/shifts`: a page; `next` goes into `after`, empty at the end."""

    shifts: tuple[ShiftSeen, ...]
    next: str


class Exceptions(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/exceptions`: a page; `next` goes into `after`."""

    exceptions: tuple[ExceptionCase, ...]
    next: int


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """One till as the hub last saw it. `waiting` is what the hub lacks up to `head_seq`.

    `gaps` counts entries that were acknowledged and are gone: it is 0 unless the hub lost rows.
    `quarantined` counts what was ever set aside, `exceptions_open` what waits for a person.
    """

    device_id: str
    store_id: str
    store_code: str
    till_number: int
    name: str
    version: str
    epoch: int
    head_seq: int
    acked_seq: int
    gaps: int
    waiting: int
    quarantined: int
    exceptions_open: int
    skew_ms: int
    enrolled_at_ms: int
    last_seen_ms: int
    revoked: bool


class Devices(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/devices`: every till."""

    devices: tuple[Device, ...]
