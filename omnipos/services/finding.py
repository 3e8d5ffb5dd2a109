"""The omnibox: what a scan or a typed text means, and what to offer while it is typed."""

import msgspec

from omnipos.domain.catalogue import Item
from omnipos.domain.customer import Customer
from omnipos.domain.errors import DomainError, EntryRefused, ItemUnknown
from omnipos.domain.names import clean_text
from omnipos.domain.order import Order
from omnipos.domain.phone import looks_like_phone
from omnipos.domain.quantity import PIECE_MILLI, parse_quantity
from omnipos.domain.sale import Sale
from omnipos.locale import _
from omnipos.services import recognising
from omnipos.services.till import Till
from omnipos.store import books, catalogue, orders

LONGEST_ENTRY = 200


class ItemOffer(msgspec.Struct, frozen=True, kw_only=True, tag="item"):
    """A product to ring up, with the quantity (thousandths) to ring."""

    item: Item
    quantity_milli: int
    by_name: bool = False
    """Whether only its name was typed, so that it may not be the one that was meant."""


class CustomerOffer(msgspec.Struct, frozen=True, kw_only=True, tag="customer"):
    """A customer to put beside the basket."""

    customer: Customer


class OrderOffer(msgspec.Struct, frozen=True, kw_only=True, tag="order"):
    """An online order to open."""

    order: Order


class SaleOffer(msgspec.Struct, frozen=True, kw_only=True, tag="sale"):
    """A completed sale of this till, by its receipt."""

    sale: Sale


class NewCustomerOffer(msgspec.Struct, frozen=True, kw_only=True, tag="new_customer"):
    """A phone number that nobody has yet: a customer may be added with it."""

    phone: str


Offer = ItemOffer | CustomerOffer | OrderOffer | SaleOffer | NewCustomerOffer


def has_goods(till: Till) -> bool:
    """Tell whether the shop has anything to sell yet."""
    return catalogue.has_products(till.store.books)


def scanned(till: Till, code: str) -> Offer:
    """Return what a scanned code means: an item, an order's collection code, or a receipt.

    A scan is never a phone number. Raises ItemUnknown when nothing answers to it.
    """
    written = clean_text(code, LONGEST_ENTRY)
    found = _exact(till, written, PIECE_MILLI)
    if found is None:
        raise ItemUnknown(
            _("Nothing here answers to {code}. Type its name, or ask the manager to add it.").format(
                code=written[:40]
            )
        )
    return found


def understood(till: Till, text: str) -> Offer:
    """Return what a typed text means: its exact meaning, else the first offer.

    Raises EntryRefused or ItemUnknown with what was probably meant.
    """
    quantity_milli, rest = split_quantity(text)
    if not rest:
        raise EntryRefused(_("Type or scan the item behind the quantity, such as 3*0812."))
    if rest.startswith("#"):
        return _order_only(till, rest)
    exact = _exact(till, rest, quantity_milli)
    if exact is not None:
        return exact
    if rest.isdigit() and len(rest) <= 2:
        # A name may well begin with these digits (200 g), but nobody orders by them.
        raise EntryRefused(
            _("Did you mean {count} pieces? Type {count}* and then the item.").format(count=rest)
        )
    found = offers(till, text, 1)
    if found:
        return found[0]
    raise ItemUnknown(
        _("Nothing is called “{text}” here: no item, customer, order or receipt.").format(text=rest[:40])
    )


def offers(till: Till, text: str, limit: int = 8) -> tuple[Offer, ...]:
    """Return what a text typed so far may mean, the likeliest first. Never raises for odd input."""
    try:
        quantity_milli, rest = split_quantity(text)
    except EntryRefused:
        return ()
    if not rest:
        return ()
    if rest.startswith("#"):
        return _orders_beginning(till, rest[1:], limit)
    exact = _exact(till, rest, quantity_milli)
    found: list[Offer] = [exact] if exact else []
    is_phone = looks_like_phone(rest) or (rest.isdigit() and len(rest) == 4)
    if is_phone:
        people = recognising.find(till, rest, limit)
        found += [CustomerOffer(customer=one) for one in people]
        if not people and len(rest) >= 8:
            found.append(NewCustomerOffer(phone=rest))
    products = catalogue.products_by_name(till.store.books, rest, limit)
    found += [
        ItemOffer(item=Item(product=one), quantity_milli=quantity_milli, by_name=True)
        for one in products
        if not _is_item(exact, one.product_id)
    ]
    if not is_phone and not rest.isdigit():
        people = recognising.find(till, rest, 3)
        # Products come first, but a name typed for a customer must stay in sight.
        found = found[: max(limit - len(people), 1)]
        found += [CustomerOffer(customer=one) for one in people]
    return tuple(found[:limit])


def _is_item(exact: Offer | None, product_id: str) -> bool:
    return isinstance(exact, ItemOffer) and exact.item.product.product_id == product_id


def split_quantity(text: str) -> tuple[int, str]:
    """Return the quantity before a `*` (thousandths) and what stands behind it, without spaces.

    Raises EntryRefused when what stands before the `*` is no quantity.
    """
    entry = clean_text(text, LONGEST_ENTRY)
    before, star, behind = entry.partition("*")
    if not star:
        return PIECE_MILLI, entry
    return parse_quantity(before), behind.strip()


def _exact(till: Till, text: str, quantity_milli: int) -> Offer | None:
    db = till.store.books
    item = catalogue.item_by_code(db, text)
    if item is not None:
        return ItemOffer(item=item, quantity_milli=quantity_milli * item.quantity_milli // PIECE_MILLI)
    order = orders.order_by_code(db, till.identity.device_id, text)
    if order is not None:
        return OrderOffer(order=order)
    sale = books.sale_by_receipt(db, text)
    return SaleOffer(sale=sale) if sale else None


def _order_only(till: Till, text: str) -> Offer:
    from omnipos.services.collecting import find_order

    try:
        return OrderOffer(order=find_order(till, text))
    except DomainError:
        found = _orders_beginning(till, text[1:], 2)
        if len(found) != 1:
            raise
        return found[0]


def _orders_beginning(till: Till, text: str, limit: int) -> tuple[Offer, ...]:
    found = orders.orders_numbered(till.store.books, till.identity.device_id, text, limit)
    return tuple(OrderOffer(order=one) for one in found)
