"""Records changed apart: customers' edits, erasures, deletions and clocks, on a real hub and real tills."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from omnipos.domain.customer import Customer, CustomerDraft, CustomerEdit, Purpose
from omnipos.domain.errors import CustomerRefused
from omnipos.domain.staff import Role, Staff
from omnipos.services import correcting, finding, recognising, stocktaking
from omnipos.services.finding import ItemOffer
from omnipos.services.verifying import verify
from omnipos.store.catalogue import stock_of
from omnipos.store.mirror import cursors
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill
from tests.sync.test_engine import sell

YEAR_MS = 365 * 86_400_000
INDOMIE = "8998866200578"

Enrol = Callable[[], EnrolledTill]


@pytest.fixture
def hub(own_hub: HubProcess) -> HubProcess:
    return own_hub


@pytest.fixture
def enrol(hub: HubProcess, tmp_path: Path) -> Iterator[Enrol]:
    tills: list[EnrolledTill] = []

    def one_more() -> EnrolledTill:
        till = EnrolledTill(hub, tmp_path / f"till-{len(tills)}")
        tills.append(till)
        sync(till)
        return till

    yield one_more
    for till in tills:
        till.close()


def sync(*tills: EnrolledTill) -> None:
    for till in tills:
        outcome = till.engine.once()
        assert (outcome.ok, outcome.waiting) == (True, 0), outcome.error


def find(till: EnrolledTill, text: str) -> list[Customer]:
    return till.till.call(recognising.find, text)


def correct(till: EnrolledTill, customer_id: str, **fields: str) -> None:
    till.till.call(correcting.correct, customer_id, CustomerEdit(**fields))  # type: ignore[arg-type]


def detail(hub: HubProcess, customer_id: str) -> dict[str, Any]:
    found: dict[str, Any] = hub.ask("GET", f"/v1/customers/{customer_id}")["customer"]
    return found


def test_fault_46_one_customer_edited_in_two_places_merges_and_shows_the_clash(
    hub: HubProcess, enrol: Enrol
) -> None:
    first, second = enrol(), enrol()
    (sarah,) = find(first, "7890")
    second.clock.pass_ms(1000)
    correct(first, sarah.customer_id, name="Sara", email="sara@example.com", phone="0812 1111 1111")
    correct(second, sarah.customer_id, name="Sarah W.", phone="0812 2222 2222")
    # The later edits arrive first.
    sync(second, first, second, first)
    for till in (first, second):
        (card,) = find(till, "2222")
        assert (card.name, card.phone, card.email) == ("Sarah W.", "+6281222222222", "sara@example.com")
        assert [(one.field.value, one.value) for one in card.kept] == [
            ("name", "Sara"),
            ("phone", "+6281211111111"),
        ]
        assert find(till, "1111") == []
    kinds = [one["kind"] for one in hub.ask("GET", "/v1/exceptions")["exceptions"]]
    assert kinds == ["customer_clash"]
    # A person who sees both settles it, and nothing is left to choose.
    correct(first, sarah.customer_id, phone="0812 1111 1111", name="Sarah Wijaya")
    sync(first, second)
    assert [(one.phone, one.kept) for one in find(second, "Sarah Wijaya")] == [("+6281211111111", ())]


def test_fault_47_an_erased_customer_stays_erased_whatever_arrives_later(
    hub: HubProcess, enrol: Enrol
) -> None:
    online, offline = enrol(), enrol()
    (sarah,) = find(offline, "7890")
    agreed = (Purpose.SERVICE,)
    dewi = offline.till.call(
        recognising.add, CustomerDraft(name="Dewi", phone="0812 5555 5555", agreed=agreed)
    )
    sync(offline)
    correct(offline, sarah.customer_id, name="Sarah offline")
    for phone in ("0812-3456-7890", "0812 5555 5555"):
        assert hub.ask("POST", "/v1/customers/erase", {"phone": phone})["customers"] == 1
    sync(online)
    assert find(online, "7890") == []
    sync(offline)
    assert find(offline, "sarah") == find(offline, "7890") == find(offline, "dewi") == []
    with pytest.raises(CustomerRefused):
        correct(offline, sarah.customer_id, name="Again")
    assert hub.ask("GET", "/v1/customers")["customers"] == []
    assert dewi.customer_id != sarah.customer_id
    assert hub.ask("GET", "/v1/exceptions")["exceptions"] == []
    personal = offline.store.call(
        lambda: offline.store.books.execute("SELECT count(*) FROM personal").fetchone()[0]
    )
    assert personal == 0


def test_fault_53_a_clock_a_year_ahead_then_put_right_wins_nothing_for_ever(
    hub: HubProcess, enrol: Enrol
) -> None:
    ahead, other = enrol(), enrol()
    (sarah,) = find(ahead, "7890")
    for till in (ahead, other):
        till.clock.at_ms = hub_time(hub)
    ahead.clock.pass_ms(YEAR_MS)
    sold = [sell(ahead, INDOMIE).receipt_number]
    correct(ahead, sarah.customer_id, name="From the future")
    sync(ahead, other)
    correct(other, sarah.customer_id, name="Seen and corrected")
    sync(other, ahead)
    ahead.clock.at_ms = hub_time(hub)
    sold.append(sell(ahead, INDOMIE).receipt_number)
    correct(ahead, sarah.customer_id, email="sara@example.com")
    sync(ahead, other)
    card = detail(hub, sarah.customer_id)
    assert (card["name"], card["email"], card["kept"]) == ("Seen and corrected", "sara@example.com", [])
    assert [one["receipt_number"] for one in hub.ask("GET", "/v1/sales")["sales"]] == sold
    # Two edits apart, both by right clocks: the one that was once ahead has no advantage.
    correct(ahead, sarah.customer_id, name="Earlier")
    other.clock.pass_ms(1000)
    correct(other, sarah.customer_id, name="Later")
    sync(other, ahead)
    assert detail(hub, sarah.customer_id)["name"] == "Later"
    assert [one["value"] for one in detail(hub, sarah.customer_id)["kept"]] == ["Earlier"]


def hub_time(hub: HubProcess) -> int:
    """The hub's own time: the clock of this computer."""
    devices: list[dict[str, Any]] = hub.ask("GET", "/v1/devices")["devices"]
    return max(int(one["last_seen_ms"]) for one in devices)


