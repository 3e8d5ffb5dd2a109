"""Who is named inside a fact about money, and the right that what they did or allowed takes.

The till asks for each of these before it writes the fact; a fact that says otherwise was not written by
a till as it is, or by one that did not know of a change yet. It counts, and a person is told.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from omnipos import events
from omnipos.domain.drawer import CashMove, limit_minor
from omnipos.domain.errors import EntryRefused
from omnipos.domain.foreign_count import differences
from omnipos.domain.money import format_money
from omnipos.domain.names import clean_text
from omnipos.domain.payment import PaymentOutcome
from omnipos.domain.refunding import CASH_KINDS
from omnipos.domain.sale import Sale
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Approval, Right
from omnipos.domain.tender import TenderKind
from omnipos.locale import _, later

BY_HAND = (PaymentOutcome.SAID_PAID, PaymentOutcome.SAID_UNPAID, PaymentOutcome.KEPT)
"""Ends of a payment that only a person says."""


class Claim(NamedTuple):
    """Somebody who is named for one thing, and the right that it takes."""

    staff_id: str
    what: str
    right: Right


def claims_of(fact: object, actor: str, shop: Callable[[], Shop | None]) -> Iterator[Claim]:
    """Yield who did or allowed what in a fact; without a word, whoever wrote it answers for it."""
    match fact:
        case events.SaleCompleted(sale=sale):
            yield from _of_sale(sale, actor)
        case events.PaymentEnded() as ended:
            if ended.outcome in BY_HAND or ended.approval is not None:
                what = _("a payment settled by hand")
                yield Claim(_who(ended.approval, actor), what, Right.PAYMENT)
        case events.ShiftOpened(allowed=allowed):
            yield Claim(_who(allowed, actor), _("a float counted into the drawer"), Right.DRAWER)
        case events.CashMoved() as moved:
            yield from _of_move(moved, actor, shop())
        case events.DrawerOpened() as opened:
            yield from _of_drawer(opened, actor)
        case events.ShiftClosed() as closed:
            yield from _of_close(closed, actor, shop())
        case events.PaperReprinted(receipt_number=number, allowed=allowed) if "-Z" in number:
            what = _("Z {number} printed again").format(number=clean_text(number, 40))
            yield Claim(_who(allowed, actor), what, Right.CASH_UP)


_MOVES = {
    CashMove.PAID_IN: later("{sum} paid into the drawer"),
    CashMove.PAID_OUT: later("{sum} paid out of the drawer"),
    CashMove.SAFE_DROP: later("{sum} dropped into the safe"),
}


def _sum(minor: int, code: str) -> str:
    try:
        return format_money(minor, code)
    except EntryRefused:  # a till may say any currency
        return f"{clean_text(code, 8)} {minor}".strip()


def _who(approval: Approval | None, actor: str) -> str:
    return actor if approval is None else approval.staff_id


def _of_sale(sale: Sale, actor: str) -> Iterator[Claim]:
    number = clean_text(sale.receipt_number, 40)
    what = _("goods taken back with receipt {number}").format(number=number)
    back = [line.returned for line in sale.lines if line.returned is not None]
    for who in dict.fromkeys(_who(one.allowed, one.brought_by or actor) for one in back):
        yield Claim(who, what, Right.RETURN)
    for line in sale.lines:
        if line.returned is not None:
            if line.returned.approval is not None and line.returned.sale_id:
                what = _("goods taken back too late with receipt {number}").format(number=number)
                yield Claim(line.returned.approval.staff_id, what, Right.RETURN_FREELY)
            continue
        if line.discount is not None:
            what = _("a discount on receipt {number}").format(number=number)
            yield Claim(_who(line.discount.approval, actor), what, Right.DISCOUNT)
        if line.override is not None:
            what = _("another price on receipt {number}").format(number=number)
            yield Claim(_who(line.override.approval, actor), what, Right.PRICE)
    if sale.discount is not None:
        what = _("a discount on receipt {number}").format(number=number)
        yield Claim(_who(sale.discount.approval, actor), what, Right.DISCOUNT)
    if sale.exemption is not None:
        what = _("no tax on receipt {number}").format(number=number)
        yield Claim(_who(sale.exemption.approval, actor), what, Right.OVERRIDE)
    yield from _of_tenders(sale, number)
    if all(line.returned is None for line in sale.lines):
        yield from cash_unasked(sale, actor, 0)  # what comes back with a receipt is held against that


def cash_minor(sale: Sale) -> int:
    """Return the cash that was tendered with a sale, less what was given back; before change."""
    return sum(tender.amount_minor for tender in sale.tenders if tender.kind in CASH_KINDS)


def cash_unasked(sale: Sale, actor: str, cash_paid_minor: int) -> Iterator[Claim]:
    """Yield who gave more cash back than was paid in cash, when nobody gave their word for it."""
    back_minor = -cash_minor(sale)
    named = any(tender.approval is not None for tender in sale.tenders if tender.amount_minor < 0)
    if back_minor > max(cash_paid_minor, 0) and not named:
        what = _("{sum} given back in cash with receipt {number}").format(
            sum=_sum(back_minor, sale.currency), number=clean_text(sale.receipt_number, 40)
        )
        yield Claim(actor, what, Right.REFUND_CASH)


def _of_tenders(sale: Sale, number: str) -> Iterator[Claim]:
    for tender in sale.tenders:
        if tender.approval is None:
            continue
        sum_ = _sum(abs(tender.amount_minor), sale.currency)
        if tender.kind is TenderKind.ACCOUNT:
            what = _("{sum} lent beyond the limit with receipt {number}")
            right = Right.ACCOUNT
        else:
            what = _("{sum} given back in cash with receipt {number}")
            right = Right.REFUND_CASH
        yield Claim(tender.approval.staff_id, what.format(sum=sum_, number=number), right)


def _of_move(moved: events.CashMoved, actor: str, shop: Shop | None) -> Iterator[Claim]:
    limit = shop.drawer.paid_out_limit_minor if shop else None
    is_beyond = moved.move is CashMove.PAID_OUT and limit is not None and moved.amount_minor > limit
    sum_ = _sum(moved.amount_minor, shop.currency if shop else "")
    yield Claim(_who(moved.allowed, actor), _(_MOVES[moved.move]).format(sum=sum_), Right.DRAWER)
    if moved.approval is not None or is_beyond:
        what = _("{sum} paid out beyond the limit of the shop").format(sum=sum_)
        yield Claim(_who(moved.approval, actor), what, Right.OVERRIDE)


def _of_drawer(opened: events.DrawerOpened, actor: str) -> Iterator[Claim]:
    what = _("the drawer opened without a sale")
    right = Right.CASH_UP if opened.to_count else Right.NO_SALE
    if opened.approval is None:
        yield Claim(opened.staff_id or actor, what, right)
        return
    yield Claim(opened.staff_id or actor, what, Right.SELL)
    yield Claim(opened.approval.staff_id, what, right)


def _of_close(closed: events.ShiftClosed, actor: str, shop: Shop | None) -> Iterator[Claim]:
    report = closed.report
    number = clean_text(report.number, 40)
    what = _("the drawer counted for Z {number}").format(number=number)
    does = dict.fromkeys((actor, report.closed_by or actor))
    for who in does:
        yield Claim(who, what, Right.CASH_UP if report.allowed is None else Right.SELL)
    if report.allowed is not None:
        yield Claim(report.allowed.staff_id, what, Right.CASH_UP)
    is_off = shop is not None and bool(differences(report, limit_minor(shop.drawer, shop.currency)))
    if report.over_short is not None or is_off or report.is_recount:
        what = _("a drawer over or short at Z {number}").format(number=number)
        yield Claim(_who(report.over_short, actor), what, Right.OVERRIDE)
    if report.forced is not None or report.obstacles:
        what = _("Z {number} closed over what stood in its way").format(number=number)
        yield Claim(_who(report.forced, actor), what, Right.OVERRIDE)
