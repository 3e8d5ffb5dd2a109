"""What customers bought: purchases and points on their cards, and points taken back with returned goods."""

from collections.abc import Mapping, Sequence

import msgspec

from hub import customers, tables
from hub.unit import Unit
from omnipos.domain.customer import Customer, Purchase, with_purchase
from omnipos.domain.money import currency


class Bought(msgspec.Struct, frozen=True, kw_only=True):
    """What one sale means for its customer's card."""

    customer_id: str
    source: str
    purchase: Purchase
    points: int


def record(unit: Unit, bought: Sequence[Bought]) -> set[str]:
    """Put purchases and points on their cards; return the ids that no card answers to.

    The cards are changed late: stores share their customers, and none is to wait for another's whole push.
    """
    root_of = customers.roots(unit.conn, [one.customer_id for one in bought])
    known = [one for one in bought if one.customer_id in root_of]
    if known:
        unit.last(lambda: _add(unit, known, root_of))
    unknown = {one.customer_id for one in bought} - set(root_of) - {""}
    return {one for one in unknown if not customers.is_erased(unit.conn, one)}


def _add(unit: Unit, bought: Sequence[Bought], root_of: Mapping[str, str]) -> None:
    unit.hold(customers.CARDS)
    cards = customers.cards_of(unit.conn, root_of)
    changed: dict[str, Customer] = {}
    entries = []
    for one in bought:
        card = cards.get(one.customer_id)
        if card is None:
            continue
        card = with_purchase(changed.get(card.customer_id, card), one.purchase)
        changed[card.customer_id] = msgspec.structs.replace(card, points=card.points + one.points)
        if one.points:
            entries.append(customers.points_row(unit, card.customer_id, one.source, "earned", one.points))
    if entries:
        unit.conn.execute(tables.points_entry.insert(), entries)
    customers.save(unit, [customers.next_rev(card) for card in changed.values()])


def take_points(unit: Unit, customer_id: str, source: str, points: int) -> None:
    """Take points back that goods had earned which came back; nothing for a card that is gone."""
    unit.hold(customers.CARDS)
    card = customers.load(unit.conn, [customer_id]).get(customer_id)
    if card is None or not points:
        return
    unit.conn.execute(
        tables.points_entry.insert(),
        [customers.points_row(unit, card.customer_id, source, "returned", -points)],
    )
    customers.save(unit, [customers.next_rev(msgspec.structs.replace(card, points=card.points - points))])


def points_for(total_minor: int, currency_code: str) -> int:
    """Return the points a sale earns: 1 for each 10,000 rupiah or 10 major units elsewhere."""
    decimals = currency(currency_code).decimals
    step = 10 * 10**decimals if decimals else 10_000
    return max(total_minor, 0) // step
