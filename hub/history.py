"""Sales of the system that a shop had before: brought in once, counted for their dates, open to returns.

They lie among the other sales, marked by whose journal they come from: no till's. They move no stock
and earn no points, and the whole sale is kept beside them as no event tells it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, select

from hub import customers, orders, purchases, sales, shops, tables, taxes
from hub.auth import OLD_JOURNAL
from hub.database import insert_rows
from hub.historymessages import OldSalesWritten, PutOldSales
from hub.messages import RowProblem
from hub.problems import Refused
from hub.unit import Unit
from omnipos.domain.barcode import canonical
from omnipos.domain.cardnumber import free_text
from omnipos.domain.customer import Purchase
from omnipos.domain.errors import CustomerRefused, DomainError
from omnipos.domain.names import fold
from omnipos.domain.oldsale import (
    Goods,
    OldSale,
    Reading,
    fingerprint,
    habit_holds_tax,
    number_of,
    old_sale_id,
    read_sale,
    taxes_by_rate,
)
from omnipos.domain.phone import to_e164
from omnipos.domain.sale import Sale
from omnipos.domain.shop import Shop
from omnipos.domain.stocktake import Origin
from omnipos.domain.tender import TenderKind
from omnipos.locale import _

_LOOKED_UP = 1000
"""Codes in one query: SQLite takes so many values, and more."""


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    """One sale of a request: its place, its id, its mark and its customer's number."""

    place: int
    sale_id: str
    mark: str
    old: OldSale
    phone: str


class _Brought:
    """What became of a request's sales so far."""

    def __init__(self) -> None:
        self.sales: list[Sale] = []
        self.records: list[dict[str, str]] = []
        self.problems: list[RowProblem] = []
        self.skipped = self.unknown_customers = 0

    def refuse(self, place: int, why: str) -> None:
        self.problems.append(RowProblem(row=place, detail=why))


def put_old_sales(unit: Unit, wish: PutOldSales) -> OldSalesWritten:
    """Bring in old sales of one store, each number once; what cannot be read is told and left out."""
    shop = shops.shop_by_code(unit.conn, wish.store_code) if wish.store_code else shops.first_shop(unit.conn)
    if shop is None:
        raise Refused(409, "no_store", _("The hub has no store yet. Nothing was changed."))
    brought = _Brought()
    rows = list(_rows(shop, wish.sales, brought))
    there = _marks(unit.conn, shop.store_id, [row.sale_id for row in rows])
    _bring(unit, shop, rows, there, brought)
    _write(unit, shop, brought)
    return OldSalesWritten(
        sales=len(brought.sales),
        lines=sum(len(sale.lines) for sale in brought.sales),
        total_minor=sum(sale.total_minor for sale in brought.sales),
        tenders=_by_kind(brought.sales),
        skipped=brought.skipped,
        unknown_customers=brought.unknown_customers,
        problems=tuple(sorted(brought.problems, key=lambda one: one.row)),
    )


def _rows(shop: Shop, wanted: Sequence[OldSale], brought: _Brought) -> Iterator[_Row]:
    phones: dict[str, str] = {}
    for place, old in enumerate(wanted):
        try:
            number = number_of(old)
            said = free_text("" if old.customer_phone is None else str(old.customer_phone), 64)
        except DomainError as error:
            brought.refuse(place, str(error))
            continue
        if said not in phones:
            phones[said] = _phone(said, shop.country)
        yield _Row(
            place=place,
            sale_id=old_sale_id(shop.store_id, number),
            mark=fingerprint(old),
            old=old,
            phone=phones[said],
        )


def _phone(said: str, country: str) -> str:
    try:
        return to_e164(said, country) if said else ""
    except CustomerRefused:
        return ""  # nobody's, as a number that no customer has


def _marks(conn: Connection, store_id: str, sale_ids: Sequence[str]) -> dict[str, str]:
    table = tables.old_sale
    found = conn.execute(
        select(table.c.sale_id, table.c.fingerprint).where(
            table.c.store_id == store_id, table.c.sale_id.in_(sale_ids)
        )
    )
    return {row.sale_id: row.fingerprint for row in found}


