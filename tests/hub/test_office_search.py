"""A search in the back office reads what it finds, not the whole index of names, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from tests.hub.offices import Desk, hire
from tests.hub.rig import HubRig
from tests.hub.test_growth import plans


@pytest.fixture
def desk(rig: HubRig) -> Desk:
    """A manager, signed in, and a customer."""
    hire(rig, "Rina")
    card = {"name": "Sarah Wijaya", "phone": "081234567890", "customer_id": "c-one"}
    rig.ask("PUT", "/v1/customers", {"customers": [card]})
    desk = Desk(rig)
    desk.sign_in()
    return desk


SEARCHES = [
    ("products", "indo", True),
    ("products", "INDO gor", True),
    ("products", "goreng", False),
    ("products", "indo teh", False),
    ("customers", "sarah", True),
    ("customers", "sar wij", True),
    ("customers", "wijaya", False),
    ("customers", "0812", True),
    ("customers", "1234", False),
]


def is_found(desk: Desk, section: str, q: str) -> bool:
    """Tell whether the list shows the row."""
    page = desk.get(f"{section}/list?q={q}")
    return ("Indomie Goreng" if section == "products" else "Sarah Wijaya") in page


def test_names_are_found_by_how_they_begin(desk: Desk) -> None:
    assert [(section, q, is_found(desk, section, q)) for section, q, _found in SEARCHES] == SEARCHES
    assert "how the name begins" in desk.get("products/list")


@pytest.mark.parametrize("base", ["sqlite"])
def test_no_search_reads_a_table_or_an_index_whole(desk: Desk) -> None:
    with plans(desk.rig) as (whole, used):
        for section, q, _found in SEARCHES:
            desk.get(f"{section}/list?q={q}")
    assert whole <= {"anon_1", "(subquery-2)"}, "what is counted is what was found"
    assert {"(folded_name>?", "ix_product_folded_name", "ix_personal_folded_name_customer_id"} <= used


def test_the_pages_of_a_list_give_every_row_once_and_in_order(desk: Desk) -> None:
    cards = [
        {"customer_id": f"c-{n}", "name": f"Zul {n % 7}-{n:02d}", "phone": f"0813{n:08d}"} for n in range(59)
    ]
    desk.rig.ask("PUT", "/v1/customers", {"customers": cards})
    names = sorted(["Sarah Wijaya", *(str(card["name"]) for card in cards)])
    for way, wanted in (("asc", names), ("desc", names[::-1])):
        pages = [desk.get(f"customers/list?sort=name__{way}&page={number}") for number in (1, 2, 3, 4)]
        shown = [sorted((page.index(name), name) for name in names if name in page) for page in pages]
        assert [len(page) for page in shown] == [25, 25, 10, 0]
        assert [name for page in shown for _place, name in page] == wanted


@contextmanager
def asked(desk: Desk) -> Iterator[list[tuple[str, Any]]]:
    """Yield what is asked of the database while the block lasts."""
    found: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        found.append((statement, values))

    engine = desk.rig.hub.database.reading
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("base", ["sqlite"])
def test_a_page_of_a_list_is_read_along_an_index_and_never_sorted_whole(desk: Desk) -> None:
    sorted_by = {"products": ("name__desc", "sku__asc"), "sales": ("receipt_number__desc",)}
    pages = ["customers/list", "sales/list"]
    pages += [f"{section}/list?sort={way}" for section, ways in sorted_by.items() for way in ways]
    with asked(desk) as found:
        for page in pages:
            desk.get(page)
    listed = [(text, values) for text, values in found if "LIMIT" in text and "ORDER BY" in text]
    with desk.rig.hub.database.reading.connect() as conn:
        for text, values in listed:
            plan = [row.detail for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]
            assert "USE TEMP B-TREE FOR ORDER BY" not in plan, (text, plan)
    assert len(listed) >= len(pages)


@pytest.mark.parametrize("base", ["sqlite"])
def test_what_a_page_of_customers_skips_is_read_of_the_index_alone(desk: Desk) -> None:
    with asked(desk) as found:
        desk.get("customers/list?page=3")
    (keys,) = [one for one in found if "OFFSET" in one[0] and "ORDER BY" in one[0]]
    with desk.rig.hub.database.reading.connect() as conn:
        plan = [row.detail for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {keys[0]}", keys[1])]
    assert "SCAN personal USING COVERING INDEX ix_personal_folded_name_customer_id" in plan


@pytest.mark.parametrize("base", ["postgresql"])
def test_on_postgresql_the_index_gives_how_names_begin(desk: Desk) -> None:
    with asked(desk) as found:
        for section, q, _found in SEARCHES:
            desk.get(f"{section}/list?q={q}")
    named = [one for one in found if "folded_name BETWEEN" in one[0]]
    assert len(named) == 8, "all but the phone number"
    with desk.rig.hub.database.reading.connect() as conn:
        conn.exec_driver_sql("SET LOCAL enable_seqscan = off")  # so few rows are read whole otherwise
        for statement, values in named:
            plan = "\n".join(str(row[0]) for row in conn.exec_driver_sql(f"EXPLAIN {statement}", values))
            assert "Index Cond: ((folded_name >= " in plan, plan
