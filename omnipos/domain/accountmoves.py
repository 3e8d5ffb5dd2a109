"""What a sale does to gift cards, store credit, what is owed on account and deposits."""

from omnipos.domain.account import AccountKind, AccountMove
from omnipos.domain.sale import Sale, SaleLine
from omnipos.domain.tender import Tender, TenderKind

_OF_TENDER = {
    TenderKind.GIFT_CARD: (AccountKind.GIFT_CARD, -1),
    TenderKind.STORE_CREDIT: (AccountKind.STORE_CREDIT, -1),
    TenderKind.ACCOUNT: (AccountKind.ACCOUNT, 1),
    TenderKind.DEPOSIT: (AccountKind.DEPOSIT, -1),
}
"""Which balance a tender moves, and in which direction."""


def sale_moves(sale: Sale) -> tuple[AccountMove, ...]:
    """Return what a sale's lines and tenders do to balances, in order.

    A gift card's line adds what was paid for it; a tender takes off what it pays, and adds what it
    gives back. On account it is the other way round: a tender adds to what is owed.
    """
    lines = (_of_line(sale, line, number) for number, line in enumerate(sale.lines, start=1))
    tenders = (_of_tender(sale, tender, number) for number, tender in enumerate(sale.tenders, start=1))
    return tuple(move for move in (*lines, *tenders) if move is not None and move.amount_minor)


def _of_line(sale: Sale, line: SaleLine, number: int) -> AccountMove | None:
    if line.gift_card:
        kind, account_id, sign = AccountKind.GIFT_CARD, line.gift_card, 1
    elif line.pays_off:
        kind, account_id, sign = AccountKind.ACCOUNT, line.pays_off, -1
    elif line.deposit_on:
        kind, account_id, sign = AccountKind.DEPOSIT, line.deposit_on, 1
    else:
        return None
    return AccountMove(
        kind=kind,
        account_id=account_id,
        currency=sale.currency,
        amount_minor=sign * line.net_minor,
        source=f"line-{number}",
    )


def _of_tender(sale: Sale, tender: Tender, number: int) -> AccountMove | None:
    kind, sign = _OF_TENDER.get(tender.kind, (None, 0))
    if kind is None:
        return None
    account_id = tender.reference
    if kind is not AccountKind.GIFT_CARD:
        account_id = tender.reference or sale.customer_id
    return AccountMove(
        kind=kind,
        account_id=account_id,
        currency=sale.currency,
        amount_minor=sign * tender.amount_minor,
        source=f"tender-{number}",
    )
