"""Which facts a web shop may write into the journal of its own: its sales, and customers it added."""

import msgspec
from sqlalchemy import Connection

from hub import orders, shops
from hub.envelopes import Received
from omnipos.domain.sale import Sale
from omnipos.events import CustomerAdded, PersonalCard, SaleCompleted
from omnipos.locale import _
from omnipos.protocol import Envelope

_known = {*Envelope.__struct_fields__}
_personal = {*PersonalCard.__struct_fields__}


def objection(conn: Connection, channel: str, one: Received) -> str:
    """Return why an event of a web shop is not applied; empty when it may be."""
    match one.fact:
        case SaleCompleted(sale=sale):
            problem = _sale_objection(conn, channel, sale)
        case CustomerAdded():
            problem = ""
        case _:
            return _("A web shop cannot write {type}.").format(type=one.type)
    stray = _stray_field(one)
    if stray:
        return _("There is no field {field} in such an event.").format(field=stray[:40])
    return problem


def _sale_objection(conn: Connection, channel: str, sale: Sale) -> str:
    shop = shops.shop_by_id(conn, sale.store_id)
    if shop is None:
        return _("There is no store with the id {store_id}.").format(store_id=sale.store_id[:40])
    if sale.currency != shop.currency:
        return _("Store {code} sells in {currency}.").format(code=shop.code, currency=shop.currency)
    if not orders.FIRST_MS <= sale.completed_at_ms < orders.END_MS:
        return _("The time of the sale is not in milliseconds since 1970.")
    order = orders.by_id(conn, sale.store_id, sale.order_id) if sale.order_id else None
    if sale.order_id and (order is None or order.channel != channel):
        return _("The sale settles an order that this web shop does not have.")
    return ""


def _stray_field(one: Received) -> str:
    """Return a field around an event's body that the hub would overlook; in a body it is never taken."""
    envelope = msgspec.json.decode(one.raw)
    cards = envelope.get("personal", {}).values()
    strays = {*envelope} - _known or {name for card in cards for name in card} - _personal
    return min(strays, default="")
