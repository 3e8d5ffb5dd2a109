"""Messages to customers: queued with what asks for them, sent once, and never sent again when in doubt.

A message is SENDING on disk before anything leaves. What happens then decides: certainly not sent, it is
tried again; sent or in doubt, it never is.
"""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, select, update

from hub import shops, tables
from hub.collecting import Report
from hub.database import upsert
from hub.messagelist import MessageShown, MessageState
from hub.unit import Unit
from omnipos.domain.buyer import is_email
from omnipos.domain.errors import CustomerRefused
from omnipos.domain.money import format_money
from omnipos.domain.names import clean_text
from omnipos.domain.phone import to_e164
from omnipos.domain.quantity import format_quantity
from omnipos.domain.sale import Sale
from omnipos.domain.shop import Shop
from omnipos.events import PersonalCard, ReceiptSendAsked, SaleCompleted, SendBy, decode_fact
from omnipos.locale import _

MOST_ATTEMPTS = 8
FIRST_WAIT_MS = 30_000
LOST_MS = 10 * 60_000
"""A message that is being sent for longer than this was left by a hub that died."""


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """One message as a sender takes it."""

    message_id: str
    send_by: SendBy
    address: str
    shop_name: str
    subject: str
    text: str
    sale: Sale | None = None
    shop: Shop | None = None
    staff_name: str = ""
    """With the sale, what its receipt is made of that may go along as a file."""


def queue(unit: Unit, fact: ReceiptSendAsked, card: PersonalCard | None, report: Report) -> None:
    """Put a message into the queue, once; one whose address is gone or is none is not sent."""
    wanted = (card.email if fact.send_by is SendBy.EMAIL else card.phone) if card else ""
    shop = shops.shop_by_id(unit.conn, report.store_id)
    address = _address(wanted, fact.send_by, shop.country if shop else "")
    row = {
        "message_id": fact.message_id,
        "store_id": report.store_id,
        "sale_id": fact.sale_id,
        "receipt_number": fact.receipt_number,
        "event_id": report.event_id,
        "send_by": fact.send_by.value,
        "address": address,
        "state": (MessageState.QUEUED if address else MessageState.FAILED).value,
        "error": "" if address else _("There is no address."),
        "asked_at_ms": report.at_ms,
    }
    upsert(unit.conn, tables.message, [row])


def _address(wanted: str, send_by: SendBy, country: str) -> str:
    if send_by is SendBy.EMAIL:
        return wanted if is_email(wanted) else ""
    try:
        return to_e164(wanted, country)
    except CustomerRefused:
        return ""


def claim(unit: Unit) -> Outgoing | None:
    """Return the next message to send, marked so that nobody else sends it; None when none is due."""
    table = tables.message
    _give_up_lost(unit)
    due = (
        select(table)
        .where(table.c.state == MessageState.QUEUED.value, table.c.next_at_ms <= unit.now_ms)
        .order_by(table.c.next_at_ms, table.c.asked_at_ms, table.c.message_id)
        .limit(1)
    )
    row = unit.conn.execute(due).one_or_none()
    if row is None:
        return None
    marked = unit.conn.execute(
        update(table)
        .where(table.c.message_id == row.message_id, table.c.state == MessageState.QUEUED.value)
        .values(state=MessageState.SENDING.value, attempts=row.attempts + 1, next_at_ms=unit.now_ms)
    )
    if marked.rowcount != 1:
        return None  # another process of this hub was first
    sale, shop = _sale(unit.conn, row.store_id, row.sale_id), shops.shop_by_id(unit.conn, row.store_id)
    if sale is None or shop is None:
        not_sent(unit, row.message_id, _("The sale is not at the hub."))
        return None
    staff = shops.everybody(unit.conn)
    return Outgoing(
        message_id=row.message_id,
        send_by=SendBy(row.send_by),
        address=row.address,
        shop_name=clean_text(shop.name, 80),
        subject=_("Receipt {number} of {shop}").format(
            number=sale.receipt_number, shop=clean_text(shop.name, 80)
        ),
        text=_text(sale, shop),
        sale=sale,
        shop=shop,
        staff_name=next((one.name for one in staff if one.staff_id == sale.staff_id), ""),
    )


