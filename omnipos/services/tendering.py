"""Paying: tenders one by one, and the sale that the last of them completes, all in one transaction."""

from collections.abc import Callable

import msgspec

from omnipos.domain.accountmoves import sale_moves
from omnipos.domain.basket import Basket
from omnipos.domain.errors import BasketRefused, PaymentOpen, TenderRefused
from omnipos.domain.names import clean_text
from omnipos.domain.order import Check
from omnipos.domain.paper import ReceiptPaper
from omnipos.domain.pricing import Totals
from omnipos.domain.refunding import check_means, is_free_cash, most_back
from omnipos.domain.returned import Refundable
from omnipos.domain.sale import Sale, SaleIdentity, complete, receipt_number
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Right
from omnipos.domain.stock import sale_movements
from omnipos.domain.tender import CardSlip, Settled, Tender, TenderKind, check_tender, settle
from omnipos.events import SaleCompleted, TenderTakenBack
from omnipos.locale import _
from omnipos.services import buying, cardpaper, collecting, quoted
from omnipos.services.selling import BasketView, open_basket, view_of, with_tenders
from omnipos.services.till import Till
from omnipos.store import accounts, baskets, books, journal, printjobs
from omnipos.store.connection import transaction


class Paid(msgspec.Struct, frozen=True, kw_only=True):
    """What a tender did: the basket as it is now, and the sale if it was the last one."""

    view: BasketView
    sale: Sale | None = None


def pay_cash(till: Till, amount_minor: int | None = None, *, again: bool = False) -> Paid:
    """Take cash; None is the exact (rounded) sum due. Raises TenderRefused.

    `again` says that somebody means it though a payment of this basket is not known yet.
    """
    view = to_be_paid(till)
    check_none_open(view.basket, again=again)
    amount = view.due.cash_due_minor if amount_minor is None else amount_minor
    return _take(till, view, Tender(kind=TenderKind.CASH, amount_minor=amount))


def pay_card(till: Till, amount_minor: int | None, slip: CardSlip, *, again: bool = False) -> Paid:
    """Take a payment made on an outside card terminal; None is all that is due; `again` as for cash.

    Raises TenderRefused.
    """
    view = to_be_paid(till)
    check_none_open(view.basket, again=again)
    amount = view.due.due_minor if amount_minor is None else amount_minor
    written = {name: clean_text(value) for name, value in msgspec.structs.asdict(slip).items()}
    return _take(till, view, Tender(kind=TenderKind.CARD, amount_minor=amount, card=CardSlip(**written)))


def to_be_paid(till: Till) -> BasketView:
    """Return the basket to be paid; raise TenderRefused where money goes back, which is never a reflex."""
    view = to_pay(till)
    if view.due.total_minor < 0:
        raise TenderRefused(_("Money goes back here. Choose how: F12, or refund in plain words."))
    return view


def check_none_open(basket: Basket, *, again: bool) -> None:
    """Raise PaymentOpen while a payment of a basket is not known, unless somebody means another."""
    if basket.payments and not again:
        raise PaymentOpen(_("A payment of this sale is not known yet. Paying again may charge twice."))


def take(till: Till, tender: Tender, beside: Callable[[], None] | None = None) -> Paid:
    """Take one tender. The last one completes the sale: event, books, stock, number, outbox, paper.

    `beside` writes what belongs to the tender in the same transaction.
    """
    view = to_pay(till)
    if tender.amount_minor < 0:
        # Else the same money might go back twice.
        check_none_open(view.basket, again=False)
    return _take(till, view, tender, beside)


def take_into(till: Till, before: Basket, after: Basket, tender: Tender, beside: Callable[[], None]) -> Paid:
    """Take a tender into a basket on the counter or parked, whoever is signed in by now.

    `before` is the basket as it lies on disk, `after` the same without what waited for this tender.
    """
    priced_at_ms = before.priced_at_ms or till.clock.now_ms()
    view = view_of(till, msgspec.structs.replace(after, priced_at_ms=priced_at_ms))
    return _take(till, view, tender, beside)


def to_pay(till: Till) -> BasketView:
    """Return the basket to be paid, its sums held from the first tender on; raise TenderRefused."""
    till.signed_in(Right.SELL)
    basket = open_basket(till)
    if basket.is_empty:
        raise TenderRefused(_("There is nothing to pay. Scan something first."))
    if basket.order and not basket.tenders:
        collecting.check_before_paying(till, basket.order)
    for refundable in () if basket.tenders else basket.refundables:
        _check_known(till, refundable)
    priced_at_ms = basket.priced_at_ms or till.clock.now_ms()
    view = view_of(
        till, msgspec.structs.replace(quoted.with_deposit(till, basket), priced_at_ms=priced_at_ms)
    )
    quoted.check_deposit(view.basket, view.totals.total_minor)
    return view


def _check_known(till: Till, refundable: Refundable) -> None:
    """Raise BasketRefused when more of a sale came back here since its goods were put into the basket."""
    known = {one.sale_id for one in books.sales_returning(till.store.books, refundable.sale_id)}
    if known - set(refundable.known):
        raise BasketRefused(
            _(
                "Goods of receipt {number} came back in another basket meanwhile. Take their lines out and"
                " return them again."
            ).format(number=refundable.receipt_number)
        )


