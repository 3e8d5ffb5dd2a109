"""Hundreds of exchanges over a line that does its worst, by seed; then both sides agree to the last fact."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

import sync.wire
from omnipos.services import finding
from omnipos.services.finding import ItemOffer
from tests.faults.lines import IDM, KOPI, TEH, ProxiedTill, event_ids, hub_event_ids, proxied, totals
from tests.faults.proxy import (
    CutAnswer,
    CutRequest,
    Drip,
    DropAnswer,
    DropRequest,
    Duplicate,
    Exchange,
    Fault,
    HalfOpen,
    Late,
    Pass,
    Say,
)
from tests.hubs import HubProcess

EXCHANGES = 20_000 if os.environ.get("OMNIPOS_SOAK") else 200
SEEDS = range(20) if os.environ.get("OMNIPOS_SOAK") else range(1)
PORTAL = Say(200, b"<html>Accept our terms</html>", (("Content-Type", "text/html"),))
GARBAGE = Say(200, b"\x1f\x8b\x08garbage", (("Content-Encoding", "gzip"),))


def doing_its_worst(chance: random.Random) -> Callable[[Exchange], Fault]:
    """Choose a fault for two exchanges in three, of every kind there is."""
    makers: tuple[Callable[[], Fault], ...] = (
        DropRequest,
        DropAnswer,
        Duplicate,
        Late,
        lambda: CutRequest(chance.randrange(1, 900)),
        lambda: CutAnswer(chance.randrange(1500)),
        lambda: CutAnswer(-chance.randrange(1, 60)),
        lambda: PORTAL,
        lambda: GARBAGE,
        lambda: Say(413, b'{"detail":"too large"}'),
        lambda: Say(chance.choice((429, 503)), b'{"detail":"busy"}', (("Retry-After", "1"),)),
        lambda: Drip(200, 0.001),
    )

    def choose(_exchange: Exchange) -> Fault:
        if chance.random() < 0.01:
            return HalfOpen(chance.randrange(50))
        return chance.choice(makers)() if chance.random() < 0.66 else Pass()

    return choose


@pytest.mark.parametrize("seed", SEEDS)
def test_after_the_worst_of_lines_both_sides_agree(
    hub: HubProcess, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    sales, total = totals(hub)
    sold: list[int] = []
    price_minor = 3500
    with proxied(hub, tmp_path / "till") as till:
        device_id = till.identity.device_id
        monkeypatch.setattr(sync.wire, "READ_S", 1.0)
        till.proxy.choose = doing_its_worst(chance)
        while len(till.proxy.seen) < EXCHANGES:
            for _sale in range(chance.randrange(3)):
                sold.append(till.sell(*chance.choices((IDM, TEH, KOPI), k=chance.randrange(1, 4))))
            if chance.random() < 0.2:
                price_minor = chance.randrange(3000, 9000)
                hub.ask("PUT", "/v1/products", _price(price_minor))
            till.engine.once()
            # What the till takes for acknowledged is at the hub, whatever was lost on the way.
            acked = [state for state, _verdict in till.verdicts()].count("acked")
            assert hub_event_ids(hub, device_id)[:acked] == event_ids(till)[:acked]
        till.proxy.heal()
        monkeypatch.undo()
        assert till.engine.once().ok, f"seed {seed}"
        _agree(till, hub, price_minor)
    assert totals(hub) == (sales + len(sold), total + sum(sold))


def _agree(till: ProxiedTill, hub: HubProcess, price_minor: int) -> None:
    """Check that the hub has every fact once and in order, and the till the hub's newest price."""
    assert till.waiting() == 0
    assert {state for state, _verdict in till.verdicts()} == {"acked"}
    assert hub_event_ids(hub, till.identity.device_id) == event_ids(till)
    found = till.till.call(finding.scanned, IDM)
    assert isinstance(found, ItemOffer)
    assert found.item.product.price_minor == price_minor


def _price(price_minor: int) -> dict[str, object]:
    product = {"sku": "IDM", "name": "Indomie", "price_minor": price_minor, "tax_code": "PPN"}
    return {"products": [{**product, "barcodes": [{"code": IDM}]}]}
