"""Which till hands an order over: asking its holder, giving it back, taking it on a manager's word.

A till writes what it wishes or gives as facts; the hub alone grants, and the mirror shows it.
"""

import msgspec

from omnipos.domain import lease
from omnipos.domain import order as rules
from omnipos.domain.errors import OrderRefused
from omnipos.domain.order import OPEN_STATES, Order
from omnipos.domain.staff import Approval, Right
from omnipos.events import Fact, LeaseAsked, LeaseAskWithdrawn, LeaseReleased, LeaseTaken
from omnipos.locale import _
from omnipos.ports import LinkState
from omnipos.services import approving
from omnipos.services.approving import NOBODY, Word
from omnipos.services.collecting import may_collect, order_with_id
from omnipos.services.till import Till
from omnipos.store import baskets, journal, orders
from omnipos.store.connection import transaction


def is_held_here(till: Till, order: Order) -> bool:
    """Tell whether this till may hand an order over without asking anybody."""
    return lease.is_held(order, till.identity.device_id)


def is_asked_of(till: Till, order: Order) -> bool:
    """Tell whether another till asks this one for an order."""
    return is_held_here(till, order) and order.state in OPEN_STATES and bool(order.asked_by_device_id)


def ask(till: Till, order_id: str, word: Word = NOBODY) -> Order:
    """Ask for an order until it is held here or nobody waits for it any more.

    Raises OrderRefused, and WordNeeded for who may not hand it over.
    """
    till.someone()
    order = order_with_id(till, order_id)
    if order.state not in OPEN_STATES:
        rules.check_state(order)
    may_collect(till, order, word)
    if not is_held_here(till, order):
        till.order_wanted = order_id
        _ask_again(till)
        till.syncing.nudge()
    return order_with_id(till, order_id)


def stop_asking(till: Till) -> None:
    """Let the holder keep the order: nobody waits for it here any more."""
    wanted, till.order_wanted, till.order_asked_at = till.order_wanted, "", ("", 0)
    order = orders.order_by_id(till.store.books, till.identity.device_id, wanted) if wanted else None
    if order is not None and order.asked_by_device_id == till.identity.device_id:
        _write(till, order, LeaseAskWithdrawn(order_id=wanted))
        till.syncing.nudge()


def take(till: Till, order_id: str, approval: Approval) -> Order:
    """Have the hub give an order to this till though another holds it; raise OrderRefused.

    The other till does not learn of it while it is offline, and may then hand the order over too. Who gave
    their word allows it to somebody without the right to hand orders over, too.
    """
    till.someone()
    order = order_with_id(till, order_id)
    if order.state not in OPEN_STATES:
        rules.check_state(order)
    if till.syncing.report().state is not LinkState.ONLINE:
        raise OrderRefused(
            _(
                "The hub does not answer, so order {number} cannot change tills now. Nothing was changed."
            ).format(number=order.number)
        )
    allowed = may_collect(till, order, besides=approval)
    if not is_held_here(till, order):
        till.order_wanted = order_id
        number = order.fencing_number
        fact = LeaseTaken(order_id=order_id, fencing_number=number, approval=approval, allowed=allowed)
        _write(till, order, fact)
        till.syncing.nudge()
    return order


def give(till: Till, order_id: str, word: Word = NOBODY) -> Order:
    """Give an order back, so that another till can have it.

    Raises OrderRefused when it is not held here, and WordNeeded for who may not give it.
    """
    till.someone()
    order = order_with_id(till, order_id)
    if not is_held_here(till, order) or order.state not in OPEN_STATES:
        raise OrderRefused(_("Order {number} is not held here.").format(number=order.number))
    if order_id in baskets.order_ids(till.store.books):
        raise OrderRefused(
            _("Order {number} is in a basket here. Pay that basket or give it up first.").format(
                number=order.number
            )
        )
    may_collect(till, order, word)
    _release(till, order)
    till.syncing.nudge()
    return order_with_id(till, order_id)


def open_at_hand(till: Till, order_id: str) -> None:
    """Keep an order here while somebody looks at it, whoever asks for it."""
    till.order_at_hand = order_id


def leave_at_hand(till: Till, order_id: str) -> None:
    """Let an order go to who asks for it: nobody looks at it here any more, nor may without another word."""
    approving.end(till, Right.COLLECT, order_id)
    if till.order_at_hand == order_id:
        till.order_at_hand = ""
        till.syncing.nudge()


def answer(till: Till) -> bool:
    """Do what the hub's last news ask of this till; return whether there is something to send.

    Orders that others ask for are given back, unless they are at hand or in a basket here; for an
    order that is wanted here and free again it is asked again. Called after each round of syncing.
    """
    db, me = till.store.books, till.identity.device_id
    wrote = _ask_again(till)
    asked = [order for order in orders.orders_asked_for(db, me) if is_asked_of(till, order)]
    in_use = {till.order_at_hand, *baskets.order_ids(db)} if asked else set()
    free = [order for order in asked if order.order_id not in in_use]
    for order in free:
        _release(till, order, by_itself=True)
    return wrote or bool(free)


def _ask_again(till: Till) -> bool:
    """Ask for the order that is wanted here, once for each state in which it is nobody's business yet."""
    if not till.order_wanted:
        return False
    order = orders.order_by_id(till.store.books, till.identity.device_id, till.order_wanted)
    if order is None or order.state not in OPEN_STATES or is_held_here(till, order):
        till.order_wanted = ""
        return False
    asked_at = (order.order_id, order.version)
    if order.asked_by_device_id or till.order_asked_at == asked_at:
        return False
    allowed = approving.held(till, Right.COLLECT, order.order_id)
    _write(till, order, LeaseAsked(order_id=order.order_id, allowed=allowed))
    till.order_asked_at = asked_at
    return True


def _release(till: Till, order: Order, *, by_itself: bool = False) -> None:
    fact = LeaseReleased(order_id=order.order_id, fencing_number=order.fencing_number)
    _write(till, order, fact, by_itself=by_itself)


def _write(till: Till, order: Order, fact: Fact, *, by_itself: bool = False) -> None:
    db, stamp = till.store.books, till.stamp()
    if by_itself:
        stamp = msgspec.structs.replace(stamp, actor="")  # nobody at the counter did it
    with transaction(db):
        orders.insert_step(db, order.order_id, journal.append(db, stamp, fact))
