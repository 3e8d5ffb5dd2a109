"""The omnibox: what a scan or a typed text means, and what to offer while it is typed."""

from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec

from omnipos.domain import label
from omnipos.domain.account import AccountKind
from omnipos.domain.asking import with_price
from omnipos.domain.barcode import GTIN_LENGTHS, is_gtin
from omnipos.domain.cardnumber import holds_card_number
from omnipos.domain.catalogue import Item, Product, at_its_price, price_at
from omnipos.domain.customer import Customer
from omnipos.domain.errors import DomainError, EntryRefused, ItemUnknown
from omnipos.domain.money import parse_money
from omnipos.domain.names import clean_text, search_words
from omnipos.domain.order import Order
from omnipos.domain.phone import looks_like_phone
from omnipos.domain.quantity import PIECE_MILLI, parse_quantity
from omnipos.domain.quotation import quote_number
from omnipos.domain.sale import Sale
from omnipos.domain.shop import layouts_of
from omnipos.locale import _, ngettext
from omnipos.services import balances, pricedesk, recognising
from omnipos.services.till import Till
from omnipos.store import books, catalogue, orders, prices

LONGEST_ENTRY = 200
MOST_LOOKED_AT = 200
"""Products looked at for one list of offers; a family with more variants than this is offered by them."""


class ItemOffer(msgspec.Struct, frozen=True, kw_only=True, tag="item"):
    """A product to ring up, with the quantity (thousandths) to ring."""

    item: Item
    quantity_milli: int
    by_name: bool = False
    """Whether only its name was typed, so that it may not be the one that was meant."""
    group_price_minor: int | None = None
    """What one costs the group of the customer beside the basket, as it is said among offers."""


class CustomerOffer(msgspec.Struct, frozen=True, kw_only=True, tag="customer"):
    """A customer to put beside the basket."""

    customer: Customer


class OrderOffer(msgspec.Struct, frozen=True, kw_only=True, tag="order"):
    """An online order to open."""

    order: Order


class SaleOffer(msgspec.Struct, frozen=True, kw_only=True, tag="sale"):
    """A completed sale of this till, by its receipt."""

    sale: Sale


class CouponOffer(msgspec.Struct, frozen=True, kw_only=True, tag="coupon"):
    """A coupon to give, with the name of the offer that it opens; empty when that is not known here."""

    code: str
    name: str


class GiftCardOffer(msgspec.Struct, frozen=True, kw_only=True, tag="gift_card"):
    """A gift card that the shop knows, by its code, and what is on it as far as this till knows."""

    code: str
    balance_minor: int


class QuoteOffer(msgspec.Struct, frozen=True, kw_only=True, tag="quote"):
    """An open quote of a customer, to be taken up or paid on."""

    number: str
    total_minor: int


class NewCustomerOffer(msgspec.Struct, frozen=True, kw_only=True, tag="new_customer"):
    """A phone number that nobody has yet: a customer may be added with it."""

    phone: str


Offer = (
    ItemOffer
    | CustomerOffer
    | OrderOffer
    | SaleOffer
    | CouponOffer
    | GiftCardOffer
    | QuoteOffer
    | NewCustomerOffer
)


def has_goods(till: Till) -> bool:
    """Tell whether the shop has anything to sell yet."""
    return catalogue.has_products(till.store.books)


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """A typed text in its parts: `3*12.500@BREAD` is three of them, at 12.500 each."""

    rest: str
    quantity_milli: int = PIECE_MILLI
    is_counted: bool = False
    price_minor: int | None = None


def scanned(till: Till, code: str) -> Offer:
    """Return what a scanned code means: an item, an order's collection code, a receipt, a coupon, or a scale
    label.

    A scan is never a phone number. Raises ItemUnknown when nothing answers to it, and EntryRefused for
    a label that cannot be right.
    """
    written = clean_text(code, LONGEST_ENTRY)
    found = _exact(till, Typed(rest=written))
    if found is None:
        raise ItemUnknown(_unknown_words(written))
    return found


def _unknown_words(code: str) -> str:
    if code.isascii() and code.isdigit() and len(code) in GTIN_LENGTHS and not is_gtin(code):
        return _(
            "{code} is no right barcode: its check digit is wrong. Scan it again, or type its name."
        ).format(code=code)
    return _("Nothing here answers to {code}. Type its name, or ask the manager to add it.").format(
        code=code[:40]
    )


