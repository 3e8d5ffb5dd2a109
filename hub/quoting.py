"""Quotes: a web basket priced with the till's own rules, at the hub's own copy of what they are fed by."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, or_, select

from hub import catalogue, coupons, customers, promotions, shops, tables, taxes
from hub.feed import CATALOGUE, head_of
from hub.problems import Refused
from hub.quotemessages import Quote, QuotedCoupon, QuotedLine, QuotedSaving, QuoteWish
from omnipos.domain.basket import Basket, Line, add_item
from omnipos.domain.catalogue import Item, ListPrice, Product, at_its_price, price_for
from omnipos.domain.coupon import fault_of, idle_because, opened_by
from omnipos.domain.names import clean_text
from omnipos.domain.occasion import occasion_at
from omnipos.domain.pricing import Terms, Totals, price_lines, terms_for
from omnipos.domain.promotions.book import PromotionBook
from omnipos.domain.promotions.promotion import Coupon, Promotion
from omnipos.domain.saving import Saving
from omnipos.domain.shop import Shop
from omnipos.domain.tax import Tax
from omnipos.locale import _

FAR_BEHIND = 10_000
"""Changes of the catalogue among which nobody looks for a promotion; all are read anew."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What all baskets are priced by, as of a number of the catalogue's stream."""

    head: int
    taxes: Mapping[str, Tax]
    promotions: Mapping[str, Promotion]
    book: PromotionBook


class RulesKept:
    """The price rules, decoded once and again only after they have changed.

    Any process may keep them: the stream's number in the asker's own view of the database says
    whether they still hold.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._rules: Rules | None = None

    def current(self, conn: Connection) -> Rules:
        """Return the rules as a connection sees them."""
        head, kept = head_of(conn, CATALOGUE), self._rules
        if kept is not None and kept.head == head:
            return kept
        if kept is not None and kept.head < head and not _changed(conn, kept.head, head):
            kept = msgspec.structs.replace(kept, head=head)
        else:
            everything = promotions.everything(conn)
            kept = Rules(
                head=head,
                taxes=taxes.by_code(conn),
                promotions={one.promotion_id: one for one in everything},
                book=PromotionBook(everything),
            )
        self._rules = kept
        return kept


def _changed(conn: Connection, after: int, head: int) -> bool:
    """Tell whether a promotion or a tax is among some changes; most are of goods and coupons."""
    if head - after > FAR_BEHIND:
        return True
    change = tables.change
    of_rules = or_(change.c.key.startswith("promotion/"), change.c.key.startswith("tax/"))
    wanted = (change.c.stream == CATALOGUE) & (change.c.number > after) & of_rules
    return conn.scalar(select(change.c.number).where(wanted).limit(1)) is not None


def quote(conn: Connection, kept: RulesKept, wish: QuoteWish, *, channel: str, now_ms: int) -> Quote:
    """Return what a basket comes to, by the same rules as at a till of the store."""
    rules, shop = kept.current(conn), shops.shop_by_code(conn, wish.store_code)
    at_ms, group = wish.at_ms or now_ms, _group(conn, wish, shop)
    basket = _basket(conn, wish, shop, group, at_ms)
    codes = tuple(dict.fromkeys(coupons.coupon_code(code) for code in wish.coupons))
    given = coupons.load(conn, codes)
    uses = [(given[code], given[code].used) for code in codes if code in given]
    try:
        occasion = occasion_at(shop, at_ms, group=group, channel=channel, coupons=opened_by(uses, at_ms))
    except (OverflowError, ValueError):
        raise Refused(422, "at_ms", _("That moment is in no calendar. Send UTC milliseconds.")) from None
    terms = terms_for(shop, rules.taxes, occasion, rules.book)
    totals = price_lines(basket.lines, terms)
    return Quote(
        currency=shop.currency,
        at_ms=at_ms,
        group=group,
        lines=tuple(_lines(basket, totals, rules)),
        goods_minor=totals.goods_minor,
        saved_minor=totals.saved_minor,
        tax_minor=totals.tax_minor,
        total_minor=totals.total_minor,
        taxes=totals.taxes,
        coupons=_coupons_shown(codes, given, rules, terms, totals),
    )


def _group(conn: Connection, wish: QuoteWish, shop: Shop) -> str:
    """Return the group whose prices hold: the named one, or the tier of the customer's card."""
    named = [text for text in (wish.phone, wish.customer_id, wish.group) if text]
    if len(named) > 1:
        raise Refused(422, "customer", _("Name the customer by phone, by id or by group, once."))
    if wish.group:
        return clean_text(wish.group, 64).casefold()
    if wish.customer_id:
        card = customers.load(conn, [wish.customer_id]).get(wish.customer_id)
    else:
        phone = customers.readable(wish.phone, shop.country)
        card = customers.by_phone(conn, [phone]).get(phone) if phone else None
    return card.tier.casefold() if card else ""


