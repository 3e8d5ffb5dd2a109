"""X and Z reports: what a shift comes to by its journal, read beside a running till."""

from omnipos import events
from omnipos.domain import reckoning
from omnipos.domain.errors import ItemUnknown
from omnipos.domain.occasion import date_at
from omnipos.domain.quotation import QuotationClosed, QuotationEnd
from omnipos.domain.reckoning import Entry, Reckoning
from omnipos.domain.shift import CountTold, ShiftReport
from omnipos.events import Event, decode_fact
from omnipos.locale import _
from omnipos.store import books, identity, journal, outbox, shifts
from omnipos.store.connection import Connection
from omnipos.store.people import shop_by_id

_TOLD_OF = {
    events.type_of_kind(kind)
    for kind in (
        events.SaleCompleted,
        events.LineVoided,
        events.BasketVoided,
        events.TenderTakenBack,
        events.ShiftOpened,
        events.CashMoved,
        events.DrawerOpened,
        CountTold,
        QuotationClosed,
    )
}
"""What a shift begins with; a till does other things by itself, also at night."""


class XReport(ShiftReport, frozen=True, kw_only=True):
    """Totals of the open shift so far. Cash in the drawer from sales is cash tendered less change."""

    cash_in_drawer_minor: int
    waiting: int


def x_report(db: Connection, now_ms: int = 0) -> XReport:
    """Return the totals of the open shift so far; `db` may be read-only."""
    report = report_so_far(db, now_ms)
    cash = report.drawer
    names = report.__struct_fields__
    return XReport(
        **{name: getattr(report, name) for name in names},
        cash_in_drawer_minor=cash.taken_minor - cash.refunds_minor - cash.change_minor,
        waiting=outbox.count_waiting(db).events,
    )


def report_so_far(db: Connection, now_ms: int = 0) -> ShiftReport:
    """Return what the open shift comes to by its journal; `began_at_ms` is 0 until it has begun."""
    who = identity.load_identity(db)
    shop = shop_by_id(db, who.store_id) if who else None
    now = shifts.open_shift(db)
    foreign = shifts.left_foreign(db, now)
    sums = Reckoning(now.left_minor, journal.counter_value(db, "receipt"), foreign)
    first, until_ms = None, now_ms
    for event in shifts.events_of(db, now):
        entry = entry_of_event(event)
        if entry is None:
            continue
        if first is None:
            first = event.header
            last_number = books.last_number_before(db, first.epoch, first.seq)
            sums = Reckoning(now.left_minor, last_number, foreign)
        sums.add(entry)
        until_ms = max(until_ms, event.header.occurred_at_ms)
    began_at_ms = first.occurred_at_ms if first else 0
    takings, drawer = sums.done()
    return ShiftReport(
        shift=now.shift,
        store_id=who.store_id if who else "",
        till_number=who.till_number if who else 0,
        currency=shop.currency if shop else "",
        business_date=date_at(shop, began_at_ms or until_ms).isoformat() if shop else "",
        began_at_ms=began_at_ms,
        until_ms=until_ms,
        takings=takings,
        drawer=drawer,
        first_epoch=first.epoch if first else 0,
    )


def entry_of_event(event: Event) -> Entry | None:
    """Return what an event means for the sums of its shift; None for nothing."""
    if event.header.type not in _TOLD_OF:
        return None
    return entry_of(decode_fact(event.body, event.header.schema), event.header.actor)


def entry_of(fact: events.Fact, actor: str) -> Entry | None:
    """Return what a fact means for the sums of its shift; None for nothing."""
    match fact:
        case events.SaleCompleted(sale=sale):
            return Entry(sale.staff_id, sale)
        case events.LineVoided(line=line):
            return Entry(actor, reckoning.LineOut(line))
        case events.BasketVoided(lines=lines):
            return Entry(actor, reckoning.BasketOut(lines))
        case events.TenderTakenBack(tender=tender):
            return Entry(actor, reckoning.TenderBack(tender))
        case events.ShiftOpened(float_minor=float_minor):
            return Entry(actor, reckoning.FloatCounted(float_minor))
        case events.CashMoved(move=move, amount_minor=amount_minor):
            return Entry(actor, reckoning.Moved(move, amount_minor))
        case CountTold() as count:
            return Entry(actor, count)
        case events.DrawerOpened(staff_id=staff_id, to_count=False):
            return Entry(staff_id, reckoning.NoSale())
        case QuotationClosed(end=QuotationEnd.SOLD):
            return Entry(actor, reckoning.QuoteSold())
        case _:
            return None


def z_report(db: Connection, count: int = 0) -> ShiftReport:
    """Return a closed shift's report as it was frozen, by its count; 0 is the last. Raises ItemUnknown."""
    found = shifts.closed_shift(db, count) if count else next(iter(shifts.closed_shifts(db, 1)), None)
    if found is None:
        raise ItemUnknown(_("There is no such Z report here: no shift of that number was closed."))
    return found


def z_reports(db: Connection, limit: int = 100) -> list[ShiftReport]:
    """Return the latest closed shifts, the newest first."""
    return shifts.closed_shifts(db, limit)
