"""Ringing up: the open basket, its lines, and baskets put aside and taken up again."""

from collections.abc import Sequence
from datetime import date

import msgspec

from omnipos.domain import asking
from omnipos.domain import basket as rules
from omnipos.domain.asking import Question, Wanted
from omnipos.domain.basket import Basket, BasketState, Line
from omnipos.domain.cardnumber import free_text
from omnipos.domain.catalogue import Item, Product, at_its_price
from omnipos.domain.customer import Customer
from omnipos.domain.discounting import check_sums
from omnipos.domain.errors import BasketRefused, EntryRefused
from omnipos.domain.money import format_money
from omnipos.domain.occasion import date_at
from omnipos.domain.payment import PaymentState
from omnipos.domain.pricing import Totals, price_lines
from omnipos.domain.refunding import basket_due
from omnipos.domain.staff import Right
from omnipos.domain.tender import Due, TenderKind
from omnipos.events import AgeChecked, BasketVoided, LineVoided
from omnipos.locale import _
from omnipos.services import pricedesk
from omnipos.services.pricedesk import CouponShown
from omnipos.services.till import Till
from omnipos.store import baskets, catalogue, journal, payments
from omnipos.store.connection import transaction


class BasketView(msgspec.Struct, frozen=True, kw_only=True):
    """All that a screen paints of a basket. `touched` is the line that changed last, 0 for none."""

    basket: Basket
    totals: Totals
    due: Due
    customer: Customer | None = None
    touched: int = 0
    coupons: tuple[CouponShown, ...] = ()
    asking: TenderKind | None = None
    """What kind of payment is being asked for now, where the end of no other is unknown."""


def current(till: Till) -> BasketView:
    """Return the basket on the counter; a new one is begun when there is none."""
    return view_of(till, open_basket(till))


def open_basket(till: Till) -> Basket:
    """Return the open basket, beginning one on disk when there is none."""
    db = till.store.books
    basket = baskets.open_basket(db)
    if basket is None:
        with transaction(db):
            basket = _begin_basket(till)
    return basket


def _begin_basket(till: Till) -> Basket:
    db = till.store.books
    basket = Basket(
        basket_id=till.new_id(),
        number=journal.draw(db, "basket"),
        currency=till.shop().currency,
        started_at_ms=till.clock.now_ms(),
        staff_id=till.staff.staff_id if till.staff else "",
    )
    baskets.save_basket(db, None, basket, basket.started_at_ms)
    return basket


def view_of(till: Till, basket: Basket, touched: int = 0) -> BasketView:
    """Return a basket with its sums as they are now."""
    shop = till.shop()
    customer = pricedesk.customer_of(till, basket)
    terms = pricedesk.terms_of(till, shop, basket, customer)
    totals = price_lines(basket.lines, terms, basket.discount, basket.exemption)
    return BasketView(
        basket=basket,
        totals=totals,
        due=basket_due(basket, totals.total_minor, shop.cash_rounding),
        customer=customer,
        touched=touched,
        coupons=pricedesk.coupons_shown(till, basket, terms, totals) if basket.coupons else (),
        asking=_asking(till, basket) if basket.payments else None,
    )


def _asking(till: Till, basket: Basket) -> TenderKind | None:
    known = payments.payments_of(till.store.books, basket.basket_id)
    still = [one for one in known if one.payment_id in basket.payments]
    is_asking = all(one.state is PaymentState.ASKED for one in still)
    return still[-1].kind if still and is_asking else None


def with_tenders(till: Till, view: BasketView, basket: Basket) -> BasketView:
    """Return the view of a basket that differs from one seen by its tenders only; nothing is priced again."""
    owed = basket_due(basket, view.totals.total_minor, till.shop().cash_rounding)
    return msgspec.structs.replace(view, basket=basket, due=owed)


def save(till: Till, before: Basket, after: Basket) -> None:
    """Save a changed basket in a transaction of its own."""
    with transaction(till.store.books):
        baskets.save_basket(till.store.books, before, after, till.clock.now_ms())


