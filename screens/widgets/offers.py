"""What the omnibox offers while somebody types: one row each for items, customers, orders and receipts."""

from typing import assert_never

from omnipos.domain.account import masked_code
from omnipos.domain.catalogue import Item
from omnipos.domain.money import format_money
from omnipos.domain.order import STATE_WORDS
from omnipos.domain.phone import display
from omnipos.domain.quantity import PIECE_MILLI, format_quantity
from omnipos.locale import _, ngettext
from omnipos.services.finding import (
    CouponOffer,
    CustomerOffer,
    GiftCardOffer,
    ItemOffer,
    NewCustomerOffer,
    Offer,
    OrderOffer,
    QuoteOffer,
    SaleOffer,
)
from screens.desk import Desk
from screens.widgets.cells import Row, between, drawn


def offer_row(offer: Offer, desk: Desk, width: int) -> Row:
    """Return an offer as one row: what it is, and what one wants to know of it."""
    left, behind = _texts(offer, desk)
    return ((between(f" {drawn(left)}", f"{drawn(behind)} ", width), "plain"),)


def _variants_words(item: Item, quantity_milli: int, desk: Desk) -> str:
    prices = [one.price_minor for one in item.variants]
    count = ngettext("{count} variant", "{count} variants", len(prices)).format(count=len(prices))
    span = " – ".join(format_money(one, desk.currency) for one in sorted({min(prices), max(prices)}))
    pieces = f"{format_quantity(quantity_milli, 'pcs', desk.currency)} × "
    return f"{count} · {pieces if quantity_milli != PIECE_MILLI else ''}{span}"


def _texts(offer: Offer, desk: Desk) -> tuple[str, str]:
    match offer:
        case ItemOffer(item=item, quantity_milli=quantity_milli):
            product = item.product
            if item.variants:
                return product.family, _variants_words(item, quantity_milli, desk)
            if product.open_price and not product.price_minor:
                return product.name, _("price is asked")
            of_group = offer.group_price_minor
            price = format_money(product.price_minor if of_group is None else of_group, desk.currency)
            if product.unit != "pcs":
                price += f" / {product.unit}"
            if quantity_milli != PIECE_MILLI:
                price = f"{format_quantity(quantity_milli, product.unit, desk.currency)} × {price}"
            return product.name, price
        case CustomerOffer(customer=customer):
            return f"☺ {customer.name}", display(customer.phone)
        case OrderOffer(order=order):
            name = f"# {order.number}  {order.customer_name}"
            return name, f"{_(STATE_WORDS[order.state])} · {desk.clock(order.promised_at_ms)}"
        case SaleOffer(sale=sale):
            return _("Receipt {number}").format(number=sale.receipt_number), format_money(
                sale.total_minor, sale.currency
            )
        case CouponOffer(code=code, name=name):
            return _("Coupon {code}").format(code=code), name
        case GiftCardOffer(code=code, balance_minor=balance):
            return _("Gift card {code}").format(code=masked_code(code)), format_money(balance, desk.currency)
        case QuoteOffer(number=number, total_minor=total):
            return _("Quote {number}").format(number=number), format_money(total, desk.currency)
        case NewCustomerOffer(phone=phone):
            return _("Add a customer with {phone}").format(phone=phone), _("new")
        case unknown:
            assert_never(unknown)
