"""A sale being rung up: its lines and tenders, and what may change them."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from omnipos.domain.buyer import Buyer
from omnipos.domain.catalogue import Item, Price, Product
from omnipos.domain.errors import BasketRefused
from omnipos.domain.money import MOST_MINOR, line_amount
from omnipos.domain.names import clean_text
from omnipos.domain.quantity import PIECE_MILLI, check_quantity
from omnipos.domain.returned import Refundable, ReturnOf
from omnipos.domain.staff import Approval
from omnipos.domain.tender import Tender, TenderKind
from omnipos.locale import _

MOST_LINES = 2000


class BasketState(StrEnum):
    """Where a basket is: on the counter, put aside, paid, or given up."""

    OPEN = "open"
    PARKED = "parked"
    SOLD = "sold"
    VOIDED = "voided"


class Discount(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody takes off by hand, with the reason: a rate, or a sum."""

    reason: str
    rate_ppm: int = 0
    amount_minor: int = 0
    approval: Approval | None = None
    """Who allowed it; whoever takes the money may be somebody else."""


class PriceOverride(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A price that somebody gave one line by hand, with the reason and the price that it had."""

    reason: str
    was_minor: int
    approval: Approval | None = None


class Exemption(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a sale carries no tax, and the certificate that was shown."""

    reason: str
    certificate: str = ""
    approval: Approval | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One product, quantity and price. `line_id` counts up in its basket and is never used again."""

    line_id: int
    product_id: str
    sku: str
    name: str
    quantity_milli: int
    unit_price_minor: int
    tax_code: str
    unit: str = "pcs"
    barcode: str = ""
    order_line_id: str = ""
    """Set on a line that came with an online order; its goods leave stock with the hand-over."""
    department: str = ""
    category: str = ""
    brand: str = ""
    family: str = ""
    discountable: bool = True
    price_list: str = ""
    """The customer group whose price the line has."""
    label_minor: int | None = None
    """What the scale label says that it costs; the quantity follows from it."""
    serials: tuple[str, ...] = ()
    deposit_for: int = 0
    """The line whose goods this is the deposit of; it follows that line."""
    override: PriceOverride | None = None
    discount: Discount | None = None
    returned: ReturnOf | None = None
    """Set on goods that come back; their quantity is negative."""
    gift_card: str = ""
    """The code of the gift card that is sold or topped up with this line."""
    pays_off: str = ""
    """The customer who pays with this line what they owe on account."""
    deposit_on: str = ""
    """The quote on which this line is a deposit; below zero the deposit goes back and the quote ends."""
    note: str = ""

    @property
    def amount_minor(self) -> int:
        """What the line costs before promotions and discounts."""
        if self.returned is not None:
            return self.returned.amount_minor
        if self.label_minor is not None:
            return self.label_minor
        return line_amount(self.quantity_milli, self.unit_price_minor)


class OrderToSettle(msgspec.Struct, frozen=True, kw_only=True):
    """An online order that is handed over when this basket is paid, and how its taker was checked."""

    order_id: str
    number: str
    check: str
    paid_online_minor: int = 0
    override: Approval | None = None
    """Who allowed it though this till does not hold the order."""
    allowed: Approval | None = None
    """Who allowed the hand-over to somebody without the right."""
    begun_by: str = ""
    """Who checked the taker and put the order into the basket, by staff id; another may finish it."""


class Quoted(msgspec.Struct, frozen=True, kw_only=True):
    """The quote that a basket was taken up from; `deposit_minor` of it is paid already."""

    number: str
    at_ms: int = 0
    """The moment whose offers count; 0 for those of now."""
    deposit_minor: int = 0


class Basket(msgspec.Struct, frozen=True, kw_only=True):
    """A sale being rung up. All changes make a new basket."""

    basket_id: str
    number: int
    """The basket's own number on this till; the receipt's is drawn when it is paid."""
    currency: str
    started_at_ms: int
    staff_id: str
    state: BasketState = BasketState.OPEN
    lines: tuple[Line, ...] = ()
    next_line_id: int = 1
    tenders: tuple[Tender, ...] = ()
    customer_id: str = ""
    order: OrderToSettle | None = None
    note: str = ""
    guarded: bool = False
    """Set by a recall: the first tender asks a numbered choice, so that no reflex pays it."""
    coupons: tuple[str, ...] = ()
    """Codes given by the customer, in order; each opens its promotion."""
    discount: Discount | None = None
    exemption: Exemption | None = None
    priced_at_ms: int = 0
    """When the first tender was taken: from then on no hour or midnight changes what is due."""
    buyer: Buyer | None = None
    """Who asks for a tax invoice; it goes to the personal records when the basket is paid."""
    receipt_note: str = ""
    """Printed on the receipt; `note` is what stands beside a parked basket."""
    payments: tuple[str, ...] = ()
    """Payments asked of a terminal or acquirer whose end is not known yet; until then nothing changes."""
    age_checked: int = 0
    """Years that the customer was seen to have, so that nobody is asked twice."""
    refundable: Refundable | None = None
    more_refundables: tuple[Refundable, ...] = ()
    """Those of the other sales whose goods come back in this basket, in the order they came."""
    """Set while goods of a sale are in the basket to come back."""
    quoted: Quoted | None = None
    """Set on a basket that was taken up from a quote."""

    @property
    def refundables(self) -> tuple[Refundable, ...]:
        """The money of every sale whose goods come back with a receipt."""
        return () if self.refundable is None else (self.refundable, *self.more_refundables)

    @property
    def all_tenders(self) -> tuple[Tender, ...]:
        """What was paid ahead, online for the order or as a deposit, then what was taken here."""
        if self.quoted is not None and self.quoted.deposit_minor:
            paid, number = self.quoted.deposit_minor, self.quoted.number
            ahead = Tender(kind=TenderKind.DEPOSIT, amount_minor=paid, reference=number)
            return (ahead, *self.tenders)
        if self.order is None or not self.order.paid_online_minor:
            return self.tenders
        online = Tender(kind=TenderKind.ONLINE, amount_minor=self.order.paid_online_minor)
        return (online, *self.tenders)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all has happened in this basket."""
        return not self.lines and not self.tenders and self.order is None


def add_item(
    basket: Basket,
    item: Item,
    quantity_milli: int,
    price: Price | None = None,
    deposit: Product | None = None,
) -> tuple[Basket, Line]:
    """Add a quantity of an item; the same product at the same price raises its line.

    `price` is what it costs now and for this customer; `deposit` is sold with each of it, on a line of
    its own. Returns the new basket and the line that now holds the item. Raises BasketRefused or
    EntryRefused.
    """
    assert_open_to_change(basket)
    product = item.product
    price = price or Price(price_minor=product.price_minor)
    quantity_milli = check_quantity(quantity_milli)
    _check_whole(product.name, product.unit, quantity_milli)
    for line in basket.lines:
        if _same_line(line, item, price):
            return _requantified(basket, line, line.quantity_milli + quantity_milli)
    if len(basket.lines) >= MOST_LINES:
        raise BasketRefused(_("This basket is full. Pay it and begin another."))
    line = _new_line(basket.next_line_id, item, quantity_milli, price)
    added = [line]
    if deposit is not None:
        own = Price(price_minor=deposit.price_minor)
        beside = _new_line(basket.next_line_id + 1, Item(product=deposit), quantity_milli, own)
        added.append(msgspec.structs.replace(beside, deposit_for=line.line_id, discountable=False))
    for one in added:
        check_amount(one)
    changed = msgspec.structs.replace(
        basket, lines=(*basket.lines, *added), next_line_id=basket.next_line_id + len(added)
    )
    return changed, line


def _new_line(line_id: int, item: Item, quantity_milli: int, price: Price) -> Line:
    product = item.product
    if price.price_minor == 0 and item.label_minor is None:
        raise BasketRefused(
            _("{name} has the price 0 here. Ask the manager for its price; it was not rung up.").format(
                name=clean_text(product.name)
            )
        )
    return Line(
        line_id=line_id,
        product_id=product.product_id,
        sku=product.sku,
        name=clean_text(product.name),
        quantity_milli=quantity_milli,
        unit_price_minor=price.price_minor,
        tax_code=product.tax_code,
        unit=product.unit,
        barcode=item.barcode,
        department=product.department,
        category=product.category,
        brand=product.brand,
        family=product.family,
        discountable=product.discountable,
        price_list=price.price_list,
        label_minor=item.label_minor,
        serials=item.answers.serials,
    )


def _same_line(line: Line, item: Item, price: Price) -> bool:
    product = item.product
    same_product = line.product_id == product.product_id and line.unit == product.unit
    same_price = line.unit_price_minor == price.price_minor and line.tax_code == product.tax_code
    # What stands on one label or has one number is a line of its own, to be taken out by itself.
    is_single = item.label_minor is not None or item.answers.serials
    by_hand = line.discount is not None or line.override is not None or line.note
    was_single = line.label_minor is not None or line.serials or line.deposit_for or line.order_line_id
    was_single = was_single or line.returned is not None
    return same_product and same_price and not is_single and not was_single and not by_hand


def change_quantity(basket: Basket, line_id: int, quantity_milli: int) -> tuple[Basket, Line]:
    """Give a line another quantity; its deposit follows. Return the basket and the line as it is now."""
    assert_open_to_change(basket)
    line = line_of(basket, line_id)
    if line.order_line_id:
        raise BasketRefused(_("This line belongs to an online order and cannot be changed here."))
    _assert_no_deposit(basket, line)
    if line.returned is not None:
        raise BasketRefused(
            _("{name} comes back in this basket. Take the line out and return it again.").format(
                name=line.name
            )
        )
    if line.gift_card or line.pays_off or line.deposit_on:
        raise BasketRefused(_("This line is a sum of money. Take it out, or add it again with another sum."))
    if line.label_minor is not None:
        raise BasketRefused(
            _("{name} has its price from a label. Take the line out, or scan another label.").format(
                name=line.name
            )
        )
    if line.serials:
        raise BasketRefused(
            _("Each {name} has its own number. Take the line out, or scan another one.").format(
                name=line.name
            )
        )
    return _requantified(basket, line, quantity_milli)


def _requantified(basket: Basket, line: Line, quantity_milli: int) -> tuple[Basket, Line]:
    _check_whole(line.name, line.unit, quantity_milli)
    quantity_milli = check_quantity(quantity_milli)
    lines = tuple(
        msgspec.structs.replace(one, quantity_milli=quantity_milli)
        if one.line_id == line.line_id or one.deposit_for == line.line_id
        else one
        for one in basket.lines
    )
    for one in lines:
        check_amount(one)
    changed = msgspec.structs.replace(basket, lines=lines)
    return changed, line_of(changed, line.line_id)


def void_line(basket: Basket, line_id: int) -> tuple[Basket, Line]:
    """Take a line out, and its deposit with it; return the basket and the line that was taken."""
    assert_open_to_change(basket)
    line = line_of(basket, line_id)
    if line.order_line_id:
        raise BasketRefused(_("This line belongs to an online order. Give up the hand-over to take it out."))
    _assert_no_deposit(basket, line)
    lines = tuple(one for one in basket.lines if line_id not in (one.line_id, one.deposit_for))
    # What was given for these goods must not wait for whatever is scanned next.
    discount = basket.discount if any(takes_discount(one) for one in lines) else None
    exemption = basket.exemption if lines else None
    note = basket.receipt_note if lines else ""
    first, *others = [*_still_refundable(basket, lines), None]
    quoted = basket.quoted if lines else None
    changed = msgspec.structs.replace(
        basket,
        lines=lines,
        discount=discount,
        exemption=exemption,
        receipt_note=note,
        refundable=first,
        more_refundables=tuple(one for one in others if one is not None),
        quoted=quoted,
    )
    return changed, line


def _still_refundable(basket: Basket, lines: Sequence[Line]) -> list[Refundable]:
    back = {one.returned.sale_id for one in lines if one.returned is not None}
    return [one for one in basket.refundables if one.sale_id in back]


def _assert_no_deposit(basket: Basket, line: Line) -> None:
    if line.deposit_for:
        goods = line_of(basket, line.deposit_for)
        raise BasketRefused(
            _("{deposit} belongs to {name} and goes with it. Change {name} instead.").format(
                deposit=line.name, name=goods.name
            )
        )


def takes_discount(line: Line) -> bool:
    """Tell whether a discount may touch a line: not a deposit, voucher, return or what an order agreed."""
    is_free = not line.order_line_id and not line.deposit_for and line.returned is None
    return line.discountable and is_free


def line_of(basket: Basket, line_id: int) -> Line:
    """Return a line by its id; raise BasketRefused when it is gone."""
    for line in basket.lines:
        if line.line_id == line_id:
            return line
    raise BasketRefused(_("That line is no longer in the basket."))


def assert_open_to_change(basket: Basket) -> None:
    """Raise BasketRefused once part of a basket is paid."""
    assert basket.state is BasketState.OPEN, "only the open basket changes"
    if basket.tenders:
        raise BasketRefused(_("Part of this sale is paid already. Finish paying, then ring up the rest."))
    if basket.payments:
        raise BasketRefused(
            _("A payment of this sale is not known yet. Wait for its end, or park this basket meanwhile.")
        )


def _check_whole(name: str, unit: str, quantity_milli: int) -> None:
    if unit == "pcs" and quantity_milli % PIECE_MILLI:
        raise BasketRefused(_("{name} is sold by the piece. Type a whole number.").format(name=name))


def check_amount(line: Line) -> None:
    """Raise BasketRefused for a line of more than the till can count."""
    if abs(line.amount_minor) > MOST_MINOR:
        raise BasketRefused(_("That line comes to more than the till can count. Check it."))