def ring(till: Till, items: Sequence[tuple[Item, int]]) -> BasketView:
    """Add items with their quantities (thousandths), all in one commit; return the basket.

    An age that was checked for one of them is journalled with it. Raises BasketRefused or
    EntryRefused, also while something is still to be asked, and then adds none of them.
    """
    till.signed_in(Right.SELL)
    before = after = open_basket(till)
    if not before.lines and till.staff is not None:
        # It is the basket of who rings first, whoever was here when it began.
        after = msgspec.structs.replace(before, staff_id=till.staff.staff_id)
    touched = 0
    checks: list[AgeChecked] = []
    group, now_ms = pricedesk.group_of(pricedesk.customer_of(till, before)), till.clock.now_ms()
    for item, quantity_milli in items:
        question = open_question(till, after, item, quantity_milli)
        if question is not None:
            raise BasketRefused(asking.question_words(question))
        is_told = item.label_minor is not None or item.answers.price_minor is not None
        price = None if is_told else pricedesk.price_of(till, item.product, group, now_ms)
        deposit = _deposit_of(till, item.product)
        after, line = rules.add_item(after, item, quantity_milli, price, deposit)
        touched = line.line_id
        if item.product.min_age > after.age_checked:
            after = msgspec.structs.replace(after, age_checked=item.product.min_age)
            checks.append(_age_seen(after, item.product))
    view = view_of(till, after, touched)
    _save_with(till, before, after, checks)
    return view


def open_question(till: Till, basket: Basket, item: Item, quantity_milli: int) -> Question | None:
    """Return what must be asked before an item goes into a basket."""
    today = date_at(till.shop(), till.clock.now_ms()) if item.product.min_age else date.min
    return asking.next_question(Wanted(item, quantity_milli), basket, today)


def _age_seen(basket: Basket, product: Product) -> AgeChecked:
    return AgeChecked(
        basket_id=basket.basket_id,
        product_id=product.product_id,
        name=product.name,
        min_age=product.min_age,
        sold=True,
    )


def _deposit_of(till: Till, product: Product) -> Product | None:
    if not product.deposit_id:
        return None
    deposit = catalogue.product_by_id(till.store.books, product.deposit_id)
    if deposit is None:
        raise BasketRefused(
            _("The deposit of {name} is not known here. Ask the manager to sync the till.").format(
                name=product.name
            )
        )
    return at_its_price(deposit, till.clock.now_ms())


def change_quantity(till: Till, line_id: int, quantity_milli: int) -> BasketView:
    """Give a line another quantity; nothing at all voids it, and less is journalled as a void of the rest."""
    till.signed_in(Right.SELL)
    if quantity_milli == 0:
        return void_line(till, line_id)
    before = open_basket(till)
    old = rules.line_of(before, line_id)
    after, line = rules.change_quantity(before, line_id, quantity_milli)
    if line.quantity_milli > old.quantity_milli:
        _check_more(till, before, line)
    view = view_of(till, after, line.line_id)
    check_sums(after, view.totals.promotions, line.line_id)
    _save_with(till, before, after, _voids(before, after))
    return view


def _check_more(till: Till, basket: Basket, line: Line) -> None:
    product = catalogue.product_by_id(till.store.books, line.product_id)
    if product is not None and product.min_age > basket.age_checked:
        raise BasketRefused(
            _("{name} is sold from {years} years on. Scan it, so that the age is asked.").format(
                name=line.name, years=product.min_age
            )
        )


def void_line(till: Till, line_id: int) -> BasketView:
    """Take a line out with its deposit; the journal keeps what they were."""
    till.signed_in(Right.SELL)
    before = open_basket(till)
    after, line = rules.void_line(before, line_id)
    view = view_of(till, after, _neighbour(before, after, line))
    _save_with(till, before, after, _voids(before, after))
    return view


def _voids(before: Basket, after: Basket) -> list[LineVoided]:
    """Return what one basket has less than the one before it, line by line."""
    left = {line.line_id: line.quantity_milli for line in after.lines}
    return [
        LineVoided(basket_id=before.basket_id, line=msgspec.structs.replace(line, quantity_milli=less))
        for line in before.lines
        if (less := line.quantity_milli - left.get(line.line_id, 0)) > 0
        or (line.returned is not None and line.line_id not in left)
    ]


def _save_with(till: Till, before: Basket, after: Basket, facts: Sequence[AgeChecked | LineVoided]) -> None:
    """Save a changed basket and what the journal keeps of the change, in one transaction."""
    db = till.store.books
    with transaction(db):
        baskets.save_basket(db, before, after, till.clock.now_ms())
        for fact in facts:
            journal.append(db, till.stamp(), fact)
    if facts:
        till.syncing.nudge()


def _neighbour(before: Basket, after: Basket, taken: Line) -> int:
    index = before.lines.index(taken)
    rest = [line.line_id for line in after.lines]
    return rest[min(index, len(rest) - 1)] if rest else 0


