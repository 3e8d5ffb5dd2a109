"""Online orders at the hub: placed once, moved by compare-and-set, each step applied once."""

import hashlib
import secrets
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, select, update

from hub import catalogue, customers, purchases, shops, stock, tables, taxes
from hub.feed import orders_stream
from hub.messages import OrderWish
from hub.problems import Refused
from hub.unit import Unit, WriteConflict
from omnipos.domain import pricing
from omnipos.domain.barcode import canonical
from omnipos.domain.customer import Purchase
from omnipos.domain.errors import CustomerRefused
from omnipos.domain.money import format_money
from omnipos.domain.names import clean_text
from omnipos.domain.occasion import occasion_at
from omnipos.domain.order import (
    OPEN_STATES,
    Order,
    OrderLine,
    OrderState,
    basket_lines,
)
from omnipos.domain.phone import to_e164
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.domain.shop import Shop
from omnipos.locale import _, later

_order = msgspec.json.Decoder(Order)
ORDER_GONE = later("There is no order {number}.")
FIRST_MS, END_MS = 946_684_800_000, 7_258_118_400_000
"""From 2000 up to 2200: milliseconds of any other year are seconds or microseconds by mistake."""


def place(unit: Unit, wish: OrderWish, channel: str) -> Order:
    """Keep an order; the same number with the same content again gives the order that is there."""
    number = clean_text(wish.number, 64)
    content = hashlib.sha256(msgspec.json.encode(wish)).hexdigest()
    table = tables.collect_order
    known = unit.conn.execute(
        select(table.c.content_hash, table.c.record).where(
            table.c.channel == channel, table.c.number == number
        )
    ).one_or_none()
    if known is not None:
        if known.content_hash == content:
            return _order.decode(known.record)
        raise Refused(
            409,
            "order_number",
            _("Order {number} is here already with other content. Nothing was changed.").format(
                number=number
            ),
        )
    order = _new_order(unit, wish, number, channel)
    unit.conn.execute(table.insert().values(content_hash=content, **_row(order)))
    unit.tell(orders_stream(order.store_id), order.order_id, order)
    if order.state in OPEN_STATES:
        stock.hold(unit, order)
    _tell_customer(unit, order)
    return order


def _new_order(unit: Unit, wish: OrderWish, number: str, channel: str) -> Order:
    _check_times(wish)
    shop = shops.shop_by_code(unit.conn, wish.store_code)
    lines = _lines(unit.conn, wish)
    code = _collection_code(unit.conn, wish, shop.store_id)
    customer_id, name, phone = _collector(unit, wish, shop)
    holder = shops.first_till(unit.conn, shop.store_id)
    order = Order(
        order_id=secrets.token_hex(16),
        number=number,
        channel=channel,
        store_id=shop.store_id,
        state=wish.state,
        placed_at_ms=wish.placed_at_ms or unit.now_ms,
        promised_at_ms=wish.promised_at_ms,
        currency=shop.currency,
        lines=lines,
        total_minor=0,
        paid_minor=wish.paid_minor,
        collection_code=code,
        customer_id=customer_id,
        customer_name=name,
        customer_phone=phone,
        bag_place=clean_text(wish.bag_place, 64),
        holder_device_id=holder.device_id,
        holder_till=holder.till_number,
        fencing_number=1 if holder.device_id else 0,
    )
    terms = pricing.terms_for(shop, taxes.by_code(unit.conn), occasion_at(shop, unit.now_ms))
    sums = pricing.price_lines(basket_lines(order, 1), terms)
    if wish.paid_minor > sums.total_minor:
        raise Refused(
            400,
            "paid",
            _("Order {number} comes to {total}, and {paid} cannot have been paid for it.").format(
                number=number,
                total=format_money(sums.total_minor, shop.currency),
                paid=format_money(wish.paid_minor, shop.currency),
            ),
        )
    return msgspec.structs.replace(order, total_minor=sums.total_minor)


def _check_times(wish: OrderWish) -> None:
    times = {"promised_at_ms": wish.promised_at_ms, "placed_at_ms": wish.placed_at_ms or FIRST_MS}
    for field, at_ms in times.items():
        if not FIRST_MS <= at_ms < END_MS:
            raise Refused(
                400,
                "time",
                _("{field} is {given}. Send milliseconds since 1970, of a time from 2000 to 2199.").format(
                    field=field, given=at_ms
                ),
            )


def _lines(conn: Connection, wish: OrderWish) -> tuple[OrderLine, ...]:
    skus = [clean_text(line.sku, 64) for line in wish.lines]
    products = catalogue.by_sku(conn, skus)
    picked = wish.state in (OrderState.READY, OrderState.COLLECTED)
    lines = []
    for index, (sku, line) in enumerate(zip(skus, wish.lines, strict=True), start=1):
        product = products.get(sku)
        if product is None:
            raise Refused(
                422,
                "product_unknown",
                _("There is no product {sku}. Send it with PUT /v1/products first.").format(sku=sku),
            )
        if product.unit == "pcs" and line.quantity_milli % PIECE_MILLI:
            raise Refused(
                400,
                "quantity",
                _("{name} is sold by the piece: quantity_milli is 1000 for each, not {given}.").format(
                    name=product.name, given=line.quantity_milli
                ),
            )
        price = line.unit_price_minor
        lines.append(
            OrderLine(
                line_id=str(index),
                product_id=product.product_id,
                sku=product.sku,
                name=product.name,
                quantity_milli=line.quantity_milli,
                unit_price_minor=product.price_minor if price is None else price,
                tax_code=product.tax_code,
                unit=product.unit,
                barcodes=tuple(one.code for one in product.barcodes),
                shelf=product.shelf,
                picked_milli=line.quantity_milli if picked else 0,
            )
        )
    return tuple(lines)


