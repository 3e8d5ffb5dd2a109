"""Customers' quotes at the hub: told to all tills of the store while they are open."""

from sqlalchemy import select

from hub import tables
from hub.collecting import Report
from hub.feed import baskets_stream
from hub.unit import Unit
from omnipos.domain.quotation import QuotationFact, QuotationSaved


def apply(unit: Unit, fact: QuotationFact, report: Report) -> None:
    """Tell the store's tills of a quote that was kept, or that it ended."""
    stream = baskets_stream(report.store_id)
    if not isinstance(fact, QuotationSaved):
        unit.tell(stream, f"quote/{fact.number}", None)
        return
    if fact.quotation.store_id != report.store_id:
        raise ValueError("a quote of another store than its till's")
    key = f"quote/{fact.quotation.number}"
    # After a restore of the hub a till may tell again of a quote that another one ended since.
    if not _has_ended(unit, stream, key):
        unit.tell(stream, key, fact.quotation)


def _has_ended(unit: Unit, stream: str, key: str) -> bool:
    told = unit.changes.get(stream, {})
    if key in told:
        return told[key] is None
    table = tables.change
    here = (table.c.stream == stream) & (table.c.key == key) & table.c.record.is_(None)
    return unit.conn.scalar(select(table.c.key).where(here)) is not None
