"""Giving money back: how much may go, by which means, and what is proposed for it."""

import msgspec

from omnipos.domain.basket import Basket
from omnipos.domain.errors import TenderRefused
from omnipos.domain.money import CashRounding, format_money, round_cash, round_down
from omnipos.domain.tender import Due, Tender, TenderKind, due
from omnipos.locale import _

CASH_KINDS = (TenderKind.CASH, TenderKind.FOREIGN_CASH)
"""What was paid by these goes back as the shop's own cash."""


def most_back(basket: Basket, total_minor: int) -> int | None:
    """Return the most that may go back for a basket of this total: what is left of the sales' money.

    What that money buys in the same basket does not go back. None without a receipt, or without a return.
    """
    if basket.refundable is None:
        return None
    returned = sum(line.returned.value_minor for line in basket.lines if line.returned is not None)
    bought_minor = total_minor - returned
    return max(sum(one.left_minor for one in basket.refundables) - bought_minor, 0)


def basket_due(basket: Basket, total_minor: int, rounding: CashRounding) -> Due:
    """Return what is still due of a basket, or what still goes back."""
    return due(total_minor, basket.all_tenders, rounding, most_back(basket, total_minor))


def paid_by(basket: Basket) -> tuple[Tender, ...]:
    """Return by what the sales were paid whose goods come back, and how much of each may go back."""
    return tuple(tender for one in basket.refundables for tender in one.tenders)


def left_by(basket: Basket, kind: TenderKind) -> int:
    """Return how much may go back by one means, less what this basket gave back by it already."""
    kinds = CASH_KINDS if kind in CASH_KINDS else (kind,)
    paid = paid_by(basket)
    return sum(tender.amount_minor for tender in (*paid, *basket.tenders) if tender.kind in kinds)


def next_paid(basket: Basket, kind: TenderKind) -> Tender | None:
    """Return the first payment of a kind that may still go back, with how much: one card at a time."""
    given = -sum(one.amount_minor for one in basket.tenders if one.kind is kind)
    for tender in paid_by(basket):
        if tender.kind is kind:
            if tender.amount_minor > given:
                return msgspec.structs.replace(tender, amount_minor=tender.amount_minor - max(given, 0))
            given -= tender.amount_minor
    return None


def is_free_cash(basket: Basket, tender: Tender) -> bool:
    """Tell whether cash goes back for what was not paid in cash, which asks for a right of its own."""
    return tender.kind is TenderKind.CASH and -tender.amount_minor > left_by(basket, TenderKind.CASH)


def check_means(basket: Basket, tender: Tender, rounding: CashRounding) -> None:
    """Raise TenderRefused for money that would not go back the way it came, cash and store credit aside."""
    back_minor = -tender.amount_minor
    match tender.kind:
        case TenderKind.CASH:
            if round_cash(back_minor, rounding) != back_minor:
                raise TenderRefused(_("That sum cannot be given in cash here. Type a rounded one."))
        case TenderKind.STORE_CREDIT:
            if not (tender.reference or basket.customer_id):
                raise TenderRefused(_("Store credit needs a customer. Find the customer first."))
        case TenderKind.FOREIGN_CASH | TenderKind.DEPOSIT:
            raise TenderRefused(_("That goes back as cash or as store credit."))
        case kind:
            most_minor = left_by(basket, kind)
            if back_minor > most_minor:
                raise TenderRefused(
                    _("Only {left} was paid that way and may go back so.").format(
                        left=format_money(max(most_minor, 0), basket.currency)
                    )
                )


def ways(basket: Basket, owed: Due, rounding: CashRounding) -> tuple[Tender, ...]:
    """Return by what the rest of a refund may go back, the way it came first; all below zero, but for cash
    that comes to nothing when it is rounded.

    What was paid without cash comes before the cash. Store credit is there for a customer, and last of all
    cash for what was not paid in cash, which asks for a right.
    """
    if owed.due_minor >= 0:
        return ()
    found: dict[tuple[TenderKind, str], int] = {}
    paid = paid_by(basket)
    for tender in sorted(paid, key=lambda one: one.kind in CASH_KINDS):
        left_minor = min(left_by(basket, tender.kind), -owed.due_minor)
        if tender.kind in CASH_KINDS:
            most_minor = min(left_by(basket, tender.kind), -owed.cash_due_minor)
            found[TenderKind.CASH, ""] = -round_down(most_minor, rounding)
        elif tender.kind is TenderKind.CARD:
            next_card = next_paid(basket, TenderKind.CARD)
            left_minor = min(next_card.amount_minor if next_card else 0, -owed.due_minor)
            found[TenderKind.CARD, ""] = -left_minor
        elif tender.kind is not TenderKind.DEPOSIT:
            way = (tender.kind, tender.reference)
            found[way] = max(found.get(way, 0) - tender.amount_minor, -left_minor)
    if basket.customer_id:
        found.setdefault((TenderKind.STORE_CREDIT, basket.customer_id), owed.due_minor)
    found = {way: minor for way, minor in found.items() if minor < 0}
    if not owed.cash_due_minor and (not found or left_by(basket, TenderKind.CASH) > 0):
        found.setdefault((TenderKind.CASH, ""), 0)  # too little for any coin
    if left_by(basket, TenderKind.CASH) < -owed.cash_due_minor:
        found.setdefault((TenderKind.CASH, ""), owed.cash_due_minor)
    return tuple(
        Tender(kind=kind, reference=reference, amount_minor=minor)
        for (kind, reference), minor in found.items()
    )


def may_go_back(basket: Basket) -> bool:
    """Tell whether goods or a deposit come back, or all was paid ahead on a quote."""
    comes_back = any(line.returned or (line.deposit_on and line.amount_minor < 0) for line in basket.lines)
    return comes_back or (basket.quoted is not None and basket.quoted.deposit_minor > 0)
