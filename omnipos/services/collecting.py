"""The collection desk: picking, making ready and handing over online orders, the network up or down."""

import msgspec

from omnipos.domain import lease
from omnipos.domain import order as rules
from omnipos.domain.asking import OldEnough, old_enough, question_words
from omnipos.domain.basket import Basket, OrderToSettle
from omnipos.domain.cardnumber import free_text
from omnipos.domain.catalogue import Product
from omnipos.domain.errors import BasketRefused, OrderRefused
from omnipos.domain.names import clean_text
from omnipos.domain.occasion import date_at
from omnipos.domain.order import Check, Order, OrderLine, Proof, Taker
from omnipos.domain.paper import BagSlipPaper, HandOverPaper
from omnipos.domain.staff import Approval, Right
from omnipos.domain.stock import hand_over_movements
from omnipos.events import AgeChecked, OrderHandedOver, OrderPicked, OrderReadied
from omnipos.locale import _
from omnipos.services import approving
from omnipos.services.approving import NOBODY, Word
from omnipos.services.selling import BasketView, open_basket, view_of
from omnipos.services.till import Till
from omnipos.store import baskets, books, catalogue, journal, orders, people, printjobs
from omnipos.store.connection import transaction


class Picked(msgspec.Struct, frozen=True, kw_only=True):
    """An order after one scan, and the line that was ticked."""

    order: Order
    line: OrderLine


class AgeUnseen(OrderRefused):
    """Goods of an order have an age limit, and nobody has looked at the taker's age yet."""

    def __init__(self, question: OldEnough) -> None:
        """Ask it in a sentence."""
        super().__init__(question_words(question))
        self.question = question


class HandedOver(msgspec.Struct, frozen=True, kw_only=True):
    """What a hand-over led to: the order collected, or a basket to be paid first."""

    order: Order
    view: BasketView | None = None


def worklist(till: Till) -> list[Order]:
    """Return the orders that are not finished, the soonest promised first."""
    return orders.open_orders(till.store.books, till.identity.device_id)


def find_order(till: Till, code: str) -> Order:
    """Return an order by number or collection code; raise OrderRefused."""
    code = clean_text(code)
    found = orders.order_by_code(till.store.books, till.identity.device_id, code)
    if found is None:
        raise OrderRefused(
            _("No order {code} for this store is known here. Is the till in step with the hub?").format(
                code=code[:40]
            )
        )
    return found


def order_with_id(till: Till, order_id: str) -> Order:
    """Return an order as it is now; raise OrderRefused when it is gone."""
    found = orders.order_by_id(till.store.books, till.identity.device_id, order_id)
    if found is None:
        raise OrderRefused(_("This order is no longer for this store."))
    return found


def may_collect(
    till: Till, order: Order, word: Word = NOBODY, besides: Approval | None = None
) -> Approval | None:
    """Return who lets somebody without the right collect an order, asked once for all its steps.

    `besides` is the word that a step takes anyway: it serves for this too where who gave it has the right.
    Raises WordNeeded.
    """
    other = people.staff_by_id(till.store.books, besides.staff_id) if besides else None
    if other is not None and other.may(Right.COLLECT) and not till.someone().may(Right.COLLECT):
        return besides
    what = _("Order {number}").format(number=order.number)
    return approving.begin(till, Right.COLLECT, what, word, order.order_id)


def begin(till: Till, order_id: str, word: Word = NOBODY) -> None:
    """Begin to collect an order; raise WordNeeded for who may not."""
    may_collect(till, order_with_id(till, order_id), word)


def pick(till: Till, order_id: str, code: str, word: Word = NOBODY) -> Picked:
    """Tick what was scanned; raise OrderRefused for a wrong or surplus item, and WordNeeded."""
    till.someone()
    db = till.store.books
    item = catalogue.item_by_code(db, code)
    name = item.product.name if item else ""
    order, line, ticked = rules.pick(order_with_id(till, order_id), code, name)
    allowed = may_collect(till, order, word)
    fact = OrderPicked(order_id=order_id, line_id=line.line_id, quantity_milli=ticked, allowed=allowed)
    with transaction(db):
        orders.insert_step(db, order_id, journal.append(db, till.stamp(), fact))
    till.syncing.nudge()
    return Picked(order=order, line=line)


