"""The demo shop: what it holds, what it says, and that nothing of it is left behind."""

import json
import signal
from collections import Counter
from pathlib import Path

import httpx
import psutil
import pytest

from omnipos.cli.demo import asking, goods, orders, people
from omnipos.cli.demo.goods import gtin
from omnipos.cli.taxes import TAXES
from omnipos.config import load_settings
from omnipos.domain.barcode import canonical, check_digit, is_gtin
from omnipos.domain.phone import to_e164
from tests.cli.rigs import PATIENCE_S, Demo, is_listening, run, talk

KEYS = ["hub", "data_dir", "api_key", "staff", "barcodes", "phones", "orders"]


def test_the_line_of_json_has_its_keys_and_counts(demo: Demo) -> None:
    says = demo.says

    assert list(says) == KEYS
    assert says["data_dir"] == str(demo.folder)
    assert says["staff"] == [
        {"name": "Sari", "pin": "1234", "role": "cashier"},
        {"name": "Dewi", "pin": "2345", "role": "cashier"},
        {"name": "Budi", "pin": "9876", "role": "manager"},
    ]
    assert len(set(says["barcodes"])) == len(set(says["phones"])) == 20
    assert all(is_gtin(code) and code.startswith("899") for code in says["barcodes"])
    assert [list(order) for order in says["orders"][:12]] == [["number", "state", "code"]] * 12
    assert Counter(order["state"] for order in says["orders"][:12]) == {
        "placed": 3, "picking": 2, "ready": 3, "short": 1, "collected": 1, "cancelled": 1, "expired": 1,
    }  # fmt: skip


def test_every_barcode_and_phone_works_at_the_plain_counter(demo: Demo, home: Path) -> None:
    codes, phones = demo.says["barcodes"], demo.says["phones"]

    answers = talk(
        home,
        demo.says["data_dir"],
        "sign-in Sari 1234",
        *codes,
        *(f"customer {phone}" for phone in phones),
        "pay cash",
        "sync",
    )

    assert [answer["error"] for answer in answers if not answer["ok"]] == []
    assert len(answers[20]["basket"]["lines"]) == 20
    names = [answer["basket"]["customer"]["name"] for answer in answers[21:41]]
    assert names == [one.name for one in people.customers("ID")[:200:10]]
    assert answers[-1]["status"]["waiting"] == 0
    papers = list((demo.folder / "paper").glob("*.png"))
    assert papers, "the receipt is printed into the folder"


def test_goods_that_ask_can_all_be_tried(demo: Demo, home: Path) -> None:
    weighed = next(one for one in goods.products("ID") if one.plu)
    digits = f"22{int(weighed.plu):05d}00482"
    answers = talk(
        home,
        demo.says["data_dir"],
        "sign-in Sari 1234",
        "kaos polos variant=5",
        gtin("ID", asking.COMPANY + 1, asking.FIRST_NUMBER),
        f"{digits}{check_digit(digits)}",
        "bir pilsener age=yes",
        "ponsel serial=356938035643809",
        "12.500@901",
        "pay cash",
    )

    lines = [(one["name"], one["quantity_milli"]) for one in answers[-2]["basket"]["lines"]]
    assert lines == [
        ("Kaos Polos Biru M", 1000),
        ("Air Mineral Jernih 600 ml", 24_000),
        (weighed.name, 482),
        ("Bir Pilsener 620 ml", 1000),
        ("Jaminan botol", 1000),
        ("Ponsel Ria 5", 1000),
        ("Roti & kue", 1000),
    ]
    assert answers[-1]["ok"]


def test_the_hub_has_both_stores_with_stock(demo: Demo) -> None:
    headers = {"Authorization": f"Bearer {demo.says['api_key']}"}
    with httpx.Client(base_url=demo.says["hub"], headers=headers, trust_env=False) as web:
        stores = [store["code"] for store in web.get("/v1/stores").json()["stores"]]
        rows = [
            len(web.get("/v1/stock", params={"store": code, "limit": 1000}).json()["stock"])
            for code in stores
        ]
        customers = web.get("/v1/customers", params={"limit": 1000}).json()["customers"]

    assert stores == ["S1", "S2"]
    assert rows == [309, 309]
    # Other tests add people to the same shop.
    own = Counter(one.name for one in people.customers("ID")[:200])
    assert own <= Counter(one["name"] for one in customers)
    assert own.total() == 200


def test_another_order_reaches_the_till(demo: Demo, home: Path) -> None:
    placed = json.loads(run(home, "demo", "order", "--json", "--data-dir", str(demo.folder)).stdout)
    told = run(home, "demo", "order", "--data-dir", str(demo.folder)).stdout

    answers = talk(home, demo.says["data_dir"], "sign-in Sari 1234", "sync", "orders")

    numbers = [order["number"] for order in answers[-1]["orders"]]
    assert placed["number"] in numbers
    assert len(placed["code"]) == 6
    assert any(number in told for number in numbers)


