"""What web shops and the owner's commands send and get; unknown fields are refused."""

from typing import Annotated

import msgspec
from msgspec import Meta

from omnipos.domain.account import AccountSettings
from omnipos.domain.customer import Consent, Customer
from omnipos.domain.drawer import DrawerRules
from omnipos.domain.foreign import ForeignRate
from omnipos.domain.money import MOST_MINOR, CashRounding
from omnipos.domain.order import Order, OrderState
from omnipos.domain.quantity import MOST_MILLI
from omnipos.domain.shop import LabelLayout, QrSettings, QuoteRules, ReturnRules, Shop
from omnipos.domain.staff import StaffHabits
from omnipos.domain.tax import Tax, TaxRounding

MOST_ROWS = 5000
LARGEST = 2**63 - 1

Code = Annotated[str, Meta(min_length=1, max_length=64)]
MaybeCode = Annotated[str, Meta(max_length=64)]
Name = Annotated[str, Meta(min_length=1, max_length=400)]
MaybeName = Annotated[str, Meta(max_length=400)]
Words = Annotated[str, Meta(max_length=2000)]
Minor = Annotated[int, Meta(ge=0, le=MOST_MINOR)]
Milli = Annotated[int, Meta(gt=0, le=MOST_MILLI)]
SignedMilli = Annotated[int, Meta(ge=-MOST_MILLI * 1000, le=MOST_MILLI * 1000)]
TimeMs = Annotated[int, Meta(ge=0, le=LARGEST)]
Count = Annotated[int, Meta(ge=0, le=10**12)]
RatePpm = Annotated[int, Meta(ge=0, le=10_000_000)]
Phone = Annotated[str, Meta(max_length=40)]


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every request body is: frozen, and nothing in it that the hub would overlook."""


class DatedRateWish(Wish, frozen=True, kw_only=True):
    """A rate and from when on it holds; see domain.tax.DatedRate."""

    valid_from_ms: TimeMs
    rate_ppm: RatePpm
    base_numerator: Annotated[int, Meta(ge=0, le=1_000_000)] = 1
    base_denominator: Annotated[int, Meta(gt=0, le=1_000_000)] = 1


class TaxWish(Wish, frozen=True, kw_only=True):
    """One tax rate; see domain.tax.Tax."""

    code: Code
    name: Name
    rate_ppm: RatePpm
    inclusive: bool
    base_numerator: Annotated[int, Meta(ge=0, le=1_000_000)] = 1
    base_denominator: Annotated[int, Meta(gt=0, le=1_000_000)] = 1
    reason: MaybeName = ""
    later_rates: Annotated[tuple[DatedRateWish, ...], Meta(max_length=50)] = ()
    parts: Annotated[tuple[Code, ...], Meta(max_length=10)] = ()
    compound: bool = False
    mark: Annotated[str, Meta(max_length=4)] = ""


class PutTaxes(Wish, frozen=True, kw_only=True):
    """`PUT /v1/taxes`: rates to add or change, by code."""

    taxes: Annotated[tuple[TaxWish, ...], Meta(max_length=200)]
    allow_more_than_all: bool = False
    """Take rates of more than 100% too; without it they are refused as a slip."""


class Taxes(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/taxes`: every tax, in order of the codes."""

    taxes: tuple[Tax, ...]


class RowProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Why one row of a batch was left out, or what is odd about it; rows count from 0."""

    row: int
    detail: str


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows a request wrote, and how many were so already; what may be a mistake is warned of."""

    written: int
    unchanged: int
    warnings: tuple[str, ...] = ()


class CustomerWish(Wish, frozen=True, kw_only=True):
    """One customer by phone or by id. `points` is the balance brought along from elsewhere."""

    name: Name
    phone: Phone = ""
    customer_id: MaybeCode = ""
    email: Annotated[str, Meta(max_length=254)] | None = None
    points: Count | None = None
    tier: MaybeCode | None = None
    """The customer group, in any case: whose price lists and promotions hold."""
    consents: Annotated[tuple[Consent, ...], Meta(max_length=20)] | None = None


class PutCustomers(Wish, frozen=True, kw_only=True):
    """`PUT /v1/customers`: customers to add or change. `country` reads national numbers."""

    customers: Annotated[tuple[CustomerWish, ...], Meta(max_length=MOST_ROWS)]
    country: Annotated[str, Meta(max_length=2)] = ""


