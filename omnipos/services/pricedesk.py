"""The till's price desk: what a product costs now and for whom, and by what terms a basket is priced."""

import msgspec

from omnipos.domain.basket import Basket, Line, check_amount
from omnipos.domain.catalogue import Price, Product, price_for
from omnipos.domain.coupon import fault_of, idle_because, opened_by
from omnipos.domain.customer import Customer
from omnipos.domain.errors import BasketRefused
from omnipos.domain.occasion import occasion_at
from omnipos.domain.pricing import Terms, Totals, terms_for
from omnipos.domain.promotions.promotion import Coupon
from omnipos.domain.shop import Shop
from omnipos.locale import _
from omnipos.services.till import Till
from omnipos.store import baskets, catalogue, customers, prices

MINUTE_MS = 60_000


def customer_of(till: Till, basket: Basket) -> Customer | None:
    """Return whose basket it is."""
    return customers.customer_by_id(till.store.books, basket.customer_id) if basket.customer_id else None


def group_of(customer: Customer | None) -> str:
    """Return the customer group whose prices and promotions somebody has: their tier."""
    return customer.tier.casefold() if customer else ""


def group_at_hand(till: Till) -> str:
    """Return the group of the customer beside the open basket."""
    basket = baskets.open_basket(till.store.books)
    return group_of(customer_of(till, basket)) if basket else ""


def price_of(till: Till, product: Product, group: str, at_ms: int) -> Price:
    """Return what one piece or kilogram costs at a moment: the group's price where there is one."""
    listed = prices.list_price(till.store.books, product.product_id, group) if group else None
    return price_for(product, listed, at_ms)


def terms_of(till: Till, shop: Shop, basket: Basket, customer: Customer | None = None) -> Terms:
    """Return by what a basket is priced: now, or as it was when the first tender was taken.

    `customer` is whose it is, for whoever has looked already. From the first tender on neither an hour
    nor a page from the hub changes the terms, for as long as the till runs.
    """
    held_for = (basket.basket_id, basket.priced_at_ms, basket.customer_id, basket.coupons)
    if basket.priced_at_ms and till.held_terms is not None and till.held_terms[0] == held_for:
        return till.held_terms[1]
    till.priced_by = now = _now(till)
    rules = now[1]
    customer = customer or customer_of(till, basket)
    occasion = occasion_at(
        shop,
        (basket.quoted.at_ms if basket.quoted else 0) or basket.priced_at_ms or till.clock.now_ms(),
        group=group_of(customer),
        coupons=_opened_by(till, basket),
    )
    terms = terms_for(shop, rules.taxes, occasion, rules.book)
    if basket.quoted is not None:
        # A quote holds its offers, but no shop can hold a tax.
        taxed_at_ms = basket.priced_at_ms or till.clock.now_ms()
        terms = msgspec.structs.replace(terms, taxed_at_ms=taxed_at_ms)
    till.held_terms = (held_for, terms) if basket.priced_at_ms else None
    return terms


def _now(till: Till) -> tuple[int, prices.PriceRules]:
    return till.clock.now_ms() // MINUTE_MS, till.rules.current(till.store.books)


def has_moved(till: Till) -> bool:
    """Tell whether a basket priced before may be priced otherwise now: another minute, or other rules.

    Asked while nobody waits, it also has the rules at hand before the next scan needs them.
    """
    return _now(till) != till.priced_by


def coupons_in(till: Till, basket: Basket) -> list[Coupon]:
    """Return the basket's coupons as far as the mirror still has them."""
    found = (prices.coupon_by_code(till.store.books, code) for code in basket.coupons)
    return [one for one in found if one is not None]


def uses_of(till: Till, coupon: Coupon) -> int:
    """Return how often a coupon was used as far as this till knows, its own sales included."""
    return coupon.used + prices.coupon_uses_unseen(till.store.books, coupon.code)


def _opened_by(till: Till, basket: Basket) -> dict[str, str]:
    """Return the promotions that the basket's coupons open, by id, each with the code."""
    given = [(coupon, uses_of(till, coupon)) for coupon in coupons_in(till, basket)]
    return opened_by(given, basket.priced_at_ms or till.clock.now_ms())


class CouponShown(msgspec.Struct, frozen=True, kw_only=True):
    """A coupon in the basket: the offer it opens, what that saves, or in a few words why nothing yet."""

    code: str
    name: str
    saved_minor: int
    idle: str = ""


def coupons_shown(till: Till, basket: Basket, terms: Terms, totals: Totals) -> tuple[CouponShown, ...]:
    """Return what each coupon of a basket does now."""
    saved = totals.saved_by_coupon
    return tuple(_shown(till, code, terms, saved[code]) for code in basket.coupons)


def _shown(till: Till, code: str, terms: Terms, saved_minor: int) -> CouponShown:
    coupon = prices.coupon_by_code(till.store.books, code)
    promotion = prices.promotion_by_id(till.store.books, coupon.promotion_id) if coupon else None
    if coupon is None or promotion is None:
        return CouponShown(code=code, name="", saved_minor=saved_minor, idle=_("no longer known here"))
    idle = ""
    if not saved_minor:
        fault = fault_of(coupon, uses_of(till, coupon), terms.occasion.at_ms)
        idle = fault or idle_because(promotion, terms.occasion)
    return CouponShown(code=code, name=promotion.name, saved_minor=saved_minor, idle=idle)


def repriced(till: Till, basket: Basket, group: str) -> Basket:
    """Return a basket with its lines at the prices of a group, or back at the products' own.

    A line keeps a price that no list of either group touches, also over a midnight; what somebody
    priced by hand or a label, deposits, and what an order agreed on, stay. Raises BasketRefused for a
    price that no line can have.
    """
    lines = tuple(_repriced(till, line, group) for line in basket.lines)
    return msgspec.structs.replace(basket, lines=lines)


def _repriced(till: Till, line: Line, group: str) -> Line:
    if line.order_line_id or line.deposit_for or line.override is not None or line.label_minor is not None:
        return line
    if line.returned is not None:
        return line
    product = catalogue.product_by_id(till.store.books, line.product_id)
    if product is None or product.open_price:
        return line
    price = price_of(till, product, group, till.clock.now_ms())
    if not line.price_list and not price.price_list:
        return line
    if not price.price_minor:
        raise BasketRefused(
            _(
                "{name} would have the price 0 with this customer. Take it out first, or ask the manager"
                " for its price. Nothing was changed."
            ).format(name=line.name)
        )
    changed = msgspec.structs.replace(line, unit_price_minor=price.price_minor, price_list=price.price_list)
    check_amount(changed)
    return changed
