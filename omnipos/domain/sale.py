"""A completed sale: what a paid basket becomes, frozen for ever."""

import msgspec

from omnipos.domain.basket import Basket, Discount, Exemption, PriceOverride
from omnipos.domain.crediting import credit_of, credits_of
from omnipos.domain.pricing import Totals
from omnipos.domain.returned import CreditFrom, ReturnOf
from omnipos.domain.saving import Saving
from omnipos.domain.tax import TaxTotal
from omnipos.domain.tender import Settled, Tender


class SaleLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One product, quantity and price as sold; `tax_minor` is in the amount or on top, as its rate says.

    `amount_minor` is before the savings; what was paid for the goods is `net_minor`.
    """

    product_id: str
    sku: str
    name: str
    quantity_milli: int
    unit_price_minor: int
    amount_minor: int
    tax_code: str
    tax_minor: int
    unit: str = "pcs"
    order_line_id: str = ""
    savings: tuple[Saving, ...] = ()
    department: str = ""
    price_list: str = ""
    serials: tuple[str, ...] = ()
    deposit: bool = False
    override: PriceOverride | None = None
    discount: Discount | None = None
    returned: ReturnOf | None = None
    gift_card: str = ""
    pays_off: str = ""
    deposit_on: str = ""
    note: str = ""

    @property
    def saved_minor(self) -> int:
        """All that was taken off."""
        # Asked for many times a sale, and most lines have no savings at all.
        return sum(saving.amount_minor for saving in self.savings) if self.savings else 0

    @property
    def net_minor(self) -> int:
        """What the line came to."""
        return self.amount_minor - self.saved_minor

    @property
    def is_money(self) -> bool:
        """Whether no goods are on the line: a gift card's value, a debt that is paid, or a deposit."""
        return bool(self.gift_card or self.pays_off or self.deposit_on)


class Sale(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A completed sale. tenders − change = total + rounding, always."""

    sale_id: str
    receipt_number: str
    store_id: str
    till_number: int
    staff_id: str
    currency: str
    completed_at_ms: int
    lines: tuple[SaleLine, ...]
    taxes: tuple[TaxTotal, ...]
    total_minor: int
    rounding_minor: int
    tenders: tuple[Tender, ...]
    change_minor: int
    customer_id: str = ""
    order_id: str = ""
    coupons: tuple[str, ...] = ()
    """Codes that opened a promotion of this sale."""
    discount: Discount | None = None
    exemption: Exemption | None = None
    note: str = ""
    credit_minor: int = 0
    """The money of the sales whose goods came back that went into this one, or back to the customer."""
    credits: tuple[CreditFrom, ...] = ()
    """The same by each of them, where goods of several came back."""

    @property
    def returned_minor(self) -> int:
        """What the goods that came back were worth, tax on top included; negative, or 0 without any."""
        return sum(line.returned.value_minor for line in self.lines if line.returned is not None)

    @property
    def saved_minor(self) -> int:
        """All that was taken off the lines."""
        return sum(line.saved_minor for line in self.lines)

    @property
    def tax_minor(self) -> int:
        """All tax, inclusive and exclusive."""
        return sum(tax.tax_minor for tax in self.taxes)

    @property
    def given_minor(self) -> int:
        """All that was tendered, before change."""
        return sum(tender.amount_minor for tender in self.tenders)


class SaleIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a sale this one: its id, number, place, person and time."""

    sale_id: str
    receipt_number: str
    store_id: str
    till_number: int
    staff_id: str
    completed_at_ms: int


def complete(basket: Basket, totals: Totals, settled: Settled, identity: SaleIdentity) -> Sale:
    """Return the sale that a paid basket becomes."""
    lines = tuple(
        SaleLine(
            product_id=line.product_id,
            sku=line.sku,
            name=line.name,
            quantity_milli=line.quantity_milli,
            unit_price_minor=line.unit_price_minor,
            amount_minor=line.amount_minor,
            tax_code=line.tax_code,
            tax_minor=tax_minor,
            unit=line.unit,
            order_line_id=line.order_line_id,
            savings=savings,
            department=line.department,
            price_list=line.price_list,
            serials=line.serials,
            deposit=bool(line.deposit_for),
            override=line.override,
            discount=line.discount,
            returned=line.returned,
            gift_card=line.gift_card,
            pays_off=line.pays_off,
            deposit_on=line.deposit_on,
            note=line.note,
        )
        for line, tax_minor, savings in zip(basket.lines, totals.line_taxes, totals.line_savings, strict=True)
    )
    used = {saving.coupon for line in lines if line.returned is None for saving in line.savings}
    sale = Sale(
        sale_id=identity.sale_id,
        receipt_number=identity.receipt_number,
        store_id=identity.store_id,
        till_number=identity.till_number,
        staff_id=identity.staff_id,
        currency=basket.currency,
        completed_at_ms=identity.completed_at_ms,
        lines=lines,
        taxes=totals.taxes,
        total_minor=totals.total_minor,
        rounding_minor=settled.rounding_minor,
        tenders=basket.all_tenders,
        change_minor=settled.change_minor,
        customer_id=basket.customer_id,
        order_id=basket.order.order_id if basket.order else "",
        coupons=tuple(code for code in basket.coupons if code in used),
        discount=basket.discount,
        exemption=basket.exemption,
        note=basket.receipt_note,
        credit_minor=credit_of(basket, totals.total_minor, settled.rounding_minor),
        credits=credits_of(basket, totals.total_minor, settled.rounding_minor),
    )
    assert adds_up(sale), "a sale whose sums do not add up is a bug, not a sale"
    return sale


def adds_up(sale: Sale) -> bool:
    """Tell whether a sale's sums agree: its lines and exclusive tax, and what was given and owed back."""
    on_top = sum(tax.tax_minor for tax in sale.taxes if not tax.inclusive)
    goods = sum(line.net_minor for line in sale.lines)
    return (
        all(_is_saved_in_bounds(line) for line in sale.lines)
        and goods + on_top == sale.total_minor
        and sale.given_minor - sale.change_minor == sale.total_minor + sale.rounding_minor
        and sum(line.tax_minor for line in sale.lines) == sale.tax_minor
    )


def goods_of(sale: Sale) -> tuple[SaleLine, ...]:
    """Return the lines of goods that were handed out: no returns, no gift cards, no deposits on bottles."""
    return tuple(
        line
        for line in sale.lines
        if line.returned is None and line.quantity_milli > 0 and not line.gift_card and not line.deposit
    )


def _is_saved_in_bounds(line: SaleLine) -> bool:
    if line.returned is not None:
        return min(line.amount_minor, 0) <= line.saved_minor <= 0
    return 0 <= line.saved_minor <= max(line.amount_minor, 0)


def receipt_number(store_code: str, till_number: int, epoch: int, number: int) -> str:
    """Return a receipt number, store-till[epoch letter]-number: `S1-2-000017`, restored `S1-2A-000018`."""
    return f"{till_code(store_code, till_number, epoch)}-{number:06d}"


def till_code(store_code: str, till_number: int, epoch: int) -> str:
    """Return how a till's papers begin their numbers, in each epoch otherwise: `S1-2`, restored `S1-2A`."""
    letter = "" if epoch == 1 else _letters(epoch - 1)
    return f"{store_code}-{till_number}{letter}"


def _letters(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
