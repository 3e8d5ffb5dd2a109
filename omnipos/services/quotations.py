"""Customers' quotes: a basket kept for later at its prices, a deposit paid on it, taken up at any till."""

import msgspec

from omnipos.domain.basket import Basket, BasketState, Line, Quoted, check_amount
from omnipos.domain.cardnumber import free_text
from omnipos.domain.errors import BasketRefused, EntryRefused, ItemUnknown, WordNeeded
from omnipos.domain.money import format_money
from omnipos.domain.occasion import date_at
from omnipos.domain.paper import QuotePaper
from omnipos.domain.quotation import (
    DAY_MS,
    PREFIX,
    Quotation,
    QuotationClosed,
    QuotationEnd,
    QuotationSaved,
    check_quotable,
    quote_number,
)
from omnipos.domain.sale import receipt_number
from omnipos.domain.staff import Right
from omnipos.locale import _
from omnipos.services import approving, gifting, pricedesk, quoted
from omnipos.services.approving import Word
from omnipos.services.selling import BasketView, open_basket, view_of
from omnipos.services.till import Till
from omnipos.store import baskets, catalogue, customers, journal, printjobs, quotations
from omnipos.store.connection import transaction

DEPOSIT_SKU = "DEPOSIT"
NO_WORD = Word()


class QuoteShown(msgspec.Struct, frozen=True, kw_only=True):
    """A quote as lists show it."""

    quotation: Quotation
    deposit_minor: int
    customer_name: str
    has_run_out: bool

    @property
    def rest_minor(self) -> int:
        """What is still to be paid."""
        return self.quotation.total_minor - self.deposit_minor


def keep(till: Till, note: str = "") -> QuoteShown:
    """Keep the basket as a quote, print it and begin another basket; one taken up keeps its number.

    Raises BasketRefused for a basket that cannot wait.
    """
    till.signed_in(Right.SELL)
    db, basket, who = till.store.books, open_basket(till), till.identity
    check_quotable(basket)
    view, now_ms = view_of(till, basket), till.clock.now_ms()
    with transaction(db):
        number = basket.quoted.number if basket.quoted is not None else ""
        if not number:
            drawn = journal.draw(db, "quotation")
            number = PREFIX + receipt_number(who.store_code, who.till_number, who.epoch, drawn)
        quotation = Quotation(
            number=number,
            store_id=who.store_id,
            # The buyer's tax data are personal: they are asked again when the goods are sold.
            basket=msgspec.structs.replace(basket, buyer=None, quoted=None, note="", priced_at_ms=0),
            total_minor=view.totals.total_minor,
            saved_minor=view.totals.saved_minor,
            saved_at_ms=now_ms,
            valid_until_ms=now_ms + till.shop().quotes.days * DAY_MS,
            note=free_text(note, 80),
        )
        event = journal.append(db, till.stamp(), QuotationSaved(quotation=quotation))
        quotations.keep(db, event, number, quotation)
        baskets.drop_basket(db, basket.basket_id)
        shown = _shown(till, quotation)
        printjobs.insert_job(db, _paper(till, shown), now_ms)
    till.printing.nudge()
    till.syncing.nudge()
    return shown


def listed(till: Till) -> tuple[QuoteShown, ...]:
    """Return the open quotes of the store as far as this till knows, the newest first."""
    found = quotations.all_open(till.store.books).values()
    return tuple(_shown(till, one) for one in sorted(found, key=lambda one: -one.saved_at_ms))


def known(till: Till, text: str) -> QuoteShown | None:
    """Return an open quote by its typed or scanned number, or None."""
    number = quote_number(text)
    found = quotations.all_open(till.store.books).get(number) if number else None
    return _shown(till, found) if found is not None else None


def find(till: Till, text: str) -> QuoteShown:
    """Return an open quote by its number, or by the digits that only one ends with; raise ItemUnknown."""
    found = known(till, text)
    digits = text.strip()
    if found is None and digits.isascii() and digits.isdigit():
        ends = [one for one in listed(till) if int(one.quotation.number.rpartition("-")[2]) == int(digits)]
        found = ends[0] if len(ends) == 1 else None
    if found is None:
        raise ItemUnknown(
            _("No open quote that this till knows has that number. It may be sold or cancelled already.")
        )
    return found


def _shown(till: Till, quotation: Quotation) -> QuoteShown:
    customer_id = quotation.basket.customer_id
    customer = customers.customer_by_id(till.store.books, customer_id) if customer_id else None
    return QuoteShown(
        quotation=quotation,
        deposit_minor=quoted.deposit_of(till, quotation.number),
        customer_name=customer.name if customer else "",
        has_run_out=till.clock.now_ms() > quotation.valid_until_ms,
    )


