"""The collection desk in the plain counter: orders listed, opened, picked, made ready and handed over."""

from functools import partial

import msgspec

from omnipos.domain.errors import EntryRefused, OrderRefused
from omnipos.domain.money import format_money
from omnipos.domain.order import Order, Taker
from omnipos.domain.quantity import format_quantity
from omnipos.domain.staff import Approval
from omnipos.locale import _, ngettext
from omnipos.services import collecting, finding
from omnipos.services.approving import Word
from omnipos.services.collecting import AgeUnseen
from omnipos.services.finding import OrderOffer
from screens.plain_json import order_shape
from screens.plain_talk import Answer, Talk
from screens.plain_words import lease_words, order_line_words, order_words


def list_orders(talk: Talk, _rest: str) -> Answer:
    """`orders` lists the orders that are not finished, the soonest promised first."""
    found = talk.till.call(collecting.worklist)
    if not found:
        return Answer(say=_("No order waits here."), more={"orders": []})
    shop, now_ms = talk.till.call(lambda till: till.shop()), talk.till.clock.now_ms()
    said = [ngettext("{count} order.", "{count} orders.", len(found)).format(count=len(found))]
    said += [order_words(one, shop, now_ms) for one in found]
    return Answer(say=" ".join(said), more={"orders": [order_shape(one) for one in found]})


def open_order(talk: Talk, rest: str) -> Answer:
    """`order N` opens an order and reads it out; `pick` then works on it."""
    if not rest:
        raise EntryRefused(_("Type order and its number, such as order 1001. Type orders for all of them."))
    return say_order(talk, named(talk, rest))


def say_order(talk: Talk, order: Order) -> Answer:
    """Open an order: read it out whole, and let `pick` work on it."""
    talk.order_id = order.order_id
    shop, now_ms = talk.till.call(lambda till: till.shop()), talk.till.clock.now_ms()
    said = [order_words(order, shop, now_ms), order_line_words(order)]
    if order.bag_place:
        said.append(_("Its bag lies at {place}.").format(place=order.bag_place))
    said += lease_words(talk.till, order)
    return Answer(say=" ".join(said), more={"order": order_shape(order)})


def named(talk: Talk, written: str) -> Order:
    """Return the order of a number or code as it was typed."""
    found = talk.till.call(finding.understood, f"#{written.removeprefix('#')}")
    assert isinstance(found, OrderOffer), "what begins with # is an order or refused"
    return found.order


def pick(talk: Talk, rest: str) -> Answer:
    """`pick CODE` ticks a scanned item of the order opened last."""
    if not talk.order_id:
        raise OrderRefused(_("Open an order first: order and its number."))
    if not rest:
        raise EntryRefused(_("Scan the item behind pick."))
    return talk.allowing(partial(_pick, talk, talk.order_id, rest))


def _pick(talk: Talk, order_id: str, code: str, word: Word) -> Answer:
    done = talk.till.call(collecting.pick, order_id, code, word)
    line, order = done.line, done.order
    said = _("{name}, {picked} of {wanted} picked.").format(
        name=line.name,
        picked=format_quantity(line.picked_milli, line.unit, order.currency),
        wanted=format_quantity(line.quantity_milli, line.unit, order.currency),
    )
    missing = [one.name for one in order.lines if one.picked_milli < one.quantity_milli]
    if missing:
        more = _("Still missing: {names}.").format(names=", ".join(missing))
    else:
        more = _("All is picked. Type ready {number}.").format(number=order.number)
    return Answer(say=f"{said} {more}", more={"order": order_shape(order)})


def make_ready(talk: Talk, rest: str) -> Answer:
    """`ready N PLACE` marks an order ready, its bag in a place, and prints the bag slip."""
    number, _space, place = rest.partition(" ")
    if not number:
        raise EntryRefused(_("Type ready, the order's number and where its bag lies: ready 1001 A3."))
    return talk.allowing(partial(_make_ready, talk, named(talk, number).order_id, place))


def _make_ready(talk: Talk, order_id: str, place: str, word: Word) -> Answer:
    order = talk.till.call(collecting.make_ready, order_id, place, word)
    said = _("Order {number} is ready. Its bag slip is printed.").format(number=order.number)
    return Answer(say=said, more={"order": order_shape(order)})


def hand_over(talk: Talk, rest: str) -> Answer:
    """`hand-over N CODE`, or `hand-over N NAME PHONE`; an unpaid order goes into the basket first.

    `age=yes` or `age=no` behind it says what was seen of the taker's age, where goods have a limit.
    """
    number, _space, who = rest.partition(" ")
    if not who.strip():
        raise EntryRefused(_("Type hand-over, the order's number, and its code or the name and phone."))
    return talk.allowing(partial(_hand_over, talk, named(talk, number).order_id, _taker(who.split())))


def _hand_over(talk: Talk, order_id: str, taker: Taker, word: Word) -> Answer:
    try:
        done = talk.till.call(collecting.hand_over, order_id, taker, _override(talk, order_id), word)
    except AgeUnseen as asked:
        said = _("{question} Type the same with age=yes or age=no behind it.").format(question=str(asked))
        return Answer(ok=False, say=said, more={"question": "age"})
    talk.override = None
    order = done.order
    if done.view is None:
        said = _("Order {number} is handed over to {name}.").format(
            number=order.number, name=order.customer_name or _("its customer")
        )
    else:
        talk.touched = 0
        said = _("Order {number} is in the basket, {due} to pay. Paying it hands the order over.").format(
            number=order.number, due=format_money(done.view.due.due_minor, order.currency)
        )
    return Answer(say=said, more={"order": order_shape(order)})


def _override(talk: Talk, order_id: str) -> Approval | None:
    """Return the word given for this order, as long as who it was given to is signed in."""
    staff = talk.till.staff
    if talk.override is None or staff is None or talk.override[:2] != (order_id, staff.staff_id):
        return None
    return talk.override[2]


def _taker(words: list[str]) -> Taker:
    """Read a code, or a name with the phone behind it: the phone begins where the digits do.

    What was seen of their age stands last, if anybody looked.
    """
    seen = {"age=yes": True, "age=no": False}.get(words[-1].casefold())
    if seen is not None:
        return msgspec.structs.replace(_taker(words[:-1] or [""]), is_old_enough=seen)
    starts = [place for place, word in enumerate(words) if word[:1] in "+(0123456789"]
    if len(words) > 1 and starts and starts[0] > 0:
        return Taker(name=" ".join(words[: starts[0]]), phone=" ".join(words[starts[0] :]))
    return Taker(code="".join(words))
