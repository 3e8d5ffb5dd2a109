"""One price: whatever the basket, the hub's quote and the till's price desk agree in every minor unit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from hub import quoting
from hub.catalogue import product_id_of
from hub.promotions import promotion_id_of
from hub.quotemessages import Quote, QuoteLineWish, QuoteWish
from omnipos.domain.basket import Basket, add_item
from omnipos.domain.catalogue import Answers, Item, price_at
from omnipos.domain.errors import CouponRefused
from omnipos.domain.pricing import Totals, price_lines
from omnipos.domain.staff import Role, Staff
from omnipos.services import couponing, pricedesk, selling
from omnipos.services.selling import BasketView
from omnipos.services.till import Till
from omnipos.store import catalogue, customers
from omnipos.store.connection import Store, open_mirror, transaction
from omnipos.store.identity import Identity, save_identity
from omnipos.store.mirror import apply_page
from tests.hub.rig import HubRig, open_rig
from tests.hub.worlds import TAXES, Ask, World
from tests.hubs import HubProcess
from tests.rigs import HandClock, QuietLine
from tests.sync.conftest import EnrolledTill

WORLDS = 20
BASKETS = 500
"""Baskets of each world: ten thousand in all."""
OVER_HTTP = 300


def tell(ask: Callable[..., Any], world: World) -> list[str]:
    """Tell a hub of a world; return the ids of its customers."""
    store = {"code": "S1", "name": "Toko Sinar", "country": "ID", "tax_rounding": world.rounding}
    ask("PUT", "/v1/stores", {"stores": [store]})
    ask("PUT", "/v1/taxes", {"taxes": TAXES})
    ask("PUT", "/v1/products", {"products": [world.deposit, *world.products]})
    ask("PUT", "/v1/prices", {"prices": world.prices})
    ask("PUT", "/v1/promotions", {"promotions": world.promotions})
    ask("PUT", "/v1/coupons", {"coupons": world.coupons})
    ask("PUT", "/v1/customers", {"customers": world.customers, "country": "ID"})
    cards = ask("GET", "/v1/customers?limit=1000")["customers"]
    by_name = {card["name"]: card["customer_id"] for card in cards}
    return [by_name[one["name"]] for one in world.customers]


def forget(rig: HubRig) -> None:
    """Take away what another world would have too many of."""
    for one in rig.ask("GET", "/v1/coupons?limit=1000")["coupons"]:
        rig.ask("DELETE", f"/v1/coupons/{one['code']}")
    for one in rig.ask("GET", "/v1/promotions?limit=1000")["promotions"]:
        rig.ask("DELETE", f"/v1/promotions/{one['code']}")
    for group in ("gold", "silver"):
        rig.raw("DELETE", f"/v1/price-lists/{group}")


class Counter:
    """A till of the hub, with its mirror filled from the hub's own pages."""

    def __init__(self, rig: HubRig, folder: Path) -> None:
        """Open it as the rig's till."""
        self.rig = rig
        self.clock = HandClock()
        self.store = Store(folder)
        self.mirror = open_mirror(folder)
        self.cursors: dict[str, str] = {}
        identity = Identity(
            device_id=rig.till.device_id,
            store_id=rig.till.store_id,
            store_code="S1",
            till_number=rig.till.till_number,
            epoch=1,
            hub_epoch=rig.till.hub_epoch,
        )
        self.store.call(lambda: self._enrol(identity))
        line = QuietLine()
        self.till = Till(self.store, self.clock, identity, line, line)
        self.till.staff = Staff(staff_id="staff-1", name="Budi", role=Role.CASHIER, pin_hash="")

    def _enrol(self, identity: Identity) -> None:
        with transaction(self.store.books):
            save_identity(self.store.books, identity)

    def pull(self) -> None:
        """Fetch what is new."""
        for stream in ("settings", "catalogue", "customers"):
            while True:
                page = self.rig.pull(stream, self.cursors.get(stream, ""))
                apply_page(self.mirror, page)
                self.cursors[stream] = page.cursor
                if page.upto == page.head:
                    break

    def price(self, ask: Ask, customer_id: str) -> tuple[Basket, Totals]:
        """Price a basket at the till's desk, as after ringing it up."""
        till, db = self.till, self.store.books
        self.clock.at_ms = ask.at_ms
        basket = Basket(
            basket_id="b", number=1, currency="IDR", started_at_ms=0, staff_id="", customer_id=customer_id
        )
        customer = customers.customer_by_id(db, customer_id) if customer_id else None
        group = pricedesk.group_of(customer)
        for sku, quantity_milli in ask.lines:
            product = catalogue.product_by_id(db, product_id_of(sku))
            assert product is not None
            deposit = catalogue.product_by_id(db, product.deposit_id) if product.deposit_id else None
            if deposit is not None:
                deposit = msgspec.structs.replace(deposit, price_minor=price_at(deposit, ask.at_ms))
            price = pricedesk.price_of(till, product, group, ask.at_ms)
            basket, _line = add_item(basket, Item(product=product), quantity_milli, price, deposit)
        basket = msgspec.structs.replace(basket, coupons=ask.coupons)
        terms = pricedesk.terms_of(till, till.shop(), basket, customer)
        return basket, price_lines(basket.lines, terms)

    def close(self) -> None:
        """Let go of the files."""
        self.mirror.close()
        self.store.close()


