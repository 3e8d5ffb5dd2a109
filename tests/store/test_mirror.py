"""The mirror: pages join or nothing is applied, codes and names are found, deletions leave no trace."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from omnipos.domain.catalogue import Barcode, Product
from omnipos.domain.customer import Customer
from omnipos.domain.stock import StockLevel
from omnipos.protocol import Change, Page
from omnipos.services import selling, tendering
from omnipos.services.till import Till
from omnipos.store import catalogue
from omnipos.store.catalogue import Item, item_by_code, products_by_name, stock_of
from omnipos.store.connection import open_mirror
from omnipos.store.mirror import NOT_OF_THIS_LIFE, PageOutOfPlace, apply_page, cursors, refetch_stream
from tests.rigs import APEL, INDOMIE, KOPI, NOON_MS, SARAH, STORE, TEH, fill

NO_PLACE: dict[str, Any] = {"applied_epoch": 1, "applied_seq": 0, "as_of_ms": NOON_MS}


def found(till: Till, text: str) -> list[str]:
    return [one.sku for one in till.store.call(lambda: products_by_name(till.store.books, text, 9))]


def by_code(till: Till, code: str) -> Item | None:
    return till.store.call(lambda: item_by_code(till.store.books, code))


@pytest.mark.parametrize(
    ("code", "sku", "quantity_milli", "barcode"),
    [
        ("8998866200578", "IDM-85", 1000, "8998866200578"),
        ("08998866200578", "IDM-85", 1000, "08998866200578"),
        ("18998866200575", "IDM-85", 40_000, "18998866200575"),
        ("4131", "APEL", 1000, ""),
        (" idm-85 ", "IDM-85", 1000, ""),
    ],
)
def test_a_barcode_a_plu_and_a_sku_name_a_product(
    till: Till, code: str, sku: str, quantity_milli: int, barcode: str
) -> None:
    item = by_code(till, code)
    assert item is not None
    assert (item.product.sku, item.quantity_milli, item.barcode) == (sku, quantity_milli, barcode)


@pytest.mark.parametrize("code", ["", " ", "0", "9999999999994", "' OR 1=1 --", "%"])
def test_nothing_else_names_one(till: Till, code: str) -> None:
    assert by_code(till, code) is None


def test_a_plu_with_letters_is_found_in_any_case(till: Till) -> None:
    jeruk = msgspec.structs.replace(APEL, product_id="p-jeruk", sku="JERUK", plu="j1")
    fill(till.store.folder, "catalogue", ("p-jeruk", jeruk))
    assert [by_code(till, code) is not None for code in ("j1", "J1")] == [True, True]


@pytest.mark.parametrize(
    ("text", "skus"),
    [
        ("indo", ["IDM-85"]),
        ("goreng indomie", ["IDM-85"]),
        ("GORENG 85", ["IDM-85"]),
        ("ko ka", ["KOPI-200"]),
        ("kóp", ["KOPI-200"]),
        ("botol-450", ["TEH-450"]),
        ("omie", []),
        ("indomie teh", []),
        ("", []),
        ('"', []),
        ("* AND (", []),
        ("a\u19b0b", []),
    ],
)
def test_names_are_found_by_the_beginnings_of_words_in_any_order(
    till: Till, text: str, skus: list[str]
) -> None:
    assert found(till, text) == skus


def test_a_long_beginning_of_many_words_finds_the_first_rows_that_have_one(till: Till) -> None:
    goods = [
        msgspec.structs.replace(
            KOPI, product_id=f"p-{n}", sku=f"KERUPUK{n:03d}", name=f"Kerupuk{n % 150} Udang"
        )
        for n in range(300)
    ]
    fill(till.store.folder, "catalogue", *((one.product_id, one) for one in goods))
    assert found(till, "keru") == found(till, "kerupuk") == [f"KERUPUK{n:03d}" for n in range(9)]
    assert found(till, "kerupuk149") == ["KERUPUK149", "KERUPUK299"]
    assert found(till, "udan kerup") == [f"KERUPUK{n:03d}" for n in range(9)]
    assert found(till, "kerupuk299 udang") == ["KERUPUK299"]
    assert found(till, "kerupik") == found(till, "kerupik udang") == []
    fill(till.store.folder, "catalogue", *((one.product_id, None) for one in goods[:299]))
    assert found(till, "kerupuk") == ["KERUPUK299"]


def test_the_popular_come_first_and_stay_there_when_they_change(till: Till) -> None:
    teh = [
        Product(product_id=f"p-{n}", sku=f"T{n}", name=f"Teh Tarik {n}", price_minor=1, tax_code="PPN")
        for n in range(3)
    ]
    fill(till.store.folder, "catalogue", *((one.product_id, one) for one in teh))
    assert found(till, "teh") == ["TEH-450", "T0", "T1", "T2"]
    renamed = msgspec.structs.replace(teh[0], name="Teh Hijau")
    fill(till.store.folder, "catalogue", (renamed.product_id, renamed))
    assert found(till, "teh") == ["TEH-450", "T0", "T1", "T2"]
    assert found(till, "tarik") == ["T1", "T2"]


def test_a_change_writes_the_rows_that_differ_and_no_others(till: Till) -> None:
    mirror = open_mirror(till.store.folder)
    written: list[str] = []
    for stream in ("catalogue", "customers"):
        mirror.of(stream).set_trace_callback(written.append)

    def change(stream: str, record: Product | Customer, upto: int) -> set[str]:
        written.clear()
        after = cursors(mirror)[stream].upto
        one = Change(number=upto, key=getattr(record, "product_id", "") or SARAH.customer_id, record=record)
        blank = Page(stream=stream, after=after, upto=upto, head=upto, cursor="", changes=(one,), **NO_PLACE)
        apply_page(mirror, blank)
        verbs = ("INSERT", "UPDATE", "DELETE")
        tables = (
            re.findall(r"(?:INTO|UPDATE|FROM) (\w+)", sql)[0] for sql in written if sql.startswith(verbs)
        )
        return {table for table in tables if table not in ("cursor", "live", "checksum")}

    dearer = msgspec.structs.replace(INDOMIE, price_minor=4000)
    assert change("catalogue", dearer, 101) == {"product"}
    renamed = msgspec.structs.replace(dearer, name="Indomie Soto")
    assert change("catalogue", renamed, 102) == {"product", "product_search", "product_word"}
    coded = msgspec.structs.replace(renamed, barcodes=(Barcode(code="8998866200999"),))
    assert change("catalogue", coded, 103) == {"product", "barcode"}
    richer = msgspec.structs.replace(SARAH, points=5)
    assert change("customers", richer, 104) == {"customer"}
    mirror.close()
    assert (found(till, "soto"), found(till, "goreng")) == (["IDM-85"], [])
    assert by_code(till, "8998866200578") is None
    item = by_code(till, "8998866200999")
    assert item is not None
    assert item.product == coded


def test_a_page_may_change_the_last_row_and_bring_a_new_one(till: Till) -> None:
    new = Product(product_id="p-new", sku="NEW", name="Madu", price_minor=1, tax_code="PPN")
    last = msgspec.structs.replace(KOPI, price_minor=26_000)
    fill(till.store.folder, "catalogue", (last.product_id, last), (new.product_id, new))
    item = by_code(till, "KOPI-200")
    assert item is not None
    assert item.product.price_minor == 26_000
    assert found(till, "madu") == ["NEW"]


@pytest.mark.parametrize("key", ["p-indomie", "product:p-indomie"])
def test_a_deleted_product_answers_to_nothing(till: Till, key: str) -> None:
    fill(till.store.folder, "catalogue", (key, None))
    assert by_code(till, "8998866200578") is None
    assert by_code(till, "IDM-85") is None
    assert found(till, "indomie") == []
    assert found(till, "teh") == ["TEH-450"]


def test_a_barcode_taken_from_a_product_names_it_no_more(till: Till) -> None:
    moved = msgspec.structs.replace(INDOMIE, barcodes=(Barcode(code="8998866200999"),))
    fill(till.store.folder, "catalogue", ("p-indomie", moved))
    assert by_code(till, "8998866200578") is None
    assert by_code(till, "8998866200999") is not None


@pytest.mark.parametrize("key", ["tax/SVC", "tax:SVC"])
def test_a_deleted_tax_takes_no_product_of_the_same_name_with_it(till: Till, key: str) -> None:
    fill(till.store.folder, "catalogue", ("SVC", msgspec.structs.replace(KOPI, product_id="SVC", sku="S")))
    fill(till.store.folder, "catalogue", (key, None))
    assert set(till.store.call(lambda: catalogue.taxes(till.store.books))) == {"PPN", "EXEMPT"}
    assert by_code(till, "S") is not None
    fill(till.store.folder, "catalogue", ("PPN", None))
    assert set(till.store.call(lambda: catalogue.taxes(till.store.books))) == {"PPN", "EXEMPT"}


def test_a_page_that_does_not_join_changes_nothing(tmp_path: Path) -> None:
    fill(tmp_path, "staff", ("s", None))
    mirror = open_mirror(tmp_path)
    before = cursors(mirror)
    for after in (0, 2):
        page = Page(stream="staff", after=after, upto=3, head=3, cursor="c3", changes=(),
                    applied_epoch=0, applied_seq=0, as_of_ms=1)  # fmt: skip
        with pytest.raises(PageOutOfPlace):
            apply_page(mirror, page)
    assert cursors(mirror) == before
    assert before["staff"].upto == 1
    mirror.close()


def test_what_the_hub_contains_of_ours_counts_only_when_its_head_is_reached(tmp_path: Path) -> None:
    mirror = open_mirror(tmp_path)
    page = Page(stream="staff", after=0, upto=2, head=5, cursor="c", changes=(),
                applied_epoch=1, applied_seq=9, as_of_ms=1)  # fmt: skip
    apply_page(mirror, page)
    assert cursors(mirror)["staff"].applied_seq == 0
    apply_page(mirror, msgspec.structs.replace(page, after=2, upto=5))
    assert cursors(mirror)["staff"].applied_seq == 9
    mirror.close()


def test_a_page_that_says_nothing_of_this_life_leaves_what_is_known_of_it(tmp_path: Path) -> None:
    mirror = open_mirror(tmp_path)
    page = Page(stream="staff", after=0, upto=2, head=2, cursor="c", changes=(),
                applied_epoch=1, applied_seq=9, as_of_ms=1)  # fmt: skip
    apply_page(mirror, page)
    other = msgspec.structs.replace(page, after=2, upto=5, head=5, applied_epoch=NOT_OF_THIS_LIFE)
    apply_page(mirror, other)
    assert (cursors(mirror)["staff"].applied_epoch, cursors(mirror)["staff"].applied_seq) == (1, 9)
    assert cursors(mirror)["staff"].upto == 5
    refetch_stream(mirror, "staff", [msgspec.structs.replace(other, after=0)])
    assert (cursors(mirror)["staff"].applied_epoch, cursors(mirror)["staff"].applied_seq) == (0, 0)
    mirror.close()


def test_stock_is_the_hubs_figure_and_what_moved_here_since(till: Till) -> None:
    def figure() -> tuple[int, int, int]:
        stock = till.store.call(lambda: stock_of(till.store.books, STORE, TEH.product_id))
        assert stock is not None
        return stock.on_hand_milli, stock.held_milli, stock.as_of_ms

    def sell() -> None:
        till.call(selling.ring, [(Item(product=TEH), 3000)])
        till.call(tendering.pay_cash, None)

    assert figure() == (50_000, 2000, NOON_MS)
    sell()
    sell()
    assert figure() == (44_000, 2000, NOON_MS)
    level = StockLevel(store_id=STORE, product_id=TEH.product_id, on_hand_milli=47_000)
    fill(till.store.folder, f"stock/{STORE}", (TEH.product_id, level), seen=1)
    assert figure() == (44_000, 0, NOON_MS)
    fill(till.store.folder, f"stock/{STORE}", (TEH.product_id, None))
    assert till.store.call(lambda: stock_of(till.store.books, STORE, TEH.product_id)) is None