def make_ready(till: Till, order_id: str, bag_place: str = "", word: Word = NOBODY) -> Order:
    """Mark a picked order ready, its bag in a place, and print the bag slip.

    Raises OrderRefused, and WordNeeded.
    """
    till.someone()
    db = till.store.books
    order = rules.make_ready(order_with_id(till, order_id), free_text(bag_place, 20))
    allowed = may_collect(till, order, word)
    stamp = till.stamp()
    slip = BagSlipPaper(order=order, shop=till.shop(), printed_at_ms=stamp.occurred_at_ms)
    with transaction(db):
        fact = OrderReadied(order_id=order_id, bag_place=order.bag_place, allowed=allowed)
        orders.insert_step(db, order_id, journal.append(db, stamp, fact))
        printjobs.insert_job(db, slip, stamp.occurred_at_ms)
    till.printing.nudge()
    till.syncing.nudge()
    return order


def hand_over(
    till: Till, order_id: str, taker: Taker, override: Approval | None = None, word: Word = NOBODY
) -> HandedOver:
    """Hand an order over to somebody who passed the check.

    An unpaid order is put into the empty basket instead; paying it completes the hand-over. With
    a manager's word an order goes out that another till holds; the hub raises that as an exception.
    Raises OrderRefused, AgeUnseen before the taker's age was looked at where goods have an age limit,
    or BasketRefused when the basket is in the way; WordNeeded for who may not hand it over.
    """
    till.someone()
    order = order_with_id(till, order_id)
    _check_right(till, order, override)
    check = rules.check_taker(order, taker)
    allowed = may_collect(till, order, word, override)
    limit = _age_limit(till, order, taker)
    if order.due_minor:
        view = _to_basket(till, order, check, (override, allowed), limit)
        approving.end(till, Right.COLLECT, order_id)
        return HandedOver(order=order, view=view)
    with transaction(till.store.books):
        _keep_age_seen(till, order, limit)
        collected = write_hand_over(till, order, check, override=override, allowed=allowed)
    approving.end(till, Right.COLLECT, order_id)
    till.printing.nudge()
    till.syncing.nudge()
    return HandedOver(order=collected)


def _check_right(till: Till, order: Order, override: Approval | None) -> None:
    if override is None:
        rules.check_hand_over(order, till.identity.device_id)
    else:
        rules.check_state(order)


def _age_limit(till: Till, order: Order, taker: Taker) -> Product | None:
    """Return the goods with the highest age limit, None where all are for anybody.

    Raises AgeUnseen before anybody looked, and OrderRefused for somebody too young, which is journalled.
    """
    known = (catalogue.product_by_id(till.store.books, line.product_id) for line in order.lines)
    limit = max((one for one in known if one and one.min_age), key=lambda one: one.min_age, default=None)
    if limit is None or taker.is_old_enough:
        return limit
    if taker.is_old_enough is None:
        raise AgeUnseen(old_enough(limit, date_at(till.shop(), till.clock.now_ms())))
    with transaction(till.store.books):
        _keep_age_seen(till, order, limit, sold=False)
    till.syncing.nudge()
    raise OrderRefused(
        _("{name} is not given to anybody under {years}. Order {number} stays here.").format(
            name=limit.name, years=limit.min_age, number=order.number
        )
    )


def _keep_age_seen(
    till: Till, order: Order, limit: Product | None, *, basket_id: str = "", sold: bool = True
) -> None:
    if limit is None:
        return
    fact = AgeChecked(
        basket_id=basket_id,
        product_id=limit.product_id,
        name=limit.name,
        min_age=limit.min_age,
        sold=sold,
        order_id=order.order_id,
    )
    journal.append(till.store.books, till.stamp(), fact)


