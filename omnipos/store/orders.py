"""Orders to collect: the mirror's, with the steps taken here that the hub does not show yet."""

from sqlite3 import Connection

import msgspec

from omnipos.domain import lease
from omnipos.domain.barcode import canonical
from omnipos.domain.order import (
    OPEN_STATES,
    PICKED_STATES,
    Order,
    OrderState,
    Proof,
    hand_over,
    tick,
)
from omnipos.events import (
    EpochCause,
    Event,
    Fact,
    LeaseAsked,
    LeaseAskWithdrawn,
    LeaseReleased,
    LeaseTaken,
    OrderHandedOver,
    OrderPicked,
    OrderReadied,
    decode_fact,
)
from omnipos.mirroring.files import CUSTOMERS, REST

_decode = msgspec.json.Decoder(Order).decode


def insert_step(db: Connection, order_id: str, event: Event) -> None:
    """Keep a step taken here until the mirror shows it; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    header = event.header
    db.execute(
        "INSERT INTO overlay_order VALUES (?, ?, ?, ?, ?, ?)",
        (header.epoch, header.seq, order_id, header.actor, header.occurred_at_ms, event.body),
    )


def order_by_id(db: Connection, device_id: str, order_id: str) -> Order | None:
    """Return an order as it is now, this till's own steps included."""
    row = db.execute("SELECT body FROM mirror.orders WHERE order_id = ?", [order_id]).fetchone()
    return _with_steps(db, device_id, _decode(row[0])) if row else None


def order_by_code(db: Connection, device_id: str, code: str) -> Order | None:
    """Return an order by its number or collection code; an open one before a finished one."""
    written = code.strip().removeprefix("#")
    rows = db.execute(
        "SELECT body FROM mirror.orders WHERE number = ? OR collection_code = ?",
        (written.upper(), canonical(written)),
    ).fetchall()
    found = [_with_steps(db, device_id, _decode(body)) for (body,) in rows]
    found.sort(key=lambda order: (order.state not in OPEN_STATES, order.promised_at_ms))
    return found[0] if found else None


def orders_numbered(db: Connection, device_id: str, part: str, limit: int) -> list[Order]:
    """Return the orders whose number holds some characters: open ones, the soonest promised first, then the
    finished ones, the newest first.
    """
    open_states = ", ".join(f"'{state.value}'" for state in OPEN_STATES)
    is_open = f"state IN ({open_states})"
    first = f"{is_open} DESC, CASE WHEN {is_open} THEN promised_at_ms ELSE -promised_at_ms END"
    # The index alone says which they are; whole orders are read of those few only.
    rows = db.execute(
        "SELECT body FROM mirror.orders WHERE rowid IN (SELECT rowid FROM mirror.orders"
        f" WHERE instr(number, ?) > 0 ORDER BY {first} LIMIT ?) ORDER BY {first}",
        (part.strip().upper(), limit),
    ).fetchall()
    return [_with_steps(db, device_id, _decode(body)) for (body,) in rows]


def ids_with_number(db: Connection, number: str) -> list[str]:
    """Return the ids of the orders of a number; channels may give the same one out."""
    rows = db.execute("SELECT order_id FROM mirror.orders WHERE number = ?", [number.strip().upper()])
    return [order_id for (order_id,) in rows]


def open_orders(db: Connection, device_id: str) -> list[Order]:
    """Return the orders the collection desk has work with, the soonest promised first."""
    states = ", ".join(f"'{state.value}'" for state in OPEN_STATES)
    rows = db.execute(
        f"SELECT body FROM mirror.orders WHERE state IN ({states}) ORDER BY promised_at_ms"
    ).fetchall()
    found = (_with_steps(db, device_id, _decode(body)) for (body,) in rows)
    return [order for order in found if order.state in OPEN_STATES]


def orders_asked_for(db: Connection, device_id: str) -> list[Order]:
    """Return the orders that some till asks another for, as the mirror shows them."""
    rows = db.execute("SELECT body FROM mirror.orders WHERE asked_by <> ''").fetchall()
    return [_with_steps(db, device_id, _decode(body)) for (body,) in rows]


