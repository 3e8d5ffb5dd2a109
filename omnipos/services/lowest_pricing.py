"""The lowest recent price of goods without a receipt: at all tills, or at this one while the hub is away."""

from typing import NamedTuple

from omnipos.domain.catalogue import Product, at_its_price
from omnipos.domain.errors import ReturnRefused
from omnipos.domain.lowest import DAY_MS, LowestPrice, first_day
from omnipos.domain.money import format_money
from omnipos.domain.names import clean_text
from omnipos.locale import _
from omnipos.services.till import Till
from omnipos.store import books


class Lowest(NamedTuple):
    """A product's lowest recent price, and whether the hub was asked for that of all tills."""

    price_minor: int
    asked_hub: bool
    today_minor: int


def ask_hub(till: Till, product: Product) -> LowestPrice | None:
    """Ask the hub what a product was sold for at all tills; None when it does not answer.

    It waits for the network a second at most: never call it on the writer thread.
    """
    return till.hub.lowest_price(product.product_id)


def lowest(till: Till, product: Product, asked: LowestPrice | None) -> Lowest:
    """Return the least of today's price, what this till sold at, and what the hub answered."""
    shop = till.shop()
    if asked is not None and (asked.product_id, asked.currency) != (product.product_id, shop.currency):
        asked = None
    now_ms = till.clock.now_ms()
    today = at_its_price(product, now_ms).price_minor
    since_ms = first_day(now_ms, shop.returns.lowest_days) * DAY_MS
    own = books.lowest_price_minor(till.store.books, product.product_id, since_ms)
    chain = asked.price_minor if asked is not None else None
    price = min(one for one in (today, own, chain) if one is not None)
    return Lowest(price_minor=price, asked_hub=asked is not None, today_minor=today)


def check_worth(least: Lowest, product: Product) -> None:
    """Raise ReturnRefused for goods that are worth nothing without their receipt."""
    if least.price_minor:
        return
    text = _("{name} has no price of its own here. It comes back with its receipt only.")
    if least.today_minor:
        text = _("{name} was given away for nothing lately. It comes back with its receipt only.")
    raise ReturnRefused(text.format(name=clean_text(product.name)))


def words(least: Lowest) -> str:
    """Say whose lowest price it is."""
    if least.asked_hub:
        return _("That is the lowest at all tills.")
    return _("That is the lowest of this till only: the hub cannot be asked.")


def why(least: Lowest, currency: str) -> str:
    """Say at which price it comes back, and whose lowest that is."""
    text = _(
        "Without a receipt it comes back at {price}, the lowest recent price of this till only: the hub"
        " cannot be asked."
    )
    if least.asked_hub:
        text = _("Without a receipt it comes back at {price}, the lowest recent price at all tills.")
    return text.format(price=format_money(least.price_minor, currency))


def reason_with(least: Lowest, reason: str, currency: str) -> str:
    """Return a reason as a manager is asked with it: at which price, and whose lowest that is."""
    text = _("{reason}: {price}, the lowest of this till only")
    if least.asked_hub:
        text = _("{reason}: {price}, the lowest at all tills")
    return text.format(reason=reason, price=format_money(least.price_minor, currency))