def recall(till: Till, text: str, *, today: bool = False, word: Word = NO_WORD) -> BasketView:
    """Take a quote up as the basket, at its prices, or at those of `today`.

    Once it has run out its prices need somebody who may give prices: raises WordNeeded. Raises
    BasketRefused over a basket with something in it.
    """
    till.signed_in(Right.SELL)
    shown, now = find(till, text), open_basket(till)
    quotation = shown.quotation
    _assert_free(now)
    quoted.check_not_parked(till, quotation.number)
    if shown.has_run_out and not today:
        _word_for_prices(till, quotation, word)
    db = till.store.books
    lines = quotation.basket.lines
    with transaction(db):
        basket = msgspec.structs.replace(
            quotation.basket,
            basket_id=till.new_id(),
            number=journal.draw(db, "basket"),
            state=BasketState.OPEN,
            started_at_ms=till.clock.now_ms(),
            staff_id=till.staff.staff_id if till.staff else "",
            lines=tuple(_at_todays_price(till, quotation.basket, one) for one in lines) if today else lines,
            guarded=True,
            quoted=Quoted(
                number=quotation.number,
                at_ms=0 if today else quotation.saved_at_ms,
                deposit_minor=shown.deposit_minor,
            ),
        )
        baskets.drop_basket(db, now.basket_id)
        baskets.save_basket(db, None, basket, till.clock.now_ms())
    return view_of(till, basket)


def _assert_free(basket: Basket) -> None:
    if not basket.is_empty or basket.coupons:
        raise BasketRefused(
            _("Something is in the basket already. Pay or park it first, then take the quote up.")
        )


def _word_for_prices(till: Till, quotation: Quotation, word: Word) -> None:
    day = date_at(till.shop(), quotation.valid_until_ms).isoformat()
    said = _("Quote {number} ran out on {day}; its prices hold by a manager's word only.").format(
        number=quotation.number, day=day
    )
    try:
        approving.word_for(till, Right.PRICE, said, word)
    except WordNeeded as needed:
        raise WordNeeded(f"{said} {needed}", needed.right, needed.reason) from None


def _at_todays_price(till: Till, basket: Basket, line: Line) -> Line:
    product = catalogue.product_by_id(till.store.books, line.product_id)
    by_hand = line.override is not None or line.label_minor is not None
    if product is None or product.open_price or by_hand:
        return line
    group = "" if line.deposit_for else pricedesk.group_of(pricedesk.customer_of(till, basket))
    price = pricedesk.price_of(till, product, group, till.clock.now_ms())
    changed = msgspec.structs.replace(line, unit_price_minor=price.price_minor, price_list=price.price_list)
    check_amount(changed)
    return changed


def pay_ahead(till: Till, text: str, amount_minor: int) -> BasketView:
    """Put a deposit on a quote into the basket: it counts once the basket is paid."""
    shown, basket = find(till, text), open_basket(till)
    number = shown.quotation.number
    quoted.check_not_parked(till, number)
    if basket.quoted is not None and basket.quoted.number == number:
        raise BasketRefused(_("This quote is in the basket. Pay it, or keep it as a quote again first."))
    waiting = sum(line.amount_minor for line in basket.lines if line.deposit_on == number)
    rest_minor = shown.rest_minor - waiting
    if amount_minor > rest_minor:
        raise EntryRefused(
            _("Only {rest} of this quote is still to be paid.").format(
                rest=format_money(max(rest_minor, 0), basket.currency)
            )
        )
    name = _("Deposit on {number}").format(number=number)
    return gifting.add_money(till, amount_minor, sku=DEPOSIT_SKU, name=name, deposit_on=number)


def cancel(till: Till, text: str) -> BasketView | None:
    """End a quote. Its deposit goes into the basket to be given back; in cash that asks for a right.

    Returns that basket, which is to be paid out; None when there was no deposit and the quote is ended.
    """
    till.signed_in(Right.SELL)
    shown, basket = find(till, text), open_basket(till)
    number = shown.quotation.number
    quoted.check_not_parked(till, number)
    if any(line.deposit_on == number for line in basket.lines):
        raise BasketRefused(_("A deposit on this quote is in the basket. Pay it or take it out first."))
    if not shown.deposit_minor:
        with transaction(till.store.books):
            quoted.write_end(till, QuotationClosed(number=number, end=QuotationEnd.CANCELLED))
        till.syncing.nudge()
        return None
    _assert_free(basket)
    name = _("Deposit on {number} given back").format(number=number)
    return gifting.add_money(till, -shown.deposit_minor, sku=DEPOSIT_SKU, name=name, deposit_on=number)


def print_again(till: Till, text: str) -> QuoteShown:
    """Print a quote as it stands now, with what is paid of it."""
    till.signed_in(Right.SELL)
    shown = find(till, text)
    with transaction(till.store.books):
        printjobs.insert_job(till.store.books, _paper(till, shown), till.clock.now_ms())
    till.printing.nudge()
    return shown


def _paper(till: Till, shown: QuoteShown) -> QuotePaper:
    return QuotePaper(
        quotation=shown.quotation,
        shop=till.shop(),
        staff_name=till.staff.name if till.staff else "",
        customer_name=shown.customer_name,
        deposit_minor=shown.deposit_minor,
    )
