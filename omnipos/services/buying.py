"""The buyer's tax data on the open basket: given when a tax invoice is asked for, kept with the sale."""

from msgspec.structs import replace

from omnipos.domain.basket import Basket
from omnipos.domain.buyer import check_buyer
from omnipos.domain.errors import BasketRefused
from omnipos.domain.sale import Sale
from omnipos.domain.staff import Right
from omnipos.events import BuyerGiven
from omnipos.locale import _
from omnipos.services.selling import BasketView, open_basket, save, view_of
from omnipos.services.till import Till
from omnipos.store import buyers, journal


def give(till: Till, kind: str, number: str, name: str, address: str = "", email: str = "") -> BasketView:
    """Put the buyer on the basket, also when part of it is paid; raise BasketRefused or EntryRefused."""
    till.signed_in(Right.SELL)
    before = open_basket(till)
    if before.is_empty:
        raise BasketRefused(_("The basket is empty. Scan something first."))
    buyer = check_buyer(kind, number, name, address, email, till.shop().country)
    return _saved(till, before, replace(before, buyer=buyer))


def take_off(till: Till) -> BasketView:
    """Take the buyer off the basket."""
    till.signed_in(Right.SELL)
    before = open_basket(till)
    return _saved(till, before, replace(before, buyer=None))


def _saved(till: Till, before: Basket, after: Basket) -> BasketView:
    view = view_of(till, after)
    save(till, before, after)
    return view


def write_buyer(till: Till, basket: Basket, sale: Sale) -> None:
    """Write who bought beside the sale that was just written; the caller owns the transaction."""
    if basket.buyer is None:
        return
    db, personal_id = till.store.books, till.new_id()
    fact = BuyerGiven(
        sale_id=sale.sale_id,
        receipt_number=sale.receipt_number,
        personal_id=personal_id,
        customer_id=sale.customer_id,
    )
    event = journal.append(db, till.stamp(), fact)
    buyers.insert_buyer(db, sale.sale_id, basket.buyer, event, personal_id)