def _give_up_lost(unit: Unit) -> None:
    table = tables.message
    unit.conn.execute(
        update(table)
        .where(table.c.state == MessageState.SENDING.value, table.c.next_at_ms < unit.now_ms - LOST_MS)
        .values(
            state=MessageState.UNSURE.value,
            error=_("The hub stopped while it was sent; it is not sent again."),
            done_at_ms=unit.now_ms,
        )
    )


def sent(unit: Unit, message_id: str) -> None:
    """Note that a message has left."""
    _finish(unit, message_id, MessageState.SENT, "")


def unsure(unit: Unit, message_id: str, error: str) -> None:
    """Note that nobody knows whether a message has left; it is not sent again."""
    _finish(unit, message_id, MessageState.UNSURE, error)


def not_sent(unit: Unit, message_id: str, error: str, *, for_good: bool = False) -> None:
    """Note that a message certainly did not leave: it waits longer each time, and in the end it failed."""
    table = tables.message
    attempts = unit.conn.scalar(select(table.c.attempts).where(table.c.message_id == message_id)) or 0
    if for_good or attempts >= MOST_ATTEMPTS:
        _finish(unit, message_id, MessageState.FAILED, error)
        return
    unit.conn.execute(
        update(table)
        .where(table.c.message_id == message_id, table.c.state == MessageState.SENDING.value)
        .values(
            state=MessageState.QUEUED.value,
            error=clean_text(error, 200),
            next_at_ms=unit.now_ms + FIRST_WAIT_MS * 2**attempts,
        )
    )


def _finish(unit: Unit, message_id: str, state: MessageState, error: str) -> None:
    table = tables.message
    unit.conn.execute(
        update(table)
        .where(table.c.message_id == message_id, table.c.state == MessageState.SENDING.value)
        .values(state=state.value, error=clean_text(error, 200), done_at_ms=unit.now_ms)
    )


def forget(unit: Unit, addresses: Iterable[str]) -> None:
    """Forget where messages went to, or were to go: what waits is not sent."""
    table = tables.message
    theirs = table.c.address.in_(sorted(addresses))
    waiting = theirs & (table.c.state == MessageState.QUEUED.value)
    unit.conn.execute(
        update(table).where(waiting).values(state=MessageState.FAILED.value, done_at_ms=unit.now_ms)
    )
    unit.conn.execute(update(table).where(theirs).values(address=""))


def find(conn: Connection, state: str, skip: int, limit: int) -> tuple[MessageShown, ...]:
    """Return messages, the newest first."""
    table = tables.message
    query = select(table).order_by(table.c.asked_at_ms.desc(), table.c.message_id).offset(skip).limit(limit)
    if state:
        query = query.where(table.c.state == state)
    names = MessageShown.__struct_fields__
    rows = conn.execute(query)
    return tuple(msgspec.convert({name: getattr(row, name) for name in names}, MessageShown) for row in rows)


def _sale(conn: Connection, store_id: str, sale_id: str) -> Sale | None:
    sale, event = tables.sale, tables.event
    row = conn.execute(
        select(event.c.body, event.c.schema)
        .join(sale, sale.c.event_id == event.c.event_id)
        .where(sale.c.store_id == store_id, sale.c.sale_id == sale_id)
    ).one_or_none()
    fact = decode_fact(row.body, row.schema) if row else None
    return fact.sale if isinstance(fact, SaleCompleted) else None


def _text(sale: Sale, shop: Shop) -> str:
    """Return a receipt as the text of a message: goods, sums and number, and nobody's name."""
    lines = [clean_text(shop.name, 80), sale.receipt_number, ""]
    for line in sale.lines:
        quantity = format_quantity(line.quantity_milli, line.unit, sale.currency)
        amount = format_money(line.net_minor, sale.currency)
        lines.append(f"{clean_text(line.name)}  × {quantity}  {amount}")
    lines += [
        "",
        *(f"{clean_text(tax.name)}: {format_money(tax.tax_minor, sale.currency)}" for tax in sale.taxes),
    ]
    total = format_money(sale.total_minor + sale.rounding_minor, sale.currency)
    lines.append(_("Total {total}.").format(total=total))
    return "\n".join([*lines, "", *(clean_text(one) for one in shop.footer.splitlines())]).rstrip() + "\n"
