"""Taking goods back: finding the sale here or at the hub, what may come back of it, how the money goes."""

from collections.abc import Sequence

import msgspec

from omnipos.domain.basket import Basket, Line
from omnipos.domain.cardnumber import free_text
from omnipos.domain.catalogue import Item, Product
from omnipos.domain.discounting import LONGEST_REASON
from omnipos.domain.errors import EntryRefused, ItemUnknown, TenderRefused
from omnipos.domain.levying import TaxRule, tax_lines
from omnipos.domain.lowest import DAY_MS, LowestPrice
from omnipos.domain.money import line_amount
from omnipos.domain.names import clean_text
from omnipos.domain.refunding import is_free_cash, ways
from omnipos.domain.returned import ReturnOf
from omnipos.domain.returning import (
    Found,
    earlier_return,
    mirror,
    put_back,
    put_line,
    with_earlier,
    with_serials,
)
from omnipos.domain.sale import Sale
from omnipos.domain.staff import Right
from omnipos.domain.tender import Tender, TenderKind
from omnipos.locale import _, later
from omnipos.services import finding, lowest_pricing, pricedesk, selling, taking_back, tendering
from omnipos.services.approving import Word
from omnipos.services.finding import ItemOffer
from omnipos.services.selling import BasketView
from omnipos.services.tendering import Paid
from omnipos.services.till import Till
from omnipos.store import books, orders

MOST_SALES = 20
NO_WORD = Word()
USUAL_REASONS = (
    later("Does not fit"),
    later("Does not please"),
    later("Broken"),
    later("Wrong goods"),
    later("Past its date"),
)


class Back(msgspec.Struct, frozen=True, kw_only=True):
    """What comes back of one line of a sale, by its place from 1, in thousandths."""

    line_no: int
    quantity_milli: int
    damaged: bool = False
    serials: tuple[str, ...] = ()
    """Which of several pieces with serial numbers come back."""


def reasons(till: Till) -> tuple[str, ...]:
    """Return what a cashier chooses from as the reason of a return."""
    return till.shop().returns.reasons or tuple(_(one) for one in USUAL_REASONS)


def reason_of(till: Till, text: str) -> str:
    """Return a reason, also by its number in the list; raise EntryRefused for none."""
    written = free_text(text, LONGEST_REASON)
    known = reasons(till)
    if written.isascii() and written.isdigit() and 1 <= int(written[:3]) <= len(known):
        return known[int(written) - 1]
    if not written:
        raise EntryRefused(_("Type the reason. It is kept with what is done."))
    return written


def ask_hub(till: Till, number: str = "", customer_id: str = "") -> tuple[Found, ...] | None:
    """Ask the hub for sales whose goods may come back; None when it does not answer.

    It waits for the network a second at most: never call it on the writer thread.
    """
    return till.hub.returnable(clean_text(number).removeprefix("#"), customer_id)


def find(
    till: Till, asked: tuple[Found, ...] | None, number: str = "", customer_id: str = ""
) -> tuple[Found, ...]:
    """Return sales by receipt or order number, or a customer's latest; `asked` is what the hub answered.

    What this till took back itself is counted at once. Looking takes no more than to sell; what comes back
    is asked for when it is brought. Raises ItemUnknown when there is none.
    """
    till.signed_in(Right.SELL)
    number = clean_text(number).removeprefix("#")
    found = {one.sale.sale_id: one for one in asked or ()}
    for sale in _own(till, number, customer_id):
        found.setdefault(sale.sale_id, Found(sale=sale, asked_hub=asked is not None))
    if not found and asked is None:
        raise ItemUnknown(
            _(
                "The hub does not answer, and this till has no such sale. With a receipt only what this till"
                " sold can come back now; without one a manager can allow it."
            )
        )
    if not found:
        raise ItemUnknown(_("No sale has that number. Check it on the receipt or the order."))
    latest = sorted(found.values(), key=lambda one: -one.sale.completed_at_ms)
    if customer_id:
        # A list to choose from: what was a return itself is none of it.
        latest = [one for one in latest if any(line.returned is None for line in one.sale.lines)]
    return tuple(_with_own(till, one) for one in latest[:MOST_SALES])


def _own(till: Till, number: str, customer_id: str) -> list[Sale]:
    db = till.store.books
    if customer_id:
        return books.sales_of_customer(db, customer_id, (0, 0), MOST_SALES)
    sale = books.sale_by_receipt(db, number)
    if sale is not None:
        return [sale]
    named = orders.ids_with_number(db, number) if number else []
    return [sale for order_id in named for sale in books.sales_of_order(db, order_id)]


def _with_own(till: Till, found: Found) -> Found:
    sale_id = found.sale.sale_id
    own = (earlier_return(one, sale_id) for one in books.sales_returning(till.store.books, sale_id))
    return with_earlier(found, [one for one in own if one is not None])


def late_words(till: Till, found: Found) -> str:
    """Say by how much a sale is too old to come back without a manager; empty while it is not."""
    rules = till.shop().returns
    days = (till.clock.now_ms() - found.sale.completed_at_ms) // DAY_MS
    if days <= rules.window_days:
        return ""
    return _("Sold {days} days ago; goods come back within {window} days.").format(
        days=days, window=rules.window_days
    )