def on_hand(hub: HubProcess, sku: str) -> int:
    return int(hub.ask("GET", f"/v1/stock?store=S1&sku={sku}")["stock"][0]["on_hand_milli"]) // 1000


def shown(till: EnrolledTill) -> int:
    offer = till.till.call(finding.scanned, INDOMIE)
    assert isinstance(offer, ItemOffer)
    product_id = offer.item.product.product_id
    figure = till.store.call(lambda: stock_of(till.store.books, "store-1", product_id))
    assert figure is not None
    return figure.on_hand_milli // 1000


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_fault_48_a_stocktake_while_selling_goes_on_offline_subtracts_nothing_twice(
    hub: HubProcess, enrol: Enrol, order: tuple[int, ...]
) -> None:
    tills = enrol(), enrol(), enrol()
    counting, selling = tills[:2]
    for till in tills:
        till.clock.at_ms = hub_time(hub)
    budi = {"staff_id": "s-m", "name": "Budi", "role": "manager", "pin_hash": "$argon2id$none"}
    hub.ask("PUT", "/v1/staff", {"staff": [budi]})
    sell(selling, INDOMIE)
    sync(selling, counting)
    # The hub is away; 99 lie on the shelf.
    hub.stop()
    for till in tills:
        assert not till.engine.once().online
        till.clock.pass_ms(-3_600_000)
        sell(till, INDOMIE)
        till.clock.pass_ms(3_600_000 - 60_000)
    counting.till.staff = Staff(staff_id="s-m", name="Budi", role=Role.MANAGER, pin_hash="")
    counting.till.call(stocktaking.count_entry, f"95*{INDOMIE}")  # 96 should lie there: one was stolen
    counting.till.call(stocktaking.finish)
    sell(counting, INDOMIE)
    assert shown(counting) == 94
    hub.start()
    for index in order:
        sync(tills[index])
    assert on_hand(hub, "IDM") == 94
    sync(*tills)
    assert [shown(till) for till in tills] == [94, 94, 94]