def understood(till: Till, text: str) -> Offer:
    """Return what a typed text means: its exact meaning, else the first offer.

    Raises EntryRefused or ItemUnknown with what was probably meant.
    """
    typed = split_entry(till, text)
    rest = typed.rest
    if not rest:
        raise EntryRefused(_("Type or scan the item behind the quantity, such as 3*0812."))
    if rest.startswith("#"):
        return _order_only(till, rest)
    exact = _exact(till, typed)
    if exact is not None:
        return exact
    if rest.isdigit() and len(rest) <= 2:
        # A name may well begin with these digits (200 g), but nobody orders by them.
        raise EntryRefused(
            ngettext(
                "Did you mean {count} piece? Type {count}* and then the item.",
                "Did you mean {count} pieces? Type {count}* and then the item.",
                int(rest),
            ).format(count=rest)
        )
    found = _offers(till, typed, 1)
    if found:
        return found[0]
    raise ItemUnknown(
        _("Nothing is called “{text}” here: no item, customer, order or receipt.").format(text=rest[:40])
    )


def offers(till: Till, text: str, limit: int = 8) -> tuple[Offer, ...]:
    """Return what a text typed so far may mean, the likeliest first. Never raises for odd input."""
    try:
        typed = split_entry(till, text)
        return _offers(till, typed, limit)
    except DomainError:
        return ()


def _offers(till: Till, typed: Typed, limit: int) -> tuple[Offer, ...]:
    rest = typed.rest
    if not rest:
        return ()
    if rest.startswith("#"):
        return _orders_beginning(till, rest[1:], limit)
    exact = _exact(till, typed)
    found: list[Offer] = [exact] if exact else []
    is_phone = looks_like_phone(rest) or (rest.isdigit() and len(rest) == 4)
    if is_phone:
        people = recognising.find(till, rest, limit)
        found += [CustomerOffer(customer=one) for one in people]
        if not people and len(rest) >= 8 and not holds_card_number(rest):
            found.append(NewCustomerOffer(phone=rest))
    found += islice((one for one in _by_name(till, typed) if not _is_item(exact, one)), limit)
    if not is_phone and not rest.isdigit():
        people = recognising.find(till, rest, 3)
        # Products come first, but a name typed for a customer must stay in sight.
        found = found[: max(limit - len(people), 1)]
        found += [CustomerOffer(customer=one) for one in people]
    return _for_group(till, found[:limit])


def _by_name(till: Till, typed: Typed) -> Iterator[ItemOffer]:
    """Yield what the words typed may mean; the variants of a family are one offer that opens the choice."""
    db = till.store.books
    families: set[str] = set()
    for product in islice(catalogue.matching(db, typed.rest), MOST_LOOKED_AT):
        if product.family in families:
            continue
        variants: tuple[Product, ...] = ()
        if product.family:
            families.add(product.family)
            variants = _variants_meant(catalogue.family_named(db, product.family), typed.rest)
        one = _family_item(variants or (product,))
        if typed.price_minor is None or one.product.open_price:
            yield _item_offer(till, one, typed, by_name=True)


def _variants_meant(variants: tuple[Product, ...], text: str) -> tuple[Product, ...]:
    wanted = search_words(text)
    return tuple(
        one
        for one in variants
        if all(any(own.startswith(word) for own in search_words(f"{one.name} {one.sku}")) for word in wanted)
    )


def _family_item(variants: tuple[Product, ...]) -> Item:
    return Item(product=variants[0], variants=variants if len(variants) > 1 else ())


def check_one_product(item: Item) -> None:
    """Raise EntryRefused for a family: only ringing up asks which of its variants is meant."""
    if item.variants:
        raise EntryRefused(
            _("{name} has several variants. Scan one of them, or type its code or its whole name.").format(
                name=item.product.family
            )
        )


def _item_offer(till: Till, item: Item, typed: Typed, *, by_name: bool = False) -> ItemOffer:
    now_ms = till.clock.now_ms()
    if any(one.later_prices for one in (item.product, *item.variants)):
        variants = tuple(at_its_price(one, now_ms) for one in item.variants)
        item = msgspec.structs.replace(item, product=at_its_price(item.product, now_ms), variants=variants)
    if typed.price_minor is not None:
        item = with_price(item, typed.price_minor)
    item, quantity_milli = several(item, typed.quantity_milli, is_counted=typed.is_counted)
    return ItemOffer(item=item, quantity_milli=quantity_milli, by_name=by_name)


def _for_group(till: Till, found: Sequence[Offer]) -> tuple[Offer, ...]:
    """Return offers with what their items cost the customer who stands beside the basket."""
    group = pricedesk.group_at_hand(till)
    if not group:
        return tuple(found)
    return tuple(_offer_for(till, one, group) if isinstance(one, ItemOffer) else one for one in found)


