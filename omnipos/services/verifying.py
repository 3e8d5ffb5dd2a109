"""Verifying a till: the chain is whole, the books equal the journal, the numbers have no gap."""

from itertools import chain

import msgspec

from omnipos.domain.accountmoves import sale_moves
from omnipos.domain.sale import Sale, adds_up, receipt_number
from omnipos.domain.stock import Movement, hand_over_movements, sale_movements
from omnipos.domain.stocktake import count_movements
from omnipos.events import (
    GENESIS,
    Event,
    OrderHandedOver,
    SaleCompleted,
    StockCounted,
    chain_hash,
    decode_fact,
)
from omnipos.locale import _
from omnipos.services.verifying_shifts import ShiftChecks
from omnipos.services.witnessing import Testimony, check_testimony
from omnipos.store import identity, journal
from omnipos.store.accounts import moves_at
from omnipos.store.archive import archived_events, archives, trouble_of
from omnipos.store.books import SALE_HEAD, movements_at, sale_row
from omnipos.store.connection import Connection


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What verifying found; no findings means that all is well."""

    events: int
    sales: int
    total_minor: int
    head_hash: str
    findings: tuple[str, ...]


def verify(db: Connection, testimony: Testimony | None = None) -> Verification:
    """Read the whole journal, compare the books with it and it with what the hub signed.

    `db` may be read-only; the testimony is read before it, as a running till may add to both.
    """
    found: list[str] = []
    written_as = identity.epochs(db)
    head, place = GENESIS, (0, 0)
    sales = total = numbers = events = moved = balances = 0
    shift_checks = ShiftChecks(db)
    sealed = archives(db)
    found += [trouble for one in sealed if (trouble := trouble_of(db, one))]
    if found:
        # Without them nothing can be counted; the rest hangs on the last checkpoint.
        text = _("{count} archived events cannot be verified, nor any sum that they are part of.")
        found.append(text.format(count=sum(one.events for one in sealed)))
        return Verification(events=0, sales=0, total_minor=0, head_hash="", findings=tuple(found))
    old = chain.from_iterable(archived_events(db, one) for one in sealed)
    for event in chain(old, journal.read_events(db)):
        events += 1
        found += check_link(event, head, place)
        head, place = event.hash, (event.header.epoch, event.header.seq)
        try:
            fact = decode_fact(event.body, event.header.schema)
        except msgspec.DecodeError as error:
            found.append(_at(event, _("cannot be read: {reason}").format(reason=error)))
            continue
        if isinstance(fact, SaleCompleted):
            sales, numbers, total = sales + 1, numbers + 1, total + fact.sale.total_minor
            found += _check_sale(db, event, fact.sale, numbers)
            balances += len(sale_moves(fact.sale))
            who = written_as.get(event.header.epoch)
            if who is None:
                found.append(_at(event, _("is of an epoch that this till never had")))
            else:
                wanted = receipt_number(who.store_code, who.till_number, event.header.epoch, numbers)
                if fact.sale.receipt_number != wanted:
                    text = _("has receipt number {number}, due was {wanted}")
                    found.append(_at(event, text.format(number=fact.sale.receipt_number, wanted=wanted)))
        found += shift_checks.check(event, fact)
        movements = _movements(fact)
        moved += len(movements)
        found += _check_movements(db, event, movements)
    gone = sum(one.events for one in sealed)
    rows = {"sale": sales, "outbox": events - gone, "stock_movement": moved, "account_move": balances}
    found += _check_totals(db, numbers, rows | {"shift_closed": shift_checks.closed})
    if testimony is not None:
        found += check_testimony(db, testimony)
    return Verification(
        events=events, sales=sales, total_minor=total, head_hash=head.hex(), findings=tuple(found)
    )


def _at(event: Event, finding: str) -> str:
    place = _("Event {seq} of epoch {epoch}").format(seq=event.header.seq, epoch=event.header.epoch)
    return f"{place} {finding}."


def check_link(event: Event, head: bytes, place: tuple[int, int]) -> list[str]:
    """Return what is wrong with an event's link to the one before it: that one's hash, epoch and sequence."""
    found = []
    epoch, seq = event.header.epoch, event.header.seq
    if not (seq == place[1] + 1 and epoch == place[0]) and not (seq == 1 and epoch > place[0]):
        found.append(_at(event, _("does not follow the one before it: something is missing")))
    if event.prev_hash != head:
        found.append(_at(event, _("does not hang on the one before it")))
    if chain_hash(event.prev_hash, event.header, event.body) != event.hash:
        found.append(_at(event, _("was changed after it was written")))
    return found


def _check_sale(db: Connection, event: Event, sale: Sale, number: int) -> list[str]:
    found = []
    if not adds_up(sale):
        found.append(_at(event, _("holds a sale whose sums do not agree")))
    row = sale_row(db, event.header.epoch, event.header.seq)
    if row is None:
        found.append(_at(event, _("is a sale that is missing from the books")))
        return found
    head = tuple(number if name == "number" else getattr(sale, name) for name in SALE_HEAD)
    lines = tuple(
        (
            one.product_id,
            one.quantity_milli,
            one.amount_minor,
            one.tax_code,
            one.tax_minor,
            one.saved_minor,
        )
        for one in sale.lines
    )
    tenders = tuple((one.kind.value, one.amount_minor) for one in sale.tenders)
    if (row.head, row.lines, row.tenders) != (head, lines, tenders):
        found.append(_at(event, _("is a sale that the books show differently")))
    moves = {
        (one.kind.value, one.account_id, one.currency, one.source, one.amount_minor)
        for one in sale_moves(sale)
    }
    if moves and moves_at(db, event.header.epoch, event.header.seq) != moves:
        found.append(_at(event, _("moved other balances than the books show")))
    return found


def _movements(fact: object) -> tuple[Movement, ...]:
    if isinstance(fact, SaleCompleted):
        return sale_movements(fact.sale)
    if isinstance(fact, StockCounted):
        return count_movements(fact.lines, fact.store_id)
    return hand_over_movements(fact.lines, "") if isinstance(fact, OrderHandedOver) else ()


def _check_movements(db: Connection, event: Event, movements: tuple[Movement, ...]) -> list[str]:
    wanted = tuple((one.product_id, one.quantity_milli, one.reason.value) for one in movements)
    if movements_at(db, event.header.epoch, event.header.seq) == wanted:
        return []
    return [_at(event, _("moved other stock than the books show"))]


def _check_totals(db: Connection, numbers: int, tables: dict[str, int]) -> list[str]:
    found = []
    drawn = journal.counter_value(db, "receipt")
    if drawn != numbers:
        text = _("{drawn} receipt numbers were drawn, but the journal has {numbers} sales.")
        found.append(text.format(drawn=drawn, numbers=numbers))
    for table, wanted in tables.items():
        rows = journal.count_rows(db, table)
        if rows != wanted:
            text = _("The table {table} has {rows} rows where the journal has {wanted}.")
            found.append(text.format(table=table, rows=rows, wanted=wanted))
    return found