class CustomersWritten(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch of customers; good rows are kept."""

    written: int
    unchanged: int
    problems: tuple[RowProblem, ...] = ()


class Customers(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/customers`: a page; `next` goes into `after`, empty at the end."""

    customers: tuple[Customer, ...]
    next: str


class CustomerDetail(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/customers/{customer_id}`: the card that the id stands for, and all ids that do."""

    customer: Customer
    aliases: tuple[str, ...]


class ErasureWish(Wish, frozen=True, kw_only=True):
    """`POST /v1/customers/erase`: the phone number of who asks to be forgotten, in any form."""

    phone: Annotated[str, Meta(min_length=4, max_length=40)]
    country: Annotated[str, Meta(max_length=2)] = ""


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """How many cards were erased, and which orders keep a name until they are collected."""

    customers: int
    waiting_orders: tuple[str, ...]


class OrderCustomer(Wish, frozen=True, kw_only=True):
    """Who collects an order."""

    name: Name
    phone: Phone = ""


class OrderLineWish(Wish, frozen=True, kw_only=True):
    """One product of an order; without a price it costs what the catalogue says."""

    sku: Code
    quantity_milli: Milli
    unit_price_minor: Minor | None = None


class OrderWish(Wish, frozen=True, kw_only=True):
    """`POST /v1/orders`: the same number again with the same content is the same order."""

    number: Code
    store_code: Code
    promised_at_ms: TimeMs
    lines: Annotated[tuple[OrderLineWish, ...], Meta(min_length=1, max_length=200)]
    customer: OrderCustomer | None = None
    paid_minor: Minor = 0
    collection_code: MaybeCode = ""
    state: OrderState = OrderState.PLACED
    placed_at_ms: TimeMs = 0
    bag_place: MaybeCode = ""
    channel: MaybeCode = ""
    """Only for the owner; a web shop's orders carry its own channel."""


class LeaseWish(Wish, frozen=True, kw_only=True):
    """`POST /v1/orders/{number}/lease`: the till that is to hand the order over; 0 takes it from all."""

    till_number: Annotated[int, Meta(ge=0, le=1_000_000)]


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/orders`: a page; `next` goes into `after`, empty at the end."""

    orders: tuple[Order, ...]
    next: str


class MovementWish(Wish, frozen=True, kw_only=True):
    """Goods in (positive) or out (negative); the same id again changes nothing."""

    movement_id: Code
    store_code: Code
    sku: Code
    quantity_milli: SignedMilli
    reason: Annotated[str, Meta(pattern="^(received|adjusted)$")] = "received"


class PostMovements(Wish, frozen=True, kw_only=True):
    """`POST /v1/stock/movements`: all are written, or none."""

    movements: Annotated[tuple[MovementWish, ...], Meta(max_length=MOST_ROWS)]


class StockRow(msgspec.Struct, frozen=True, kw_only=True):
    """The stock of one product in one store; available is on hand less held."""

    store_code: str
    product_id: str
    sku: str
    on_hand_milli: int
    held_milli: int
    available_milli: int
    as_of_ms: int


class Stock(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/stock`: a page; `next` goes into `after`, empty at the end."""

    stock: tuple[StockRow, ...]
    next: str


class StoreWish(Wish, frozen=True, kw_only=True):
    """One store by its code; what is not given stays, or is the habit of a new store's country."""

    code: Annotated[str, Meta(pattern="^[A-Za-z0-9]{1,8}$")]
    name: Name
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")]
    store_id: MaybeCode = ""
    currency: Annotated[str, Meta(max_length=3)] = ""
    address: Words | None = None
    phone: Phone | None = None
    tax_label: MaybeCode | None = None
    tax_number: MaybeCode | None = None
    language: Annotated[str, Meta(max_length=8)] = ""
    time_zone: MaybeCode = ""
    tax_rounding: TaxRounding | None = None
    tax_registered: bool | None = None
    cash_rounding: CashRounding | None = None
    footer: Words | None = None
    labels: Annotated[tuple[LabelLayout, ...], Meta(max_length=20)] | None = None
    """How its scales write their labels, the first that fits counts; an empty list is the country's habit."""
    drawer: DrawerRules | None = None
    """How its drawers are kept."""
    returns: ReturnRules | None = None
    """How it takes goods back: within how many days, and the reasons to choose from."""
    staff: StaffHabits | None = None
    quotes: QuoteRules | None = None
    """How its people sign in and out."""
    qr: QrSettings | None = None
    """How it is paid by QR code; its standing code is read and checked before it is kept."""
    accounts: AccountSettings | None = None
    """Up to what gift cards and store credit are taken while the hub is away."""
    foreign: Annotated[tuple[ForeignRate, ...], Meta(max_length=20)] | None = None
    """The currencies whose cash is taken, with their rates; an empty list is none."""


class PutStores(Wish, frozen=True, kw_only=True):
    """`PUT /v1/stores`: stores to add or change."""

    stores: Annotated[tuple[StoreWish, ...], Meta(max_length=MOST_ROWS)]


class Stores(msgspec.Struct, frozen=True, kw_only=True):
    """Stores as they are now."""

    stores: tuple[Shop, ...]


class ApiKeyWish(Wish, frozen=True, kw_only=True):
    """`POST /v1/api-keys`: a key for one channel, such as a web shop."""

    channel: Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,31}$")]
    watches: bool = False
    """Make a key that can only read how the tills stand, for a program that watches the hub."""


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """The new key; it is shown this once."""

    channel: str
    key: str


class EnrolCodeWish(Wish, frozen=True, kw_only=True):
    """`POST /v1/enrol-codes`: a code that makes one till of a store."""

    store_code: Code


class EnrolCode(msgspec.Struct, frozen=True, kw_only=True):
    """The code, to be typed at the new till before it expires."""

    code: str
    store_code: str
    expires_at_ms: int


class SettleWish(Wish, frozen=True, kw_only=True):
    """`POST /v1/exceptions/NUMBER/settle`: the answer, by its name, and why."""

    answer: Code
    note: MaybeName = ""


class MoveWish(Wish, frozen=True, kw_only=True):
    """`POST /v1/devices/{device_id}/move`: the store that a till is to belong to."""

    store_code: Code


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/health`: which running hub this is."""

    instance: str
    version: str
    hub_epoch: str