def _to_basket(
    till: Till,
    order: Order,
    check: Check,
    words: tuple[Approval | None, Approval | None],
    limit: Product | None,
) -> BasketView:
    override, allowed = words
    before = open_basket(till)
    if not before.is_empty:
        raise BasketRefused(
            _("Order {number} is unpaid. Pay or park the basket first, then hand it over.").format(
                number=order.number
            )
        )
    lines = rules.basket_lines(order, before.next_line_id)
    settle = OrderToSettle(
        order_id=order.order_id,
        number=order.number,
        check=check.value,
        paid_online_minor=order.paid_minor,
        override=override,
        allowed=allowed,
        begun_by=till.someone().staff_id,
    )
    after = msgspec.structs.replace(
        before,
        lines=lines,
        next_line_id=before.next_line_id + len(lines),
        customer_id=order.customer_id or before.customer_id,
        order=settle,
        age_checked=max(before.age_checked, limit.min_age if limit else 0),
    )
    view = view_of(till, after)
    db = till.store.books
    with transaction(db):
        baskets.save_basket(db, before, after, till.clock.now_ms())
        _keep_age_seen(till, order, limit, basket_id=before.basket_id)
    return view


def check_ready(till: Till, order_id: str) -> None:
    """Raise OrderRefused unless an order is ready to be handed over, by whichever till."""
    rules.check_state(order_with_id(till, order_id))


def check_before_paying(till: Till, settle: OrderToSettle) -> None:
    """Raise OrderRefused when an order in the basket can no longer be handed over here.

    Asked before the first tender only: once money was taken the sale can always be finished, and
    the hub keeps what then clashes as an exception.
    """
    _check_right(till, order_with_id(till, settle.order_id), settle.override)


def who_allowed(till: Till, settle: OrderToSettle, finished_by: str) -> Approval | None:
    """Return who stands behind handing over an order in the basket where who finishes it may not."""
    if settle.allowed is not None or settle.begun_by in ("", finished_by):
        return settle.allowed
    person = people.staff_by_id(till.store.books, finished_by)
    if person is None or person.may(Right.COLLECT):
        return None
    return Approval(staff_id=settle.begun_by, reason=_("Order {number}").format(number=settle.number))


def order_in_basket(till: Till, basket: Basket) -> Order:
    """Return the order that a basket pays for; one the mirror lost meanwhile is known from its lines."""
    asked = basket.order
    assert asked is not None, "asked for a basket with an order only"
    known = orders.order_by_id(till.store.books, till.identity.device_id, asked.order_id)
    return known or rules.order_of_lines(
        [line for line in basket.lines if line.order_line_id],
        order_id=asked.order_id,
        number=asked.number,
        store_id=till.identity.store_id,
        currency=basket.currency,
        paid_minor=asked.paid_online_minor,
        customer_id=basket.customer_id,
        holder_device_id=till.identity.device_id,
    )


def write_hand_over(
    till: Till,
    order: Order,
    check: Check,
    *,
    sale_id: str = "",
    override: Approval | None = None,
    allowed: Approval | None = None,
) -> Order:
    """Write a hand-over with its proof, stock and slip; the caller owns the transaction and has checked."""
    db = till.store.books
    stamp = till.stamp()
    fact = OrderHandedOver(
        order_id=order.order_id,
        fencing_number=order.fencing_number,
        check=check,
        lines=order.lines,
        sale_id=sale_id,
        override=None if lease.is_held(order, till.identity.device_id) else override,
        allowed=allowed,
    )
    event = journal.append(db, stamp, fact)
    orders.insert_step(db, order.order_id, event)
    books.insert_movements(db, event, hand_over_movements(order.lines, order.store_id))
    proof = Proof(
        staff_id=stamp.actor,
        at_ms=stamp.occurred_at_ms,
        device_id=till.identity.device_id,
        check=check,
        sale_id=sale_id,
    )
    collected = rules.hand_over(order, proof)
    seller = people.staff_by_id(db, stamp.actor)
    slip = HandOverPaper(
        order=collected,
        shop=till.shop(),
        staff_name=seller.name if seller else "",
        printed_at_ms=stamp.occurred_at_ms,
    )
    printjobs.insert_job(db, slip, stamp.occurred_at_ms)
    return collected