def void_basket(till: Till) -> BasketView:
    """Give the whole basket up; the journal keeps what was in it. Refused once part of it is paid."""
    till.signed_in(Right.SELL)
    db = till.store.books
    basket = open_basket(till)
    if basket.tenders:
        raise BasketRefused(_("Part of this sale is paid already. Finish paying it."))
    if basket.payments:
        raise BasketRefused(
            _("A payment of this sale is not known yet. Wait for its end, or park this basket meanwhile.")
        )
    with transaction(db):
        if basket.lines:
            fact = BasketVoided(basket_id=basket.basket_id, lines=basket.lines)
            journal.append(db, till.stamp(), fact)
        baskets.drop_basket(db, basket.basket_id)
        fresh = _begin_basket(till)
    till.syncing.nudge()
    return view_of(till, fresh)


class ParkedBasket(msgspec.Struct, frozen=True, kw_only=True):
    """A basket put aside, as the list of them shows it."""

    basket_id: str
    number: int
    parked_at_ms: int
    lines: int
    total_minor: int
    customer_name: str
    note: str


def park(till: Till, note: str = "") -> BasketView:
    """Put the basket aside and begin another; raise BasketRefused for an empty or part-paid one.

    One whose payment is not known yet may wait, so that its terminal does not hold the next customer.
    """
    till.signed_in(Right.SELL)
    before = open_basket(till)
    if before.is_empty:
        raise BasketRefused(_("There is nothing in the basket to park."))
    if before.tenders and not before.payments:
        raise BasketRefused(_("Part of this sale is paid already. Finish paying it."))
    after = msgspec.structs.replace(before, state=BasketState.PARKED, note=free_text(note, 80))
    with transaction(till.store.books):
        baskets.save_basket(till.store.books, before, after, till.clock.now_ms())
        fresh = _begin_basket(till)
    return view_of(till, fresh)


def parked(till: Till) -> tuple[ParkedBasket, ...]:
    """Return the baskets put aside, the longest waiting first."""
    found = []
    for at_ms, basket in baskets.parked_baskets(till.store.books):
        view = view_of(till, basket)
        found.append(
            ParkedBasket(
                basket_id=basket.basket_id,
                number=basket.number,
                parked_at_ms=at_ms,
                lines=len(basket.lines),
                total_minor=view.totals.total_minor,
                customer_name=view.customer.name if view.customer else "",
                note=basket.note,
            )
        )
    return tuple(found)


def recall(till: Till, number: int = 0) -> BasketView:
    """Take a parked basket up again by its number, or the only one there is.

    Refused over a basket with something in it. The first tender after it asks once more.
    """
    till.signed_in(Right.SELL)
    db = till.store.books
    waiting = [basket for _at, basket in baskets.parked_baskets(db)]
    chosen = [basket for basket in waiting if number in (0, basket.number)]
    if not waiting:
        raise BasketRefused(_("No basket is parked."))
    if not chosen:
        raise BasketRefused(_("No parked basket has the number {number}.").format(number=number))
    if len(chosen) > 1:
        numbers = ", ".join(str(basket.number) for basket in waiting)
        raise EntryRefused(_("Several are parked: {numbers}. Say which.").format(numbers=numbers))
    open_now = open_basket(till)
    if not open_now.is_empty:
        raise BasketRefused(
            _("Something is in the basket already. Pay or park it first, then recall the other.")
        )
    if open_now.coupons:
        raise BasketRefused(
            _("Coupon {code} was given for this basket. Take it off first, then recall the other.").format(
                code=open_now.coupons[0]
            )
        )
    before = chosen[0]
    after = msgspec.structs.replace(before, state=BasketState.OPEN, note="", guarded=True)
    with transaction(db):
        baskets.drop_basket(db, open_now.basket_id)
        baskets.save_basket(db, before, after, till.clock.now_ms())
    return view_of(till, after)


def attach_customer(till: Till, customer_id: str) -> BasketView:
    """Put a customer's card beside the basket; an empty id takes it away.

    Lines take the prices of the customer's group. Refused once part is paid, if it would change the sum.
    """
    till.signed_in(Right.SELL)
    before = open_basket(till)
    after = msgspec.structs.replace(before, customer_id=customer_id)
    group = pricedesk.group_of(pricedesk.customer_of(till, after))
    if group != pricedesk.group_of(pricedesk.customer_of(till, before)):
        after = pricedesk.repriced(till, after, group)
    view = view_of(till, after)
    if before.tenders:
        _check_same_total(till, before, view)
    save(till, before, after)
    return view


def _check_same_total(till: Till, before: Basket, view: BasketView) -> None:
    if view_of(till, before).totals.total_minor != view.totals.total_minor:
        raise BasketRefused(
            _(
                "Part of this sale is paid already, and with this customer it would come to {total}."
                " Nothing was changed. Finish paying, or take the payment back first."
            ).format(total=format_money(view.totals.total_minor, before.currency))
        )
