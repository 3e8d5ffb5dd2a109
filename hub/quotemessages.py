"""What web shops send and get of quotes: a basket, and what it comes to at a store's till."""

from typing import Annotated

import msgspec
from msgspec import Meta

from hub.messages import LARGEST, Code, MaybeCode, MaybeName, Phone, TimeMs, Wish
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.domain.tax import TaxTotal

MOST_QUOTED = 500
"""Lines of one quote."""
MOST_COUPONS = 50


class QuoteLineWish(Wish, frozen=True, kw_only=True):
    """One product of a web basket; a line of nothing is left out of the answer."""

    sku: Code
    quantity_milli: Annotated[int, Meta(ge=0, le=LARGEST)] = PIECE_MILLI


class QuoteWish(Wish, frozen=True, kw_only=True):
    """`POST /v1/quotes`: what would this basket cost at a store, for whom, with which coupons, and when?

    The customer is named by phone or id, or their group alone; `at_ms` is now unless said.
    """

    store_code: Code
    lines: Annotated[tuple[QuoteLineWish, ...], Meta(min_length=1, max_length=MOST_QUOTED)]
    phone: Phone = ""
    customer_id: MaybeCode = ""
    group: MaybeName = ""
    coupons: Annotated[tuple[Code, ...], Meta(max_length=MOST_COUPONS)] = ()
    at_ms: TimeMs = 0
    channel: MaybeCode = ""
    """Only for the owner; a web shop's quotes are of its own channel."""


class QuotedSaving(msgspec.Struct, frozen=True, kw_only=True):
    """What one promotion takes off a line, and the coupon that opened it."""

    name: str
    promotion: str
    amount_minor: int
    coupon: str


class QuotedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line as the till would have it: the same product is one line, a deposit has its own.

    `amount_minor` is before the savings; the tax is in it or on top, as its rate says.
    """

    sku: str
    name: str
    unit: str
    quantity_milli: int
    unit_price_minor: int
    price_list: str
    """The customer group whose price it is; empty for the product's own."""
    amount_minor: int
    savings: tuple[QuotedSaving, ...]
    net_minor: int
    tax_code: str
    tax_minor: int
    deposit: bool = False


class QuotedCoupon(msgspec.Struct, frozen=True, kw_only=True):
    """What a coupon does for this basket: what it saves, or in a few words why nothing."""

    code: str
    promotion: str
    saved_minor: int
    why_not: str


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What a basket comes to at a moment. total = goods − saved + exclusive tax, without cash rounding."""

    currency: str
    at_ms: int
    group: str
    lines: tuple[QuotedLine, ...]
    goods_minor: int
    saved_minor: int
    tax_minor: int
    total_minor: int
    taxes: tuple[TaxTotal, ...]
    coupons: tuple[QuotedCoupon, ...]