def _basket(conn: Connection, wish: QuoteWish, shop: Shop, group: str, at_ms: int) -> Basket:
    """Return the basket that a cashier would have after ringing up the lines."""
    wanted: dict[str, int] = {}
    for line in wish.lines:
        sku = clean_text(line.sku, 64)
        wanted[sku] = wanted.get(sku, 0) + line.quantity_milli
    wanted = {sku: quantity for sku, quantity in wanted.items() if quantity}
    products = catalogue.by_sku(conn, list(wanted))
    missing = next((sku for sku in wanted if sku not in products), None)
    if missing is not None:
        raise Refused(422, "product_unknown", _("There is no product {sku}.").format(sku=missing))
    listed = _listed(conn, products.values(), group)
    deposits = _deposits(conn, products.values(), at_ms)
    basket = Basket(basket_id="quote", number=0, currency=shop.currency, started_at_ms=at_ms, staff_id="")
    for sku, quantity_milli in wanted.items():
        product = products[sku]
        price = price_for(product, listed.get(product.product_id), at_ms)
        deposit = deposits.get(product.deposit_id)
        basket, _line = add_item(basket, Item(product=product), quantity_milli, price, deposit)
    return basket


def _listed(conn: Connection, products: Iterable[Product], group: str) -> dict[str, ListPrice]:
    if not group:
        return {}
    table = tables.list_price
    wanted = table.c.product_id.in_([product.product_id for product in products])
    records = conn.scalars(select(table.c.record).where(table.c.customers == group, wanted))
    found = (msgspec.json.decode(record, type=ListPrice) for record in records)
    return {one.product_id: one for one in found}


def _deposits(conn: Connection, products: Iterable[Product], at_ms: int) -> dict[str, Product]:
    """Return the products that are sold as deposits with others, by id, at the price of the moment."""
    ids = sorted({product.deposit_id for product in products} - {""})
    if not ids:
        return {}
    table = tables.product
    records = conn.scalars(select(table.c.record).where(table.c.product_id.in_(ids)))
    found = (msgspec.json.decode(record, type=Product) for record in records)
    return {one.product_id: at_its_price(one, at_ms) for one in found}


def _lines(basket: Basket, totals: Totals, rules: Rules) -> Iterable[QuotedLine]:
    for line, savings, tax_minor in zip(basket.lines, totals.line_savings, totals.line_taxes, strict=True):
        saved = sum(saving.amount_minor for saving in savings)
        yield _line_shown(line, savings, tax_minor, saved, rules)


def _line_shown(
    line: Line, savings: Sequence[Saving], tax_minor: int, saved_minor: int, rules: Rules
) -> QuotedLine:
    return QuotedLine(
        sku=line.sku,
        name=line.name,
        unit=line.unit,
        quantity_milli=line.quantity_milli,
        unit_price_minor=line.unit_price_minor,
        price_list=line.price_list,
        amount_minor=line.amount_minor,
        savings=tuple(
            QuotedSaving(
                name=one.name,
                promotion=rules.promotions[one.promotion_id].code,
                amount_minor=one.amount_minor,
                coupon=one.coupon,
            )
            for one in savings
        ),
        net_minor=line.amount_minor - saved_minor,
        tax_code=line.tax_code,
        tax_minor=tax_minor,
        deposit=bool(line.deposit_for),
    )


def _coupons_shown(
    codes: Sequence[str], given: Mapping[str, Coupon], rules: Rules, terms: Terms, totals: Totals
) -> tuple[QuotedCoupon, ...]:
    saved = totals.saved_by_coupon
    return tuple(_coupon_shown(code, given.get(code), rules, terms, saved[code]) for code in codes)


def _coupon_shown(
    code: str, coupon: Coupon | None, rules: Rules, terms: Terms, saved_minor: int
) -> QuotedCoupon:
    promotion = rules.promotions.get(coupon.promotion_id) if coupon else None
    why_not = ""
    if coupon is None:
        why_not = _("there is no such coupon")
    elif promotion is None:
        why_not = _("its offer was deleted")
    elif not saved_minor:
        first = terms.occasion.coupons.get(coupon.promotion_id, code)
        twice = _("coupon {other} opens the same offer").format(other=first) if first != code else ""
        fault = fault_of(coupon, coupon.used, terms.occasion.at_ms)
        why_not = fault or twice or idle_because(promotion, terms.occasion)
    return QuotedCoupon(
        code=code, promotion=promotion.code if promotion else "", saved_minor=saved_minor, why_not=why_not
    )
