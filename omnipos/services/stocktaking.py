"""Counting stock while selling goes on: scan, count, finish; every line is on disk as it is counted."""

import msgspec

from omnipos.domain.catalogue import Item, Product
from omnipos.domain.errors import EntryRefused
from omnipos.domain.quantity import MOST_MILLI, PIECE_MILLI
from omnipos.domain.staff import Approval, Right
from omnipos.domain.stocktake import CountedLine, count_movements
from omnipos.events import StockCounted
from omnipos.locale import _
from omnipos.services import approving, finding
from omnipos.services.approving import NOBODY, Word
from omnipos.services.finding import ItemOffer
from omnipos.services.till import Till
from omnipos.store import books, journal, stocktakes
from omnipos.store.catalogue import product_by_id, stock_of
from omnipos.store.connection import transaction
from omnipos.store.stamps import draw_stamp

MOST_LINES = 500
"""So many lines go into one entry of the journal; a longer count is several."""


class CountRow(msgspec.Struct, frozen=True, kw_only=True):
    """One product of a count, with what the till showed as on hand when it was counted."""

    product_id: str
    sku: str
    name: str
    unit: str
    counted_milli: int
    expected_milli: int

    @property
    def difference_milli(self) -> int:
        """What was counted beyond what was expected; less than nothing is shrinkage."""
        return self.counted_milli - self.expected_milli


class CountView(msgspec.Struct, frozen=True, kw_only=True):
    """A count under way, the product counted last first; since 0 when none is."""

    since_ms: int
    rows: tuple[CountRow, ...]


STOCKTAKE = "stocktake"
"""What the action of several steps is called that a word for counting serves until its end."""


def _may_count(till: Till, word: Word) -> Approval | None:
    return approving.begin(till, Right.COUNT, _("Stocktake"), word, STOCKTAKE)


def leave(till: Till) -> None:
    """Leave counting: while nothing is counted, who was allowed to is asked again the next time."""
    if stocktakes.current_stocktake(till.store.books) is None:
        approving.end(till, Right.COUNT, STOCKTAKE)


def current(till: Till, word: Word = NOBODY) -> CountView:
    """Return the count under way.

    Raises WordNeeded for who may not count; their word, given at any step, serves until the count ends.
    """
    _may_count(till, word)
    return _current(till)


def _current(till: Till) -> CountView:
    take = stocktakes.current_stocktake(till.store.books)
    if take is None:
        return CountView(since_ms=0, rows=())
    return CountView(since_ms=take.started_at_ms, rows=tuple(_row(till, line) for line in take.lines))


def _row(till: Till, line: CountedLine) -> CountRow:
    product = product_by_id(till.store.books, line.product_id)
    return CountRow(
        product_id=line.product_id,
        sku=product.sku if product else "",
        name=product.name if product else line.product_id,
        unit=product.unit if product else "pcs",
        counted_milli=line.counted_milli,
        expected_milli=line.expected_milli,
    )


def count_entry(till: Till, text: str, word: Word = NOBODY) -> CountView:
    """Count what was scanned or typed, `12*code` for twelve; more of a product adds to it.

    Raises ItemUnknown or EntryRefused for what is no product, WordNeeded as `current` does.
    """
    found = finding.understood(till, text)
    if not isinstance(found, ItemOffer):
        raise EntryRefused(_("That is no product. Scan or type what lies on the shelf."))
    finding.check_one_product(found.item)
    return add(till, found.item, found.quantity_milli, word)


def add(till: Till, item: Item, quantity_milli: int, word: Word = NOBODY) -> CountView:
    """Add to what was counted of a product."""
    product_id = item.product.product_id
    take = stocktakes.current_stocktake(till.store.books)
    before = next((one for one in take.lines if one.product_id == product_id), None) if take else None
    return _put(till, item.product, quantity_milli + (before.counted_milli if before else 0), word)


def put(till: Till, product_id: str, counted_milli: int, word: Word = NOBODY) -> CountView:
    """Say how much there is of a product in all, nothing included."""
    product = product_by_id(till.store.books, product_id)
    if product is None:
        raise EntryRefused(_("This product is no longer known here."))
    return _put(till, product, counted_milli, word)


def _put(till: Till, product: Product, counted_milli: int, word: Word) -> CountView:
    if not 0 <= counted_milli <= MOST_MILLI:
        raise EntryRefused(
            _("{quantity} is more than one shelf can hold. Was a barcode scanned here?").format(
                quantity=counted_milli // PIECE_MILLI
            )
        )
    _may_count(till, word)
    db, who, now_ms = till.store.books, till.identity, till.clock.now_ms()
    figure = stock_of(db, who.store_id, product.product_id)
    head = journal.head_of(db)
    with transaction(db):
        if stocktakes.current_stocktake(db) is None:
            seen = stocktakes.places_applied(db, who.store_id)
            stocktakes.begin_stocktake(db, till.new_id(), now_ms, seen)
        line = CountedLine(
            product_id=product.product_id,
            counted_milli=counted_milli,
            expected_milli=figure.on_hand_milli if figure else 0,
            own_epoch=head.epoch if head else who.epoch,
            own_seq=head.seq if head else 0,
            stamp=draw_stamp(db, now_ms, who.device_id),
        )
        stocktakes.put_line(db, line)
    return _current(till)


def take_out(till: Till, product_id: str, word: Word = NOBODY) -> CountView:
    """Take a product out of the count, as if it had not been counted."""
    _may_count(till, word)
    with transaction(till.store.books):
        stocktakes.drop_line(till.store.books, product_id)
    return _current(till)


def give_up(till: Till, word: Word = NOBODY) -> None:
    """Give the count up; no stock changes."""
    _may_count(till, word)
    with transaction(till.store.books):
        stocktakes.end_stocktake(till.store.books)
    approving.end(till, Right.COUNT, STOCKTAKE)


def finish(till: Till, word: Word = NOBODY) -> CountView:
    """Make what was counted the stock, and return it; raise EntryRefused when nothing was."""
    allowed = _may_count(till, word)
    counted = _current(till)
    db = till.store.books
    take = stocktakes.current_stocktake(db)
    if take is None or not take.lines:
        raise EntryRefused(_("Nothing was counted yet. Scan what lies on the shelf."))
    with transaction(db):
        for first in range(0, len(take.lines), MOST_LINES):
            lines = take.lines[first : first + MOST_LINES]
            fact = StockCounted(
                stocktake_id=take.stocktake_id,
                store_id=till.identity.store_id,
                seen=take.seen,
                lines=lines,
                allowed=allowed,
            )
            event = journal.append(db, till.stamp(), fact)
            books.insert_movements(db, event, count_movements(lines, fact.store_id))
        stocktakes.end_stocktake(db)
    approving.end(till, Right.COUNT, STOCKTAKE)
    till.syncing.nudge()
    return counted
