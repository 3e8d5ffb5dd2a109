"""What being paid does to a customer's quote: its deposit is counted, and the quote ends with the sale."""

import msgspec

from omnipos.domain.account import AccountKind
from omnipos.domain.basket import Basket
from omnipos.domain.errors import BasketRefused, TenderRefused
from omnipos.domain.money import format_money
from omnipos.domain.quotation import QuotationClosed, QuotationEnd
from omnipos.domain.sale import Sale
from omnipos.locale import _
from omnipos.services.till import Till
from omnipos.store import accounts, baskets, journal, quotations


def deposit_of(till: Till, number: str) -> int:
    """Return what is paid ahead on a quote, as far as this till knows."""
    currency = till.shop().currency
    standing = accounts.standing_of(till.store.books, AccountKind.DEPOSIT, number, currency)
    return max(standing.balance_minor, 0)


def with_deposit(till: Till, basket: Basket) -> Basket:
    """Return a basket with the deposit that is on its quote now; from the first tender on it stays."""
    if basket.quoted is None or basket.tenders or basket.payments:
        return basket
    paid = deposit_of(till, basket.quoted.number)
    return msgspec.structs.replace(basket, quoted=msgspec.structs.replace(basket.quoted, deposit_minor=paid))


def check_deposit(basket: Basket, total_minor: int) -> None:
    """Raise TenderRefused for a basket that costs less than what was paid ahead for it."""
    if basket.quoted is not None and basket.quoted.deposit_minor > max(total_minor, 0):
        raise TenderRefused(
            _(
                "The deposit of {deposit} is more than these goods cost. Ring up more, or cancel the quote:"
                " its deposit goes back then."
            ).format(deposit=format_money(basket.quoted.deposit_minor, basket.currency))
        )


def check_not_parked(till: Till, number: str) -> None:
    """Raise BasketRefused while a parked basket holds a quote or money on it: its deposit counts once."""
    for _at, basket in baskets.parked_baskets(till.store.books):
        held = {basket.quoted.number} if basket.quoted else set()
        if number in held | {line.deposit_on for line in basket.lines}:
            raise BasketRefused(
                _("Parked basket {basket} is about quote {number}. Finish it, or give it up, first.").format(
                    basket=basket.number, number=number
                )
            )


def close(till: Till, basket: Basket, sale: Sale) -> None:
    """End the quotes that a sale sells or gives the deposit of back; the caller owns the transaction."""
    ends = {
        line.deposit_on: QuotationEnd.CANCELLED
        for line in sale.lines
        if _goes_back(line.deposit_on, line.net_minor)
    }
    if basket.quoted is not None:
        ends[basket.quoted.number] = QuotationEnd.SOLD
    for number, end in ends.items():
        write_end(till, QuotationClosed(number=number, end=end, sale_id=sale.sale_id))


def _goes_back(number: str, amount_minor: int) -> bool:
    return bool(number) and amount_minor < 0


def write_end(till: Till, fact: QuotationClosed) -> None:
    """Write that a quote ended; the caller owns the transaction."""
    db = till.store.books
    quotations.keep(db, journal.append(db, till.stamp(), fact), fact.number, None)
