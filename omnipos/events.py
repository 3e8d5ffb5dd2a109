"""The facts a journal holds, and the hash chain that makes any change to them visible.

hash = sha256(prev_hash ‖ canonical header ‖ sha256(body bytes)); the header is the JSON array of
the columns in the order they are listed in `Header`.
Where somebody without the right did it on the word of another, `allowed` says whose.
"""

import hashlib
from enum import StrEnum

import msgspec

from omnipos.domain.approval import ApprovalFact
from omnipos.domain.basket import Line
from omnipos.domain.buyerfacts import BuyerGiven as BuyerGiven
from omnipos.domain.buyerfacts import ReceiptSendAsked as ReceiptSendAsked
from omnipos.domain.buyerfacts import SendBy as SendBy
from omnipos.domain.customer import Consent, CustomerField
from omnipos.domain.drawer import CashMove, Pieces
from omnipos.domain.following import BasketFact
from omnipos.domain.hybrid import HybridStamp
from omnipos.domain.order import Check, OrderLine
from omnipos.domain.payment import PaymentOutcome
from omnipos.domain.quotation import QuotationFact
from omnipos.domain.sale import Sale
from omnipos.domain.shift import CountTold, ShiftReport
from omnipos.domain.staff import Approval
from omnipos.domain.stocktake import CountedLine, SeenPlace
from omnipos.domain.tender import CardSlip, QrSlip, Tender, TenderKind
from omnipos.upcasting import upcast

SCHEMA = 2
"""The newest schema of event bodies that this program writes."""

GENESIS = bytes(32)
"""The hash before a till's first event."""


class SaleCompleted(msgspec.Struct, frozen=True, kw_only=True, tag="sale_completed"):
    """A basket was paid."""

    sale: Sale


class LineVoided(msgspec.Struct, frozen=True, kw_only=True, tag="line_voided"):
    """A line, or the part of its quantity that the line says, was taken out of a basket not yet paid."""

    basket_id: str
    line: Line


class BasketVoided(msgspec.Struct, frozen=True, kw_only=True, tag="basket_voided"):
    """A whole basket was given up before it was paid."""

    basket_id: str
    lines: tuple[Line, ...]


class TenderTakenBack(msgspec.Struct, frozen=True, kw_only=True, tag="tender_taken_back"):
    """A payment of a sale not yet finished was given back."""

    basket_id: str
    tender: Tender


class PaymentAsked(msgspec.Struct, frozen=True, kw_only=True, tag="payment_asked"):
    """A card terminal or an acquirer is about to be asked for a payment; below zero it is a refund."""

    payment_id: str
    basket_id: str
    kind: TenderKind
    amount_minor: int
    currency: str
    provider: str
    refund_of: str = ""
    """The payment that a refund gives back, where it is known."""


class PaymentEnded(msgspec.Struct, frozen=True, kw_only=True, tag="payment_ended"):
    """What became of a payment that was asked for: as the terminal or acquirer says, or a person."""

    payment_id: str
    outcome: PaymentOutcome
    card: CardSlip | None = None
    qr: QrSlip | None = None
    reason: str = ""
    approval: Approval | None = None
    """Who settled it by hand."""


class AgeChecked(msgspec.Struct, frozen=True, kw_only=True, tag="age_checked"):
    """A customer's age was looked at before goods with an age limit were sold, or refused."""

    basket_id: str
    product_id: str
    name: str
    min_age: int
    sold: bool
    order_id: str = ""
    """The online order whose hand-over asked for it."""


class CustomerAdded(msgspec.Struct, frozen=True, kw_only=True, tag="customer_added"):
    """A customer was added at the till; name and phone stand in the personal record named here."""

    customer_id: str
    personal_id: str
    consents: tuple[Consent, ...]