def _bring(unit: Unit, shop: Shop, rows: Sequence[_Row], there: dict[str, str], brought: _Brought) -> None:
    """Read the sales that are not there yet."""
    new = [row for row in rows if row.sale_id not in there]
    cards = customers.by_phone(unit.conn, [row.phone for row in new])
    using = _reading(unit, shop, [row.old for row in new])
    for row in rows:
        mark = there.get(row.sale_id)
        if mark == row.mark:
            brought.skipped += 1
            continue
        if mark is not None:
            text = _("Sale {number} is there already, and not the same. The one that is there stays.")
            brought.refuse(row.place, text.format(number=row.old.number))
            continue
        card = cards.get(row.phone)
        try:
            sale = read_sale(row.old, using, card.customer_id if card else "")
        except DomainError as error:
            brought.refuse(row.place, str(error))
            continue
        there[row.sale_id] = row.mark
        brought.unknown_customers += row.old.customer_phone not in (None, "") and card is None
        brought.sales.append(sale)
        record = msgspec.json.encode(sale).decode()
        own = {"store_id": sale.store_id, "sale_id": sale.sale_id, "fingerprint": row.mark}
        brought.records.append({**own, "record": record})


def _reading(unit: Unit, shop: Shop, wanted: Sequence[OldSale]) -> Reading:
    known = taxes.by_code(unit.conn)
    lines = [line for old in wanted for line in old.lines]
    barcodes = {str(line.barcode).strip() for line in lines if line.barcode is not None}
    skus = {str(line.sku).strip() for line in lines if line.sku is not None}
    people = shops.everybody(unit.conn)
    return Reading(
        shop=shop,
        zone=ZoneInfo(shop.time_zone),
        now_ms=unit.now_ms,
        taxes=taxes_by_rate(known, unit.now_ms),
        by_barcode=_by_barcode(unit.conn, barcodes),
        by_sku=_by_sku(unit.conn, skus | barcodes),
        staff={fold(one.name): one.staff_id for one in people}
        | {one.staff_id: one.staff_id for one in people},
        prices_hold_tax=habit_holds_tax(shop, known),
    )


def _by_barcode(conn: Connection, barcodes: set[str]) -> dict[str, Goods]:
    """Return goods by the barcodes asked for; of several with one barcode the first by SKU."""
    codes, own = tables.product_code, tables.product
    said: dict[str, list[str]] = {}
    for barcode in barcodes - {""}:
        said.setdefault(canonical(barcode), []).append(barcode)
    query = select(codes.c.code, own.c.record).join(own, own.c.product_id == codes.c.product_id)
    found: dict[str, Goods] = {}
    for some in _by_so_many(sorted(said)):
        for row in conn.execute(query.where(codes.c.code.in_(some)).order_by(own.c.sku.desc())):
            goods = _goods(row.record)
            found.update(dict.fromkeys(said[row.code], goods))
    return found


def _by_so_many(codes: list[str]) -> Iterator[list[str]]:
    for begin in range(0, len(codes), _LOOKED_UP):
        yield codes[begin : begin + _LOOKED_UP]


def _by_sku(conn: Connection, skus: set[str]) -> dict[str, Goods]:
    own = tables.product
    found: dict[str, Goods] = {}
    for some in _by_so_many(sorted(skus - {""})):
        for row in conn.execute(select(own.c.sku, own.c.record).where(own.c.sku.in_(some))):
            found[row.sku] = _goods(row.record)
    return found


@lru_cache(maxsize=8192)
def _goods(record: str) -> Goods:
    return msgspec.json.decode(record, type=Goods)


def _write(unit: Unit, shop: Shop, brought: _Brought) -> None:
    if not brought.sales:
        return
    reported = [
        sales.Reported(event_id="", device_id=OLD_JOURNAL, sale=sale, origin=Origin())
        for sale in brought.sales
    ]
    sales.insert(unit, reported, [""] * len(reported))
    insert_rows(unit.conn, tables.old_sale, brought.records)
    bought = [
        purchases.Bought(
            customer_id=sale.customer_id,
            source=f"sale:{sale.sale_id}",
            purchase=Purchase(
                at_ms=sale.completed_at_ms,
                channel=shop.code,
                reference=sale.receipt_number,
                total_minor=sale.total_minor,
                summary=orders.summary_of([line.name for line in sale.lines]),
            ),
            points=0,
        )
        for sale in brought.sales
        if sale.customer_id
    ]
    purchases.record(unit, bought)


def _by_kind(read: Sequence[Sale]) -> dict[str, int]:
    """Return what was paid by each kind of tender; cash less the change."""
    sums = Counter(
        {TenderKind.CASH.value: -sum(sale.change_minor for sale in read), TenderKind.CARD.value: 0}
    )
    for sale in read:
        for tender in sale.tenders:
            sums[tender.kind.value] += tender.amount_minor
    return dict(sums)
