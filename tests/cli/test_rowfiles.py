"""Reading rows of files as wishes: CSV and JSON lines, each bad row with its line and reason."""

import gzip
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.goodsmessages import BarcodeWish, LaterPriceWish, ProductWish
from omnipos.cli import cells
from omnipos.cli.productrows import ProductReader
from omnipos.cli.rowfiles import Bad, Good, open_rows
from omnipos.domain.errors import EntryRefused

JAKARTA = ZoneInfo("Asia/Jakarta")


def read(file: Path, text: str) -> list[Good[ProductWish] | Bad]:
    """Write a file and read it as products."""
    data = text.encode()
    file.write_bytes(gzip.compress(data) if file.suffix == ".gz" else data)
    with open_rows(file) as rows:
        return list(ProductReader(rows, "IDR", "PPN").rows())


def wish_of(row: Good[ProductWish] | Bad) -> ProductWish:
    """The wish of a good row."""
    assert isinstance(row, Good), row
    return row.wish


def test_every_column_of_a_product_is_read(tmp_path: Path) -> None:
    (row,) = read(
        tmp_path / "goods.csv",
        "sku,name,price,barcode,barcodes,category,brand,family,options,"
        "deposit,min_age,serial,open_price,discountable\n"
        "T,Teh,6.000,8990000000013,8990000000020x24| BOX-7 * 0.5 |PACKx2,"
        "Minuman,Sosro,Teh,Less sugar|450 ml,D,21,yes,no,no\n",
    )
    assert wish_of(row) == ProductWish(
        sku="T",
        name="Teh",
        price_minor=6000,
        tax_code="PPN",
        barcodes=(
            BarcodeWish(code="8990000000013"),
            BarcodeWish(code="8990000000020", quantity_milli=24_000),
            BarcodeWish(code="BOX-7", quantity_milli=500),
            BarcodeWish(code="PACKx2"),
        ),
        category="Minuman",
        brand="Sosro",
        family="Teh",
        options=("Less sugar", "450 ml"),
        deposit_sku="D",
        min_age=21,
        asks_serial=True,
        open_price=False,
        discountable=False,
    )


def test_a_column_that_is_missing_says_nothing_and_an_empty_cell_takes_away(tmp_path: Path) -> None:
    (missing,) = read(tmp_path / "few.csv", "barcode,name,price\n8990000000013,Teh,1\n")
    wish = wish_of(missing)
    assert (wish.sku, wish.category, wish.min_age, wish.discountable) == ("8990000000013", None, None, None)
    (empty,) = read(
        tmp_path / "more.csv", "sku,name,price,category,options,min_age,discountable,serial\nT,Teh,1,,,,,\n"
    )
    wish = wish_of(empty)
    assert (wish.category, wish.options, wish.min_age) == ("", (), 0)
    assert (wish.discountable, wish.asks_serial, wish.barcodes) == (True, False, ())


def test_each_bad_row_is_told_with_its_line(tmp_path: Path) -> None:
    rows = read(
        tmp_path / "bad.csv",
        "sku,name,price,min_age,serial,barcodes\n"
        f"A,{'x' * 5000},1,,,\n"
        "B,Teh,1,100,,\n"
        "C,Teh,1,,maybe,\n"
        "D,Teh,1,,,8990000000013x0\n"
        ",Teh,1,,,\n"
        "E,Teh,1,,,8990000000013\n"
        "F,Teh,-5,,,\n",
    )
    assert [(row.line, row.reason) for row in rows if isinstance(row, Bad)] == [
        (2, "“xxxxxxxxxxxxxxxxxxxx…” is longer than 400 characters."),
        (3, "“100” is no number from 0 to 99."),
        (4, "“maybe” is neither yes nor no."),
        (5, "“0” is no quantity."),
        (6, "It has neither barcode nor SKU."),
        (8, "“-5” is not a sum. Type it like 50.000."),
    ]
    assert [row.line for row in rows if isinstance(row, Good)] == [7]


@pytest.mark.parametrize("name", ["goods.jsonl", "goods.JSONL.gz", "goods.ndjson"])
def test_a_line_of_json_is_one_wish(tmp_path: Path, name: str) -> None:
    rows = read(
        tmp_path / name.replace("JSONL", "jsonl"),
        '\ufeff{"sku":"T","name":"Teh","price_minor":6000,"tax_code":"PPN",'
        '"later_prices":[{"price_minor":7000,"valid_from_ms":5}]}\n'
        "\n"
        '{"sku":"U","name":"Teh","price_minor":-1,"tax_code":"PPN"}\n'
        '{"sku":"U","nme":"Teh","price_minor":1,"tax_code":"PPN"}\n'
        "{sku:\n",
    )
    assert wish_of(rows[0]).later_prices == (LaterPriceWish(price_minor=7000, valid_from_ms=5),)
    assert rows[1:] == [
        Bad(3, "It does not fit: Expected `int` >= 0 - at `$.price_minor`."),
        Bad(4, "It does not fit: Object contains unknown field `nme`."),
        Bad(5, "It does not fit: JSON is malformed: object keys must be strings (byte 1)."),
    ]


def test_deposits_come_before_what_is_sold_with_them(tmp_path: Path) -> None:
    rows = read(
        tmp_path / "drinks.csv",
        "sku,name,price,deposit\nT,Teh,1,D\nU,Kopi,1,\nx,,1,\nD,Botol,1,\n",
    )
    assert [row.line for row in rows] == [5, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "until", "moment"),
    [
        ("2026-12-01", False, 1_796_058_000_000),
        ("2026-12-01", True, 1_796_058_000_000 + 86_400_000),
        ("2026-12-01 08:30", False, 1_796_058_000_000 + 30_600_000),
        ("2026-12-01T08:30", True, 1_796_058_000_000 + 30_600_000),
        ("2026-11-30T17:00:00Z", False, 1_796_058_000_000),
    ],
)
def test_dates_are_of_the_shops_own_day(text: str, until: bool, moment: int) -> None:
    assert cells.moment_ms(text, JAKARTA, until=until) == moment


@pytest.mark.parametrize("text", ["", "1/12/2026", "2026-13-01", "1969-12-31", "9999-12-31", "soon"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(EntryRefused, match=r"is no date\. Write it like 2026-12-31 or 2026-12-31 08:00\."):
        cells.moment_ms(text, JAKARTA, until=True)