class FieldPatch(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a card that was changed by somebody who saw the card's revision `base_rev`.

    The values are personal: `old` and `new` name the personal records whose field of this name
    holds them.
    """

    base_rev: int
    field: CustomerField
    old: str
    new: str
    stamp: HybridStamp


class ConsentPatch(msgspec.Struct, frozen=True, kw_only=True):
    """A new answer to one purpose; `old` is the answer before it, None for never asked."""

    base_rev: int
    old: bool | None
    new: Consent
    stamp: HybridStamp


class CustomerChanged(msgspec.Struct, frozen=True, kw_only=True, tag="customer_changed"):
    """A customer's card was corrected at the till, field by field."""

    customer_id: str
    patches: tuple[FieldPatch, ...] = ()
    consents: tuple[ConsentPatch, ...] = ()


class OrderPicked(msgspec.Struct, frozen=True, kw_only=True, tag="order_picked"):
    """A quantity of one order line was put into its bag."""

    order_id: str
    line_id: str
    quantity_milli: int
    allowed: Approval | None = None


class OrderReadied(msgspec.Struct, frozen=True, kw_only=True, tag="order_readied"):
    """An order is packed and lies where its bag slip says."""

    order_id: str
    bag_place: str
    allowed: Approval | None = None


class OrderHandedOver(msgspec.Struct, frozen=True, kw_only=True, tag="order_handed_over"):
    """An order went to its customer. The lines carry what left the store."""

    order_id: str
    fencing_number: int
    check: Check
    lines: tuple[OrderLine, ...]
    sale_id: str = ""
    override: Approval | None = None
    """Who allowed it though the till did not hold the order."""
    allowed: Approval | None = None


class LeaseAsked(msgspec.Struct, frozen=True, kw_only=True, tag="lease_asked"):
    """Somebody at this till wants to hand an order over that the till does not hold."""

    order_id: str
    allowed: Approval | None = None


class LeaseAskWithdrawn(msgspec.Struct, frozen=True, kw_only=True, tag="lease_ask_withdrawn"):
    """Nobody at this till waits for an order any more."""

    order_id: str


class LeaseReleased(msgspec.Struct, frozen=True, kw_only=True, tag="lease_released"):
    """This till no longer hands an order over; the number says which of its rights it gave back."""

    order_id: str
    fencing_number: int


class LeaseTaken(msgspec.Struct, frozen=True, kw_only=True, tag="lease_taken"):
    """A manager took an order for this till from the till that had the right of this number."""

    order_id: str
    fencing_number: int
    approval: Approval
    allowed: Approval | None = None


class StockCounted(msgspec.Struct, frozen=True, kw_only=True, tag="stock_counted"):
    """Goods were counted. A long stocktake is several of these under one id.

    `seen` is what the till knew of the other tills' journals when the stocktake began.
    """

    stocktake_id: str
    store_id: str
    seen: tuple[SeenPlace, ...]
    lines: tuple[CountedLine, ...]
    allowed: Approval | None = None


class PaperReprinted(msgspec.Struct, frozen=True, kw_only=True, tag="paper_reprinted", omit_defaults=True):
    """A receipt was printed again, marked COPY, or another paper of its sale: its gift receipt."""

    receipt_number: str
    paper: str = "receipt"
    allowed: Approval | None = None


class EpochCause(StrEnum):
    """Why a till's journal goes on in another epoch."""

    ENROLLED = "enrolled"
    RESTORED = "restored"
    """A person restored it from a backup."""
    PARTED = "parted"
    """The hub holds another journal of it: its folder was put back by hand, or copied."""
    COPIED = "copied"
    """Another computer goes on under its identity, so it got one of its own."""
    MOVED = "moved"
    """The owner moved it to another store."""


class EpochBegun(msgspec.Struct, frozen=True, kw_only=True, tag="epoch_begun"):
    """A journal goes on in another epoch, behind the event named; `hub_seq` is what the hub had there."""

    cause: EpochCause
    from_epoch: int
    from_seq: int
    hub_seq: int = 0


class ExceptionSettled(msgspec.Struct, frozen=True, kw_only=True, tag="exception_settled"):
    """Somebody answered an exception: the hub's case of that number, or with 0 one that only this till has.

    `kind` and `subject` say what it was about, for a hub that has other numbers after a restore.
    """

    number: int
    kind: str
    subject: str
    answer: str
    note: str = ""
    allowed: Approval | None = None


class ShiftOpened(msgspec.Struct, frozen=True, kw_only=True, tag="shift_opened"):
    """The float of the shift in the header was counted into the drawer; without this it is what was left."""

    float_minor: int
    counted: tuple[Pieces, ...]
    allowed: Approval | None = None


class CashMoved(msgspec.Struct, frozen=True, kw_only=True, tag="cash_moved"):
    """Cash went into or out of the drawer that is no sale; the sum is always more than nothing."""

    move: CashMove
    amount_minor: int
    reason: str
    approval: Approval | None = None
    allowed: Approval | None = None


class DrawerOpened(msgspec.Struct, frozen=True, kw_only=True, tag="drawer_opened"):
    """The printer opened the drawer without a sale; not certain when it was lost while it was told to."""

    staff_id: str
    reason: str
    approval: Approval | None = None
    certain: bool = True
    to_count: bool = False
    """It was opened to be counted, which is no opening without a reason: no report tallies it."""


class ShiftClosed(msgspec.Struct, frozen=True, kw_only=True, tag="shift_closed"):
    """The drawer was counted and the shift in the header ended; its report stays as it is."""

    report: ShiftReport


Fact = (
    SaleCompleted
    | LineVoided
    | BasketVoided
    | TenderTakenBack
    | PaymentAsked
    | PaymentEnded
    | AgeChecked
    | CustomerAdded
    | CustomerChanged
    | OrderPicked
    | OrderReadied
    | OrderHandedOver
    | LeaseAsked
    | LeaseAskWithdrawn
    | LeaseReleased
    | LeaseTaken
    | StockCounted
    | ReceiptSendAsked
    | BuyerGiven
    | PaperReprinted
    | EpochBegun
    | ExceptionSettled
    | ShiftOpened
    | CashMoved
    | DrawerOpened
    | CountTold
    | ShiftClosed
    | ApprovalFact
    | BasketFact
    | QuotationFact
)


class PersonalCard(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The erasable part of a fact about a person: it is outside the hash, so erasing it breaks no chain."""

    name: str
    phone: str
    email: str = ""
    address: str = ""
    tax_kind: str = ""
    tax_number: str = ""


class Header(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """All of an event but its body; as JSON this array is what the chain hashes."""

    epoch: int
    seq: int
    event_id: str
    type: str
    schema: int
    occurred_at_ms: int
    actor: str
    shift: str
    catalogue_rev: int


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a journal, as it lies on disk."""

    header: Header
    body: bytes
    prev_hash: bytes
    hash: bytes


_encoder = msgspec.json.Encoder()
_fact_decoder: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)


def type_of(fact: Fact) -> str:
    """Return the name under which a fact stands in the journal."""
    return type_of_kind(type(fact))


def type_of_kind(kind: type[msgspec.Struct]) -> str:
    """Return the name under which facts of a kind stand in the journal."""
    tag = kind.__struct_config__.tag
    assert isinstance(tag, str), "every fact is tagged with its name"
    return tag


def encode_fact(fact: Fact) -> bytes:
    """Return a fact as the bytes that are hashed, kept and sent."""
    return _encoder.encode(fact)


def decode_fact(body: bytes | msgspec.Raw, schema: int = SCHEMA) -> Fact:
    """Return the fact in some bytes of a schema that this program or an older one wrote.

    Raises msgspec.ValidationError when its type or shape is not known here.
    """
    return _fact_decoder.decode(body if schema == SCHEMA else upcast(body, schema, SCHEMA))


def chain_hash(prev_hash: bytes, header: Header, body: bytes) -> bytes:
    """Return the hash of an event that follows another."""
    return hashlib.sha256(prev_hash + _encoder.encode(header) + hashlib.sha256(body).digest()).digest()


def seal(header: Header, body: bytes, prev_hash: bytes) -> Event:
    """Return an event with its hash, ready to be appended."""
    return Event(header=header, body=body, prev_hash=prev_hash, hash=chain_hash(prev_hash, header, body))
