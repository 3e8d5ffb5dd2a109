"""What a till's push locks: its store, and the balances, coupons and receipts its sales name.

Customers' cards are held late and briefly instead (`hub.purchases`): one queue names hundreds of them. A
batch that adds or corrects a card takes its numbers first, so that no other changes a card until it is in.
What is rare or reaches further (another life of a till, a web shop's own journal) is not listed: such a
batch has the whole hub for itself.
"""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection

from hub import customers
from hub.accounts import LONGEST_ID
from hub.auth import Principal, Role
from hub.coupons import coupon_code
from hub.envelopes import Received
from hub.locks import WHOLE, Key, Locks
from hub.moves import places_before
from omnipos import events
from omnipos.domain.accountmoves import sale_moves
from omnipos.domain.approval import ApprovalFact
from omnipos.domain.following import BasketFact
from omnipos.domain.names import clean_text
from omnipos.domain.quotation import QuotationFact
from omnipos.domain.sale import Sale
from omnipos.domain.shift import CountTold

_OF_THE_STORE = (
    events.SaleCompleted
    | events.LineVoided
    | events.BasketVoided
    | events.TenderTakenBack
    | events.PaymentAsked
    | events.PaymentEnded
    | events.AgeChecked
    | events.PaperReprinted
    | events.ShiftOpened
    | events.CashMoved
    | events.DrawerOpened
    | CountTold
    | events.ShiftClosed
    | events.StockCounted
    | events.OrderPicked
    | events.OrderReadied
    | events.OrderHandedOver
    | events.LeaseAsked
    | events.LeaseAskWithdrawn
    | events.LeaseReleased
    | events.LeaseTaken
    | events.ReceiptSendAsked
    | events.BuyerGiven
    | events.ExceptionSettled
    | CountTold
    | ApprovalFact
    | BasketFact
    | QuotationFact
)
"""Facts that change nothing beyond their store, but for what a sale names."""
_OF_A_CARD = events.CustomerAdded | events.CustomerChanged


def locks_of(till: Principal, batch: Sequence[Received]) -> Locks:
    """Return what a push must lock so that nobody else changes what it reads until it has written."""
    if till.role is not Role.DEVICE or till.revoked or not all(_is_plain(till, one) for one in batch):
        return WHOLE
    sales = [one.fact.sale for one in batch if isinstance(one.fact, events.SaleCompleted)]

    def more(conn: Connection) -> list[Key]:
        places = places_before(conn, till.device_id)
        return [*(Key("store", place.store_id) for place in places), *_balances(conn, sales)]

    keys = (Key("store", till.store_id), *_named(sales))
    ahead = any(isinstance(one.fact, _OF_A_CARD) for one in batch)
    return Locks(whole=False, keys=keys, more=more, repeatable=True, ahead=ahead)


def _is_plain(till: Principal, one: Received) -> bool:
    return not one.problem and one.epoch == till.epoch and isinstance(one.fact, _OF_THE_STORE | _OF_A_CARD)


def _named(sales: Iterable[Sale]) -> Iterator[Key]:
    for sale in sales:
        for move in sale_moves(sale):
            yield Key("account", clean_text(move.account_id, LONGEST_ID))
        for code in sale.coupons:
            yield Key("coupon", coupon_code(code))
        for line in sale.lines:
            if line.returned is not None:
                yield Key("sale", line.returned.sale_id)


def _balances(conn: Connection, sales: Sequence[Sale]) -> Iterator[Key]:
    """Return the balances of people that sales move; an alias has those of its card."""
    people = {move.account_id for sale in sales for move in sale_moves(sale)}
    for root in set(customers.roots(conn, people).values()):
        yield Key("account", clean_text(root, LONGEST_ID))
