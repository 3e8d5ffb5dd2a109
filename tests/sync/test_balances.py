"""Balances over a real line: tills offline, a hub put back, and all of one mind in the end."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from omnipos.domain.account import AccountKind
from omnipos.domain.errors import TenderRefused
from omnipos.services import balances, finding, gifting, selling, tendering
from omnipos.services.finding import ItemOffer
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill

TEH = "8996006855893"
CARD = "9900000000000010"
OFFLINE = {"gift_card_offline_minor": 20_000, "unseen_card_offline_minor": 5000}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    """A hub with a shop whose tills take gift cards offline, and one card with 20,000 on it."""
    hub = HubProcess(tmp_path / "hub")
    hub.set_up_shop()
    store = {"code": "S1", "name": "Toko Sinar", "country": "ID", "accounts": OFFLINE}
    hub.ask("PUT", "/v1/stores", {"stores": [store]})
    entry = {"kind": "gift_card", "account": CARD, "entry_id": "1", "amount_minor": 20_000, "reason": "sold"}
    hub.ask("POST", "/v1/accounts/entries", {"entries": [entry]})
    yield hub
    hub.stop()


@pytest.fixture
def tills(hub: HubProcess, tmp_path: Path) -> Iterator[tuple[EnrolledTill, EnrolledTill]]:
    """Two tills that know the card."""
    both = EnrolledTill(hub, tmp_path / "one"), EnrolledTill(hub, tmp_path / "two")
    for till in both:
        assert till.engine.once().ok
    yield both
    for till in both:
        till.close()


def buy(counter: EnrolledTill, pieces: int, amount: int | None = None) -> str:
    """Buy some tea for 6,000 each with the card, the rest in cash; return the receipt number."""
    found = counter.till.call(finding.scanned, TEH)
    assert isinstance(found, ItemOffer)
    counter.till.call(selling.ring, [(found.item, pieces * 1000)])
    paid = counter.till.call(balances.pay_gift_card, CARD, amount)
    sale = paid.sale or counter.till.call(tendering.pay_cash).sale
    assert sale is not None
    return sale.receipt_number


def at_till(counter: EnrolledTill) -> int:
    """What a till says is on the card."""
    return counter.till.call(balances.card_standing, CARD).balance_minor


def at_hub(hub: HubProcess) -> dict[str, Any]:
    """The card with its entries as the hub has it."""
    found: dict[str, Any] = hub.ask("GET", f"/v1/accounts/gift_card/{CARD}")
    return found


def test_two_tills_offline_spend_one_card_and_in_the_end_all_know_what_is_missing(
    hub: HubProcess, tills: tuple[EnrolledTill, EnrolledTill]
) -> None:
    first, second = tills
    hub.stop()
    assert not first.engine.once().online
    assert not second.engine.once().online
    buy(first, 3)
    assert at_till(first) == 2000
    with pytest.raises(TenderRefused, match=r"While the hub is away, Rp 2\.000 of it can be taken"):
        buy(first, 1, 6000)
    first.till.call(selling.void_basket)
    late = buy(second, 3)
    hub.start()
    for till in (first, second, first):
        outcome = till.engine.once()
        assert (outcome.ok, outcome.waiting) == (True, 0)
    (case,) = hub.ask("GET", "/v1/exceptions")["exceptions"]
    assert (case["kind"], case["receipt_number"]) == ("gift_card_overspent", late)
    assert hub.ask("GET", "/v1/totals?store=S1")["sales"] == 2
    assert at_hub(hub)["balance_minor"] == -16_000
    assert [at_till(one) for one in tills] == [-16_000, -16_000]
    with pytest.raises(TenderRefused, match="Nothing is left on it"):
        buy(first, 1)


def test_a_hub_back_from_a_backup_gets_the_entries_again_and_counts_each_once(
    hub: HubProcess, tills: tuple[EnrolledTill, EnrolledTill], tmp_path: Path
) -> None:
    first, second = tills
    buy(first, 1)
    assert first.engine.once().ok
    hub.stop()
    shutil.copytree(hub.folder, tmp_path / "backup")
    hub.start()
    buy(first, 1)
    assert first.engine.once().ok
    assert second.engine.once().ok
    assert [at_till(one) for one in tills] == [8000, 8000]
    hub.stop()
    shutil.rmtree(hub.folder)
    shutil.copytree(tmp_path / "backup", hub.folder)
    hub.start()
    assert at_hub(hub)["balance_minor"] == 14_000
    for till in (first, second):
        till.engine.once()
        assert till.engine.once().ok
    assert at_hub(hub)["balance_minor"] == 8000
    assert len(at_hub(hub)["entries"]) == 3
    assert [at_till(one) for one in tills] == [8000, 8000]


def test_whatever_tills_do_and_whenever_they_sync_a_till_says_what_the_hub_does_afterwards(
    hub: HubProcess, tills: tuple[EnrolledTill, EnrolledTill]
) -> None:
    dice, wanted = random.Random(11), 20_000
    for _step in range(14):
        till = dice.choice(tills)
        match dice.randrange(3):
            case 0:
                amount = dice.randrange(1, 6000)
                try:
                    buy(till, 1, amount)
                    wanted -= amount
                except TenderRefused:
                    till.till.call(selling.void_basket)
            case 1:
                amount = dice.randrange(1, 5000)
                till.till.call(gifting.sell_card, amount, CARD)
                till.till.call(tendering.pay_cash)
                wanted += amount
            case _:
                assert till.engine.once().ok
    for till in (*tills, *tills):
        assert till.engine.once().ok
    found = at_hub(hub)
    assert found["balance_minor"] == wanted == sum(one["amount_minor"] for one in found["entries"])
    assert [at_till(one) for one in tills] == [wanted, wanted]
    assert found["kind"] == AccountKind.GIFT_CARD.value
