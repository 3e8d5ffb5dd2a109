"""Sales and shifts, as the tills told of them: read, never changed."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, select

from hub import shifts, tables
from hub.backoffice.fields import (
    ChoiceField,
    Field,
    LinesField,
    MomentField,
    MoneyField,
    NumberField,
    Sum,
    write_part,
)
from hub.backoffice.listing import MOST_FOUND, Listing, Record, of_stores, starts
from hub.backoffice.office import Office
from hub.backoffice.section import Section
from hub.reports import ShiftState
from omnipos.domain.money import format_money
from omnipos.domain.names import fold
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Right, Staff
from omnipos.domain.tender import TENDER_WORDS
from omnipos.locale import _, later

_sale, _store = tables.sale, tables.store
_SUMS = ("total", "tax", "rounding", "cash", "card", "online", "change", "saved")
_TENDERS = {kind.value: word for kind, word in TENDER_WORDS.items()}


def _query(office: Office) -> Select[Any]:
    joined = _sale.outerjoin(_store, _store.c.store_id == _sale.c.store_id)
    return of_stores(select(_sale, _store.c.code).select_from(joined), office, _sale.c.store_id)


def _record(row: Any, _office: Office) -> Record:
    sums = {name: Sum(getattr(row, f"{name}_minor"), row.currency) for name in _SUMS}
    return Record(
        number=row.number,
        store_id=row.store_id,
        sale_id=row.sale_id,
        receipt_number=row.receipt_number,
        completed_at_ms=row.completed_at_ms,
        place=f"{row.code or '?'}-{row.till_number}",
        staff_id=row.staff_id,
        staff="",
        customer_id=row.customer_id,
        flags=row.flags,
        currency=row.currency,
        **sums,
        lines=(),
        tenders=(),
        said=row.receipt_number,
    )


def _finish(conn: Connection, records: Sequence[Record]) -> None:
    names = staff_names(conn, {record.staff_id for record in records})
    for record in records:
        record.staff = names.get(record.staff_id, "")


def staff_names(conn: Connection, staff_ids: Iterable[str]) -> dict[str, str]:
    """Return what people are called, by their ids."""
    table = tables.staff
    records = conn.scalars(select(table.c.record).where(table.c.staff_id.in_(sorted(staff_ids))))
    found = (msgspec.json.decode(record, type=Staff) for record in records)
    return {one.staff_id: one.name for one in found}


def staff_called(conn: Connection, words: str) -> list[str]:
    """Return the ids of people whose name begins with some words."""
    table = tables.staff
    wanted = starts(table.c.folded_name, fold(words))
    return list(conn.scalars(select(table.c.staff_id).where(wanted).limit(MOST_FOUND)))


def _find(conn: Connection, q: str, _office: Office) -> Iterable[str]:
    wanted = starts(_sale.c.receipt_number, q)
    by_receipt = conn.scalars(select(_sale.c.number).where(wanted).limit(500))
    return [*by_receipt, *conn.scalars(select(_sale.c.number).where(_sale.c.customer_id == q).limit(500))]


def _shown(conn: Connection, number: str, office: Office) -> Record | None:
    if not number.isdecimal() or int(number) > tables.LARGEST:
        return None
    row = conn.execute(_query(office).where(_sale.c.number == int(number))).one_or_none()
    if row is None:
        return None
    record = _record(row, office)
    _finish(conn, [record])
    line, tender = tables.sale_line, tables.sale_tender
    own = (line.c.store_id == row.store_id, line.c.sale_id == row.sale_id)
    record.lines = [
        (one, row.currency) for one in conn.execute(select(line).where(*own).order_by(line.c.line_no))
    ]
    its = (tender.c.store_id == row.store_id, tender.c.sale_id == row.sale_id)
    record.tenders = [
        (one, row.currency) for one in conn.execute(select(tender).where(*its).order_by(tender.c.tender_no))
    ]
    return record


def _line(pair: Any, _office: Office) -> str:
    one, code = pair
    quantity = write_part(one.quantity_milli, PIECE_MILLI)
    return f"{quantity} × {one.name} ({one.sku}) {format_money(one.amount_minor, code)}"


def _tender(pair: Any, _office: Office) -> str:
    one, code = pair
    kind = _(_TENDERS.get(one.kind, one.kind))
    card = f" {one.scheme} …{one.last_four}" if one.last_four else ""
    return f"{kind}{card} {format_money(one.amount_minor, code)}"


def _detail(field: Any) -> Any:
    field.exclude_from_list = True
    return field


SALES = Section(
    key="sales",
    label=later("Sales"),
    one=later("sale"),
    icon="fa-solid fa-receipt",
    group=later("Sales"),
    right=Right.REPORT,
    fields=(
        Field("receipt_number", label=later("Receipt")),
        MomentField("completed_at_ms", label=later("When")),
        Field("place", label=later("Till")),
        Field("staff", label=later("By")),
        MoneyField("total", label=later("Total")),
        _detail(LinesField("lines", label=later("Lines"), line=_line)),
        _detail(LinesField("tenders", label=later("Paid"), line=_tender)),
        _detail(MoneyField("change", label=later("Change"))),
        _detail(MoneyField("tax", label=later("Tax"))),
        _detail(MoneyField("rounding", label=later("Rounding"))),
        _detail(MoneyField("saved", label=later("Saved"))),
        _detail(Field("customer_id", label=later("Customer"))),
        _detail(Field("flags", label=later("Flags"))),
        _detail(NumberField("number", label=later("Number at the hub"))),
    ),
    pk="number",
    listing=Listing(
        query=_query,
        key=_sale.c.number,
        record=_record,
        find=_find,
        sorts={"number": _sale.c.number, "receipt_number": _sale.c.receipt_number},
        first=("number", True),
        finish=_finish,
    ),
    shown=_shown,
)

_shift = tables.shift
_STATES = (
    (ShiftState.OPEN.value, later("open")),
    (ShiftState.WAITING.value, later("waiting for sales")),
    (ShiftState.AGREES.value, later("agrees")),
    (ShiftState.DIFFERS.value, later("differs")),
)


def _shifts(office: Office) -> Select[Any]:
    device = tables.device
    joined = _shift.outerjoin(device, device.c.device_id == _shift.c.device_id).outerjoin(
        _store, _store.c.store_id == _shift.c.store_id
    )
    query = select(_shift, device.c.till_number, _store.c.code, _store.c.record).select_from(joined)
    return of_stores(query, office, _shift.c.store_id)


def _shift_record(row: Any, office: Office) -> Record:
    shop = msgspec.json.decode(row.record, type=Shop) if row.record else office.shop
    seen = shifts.seen(row)
    return Record(
        key=f"{row.device_id}/{row.shift}",
        place=f"{row.code or '?'}-{row.till_number or 0}",
        shift=row.shift,
        state=seen.state.value,
        first_at_ms=row.first_at_ms,
        closed_at_ms=row.closed_at_ms,
        sales=row.sales,
        total=Sum(row.total_minor, shop.currency),
        tax=Sum(row.tax_minor, shop.currency),
        float=Sum(row.float_minor, shop.currency),
        said=row.shift,
    )


SHIFTS = Section(
    key="shifts",
    label=later("Shifts"),
    one=later("shift"),
    icon="fa-solid fa-clock",
    group=later("Sales"),
    right=Right.REPORT,
    fields=(
        Field("place", label=later("Till")),
        Field("shift", label=later("Shift")),
        ChoiceField("state", label=later("State"), choices=_STATES),
        MomentField("first_at_ms", label=later("First sale")),
        MomentField("closed_at_ms", label=later("Closed")),
        NumberField("sales", label=later("Sales")),
        MoneyField("total", label=later("Total")),
        _detail(MoneyField("tax", label=later("Tax"))),
        _detail(MoneyField("float", label=later("Float"))),
    ),
    listing=Listing(
        query=_shifts,
        key=(_shift.c.device_id, _shift.c.shift),
        record=_shift_record,
        sorts={"first_at_ms": _shift.c.first_at_ms},
        first=("first_at_ms", True),
    ),
)