def bring(till: Till, found: Found, backs: Sequence[Back], reason: str, word: Word = NO_WORD) -> BasketView:
    """Put goods of a sale into the basket to come back.

    Raises BasketRefused for more than was sold, and WordNeeded when a manager must allow it, once for
    all that comes back of the sale in this basket.
    """
    till.signed_in(Right.SELL)
    reason = reason_of(till, reason)
    found = _with_own(till, found)
    before = after = selling.open_basket(till)
    if not backs:
        raise EntryRefused(_("Choose what comes back."))
    taxes = till.rules.current(till.store.books).taxes
    for back in backs:
        if not 1 <= back.line_no <= len(found.sale.lines):
            raise EntryRefused(_("This receipt has no line {number}.").format(number=back.line_no))
        sold = found.lines[back.line_no - 1]
        mirrored = mirror(found.sale, sold, back.quantity_milli, taxes, reason=reason, damaged=back.damaged)
        chosen = with_serials(sold, back.quantity_milli, back.serials)
        after = put_back(after, found, chosen, mirrored, back.quantity_milli)
    sale = found.sale
    asked = (late_words(till, found), reason, word)
    after = taking_back.allow_lines(till, (sale.sale_id, sale.receipt_number), before, after, asked)
    if before.is_empty and not after.customer_id:
        after = msgspec.structs.replace(after, customer_id=found.sale.customer_id)
    return _save(till, before, after)


def _save(till: Till, before: Basket, after: Basket) -> BasketView:
    view = selling.view_of(till, after, after.lines[-1].line_id)
    selling.save(till, before, after)
    return view


def item_back(till: Till, text: str) -> Item:
    """Return the goods that come back without a receipt, by code or name; raise ItemUnknown."""
    offer = finding.understood(till, text)
    if not isinstance(offer, ItemOffer) or offer.item.variants:
        raise ItemUnknown(_("Scan the goods that come back, or type their code."))
    return offer.item


def bring_without_receipt(
    till: Till,
    item: Item,
    quantity_milli: int,
    reason: str,
    *,
    asked: LowestPrice | None = None,
    damaged: bool = False,
    word: Word = NO_WORD,
) -> BasketView:
    """Put goods without a receipt into the basket to come back, at their lowest recent price.

    `asked` is what the hub answered. Raises WordNeeded: a manager allows each, with the reason.
    """
    till.signed_in(Right.SELL)
    reason = reason_of(till, reason)
    product = item.product
    least = lowest_pricing.lowest(till, product, asked)
    lowest_pricing.check_worth(least, product)
    currency = till.shop().currency
    before = selling.open_basket(till)
    amount = line_amount(quantity_milli, least.price_minor)
    back = _unknown(till, before, product, amount)
    back = msgspec.structs.replace(back, reason=reason, damaged=damaged, asked_hub=least.asked_hub)
    line = Line(
        line_id=before.next_line_id,
        product_id=product.product_id,
        sku=product.sku,
        name=clean_text(product.name),
        quantity_milli=-quantity_milli,
        unit_price_minor=least.price_minor,
        tax_code=product.tax_code,
        unit=product.unit,
        department=product.department,
        discountable=False,
        serials=item.answers.serials,
        returned=back,
    )
    full = lowest_pricing.reason_with(least, reason, currency)
    wish = (lowest_pricing.why(least, currency), full, word)
    after = taking_back.allow_lines(till, ("", ""), before, put_line(before, line), wish)
    return _save(till, before, after)


def _unknown(till: Till, basket: Basket, product: Product, amount_minor: int) -> ReturnOf:
    """Return what goods without a receipt are worth, taxed as today."""
    shop = till.shop()
    terms = pricedesk.terms_of(till, shop, basket)
    rule = TaxRule(taxes=terms.taxes, at_ms=terms.occasion.at_ms, rounding=terms.rounding)
    goods = [(amount_minor, product.tax_code)] if terms.registered else []
    taxes = tuple(
        msgspec.structs.replace(one, base_minor=-one.base_minor, tax_minor=-one.tax_minor)
        for one in tax_lines(goods, rule)[0]
    )
    return ReturnOf(
        sale_id="",
        receipt_number="",
        store_id=till.identity.store_id,
        line_no=0,
        amount_minor=-amount_minor,
        tax_minor=sum(one.tax_minor for one in taxes),
        reason="",
        taxes=taxes,
    )


def ways_back(till: Till) -> tuple[Tender, ...]:
    """Return by what the rest of the refund may go back, the default first; none above zero."""
    view = tendering.to_pay(till)
    return ways(view.basket, view.due, till.shop().cash_rounding)


def give_back(till: Till, tender: Tender, word: Word = NO_WORD) -> Paid:
    """Give money back by one means; cash for what was not paid in cash asks for a manager's word.

    Raises TenderRefused, and WordNeeded.
    """
    view = tendering.to_pay(till)
    is_rounded_away = tender.kind is TenderKind.CASH and tender.amount_minor == 0 > view.due.due_minor
    if tender.amount_minor >= 0 and not is_rounded_away:
        raise TenderRefused(_("No money goes back with this basket. Take what is due as for any sale."))
    is_free = is_free_cash(view.basket, tender)
    why = _("No receipt here says that it was paid in cash.") if is_free else ""
    before = selling.open_basket(till)
    after, given = taking_back.allow_money(till, before, why, word)
    if after != before:
        selling.save(till, before, after)
    if is_free:
        tender = msgspec.structs.replace(tender, approval=given.approval(Right.REFUND_CASH))
    return tendering.take(till, tender)