def test_a_second_demo_on_the_same_folder_says_so(demo: Demo, home: Path) -> None:
    done = run(home, "demo", "--no-app", "--data-dir", str(demo.folder))
    reset = run(home, "demo", "--reset", "--no-app", "--data-dir", str(demo.folder))

    for refused in (done, reset):
        assert refused.returncode == 1
        assert refused.stderr.removeprefix("Opening the demo shop…\n") == (
            f"The demo shop in {demo.folder} is open already."
            " Close it first, or name another with --data-dir.\n"
        )
    assert is_listening(demo.says["hub"])


def test_ending_it_leaves_nothing_and_starting_again_goes_on(tmp_path: Path) -> None:
    first = Demo(tmp_path / "shop", "--country", "MY", "--lang", "en")
    hub = first.hub()
    assert first.end(signal.SIGTERM) == 0
    assert not hub.is_running()
    assert not is_listening(first.says["hub"])
    with (tmp_path / "shop" / "omnipos.toml").open("a") as written:
        written.write('terminal = "tcp://127.0.0.1:9200"\n')

    again = Demo(tmp_path / "shop")
    try:
        assert again.says == first.says
        assert again.says["phones"][0].startswith("+60")
        assert load_settings(tmp_path / "shop", {}).terminal == "tcp://127.0.0.1:9200"
        hub = again.hub()
    finally:
        assert again.end(signal.SIGINT) == 0
    assert not hub.is_running()


def test_killing_it_ends_its_hub_and_a_dead_hub_is_restarted(tmp_path: Path) -> None:
    demo = Demo(tmp_path / "shop", "--country", "US")
    try:
        hub = demo.hub()
        hub.kill()
        hub.wait(PATIENCE_S)
        with httpx.Client(
            base_url=demo.says["hub"], transport=httpx.HTTPTransport(retries=8), trust_env=False
        ) as web:
            assert web.get("/v1/health", timeout=PATIENCE_S).status_code == 200
        restarted = demo.hub()
        assert restarted.pid != hub.pid
    finally:
        demo.end(signal.SIGKILL)
    psutil.wait_procs([restarted], timeout=PATIENCE_S)
    assert not restarted.is_running()
    assert not is_listening(demo.says["hub"])


def test_reset_removes_only_a_demo_shop(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "letter.txt").write_text("keep me")

    done = run(tmp_path, "demo", "--reset", "--no-app", "--data-dir", str(folder))

    assert done.returncode == 1
    assert "holds no demo shop" in done.stderr
    assert (folder / "letter.txt").read_text() == "keep me"


@pytest.mark.parametrize(("country", "least"), [("ID", 298), ("MY", 119), ("US", 99)])
def test_products_and_customers_of_each_country_are_sound(country: str, least: int) -> None:
    shelf, buyers = goods.products(country), people.customers(country)
    codes = [code.code for product in shelf for code in product.barcodes]

    assert len(shelf) == least
    assert all(is_gtin(code) for code in codes)
    assert len({canonical(code) for code in codes}) == len(codes)
    assert len({product.name for product in shelf}) == len(shelf)
    assert {product.tax_code for product in shelf} <= {tax.code for tax in TAXES[country]}
    assert len({product.tax_code for product in shelf}) >= 2
    assert len({buyer.phone for buyer in buyers}) == len({buyer.name for buyer in buyers}) == 200
    for buyer in buyers:
        for way in range(4):
            assert to_e164(people.as_spoken(buyer.phone, country, way), country) == buyer.phone


def test_phones_of_malaysia_are_grouped_as_they_are_written_there() -> None:
    ways = [people.as_spoken("+60122691348", "MY", way) for way in range(4)]
    assert ways == ["+60122691348", "012-269 1348", "+60 12-269 1348", "60122691348"]


def test_nobody_else_reads_what_the_demo_shop_keeps(demo: Demo) -> None:
    kept = [demo.folder, *demo.folder.rglob("*")]
    assert {"hub.db", "books.db", "demo.json", "identity.json", "hub.log"} <= {one.name for one in kept}
    assert [one for one in kept if one.stat().st_mode & 0o077] == []


def test_orders_are_promised_around_now_and_paid_as_planned() -> None:
    shelf, buyers = goods.products("US"), people.customers("US")
    taxes = {tax.code: tax for tax in TAXES["US"]}

    made = orders.wishes(shelf, buyers, taxes, "S1", 10**12)

    assert [wish.promised_at_ms - 10**12 for wish in made[:3]] == [-1_500_000, -300_000, 600_000]
    assert len({wish.collection_code for wish in made}) == 12
    assert [wish.paid_minor > 0 for wish in made] == [paid for _state, _minutes, paid in orders.PLAN]


def test_an_order_with_tax_on_top_is_paid_in_full() -> None:
    shelf = goods.products("US")
    cola = next(product for product in shelf if product.tax_code == "SALES")
    soup = next(product for product in shelf if product.tax_code == "FOOD")
    taxes = {tax.code: tax for tax in TAXES["US"]}

    # 2 × 2.49 + 6.5% and 3.85% together (0.52) + 1.99
    assert orders.order_total([(cola, 2), (soup, 1)], taxes) == 749