def _collector(unit: Unit, wish: OrderWish, shop: Shop) -> tuple[str, str, str]:
    if wish.customer is None:
        return "", "", ""
    name = clean_text(wish.customer.name, customers.LONGEST_NAME)
    if not wish.customer.phone:
        return "", name, ""
    try:
        phone = to_e164(wish.customer.phone, shop.country)
    except CustomerRefused as refused:
        raise Refused(422, "phone", str(refused)) from None
    card = customers.by_phone(unit.conn, [phone]).get(phone)
    if card is None:
        card = customers.new_card(name, phone)
        customers.save(unit, [card])
    return card.customer_id, name, phone


def _collection_code(conn: Connection, wish: OrderWish, store_id: str) -> str:
    """Return the code the customer shows; no other open order of the store bears it."""
    taken = {canonical(order.collection_code) for order in open_orders(conn, store_id)}
    wanted = clean_text(wish.collection_code, 64)
    if wanted and wish.state in OPEN_STATES and canonical(wanted) in taken:
        raise Refused(
            409,
            "collection_code",
            _("Another open order of this store has the collection code {code}. Send another.").format(
                code=wanted
            ),
        )
    while not wanted:
        code = f"{secrets.randbelow(900_000) + 100_000}"
        wanted = "" if code in taken else code
    return wanted


def _tell_customer(unit: Unit, order: Order) -> None:
    if order.customer_id:
        bought = purchases.Bought(
            customer_id=order.customer_id,
            source=f"order:{order.order_id}",
            purchase=purchase_of(order, order.placed_at_ms, order.total_minor),
            points=0,
        )
        purchases.record(unit, [bought])


def purchase_of(order: Order, at_ms: int, total_minor: int) -> Purchase:
    """Return an order as it stands on its customer's card."""
    return Purchase(
        at_ms=at_ms,
        channel=order.channel,
        reference=order.number,
        total_minor=total_minor,
        summary=summary_of([line.name for line in order.lines]),
    )


def summary_of(names: Sequence[str]) -> str:
    """Return what was bought in a few words: two names, and how many more."""
    more = f" +{len(names) - 2}" if len(names) > 2 else ""
    return ", ".join(name[:28] for name in names[:2]) + more


def _row(order: Order) -> dict[str, object]:
    return {
        "store_id": order.store_id,
        "order_id": order.order_id,
        "channel": order.channel,
        "number": order.number,
        "state": order.state.value,
        "version": order.version,
        "promised_at_ms": order.promised_at_ms,
        "holder_device_id": order.holder_device_id,
        "record": msgspec.json.encode(order).decode(),
    }


def change(unit: Unit, old: Order, new: Order) -> Order:
    """Write an order's next version, if nobody wrote it since it was read."""
    new = msgspec.structs.replace(new, version=old.version + 1)
    table = tables.collect_order
    written = unit.conn.execute(
        update(table)
        .where(
            table.c.store_id == old.store_id,
            table.c.order_id == old.order_id,
            table.c.version == old.version,
        )
        .values(**_row(new))
    )
    if written.rowcount != 1:
        raise WriteConflict(old.order_id)
    unit.tell(orders_stream(new.store_id), new.order_id, new)
    return new


def by_id(conn: Connection, store_id: str, order_id: str) -> Order | None:
    """Return an order of a store."""
    table = tables.collect_order
    record = conn.scalar(
        select(table.c.record).where(table.c.store_id == store_id, table.c.order_id == order_id)
    )
    return None if record is None else _order.decode(record)


def by_number(conn: Connection, number: str, channel: str, *, strict: bool = True) -> Order:
    """Return an order by its number: the channel's own; if not strict, else the only one that has it."""
    table = tables.collect_order
    query = select(table.c.channel, table.c.record).where(table.c.number == number)
    own = conn.execute(query.where(table.c.channel == channel)).all()
    if not own and not strict:
        own = conn.execute(query.limit(2)).all()
    if not own:
        raise Refused(404, "not_found", _(ORDER_GONE).format(number=number))
    if len(own) > 1:
        raise Refused(
            409,
            "order_number",
            _("More than one channel has an order {number}. Say which.").format(number=number),
        )
    return _order.decode(own[0].record)


def open_orders(conn: Connection, store_id: str) -> list[Order]:
    """Return the orders a store's collection desk has work with."""
    table = tables.collect_order
    records = conn.scalars(
        select(table.c.record).where(table.c.store_id == store_id, table.c.state.in_(OPEN_STATES))
    )
    return [_order.decode(record) for record in records]


def find(
    conn: Connection, *, channel: str, state: str, store_code: str, number: str, after: str, limit: int
) -> list[Order]:
    """Return orders by channel, state, store and number, in order of id."""
    table = tables.collect_order
    query = select(table.c.record).where(table.c.order_id > after)
    if channel:
        query = query.where(table.c.channel == channel)
    if state:
        query = query.where(table.c.state == state)
    if store_code:
        query = query.where(table.c.store_id == shops.shop_by_code(conn, store_code).store_id)
    if number:
        query = query.where(table.c.number == number)
    records = conn.scalars(query.order_by(table.c.order_id).limit(limit))
    return [_order.decode(record) for record in records]


def cancel(unit: Unit, order: Order) -> Order:
    """Cancel an order that is not collected; its goods are free again. Again is no change."""
    if order.state is OrderState.CANCELLED:
        return order
    if order.state is OrderState.COLLECTED:
        raise Refused(
            409,
            "order_collected",
            _("Order {number} was collected and cannot be cancelled.").format(number=order.number),
        )
    stock.release(unit, order, posted=False)
    return change(unit, order, msgspec.structs.replace(order, state=OrderState.CANCELLED))