def orders_of_customer(db: Connection, device_id: str, customer_id: str, phone: str) -> list[Order]:
    """Return a customer's open orders, known by card or by phone (E.164)."""
    by_customer = db.execute(
        "SELECT body FROM mirror.orders WHERE customer_id = ? AND customer_id <> ''", [customer_id]
    ).fetchall()
    states = ", ".join(f"'{state.value}'" for state in OPEN_STATES)
    by_phone = db.execute(
        f"SELECT body FROM mirror.orders WHERE state IN ({states}) AND digits = ? AND digits <> ''",
        [phone.removeprefix("+")],
    ).fetchall()
    found = {}
    for (body,) in (*by_customer, *by_phone):
        order = _with_steps(db, device_id, _decode(body))
        if order.state in OPEN_STATES:
            found[order.order_id] = order
    return sorted(found.values(), key=lambda order: order.promised_at_ms)


def _with_steps(db: Connection, device_id: str, order: Order) -> Order:
    applied = db.execute(
        "SELECT applied_epoch, applied_seq FROM mirror.cursor WHERE stream = ?",
        [f"orders/{order.store_id}"],
    ).fetchone() or (0, 0)
    steps = db.execute(
        "SELECT o.staff_id, o.at_ms, o.fact, e.schema FROM overlay_order o JOIN event e USING (epoch, seq)"
        " WHERE o.order_id = ? AND (o.epoch, o.seq) > (?, ?) ORDER BY o.epoch, o.seq",
        (order.order_id, *applied),
    ).fetchall()
    for staff_id, at_ms, body, schema in steps:
        order = _after_step(order, decode_fact(body, schema), device_id, staff_id, at_ms)
    if lease.is_held(order, device_id) and _may_be_lost(db, applied[0]):
        return lease.release(order, device_id, order.fencing_number)
    return order


def _may_be_lost(db: Connection, applied_epoch: int) -> bool:
    """Tell whether orders held here may have gone to other tills since the backup that this till is from."""
    begun = db.execute("SELECT epoch, cause FROM epoch JOIN identity USING (epoch)").fetchone()
    return begun is not None and begun[1] != EpochCause.ENROLLED and applied_epoch < begun[0]


def _after_step(order: Order, fact: Fact, device_id: str, staff_id: str, at_ms: int) -> Order:
    match fact:
        case OrderPicked(line_id=line_id, quantity_milli=quantity):
            return tick(order, line_id, quantity) if order.state in PICKED_STATES else order
        case OrderReadied(bag_place=place):
            # What was cancelled or collected meanwhile never opens again by an older step of ours.
            if order.state not in OPEN_STATES:
                return order
            return msgspec.structs.replace(order, state=OrderState.READY, bag_place=place)
        case OrderHandedOver(check=check, sale_id=sale_id):
            proof = Proof(staff_id=staff_id, at_ms=at_ms, device_id=device_id, check=check, sale_id=sale_id)
            return hand_over(order, proof)
        case LeaseAsked():
            return lease.ask(order, device_id, 0)
        case LeaseAskWithdrawn():
            return lease.withdraw(order, device_id)
        case LeaseReleased(fencing_number=number):
            return lease.release(order, device_id, number)
        case LeaseTaken():
            return order  # only the hub grants
        case other:
            raise AssertionError(f"{type(other).__name__} is no step of an order")


def drop_shown_overlays(db: Connection) -> None:
    """Remove the overlay rows that the mirror shows by now; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    for table, file, stream in _OVERLAYS:
        db.execute(
            f"DELETE FROM {table} WHERE (epoch, seq) <= (SELECT applied_epoch, applied_seq"
            f" FROM {file}.cursor WHERE stream LIKE ?)",
            [stream],
        )


_OVERLAYS = (
    ("overlay_customer", CUSTOMERS, "customers"),
    ("overlay_order", REST, "orders/%"),
    ("overlay_exception", REST, "exceptions/%"),
)