def test_fault_56_a_till_moved_to_another_store_leaves_its_earlier_events_there(
    hub: HubProcess, enrol: Enrol
) -> None:
    moved, stays = enrol(), enrol()
    second = {"code": "S2", "name": "Toko Kedua", "country": "ID", "store_id": "store-2"}
    hub.ask("PUT", "/v1/stores", {"stores": [second]})
    order = {
        "store_code": "S1",
        "promised_at_ms": 1_795_255_200_000,
        "lines": [{"sku": "IDM", "quantity_milli": 1000}],
    }
    hub.ask("POST", "/v1/orders", {"number": "W-1", **order})
    sync(moved, stays)
    before = [sell(moved, INDOMIE).receipt_number]
    hub.ask("POST", f"/v1/devices/{moved.identity.device_id}/move", {"store_code": "S2"})
    before.append(sell(moved, INDOMIE).receipt_number)
    moved.engine.once()  # it is told that its old store's streams are not its own any more
    sync(moved)
    after = sell(moved, INDOMIE).receipt_number
    sync(moved, stays)
    assert [number.split("-")[0] for number in (*before, after)] == ["S1", "S1", "S2"]
    stores = {one["receipt_number"]: one["store_id"] for one in hub.ask("GET", "/v1/sales")["sales"]}
    assert stores == {before[0]: "store-1", before[1]: "store-1", after: "store-2"}
    events = hub.ask("GET", "/v1/events")["events"]
    assert {one["store_id"] for one in events if one["epoch"] == 1} == {"store-1"}
    assert on_hand(hub, "IDM") == 98
    assert hub.ask("GET", "/v1/exceptions")["exceptions"] == []
    held = hub.ask("GET", "/v1/orders")["orders"][0]["holder_device_id"]
    assert held == stays.identity.device_id
    books = moved.store.books
    assert moved.store.call(lambda: verify(books)).findings == ()
    assert moved.till.call(lambda till: till.shop().name) == "Toko Kedua"
    rows = moved.store.call(lambda: books.execute("SELECT count(*) FROM mirror.orders").fetchone())
    known = moved.store.call(lambda: sorted(cursors(books)))
    assert rows == (0,)
    assert [name for name in known if "/" in name] == sorted(
        f"{kind}/store-2" for kind in ("approvals", "baskets", "exceptions", "orders", "stock")
    )


def test_fault_38_a_till_that_was_away_while_deletions_left_the_stream_fetches_again(
    hub: HubProcess, enrol: Enrol, tmp_path: Path
) -> None:
    away = enrol()
    (sarah,) = find(away, "7890")
    correct(away, sarah.customer_id, name="Sarah offline")
    hub.stop()
    assert not away.engine.once().online
    # Her card became another's alias, and the deletion is 400 days old.
    with closing(sqlite3.connect(hub.folder / "hub.db")) as db, db:
        db.execute("UPDATE customer SET alias_of = 'c-gone', erased_at_ms = 0")
        db.execute("UPDATE change SET record = NULL, number = 99, as_of_ms = 1 WHERE stream = 'customers'")
        db.execute("UPDATE stream_head SET n = 99 WHERE stream = 'customers'")
    hub.start()
    put = {"name": "Dewi", "phone": "0812 5555 5555"}
    hub.ask("PUT", "/v1/customers", {"customers": [put], "country": "ID"})
    sync(away)
    assert [one.name for one in find(away, "dewi")] == ["Dewi"]
    assert find(away, "7890") == find(away, "sarah") == []
    with closing(sqlite3.connect(f"file:{hub.folder / 'hub.db'}?mode=ro", uri=True)) as db:
        floor, gone = (
            db.execute(query).fetchone()[0]
            for query in (
                "SELECT floor FROM stream_head WHERE stream = 'customers'",
                "SELECT count(*) FROM change WHERE record IS NULL",
            )
        )
    assert (floor, gone) == (99, 0)
