"""What people do in a simulated shop: cashiers at their tills, the owner and the web shop at the hub."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from omnipos.domain.catalogue import Answers
from omnipos.domain.customer import CustomerDraft, Purpose
from omnipos.domain.errors import DomainError
from omnipos.domain.order import Order, OrderState, Taker
from omnipos.domain.staff import Approval
from omnipos.domain.tender import CardSlip
from omnipos.services import (
    collecting,
    finding,
    leasing,
    recognising,
    reprinting,
    selling,
    tendering,
)
from omnipos.services.finding import ItemOffer
from tests.sim import drawers, fairness, managing, offers, tender
from tests.sim.tills import TillMachine
from tests.sim.yard import GOODS, STORES, product

if TYPE_CHECKING:
    from tests.sim.world import World

Deed = Callable[["World", TillMachine], None]


def act(world: "World", till: TillMachine) -> None:
    """Let a cashier do something; a refusal is part of the day."""
    deeds, weights = zip(*DEEDS, strict=True)
    deed: Deed = world.chance.choices(deeds, weights)[0]
    if world.weather.hand_overs and world.rare.random() < world.weather.hand_overs:
        deed = _collect
    if world.weather.money and world.money.random() < world.weather.money:
        money_deeds, money_weights = zip(*tender.DEEDS, *drawers.DEEDS, strict=True)
        deed = world.money.choices(money_deeds, money_weights)[0]
    try:
        if deed in tender.PAYS and till.till.call(selling.current).basket.is_empty:
            _ring(world, till)
        deed(world, till)
    except DomainError as error:
        world.refused(till.name, deed.__name__, error)


def _ring(world: "World", till: TillMachine) -> None:
    for _line in range(world.chance.randint(1, 3)):
        sku, *_rest = world.chance.choice(GOODS)
        found = till.till.call(finding.scanned, sku)
        if isinstance(found, ItemOffer):
            item, quantity = found.item, world.chance.choice((1000, 1000, 2000, 3000))
            if item.product.unit == "kg":
                item = replace(item, answers=Answers(is_measured=True))
                quantity = world.chance.randint(50, 2500)
            view = till.till.call(selling.ring, [(item, quantity)])
            world.say(till.name, f"ring {sku} {quantity} → {view.totals.total_minor}")
            fairness.look_at_price(world, till, sku, view)


def _change(world: "World", till: TillMachine) -> None:
    view = till.till.call(selling.current)
    if not view.basket.lines:
        return
    line = world.chance.choice(view.basket.lines)
    if world.chance.random() < 0.4:
        till.till.call(selling.void_line, line.line_id)
        world.say(till.name, f"void line {line.line_id}")
    else:
        quantity = world.chance.choice((1000, 2000, 5000))
        till.till.call(selling.change_quantity, line.line_id, quantity)
        world.say(till.name, f"line {line.line_id} × {quantity}")


def _pay(world: "World", till: TillMachine) -> None:
    view = till.till.call(selling.current)
    if view.basket.is_empty:
        return
    ways = ("exact", "exact", "exact", "over", "over", "part", "card", "card", "card part")
    way = world.chance.choice((*ways, "back") if view.basket.tenders else ways)
    due = view.due.due_minor
    slip = CardSlip(approval_code=f"{world.chance.randrange(10**6):06d}", last_four="4242")
    match way:
        case "exact":
            paid = till.till.call(tendering.pay_cash, again=True)
        case "over":
            # The next note upwards; any note is a multiple of what cash is rounded to.
            paid = till.till.call(tendering.pay_cash, (due // 50_000 + 1) * 50_000, again=True)
        case "part":
            paid = till.till.call(tendering.pay_cash, max(due // 200 * 100, 100), again=True)
        case "card":
            paid = till.till.call(tendering.pay_card, None, slip)
        case "card part":
            paid = till.till.call(tendering.pay_card, max(due // 3, 1), slip)
        case _:
            till.till.call(tendering.take_back)
            return
    if paid.sale is None:
        world.say(till.name, f"paid {way}, due {paid.view.due.due_minor}")
        return
    world.ledger.promised[paid.sale.sale_id] = paid.sale
    world.say(till.name, f"sold {paid.sale.receipt_number} {paid.sale.total_minor} by {way}")


def _sell(world: "World", till: TillMachine) -> None:
    if not till.till.call(selling.current).basket.tenders:
        _ring(world, till)
        offers.before_paying(world, till)
    _pay(world, till)


def _set_aside(world: "World", till: TillMachine) -> None:
    match world.chance.choice(("park", "recall", "void")):
        case "park":
            till.till.call(selling.park, "later")
            world.say(till.name, "park")
        case "recall":
            waiting = till.till.call(selling.parked)
            till.till.call(selling.recall, world.chance.choice(waiting).number if waiting else 0)
            world.say(till.name, "recall")
        case _:
            till.till.call(selling.void_basket)
            world.say(till.name, "void basket")


def _add_customer(world: "World", till: TillMachine) -> None:
    # Few numbers, so that two tills often add the same person.
    phone = f"08130000{world.chance.randrange(5):04d}"
    draft = CustomerDraft(name=f"Dewi {phone[-2:]}", phone=phone, agreed=(Purpose.SERVICE,))
    added = till.till.call(recognising.add, draft)
    world.say(till.name, f"add customer {added.customer_id[-6:]} {phone}")


def _attach_customer(world: "World", till: TillMachine) -> None:
    found = till.till.call(recognising.find, world.chance.choice(("dewi", "sarah", "7890")))
    if found:
        one = world.chance.choice(found)
        till.till.call(selling.attach_customer, one.customer_id)
        till.till.call(recognising.card, one.customer_id)
        world.say(till.name, f"attach customer {one.customer_id[-6:]}")


def _collect(world: "World", till: TillMachine) -> None:
    work = till.till.call(collecting.worklist)
    if not work:
        return
    order = world.chance.choice(work[:3])  # those promised first are worked on first
    missing = next((line for line in order.lines if line.picked_milli < line.quantity_milli), None)
    if missing and order.state is not OrderState.READY:
        till.till.call(collecting.pick, order.order_id, missing.sku)
        world.say(till.name, f"pick {order.number} {missing.sku}")
    elif order.state is not OrderState.READY:
        till.till.call(collecting.make_ready, order.order_id, "A1")
        world.say(till.name, f"ready {order.number}")
    elif till.till.call(leasing.is_held_here, order):
        _hand_over(world, till, order, None)
    else:
        _get(world, till, order)


def _get(world: "World", till: TillMachine, order: Order) -> None:
    """Somebody is here for an order that another till holds."""
    ways = ("ask", "ask", "wait no longer", "take", "override")
    match "ask" if world.weather.hand_overs else world.chance.choice(ways):
        case "ask":
            till.till.call(leasing.open_at_hand, order.order_id)
            till.till.call(leasing.ask, order.order_id)
            world.say(till.name, f"asks for {order.number}")
        case "wait no longer":
            _leave(till)
        case "take":
            till.till.call(leasing.take, order.order_id, MANAGERS_WORD)
            world.say(till.name, f"takes {order.number} from till {order.holder_till}")
        case _:
            _hand_over(world, till, order, MANAGERS_WORD)


def _leave(till: TillMachine) -> None:
    """Nobody looks at an order or waits for one any more."""
    till.till.call(leasing.stop_asking)
    till.till.call(leasing.leave_at_hand, till.till.order_at_hand)


MANAGERS_WORD = Approval(staff_id="s-budi", reason="the customer waits")


def _hand_over(world: "World", till: TillMachine, order: Order, override: Approval | None) -> None:
    taker = Taker(code=order.collection_code)
    done = till.till.call(collecting.hand_over, order.order_id, taker, override)
    if override:
        world.say(till.name, f"a manager lets {order.number} go without the right to it")
    if done.view is not None:
        world.say(till.name, f"{done.order.number} is to be paid first: {done.view.due.due_minor}")
        _pay(world, till)
        return
    world.say(till.name, f"handed over {done.order.number}")


def _give(world: "World", till: TillMachine) -> None:
    work = till.till.call(collecting.worklist)
    if work:
        order = world.chance.choice(work)
        till.till.call(leasing.give, order.order_id)
        world.say(till.name, f"gives {order.number} back")


def _reprint(world: "World", till: TillMachine) -> None:
    sale = till.till.call(reprinting.reprint)
    world.say(till.name, f"copy of {sale.receipt_number}")


DEEDS: tuple[tuple[Deed, int], ...] = (
    (_sell, 45),
    (_ring, 4),
    (_change, 6),
    (_pay, 12),
    (_set_aside, 8),
    (_add_customer, 5),
    (_attach_customer, 5),
    (_collect, 30),
    (_give, 3),
    (_reprint, 2),
    (managing.correct_customer, 5),
    (managing.count_stock, 4),
    (managing.settle_exception, 3),
)


def keep_shop(world: "World") -> None:
    """Let the owner or the web shop do something at the hub."""
    deed = world.chance.choices(
        (_place_order, _cancel_order, _receive_goods, _change_price, _change_staff), (10, 2, 4, 3, 1)
    )[0]
    deed(world)


def _store_of(world: "World") -> str:
    return world.chance.choice(STORES[: world.weather.stores])


def _place_order(world: "World") -> None:
    number = f"W-{len(world.wishes) + 1:04d}"
    lines, total_minor = [], 0
    for sku, _name, price, _tax, unit, _code in world.chance.sample(GOODS, world.chance.randint(1, 2)):
        pieces = 1 if unit == "kg" else world.chance.choice((1, 2))
        lines.append({"sku": sku, "quantity_milli": pieces * 1000, "unit_price_minor": price})
        total_minor += pieces * price
    wish = {
        "number": number,
        "store_code": _store_of(world),
        "promised_at_ms": world.now_ms + 3_600_000,
        "lines": lines,
        "collection_code": f"{470_000 + len(world.wishes)}",
        "channel": "web",
        "paid_minor": world.chance.choice((0, total_minor, total_minor)),
    }
    if world.chance.random() < 0.5:
        wish["customer"] = {"name": "Sarah Wijaya", "phone": "081234567890"}
    world.wish("POST", "/v1/orders", wish, lambda answer: _placed(world, number, answer))


def _placed(world: "World", number: str, answer: Any) -> None:
    world.ledger.orders[number] = answer["order_id"]
    world.say("webshop", f"placed {number}")


def _cancel_order(world: "World") -> None:
    if world.ledger.orders:
        number = world.chance.choice(sorted(world.ledger.orders))
        path = f"/v1/orders/{number}/cancel?channel=web"
        world.wish("POST", path, None, lambda _answer: _cancelled(world, number))


def _cancelled(world: "World", number: str) -> None:
    world.ledger.cancelled[number] = world.now_ms
    world.say("webshop", f"cancelled {number}")


def _receive_goods(world: "World") -> None:
    store, sku = _store_of(world), world.chance.choice(GOODS)[0]
    movement = {
        "movement_id": f"in-{len(world.wishes)}",
        "store_code": store,
        "sku": sku,
        "quantity_milli": world.chance.choice((10_000, 24_000, -1000)),
        "reason": "adjusted",
    }
    world.wish(
        "POST",
        "/v1/stock/movements",
        {"movements": [movement]},
        lambda _answer: _received(world, movement),
    )


def _received(world: "World", movement: dict[str, Any]) -> None:
    world.ledger.moved.add(movement["movement_id"])
    world.say("owner", f"{movement['store_code']} got {movement['quantity_milli']} of {movement['sku']}")


def _change_price(world: "World") -> None:
    sku, name, price, *rest = world.chance.choice(GOODS)
    price += world.chance.randrange(-20, 20) * 50
    world.word.prices_ever[sku, ""].add(price)
    body = {"products": [product(sku, name, price, *rest)]}
    world.wish("PUT", "/v1/products", body, lambda _answer: world.say("owner", f"{sku} costs {price}"))


def _change_staff(world: "World") -> None:
    active = world.chance.random() < 0.5
    who = {"staff_id": "s-budi", "name": "Budi", "role": "manager", "active": active}
    world.wish("PUT", "/v1/staff", {"staff": [who]}, lambda _answer: world.say("owner", f"Budi: {active}"))


def finish(world: "World") -> None:
    """Ask again for everything that was never answered."""
    for till in world.tills:
        with world.at(till):
            _leave(till)
    wishes = (*world.wishes, *world.wishes_beside)
    for wish in wishes:
        wish.ask()
    assert all(wish.answered_at_ms for wish in wishes), "a perfect network answers everything"
