"""Brings the till's databases up to date, as sqlite-utils migrations: each whole or not at all."""

from pathlib import Path
from sqlite3 import Connection

from sqlite_utils import Database, Migrations

from omnipos.store.guards import guard
from omnipos.store.mirrorfiles import come_apart
from omnipos.store.schema import (
    ANSWERS_GIVEN_HERE,
    APPROVALS_OF_THE_STORE,
    ARCHIVES,
    BALANCES,
    BALANCES_MOVED,
    BASKET_HOPS,
    BASKETS_THAT_MOVE,
    BOOKS_1,
    BOOKS_EPOCHS,
    BUYERS,
    ERASURES,
    EXCEPTIONS_OF_THE_STORE,
    FINDING_AMONG_MANY,
    GUARDED,
    HYBRID_CLOCK,
    LIVES_ANSWERED,
    MIRROR_1,
    MIRROR_ASKED_FOR,
    MIRROR_FILES,
    NEWS_TO_TELL,
    ORDERS_BY_NUMBER,
    PAYMENTS,
    PLACES_APPLIED,
    PRICES,
    QUOTATIONS,
    RETURNS,
    SAVINGS,
    SHIFTS,
    STOCKTAKES,
)

BOOKS = Migrations("books")
MIRROR = Migrations("mirror")


def migrate(db: Connection, which: str, folder: Path) -> None:
    """Apply what is missing to the `books` or the `mirror` of a data folder."""
    if which == "books":
        BOOKS.apply(Database(db))
        return
    mirror, apart = Database(db), files_of_their_own.__name__
    if any(one.name == apart for one in MIRROR.pending(mirror)):
        MIRROR.apply(mirror, stop_before=apart)
    is_one_file = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'product'").fetchone() is not None
    if is_one_file:
        come_apart(db, folder)
    MIRROR.apply(mirror)
    if is_one_file:
        db.execute("VACUUM")


@BOOKS()
def first_books(db: Database) -> None:
    """Make the journal, the outbox, the books and the overlays of what the mirror does not show yet."""
    _run(db, BOOKS_1)
    for table in GUARDED:
        guard(db.conn, table)


@BOOKS()
def epochs(db: Database) -> None:
    """Keep which identity each epoch of the journal belongs to."""
    _run(db, BOOKS_EPOCHS)


@MIRROR()
def first_mirror(db: Database) -> None:
    """Make the copy of the hub's streams, with the indexes that the counter searches by."""
    _run(db, MIRROR_1)


@MIRROR()
def orders_asked_for(db: Database) -> None:
    """Let the orders that a till asks another for be found without reading all."""
    _run(db, MIRROR_ASKED_FOR)


@BOOKS()
def answers_given_here(db: Database) -> None:
    """Keep answers to exceptions until the mirror shows them, and find failed papers quickly."""
    _run(db, ANSWERS_GIVEN_HERE)


@MIRROR()
def exceptions_of_the_store(db: Database) -> None:
    """Make the copy of what a person must settle."""
    _run(db, EXCEPTIONS_OF_THE_STORE)


@BOOKS()
def hybrid_clock(db: Database) -> None:
    """Keep the last stamp of this till's hybrid clock over a restart."""
    _run(db, HYBRID_CLOCK)


@MIRROR()
def erasures(db: Database) -> None:
    """Keep who asked to be forgotten, so that what the books hold of them goes too."""
    _run(db, ERASURES)


@BOOKS()
def stocktakes(db: Database) -> None:
    """Keep a count that is under way over a restart."""
    _run(db, STOCKTAKES)


@MIRROR()
def places_applied(db: Database) -> None:
    """Keep how much of each till's journal the stock contains."""
    _run(db, PLACES_APPLIED)


@BOOKS()
def archives(db: Database) -> None:
    """Keep which events left the journal, for which file, and the checkpoint that the rest hangs on."""
    _run(db, ARCHIVES)
    guard(db.conn, "archive")


@MIRROR()
def prices(db: Database) -> None:
    """Make the copy of promotions, coupons and the prices of customer groups; know what is a variant."""
    _run(db, PRICES)


@BOOKS()
def lives_answered(db: Database) -> None:
    """Keep which heads of another life have been answered by sending an epoch again."""
    _run(db, LIVES_ANSWERED)


def _run(db: Database, script: str) -> None:
    # executescript would commit; each statement alone stays inside the migration's transaction.
    for statement in script.split(";\n"):
        if statement.strip():
            db.execute(statement)


@BOOKS()
def savings(db: Database) -> None:
    """Keep what was saved on sales, and which coupons this till took that the hub may not know of yet."""
    _run(db, SAVINGS)


@BOOKS()
def shifts(db: Database) -> None:
    """Keep the shifts that were closed, each with its frozen report."""
    _run(db, SHIFTS)
    guard(db.conn, "shift_closed")


@BOOKS()
def payments(db: Database) -> None:
    """Keep what was asked of card terminals and acquirers, so that a crash forgets none of it."""
    _run(db, PAYMENTS)


@MIRROR()
def balances(db: Database) -> None:
    """Make the copy of gift cards, store credit and what is owed on account."""
    _run(db, BALANCES)


@BOOKS()
def balances_moved(db: Database) -> None:
    """Keep what this till's sales did to balances, for those that the hub does not count yet."""
    _run(db, BALANCES_MOVED)


@BOOKS()
def returns(db: Database) -> None:
    """Keep which sales took goods of another sale back."""
    _run(db, RETURNS)


@MIRROR()
def approvals_of_the_store(db: Database) -> None:
    """Make the copy of what managers are asked for and allowed."""
    _run(db, APPROVALS_OF_THE_STORE)


@BOOKS()
def buyers(db: Database) -> None:
    """Keep which personal record tells of a sale's buyer."""
    _run(db, BUYERS)


@MIRROR()
def baskets_that_move(db: Database) -> None:
    """Make the copy of baskets on their way, and of where people signed in last."""
    _run(db, BASKETS_THAT_MOVE)


@BOOKS()
def basket_hops(db: Database) -> None:
    """Keep how far this till is with each basket that moved."""
    _run(db, BASKET_HOPS)


@BOOKS()
def quotations(db: Database) -> None:
    """Keep what this till did to customers' quotes, for those that the hub does not tell of yet."""
    _run(db, QUOTATIONS)


@BOOKS()
def news_to_tell(db: Database) -> None:
    """Keep what happened by itself until somebody was told, over a restart too."""
    _run(db, NEWS_TO_TELL)


@BOOKS()
def finding_among_many(db: Database) -> None:
    """Find the sales of an order and the words given here without reading all that ever happened."""
    _run(db, FINDING_AMONG_MANY)


@MIRROR()
def files_of_their_own(db: Database) -> None:
    """Let go of what has files of its own now; it was carried over before."""
    _run(db, MIRROR_FILES)


@MIRROR()
def orders_by_number(db: Database) -> None:
    """Find orders by a part of their number in an index alone, which also says which come first."""
    _run(db, ORDERS_BY_NUMBER)
