"""Prices on their way: sent ahead to a till, in force there by themselves, and taken back."""

import pytest

from hub.catalogue import product_id_of
from omnipos.domain.catalogue import Product
from omnipos.services import pricedesk
from omnipos.store import catalogue
from tests.hubs import HubProcess
from tests.rigs import NOON_MS
from tests.sync.conftest import EnrolledTill

HOUR_MS = 3_600_000


def price(counter: EnrolledTill, sku: str, group: str, at_ms: int) -> int:
    """What the till asks for a product at a moment."""
    till = counter.till

    def ask() -> int:
        found = catalogue.product_by_id(till.store.books, product_id_of(sku))
        assert isinstance(found, Product)
        return pricedesk.price_of(till, found, group, at_ms).price_minor

    return till.store.call(ask)


def test_a_later_price_reaches_the_till_before_its_time_and_holds_then(
    counter: EnrolledTill, running_hub: HubProcess
) -> None:
    later = NOON_MS + HOUR_MS
    running_hub.ask(
        "PUT", "/v1/prices", {"prices": [{"sku": "TEH", "price_minor": 6500, "valid_from_ms": later}]}
    )
    assert counter.engine.once().ok
    assert price(counter, "TEH", "", later - 1) == 6000
    assert price(counter, "TEH", "", later) == 6500
    running_hub.ask("DELETE", "/v1/prices/TEH")
    assert counter.engine.once().ok
    assert price(counter, "TEH", "", later) == 6000


@pytest.mark.parametrize("group", ["gold", "gold:plus, 10%"])
def test_a_groups_price_reaches_the_till_and_leaves_it(
    counter: EnrolledTill, running_hub: HubProcess, group: str
) -> None:
    later = NOON_MS + HOUR_MS
    prices = [
        {"sku": "TEH", "price_minor": 5500, "valid_from_ms": 0, "group": group.upper()},
        {"sku": "TEH", "price_minor": 5400, "valid_from_ms": later, "group": group},
        {"sku": "KOPI", "price_minor": 25_000, "group": group},
    ]
    running_hub.ask("PUT", "/v1/prices", {"prices": prices})
    assert counter.engine.once().ok
    assert [price(counter, "TEH", group, at) for at in (NOON_MS, later)] == [5500, 5400]
    assert price(counter, "TEH", "", later) == price(counter, "TEH", "silver", later) == 6000

    path = f"/v1/price-lists/{group.replace('%', '%25')}"
    running_hub.ask("DELETE", f"{path}/TEH")
    assert counter.engine.once().ok
    assert [price(counter, sku, group, later) for sku in ("TEH", "KOPI")] == [6000, 25_000]
    running_hub.ask("DELETE", path)
    assert counter.engine.once().ok
    assert price(counter, "KOPI", group, later) == 25_600
    mirror = counter.store.call(
        lambda: counter.store.books.execute("SELECT count(*) FROM catalogue.list_price").fetchone()
    )
    assert mirror == (0,)


def test_a_removed_product_leaves_the_till(counter: EnrolledTill, running_hub: HubProcess) -> None:
    gum = {"sku": "GUM", "name": "Permen", "price_minor": 500, "tax_code": "PPN"}
    running_hub.ask("PUT", "/v1/products", {"products": [gum]})
    running_hub.ask("PUT", "/v1/price-lists/gold", {"prices": [{"sku": "GUM", "price_minor": 400}]})
    assert counter.engine.once().ok
    assert price(counter, "GUM", "gold", NOON_MS) == 400
    running_hub.ask("DELETE", "/v1/products/GUM")
    assert counter.engine.once().ok
    left = "SELECT (SELECT count(*) FROM product WHERE sku = 'GUM'), count(*) FROM list_price"
    assert counter.store.call(lambda: counter.store.books.execute(left).fetchone()) == (0, 0)
