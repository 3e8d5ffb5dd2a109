"""`omnipos import products|prices` into a real hub: what comes in, and each mistake with its line."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from omnipos.cli import main
from omnipos.cli.productrows import MORE_COLUMNS
from tests.cli.rigs import Demo


@pytest.fixture
def web(demo: Demo) -> Any:
    """Asks the demo shop's hub with a web shop's key."""
    headers = {"Authorization": f"Bearer {demo.says['api_key']}"}
    with httpx.Client(base_url=demo.says["hub"], headers=headers, trust_env=False) as line:
        yield line


DOCUMENT = (Path(__file__).parents[2] / "docs" / "goods.md").read_text()


def bring(demo: Demo, what: str, file: Path, *words: str) -> Result:
    """Import a file into the demo shop's hub."""
    return CliRunner().invoke(main, ["import", what, str(file), "--data-dir", str(demo.folder), *words])


def product(web: httpx.Client, sku: str) -> Any:
    """One product as the hub shows it."""
    (found,) = web.get("/v1/products", params={"sku": sku}).json()["products"]
    return found


def test_goods_and_their_prices_come_in_from_csv(demo: Demo, web: httpx.Client, tmp_path: Path) -> None:
    goods = tmp_path / "goods.csv"
    goods.write_text(
        "sku,name,price,barcodes,family,options,deposit,min_age,discountable\n"
        "IMP-T,Teh merah,6000,8990000000137|8990000000143x24,Teh impor,Merah|L,IMP-D,,\n"
        "IMP-B,Bir,35000,,,,IMP-X,21,\n"
        "IMP-D,Botol,1500,,,,,,no\n"
    )
    done = bring(demo, "products", goods, "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert (told["written"], told["bad"], told["warnings"]) == (2, 1, 1)
    assert sorted(done.stderr.splitlines()) == [
        "Line 2: Product IMP-T: the check digit of barcode 8990000000137 is wrong. It was taken so.",
        "Line 3: The deposit of product IMP-B is not in the catalogue. Send it first.",
    ]
    tea, bottle = product(web, "IMP-T"), product(web, "IMP-D")
    assert (tea["family"], tea["options"]) == ("Teh impor", ["Merah", "L"])
    assert tea["deposit_id"] == bottle["product_id"]
    assert (bottle["discountable"], [one["quantity_milli"] for one in tea["barcodes"]]) == (
        False,
        [1000, 24_000],
    )

    prices = tmp_path / "prices.csv"
    prices.write_text(
        "sku;price;valid_from;group\n"
        "IMP-T;6.500;2126-12-01;\n"
        "IMP-T;5.500;;Gold\n"
        "IMP-?;1;;\n"
        "IMP-T;7000;1/12/2126;\n"
        ";7000;;\n"
        "IMP-T;7000;2126-12-01;\n"
        "IMP-D;0;;gold\n"
    )
    done = bring(demo, "prices", prices, "--json")
    assert json.loads(done.stdout) == {
        "ok": False, "rows": 7, "written": 3, "unchanged": 0, "bad": 4, "warnings": 1,
    }  # fmt: skip
    assert sorted(done.stderr.splitlines()) == [
        "Line 4: There is no product IMP-? in the catalogue. Send it first.",
        "Line 5: “1/12/2126” is no date. Write it like 2026-12-31 or 2026-12-31 08:00.",
        "Line 6: It has no SKU.",
        "Line 7: Line 2 gives this price already.",
        "Line 8: Product IMP-D has the price 0. It was taken so.",
    ]
    jakarta_midnight_ms = 4_951_731_600_000
    ahead = [{"price_minor": 6500, "valid_from_ms": jakarta_midnight_ms}]
    assert product(web, "IMP-T")["later_prices"] == ahead
    listed = web.get("/v1/price-lists/gold").json()["prices"]
    assert [(one["sku"], [price["price_minor"] for price in one["prices"]]) for one in listed] == [
        ("IMP-D", [0]),
        ("IMP-T", [5500]),
    ]
    again = json.loads(bring(demo, "prices", prices, "--json").stdout)
    assert (again["written"], again["unchanged"]) == (0, 3)
    assert json.loads(bring(demo, "products", goods, "--json").stdout)["unchanged"] == 2
    assert product(web, "IMP-T")["later_prices"] == ahead, "a file of goods takes no price ahead away"


def test_goods_come_in_from_lines_of_json(demo: Demo, web: httpx.Client, tmp_path: Path) -> None:
    file = tmp_path / "goods.jsonl"
    good = {"sku": "JSN-1", "name": "Teh", "price_minor": 6000, "tax_code": "PPN", "brand": "Sosro"}
    file.write_text(f"{json.dumps(good)}\n{json.dumps(good | {'sku': 'JSN-2', 'min_age': 120})}\n")
    done = bring(demo, "products", file)
    assert (done.exit_code, product(web, "JSN-1")["brand"]) == (1, "Sosro")
    assert done.stderr == "Line 2: It does not fit: Expected `int` <= 99 - at `$.min_age`.\n"


def test_every_column_is_told_to_owners() -> None:
    told = set(re.findall(r"`(\w+)`", DOCUMENT))
    assert {*MORE_COLUMNS, "sku", "price", "barcodes", "valid_from", "group"} <= told
