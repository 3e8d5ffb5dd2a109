"""Orders that another till holds, in the plain counter: asked for, given back, taken over, overridden."""

from omnipos.domain.errors import EntryRefused
from omnipos.domain.order import OPEN_STATES, Order, check_state, till_name
from omnipos.locale import _
from omnipos.ports import LinkState
from omnipos.services import approving, collecting, leasing
from omnipos.services.approving import Word
from omnipos.services.watching import status
from screens.plain_json import order_shape
from screens.plain_orders import named
from screens.plain_talk import Answer, Talk

PATIENCE_S = 6.0
LOOK_EVERY_S = 0.05


def ask(talk: Talk, rest: str) -> Answer:
    """`ask N` asks the till that holds an order for it, and waits a little; `ask none` stops asking."""
    if not rest:
        raise EntryRefused(_("Type ask and the order's number: ask 1001. Type ask none to stop asking."))
    if rest.casefold() == "none":
        talk.till.call(leasing.stop_asking)
        return Answer(say=_("No order is asked for any more."))
    order_id = named(talk, rest).order_id
    return talk.allowing(lambda word: _wait(talk, talk.till.call(leasing.ask, order_id, word)))


def give_back(talk: Talk, rest: str) -> Answer:
    """`give-back N` lets another till have an order."""
    if not rest:
        raise EntryRefused(_("Type give-back and the order's number: give-back 1001."))
    order_id = named(talk, rest).order_id

    def give(word: Word) -> Answer:
        order = talk.till.call(leasing.give, order_id, word)
        said = _("Order {number} is given back. The till that asks for it gets it from the hub.")
        return Answer(say=said.format(number=order.number), more={"order": order_shape(order)})

    return talk.allowing(give)


def take_over(talk: Talk, rest: str) -> Answer:
    """`take-over N REASON` has the hub give an order to this till, on a manager's word."""
    number, _space, reason = rest.partition(" ")
    if not number:
        raise EntryRefused(
            _("Type take-over, the order's number and the reason: take-over 1001 till 1 is broken.")
        )
    order = named(talk, number)

    def take(word: Word) -> Answer:
        approval = talk.till.call(approving.approve, reason, word=word)
        talk.till.call(leasing.take, order.order_id, approval)
        return _wait(talk, order)

    return talk.allowing(take)


def override(talk: Talk, rest: str) -> Answer:
    """`override N REASON` lets the next hand-over of an order pass though another till holds it."""
    number, _space, reason = rest.partition(" ")
    if not number:
        raise EntryRefused(
            _("Type override, the order's number and the reason: override 1001 till 1 is broken.")
        )
    order = named(talk, number)
    talk.till.call(collecting.check_ready, order.order_id)

    def allow(word: Word) -> Answer:
        approval = talk.till.call(approving.approve, reason, word=word)
        talk.override = (order.order_id, talk.till.someone().staff_id, approval)
        return _allowed(order)

    return talk.allowing(allow)


def _allowed(order: Order) -> Answer:
    said = _(
        "Type hand-over {number} and its code now. The risk: {holder} may be offline and hand the order over"
        " as well; the hub will show both to be settled."
    )
    return Answer(say=said.format(number=order.number, holder=till_name(order.holder_till)))


def _wait(talk: Talk, order: Order) -> Answer:
    """Watch for a short while whether an order comes here; the wait never touches the books."""
    waited = 0.0
    while True:
        order = talk.till.call(collecting.order_with_id, order.order_id)
        held, away = leasing.is_held_here(talk.till, order), _is_away(talk)
        if held or away or order.state not in OPEN_STATES or waited >= PATIENCE_S:
            break
        talk.pause(LOOK_EVERY_S)
        waited += LOOK_EVERY_S
    if held:
        talk.till.call(leasing.stop_asking)
        said = _("This till holds order {number} now. Type hand-over {number} and its code.")
    elif order.state not in OPEN_STATES:
        check_state(order)
    elif away:
        said = _(
            "The hub does not answer, so {holder} cannot be asked now. Hand order {number} over there, or a"
            " manager types override {number} REASON."
        )
    else:
        said = _(
            "Order {number} is asked for, and {holder} has not given it yet. Type ask {number} again, ask"
            " none to stop, or hand it over there."
        )
    said = said.format(number=order.number, holder=till_name(order.holder_till))
    return Answer(ok=held, say=said, more={"order": order_shape(order)})


def _is_away(talk: Talk) -> bool:
    return talk.till.call(status).link is not LinkState.ONLINE
