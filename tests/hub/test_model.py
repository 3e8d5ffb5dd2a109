"""The hub's API beside a plain model: whatever is sent, in whatever order, both know the same."""

import os
import random
import shutil
from pathlib import Path

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from omnipos.domain.order import Check, Order
from omnipos.domain.stock import StockLevel
from omnipos.events import OrderHandedOver
from omnipos.protocol import EnrolAnswer, Envelope, Record
from tests.hub.conftest import Shelf
from tests.hub.plain_model import Model, ModelTill
from tests.hub.rig import A, B, HubRig, outcomes

EXAMPLES = 2000 if os.environ.get("OMNIPOS_SOAK") else 15
STEPS = 40
SHARE = {"sqlite": 1, "postgresql": 7}
"""The model is about what is kept, not where: PostgreSQL gets a part of the budget."""
SKUS = {A: "A", B: "B"}
PRICES = {A: 3500, B: 6000}
CUSTOMERS = ("c-1", "c-2")

which = st.integers(0, 9)
lines = st.lists(st.tuples(st.sampled_from((A, B)), st.integers(1, 4)), min_size=1, max_size=3)


class HubMachine(RuleBasedStateMachine):
    """A hub, its model, and a reader that follows the streams page by page."""

    def __init__(self, shelf: Shelf, folder: Path) -> None:
        """Open a copy of a hub that is set up."""
        super().__init__()
        shutil.rmtree(folder, ignore_errors=True)
        self.shelf, self.folder = shelf, folder
        shelf.bring_to(folder)
        self.model = Model()
        self.movements: dict[str, int] = {}
        self.cursors: dict[str, tuple[str, int]] = {}
        self.seen: dict[str, Record] = {}
        self.rig = self._open(shelf.till)

    def _open(self, till: EnrolAnswer) -> HubRig:
        rig = self.shelf.open(self.folder)
        rig.till = till
        rig.client.__enter__()
        return rig

    @initialize()
    def enrol(self) -> None:
        """Two tills, two customers with a card; only the first till has sold nothing yet."""
        self.model.tills = [ModelTill(self.rig.till), ModelTill(self.rig.enrol())]
        people = [
            {"customer_id": one, "name": f"Siti {one}", "phone": f"0812345678{index:02d}"}
            for index, one in enumerate(CUSTOMERS)
        ]
        self.rig.ask("PUT", "/v1/customers", {"customers": people})
        self.model.points = dict.fromkeys(CUSTOMERS, 0)

    def _till(self, number: int) -> ModelTill:
        return self.model.tills[number % len(self.model.tills)]

    def _order(self, number: int) -> Order:
        orders = list(self.model.orders.values())
        return orders[number % len(orders)]

    @rule(number=which, sold=lines, customer=st.sampled_from(("", "c-unknown", *CUSTOMERS)))
    def sell(self, number: int, sold: list[tuple[str, int]], customer: str) -> None:
        """A till sells; the hub hears of it later."""
        rung = [(product, pieces, PRICES[product]) for product, pieces in sold]
        self._till(number).journal.sell(*rung, customer_id=customer)

    @rule(number=which)
    def note_something_newer(self, number: int) -> None:
        """A newer till journals what this hub does not know."""
        self._till(number).journal.append(body=b'{"type":"from_the_future"}', kind="from_the_future")

    @precondition(lambda self: self.model.orders)
    @rule(number=which, order=which)
    def hand_over(self, number: int, order: int) -> None:
        """A till hands an order over, also one that is gone or cancelled already."""
        chosen = self._order(order)
        goods = tuple(msgspec.structs.replace(one, picked_milli=one.quantity_milli) for one in chosen.lines)
        fact = OrderHandedOver(
            order_id=chosen.order_id, fencing_number=1, check=Check.CODE, lines=goods, sale_id=""
        )
        self._till(number).journal.append(fact)

    @rule(
        number=which,
        back=st.integers(0, 4),
        count=st.integers(1, 10),
        again=st.integers(1, 2),
        mixed=st.randoms(),
    )
    def push(self, number: int, back: int, count: int, again: int, mixed: random.Random) -> None:
        """A till sends a part of its journal: from before what is known, or with a hole, twice, mixed up."""
        till = self._till(number)
        start = max(len(till.places) - back + 1, 0)
        batch = till.journal.envelopes[start : start + count] * again
        if back == 0:
            mixed.shuffle(batch)
        self._push(till, batch)

    @rule(number=which)
    def push_all(self, number: int) -> None:
        """A till sends all that waits."""
        till = self._till(number)
        self._push(till, till.journal.envelopes[len(till.places) :])

    @rule(number=which, back=st.integers(0, 3))
    def push_other_bytes(self, number: int, back: int) -> None:
        """Somebody sends an event whose bytes are not what its hash says."""
        till = self._till(number)
        place = len(till.places) - back
        if not 0 <= place < len(till.journal.envelopes):
            return
        real = till.journal.envelopes[place]
        body = bytes(real.body).replace(b'"type":', b'"type" :', 1)
        self._push(till, [msgspec.structs.replace(real, body=msgspec.Raw(body))])

    def _push(self, till: ModelTill, batch: list[Envelope]) -> None:
        if not batch:
            return
        wanted = self.model.push(till, batch)
        answer = self.rig.push(*batch, till=till.till)
        assert outcomes(answer) == wanted
        assert answer.acked_through == len(till.places)

    @rule(name=st.integers(0, 9), sku=st.sampled_from((A, B)), pieces=st.integers(-5, 50))
    def receive(self, name: int, sku: str, pieces: int) -> None:
        """Goods come in; the same movement again changes nothing, with other content it is refused."""
        movement = {"movement_id": f"m-{name}-{sku}", "store_code": "S1", "sku": SKUS[sku]}
        body = {"movements": [{**movement, "quantity_milli": pieces * 1000}]}
        known = self.movements.setdefault(f"m-{name}-{sku}", pieces)
        if known != pieces:
            assert self.rig.refused("POST", "/v1/stock/movements", body) == (409, "movement_id")
            return
        if self.rig.ask("POST", "/v1/stock/movements", body)["written"]:
            self.model.on_hand[sku] += pieces * 1000

    @rule(number=st.integers(0, 5))
    def place_order(self, number: int) -> None:
        """The web shop places an order, or sends the same one again."""
        order = msgspec.convert(self.rig.order(f"W-{number}", customer=None), Order)
        if order.order_id not in self.model.orders:
            self.model.place(order)

    @precondition(lambda self: self.model.orders)
    @rule(order=which)
    def cancel_order(self, order: int) -> None:
        """The web shop cancels an order, also again or too late."""
        chosen = self._order(order)
        answer = self.rig.raw("POST", f"/v1/orders/{chosen.number}/cancel")
        assert answer.status_code == (200 if self.model.cancel(chosen) else 409)

    @rule(limit=st.integers(1, 5), kind=st.sampled_from(("stock", "orders", "customers")))
    def follow(self, limit: int, kind: str) -> None:
        """A till reads one page further."""
        self._read_page(kind, limit)

    def _read_page(self, kind: str, limit: int) -> bool:
        stream = kind if kind == "customers" else f"{kind}/{self.rig.till.store_id}"
        cursor, upto = self.cursors.get(stream, ("", 0))
        page = self.rig.pull(stream, cursor, limit)
        assert not page.must_refetch
        assert page.after == upto, "pages join without a gap"
        assert [one.number for one in page.changes] == sorted({one.number for one in page.changes})
        for change in page.changes:
            assert upto < change.number <= page.upto
            assert change.record is not None, "nothing is deleted here"
            self.seen[f"{kind}:{change.key}"] = change.record
        self.cursors[stream] = (page.cursor, page.upto)
        return page.upto == page.head

    @rule()
    def restart(self) -> None:
        """The hub ends and begins again."""
        self.rig.client.__exit__(None, None, None)
        self.rig = self._open(self.rig.till)

    @rule()
    def agree(self) -> None:
        """Hub and model know the same."""
        told = self.rig.ask("GET", "/v1/totals")
        assert (told["sales"], told["total_minor"]) == (self.model.sales, self.model.total_minor)
        for product, sku in SKUS.items():
            wanted = (self.model.on_hand[product], self.model.held[product])
            assert self.rig.stock(sku) == wanted

    def teardown(self) -> None:
        """In the end nothing is missing, nothing is there twice, and a follower has seen it all."""
        try:
            if self.model.tills:
                self.agree()
                self._check_events()
                self._check_follower()
        finally:
            self.rig.client.__exit__(None, None, None)
            shutil.rmtree(self.folder)

    def _check_events(self) -> None:
        events = self.rig.ask("GET", "/v1/events?limit=1000")["events"]
        assert [one["number"] for one in events] == list(range(1, len(events) + 1))
        for till in self.model.tills:
            mine = [one for one in events if one["device_id"] == till.till.device_id]
            assert [(one["seq"], one["outcome"]) for one in mine] == [
                (place.envelope.seq, place.outcome.value) for place in till.places
            ]

    def _check_follower(self) -> None:
        for kind in ("stock", "orders", "customers"):
            while not self._read_page(kind, 3):
                pass
        for product in SKUS:
            level = self.seen.get(f"stock:{product}")
            shown = (level.on_hand_milli, level.held_milli) if isinstance(level, StockLevel) else (0, 0)
            assert shown == (self.model.on_hand[product], self.model.held[product])
        for order_id in self.model.orders:
            order = self.seen[f"orders:{order_id}"]
            assert isinstance(order, Order)
            gone = order.state.value in ("collected", "cancelled")
            assert gone == (order_id in self.model.collected | self.model.cancelled)
        for customer_id, points in self.model.points.items():
            assert self.seen[f"customers:{customer_id}"].points == points  # type: ignore[union-attr]


def test_the_hub_knows_what_a_plain_model_knows(
    shelf: Shelf, base: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("model") / "hub"
    run_state_machine_as_test(
        lambda: HubMachine(shelf, folder),
        settings=settings(max_examples=EXAMPLES // SHARE[base], stateful_step_count=STEPS, deadline=None),
    )