@contextmanager
def opened(folder: Path) -> Iterator[tuple[HubRig, Counter]]:
    """A hub and its till, with nothing of a world yet."""
    (folder / "hub").mkdir()
    with open_rig(folder / "hub") as rig:
        counter = Counter(rig, folder / "till")
        yield rig, counter
        counter.close()


def seen_by_the_till(basket: Basket, totals: Totals) -> list[Any]:
    """What a till shows, in the terms of a quote."""
    lines = [
        (
            line.sku,
            line.quantity_milli,
            line.unit_price_minor,
            line.price_list,
            line.amount_minor,
            [(one.name, one.amount_minor, one.promotion_id, one.coupon) for one in savings],
            line.tax_code,
            tax_minor,
            bool(line.deposit_for),
        )
        for line, savings, tax_minor in zip(basket.lines, totals.line_savings, totals.line_taxes, strict=True)
    ]
    sums = (totals.goods_minor, totals.saved_minor, totals.tax_minor, totals.total_minor)
    return [lines, sums, totals.taxes]


def seen_in_the_quote(quote: Quote) -> list[Any]:
    """What a quote says, in the same terms."""
    lines = [
        (
            line.sku,
            line.quantity_milli,
            line.unit_price_minor,
            line.price_list,
            line.amount_minor,
            [
                (one.name, one.amount_minor, promotion_id_of(one.promotion), one.coupon)
                for one in line.savings
            ],
            line.tax_code,
            line.tax_minor,
            line.deposit,
        )
        for line in quote.lines
    ]
    sums = (quote.goods_minor, quote.saved_minor, quote.tax_minor, quote.total_minor)
    return [lines, sums, quote.taxes]


def wish_of(ask: Ask, customer_id: str) -> QuoteWish:
    """Return what a web shop asks for the same basket."""
    return QuoteWish(
        store_code="S1",
        lines=tuple(QuoteLineWish(sku=sku, quantity_milli=quantity) for sku, quantity in ask.lines),
        customer_id=customer_id,
        coupons=ask.coupons,
        at_ms=ask.at_ms,
    )


def test_ten_thousand_baskets_cost_the_same_at_hub_and_till(tmp_path: Path) -> None:
    priced = saved = by_coupon = listed = with_deposit = 0
    with opened(tmp_path) as (rig, counter):
        for seed in range(WORLDS):
            world = World(seed)
            people = tell(rig.ask, world)
            counter.pull()
            asks = [world.basket() for _basket in range(BASKETS)]
            wishes = [wish_of(ask, people[ask.customer] if ask.customer >= 0 else "") for ask in asks]
            quotes = rig.hub.database.read(
                lambda conn, wishes=wishes: [
                    quoting.quote(conn, rig.hub.price_rules, one, channel="store", now_ms=0) for one in wishes
                ]
            )
            seen = counter.store.call(
                lambda asks=asks, wishes=wishes: [
                    counter.price(ask, wish.customer_id) for ask, wish in zip(asks, wishes, strict=True)
                ]
            )
            for ask, quote, (basket, totals) in zip(asks, quotes, seen, strict=True):
                assert seen_in_the_quote(quote) == seen_by_the_till(basket, totals), (seed, ask)
                priced += 1
                saved += totals.saved_minor > 0
                by_coupon += any(one.saved_minor for one in quote.coupons)
                listed += any(line.price_list for line in quote.lines)
                with_deposit += any(line.deposit for line in quote.lines)
            forget(rig)
    assert priced == WORLDS * BASKETS
    assert saved > priced // 3
    assert min(by_coupon, listed, with_deposit) > priced // 50


def ring_up(till: Till, ask: Ask, customer_id: str) -> BasketView:
    """Ring a basket up as a cashier does, look at it, and void it."""
    if customer_id:
        selling.attach_customer(till, customer_id)
    products = [catalogue.product_by_id(till.store.books, product_id_of(sku)) for sku, _quantity in ask.lines]
    quantities = [quantity_milli for _sku, quantity_milli in ask.lines]
    measured = Answers(is_measured=True)
    items = [Item(product=product, answers=measured) for product in products if product is not None]
    selling.ring(till, list(zip(items, quantities, strict=True)))
    for code in ask.coupons:
        with suppress(CouponRefused):
            couponing.give(till, code)
    view = selling.current(till)
    selling.void_basket(till)
    return view


def test_three_hundred_baskets_rung_up_cost_what_the_hub_said_over_http(tmp_path: Path) -> None:
    hub = HubProcess(tmp_path / "hub")
    try:
        hub.set_up_shop()
        world = World(WORLDS)
        people = tell(hub.ask, world)
        counter = EnrolledTill(hub, tmp_path / "till")
        assert counter.engine.once().ok
        saved = 0
        for _basket in range(OVER_HTTP):
            ask = world.basket()
            customer_id = people[ask.customer] if ask.customer >= 0 else ""
            wish = msgspec.to_builtins(wish_of(ask, customer_id))
            quote = msgspec.convert(hub.ask("POST", "/v1/quotes", wish), Quote)
            counter.clock.at_ms = ask.at_ms
            view = counter.till.call(ring_up, ask, customer_id)
            assert seen_in_the_quote(quote) == seen_by_the_till(view.basket, view.totals), ask
            saved += quote.saved_minor > 0
        assert saved > OVER_HTTP // 3
        counter.close()
    finally:
        hub.stop()