def finish(till: Till) -> Paid:
    """Complete a basket of which nothing is due and nothing goes back, as an even exchange."""
    view = to_pay(till)
    basket, total_minor, shop = view.basket, view.totals.total_minor, till.shop()
    settled = settle(total_minor, basket.all_tenders, shop.cash_rounding, most_back(basket, total_minor))
    if settled is None:
        raise TenderRefused(_("Something is still to be paid or given back."))
    with transaction(till.store.books):
        sale = _complete(till, shop, basket, view.totals, settled)
    till.printing.nudge()
    till.syncing.nudge()
    return Paid(view=view, sale=sale)


def _take(till: Till, view: BasketView, tender: Tender, beside: Callable[[], None] | None = None) -> Paid:
    db, basket, shop = till.store.books, view.basket, till.shop()
    check_tender(tender, view.due, basket.currency)
    if tender.amount_minor < 0:
        check_means(basket, tender, shop.cash_rounding)
        if is_free_cash(basket, tender) and tender.approval is None:
            till.signed_in(Right.REFUND_CASH)
    paid = msgspec.structs.replace(basket, tenders=(*basket.tenders, tender), guarded=False)
    total_minor = view.totals.total_minor
    settled = settle(total_minor, paid.all_tenders, shop.cash_rounding, most_back(basket, total_minor))
    done = with_tenders(till, view, paid)
    if settled is None:
        with transaction(db):
            baskets.save_basket(db, basket, paid, till.clock.now_ms())
            if beside is not None:
                beside()
        return Paid(view=done)
    with transaction(db):
        if beside is not None:
            beside()
        sale = _complete(till, shop, paid, view.totals, settled)
    till.printing.nudge()
    till.syncing.nudge()
    return Paid(view=done, sale=sale)


def take_back(till: Till) -> BasketView:
    """Give the last tender of an unfinished sale back; the journal keeps it. Raises TenderRefused.

    A card payment is to be voided on its terminal as well; the till cannot reach it.
    """
    till.signed_in(Right.SELL)
    db = till.store.books
    basket = open_basket(till)
    if not basket.tenders:
        raise TenderRefused(_("Nothing has been paid of this sale yet."))
    check_none_open(basket, again=False)
    left = basket.tenders[:-1]
    after = msgspec.structs.replace(basket, tenders=left, priced_at_ms=basket.priced_at_ms if left else 0)
    view = view_of(till, after)
    with transaction(db):
        baskets.save_basket(db, basket, after, till.clock.now_ms())
        fact = TenderTakenBack(basket_id=basket.basket_id, tender=basket.tenders[-1])
        journal.append(db, till.stamp(), fact)
    till.syncing.nudge()
    return view


def _complete(till: Till, shop: Shop, basket: Basket, totals: Totals, settled: Settled) -> Sale:
    db = till.store.books
    sale = write_sale(till, basket, totals, settled)
    if basket.order:
        order = collecting.order_in_basket(till, basket)
        collecting.write_hand_over(
            till,
            order,
            Check(basket.order.check),
            sale_id=sale.sale_id,
            override=basket.order.override,
            allowed=collecting.who_allowed(till, basket.order, sale.staff_id),
        )
    quoted.close(till, basket, sale)
    baskets.drop_basket(db, basket.basket_id)
    paper = receipt_paper(till, shop, sale)
    paper = msgspec.structs.replace(paper, balances=cardpaper.balances_after(till, sale))
    printjobs.insert_job(db, paper, sale.completed_at_ms)
    for card in cardpaper.new_cards(till, shop, sale):
        printjobs.insert_job(db, card, sale.completed_at_ms)
    return sale


def write_sale(till: Till, basket: Basket, totals: Totals, settled: Settled) -> Sale:
    """Write a paid basket as a sale: its number, event, books and stock; the caller owns the transaction."""
    db = till.store.books
    who = till.identity
    stamp = till.stamp()
    number = journal.draw(db, "receipt")
    identity = SaleIdentity(
        sale_id=till.new_id(),
        receipt_number=receipt_number(who.store_code, who.till_number, who.epoch, number),
        store_id=who.store_id,
        till_number=who.till_number,
        staff_id=stamp.actor,
        completed_at_ms=stamp.occurred_at_ms,
    )
    sale = complete(basket, totals, settled, identity)
    event = journal.append(db, stamp, SaleCompleted(sale=sale))
    books.insert_sale(db, sale, number, event)
    books.insert_returns(db, sale, event)
    books.insert_movements(db, event, sale_movements(sale))
    accounts.insert_moves(db, event, sale_moves(sale))
    buying.write_buyer(till, basket, sale)
    return sale


def receipt_paper(till: Till, shop: Shop, sale: Sale) -> ReceiptPaper:
    """Return all that stands on a sale's receipt."""
    from omnipos.store.buyers import buyer_of
    from omnipos.store.customers import customer_by_id
    from omnipos.store.people import staff_by_id

    seller = staff_by_id(till.store.books, sale.staff_id)
    customer = customer_by_id(till.store.books, sale.customer_id) if sale.customer_id else None
    return ReceiptPaper(
        sale=sale,
        shop=shop,
        staff_name=seller.name if seller else "",
        customer_name=customer.name if customer else "",
        customer_phone=customer.phone if customer else "",
        buyer=buyer_of(till.store.books, sale.sale_id),
    )
