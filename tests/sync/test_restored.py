"""A hub restored from an older backup: tills send it what it lost and take what it holds."""

import shutil
from pathlib import Path

from omnipos.services import finding
from omnipos.services.finding import ItemOffer
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill
from tests.sync.test_engine import sell

CODES = {"IDM": "8998866200578", "TEH": "8996006855893", "KOPI": "8991002101425"}


def set_price(hub: HubProcess, sku: str, price_minor: int) -> None:
    product = {"sku": sku, "name": sku, "price_minor": price_minor, "tax_code": "PPN"}
    hub.ask("PUT", "/v1/products", {"products": [{**product, "barcodes": [{"code": CODES[sku]}]}]})


def hub_prices(hub: HubProcess) -> dict[str, int]:
    products = hub.ask("GET", "/v1/products")["products"]
    return {one["sku"]: one["price_minor"] for one in products}


def till_prices(counter: EnrolledTill) -> dict[str, int]:
    prices = {}
    for sku, code in CODES.items():
        found = counter.till.call(finding.scanned, code)
        assert isinstance(found, ItemOffer)
        prices[sku] = found.item.product.price_minor
    return prices


def test_every_till_is_like_the_restored_hub_again(tmp_path: Path) -> None:
    hub = HubProcess(tmp_path / "hub")
    hub.set_up_shop()
    first, second = EnrolledTill(hub, tmp_path / "first"), EnrolledTill(hub, tmp_path / "second")
    try:
        hub.stop()
        shutil.copytree(hub.folder, tmp_path / "backup")
        hub.start()
        epoch = hub.ask("GET", "/v1/health")["hub_epoch"]
        assert [one.engine.once().ok for one in (first, second)] == [True, True]
        set_price(hub, "IDM", 9999)
        sell(first, CODES["TEH"])
        assert [one.engine.once().ok for one in (first, second)] == [True, True]
        assert till_prices(second)["IDM"] == 9999

        hub.stop()
        assert not first.engine.once().online
        shutil.rmtree(hub.folder)
        shutil.copytree(tmp_path / "backup", hub.folder)
        hub.start()
        outcome = first.engine.once()
        assert (outcome.ok, outcome.waiting) == (True, 0)
        # The hub's numbers run past what the second till has seen of the life that was lost.
        set_price(hub, "TEH", 6100)
        set_price(hub, "KOPI", 25_700)
        assert [one.engine.once().ok for one in (first, second)] == [True, True]

        restored = {"IDM": 3500, "TEH": 6100, "KOPI": 25_700}
        assert hub_prices(hub) == till_prices(first) == till_prices(second) == restored
        assert hub.ask("GET", "/v1/totals")["sales"] == 1
        assert hub.ask("GET", "/v1/health")["hub_epoch"] != epoch
        kinds = [one["kind"] for one in hub.ask("GET", "/v1/exceptions")["exceptions"]]
        assert kinds == ["hub_restored"]
    finally:
        first.close()
        second.close()
        hub.kill()