def _offer_for(till: Till, offer: ItemOffer, group: str) -> ItemOffer:
    price = pricedesk.price_of(till, offer.item.product, group, till.clock.now_ms())
    if not price.price_list:
        return offer
    return msgspec.structs.replace(offer, group_price_minor=price.price_minor)


def several(item: Item, count_milli: int, *, is_counted: bool) -> tuple[Item, int]:
    """Return an item and the quantity to ring when a quantity was typed before it.

    Raises EntryRefused for a part of a label's pack.
    """
    quantity_milli = count_milli * item.quantity_milli // PIECE_MILLI
    if item.label_minor is not None:
        packs, part = divmod(count_milli, PIECE_MILLI)
        if part:
            raise EntryRefused(_("A label is for a whole pack. Type a whole number before it, or none."))
        return msgspec.structs.replace(item, label_minor=item.label_minor * packs), quantity_milli
    if is_counted and not item.answers.is_measured:
        measured = msgspec.structs.replace(item.answers, is_measured=True)
        item = msgspec.structs.replace(item, answers=measured)
    return item, quantity_milli


def _is_item(exact: Offer | None, other: ItemOffer) -> bool:
    if not isinstance(exact, ItemOffer) or other.item.variants:
        return False
    return exact.item.product.product_id == other.item.product.product_id


def split_entry(till: Till, text: str) -> Typed:
    """Return a typed text in its parts: the quantity before a `*`, the price before an `@`, and the rest.

    What stands before an `@` and is no sum belongs to the rest. Raises EntryRefused for no quantity.
    """
    entry = clean_text(text, LONGEST_ENTRY)
    before, star, behind = entry.partition("*")
    quantity_milli = parse_quantity(before) if star else PIECE_MILLI
    rest = behind.strip() if star else entry
    price, at, item = rest.partition("@")
    price_minor = None
    if at and item.strip():
        try:
            price_minor = parse_money(price, till.shop().currency)
        except EntryRefused:
            price_minor = None
    return Typed(
        rest=rest if price_minor is None else item.strip(),
        quantity_milli=quantity_milli,
        is_counted=bool(star),
        price_minor=price_minor,
    )


def split_quantity(text: str) -> tuple[int, str]:
    """Return the quantity before a `*` (thousandths) and what stands behind it, without spaces.

    Raises EntryRefused when what stands before the `*` is no quantity.
    """
    entry = clean_text(text, LONGEST_ENTRY)
    before, star, behind = entry.partition("*")
    if not star:
        return PIECE_MILLI, entry
    return parse_quantity(before), behind.strip()


def _exact(till: Till, typed: Typed) -> Offer | None:
    db, text = till.store.books, typed.rest
    item = catalogue.item_by_code(db, text)
    if item is None:
        variants = catalogue.family_named(db, text)
        item = _family_item(variants) if variants else None
    if item is not None:
        return _item_offer(till, item, typed)
    order = orders.order_by_code(db, till.identity.device_id, text)
    if order is not None:
        return OrderOffer(order=order)
    sale = books.sale_by_receipt(db, text)
    if sale is not None:
        return SaleOffer(sale=sale)
    if quote_number(text):
        return _quote(till, text)
    coupon = _coupon(till, text)
    if coupon is not None:
        return coupon
    card = balances.known_card(till, text)
    if card:
        standing = balances.standing_of(till, AccountKind.GIFT_CARD, card)
        return GiftCardOffer(code=card, balance_minor=standing.balance_minor)
    return _item_offer(till, _by_label(till, text), typed) if label.is_label(text) else None


def _by_label(till: Till, code: str) -> Item:
    read = label.read_label(code, layouts_of(till.shop()))
    product = catalogue.product_by_plu(till.store.books, read.plu)
    if product is None:
        raise ItemUnknown(
            _("The label {code} is of item {plu}, and nothing here has that PLU. Ask the manager.").format(
                code=code, plu=read.plu
            )
        )
    # A label says what its goods cost today; their weight follows from today's price.
    now_minor = price_at(product, till.clock.now_ms())
    today = msgspec.structs.replace(product, price_minor=now_minor, later_prices=())
    return label.labelled(read, today, code)


def _quote(till: Till, text: str) -> QuoteOffer | None:
    from omnipos.services.quotations import known

    found = known(till, text)
    quote = found.quotation if found else None
    return QuoteOffer(number=quote.number, total_minor=quote.total_minor) if quote else None


def _coupon(till: Till, code: str) -> CouponOffer | None:
    coupon = prices.coupon_by_code(till.store.books, code)
    if coupon is None:
        return None
    promotion = prices.promotion_by_id(till.store.books, coupon.promotion_id)
    return CouponOffer(code=coupon.code, name=promotion.name if promotion else "")


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
