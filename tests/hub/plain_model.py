"""A hub as a few dictionaries: what its answers are held against."""

from collections import defaultdict

import msgspec

from omnipos.domain.order import Order
from omnipos.events import OrderHandedOver, SaleCompleted, decode_fact
from omnipos.protocol import EnrolAnswer, Envelope, Outcome
from tests.hub.journals import Journal

POINT_MINOR = 10_000
"""A sale earns a point for each of these."""


class Place(msgspec.Struct, frozen=True):
    """What the hub has at one place of a till's journal."""

    envelope: Envelope
    outcome: Outcome


class ModelTill:
    """A till's own journal, and what the hub should have of it."""

    def __init__(self, till: EnrolAnswer) -> None:
        """Begin with nothing sold and nothing sent."""
        self.till = till
        self.journal = Journal(till)
        self.places: list[Place] = []


class Model:
    """What the hub should know: tills, sales, stock, points and orders."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.tills: list[ModelTill] = []
        self.sales = 0
        self.total_minor = 0
        self.on_hand: dict[str, int] = defaultdict(int)
        self.held: dict[str, int] = defaultdict(int)
        self.points: dict[str, int] = {}
        self.orders: dict[str, Order] = {}
        self.collected: set[str] = set()
        self.cancelled: set[str] = set()
        self.alarms = 0

    def push(self, till: ModelTill, batch: list[Envelope]) -> list[Outcome]:
        """Take a batch and return the outcomes that the hub should answer."""
        return [self._push_one(till, one) for one in batch]

    def _push_one(self, till: ModelTill, one: Envelope) -> Outcome:
        if one.seq > len(till.places) + 1:
            return Outcome.RETRY
        if one.seq <= len(till.places):
            place = till.places[one.seq - 1]
            if place.envelope != one:
                return Outcome.QUARANTINED
            return Outcome.DUPLICATE if place.outcome is Outcome.APPLIED else place.outcome
        outcome = self._apply(till, one)
        till.places.append(Place(one, outcome))
        return outcome

    def _apply(self, till: ModelTill, one: Envelope) -> Outcome:
        if one is not till.journal.envelopes[one.seq - 1]:
            return Outcome.QUARANTINED  # the bytes are not what the hash says
        try:
            fact = decode_fact(one.body)
        except msgspec.ValidationError:
            return Outcome.QUARANTINED
        if isinstance(fact, SaleCompleted):
            self._sell(fact)
        if isinstance(fact, OrderHandedOver):
            self._hand_over(fact)
        return Outcome.APPLIED

    def _sell(self, fact: SaleCompleted) -> None:
        sale = fact.sale
        self.sales += 1
        self.total_minor += sale.total_minor
        for line in sale.lines:
            self.on_hand[line.product_id] -= line.quantity_milli
        if sale.customer_id in self.points:
            self.points[sale.customer_id] += sale.total_minor // POINT_MINOR

    def _hand_over(self, fact: OrderHandedOver) -> None:
        for line in fact.lines:
            self.on_hand[line.product_id] -= line.picked_milli
        if fact.order_id not in self.collected | self.cancelled:
            self._free(self.orders[fact.order_id])
        self.collected.add(fact.order_id)

    def place(self, order: Order) -> None:
        """Hold the goods of a new order."""
        self.orders[order.order_id] = order
        for line in order.lines:
            self.held[line.product_id] += line.quantity_milli

    def cancel(self, order: Order) -> bool:
        """Cancel an order; tell whether the hub should agree."""
        if order.order_id in self.collected:
            return False
        if order.order_id not in self.cancelled:
            self._free(order)
        self.cancelled.add(order.order_id)
        return True

    def _free(self, order: Order) -> None:
        for line in order.lines:
            self.held[line.product_id] -= line.quantity_milli
