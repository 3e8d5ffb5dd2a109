"""Price check: what something costs, for whom, by which promotions, and how much of it is here."""

import msgspec

from omnipos.domain.catalogue import Item, Product, price_at
from omnipos.domain.errors import ItemUnknown
from omnipos.domain.money import line_amount
from omnipos.domain.promotions.matching import covers, keys_of, pick_keys
from omnipos.domain.promotions.promotion import Bundle, Goods, Pick, Promotion
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.domain.staff import Right
from omnipos.locale import _
from omnipos.services import finding, pricedesk
from omnipos.services.finding import ItemOffer
from omnipos.services.selling import open_basket
from omnipos.services.till import Till
from omnipos.store import catalogue
from omnipos.store.catalogue import StockFigure


class PriceCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What is said about one product; all sums in minor units, quantities in thousandths."""

    product_id: str
    name: str
    unit: str
    price_minor: int
    """For one piece or one kilogram, and for everybody."""
    quantity_milli: int = PIECE_MILLI
    """How much of it the scanned pack or label holds."""
    amount_minor: int = 0
    """What that pack or label costs the customer at hand, before promotions."""
    group: str = ""
    group_price_minor: int | None = None
    """What one costs the group of the customer beside the basket, where that has a price of its own."""
    promotions: tuple[str, ...] = ()
    """Names of those that may touch it, now or under their own conditions."""
    stock: StockFigure | None = None


def check_price(till: Till, text: str, *, is_scan: bool = False) -> PriceCheck:
    """Say what a scanned or typed item costs; the basket is not touched.

    Raises ItemUnknown or EntryRefused for what is no item.
    """
    till.signed_in(Right.SELL)
    found = finding.scanned(till, text) if is_scan else finding.understood(till, text)
    if not isinstance(found, ItemOffer):
        raise ItemUnknown(_("That is no item. Scan or type what has a price."))
    finding.check_one_product(found.item)
    return _checked(till, found.item, found.quantity_milli)


def _checked(till: Till, item: Item, quantity_milli: int) -> PriceCheck:
    product, now_ms = item.product, till.clock.now_ms()
    customer = pricedesk.customer_of(till, open_basket(till))
    group = pricedesk.group_of(customer)
    price = pricedesk.price_of(till, product, group, now_ms)
    amount_minor = line_amount(quantity_milli, price.price_minor)
    return PriceCheck(
        product_id=product.product_id,
        name=product.name,
        unit=product.unit,
        price_minor=price_at(product, now_ms),
        quantity_milli=quantity_milli,
        amount_minor=amount_minor if item.label_minor is None else item.label_minor,
        group=customer.tier if customer else "",
        group_price_minor=price.price_minor if price.price_list else None,
        promotions=_promotions(till, product, now_ms),
        stock=catalogue.stock_of(till.store.books, till.identity.store_id, product.product_id),
    )


def _promotions(till: Till, product: Product, now_ms: int) -> tuple[str, ...]:
    if not product.discountable:
        return ()
    code = till.shop().code
    keys = pick_keys(_one_of(product))
    rules = till.rules.current(till.store.books)
    return tuple(
        one.name
        for one in rules.book.promotions
        if _is_running(one, now_ms)
        and (not one.stores or code in one.stores)
        and (not one.channels or "store" in one.channels)
        and any(covers(goods, frozenset(keys_of(goods)), keys) for goods in _goods_of(one))
    )


def _is_running(promotion: Promotion, now_ms: int) -> bool:
    until_ms = promotion.valid_until_ms
    return promotion.valid_from_ms <= now_ms and (not until_ms or now_ms < until_ms)


def _goods_of(promotion: Promotion) -> tuple[Goods, ...]:
    if isinstance(promotion.reward, Bundle):
        return tuple(part.goods for part in promotion.reward.parts)
    return (promotion.goods,)


def _one_of(product: Product) -> Pick:
    """Return one piece of a product as the promotions see a line of it."""
    return Pick(
        product_id=product.product_id,
        quantity_milli=PIECE_MILLI,
        amount_minor=product.price_minor,
        unit=product.unit,
        family=product.family,
        category=product.category,
        department=product.department,
        brand=product.brand,
    )
