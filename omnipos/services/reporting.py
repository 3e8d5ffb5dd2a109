"""The X report: what this till took so far, read beside a running till."""

import msgspec

from omnipos.store import books, identity, outbox
from omnipos.store.connection import Connection
from omnipos.store.people import shop_by_id


class XReport(msgspec.Struct, frozen=True, kw_only=True):
    """Totals so far, in minor units. Cash in the drawer from sales is cash tendered less change."""

    store_id: str
    till_number: int
    currency: str
    takings: books.Takings
    cash_in_drawer_minor: int
    waiting: int


def x_report(db: Connection) -> XReport:
    """Return the totals of a till's books so far; `db` may be read-only."""
    who = identity.load_identity(db)
    shop = shop_by_id(db, who.store_id) if who else None
    takings = books.takings(db)
    cash = sum(one.amount_minor for one in takings.tenders if one.kind == "cash")
    return XReport(
        store_id=who.store_id if who else "",
        till_number=who.till_number if who else 0,
        currency=shop.currency if shop else "",
        takings=takings,
        cash_in_drawer_minor=cash - takings.change_minor,
        waiting=outbox.count_waiting(db).events,
    )
